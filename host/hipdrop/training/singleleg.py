"""The single-leg stance test: raise the other side of the pelvis, and hold it; from samples to figures.

Trendelenburg's test as Hardcastle and Nade (1985, J Bone Joint Surg Br 67:741, doi 10.1302/0301-620X.67B5.4055873) have
it: on one leg, the other hip flexed up to 30 deg, the pelvis raised as high as it goes and held for 30 s. A height is
that of the free side over where it was in the quiet stand on both legs; docs/single-leg-test.md has the definitions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from hipcal.levelled import quiet, rate_of
from hipcal.procedures.quiet import LEAST_G
from hipcal.refusal import Refusal
from hipdrop.events import Side
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array, SampleBlock
from hipdrop.training.levelled import Levelled, Levels, joined_levels
from hipdrop.training.stances import Stance, stance_of
from hipdrop.training.sway import Sway, judged, sway_of

STAND_S = 5.0  # of quiet standing on both legs before: less leaves too much of the gyroscope's bias (Levelled)
LEAST_STAND_S = 3.5
CALM_S = 3.0  # of it have to be quiet, and level the samples in which the stance is sought
BEFORE_S = 1.0  # before the weight is seen to move it may have begun to
SMOOTH_S = 1.0  # heights are means over so long: the sway of balance is not the height of the pelvis
RAISE_WITHIN_S = 3.0  # of judged time from the start on: the height of the raise is the highest in it
# Under the raise by so much it has fallen: the standard error of the test read with a goniometer
# (`hipdrop.training.detectable`), and more than the pelvis sways about its height on one leg
FALLEN_DEG = 2.0
STAYS_S = 1.0  # for so long at least
# A height is not known closer: a mount that is off by 3 deg makes this of a pelvis that tilts by 4 deg in the stance
HEIGHT_KNOWN_DEG = 0.2
CLEAR_S = 1.0  # a time that may be so much earlier or later, and no more, is given as one
LEAST_HOLD_S = 5.0  # less tells nothing of holding
COURSE_HZ = 10.0
_RESTLESS = Refusal(
    "you did not stand still on both legs at the beginning", f"stand still for {STAND_S:.0f} s, then lift the foot"
)

Span = tuple[float | None, float | None]  # from when to when, s; None: never


def is_clear(span_s: Span) -> bool:
    """Say whether a time that lies in it is known to half a second."""
    first_s, last_s = (math.inf if one is None else one for one in span_s)
    return first_s == last_s or last_s - first_s <= CLEAR_S


@dataclass(frozen=True, slots=True, eq=False)
class SingleLegEstimate:
    """What one try showed.

    Attributes
    ----------
    leg
        Which leg stood.
    start_s, end_s
        When the other foot left the ground and came back, on the time axis of the samples.
    raise_deg
        Highest mean over a second of the free side's height from 2 to 5 s; below 0 it was never raised.
    below_start_s
        Since the start, when it had fallen 2 deg under the raise and stayed there; None: it did not.
    below_level_s
        The same for level, where it was on both legs. At the first moment that is judged: it never was over level.
    below_start_span_s, below_level_span_s
        The earliest and the latest that these can be, as close as a height is known.
    mean_drop_deg, peak_drop_deg
        How far under level the free side was on the average and at its lowest; below 0 it stayed over level.
    sway
        How steady the stance was.
    touch_downs_s
        Since the start, when the free foot came down.
    way_mm
        How far the pelvis came over the leg.
    course_s, course_deg
        Height over time since the start, ten a second.
    """

    leg: Side
    start_s: float
    end_s: float
    raise_deg: float
    below_start_s: float | None
    below_level_s: float | None
    below_start_span_s: Span
    below_level_span_s: Span
    mean_drop_deg: float
    peak_drop_deg: float
    sway: Sway
    touch_downs_s: tuple[float, ...]
    way_mm: float
    course_s: tuple[float, ...]
    course_deg: tuple[float, ...]

    @property
    def hold_s(self) -> float:
        """How long it was held."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True, eq=False)
class Heights:
    """Height of the free side of the pelvis in a stance.

    Attributes
    ----------
    since_s
        (N,) times since its start.
    height_deg
        (N,) means over a second.
    judged
        (N,) not at the ends, not near a touch-down.
    """

    since_s: Array
    height_deg: Array
    judged: NDArray[np.bool_]

    @property
    def raise_deg(self) -> float:
        """The highest of the first three seconds that are judged."""
        return float(self.height_deg[self.judged][: round(RAISE_WITHIN_S / self.step_s)].max())

    @property
    def step_s(self) -> float:
        """From one sample to the next."""
        return float(self.since_s[-1] - self.since_s[0]) / (len(self.since_s) - 1)

    def below(self, height_deg: float) -> float | None:
        """Give when it is lower than this from the raise on, and stays so for a second of judged time."""
        low = self.height_deg < height_deg
        needed = round(STAYS_S / self.step_s)
        begun, run = 0, 0
        for at in np.flatnonzero(self.judged).tolist():
            begun, run = (begun if run else at, run + 1) if low[at] else (0, 0)
            if run >= needed:
                return float(self.since_s[begun])
        return None

    def below_span(self, height_deg: float) -> Span:
        """Give the earliest and the latest that it may have been, by how close a height is known.

        The first time of a swaying height under a line jumps by seconds where it only just touches the line: a small
        error of the height is not always a small one of the time.
        """
        return self.below(height_deg + HEIGHT_KNOWN_DEG), self.below(height_deg - HEIGHT_KNOWN_DEG)


