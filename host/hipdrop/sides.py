"""Which leg stands: several cues, held by alternation, never confidently wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from hipdrop.events import Site
from hipdrop.samples import Array
from hipdrop.settings import SideSettings
from hipdrop.strides import ODD, ORDERS, Complex

ACC_RIGHT, ROLL, YAW = 2, 3, 4  # rows of the harmonics in pelvis axes
_ODD_ORDERS = ORDERS[ODD]
BY_USER, BY_CHECK = "user", "one-leg"  # whose word it is that left is left


@dataclass(frozen=True, slots=True, eq=False)
class StrideTemplate:
    """The runner's own stride: odd harmonics in pelvis axes, t = 0 at a left contact if `confirmed`.

    Attributes
    ----------
    mean
        (6, 3) complex: linear acceleration (m/s²) and angular rate (rad/s) along forward, up, right; harmonics 1, 3, 5.
    sd
        (6, 3) stride-to-stride standard deviation (of the modulus of the difference to the mean).
    strides
        Number of strides in it.
    site
        Where the clip sat; at another site only the rates are compared.
    confirmed
        Whether left is known to be left, by the user's word or a check; what runners have in common is not enough.
    confirmed_by
        `user`, or `one-leg` for the check; empty where it is not confirmed, or by whom is not known.
    """

    mean: Complex
    sd: Array
    strides: int
    site: Site
    confirmed: bool
    confirmed_by: str = ""

    def confirmed_as(self, by: str) -> StrideTemplate:
        """Give the same stride, its sides confirmed."""
        return replace(self, confirmed=True, confirmed_by=by)

    def turned_over(self) -> StrideTemplate:
        """Give the same stride where the user says that left is right: odd harmonics change sign in half a stride."""
        return replace(self, mean=-self.mean, confirmed=True, confirmed_by=BY_USER)


def population_log_odds(mean: Complex, sd: Array, strides: int, stride_s: float, settings: SideSettings) -> float:
    """Log odds that the contact at t = 0 of the mean stride is a left one, from what runners have in common."""
    return sum(population_cues(mean, sd, strides, stride_s, settings))


def population_cues(
    mean: Complex, sd: Array, strides: int, stride_s: float, settings: SideSettings
) -> tuple[float, float, float]:
    """Log odds of roll, yaw and sideways for a left contact at t = 0 of the mean stride.

    Three cues, each worth no more than its weight, since what fails is not the measurement but the runner who is built
    otherwise; each shrunk where its harmonic does not stand out of the spread.

    1. Roll: the third harmonic of obliquity peaks in mid-stance of the standing leg (phase 180 deg, +-28 over 8
       runners). It is the drop itself, and turns over where the pelvis is hiked inside the stance.
    2. Yaw: the fundamental of the yaw rate leads left contact by 50 deg (16 to 100 in the runners measured).
    3. Sideways: the fundamental of the sideways acceleration points towards the standing leg, most in mid-stance
       (phase 118 deg, +-28).
    """
    roll_deg = mean[ROLL, 1] / (1j * 2.0 * math.pi * _ODD_ORDERS[1] / stride_s) * (180.0 / math.pi)
    return (
        settings.roll_weight
        * math.tanh(_along(roll_deg, settings.roll_phase_deg) / settings.roll_scale_deg)
        * _clarity(mean[ROLL, 1], sd[ROLL, 1], strides),
        settings.yaw_weight
        * _direction(mean[YAW, 0], settings.yaw_phase_deg)
        * _clarity(mean[YAW, 0], sd[YAW, 0], strides),
        settings.sideways_weight
        * _direction(mean[ACC_RIGHT, 0], settings.sideways_phase_deg)
        * _clarity(mean[ACC_RIGHT, 0], sd[ACC_RIGHT, 0], strides),
    )


def _along(value: complex, phase_deg: float) -> float:
    phase = math.radians(phase_deg)
    return value.real * math.cos(phase) + value.imag * math.sin(phase)


def _direction(value: complex, phase_deg: float) -> float:
    return _along(value, phase_deg) / (abs(value) + 1e-12)


def _clarity(value: complex, sd: float, strides: int) -> float:
    """Near 1 where the mean stands out of its standard error, near 0 where it drowns in it; strides overlap by half."""
    square = abs(value) ** 2
    return square / (square + 4.0 * 2.0 * sd * sd / strides + 1e-12)


class SideJudge:
    """Keeps what is known of left and right over one run.

    Within a bout of running legs alternate, so a bout has one open bit; `parity` +1 and -1 by turns is its frame. The
    first bout becomes the template (or the profile's is used), later bouts are matched with it, and all of them
    together, or a confirmed template, or the user, decide which of the template's two contacts is the left one.
    """

    def __init__(self, settings: SideSettings, template: StrideTemplate | None = None) -> None:
        self._settings = settings
        self._stored = template
        self._sum = np.zeros((6, 3), dtype=np.complex128)
        self._square = np.zeros((6, 3))
        self._n = 0
        self._site = Site.SACRUM
        self._stride_s = 0.7
        self._global = settings.confirmed_log_odds if template is not None and template.confirmed else 0.0
        self._settled_by_user = template is not None and template.confirmed
        self._word = "" if template is None else template.confirmed_by
        self._bout = 0.0
        self._relation = 1  # the bout's parity in the template's frame
        self._first_bout = template is None

    def begin_bout(self, carried_parity: int = 0) -> None:
        """The alternation starts anew: stop, gap, irregular step.

        `carried_parity` +1 or -1: going by the cadence, parity +1 of the new bout is this parity of the one before.
        """
        if self._stored is None and self._n < self._settings.first_strides:
            # too little to match anything with; what was said of left and right was said of a frame that is gone
            self._sum[:], self._square[:], self._n = 0.0, 0.0, 0
            self._global, self._settled_by_user, self._word = 0.0, False, ""
        known = self._first_bout or abs(self._bout) >= self._settings.sure_log_odds  # of the bout before
        self._first_bout = self._stored is None and self._n == 0
        relation = self._relation * carried_parity if carried_parity and known else 0
        self._relation = relation or 1
        self._bout = relation * self._settings.carry_log_odds

    def push(self, harmonics: Complex, parity: int, stride_s: float, site: Site) -> None:
        """Take one stride in pelvis axes, (6, HARMONICS); `parity` is that of the contact it begins with."""
        odd = parity * harmonics[:, ODD]
        self._stride_s = stride_s
        self._site = site
        if not self._first_bout:
            self._match(odd)
        if self._first_bout or abs(self._bout) >= self._settings.sure_log_odds:
            self._learn(odd * self._relation)

    def _match(self, odd: Complex) -> None:
        template = self.template()
        if template is None:
            return
        rows = slice(0, 6) if template.site is self._site else slice(3, 6)
        mean, sd = template.mean[rows], template.sd[rows]
        floor = self._settings.match_floor * float(np.abs(mean).max(initial=1e-9))
        likeness = np.sum(2.0 * (odd[rows] * mean.conj()).real / (sd * sd + floor * floor), axis=1)
        # each channel counts alike: a drop that has come or gone must not outvote the others
        step = self._settings.match_step * float(np.sum(np.clip(likeness, -1.0, 1.0)))
        limit = self._settings.match_limit
        self._bout = min(max(self._bout + step, -limit), limit)
        if self._bout * self._relation < 0.0:
            self._relation = -self._relation

    def _learn(self, odd: Complex) -> None:
        self._sum += odd
        self._square += np.abs(odd) ** 2
        self._n += 1
        settled = abs(self._global) >= self._settings.sure_log_odds and self._n % 8
        if not self._settled_by_user and not settled and self._n >= self._settings.first_strides:
            mean, sd = self._moments()
            self._global = population_log_odds(mean, sd, self._n, self._stride_s, self._settings)

    def _moments(self) -> tuple[Complex, Array]:
        mean = self._sum / self._n
        return mean, np.sqrt(np.maximum(self._square / self._n - np.abs(mean) ** 2, 1e-12))

    def template(self) -> StrideTemplate | None:
        """The template in use: the profile's, else that of this run once it holds enough strides."""
        if self._stored is not None:
            return self._stored
        if self._n < self._settings.first_strides:
            return None
        mean, sd = self._moments()
        return StrideTemplate(mean, sd, self._n, self._site, confirmed=False)

    def learned(self) -> StrideTemplate | None:
        """Give the template of this run, left and right as they are held to be, for the profile."""
        if self._n < self._settings.first_strides:
            return None
        mean, sd = self._moments()
        sign = 1 if self._global >= 0.0 else -1
        word = self._word if self._settled_by_user else ""
        return StrideTemplate(sign * mean, sd, self._n, self._site, self._settled_by_user, word)

    def cues_agree(self) -> bool:
        """Whether each of the population's cues says of this run's mean stride what the sides are held to be."""
        stride = self.learned()
        if stride is None:
            return False
        cues = population_cues(stride.mean, stride.sd, stride.strides, self._stride_s, self._settings)
        return min(cues) > 0.0 and sum(cues) >= self._settings.sure_log_odds

    def left_parity(self) -> int:
        """The parity (+1 or -1) of the contacts of this bout that are more likely left."""
        return self._relation * (1 if self._global >= 0.0 else -1)

    def confidence(self) -> float:
        """Probability, 0.5 to 1, that `left_parity` is right."""
        overall = _probability(abs(self._global))
        bout = 1.0 if self._first_bout else _probability(abs(self._bout))
        return overall * bout + (1.0 - overall) * (1.0 - bout)

    def sure(self) -> bool:
        """Whether the confidence suffices for what needs a side."""
        return self.confidence() >= _probability(self._settings.sure_log_odds)

    def swap(self) -> None:
        """The user says that left and right are the wrong way round, and thereby knows which is which."""
        sign = -1.0 if self._global >= 0.0 else 1.0
        self._global = sign * self._settings.confirmed_log_odds
        self._settled_by_user, self._word = True, BY_USER


def _probability(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-log_odds))
