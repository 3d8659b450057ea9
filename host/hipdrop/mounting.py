"""When the mount is sought, found, refined and lost again over a run."""

from __future__ import annotations

import math

import numpy as np

from hipdrop.events import Event, MountFound, MountSlipped, Site
from hipdrop.mount import Mount, MountFinder
from hipdrop.samples import Array
from hipdrop.settings import MountSettings
from hipdrop.strides import Complex


class Mounting:
    """Holds the mount in use; a given one is kept as it is, a found one is refined for two minutes.

    Steps are fed stride by stride; what comes back are the events that changed something.
    """

    def __init__(self, settings: MountSettings, site: Site | None, given: Mount | None) -> None:
        self._settings = settings
        self._site = site
        self._given = given
        self._finder = MountFinder(settings)
        self._next = settings.first_strides
        self._standing: Array | None = None
        self._reference: Array | None = None
        self._recent: Array | None = None
        self._off = 0
        self._fresh = MountFinder(settings)
        self._heading_deg: float | None = None
        self.mount = given
        self.slipped = False
        self.standing_deg = math.nan  # obliquity at quiet standing in the mount in use; NaN without a standing tare

    @property
    def collecting(self) -> bool:
        """Whether strides are still wanted for finding or refining."""
        return self._given is None and self._next <= self._settings.refine_strides

    def stood(self, mean_up: Array) -> None:
        """The wearer stood quietly with this mean up vector (3,)."""
        if self._standing is None or self.slipped:
            self._standing = mean_up / np.linalg.norm(mean_up)
            self._tare()

    def _tare(self) -> None:
        if self._standing is None or self.mount is None:
            self.standing_deg = math.nan
        else:
            self.standing_deg = math.degrees(-math.asin(float(self.mount.pelvis_from_sensor[2] @ self._standing)))

    def end_bout(self) -> None:
        """The alternation starts anew."""
        self._finder.end_bout()
        self._fresh.end_bout()

    def push(self, t_s: float, harmonics: Complex, parity: int, mean_up: Array, stride_s: float) -> list[Event]:
        """Take one stride for finding or refining."""
        if not self.collecting:
            return []
        self._finder.push(harmonics, parity, mean_up, stride_s)
        self._check_standing(mean_up)
        return self._attempt(t_s) if self._finder.strides >= self._next else []

    def last_chance(self, t_s: float) -> list[Event]:
        """The run ends: find the mount from however few strides there were."""
        if self.mount is not None or self._finder.strides < self._settings.fewest_strides:
            return []
        return self._attempt(t_s)

    def _attempt(self, t_s: float) -> list[Event]:
        found = self._finder.find(self._standing, self._site, self.mount)
        if found is None:
            self._next += self._settings.first_strides // 2
            return []
        self._next = 2 * max(self._finder.strides, self._settings.first_strides)
        refined = self.mount is not None
        self.mount = found
        self.slipped = False
        self._reference = None
        self._tare()
        return [mount_event(t_s, found, refined=refined, given=False)]

    def new_reference(self) -> None:
        """Take the mean up vector from here on as the one to be kept."""
        self._reference = self._recent = None

    def watch(
        self, t_s: float, harmonics: Complex, parity: int, mean_up: Array, weight: float, steps: int
    ) -> list[Event]:
        """Look for a slip: the clip has rolled or pitched and stays so, or has turned about the vertical.

        A roll shows in the mean up vector across the right axis, smoothed over steps. Pitch is left more room: slopes
        and speed change it, and obliquity does not depend on it. A turn shows when the step symmetry is looked for
        afresh.
        """
        self._recent = mean_up if self._recent is None else self._recent + weight * (mean_up - self._recent)
        if self.mount is None:
            return []
        if self._reference is None:
            self._reference = self._recent
            self._off = 0
            return []
        s = self._settings
        right = self.mount.pelvis_from_sensor[2]
        roll_deg = math.degrees(abs(_elevation(right, self._recent) - _elevation(right, self._reference)))
        angle_deg = math.degrees(_angle(self._recent, self._reference))
        self._off = self._off + steps if roll_deg > s.slip_deg or angle_deg > s.slip_pitch_deg else 0
        if self._off >= s.slip_steps:
            return self._slip(t_s, angle_deg)
        return self._watch_heading(t_s, harmonics, parity)

    def _watch_heading(self, t_s: float, harmonics: Complex, parity: int) -> list[Event]:
        if self.collecting or self.mount is None or self._reference is None:
            return []
        self._fresh.push(harmonics, parity, self._reference, 1.0)
        if self._fresh.strides < self._settings.heading_strides:
            return []
        found, self._fresh = self._fresh.find(self._reference, None, self.mount), MountFinder(self._settings)
        if found is None:
            return []
        turned_deg = math.degrees(_angle(_level(found), _level(self.mount)))
        if self._heading_deg is None:  # a given mount may be about another axis than that of step symmetry
            self._heading_deg = turned_deg
        return self._slip(t_s, turned_deg) if turned_deg - self._heading_deg > self._settings.slip_heading_deg else []

    def _slip(self, t_s: float, angle_deg: float) -> list[Event]:
        self.mount = None
        self.slipped = True
        self._given = None  # whatever was known of the mount is no longer true
        self._standing = self._reference = self._recent = None
        self._tare()
        self._finder, self._fresh = MountFinder(self._settings), MountFinder(self._settings)
        self._heading_deg = None
        self._next = self._settings.first_strides
        self._off = 0
        return [MountSlipped(t_s, angle_deg)]

    def _check_standing(self, running_up: Array) -> None:
        """A clip that lay elsewhere while at rest says nothing of standing."""
        if self._standing is None:
            return
        if math.degrees(_angle(self._standing, running_up)) > self._settings.standing_angle_deg:
            self._standing = None
            self._tare()


def _angle(a: Array, b: Array) -> float:
    return math.acos(min(1.0, float(a @ b) / float(np.linalg.norm(a) * np.linalg.norm(b))))


def _elevation(axis: Array, up: Array) -> float:
    return math.asin(min(1.0, max(-1.0, float(axis @ up) / float(np.linalg.norm(up)))))


def _level(mount: Mount) -> Array:
    return np.asarray(mount.pelvis_from_sensor[2])


def mount_event(t_s: float, mount: Mount, *, refined: bool, given: bool) -> MountFound:
    """Say how the clip sits."""
    matrix = tuple(float(x) for x in mount.pelvis_from_sensor.ravel())
    return MountFound(t_s, matrix, mount.site, mount.lever_m, mount.quality, refined, given)
