"""The tilt filter as the sampler sees it: one for all who follow it, and it runs only while there is one.

Floats cost a board up to a third of its time, so a clip that only streams raw samples goes without.
"""

from hipclip.drivers.bus import BURST_SAMPLES
from hipclip.tiltframes import Tilt


class TiltSource(Tilt):
    """A sink of the sampler with sinks of its own, which find the tilt samples of each block in it.

    Followers are appended and removed as in the sampler's list. The first begins the filter anew with the calibration
    and the mount that are stored then; they stay until the last has gone.
    """

    def __init__(self, sampler, settings, calibration):
        super().__init__(sampler.imu, sampler.clock, BURST_SAMPLES)
        self._sampler = sampler
        self._settings = settings
        self._calibration = calibration
        self._followers = []

    @property
    def wanted(self):
        """Raw samples that complete a follower's frame; 0: none has frames."""
        least = 0
        for follower in self._followers:
            wanted = getattr(follower, "wanted", 0)
            if wanted and (least == 0 or wanted < least):
                least = wanted
        return least

    def append(self, follower):
        """Take up a follower."""
        if not self._followers:
            get = self._settings.get
            self.set_calibration(self._calibration.values())
            self.set_mount(get("mount_w"), get("mount_x"), get("mount_y"), get("mount_z"))
            self._sampler.sinks.append(self)
        self._followers.append(follower)

    def remove(self, follower):
        """Let a follower go; with the last the filter rests."""
        self._followers.remove(follower)
        if not self._followers:
            self._sampler.sinks.remove(self)

    def take(self, block, n, index, ticks_us, flags):
        """Filter n samples and hand them on."""
        super().take(block, n, index, ticks_us, flags)
        for follower in self._followers:
            follower.take(block, n, index, ticks_us, flags)
