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

    def watch(self, t_s: float, mean_up: Array, weight: float, steps: int) -> list[Event]:
        """Look for a slip: the mean up vector, smoothed over steps, has moved and stays so."""
        self._recent = mean_up if self._recent is None else self._recent + weight * (mean_up - self._recent)
        if self.mount is None:
            return []
        if self._reference is None:
            self._reference = self._recent
            self._off = 0
            return []
        cosine = float(self._recent @ self._reference) / float(
            np.linalg.norm(self._recent) * np.linalg.norm(self._reference)
        )
        angle_deg = math.degrees(math.acos(min(1.0, cosine)))
        self._off = self._off + steps if angle_deg > self._settings.slip_deg else 0
        if self._off < self._settings.slip_steps:
            return []
        return self._slip(t_s, angle_deg)

    def _slip(self, t_s: float, angle_deg: float) -> list[Event]:
        self.mount = None
        self.slipped = True
        self._given = None  # whatever was known of the mount is no longer true
        self._standing = self._reference = self._recent = None
        self._tare()
        self._finder = MountFinder(self._settings)
        self._next = self._settings.first_strides
        self._off = 0
        return [MountSlipped(t_s, angle_deg)]

    def _check_standing(self, running_up: Array) -> None:
        """A clip that lay elsewhere while at rest says nothing of standing."""
        if self._standing is None:
            return
        cosine = float(self._standing @ running_up) / float(np.linalg.norm(running_up))
        if math.degrees(math.acos(min(1.0, cosine))) > self._settings.standing_angle_deg:
            self._standing = None
            self._tare()


def mount_event(t_s: float, mount: Mount, *, refined: bool, given: bool) -> MountFound:
    """Say how the clip sits."""
    matrix = tuple(float(x) for x in mount.pelvis_from_sensor.ravel())
    return MountFound(t_s, matrix, mount.site, mount.lever_m, mount.quality, refined, given)
