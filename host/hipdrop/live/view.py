"""The window of a live run, on the side of the run: news out, wishes in, in the thread of the event loop."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hipdrop.errors import NoWindow
from hipdrop.events import Event, Mark, NewBaseline, SwapSides
from hipdrop.links.states import State
from hipdrop.live.feed import LiveFacts, PipelineFeed
from hipdrop.live.keys import Action, Wish
from hipdrop.live.model import PAIN_NOTE
from hipdrop.live.process import WindowProcess
from hipdrop.live.updates import Update
from hipdrop.live.wirepipe import Picture

if TYPE_CHECKING:
    from hipdrop.links.connection import Session
    from hipdrop.liverun import LiveRun

Say = Callable[[str], None]


def say_on_stderr(text: str) -> None:
    """Tell the user in one line."""
    print(f"hipdrop: {text}", file=sys.stderr)


class WindowView:
    """A view of a live run, as `hipdrop.liveview.PlainView` is one; without a window it does nothing.

    Parameters
    ----------
    run
        What is shown, and what wishes go to.
    who, notice, now
        As of `hipdrop.live.feed.LiveFacts`.
    theme, pictures
        As of `hipdrop.live.wirepipe.Begin`.
    say
        Tells the user what became of the window.

    Attributes
    ----------
    pictures
        Pictures that were saved.
    """

    def __init__(
        self, run: LiveRun, *, who: str = "", notice: str = "", theme: str = "light",
        pictures: str = ".", say: Say = say_on_stderr, now: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.pictures: list[str] = []
        self.process: WindowProcess | None = None
        self._run, self._say = run, say
        self._facts = LiveFacts(run, who, notice, now)
        self._feed = PipelineFeed()
        self._theme, self._folder = theme, pictures

    def open(self) -> None:
        """Have the window opened; the run does not wait for it. Where there can be none, say so and go on."""
        loop = asyncio.get_running_loop()

        def heard(what: Action | Picture) -> None:
            loop.call_soon_threadsafe(self.act, what)

        def gone(problem: str) -> None:
            loop.call_soon_threadsafe(self._gone, problem)

        process = WindowProcess(heard, gone, theme=self._theme, pictures=self._folder)
        try:
            process.start()
        except NoWindow as error:
            self._say(str(error))
            return
        self.process = process
        self.refresh()

    @property
    def session(self) -> Session | None:
        """The session that is shown."""
        return self._facts.session

    @session.setter
    def session(self, session: Session | None) -> None:
        self._facts.session = session

    def events(self, events: Sequence[Event]) -> None:
        """Show new events."""
        self._send(self._feed.update(self._run.chain.pipeline, events, self._run.chain.reached_s))

    def state(self, state: State) -> None:
        """Show the new state of the connection."""
        self._facts.state(state)
        self.refresh()

    def refresh(self) -> None:
        """Show how things stand."""
        if self.process is not None:
            chain = self._run.chain
            self._send(self._feed.update(chain.pipeline, (), chain.reached_s, self._facts.facts()))

    def act(self, what: Action | Picture) -> None:
        """Do what is wished."""
        if isinstance(what, Picture):
            self.pictures.append(what.path)
        elif what.wish is Wish.STOP:
            if self.session is not None:
                self.session.end()
        elif what.wish is Wish.MUTE:
            self._run.mute(not self._run.outbox.muted)
            self.refresh()
        elif what.wish is Wish.SWAP:
            self._run.user(SwapSides())
        elif what.wish is Wish.BASELINE:
            self._run.user(NewBaseline())
        elif what.wish in (Wish.MARK, Wish.PAIN):
            note = PAIN_NOTE if what.wish is Wish.PAIN else what.note
            self._run.user(Mark(note, round(what.ago_s, 3)))

    def close(self) -> None:
        """Close the window."""
        process, self.process = self.process, None
        if process is not None:
            process.close()

    def _send(self, update: Update) -> None:
        if self.process is not None:
            self.process.send(update)

    def _gone(self, problem: str) -> None:
        """Go on without a window; the run ends only where the user has closed it, which asks for that by itself."""
        process, self.process = self.process, None
        if process is not None:
            process.close()
        if problem:
            self._say(f"{problem}: the terminal shows the run")
