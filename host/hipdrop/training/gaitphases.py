"""Running and not running, as the contacts of the pipeline tell it: sooner and closer than by whole seconds."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from hipdrop.events import Activity, ActivityChanged, Contact, Event, Gap

LONGEST_STEP_S = 0.6  # a longer pause between contacts ends a bout (`hipdrop.settings.ContactSettings`)
LANDINGS = 4  # in a row are running, as of the pipeline
KNOWN_S = 0.2  # after it at most a contact becomes known: 0.06 s, in frames of 0.09 s or more
SILENCE_S = LONGEST_STEP_S + KNOWN_S
SLOWER = 1.25  # than before may a runner step right behind a gap


@dataclass(frozen=True, slots=True)
class PhaseChange:
    """The wearer began to run, or ceased to.

    Attributes
    ----------
    t_s
        When: the first contact; the end of the last step.
    known_s
        Time of the newest sample when it became known.
    """

    t_s: float
    running: bool
    known_s: float


class GaitPhases:
    """Takes events, the newest landing and the time of the newest sample, gives changes.

    Four landings in a row are running, and so long without one that the next is missing is not. The pipeline's own
    `ActivityChanged` ends on a grid of whole seconds of walking; and its contacts are told when four landings have come
    in a row without a gap. So landings are looked at that are not told yet: a gap hides those within it, no others.

    Attributes
    ----------
    running
        Whether the wearer runs, as far as it is known.
    """

    def __init__(self) -> None:
        self.running = False
        self._contact_s = -math.inf  # the newest that is told
        self._steps_s: deque[float] = deque(maxlen=5)
        self._silent_from_s = math.inf
        self._untold = False  # landings that are not told yet speak for running: behind a gap
        # landings in a row, and how long of the time since the newest of them is hidden by gaps
        self._landed_s, self._first_s, self._landings, self._hidden_s = -math.inf, -math.inf, 0, 0.0

    def take(self, events: Sequence[Event], now_s: float, landed_s: float = -math.inf) -> list[PhaseChange]:
        """Take what has become known until now; events may be none."""
        changes: list[PhaseChange] = []
        for event in events:
            if isinstance(event, Contact):
                changes += self._contact(event.t_s, now_s)
            elif isinstance(event, Gap) and not event.bridged:
                changes += self._gap(event.t_s, event.duration_s, now_s)
            elif isinstance(event, ActivityChanged) and event.activity is not Activity.RUN and self.running:
                changes.append(self._end(now_s))
        if landed_s > self._landed_s:
            changes += self._landing(landed_s, now_s)
        if self.running and now_s > self._silent_from_s:
            changes.append(self._end(now_s))
        return changes

    def _contact(self, t_s: float, now_s: float) -> list[PhaseChange]:
        changes = []
        if self.running and t_s > self._silent_from_s:  # the pause and what ended it came at once
            changes.append(self._end(now_s))
        if not self.running:
            changes.append(self._begin(t_s, now_s))
        elif t_s - self._contact_s <= LONGEST_STEP_S:
            self._steps_s.append(t_s - self._contact_s)
        self._contact_s, self._untold = t_s, False
        self._silent_from_s = max(t_s, self._landed_s) + SILENCE_S
        return changes

    def _landing(self, t_s: float, now_s: float) -> list[PhaseChange]:
        follows = t_s - self._landed_s - self._hidden_s <= LONGEST_STEP_S
        self._landings = self._landings + 1 if follows else 1
        self._first_s = self._first_s if follows else t_s
        self._landed_s, self._hidden_s = t_s, 0.0
        if self.running and self._untold:
            self._silent_from_s = t_s + SILENCE_S
        if self.running or self._landings < LANDINGS:
            return []
        self._contact_s, self._silent_from_s, self._untold = t_s, t_s + SILENCE_S, True
        return [self._begin(self._first_s, now_s)]

    def _gap(self, from_s: float, duration_s: float, now_s: float) -> list[PhaseChange]:
        """The first landing behind a gap may have begun in it, so two steps are given to the next."""
        self._hidden_s += duration_s
        if not self.running:
            return []
        if not self._untold and from_s - KNOWN_S - self._contact_s > LONGEST_STEP_S:
            return [self._end(now_s)]
        step_s = SLOWER * median(self._steps_s) if self._steps_s else LONGEST_STEP_S
        self._silent_from_s, self._untold = from_s + duration_s + 2 * step_s + KNOWN_S, True
        return []

    def _begin(self, t_s: float, now_s: float) -> PhaseChange:
        self.running = True
        self._steps_s.clear()
        return PhaseChange(t_s, True, now_s)

    def _end(self, now_s: float) -> PhaseChange:
        """The step that the last contact began lasts as long as the one before."""
        self.running, self._untold, self._landings = False, False, 0
        return PhaseChange(self._contact_s + (self._steps_s[-1] if self._steps_s else 0.0), False, now_s)
