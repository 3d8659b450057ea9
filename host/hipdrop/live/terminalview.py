"""The live view on a terminal: the same snapshot as in the window, one screen, only changed lines drawn anew."""

from __future__ import annotations

import math
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TextIO

from rich.console import Console
from rich.control import Control
from rich.segment import Segment, Segments

from hipdrop.live.keys import KEYS, Keyboard, Wish
from hipdrop.live.model import LiveModel, follow
from hipdrop.live.plainview import PlainView
from hipdrop.live.terminalkeys import keys_from, reading
from hipdrop.live.terminallines import Charset, Line, Span, charset_of, shorten
from hipdrop.live.terminalmode import TerminalMode, stderr_kept, taken_over, write
from hipdrop.live.terminalpage import page
from hipdrop.live.updates import FINISHING, Facts, Update
from hipdrop.live.wishes import Act
from hipdrop.wording import clock, length

REFRESH_S = 0.2
SURE_S = 1.0  # so long it takes to see how long it will take
ANEW_S = 10.0  # what else has written on the terminal is gone after so long
SAID_S = 10.0
CLOSE_S = 1.0  # a terminal that takes nothing is not waited for longer
OFFERED = (Wish.MARK, Wish.PAIN, Wish.LIMP, Wish.BASELINE, Wish.MUTE, Wish.SWAP, Wish.STOP)
SMALLEST = (20, 4)
USUAL = (80, 24)


