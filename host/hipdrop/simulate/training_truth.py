"""What a simulated single-leg test truly was, as docs/single-leg-test.md defines it, from true angles alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hipdrop.events import Side
from hipdrop.samples import Array
from hipdrop.simulate.coefficients import OBLIQUITY
from hipdrop.simulate.movements_run import MovementsRun
from hipdrop.simulate.training_moves import RaiseAndHold

_MEAN_S, _STAYS_S, _EARLY_S = 1.0, 1.0, 3.0
_FROM_S, _BEFORE_END_S = 2.0, 1.5
_FALLEN_DEG = 2.0
_STOOD_S = (8.0, 1.0)  # before the movement, from when to when
_BEFORE_TOUCH_S, _BEHIND_TOUCH_S = 0.75, 2.5


@dataclass(frozen=True, eq=False)
class StanceTruth:
    """A stance as it was.

    Attributes
    ----------
    start_s, end_s
        When the foot left the ground and came back, on the time axis of the run.
    since_s, height_deg
        (N,) since the start, and height of the free side over the quiet stand, mean over a second; of judged times.
    """

    start_s: float
    end_s: float
    since_s: Array
    height_deg: Array

    @property
    def raise_deg(self) -> float:
        """Highest of the first three seconds that are judged."""
        return float(self.height_deg[: round(_EARLY_S / float(np.median(np.diff(self.since_s))))].max())

    @property
    def drops_deg(self) -> tuple[float, float]:
        """Mean and peak of how far it was under level."""
        return float(-self.height_deg.mean()), float(-self.height_deg.min())

    @property
    def below_start_s(self) -> float | None:
        """When it had fallen two degrees under the raise."""
        return self.below(self.raise_deg - _FALLEN_DEG)

    @property
    def below_level_s(self) -> float | None:
        """When it had fallen under level."""
        return self.below(0.0)

    def below(self, height_deg: float) -> float | None:
        """When it was first lower than this for a second."""
        low = self.height_deg < height_deg
        n = round(_STAYS_S / float(np.median(np.diff(self.since_s))))
        for first in np.flatnonzero(low).tolist():
            if first + n <= len(low) and low[first : first + n].all():
                return float(self.since_s[first])
        return None


def stance_truth(run: MovementsRun, number: int, stand: RaiseAndHold) -> StanceTruth:
    """Give the truth of a movement of a run; the 8 s before it are quiet standing, level all but the last of them."""
    begins_s = run.starts_s[number]
    start_s, end_s = begins_s + stand.off_s, begins_s + stand.down_s
    side = -1.0 if stand.leg is Side.LEFT else 1.0
    quiet = (run.t_s >= begins_s - _STOOD_S[0]) & (run.t_s < begins_s - _STOOD_S[1])
    height = side * (run.angles_deg[OBLIQUITY] - run.angles_deg[OBLIQUITY][quiet].mean())
    n = round(_MEAN_S * run.config.rate_hz) | 1
    mean = np.convolve(height, np.full(n, 1.0 / n), "same")
    judged: NDArray[np.bool_] = (run.t_s >= start_s + _FROM_S) & (run.t_s <= end_s - _BEFORE_END_S)
    for at_s, _ in stand.touches_s:
        since_touch_s = run.t_s - begins_s - at_s
        judged &= (since_touch_s < -_BEFORE_TOUCH_S) | (since_touch_s > _BEHIND_TOUCH_S)
    return StanceTruth(start_s, end_s, run.t_s[judged] - start_s, mean[judged])
