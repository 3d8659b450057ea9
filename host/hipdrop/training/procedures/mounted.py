"""How the clip sits first, by three bends, where that is not known; then what needs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hipcal.model import Calibration
from hipcal.mount import MountEstimate
from hipcal.procedures.base import Procedure, Prompt
from hipcal.procedures.mount import WHERE_WORN, MountProcedure, MountResult
from hipdrop.samples import Array, SampleBlock

Then = Callable[[Array], Procedure]
STEPS = 3  # of the mount: stand, bow, stand


class BendsFirst:
    """Leads through both; see `hipcal.procedures.base.Procedure`.

    Parameters
    ----------
    then
        Makes what comes behind the bends, of a mount (3, 3).
    calibration
        Of the sensor.
    where
        Where the clip is to be, in words.

    Attributes
    ----------
    mount
        What the bends have shown; None before they are done.
    result
        What the second has found, or why there is no mount.
    """

    def __init__(self, then: Then, calibration: Calibration | None = None, where: str = WHERE_WORN) -> None:
        self._then = then
        self._bends = MountProcedure(one_leg=False, calibration=calibration, where=where)
        self._next: Procedure | None = None
        self.mount: MountEstimate | None = None
        self.result: Any = None

    @property
    def _now(self) -> Procedure:
        return self._bends if self._next is None else self._next

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.result is not None

    @property
    def prompt(self) -> Prompt:
        """What to do now."""
        if self._next is None:
            return self._bends.prompt
        prompt = self._next.prompt
        return replace(prompt, step=prompt.step + STEPS, steps=prompt.steps + STEPS)

    def push(self, block: SampleBlock) -> None:
        """Take nominal samples in sensor axes: the bends end at a sample, however they are cut."""
        at = 0
        while self._next is None and self.result is None and at < len(block):
            self._bends.push(block.slice(at, at + 1))
            self._settle()
            at += 1
        if self._next is not None:
            self._next.push(block.slice(at, len(block)))
            self.result = self._next.result

    def close(self) -> None:
        """No more will come."""
        if not self.done:
            self._now.close()
            self._settle()
            if self._next is not None:
                self._next.close()
                self.result = self._next.result

    def redo(self) -> None:
        """Do the last thing again."""
        self._now.redo()

    def enough(self) -> None:
        """End the step, where that is possible."""
        self._now.enough()
        self.result = None if self._next is None else self._next.result

    def _settle(self) -> None:
        """Go on to the second when there is a mount; end where there will be none."""
        found = self._bends.result
        if self._next is None and isinstance(found, MountResult):
            self.mount = found.estimate
            self._next = self._then(found.estimate.pelvis_from_sensor)
        elif self._next is None:
            self.result = found