class Frames:
    """Writes frames in a thread of its own: a terminal that is held up (Ctrl-S, a slow ssh) holds up nothing else."""

    def __init__(self, stream: TextIO, mode: TerminalMode) -> None:
        self._stream, self._mode = stream, mode
        self._there = threading.Condition()
        self._text = ""
        self._busy = self._closed = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether the one before is still being written."""
        with self._there:
            return self._busy

    def put(self, text: str) -> None:
        """Have a frame written."""
        with self._there:
            self._text, self._busy = text, True
            self._there.notify()

    def close(self) -> None:
        """End the thread, after what waits has been written."""
        with self._there:
            self._closed = True
            self._there.notify()
        self._thread.join(CLOSE_S)

    def _run(self) -> None:
        while True:
            with self._there:
                while not self._text:
                    if self._closed:
                        return
                    self._there.wait()
                text, self._text = self._text, ""
            if self._mode.entered:
                write(self._stream, text)
            with self._there:
                self._busy = bool(self._text)


class TerminalView:
    """Draws snapshots on a terminal, five times a second at most.

    Parameters
    ----------
    stream
        The terminal.
    put, busy
        Take a frame; whether the one before is still on its way.
    act
        Does what keys wish; None: there are none.
    coached
        As of `hipdrop.live.keys.Keyboard`.
    now
        A clock.
    """

    strides = False

    def __init__(
        self, stream: TextIO, put: Callable[[str], None], *, busy: Callable[[], bool] = lambda: False,
        act: Act | None = None, coached: bool = False, now: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._stream, self._put, self._busy, self._act, self._now = stream, put, busy, act, now
        self._console = Console(file=stream)
        self._charset = charset_of(self._console.encoding, os.environ.get("TERM", ""))
        self._model = LiveModel()
        self._keyboard = Keyboard(coached=coached)
        self._begun_s = now()
        self._drawn_s = self._anew_s = float("-inf")
        self._drawn: list[Line] = []
        self._size = (0, 0)
        self._said = "", float("-inf")

    def show(self, update: Update) -> None:
        """Take news, and draw if it is time."""
        self._model = follow(self._model, update)
        if self._now() - self._drawn_s >= REFRESH_S:
            self.draw()

    def press(self, key: str) -> None:
        """Take a key by its name."""
        if not self._keyboard.typing and self._keyboard.keys.get(key.lower()) not in OFFERED:
            return
        action = self._keyboard.press(key, self._now())
        if action is not None and self._act is not None:
            self._act(action)
        self.draw()

    def say(self, line: str) -> None:
        """Show a line for a while."""
        self._said = line, self._now()

    def anew(self) -> None:
        """Draw everything the next time."""
        self._anew_s = float("-inf")

    def draw(self) -> None:
        """Draw what has changed; everything after a while, and when the terminal has another size."""
        if self._busy():
            return
        now_s = self._drawn_s = self._now()
        size = self._terminal_size()
        if size != self._size or now_s - self._anew_s >= ANEW_S:
            self._drawn, self._anew_s = [], now_s
        clear, self._size = size != self._size, size
        lines = self._lines(now_s)
        changed = [row for row, line in enumerate(lines) if row >= len(self._drawn) or line != self._drawn[row]]
        self._drawn = lines
        if changed:
            self._put(self._rendered(lines, changed, clear))

    def _lines(self, now_s: float) -> list[Line]:
        now, (width, height) = self._model.snapshot(), self._size
        said, said_s = self._said
        return page(
            now, width, height, self._charset, self._foot(now_s, now.facts, width),
            said if now_s - said_s < SAID_S else "",
        )  # fmt: skip

    def _rendered(self, lines: list[Line], rows: list[int], clear: bool) -> str:
        """Give the characters that bring these rows onto the terminal, in one piece."""
        segments = [Control.clear().segment] if clear else []
        for row in rows:
            segments.append(Control.move_to(0, row).segment)
            segments += [Segment(span.text, self._console.get_style(span.style or "none")) for span in lines[row]]
        with self._console.capture() as capture:
            self._console.print(Segments(segments), end="", crop=False, soft_wrap=True)
        return capture.get()

    def _foot(self, now_s: float, facts: Facts, width: int) -> Line:
        prompt = self._keyboard.prompt(now_s)
        if prompt:
            return (Span(shorten(self._charset.text(prompt), width), "bold reverse"),)
        if facts.length_s is not None:
            return progress_line(self._model.reached_s, facts, now_s - self._begun_s, width, self._charset)
        if self._act is not None:
            return (Span(help_line(self._keyboard.keys)),)
        ending = facts.state == FINISHING
        return (Span("Ctrl-C: do not wait for what is missing" if ending else "Ctrl-C ends the run"),)

    def _terminal_size(self) -> tuple[int, int]:
        try:
            width, height = os.get_terminal_size(self._stream.fileno())
        except (OSError, ValueError):
            width, height = self._console.size
        width, height = width or USUAL[0], height or USUAL[1]
        return max(width, SMALLEST[0]), max(height, SMALLEST[1])


def progress_line(reached_s: float, facts: Facts, passed_s: float, width: int, charset: Charset) -> Line:
    """Say how far a replay is, and how long it will take: by its speed, or as what it took so far."""
    whole_s, speed = max(facts.length_s or 0.0, 1e-3), facts.replay_speed or math.inf
    part = min(reached_s / whole_s, 1.0)
    left_s = (whole_s - reached_s) / speed if math.isfinite(speed) else passed_s * (1 - part) / max(part, 1e-3)
    left = f", {clock(max(left_s, 0.0))} left" if part > 0 and passed_s > SURE_S else ""
    text = f"{clock(reached_s)} of {length(whole_s)}"
    room = min(width - len(text) - len(left) - 10, 40)
    return (Span(f"{text}  {charset.progress(part, max(room, 0))} {100 * part:3.0f} %{left}"),)


def help_line(keys: Mapping[str, Wish] = KEYS) -> str:
    """Name the keys."""
    return "  ".join(f"{key.upper()} {wish}" for key, wish in keys.items() if wish in OFFERED and len(key) == 1)


@contextmanager
def terminal_view(
    act: Act | None = None, *, stream: TextIO | None = None, coached: bool = False
) -> Iterator[PlainView | TerminalView]:
    """Give the view that fits the stream; talk goes to standard error, results to standard output.

    Keys are read where standard input is a terminal, in the thread of the event loop, which has to run.
    """
    stream = stream or sys.stderr
    if not can_draw(stream):
        yield PlainView(stream)
        return
    keys = None if act is None else keys_from()
    mode = TerminalMode(stream, keys)
    frames = Frames(stream, mode)
    view = TerminalView(
        stream, frames.put, busy=lambda: frames.busy, act=None if keys is None else act, coached=coached
    )
    with ExitStack() as stack:
        stack.enter_context(stderr_kept(view.say))
        stack.enter_context(taken_over(mode, view.anew))
        stack.callback(frames.close)
        if keys is not None:
            stack.enter_context(reading(keys, view.press))
        yield view


def can_draw(stream: TextIO) -> bool:
    """Give whether it is a terminal on which a cursor can be moved."""
    if not stream.isatty():
        return False
    console = Console(file=stream)
    return not (console.is_dumb_terminal or console.legacy_windows)
