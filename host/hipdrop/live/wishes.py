"""What is wished of a live run, by whichever view."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hipdrop.events import Mark, NewBaseline, SwapSides
from hipdrop.live.keys import Action, Wish
from hipdrop.live.model import LIMP_NOTE, PAIN_NOTE

if TYPE_CHECKING:
    from hipdrop.liverun import LiveRun

Act = Callable[[Action], None]
NOTES = {Wish.MARK: "", Wish.PAIN: PAIN_NOTE, Wish.LIMP: LIMP_NOTE}


class Wishes:
    """Does what is wished of a run, in the thread of its event loop.

    Parameters
    ----------
    run
        That it is wished of.
    refresh
        Has shown what has changed.
    """

    def __init__(self, run: LiveRun, refresh: Callable[[], None]) -> None:
        self._run, self._refresh = run, refresh

    def act(self, action: Action) -> None:
        """Do it; what concerns a view alone is nothing to the run."""
        run, wish = self._run, action.wish
        if wish is Wish.STOP:
            run.end()
        elif wish is Wish.MUTE:
            run.mute(not run.outbox.muted)
        elif wish is Wish.SWAP:
            run.user(SwapSides())
        elif wish is Wish.BASELINE:
            run.user(NewBaseline())
        elif wish in NOTES:
            run.user(Mark(action.note or NOTES[wish], round(action.ago_s, 3)))
        self._refresh()
