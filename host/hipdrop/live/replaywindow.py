"""A replay and its window, until the window is closed; what is left of the run is the caller's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hipdrop.errors import NoWindow
from hipdrop.interrupt import on_interrupt
from hipdrop.live.keys import Action, Wish
from hipdrop.live.process import BETWEEN_S, START_S, WindowProcess
from hipdrop.live.replaying import Replay
from hipdrop.live.wirepipe import Picture

Say = Callable[[str], None]


class ReplayWindow:
    """Shows a replay.

    Parameters
    ----------
    begin
        Makes the replay, when the window is there.
    say
        Tells the user what became of the window.
    theme, pictures
        As of `hipdrop.live.wirepipe.Begin`.

    Attributes
    ----------
    replay
        As far as it has come; None where no window came.
    process
        The window, once `run` has begun.
    """

    def __init__(self, begin: Callable[[], Replay], say: Say, *, theme: str = "light", pictures: str = ".") -> None:
        self.replay: Replay | None = None
        self.process: WindowProcess | None = None
        self._begin, self._say = begin, say
        self._theme, self._pictures = theme, pictures
        self._over = False

    async def run(self) -> None:
        """Show it until the window is closed or gone, or the first Ctrl-C."""
        loop = asyncio.get_running_loop()

        def heard(what: Action | Picture) -> None:
            loop.call_soon_threadsafe(self.act, what)

        def gone(problem: str) -> None:
            loop.call_soon_threadsafe(self._gone, problem)

        self.process = WindowProcess(heard, gone, theme=self._theme, pictures=self._pictures, replay=True)
        try:
            with on_interrupt(self.stop):
                self.process.start()
                await self._play(self.process)
        except NoWindow as error:
            self._say(str(error))
        finally:
            self.process.close()

    def act(self, what: Action | Picture) -> None:
        """Do what is wished."""
        if isinstance(what, Picture):
            return
        if what.wish is Wish.STOP:
            self.stop()
        elif self.replay is not None:
            self.replay.act(what)

    def stop(self) -> None:
        """End the showing."""
        self._over = True

    async def _play(self, process: WindowProcess) -> None:
        loop = asyncio.get_running_loop()
        begun_s = loop.time()
        while not self._over:
            frame_s = loop.time()
            if self.replay is None and process.toolkit:
                self.replay = self._begin()
            if self.replay is not None:
                update = self.replay.advance()
                if update is not None:
                    process.send(update)
                if self.replay.ended and self.replay.player.current.pipeline is None:
                    return  # nothing in it: the caller says so
            elif frame_s - begun_s > START_S:
                raise NoWindow(f"the window did not open within {START_S:g} s")
            await asyncio.sleep(max(0.0, frame_s + BETWEEN_S - loop.time()))

    def _gone(self, problem: str) -> None:
        self._over = True
        if problem:
            self._say(problem if self.replay is None else f"{problem}: the rest of the run is computed without it")
