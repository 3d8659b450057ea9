"""How far the fresh level of one runner differs from run to run, the clip taken off and put on again in between."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv, stdtrit

from hipcal.refusal import Refusal
from hipdrop.samples import Array

CONFIDENCE = 0.95
TO_SDC = 1.96 * math.sqrt(2.0)  # a difference of two runs has sqrt(2) times the error of one
FEWEST_TO_KEEP = 5  # from there on the upper end of the interval is within three times the estimate
LITERATURE_SDC_DEG = (2.7, 2.8)  # between days, 2D video of the frontal plane (Dingenen 2018)


@dataclass(frozen=True, slots=True)
class FreshRun:
    """The fresh level of one run.

    Attributes
    ----------
    name
        For words, such as that of the file.
    key
        What tells this run from every other: of the recording and its date. Two parts of one recording have one key.
    left_deg, right_deg
        Mean drop by the standing leg (`hipcal.runner.RunnerEstimate`).
    list_deg
        NaN where it is not known.
    """

    name: str
    key: str
    left_deg: float
    right_deg: float
    list_deg: float = math.nan

    @property
    def both_deg(self) -> float:
        """Mean of both legs."""
        return 0.5 * (self.left_deg + self.right_deg)


@dataclass(frozen=True, slots=True)
class Repeated:
    """One measure over the runs.

    Attributes
    ----------
    mean_deg
        Over the runs.
    sem_deg, low_deg, high_deg
        Standard error of measurement, and its 95 % interval.
    """

    mean_deg: float
    sem_deg: float
    low_deg: float
    high_deg: float

    @property
    def sdc_deg(self) -> float:
        """Smallest detectable change: a larger difference of two runs is, 19 times of 20, no error of measurement."""
        return TO_SDC * self.sem_deg


@dataclass(frozen=True, slots=True)
class RepeatabilityEstimate:
    """What runs of one person showed.

    Attributes
    ----------
    runs
        Number of runs.
    left, right, both, list
        Each measure for itself; `list` is None where a run has no standing tare.
    leg
        A leg, by both of them together: what a profile keeps as `between_day_sd_deg`. Its mean is that of both.
    outliers
        In words; they are in all figures.
    verdict
        In words.
    """

    runs: int
    left: Repeated
    right: Repeated
    both: Repeated
    list: Repeated | None
    leg: Repeated
    outliers: tuple[str, ...]
    verdict: str

    @property
    def worth_keeping(self) -> bool:
        """Whether it tells more of this runner than the literature does."""
        return self.runs >= FEWEST_TO_KEEP


def repeatability(runs: Sequence[FreshRun]) -> RepeatabilityEstimate | Refusal:
    """Estimate SEM and smallest detectable change from the fresh levels of two runs or more.

    SEM is the within-subject standard deviation (Bland and Altman 1996, doi 10.1136/bmj.313.7059.744); the smallest
    detectable change is 1.96 sqrt(2) SEM (Weir 2005, doi 10.1519/15184.1). It holds all that differs between the runs:
    how the clip sits, how its mount was found, and how the runner is on that day. Runs in which the clip stayed on tell
    less; nothing in a recording says that it was taken off, so that is the user's part.

    The interval is that of a variance with n - 1 degrees of freedom. The two legs of a run share its mount and day; for
    `leg` they count as one, so that its interval is rather too wide than too narrow.
    """
    wrong = _unfit(runs)
    if wrong is not None:
        return wrong
    left, right = (np.array([getattr(run, name) for run in runs]) for name in ("left_deg", "right_deg"))
    both = 0.5 * (left + right)
    lists = np.array([run.list_deg for run in runs])
    legs_sd_deg = math.sqrt(0.5 * float(left.var(ddof=1) + right.var(ddof=1)))
    leg = _repeated(float(both.mean()), legs_sd_deg, len(runs))
    outliers = (*_outliers(runs, left, "left leg"), *_outliers(runs, right, "right leg"))
    return RepeatabilityEstimate(
        len(runs), _of(left), _of(right), _of(both), _of(lists) if np.isfinite(lists).all() else None,
        leg, outliers, _verdict(leg, len(runs)),
    )  # fmt: skip


def worth(runs: int) -> tuple[float, float]:
    """Give the ends of the 95 % interval of an SEM of so many runs, as factors on it.

    0.45 to 32 for two runs, 0.52 to 6.3 for three, 0.60 to 2.9 for five, 0.69 to 1.8 for ten.
    """
    free, tail = runs - 1, 0.5 * (1.0 - CONFIDENCE)
    low, high = (math.sqrt(free / _chi_square(free, part)) for part in (1.0 - tail, tail))
    return low, high


def _chi_square(free: int, part: float) -> float:
    """Quantile of the chi-square distribution."""
    return float(2.0 * gammaincinv(0.5 * free, part))


def _unfit(runs: Sequence[FreshRun]) -> Refusal | None:
    more = "take the clip off, put it on again, and record another run"
    if len(runs) < 2:
        return Refusal(f"{'one run shows' if runs else 'no run shows'} no difference", more)
    often, times = Counter(run.key for run in runs).most_common(1)[0]
    if times > 1:
        names = " and ".join(run.name for run in runs if run.key == often)
        return Refusal(f"{names} are of the same run: the clip was not taken off between them", more)
    for run in runs:
        if not math.isfinite(run.left_deg + run.right_deg):
            return Refusal(f"{run.name} shows no fresh level of both legs", "leave it out")
    return None


def _of(values: Array) -> Repeated:
    return _repeated(float(values.mean()), float(values.std(ddof=1)), len(values))


def _repeated(mean_deg: float, sem_deg: float, runs: int) -> Repeated:
    low, high = worth(runs)
    return Repeated(mean_deg, sem_deg, low * sem_deg, high * sem_deg)


def _outliers(runs: Sequence[FreshRun], values: Array, name: str) -> list[str]:
    """Name the run that Grubbs' test finds at 5 % (Grubbs 1969, doi 10.1080/00401706.1969.10490657); three or more."""
    n, sd = len(values), float(values.std(ddof=1))
    if n < 3 or sd == 0.0:
        return []
    off = np.abs(values - values.mean())
    worst = int(off.argmax())
    t = float(stdtrit(n - 2, 1.0 - 0.05 / (2 * n)))
    if off[worst] <= sd * (n - 1) / math.sqrt(n) * math.sqrt(t * t / (n - 2 + t * t)):
        return []
    others = float(np.delete(values, worst).mean())
    return [f"{runs[worst].name}: {name} {values[worst]:.1f} deg, in the other runs {others:.1f}"]


def _verdict(leg: Repeated, runs: int) -> str:
    low, high = worth(runs)
    words = (
        f"from run to run the fresh level of a leg is off by {leg.sem_deg:.1f} deg (SEM); "
        f"less than {leg.sdc_deg:.1f} deg between two runs is no change"
    )
    if runs >= FEWEST_TO_KEEP:
        return words
    factors = f"{low:.1f} to {high:.0f}" if high >= 10.0 else f"{low:.1f} to {high:.1f}"
    return f"{words}. Of {runs} runs that is a first idea: the true figure is {factors} times it"
