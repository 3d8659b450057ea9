"""A replay on the terminal: the page of a live run, with how long it will take; nothing where there is no terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from hipdrop.events import Event
from hipdrop.live.feed import PipelineFeed
from hipdrop.live.terminalview import REFRESH_S, can_draw, terminal_view
from hipdrop.live.updates import Facts
from hipdrop.receive.streams import AnyPipeline

Show = Callable[[float, Sequence[Event]], None]


@contextmanager
def replay_view(
    facts: Callable[[], Facts], pipeline: Callable[[], AnyPipeline | None], stream: TextIO | None = None
) -> Iterator[Show]:
    """Give a function that is told the time reached and the new events; it shows them if `stream` is a terminal.

    Parameters
    ----------
    facts, pipeline
        Asked while it goes on.
    stream
        Standard error, so that the results on standard output can go into a file or a pipe.
    """
    stream = stream or sys.stderr
    if not can_draw(stream):
        yield lambda t_s, events: None
        return
    feed, due_s = PipelineFeed(), 0.0
    with terminal_view(stream=stream) as view:

        def show(t_s: float, events: Sequence[Event]) -> None:
            nonlocal due_s
            now_s = time.monotonic()
            told = facts() if now_s >= due_s else None
            if told is not None:
                due_s = now_s + REFRESH_S
            view.show(feed.update(pipeline(), events, t_s, told, strides=False))

        yield show