def single_leg_test(block: SampleBlock, pelvis_from_sensor: Array, leg: Side) -> SingleLegEstimate | Refusal:
    """Look at one try: quiet standing on both legs, the stance, and both legs again.

    Parameters
    ----------
    block
        Samples of all of it, in sensor axes, calibrated where there is a calibration.
    pelvis_from_sensor
        (3, 3) mount.
    leg
        The leg that was to stand.
    """
    found = stood(block, pelvis_from_sensor, leg)
    if isinstance(found, Refusal):
        return found
    levels, level_deg, stance = found
    if stance.end_s - stance.start_s < LEAST_HOLD_S:
        held_s = stance.end_s - stance.start_s
        return Refusal(
            f"the foot was off the ground for {held_s:.1f} s only", "hold it for 30 s, or as long as you can"
        )
    return _estimate(levels, level_deg, stance)


def stood(block: SampleBlock, pelvis_from_sensor: Array, leg: Side) -> tuple[Levels, float, Stance] | Refusal:
    """Find the stance, then the angles again with all of the quiet stand before it; and the obliquity of that, deg."""
    wrong = _unfit(block)
    if wrong is not None:
        return wrong
    calm = round(CALM_S * rate_of(block.t_s))
    if not quiet(block.acc_ms2[:calm], block.gyr_rads[:calm], rate_of(block.t_s)).all():
        return _RESTLESS
    stance = stance_of(_from(block, calm, pelvis_from_sensor)[0], leg)
    if isinstance(stance, Refusal):
        return stance
    rest = int(np.searchsorted(block.t_s, stance.shift_s - BEFORE_S))
    if rest < LEAST_STAND_S * rate_of(block.t_s):
        return _RESTLESS
    return *_from(block, rest, pelvis_from_sensor), stance


def _from(block: SampleBlock, rest: int, pelvis_from_sensor: Array) -> tuple[Levels, float]:
    """Give the columns of samples that begin with so many of quiet standing, and its obliquity."""
    levelled = Levelled(block.slice(0, rest), pelvis_from_sensor)
    return joined_levels([levelled.standing, levelled.push(block.slice(rest, len(block)))]), levelled.obliquity_deg


def _unfit(block: SampleBlock) -> Refusal | None:
    if len(block) < 2 or block.t_s[-1] - block.t_s[0] < LEAST_STAND_S:
        return Refusal("there is too little data", "do it again")
    if not (np.isfinite(block.acc_ms2).all() and np.isfinite(block.gyr_rads).all()):
        return Refusal("some samples are no numbers", "do it again")
    if not np.linalg.norm(block.acc_ms2.mean(axis=0)) > LEAST_G * STANDARD_GRAVITY_MS2:
        return Refusal("no gravity is felt", "switch the clip off and on, and do it again")
    gap_s = float(np.diff(block.t_s).max())
    if gap_s > 0.1:
        return Refusal(
            f"{gap_s:.1f} s of samples are missing", "bring the clip nearer to the computer, then do it again"
        )
    return None


def height_deg(levels: Levels, level_deg: float, leg: Side) -> Array:
    """Give the height (N,) of the side that does not stand over where it was on both legs."""
    sign = -1.0 if leg is Side.LEFT else 1.0  # obliquity > 0: right side down
    return np.asarray(sign * (levels.obliquity_deg - level_deg))


def heights_of(levels: Levels, level_deg: float, stance: Stance) -> Heights:
    """Give the heights of a stance."""
    n = max(1, round(SMOOTH_S * levels.rate_hz) | 1)
    smooth = uniform_filter1d(height_deg(levels, level_deg, stance.leg), n, mode="nearest")
    since_s = levels.t_s - stance.start_s
    inside = slice(*np.searchsorted(levels.t_s, [stance.start_s, stance.end_s]).tolist())
    return Heights(since_s[inside], smooth[inside], judged(levels.t_s, stance)[inside])


def _estimate(levels: Levels, level_deg: float, stance: Stance) -> SingleLegEstimate | Refusal:
    heights = heights_of(levels, level_deg, stance)
    if heights.judged.sum() < STAYS_S * levels.rate_hz:
        return Refusal("the foot came down too often", "hold on to something on the side of the standing leg")
    drops = -heights.height_deg[heights.judged]
    raised_deg = heights.raise_deg
    step = max(1, round(levels.rate_hz / COURSE_HZ))
    return SingleLegEstimate(
        leg=stance.leg,
        start_s=stance.start_s,
        end_s=stance.end_s,
        raise_deg=raised_deg,
        below_start_s=heights.below(raised_deg - FALLEN_DEG),
        below_level_s=heights.below(0.0),
        below_start_span_s=heights.below_span(raised_deg - FALLEN_DEG),
        below_level_span_s=heights.below_span(0.0),
        mean_drop_deg=float(drops.mean()),
        peak_drop_deg=float(drops.max()),
        sway=sway_of(levels, stance),
        touch_downs_s=tuple(at_s - stance.start_s for at_s in stance.touches_s),
        way_mm=stance.way_mm,
        course_s=tuple(heights.since_s[::step].round(2).tolist()),
        course_deg=tuple(heights.height_deg[::step].round(2).tolist()),
    )
