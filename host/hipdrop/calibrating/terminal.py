"""A calibration in the terminal: big words and a bar on a screen, plain lines elsewhere; keys from the keyboard."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Protocol, TextIO

from hipdrop.calibrating.run import Key
from hipdrop.calibrating.snapshot import (
    KEY_NAMES,
    KEYS,
    Snapshot,
    held_words,
    hold_word,
    key_words,
    keys_of,
    side_words,
)
from hipdrop.events import Side
from hipdrop.live.bigletters import big
from hipdrop.live.terminalkeys import keys_from, reading
from hipdrop.live.terminalmode import TerminalMode, stderr_kept, taken_over, write
from hipdrop.live.terminalview import can_draw
from hipdrop.wording import clock

if TYPE_CHECKING:
    from rich.console import RenderableType

BAR_CHARS = 40
HOME, END_OF_LINE, END_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"

Press = Callable[[Key], None]


class View(Protocol):
    """What shows a calibration."""

    def show(self, now: Snapshot) -> None:
        """Show how it stands."""


@contextmanager
def terminal_view(press: Press, stream: TextIO | None = None) -> Iterator[View]:
    """Give the view that fits the stream; talk goes to standard error, results to standard output.

    Keys are read where standard input is a terminal, in the thread of the event loop, which has to run.
    """
    stream = stream or sys.stderr
    if not can_draw(stream):
        yield PlainView(stream)
        return
    keys = keys_from()
    view = ScreenView(stream)
    mode = TerminalMode(stream, keys)
    with ExitStack() as stack:
        stack.enter_context(stderr_kept(lambda line: None))
        stack.enter_context(taken_over(mode, view.anew))
        if keys is not None:
            stack.enter_context(reading(keys, lambda name: press_by_name(press, name)))
        yield view


def press_by_name(press: Press, name: str) -> None:
    """Tell what a key means, by its matplotlib name; others mean nothing."""
    key = KEYS.get(name.lower())
    if key is not None:
        press(key)


class PlainView:
    """A line for each thing to do, and for each that went well or badly; once each."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._seen = {"link": "", "good": "", "trouble": "", "title": ""}

    def show(self, now: Snapshot) -> None:
        """Write what is new."""
        prompt = now.prompt
        self._new("link", now.link)
        self._new("good", prompt.good)
        self._new("trouble", prompt.trouble)
        if prompt.title:
            self._new("title", f"step {prompt.step} of {prompt.steps}: {prompt.title}", prompt.how)

    def _new(self, name: str, text: str, more: str = "") -> None:
        if text != self._seen[name]:
            self._seen[name] = text
            if text:
                with suppress(OSError):  # nobody reads any more: no reason to end
                    print(f"hipdrop: {text}{'. ' + more if more else ''}", file=self._stream, flush=True)


class ScreenView:
    """Everything at a glance, drawn anew where something has changed."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console

        self._stream = stream
        self._console = Console(file=stream)
        self._shown: tuple[object, ...] = ()
        self._now = Snapshot()

    def show(self, now: Snapshot) -> None:
        """Draw it."""
        self._now = now
        seen = (now, self._console.size)
        if seen != self._shown:
            self._shown = seen
            with self._console.capture() as capture:
                self._console.print(draw(now))
            lines = capture.get().splitlines()[: self._console.height]
            write(self._stream, HOME + f"{END_OF_LINE}\r\n".join(lines) + END_OF_LINE + END_OF_SCREEN)

    def anew(self) -> None:
        """Draw it, whatever was drawn before."""
        self._shown = ()
        self.show(self._now)


def draw(now: Snapshot) -> RenderableType:
    """Give the drawing."""
    from rich.panel import Panel
    from rich.text import Text

    prompt = now.prompt
    text = Text()
    text.append(f"{prompt.title}\n", style="bold")
    text.append(f"{prompt.how}\n\n")
    word = hold_word(prompt)
    if word:
        text.append(f" {word} ", style="bold reverse yellow" if prompt.moving else "bold reverse green")
        text.append(f"  {held_words(prompt)}\n")
    if prompt.side:
        text.append(f"{side_words(Side(prompt.side))}\n", style="bold")
    for line in big(prompt.large, "\N{FULL BLOCK}") if prompt.large else ():
        text.append(f"  {line}\n", style="bold")
    filled = round(BAR_CHARS * min(1.0, max(0.0, prompt.part)))
    text.append("\N{BOX DRAWINGS HEAVY HORIZONTAL}" * filled, style="bold green")
    text.append("\N{BOX DRAWINGS LIGHT HORIZONTAL}" * (BAR_CHARS - filled) + "\n", style="dim")
    if prompt.course is not None and prompt.course.bends_wanted:
        text.append(f"{prompt.course.counts}: {prompt.course.bends} of {prompt.course.bends_wanted}\n")
    if prompt.good:
        text.append(f"\N{CHECK MARK} {prompt.good}\n", style="green")
    if prompt.trouble:
        text.append(f"\N{MULTIPLICATION X} {prompt.trouble}\n", style="bold yellow")
    if now.link:
        text.append(f"{now.link}\n", style="bold magenta")
    keys = (f"{KEY_NAMES[key]}: {key_words(key, keeps_if_left=now.keeps_if_left)}" for key in keys_of(prompt))
    text.append("   ".join(keys), style="dim")
    title = f"{now.name}, step {prompt.step} of {prompt.steps}, {clock(now.elapsed_s)}"
    return Panel(text, title=title, title_align="left", subtitle=now.source, subtitle_align="right")
