"""A live run before the eyes of people: on the terminal, and in a window if one is wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from hipdrop.events import Event
from hipdrop.interrupt import on_interrupt
from hipdrop.links.base import Link
from hipdrop.links.connection import StreamChoice
from hipdrop.links.remembered import remember
from hipdrop.live.feed import LiveFacts, RunFeed
from hipdrop.live.terminalview import REFRESH_S, terminal_view
from hipdrop.live.view import WindowView
from hipdrop.live.views import View
from hipdrop.live.wishes import Act, Wishes
from hipdrop.liverun import LiveRun


class Window(NamedTuple):
    """A window that is wanted: how it shall look, and where its pictures go."""

    theme: str
    pictures: Path


class Companion(Protocol):
    """Goes along with a run, such as a coach: hears what becomes known before it is shown."""

    def take(self, events: Sequence[Event]) -> None:
        """Take new events; without any, look how late it is."""


async def watch(
    run: LiveRun, link: Link, stream: StreamChoice, duration_s: float | None, facts: LiveFacts,
    window: Window | None = None, coach: Companion | None = None,
) -> bool:  # fmt: skip
    """Show the run on the terminal, and in a window if one is wanted, until it ends; give whether there was a run."""
    coached = coach is not None
    feed = RunFeed(run, facts)
    wishes = Wishes(run, feed.refresh)

    def heard(events: Sequence[Event]) -> None:
        if coach is not None:
            coach.take(events)
        feed.events(events)

    def look() -> None:
        if coach is not None:
            coach.take(())
        feed.refresh()

    run.on_events = heard
    with (
        terminal_view(wishes.act, coached=coached) as terminal,
        opened(window, wishes.act, coached=coached) as views,
    ):
        feed.views += [terminal, *views]
        feed.refresh()  # a virtual clip takes a second to begin
        async with link:
            session = run.session(link, stream, feed.state)
            drawing = asyncio.create_task(_draw(look))
            try:
                with on_interrupt(session.end):
                    await run.run(session, duration_s)
            finally:
                drawing.cancel()
                await asyncio.gather(drawing, return_exceptions=True)
            streamed = session.streamed.is_set()
            if streamed:
                remember(link.name)
    return streamed


@contextmanager
def opened(window: Window | None, act: Act, *, coached: bool = False) -> Iterator[list[View]]:
    """Open the window; the run does not wait for it."""
    if window is None:
        yield []
        return
    with closing(WindowView(act, theme=window.theme, pictures=str(window.pictures), coached=coached)) as view:
        view.open()
        yield [view]


async def _draw(look: Callable[[], None]) -> None:
    while True:
        look()
        await asyncio.sleep(REFRESH_S)
