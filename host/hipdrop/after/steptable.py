"""The steps of a run as columns: the one form in which they leave for reports, tables and history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hipdrop.events import Event, Side, Step
from hipdrop.samples import Array

Mask = NDArray[np.bool_]
Texts = NDArray[np.str_]
Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class StepTable:
    """Columns (N,) of the steps of a run, in their order; NaN is not known. Times are on the run's own axis.

    Attributes
    ----------
    step, side, contact_s, toe_off_s, step_s, contact_ms, cadence_spm, drop_deg, excursion_deg, midstance_deg, list_deg,
    peak_s, oscillation_mm, wobble_deg, yaw_dps, side_confidence, side_sure, flags
        As in steps.csv (docs/output-format.md); flags joined by `;`.
    flight_ms
        From toe-off to the next contact; below 0 where both feet were down.
    valid, valid_for_mean
        Whether the step counts for its own side, and for the mean of both.
    """

    step: Whole
    side: Texts
    contact_s: Array
    toe_off_s: Array
    step_s: Array
    contact_ms: Array
    flight_ms: Array
    cadence_spm: Array
    drop_deg: Array
    excursion_deg: Array
    midstance_deg: Array
    list_deg: Array
    peak_s: Array
    oscillation_mm: Array
    wobble_deg: Array
    yaw_dps: Array
    side_confidence: Array
    side_sure: Mask
    valid: Mask
    valid_for_mean: Mask
    flags: Texts

    @classmethod
    def of_events(cls, events: Iterable[Event]) -> StepTable:
        """Collect the steps among events."""
        steps = [event for event in events if isinstance(event, Step)]

        def numbers(name: str) -> Array:
            return np.array([getattr(step, name) for step in steps], dtype=np.float64)

        contact_s, toe_off_s, step_s = numbers("t_s"), numbers("toe_off_s"), numbers("step_s")
        same = {
            name: numbers(name)
            for name in (
                "contact_ms", "cadence_spm", "drop_deg", "excursion_deg", "midstance_deg", "list_deg", "peak_s",
                "oscillation_mm", "wobble_deg", "yaw_dps", "side_confidence",
            )
        }  # fmt: skip
        return cls(
            step=np.array([step.number for step in steps], dtype=np.int64),
            side=np.array([str(step.side) for step in steps], dtype=np.str_),
            contact_s=contact_s,
            toe_off_s=toe_off_s,
            step_s=step_s,
            flight_ms=1e3 * (contact_s + step_s - toe_off_s),
            side_sure=np.array([step.side_sure for step in steps], dtype=bool),
            valid=np.array([step.valid for step in steps], dtype=bool),
            valid_for_mean=np.array([step.valid_for_mean for step in steps], dtype=bool),
            flags=np.array([";".join(step.flags) for step in steps], dtype=np.str_),
            **same,
        )

    def __len__(self) -> int:
        return len(self.step)

    def columns(self) -> dict[str, NDArray[Any]]:
        """Give the columns by name, in their order."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def where(self, mask: Mask) -> StepTable:
        """Give the steps of a mask (N,)."""
        return StepTable(**{name: column[mask] for name, column in self.columns().items()})

    def counted(self, side: Side) -> StepTable:
        """Give the steps that count for a side, or for the mean of both."""
        return self.where(self.valid_for_mean if side is Side.BOTH else self.valid & (self.side == str(side)))

    @property
    def running_s(self) -> Array:
        """Running time up to the end of each step; the last step of a bout may have no end."""
        return np.nancumsum(self.step_s)
