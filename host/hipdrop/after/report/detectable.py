"""The smallest change that can be told from chance, which stands beside every difference (docs/report.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from hipdrop.after.analysis import LEGS, RunAnalysis, parts
from hipdrop.after.steptable import StepTable
from hipdrop.events import Side
from hipdrop.monitor import StoredBaseline
from hipdrop.monitor.baseline import locate
from hipdrop.profile import Profile
from hipdrop.samples import Array
from hipdrop.summary import FRESH_PART, FRESH_S, MIN_STEPS

Z_95 = 1.96
WANDER_S = 300.0  # memory of a runner's slowly wandering level (docs/monitor.md, "The frontier")
LAGS = 100  # steps behind which neighbours are alike no more: the correlation of neighbours is 0.9 at most
BETWEEN_DAYS_DEG = 2.8  # 2.7 to 2.8 deg: 2D video a week apart, 21 runners (Dingenen 2018)
NOT_MEASURED_DEG = next(field.default for field in fields(StoredBaseline) if field.name == "between_day_sd_deg")


@dataclass(frozen=True)
class Change:
    """A figure, fresh and at the end of a run.

    Attributes
    ----------
    key, name, unit
        For programs, for people, and the unit of all figures.
    fresh, end, detectable
        NaN where not known; `detectable` at 95 %.
    side
        `left` or `right` where it is of one leg.
    decimals
        That can be meant.
    """

    key: str
    name: str
    unit: str
    fresh: float
    end: float
    detectable: float
    side: str = ""
    decimals: int = 1

    @property
    def change(self) -> float:
        """End less fresh."""
        return self.end - self.fresh

    @property
    def known(self) -> bool:
        """Whether there is a difference, and how small a one could be seen."""
        return math.isfinite(self.change) and math.isfinite(self.detectable)

    @property
    def stands_out(self) -> bool:
        """Whether the change is larger than the smallest detectable one."""
        return self.known and abs(self.change) > self.detectable


def standard_error(values: Array) -> float:
    """Give that of the median of neighbouring steps (N,); NaN for fewer than make a stable mean.

    From the robust SD and the correlation r of neighbours, as the monitor's baseline has them: for normal steps whose
    likeness fades as that of an autoregression of first order, (pi / 2) SD² / N (1 + (4 / pi) sum of arcsin r^k).
    """
    values = values[np.isfinite(values)]
    if len(values) < MIN_STEPS:
        return math.nan
    found = locate(values.tolist())
    alike = float(np.arcsin(found.lag1 ** np.arange(1.0, LAGS)).sum())
    return found.sd_deg * math.sqrt((0.5 * math.pi + 2.0 * alike) / found.steps)


def wander_error(sd: float, memory_s: float, part_s: float, apart_s: float) -> float:
    """Give the SD of the difference of the means of a wandering level over two parts of a run.

    Ornstein and Uhlenbeck's process of this SD and memory, averaged over `part_s`, once `apart_s` after the other:
    2 (V - C), V = 2 sd² q² (1 / q - 1 + e^(-1 / q)), C = sd² q² (1 - e^(-1 / q))² e^(-(apart - part) / memory), q =
    memory / part.
    """
    q = memory_s / part_s
    own = 2.0 * q * q * (1.0 / q - 1.0 + math.exp(-1.0 / q))
    shared = (q * (1.0 - math.exp(-1.0 / q))) ** 2 * math.exp(-(apart_s - part_s) / memory_s)
    return sd * math.sqrt(max(2.0 * (own - shared), 0.0))


def drop_changes(analysis: RunAnalysis) -> dict[Side, Change]:
    """Give the drop of left, right and both with the smallest detectable change within the run.

    1.96 standard errors of the difference: of the two medians, and of the level, which wanders in a fresh runner too
    (`wander_deg` of the monitor's settings).
    """
    fresh, end = parts(analysis.steps)
    wander_deg = _wander_deg(analysis, fresh, end)
    noise_deg = {side: _noise(fresh.counted(side).drop_deg, end.counted(side).drop_deg) for side in LEGS}
    noise_deg[Side.BOTH] = 0.5 * math.hypot(*noise_deg.values())
    return {
        drop.side: Change(
            f"drop.{drop.side}", str(drop.side), "°", drop.fresh_deg, drop.end_deg,
            Z_95 * math.hypot(noise_deg[drop.side], wander_deg), str(drop.side) if drop.side in LEGS else "",
        )
        for drop in analysis.summary.drops
    }  # fmt: skip


def other_changes(analysis: RunAnalysis) -> list[Change]:
    """Give cadence, contact, flight, oscillation and list; detectable is 1.96 standard errors from step to step."""
    fresh, end = (part.where(part.valid) for part in parts(analysis.steps))
    rows: list[tuple[str, str, str, Side | None, int]] = [("cadence_spm", "cadence", "steps/min", None, 1)]
    rows += [("contact_ms", f"contact time, {side}", "ms", side, 0) for side in LEGS]
    rows += [("flight_ms", f"flight after the {side} foot", "ms", side, 0) for side in LEGS]
    rows += [
        ("oscillation_mm", "vertical oscillation", "mm", None, 0),
        ("list_deg", "list, right side down", "°", None, 1),
    ]
    out = []
    for column, name, unit, side, decimals in rows:
        a, b = (_known(part if side is None else part.counted(side), column) for part in (fresh, end))
        if min(len(a), len(b)) >= MIN_STEPS:
            key = column if side is None else f"{column}.{side}"
            middles = float(np.median(a)), float(np.median(b))
            out.append(Change(key, name, unit, *middles, Z_95 * _noise(a, b), str(side or ""), decimals))
    return out


def between_runs(profile: Profile | None) -> tuple[float, bool]:
    """Give the smallest detectable change of drop between runs, degrees, and whether it is this runner's own.

    The own one is 1.96 √2 of the profile's SD from day to day, where one was measured.
    """
    baseline = None if profile is None else profile.baseline
    if baseline is None or baseline.between_day_sd_deg == NOT_MEASURED_DEG:
        return BETWEEN_DAYS_DEG, False
    return Z_95 * math.sqrt(2.0) * baseline.between_day_sd_deg, True


def _wander_deg(analysis: RunAnalysis, fresh: StepTable, end: StepTable) -> float:
    part_s = min(FRESH_S, FRESH_PART * analysis.summary.running_s)
    if min(len(fresh), len(end)) == 0 or part_s <= 0.0:
        return math.nan
    apart_s = max(float(end.contact_s[0] - fresh.contact_s[0]), part_s)
    return wander_error(analysis.recorded.settings.monitor.wander_deg, WANDER_S, part_s, apart_s)


def _noise(fresh: Array, end: Array) -> float:
    return math.hypot(standard_error(fresh), standard_error(end))


def _known(steps: StepTable, column: str) -> Array:
    values: Array = steps.columns()[column]
    return values[np.isfinite(values)]
