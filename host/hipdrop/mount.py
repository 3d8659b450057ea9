"""How the clip sits on the pelvis, found from the shape of the runner's own strides."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hipdrop.events import Site
from hipdrop.samples import Array
from hipdrop.settings import MountSettings
from hipdrop.strides import EVEN, ODD, ORDERS, Complex

_HEADINGS = np.deg2rad(np.arange(0.0, 180.0, 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class Mount:
    """The clip on the pelvis.

    Attributes
    ----------
    pelvis_from_sensor
        (3, 3), v_pelvis = R v_sensor; rows are forward, up and right in sensor axes.
    site, lever_m
        Where it sits; metres to the right of the midline (NaN if not estimated).
    quality
        Contrast of the step symmetry, 0 to 1 (1 for a given mount).
    forward_correlation
        How clearly forward is not backward, 0 to 1 (1 for a given mount).
    """

    pelvis_from_sensor: Array
    site: Site
    lever_m: float = math.nan
    quality: float = 1.0
    forward_correlation: float = 1.0


class MountFinder:
    """Heading by step symmetry, forward from braking, site from the lever arm; over the strides seen so far.

    1. Up: the mean up vector at quiet standing, or over the strides themselves.
    2. Heading: forward and vertical acceleration and pitch rate repeat every step, sideways acceleration, roll and yaw
       every stride. The axis is sought that puts most of the step-periodic (even) harmonics into forward acceleration
       and pitch rate and most of the stride-periodic (odd) ones into sideways acceleration and roll rate.
    3. Forward, not backward: forward acceleration runs against the derivative of the vertical one (braking comes
       before, pushing after the peak of the vertical).
    4. Site: the part of forward acceleration that follows the yaw acceleration at odd harmonics is the lever arm to the
       right of the midline; over a hip it has to be nearly all of it.

    Step symmetry of the accelerometer after Avvenuti et al. (2013, doi 10.1049/el.2012.3763). Points of deviation:
    gyroscope and accelerometer together; six harmonics of the stride, averaged over strides, for the autocorrelation
    at a lag of one step (the same figure, (even - odd) / (even + odd), without what lies above 9 Hz and without what
    does not repeat).
    """

    def __init__(self, settings: MountSettings) -> None:
        self._settings = settings
        self._bouts: list[tuple[int, Complex, Array]] = []
        self._sum = np.zeros((6, len(ORDERS)), dtype=np.complex128)
        self._up = np.zeros(3)
        self._period = 0.0
        self._n = 0

    @property
    def strides(self) -> int:
        """Number of strides seen."""
        return self._n + sum(n for n, _, _ in self._bouts)

    def end_bout(self) -> None:
        """The alternation of the legs starts anew: what follows is averaged apart."""
        if self._n:
            self._bouts.append((self._n, self._sum.copy(), self._up.copy()))
            self._sum[:] = 0.0
            self._up[:] = 0.0
            self._n = 0

    def push(self, harmonics: Complex, parity: int, mean_up: Array, stride_s: float) -> None:
        """Take one stride: its harmonics, +1 or -1 by turns, its mean up vector (3,), its length."""
        self._sum[:, EVEN] += harmonics[:, EVEN]
        self._sum[:, ODD] += parity * harmonics[:, ODD]
        self._up += mean_up
        self._n += 1
        self._period += 0.1 * (stride_s - self._period) if self._period else stride_s

    def find(self, standing_up: Array | None, site: Site | None, previous: Mount | None) -> Mount | None:
        """Estimate the mount; None while the strides do not determine it.

        Parameters
        ----------
        standing_up
            (3,) mean up vector at quiet standing, None if there was none.
        site
            What the user says of the site, None to find it.
        previous
            An earlier find, whose forward is kept: refining never turns left into right.
        """
        bouts = [*self._bouts, (self._n, self._sum, self._up)]
        bouts = [(n, total / n, ups / n) for n, total, ups in bouts if n]
        if not bouts:
            return None
        weights = np.array([float(n) for n, _, _ in bouts])
        total_up: Array = np.sum([n * u for n, _, u in bouts], axis=0)
        up = total_up if standing_up is None else standing_up
        up = np.asarray(up / np.linalg.norm(up))
        basis = _horizontal_basis(up)
        heading, quality = _symmetry_heading(basis, bouts)
        forward = math.cos(heading) * basis[0] + math.sin(heading) * basis[1]
        correlation = float(np.average([_braking(forward, up, m) for _, m, _ in bouts], weights=weights))
        against = correlation if previous is None else -float(forward @ previous.pelvis_from_sensor[0])
        if against > 0.0:
            forward, correlation = -forward, -correlation
        rotation = np.stack((forward, up, np.cross(forward, up)))
        levers = np.average([_lever(rotation, m, self._period) for _, m, _ in bouts], weights=weights, axis=0)
        lever_m, coherence = float(levers[0]), float(levers[1])
        power = np.average([float(np.sum(np.abs(m[3:]) ** 2)) for _, m, _ in bouts], weights=weights) / 2.0
        rate_dps = math.degrees(math.sqrt(power))
        found = Mount(rotation, site or self._site(lever_m, coherence), lever_m, quality, max(0.0, -correlation))
        return found if previous is not None or self._good(found, rate_dps) else None

    def backward(self, mount: Mount) -> float:
        """Say how clearly the strides run backward in a mount, -1 (forward) to 1; 0 before there are any."""
        bouts = [*self._bouts, (self._n, self._sum, self._up)]
        forward, up, _ = mount.pelvis_from_sensor
        parts = [(n, _braking(forward, up, total / n)) for n, total, _ in bouts if n]
        return sum(n * part for n, part in parts) / sum(n for n, _ in parts) if parts else 0.0

    def mean_up(self) -> Array:
        """(3,) mean up vector of the strides, not of length 1."""
        return np.asarray(np.sum([self._up, *(up for _, _, up in self._bouts)], axis=0))

    def _good(self, mount: Mount, rate_dps: float) -> bool:
        """Whether the strides determine the mount, by a gyroscope that turns as a running pelvis does."""
        s = self._settings
        clear = mount.quality >= s.min_quality and mount.forward_correlation >= s.min_forward_correlation
        return clear and rate_dps >= s.min_rate_dps

    def _site(self, lever_m: float, coherence: float) -> Site:
        if abs(lever_m) < self._settings.site_lever_m or abs(coherence) < self._settings.site_coherence:
            return Site.SACRUM
        return Site.RIGHT_HIP if lever_m > 0.0 else Site.LEFT_HIP


def _horizontal_basis(up: Array) -> Array:
    """Two level directions, (2, 3), from the sensor axis that is farthest from vertical."""
    first = np.zeros(3)
    first[int(np.argmin(np.abs(up)))] = 1.0
    first -= up * (first @ up)
    first /= np.linalg.norm(first)
    return np.stack((first, np.cross(up, first)))


def _symmetry_heading(basis: Array, bouts: list[tuple[int, Complex, Array]]) -> tuple[float, float]:
    """Angle of the forward axis in `basis` (radians, sign open) and the contrast of the criterion, 0 to 1."""
    axes = np.stack((np.cos(_HEADINGS), np.sin(_HEADINGS)))  # (2, 180): candidate forward axes
    across = np.stack((-np.sin(_HEADINGS), np.cos(_HEADINGS)))
    acc, gyr = _Symmetry(basis, bouts, slice(0, 3)), _Symmetry(basis, bouts, slice(3, 6))
    score = acc(axes) - acc(across) + gyr(across) - gyr(axes)
    best = int(score.argmax())
    left, middle, right = score[best - 1], score[best], score[(best + 1) % len(score)]
    bend = left - 2.0 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0.0 else 0.0
    return float(_HEADINGS[best] + math.radians(shift)), float(np.clip((middle - score.min()) / 8.0, 0.0, 1.0))


class _Symmetry:
    """(even - odd) / (even + odd) power of three channels along level axes (2, K)."""

    def __init__(self, basis: Array, bouts: list[tuple[int, Complex, Array]], rows: slice) -> None:
        self._even, self._odd = np.zeros((2, 2)), np.zeros((2, 2))
        for n, mean, _ in bouts:
            level = basis @ mean[rows]
            self._even += n * (level[:, EVEN] @ level[:, EVEN].conj().T).real
            self._odd += n * (level[:, ODD] @ level[:, ODD].conj().T).real

    def __call__(self, axes: Array) -> Array:
        even = np.sum(axes * (self._even @ axes), axis=0)
        odd = np.sum(axes * (self._odd @ axes), axis=0)
        return np.asarray((even - odd) / (even + odd + 1e-12))


def _braking(forward: Array, up: Array, mean: Complex) -> float:
    """Correlation of forward acceleration with the derivative of the vertical, -1 to 1, even harmonics; < 0 forward."""
    ahead = forward @ mean[:3, EVEN]
    jerk = 1j * ORDERS[EVEN] * (up @ mean[:3, EVEN])
    norm = math.sqrt(float(np.sum(np.abs(ahead) ** 2) * np.sum(np.abs(jerk) ** 2)))
    return float(np.sum(ahead * jerk.conj()).real) / norm if norm > 0.0 else 0.0


def _lever(rotation: Array, mean: Complex, stride_s: float) -> tuple[float, float]:
    """Metres to the right of the midline, and how coherent the two are that tell it, -1 to 1.

    a_forward = d(yaw rate)/dt * r_right at odd harmonics (rigid body). Over a hip that is nearly all of a_forward.
    """
    ahead = rotation[0] @ mean[:3, ODD]
    spin = 2j * np.pi / stride_s * ORDERS[ODD] * (rotation[1] @ mean[3:, ODD])
    power, other = float(np.sum(np.abs(spin) ** 2)), float(np.sum(np.abs(ahead) ** 2))
    if power == 0.0 or other == 0.0:
        return 0.0, 0.0
    common = float(np.sum(ahead * spin.conj()).real)
    return common / power, common / math.sqrt(power * other)
