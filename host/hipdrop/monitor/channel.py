"""One channel of the monitor: its slow level, its sum, its evidence, its state."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hipdrop.events import Side
from hipdrop.monitor.levels import Finding, Level, advance
from hipdrop.settings import MonitorSettings


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel is judged by.

    Attributes
    ----------
    reference_deg
        The baseline, or the edge of the band; NaN where there is nothing to judge by.
    level_deg
        Excess of the level over the reference beyond which a step is over; inf = the level is not judged.
    clear_deg
        Excess under which a step speaks for clearing.
    allowance_deg, sum_deg_steps
        The excess of each step over the allowance is summed up (CUSUM); beyond this sum a step is over as long as the
        level is not down at `clear_deg` already; inf = no sum.
    """

    reference_deg: float
    level_deg: float
    clear_deg: float
    allowance_deg: float = 0.0
    sum_deg_steps: float = math.inf


UNKNOWN = Limits(math.nan, math.inf, -math.inf)


class Channel:
    """Follows the drop of the left leg, of the right leg, or of the mean of both, over the valid steps.

    Attributes
    ----------
    level_deg
        EWMA of the drops x (Roberts 1959, 10.1080/00401706.1959.10489860): z <- z + w (x - z) with
        w = max(ewma_weight, 1 / n); NaN before the first one.
    sum_deg_steps
        CUSUM (Page 1954, 10.1093/biomet/41.1-2.100): s <- max(0, s + x - reference - allowance), kept so low above its
        limit that one evidence window of fresh steps brings it back.
    over
        Whether the newest valid step left the level or the sum above its limit.
    skipped_steps
        Steps of this channel that did not count, since the last one that did.
    """

    __slots__ = (
        "_count",
        "_highest_sum",
        "_mask",
        "_over_bits",
        "_under_bits",
        "_weight",
        "_window",
        "level_deg",
        "limits",
        "over",
        "side",
        "skipped_steps",
        "state",
        "steps",
        "sum_deg_steps",
        "told",
    )

    def __init__(self, side: Side, settings: MonitorSettings) -> None:
        self.side = side
        self.state = Level.LEARNING
        self.level_deg = math.nan
        self.steps = 0
        self.told = False  # whether this episode's withheld alert has been reported
        self.skipped_steps = 0
        self._weight = settings.ewma_weight
        self._count = settings.evidence_steps
        self._window = settings.evidence_window_steps
        self._mask = (1 << self._window) - 1
        self.judge_by(UNKNOWN)

    @property
    def excess_deg(self) -> float:
        """How far the level lies above its reference."""
        return self.level_deg - self.limits.reference_deg

    def judge_by(self, limits: Limits) -> None:
        """Judge by these limits from here on; the evidence starts anew, an alert stays until it is cleared by them."""
        self.limits = limits
        self._highest_sum = limits.sum_deg_steps + self._window * limits.allowance_deg
        self._under_bits = 0
        self.calm()
        self.move(Finding.FORGOTTEN if math.isnan(limits.reference_deg) else Finding.READY)

    def calm(self) -> None:
        """Drop the evidence gathered so far."""
        self.sum_deg_steps = 0.0
        self._over_bits = 0
        self.over = False
        self.move(Finding.EASED)

    def take(self, drop_deg: float) -> None:
        """Take in a step that counts for this channel."""
        self.skipped_steps = 0
        self.steps += 1
        if self.steps == 1:
            self.level_deg = drop_deg
        else:
            self.level_deg += max(self._weight, 1.0 / self.steps) * (drop_deg - self.level_deg)
        if self.state is Level.LEARNING:
            return
        limits = self.limits
        excess_deg = self.level_deg - limits.reference_deg
        total = self.sum_deg_steps + drop_deg - limits.reference_deg - limits.allowance_deg
        self.sum_deg_steps = min(max(total, 0.0), self._highest_sum)
        self.over = excess_deg > limits.level_deg or (
            self.sum_deg_steps > limits.sum_deg_steps and excess_deg > limits.clear_deg
        )
        self._over_bits = (self._over_bits << 1 | self.over) & self._mask
        self._under_bits = (self._under_bits << 1 | (excess_deg < limits.clear_deg)) & self._mask

    def finding(self) -> Finding | None:
        """Say what the newest valid step means in the present state."""
        if self.state is Level.NORMAL:
            return Finding.ABOVE if self.over else None
        if self.state is Level.ALERT:
            return Finding.CLEARED if self._under_bits.bit_count() >= self._count else None
        if self._over_bits == 0:
            return Finding.EASED
        held = self.over and self._over_bits.bit_count() >= self._count
        return Finding.HELD if held else None

    def move(self, finding: Finding) -> None:
        """Go to the state that follows; an episode ends where it is normal again."""
        self.state = advance(self.state, finding)
        if self.state is Level.NORMAL or self.state is Level.LEARNING:
            self.told = False
