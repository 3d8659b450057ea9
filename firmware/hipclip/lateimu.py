"""The sensor as the board should have it: found at boot, or later, once it answers."""

import errno

CONSTANTS = (
    "NAME", "RATE_MHZ", "ACC_RANGE_G", "GYR_RANGE_DPS", "ACC_NG_PER_LSB", "GYR_NDPS_PER_LSB", "FIFO_SAMPLES",
)  # fmt: skip


class LateImu:
    """Stands for a sensor that did not answer: the clip runs and says so, and `start` looks for it again."""

    def __init__(self, driver, i2c):
        for name in CONSTANTS:
            setattr(self, name, getattr(driver, name))
        self.rate_mhz = driver.RATE_MHZ
        self.overran = False
        self._driver = driver
        self._i2c = i2c
        self._imu = None

    def start(self):
        """Find the chip and set it going; OSError while it does not answer."""
        if self._imu is None:
            self._imu = self._driver(self._i2c)
        self._imu.start()

    def poll(self):
        """As the driver."""
        waiting = self._found().poll()
        self.overran = self._imu.overran
        return waiting

    def read_into(self, buffer, offset, n):
        """As the driver."""
        return self._found().read_into(buffer, offset, n)

    def temperature_cdeg(self):
        """As the driver."""
        return self._found().temperature_cdeg()

    def _reset(self, register, bit):
        self._found()._reset(register, bit)

    def _read(self, register):
        return self._found()._read(register)

    def _write(self, register, value):
        self._found()._write(register, value)

    def _found(self):
        if self._imu is None:
            raise OSError(errno.ENODEV)
        return self._imu
