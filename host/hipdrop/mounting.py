"""When the mount is sought, found, refined and lost again over a run."""

from __future__ import annotations

import math

import numpy as np

from hipdrop.events import Event, MountFound, MountRefused, MountSlipped, Site
from hipdrop.mount import Mount, MountFinder
from hipdrop.samples import Array
from hipdrop.settings import MountSettings
from hipdrop.slips import Doubt, JumpWatch, SlipWatch, angle
from hipdrop.strides import Complex


class Mounting:
    """Holds the mount in use; a given one is kept as it is, a found one is refined for two minutes.

    After a break the mount is doubted, and kept back until the first strides have confirmed it; so is a given one from
    the start if it is `doubted`, since it was stored at another time. Steps are fed stride by stride; what comes back
    are the events that changed something.
    """

    def __init__(
        self, settings: MountSettings, site: Site | None, given: Mount | None, *, doubted: bool = False
    ) -> None:
        self._settings = settings
        self._site = site
        self._given = given
        self._finder = MountFinder(settings)
        self._next = settings.first_strides
        self._standing: Array | None = None
        self._slips = SlipWatch(settings)
        self._jumps = JumpWatch(settings)
        self._doubt = Doubt(given, settings, stored=True) if given is not None and doubted else None
        self.mount = None if doubted else given
        self.standing_deg = math.nan  # obliquity at quiet standing in the mount in use; NaN without a standing tare

    @property
    def collecting(self) -> bool:
        """Whether strides are still wanted for finding, refining or confirming."""
        return self._doubt is not None or self._refining

    @property
    def suspicious(self) -> bool:
        """Whether the clip looks as if it had slipped, though it is not told yet."""
        return self._slips.suspicious or self._jumps.suspicious

    @property
    def _refining(self) -> bool:
        return self._given is None and self._next <= self._settings.refine_strides

    def stood(self, mean_up: Array) -> None:
        """The wearer stood quietly with this mean up vector (3,)."""
        if self._standing is None:
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
        self._slips.end_bout()
        self._jumps.end_bout()
        if self._doubt is not None:
            self._doubt.end_bout()

    def doubt(self) -> None:
        """There was a break long enough to take the clip off: the mount waits for the first strides to confirm it."""
        if self._doubt is not None and self._doubt.stored:
            self._doubt = Doubt(self._doubt.mount, self._settings, stored=True)
        if self.mount is not None:
            self._doubt, self.mount = Doubt(self.mount, self._settings), None

    def push(self, t_s: float, harmonics: Complex, parity: int, mean_up: Array, stride_s: float) -> list[Event]:
        """Take one stride for confirming, finding or refining."""
        if self._doubt is not None:
            turned_deg = self._doubt.push(harmonics, parity, mean_up, stride_s)
            return [] if turned_deg is None else self._confirm(t_s, turned_deg)
        if not self._refining or self.suspicious:
            return []
        self._finder.push(harmonics, parity, mean_up, stride_s)
        self._check_standing(mean_up)
        return self._attempt(t_s) if self._finder.strides >= self._next else []

    def _confirm(self, t_s: float, turned_deg: float) -> list[Event]:
        assert self._doubt is not None
        doubt, self._doubt = self._doubt, None
        if doubt.stored:
            return self._believe(t_s, doubt, turned_deg)
        self.mount = doubt.mount
        return self._slip(t_s, turned_deg) if turned_deg > doubt.limit_deg else []

    def _believe(self, t_s: float, doubt: Doubt, turned_deg: float) -> list[Event]:
        """Take a stored mount, or seek another, beginning with the strides that speak against it."""
        if turned_deg <= doubt.limit_deg:
            self.mount = doubt.mount
            self._tare()
            return [mount_event(t_s, doubt.mount, refined=False, given=True)]
        self._given = None
        self._finder = doubt.finder
        return [MountRefused(t_s, turned_deg)]

    def last_chance(self, t_s: float) -> list[Event]:
        """The run ends: find the mount from however few strides there were, or keep a doubted one."""
        if self._doubt is not None and not self._doubt.stored:
            return self._confirm(t_s, 0.0)
        if self._doubt is not None:
            enough = self._doubt.finder.strides >= self._settings.fewest_strides
            turned_deg = self._doubt.judge() if enough else None
            return [] if turned_deg is None else self._confirm(t_s, turned_deg)
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
        self._tare()
        return [mount_event(t_s, found, refined=refined, given=False)]

    def new_reference(self) -> None:
        """Take the mean up vector from here on as the one to be kept."""
        self._slips.new_reference()
        self._jumps.new_reference()

    def watch(self, t_s: float, harmonics: Complex, parity: int, mean_up: Array, steps: int) -> list[Event]:
        """Look for a slip in a stride that stands for so many steps."""
        if self.mount is None:
            return []
        slipped_deg = self._slips.roll(self.mount, mean_up, steps)
        if slipped_deg is None and not self.collecting:
            slipped_deg = self._slips.turn(self.mount, harmonics, parity)
        return [] if slipped_deg is None else self._slip(t_s, slipped_deg)

    def watch_jump(self, t_s: float, mean_up: Array) -> list[Event]:
        """Look for a sudden slip in the mean up vector (3,) of the stride around a contact."""
        if self.mount is None:
            return []
        slipped_deg = self._jumps.push(t_s, mean_up)
        return [] if slipped_deg is None else self._slip(t_s, slipped_deg)

    def gap(self) -> None:
        """Samples are missing in a stride, or shortly before it."""
        self._slips.gap()
        self._jumps.gap()

    def _slip(self, t_s: float, angle_deg: float) -> list[Event]:
        self.mount = None
        self._given = None  # whatever was known of the mount is no longer true
        self._standing = None
        self._tare()
        self._finder, self._slips = MountFinder(self._settings), SlipWatch(self._settings)
        self._jumps = JumpWatch(self._settings)
        self._next = self._settings.first_strides
        return [MountSlipped(t_s, angle_deg)]

    def _check_standing(self, running_up: Array) -> None:
        """A clip that lay elsewhere while at rest says nothing of standing."""
        if self._standing is None:
            return
        if math.degrees(angle(self._standing, running_up)) > self._settings.standing_angle_deg:
            self._standing = None
            self._tare()


def mount_event(t_s: float, mount: Mount, *, refined: bool, given: bool) -> MountFound:
    """Say how the clip sits."""
    matrix = tuple(float(x) for x in mount.pelvis_from_sensor.ravel())
    return MountFound(t_s, matrix, mount.site, mount.lever_m, mount.quality, refined, given)
