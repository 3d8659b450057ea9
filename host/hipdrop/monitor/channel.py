"""One channel of the monitor: its slow level, its evidence, its state."""

from __future__ import annotations

import math

from hipdrop.events import Side
from hipdrop.monitor.baseline import Location
from hipdrop.monitor.levels import Finding, Level, advance
from hipdrop.settings import MonitorSettings


class Channel:
    """Follows the drop of the left leg, of the right leg, or of the mean of both, over the valid steps.

    Attributes
    ----------
    level_deg
        EWMA of the drops, z <- z + w (x - z), w = max(ewma_weight, 1 / n); NaN before the first one.
    reference_deg, margin_deg
        The level judged against (baseline, or edge of the band), and how far above it the limit lies.
    over
        Whether the newest valid step left the level above the limit.
    skipped_steps
        Steps of this channel that did not count, since the last one that did.
    """

    __slots__ = (
        "_clear",
        "_count",
        "_mask",
        "_over_bits",
        "_under_bits",
        "_weight",
        "baseline",
        "learned_deg",
        "level_deg",
        "margin_deg",
        "over",
        "reference_deg",
        "side",
        "skipped_steps",
        "state",
        "steps",
        "told",
    )

    def __init__(self, side: Side, settings: MonitorSettings) -> None:
        self.side = side
        self.state = Level.LEARNING
        self.level_deg = math.nan
        self.steps = 0
        self.learned_deg: list[float] = []
        self.baseline: Location | None = None
        self.told = False  # whether this episode's withheld alert has been reported
        self.skipped_steps = 0
        self.over = False
        self.reference_deg = math.nan
        self.margin_deg = math.nan
        self._weight = settings.ewma_weight
        self._clear = settings.clear_fraction
        self._count = settings.evidence_steps
        self._mask = (1 << settings.evidence_window_steps) - 1
        self._over_bits = 0
        self._under_bits = 0

    @property
    def excess_deg(self) -> float:
        """How far the level lies above its reference."""
        return self.level_deg - self.reference_deg

    def refer(self, reference_deg: float, margin_deg: float) -> None:
        """Judge against this level from here on; NaN = nothing to judge by. The state starts anew."""
        self.reference_deg = reference_deg
        self.margin_deg = margin_deg
        self._over_bits = self._under_bits = 0
        self.over = False
        self.move(Finding.FORGOTTEN)
        if not math.isnan(reference_deg):
            self.move(Finding.READY)

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
        excess_deg = self.level_deg - self.reference_deg
        self.over = excess_deg > self.margin_deg
        self._over_bits = (self._over_bits << 1 | self.over) & self._mask
        self._under_bits = (self._under_bits << 1 | (excess_deg < self._clear * self.margin_deg)) & self._mask

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
        """Go to the level that follows; an episode ends where it is normal again."""
        self.state = advance(self.state, finding)
        if self.state is Level.NORMAL or self.state is Level.LEARNING:
            self.told = False
