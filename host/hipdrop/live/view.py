"""The window of a live run, on the side of the run: news out, wishes in, in the thread of the event loop."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

from hipdrop.errors import NoWindow
from hipdrop.live.keys import Action
from hipdrop.live.process import WindowProcess
from hipdrop.live.updates import Update
from hipdrop.live.wirepipe import Picture
from hipdrop.live.wishes import Act

Say = Callable[[str], None]


def say_on_stderr(text: str) -> None:
    """Tell the user in one line."""
    print(f"hipdrop: {text}", file=sys.stderr)


class WindowView:
    """A view in a window of its own; without a window it does nothing.

    Parameters
    ----------
    act
        Does what is wished, as of `hipdrop.live.wishes.Wishes`.
    theme, pictures, coached
        As of `hipdrop.live.wirepipe.Begin`.
    say
        Tells the user what became of the window.

    Attributes
    ----------
    pictures
        Pictures that were saved.
    """

    def __init__(
        self, act: Act, *, theme: str = "light", pictures: str = ".", coached: bool = False, say: Say = say_on_stderr
    ) -> None:
        self.pictures: list[str] = []
        self.process: WindowProcess | None = None
        self._act, self._say = act, say
        self._theme, self._folder, self._coached = theme, pictures, coached

    def open(self) -> None:
        """Have the window opened; the run does not wait for it. Where there can be none, say so and go on."""
        loop = asyncio.get_running_loop()

        def heard(what: Action | Picture) -> None:
            loop.call_soon_threadsafe(self.act, what)

        def gone(problem: str) -> None:
            loop.call_soon_threadsafe(self._gone, problem)

        process = WindowProcess(heard, gone, theme=self._theme, pictures=self._folder, coached=self._coached)
        try:
            process.start()
        except NoWindow as error:
            self._say(str(error))
            return
        self.process = process

    @property
    def strides(self) -> bool:
        """Whether anybody sees them."""
        return self.process is not None

    def show(self, update: Update) -> None:
        """Send news to the window; never waits."""
        if self.process is not None:
            self.process.send(update)

    def act(self, what: Action | Picture) -> None:
        """Take what the window says."""
        if isinstance(what, Picture):
            self.pictures.append(what.path)
        else:
            self._act(what)

    def close(self) -> None:
        """Close the window."""
        process, self.process = self.process, None
        if process is not None:
            process.close()

    def _gone(self, problem: str) -> None:
        """Go on without a window; the run ends only where the user has closed it, which asks for that by itself."""
        process, self.process = self.process, None
        if process is not None:
            process.close()
        if problem:
            self._say(f"{problem}: the terminal shows the run")
