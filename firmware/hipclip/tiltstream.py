"""The tilt stream as the sampler sees it: one sink that runs the filter, and only while the stream runs."""

from hipclip.drivers.bus import BURST_SAMPLES
from hipclip.tiltframes import Tilt, TiltWriter


class TiltStream(TiltWriter):
    """Filter and writer in one; floats cost a board up to a third of its time, so raw streams go without."""

    def __init__(self, ring, imu, clock, settings, calibration):
        self._tilt = Tilt(imu, clock, BURST_SAMPLES)
        self._settings = settings
        self._calibration = calibration
        super().__init__(ring, self._tilt, clock)

    def begin(self, samples_per_frame):
        """Take the calibration and the mount that are stored now, and begin."""
        get = self._settings.get
        self._tilt.set_calibration(self._calibration.values())
        self._tilt.set_mount(get("mount_w"), get("mount_x"), get("mount_y"), get("mount_z"))
        super().begin(samples_per_frame)

    def take(self, block, n, index, ticks_us, flags):
        """Filter n samples and pack what comes of them."""
        self._tilt.take(block, n, index, ticks_us, flags)
        super().take(block, n, index, ticks_us, flags)
