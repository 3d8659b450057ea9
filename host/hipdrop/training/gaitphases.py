"""Running and not running, as the contacts of the pipeline tell it: sooner and closer than by whole seconds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hipdrop.events import Activity, ActivityChanged, Contact, Event, Gap

LONGEST_STEP_S = 0.6  # a longer pause between contacts ends a bout (`hipdrop.settings.ContactSettings`)
SILENCE_S = LONGEST_STEP_S + 0.2  # and a contact becomes known 0.06 s late, in frames of 0.09 s
AFTER_GAP_S = 4 * LONGEST_STEP_S + 0.2  # four landings are one bout again


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
    """Takes events and the time of the newest sample, gives changes.

    Contacts come in bouts of at least four landings (`hipdrop.steps`), so one is enough to say that somebody runs. The
    pipeline's own `ActivityChanged` begins at the same contact, but ends on a grid of whole seconds of walking.

    Attributes
    ----------
    running
        Whether the wearer runs, as far as it is known.
    """

    def __init__(self) -> None:
        self.running = False
        self._last_s = -math.inf
        self._step_s = 0.0
        self._silent_from_s = math.inf

    def take(self, events: Sequence[Event], now_s: float) -> list[PhaseChange]:
        """Take what has become known until now; events may be none."""
        changes: list[PhaseChange] = []
        for event in events:
            if isinstance(event, Contact):
                changes += self._contact(event.t_s, now_s)
            elif isinstance(event, Gap) and not event.bridged and self.running:
                self._silent_from_s = event.t_s + event.duration_s + AFTER_GAP_S
            elif isinstance(event, ActivityChanged) and event.activity is not Activity.RUN and self.running:
                changes.append(self._end(now_s))  # a second of walking: sooner, where a gap has hidden the silence
        if self.running and now_s > self._silent_from_s:
            changes.append(self._end(now_s))
        return changes

    def _contact(self, t_s: float, now_s: float) -> list[PhaseChange]:
        changes = []
        if self.running and t_s > self._silent_from_s:  # the pause and what ended it came at once
            changes.append(self._end(now_s))
        if not self.running:
            self.running, self._step_s = True, 0.0
            changes.append(PhaseChange(t_s, True, now_s))
        elif t_s - self._last_s <= LONGEST_STEP_S:
            self._step_s = t_s - self._last_s
        self._last_s, self._silent_from_s = t_s, t_s + SILENCE_S
        return changes

    def _end(self, now_s: float) -> PhaseChange:
        """The step that the last contact began lasts as long as the one before."""
        self.running = False
        return PhaseChange(self._last_s + self._step_s, False, now_s)
