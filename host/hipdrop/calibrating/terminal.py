"""A calibration in the terminal: big words and a bar on a screen, plain lines elsewhere; keys from the keyboard."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol, TextIO

from hipdrop.calibrating.snapshot import KEY_NAMES, KEY_WORDS, Snapshot, held_words, hold_word, keys_of
from hipdrop.wording import clock

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

BAR_CHARS = 40


class View(Protocol):
    """What shows a calibration."""

    def show(self, now: Snapshot) -> None:
        """Show how it stands."""


@contextmanager
def terminal_view(stream: TextIO | None = None) -> Iterator[View]:
    """Give the view that fits the stream; talk goes to standard error, results to standard output."""
    stream = stream or sys.stderr
    if not stream.isatty():
        yield PlainView(stream)
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(file=stream)
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield ScreenView(live)


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
        self._new("title", f"step {prompt.step} of {prompt.steps}: {prompt.title}", prompt.how)

    def _new(self, name: str, text: str, more: str = "") -> None:
        if text != self._seen[name]:
            self._seen[name] = text
            if text:
                with suppress(OSError):  # nobody reads any more: no reason to end
                    print(f"hipdrop: {text}{'. ' + more if more else ''}", file=self._stream, flush=True)


class ScreenView:
    """Everything at a glance, drawn anew where something has changed."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._shown: Snapshot | None = None

    def show(self, now: Snapshot) -> None:
        """Draw it."""
        if now != self._shown:
            self._shown = now
            with suppress(OSError):  # the terminal is gone: no reason to end
                self._live.update(draw(now), refresh=True)


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
    filled = round(BAR_CHARS * min(1.0, max(0.0, prompt.part)))
    text.append("\N{BOX DRAWINGS HEAVY HORIZONTAL}" * filled, style="bold green")
    text.append("\N{BOX DRAWINGS LIGHT HORIZONTAL}" * (BAR_CHARS - filled) + "\n", style="dim")
    if prompt.course is not None and prompt.course.bends_wanted:
        text.append(f"bends: {prompt.course.bends} of {prompt.course.bends_wanted}\n")
    if prompt.good:
        text.append(f"\N{CHECK MARK} {prompt.good}\n", style="green")
    if prompt.trouble:
        text.append(f"\N{MULTIPLICATION X} {prompt.trouble}\n", style="bold yellow")
    if now.link:
        text.append(f"{now.link}\n", style="bold magenta")
    text.append("   ".join(f"{KEY_NAMES[key]}: {KEY_WORDS[key]}" for key in keys_of(prompt)), style="dim")
    title = f"calibrate {now.what}, step {prompt.step} of {prompt.steps}, {clock(now.elapsed_s)}"
    return Panel(text, title=title, title_align="left", subtitle=now.source, subtitle_align="right")
