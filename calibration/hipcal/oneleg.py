"""The one-leg check: on one leg the pelvis comes over that leg, which tells left from right where drop cannot."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import cumulative_trapezoid

from hipcal.levelled import LOOK_S, REST_S, Levelled, levelled
from hipcal.refusal import Refusal
from hipdrop.events import Side
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array

LEAST_MM = 30.0  # half of what a stand takes (50 to 100: half the distance between the feet)
MOST_MM = 250.0  # more is a step
LEAST_HOLD_S = 1.5
SIGMA_MM = 15.0  # of the way to the side, with room over the 8 mm of simulated stands (docs/calibration.md)
_MARGIN_S = 1.0  # of standing on both legs, taken before and behind
_TRIM_PART = 0.15  # of the hold at either end: the weight still comes and goes
_CALM = np.array([0.02, math.radians(0.2)])  # m/s², rad/s: least spread of half a second of standing, noise of the chip
_MOVES = 3.0  # times the spread of the standing before
_ROUNDS = 4
_UNREST = 0.18  # of 500 simulated stands all had less than 0.14, and one whose way came out wrong 0.23
_LONGEST_S = 12.0  # for more the way is not known from an accelerometer
_AGAIN = "stand on both legs, then on one for three seconds, then on both until told"


@dataclass(frozen=True, slots=True)
class OneLegEstimate:
    """What a stand on one leg showed.

    Attributes
    ----------
    asked
        The leg that was to stand.
    seen
        The leg over which the pelvis came, in the mount that was given.
    confirms
        Whether they are the same.
    right_mm
        How far the pelvis moved to the right, below 0 to the left.
    obliquity_deg
        How much lower the right side was than on both legs. The healthy lift the free hip or keep it level, the weak
        let it drop: it is told, and not judged by.
    hold_s
        How long it was held.
    confidence
        Probability that the pelvis moved to the side that is seen, 0.5 to 1.
    verdict
        In words.
    """

    asked: Side
    seen: Side
    confirms: bool
    right_mm: float
    obliquity_deg: float
    hold_s: float
    confidence: float
    verdict: str


def one_leg_check(
    t_s: Array, acc_ms2: Array, gyr_rads: Array, pelvis_from_sensor: Array, leg: Side = Side.LEFT
) -> OneLegEstimate | Refusal:
    """Check left and right of a mount by a stand on one leg.

    To stand on one leg the centre of mass has to come over its foot. The way of the pelvis is the level acceleration
    along the right axis, integrated twice. Before and behind the stand the wearer stands on both legs in the same
    place, and in the hold is at rest but for sway: where the speed is not nought then, it is error of sensor and
    orientation (zero-velocity updates, as Skog et al. 2010, doi 10.1109/TBME.2010.2060723, have them for steps). A
    cubic in time through these three rests is taken off the speed.

    A clip back to front and a stand on the other leg look alike, here and to any other sensor on the pelvis.

    Parameters
    ----------
    t_s, acc_ms2, gyr_rads
        (N,), (N, 3), (N, 3) of the whole procedure, sensor axes: standing on both legs, on one, on both.
    pelvis_from_sensor
        (3, 3) mount to be checked.
    leg
        The leg that was to stand.
    """
    data = levelled(t_s, acc_ms2, gyr_rads)
    if isinstance(data, Refusal):
        return data
    part = _moving_part(data)
    if isinstance(part, Refusal):
        return part
    right_m, unrest = way_to_the_right(data, pelvis_from_sensor, part)
    right_mm = 1e3 * right_m
    peak_mm = float(right_mm[np.abs(right_mm).argmax()])
    over = np.abs(right_mm) > 0.5 * abs(peak_mm)
    held = over & (right_mm * peak_mm > 0.0)
    hold_s = float(held.sum() / data.rate_hz)
    wrong = _unclear(right_mm, peak_mm, over, held, hold_s)
    if wrong is not None:
        return wrong
    if unrest > _UNREST:
        return Refusal("the pelvis was not still on one leg", "hold on to something, and do it again")
    there_mm = float(np.median(right_mm[held]))
    obliquity = -np.rad2deg(np.arcsin(pelvis_from_sensor[2] @ data.up[:, part]))
    standing = -math.degrees(math.asin(float(pelvis_from_sensor[2] @ data.standing_up)))
    return _estimate(leg, there_mm, float(np.median(obliquity[held])) - standing, hold_s)


def way_to_the_right(data: Levelled, pelvis_from_sensor: Array, part: slice) -> tuple[Array, float]:
    """Integrate the level acceleration along the right axis, at rest at both ends and in the hold.

    Returns the way in metres (n,), and the RMS speed in the hold over the largest speed.
    """
    up, t_s = data.up[:, part], data.t_s[part] - data.t_s[part.start]
    right = pelvis_from_sensor[2][:, None] - up * (pelvis_from_sensor[2] @ up)
    right /= np.linalg.norm(right, axis=0)
    linear = data.acc_ms2[part].T - STANDARD_GRAVITY_MS2 * up
    speed = cumulative_trapezoid(np.sum(right * linear, axis=0), t_s, initial=0.0)
    ends = (t_s < _MARGIN_S) | (t_s > t_s[-1] - _MARGIN_S)
    way = _way(_at_rest(speed, t_s, ends, 1), t_s, ends)
    for _ in range(_ROUNDS):  # which time is the hold shows the better, the better the way is known
        speed = _at_rest(speed, t_s, ends | _held(way), 3)
        way = _way(speed, t_s, ends)
    unrest = float(np.sqrt(np.mean(speed[_held(way)] ** 2)) / np.abs(speed).max())
    return way, unrest


def _at_rest(speed: Array, t_s: Array, rest: NDArray[np.bool_], degree: int) -> Array:
    """Take off the polynomial that the speed is where there is none."""
    drift = np.polynomial.Polynomial.fit(t_s[rest], speed[rest], degree)
    return np.asarray(speed - drift(t_s))


def _way(speed: Array, t_s: Array, ends: NDArray[np.bool_]) -> Array:
    way = cumulative_trapezoid(speed, t_s, initial=0.0)
    return _at_rest(way, t_s, ends, 1)


def _held(way: Array) -> NDArray[np.bool_]:
    """The inner part of the time for which the way is beyond half of its largest."""
    peak = way[np.abs(way).argmax()]
    beyond = np.flatnonzero(way / peak > 0.5)
    inner = np.zeros(len(way), dtype=np.bool_)
    trim = round(_TRIM_PART * len(beyond))
    inner[beyond[trim : len(beyond) - trim]] = True
    return inner


def _moving_part(data: Levelled) -> slice | Refusal:
    """From a second before the first movement to a second behind the last."""
    n = round(LOOK_S * data.rate_hz)
    pieces = len(data.t_s) // n
    both = np.concatenate([data.acc_ms2, data.gyr_rads], axis=1)[: pieces * n].reshape(pieces, n, 6)
    spread = np.sqrt(both.var(axis=1).reshape(pieces, 2, 3).sum(axis=2))
    calm = np.maximum(spread[: round(REST_S / LOOK_S)].max(axis=0), _CALM)
    moving = np.flatnonzero((spread > _MOVES * calm).any(axis=1))
    margin = round(_MARGIN_S / LOOK_S)
    if len(moving) == 0:
        return Refusal("you did not move", _AGAIN)
    if moving[0] < margin or pieces - 1 - moving[-1] < margin:
        where = "beginning" if moving[0] < margin else "end"
        return Refusal(f"you did not stand still on both legs at the {where}", _AGAIN)
    part = slice(int(moving[0] - margin) * n, int(moving[-1] + 1 + margin) * n)
    if (part.stop - part.start) / data.rate_hz > _LONGEST_S:
        return Refusal("it took too long", "lift the foot, hold it for three seconds, and put it down; no more")
    return part


def _unclear(
    right_mm: Array, peak_mm: float, over: NDArray[np.bool_], held: NDArray[np.bool_], hold_s: float
) -> Refusal | None:
    if abs(peak_mm) < LEAST_MM:
        return Refusal(f"the pelvis moved by {abs(peak_mm):.0f} mm to the side only", "lift the foot off the ground")
    if abs(peak_mm) > MOST_MM:
        return Refusal(f"the pelvis moved by {abs(peak_mm):.0f} mm: that was a step", _AGAIN)
    if (over & ~held).any():
        return Refusal("the pelvis went to both sides", "stand on one leg only, and come back; hold on to something")
    if hold_s < LEAST_HOLD_S:
        return Refusal(f"the stand lasted {hold_s:.1f} s only", "hold it for three seconds")
    return None


def _estimate(leg: Side, right_mm: float, obliquity_deg: float, hold_s: float) -> OneLegEstimate:
    seen = Side.RIGHT if right_mm > 0.0 else Side.LEFT
    confidence = 0.5 * (1.0 + math.erf(abs(right_mm) / SIGMA_MM / math.sqrt(2.0)))
    way = f"the pelvis moved {abs(right_mm):.0f} mm to the {seen}"
    if seen is leg:
        verdict = f"{way}, over the {leg} leg: left and right are right"
    else:
        verdict = (
            f"{way}, away from the {leg} leg: the clip is worn back to front, or you stood on the {seen} leg; "
            f"stand on the {leg} leg once more, and if it says the same, calibrate the mount again"
        )
    return OneLegEstimate(leg, seen, seen is leg, right_mm, obliquity_deg, hold_s, confidence, verdict)
