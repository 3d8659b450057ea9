"""LSM6DS3TR-C: an older FIFO of plain 16-bit words."""

from __future__ import annotations

import numpy as np

from hipdrop.samples import Array
from hipdrop.virtual.imu.lsm6 import ADDRESS_STEPS, CONTINUOUS, CTRL3_C, RATE_HZ, WHO_AM_I, Lsm6Model

_FIFO_CTRL1, _FIFO_CTRL2, _FIFO_CTRL3, _FIFO_CTRL5 = 0x06, 0x07, 0x08, 0x0A
_FIFO_STATUS1, _FIFO_STATUS4, _FIFO_DATA_L, _FIFO_DATA_H = 0x3A, 0x3D, 0x3E, 0x3F


class Lsm6ds3trcModel(Lsm6Model):
    """Words without tags; the status tells which one of a sample comes next."""

    NAME = "LSM6DS3TR-C"
    IDENTITY = 0x6A
    READ_ONLY = frozenset((WHO_AM_I, *range(_FIFO_STATUS1, _FIFO_DATA_H + 1)))
    PACKET_BYTES = 12  # gyroscope x y z, accelerometer x y z
    DEPTH_BYTES = 4092  # 341 whole samples in 4 kB

    def _setting(self) -> tuple[float, float, float]:
        code = self._registers[_FIFO_CTRL5] >> 3 & 0x0F
        undecimated = self._registers[_FIFO_CTRL3] & 0x3F == 0x09  # both sensors
        running = self._registers[_FIFO_CTRL5] & 7 == CONTINUOUS and undecimated
        return RATE_HZ.get(code, 0.0) if running and self._quick_enough(code) else 0.0, *self._scales()

    def _packets(self, acc: Array, gyr: Array) -> bytes:
        return np.ascontiguousarray(np.hstack((gyr, acc)), dtype="<i2").tobytes()

    def _burst(self, register: int, n: int, now_us: int) -> bytes:
        if register in (_FIFO_DATA_L, _FIFO_DATA_H):  # rolls over between the two data registers
            data = self._take(n - n % 2)
            return data + bytes(n - len(data))
        if _FIFO_STATUS1 <= register <= _FIFO_STATUS4:  # one look at the FIFO for all four
            return self._status()[register - _FIFO_STATUS1 :][:n]
        steps = self._registers[CTRL3_C] & ADDRESS_STEPS
        return bytes(self._common(register + k if steps else register, now_us) for k in range(n))

    def _status(self) -> bytes:
        """FIFO_STATUS1 to 4: words waiting, flags, and which word of a sample comes next."""
        words = min(self._waiting() // 2, 0x7FF)
        mark = self._registers[_FIFO_CTRL1] | (self._registers[_FIFO_CTRL2] & 7) << 8
        full = self._waiting() + self.PACKET_BYTES > self.DEPTH_BYTES
        flags = (mark > 0 and words >= mark) << 7 | self._overrun << 6 | full << 5 | (words == 0) << 4
        self._overrun = False
        pattern = self._first % self.PACKET_BYTES // 2
        return bytes([words & 0xFF, words >> 8 | flags, pattern, 0])
