"""LSM6DS3TR-C: as the LSM6DSOX, with an older FIFO of plain 16-bit words."""

from __future__ import annotations

import numpy as np

from hipdrop.samples import Array
from hipdrop.virtual.imu.base import ImuModel
from hipdrop.virtual.imu.lsm6dsox import ACC_G, GYR_DPS, RATE_HZ

_FIFO_CTRL1, _FIFO_CTRL2, _FIFO_CTRL3, _FIFO_CTRL5 = 0x06, 0x07, 0x08, 0x0A
_WHO_AM_I, _CTRL1_XL, _CTRL2_G, _CTRL3_C = 0x0F, 0x10, 0x11, 0x12
_OUT_TEMP = 0x20
_FIFO_STATUS1, _FIFO_STATUS4, _FIFO_DATA_L, _FIFO_DATA_H = 0x3A, 0x3D, 0x3E, 0x3F
_CONTINUOUS = 6
_WORDS = 6  # of a sample: gyroscope x y z, accelerometer x y z


class Lsm6ds3trcModel(ImuModel):
    """Registers after the maker's data sheet, as far as a FIFO stream needs them."""

    NAME = "LSM6DS3TR-C"
    ADDRESS = 0x6A
    PACKET_BYTES = 12
    DEPTH_BYTES = 4092  # 341 whole samples in 4 kB

    def _power_up(self) -> None:
        self._registers[:] = bytes(256)
        self._registers[_WHO_AM_I] = 0x6A
        self._registers[_CTRL3_C] = 0x04
        self._overrun = False

    def _setting(self) -> tuple[float, float, float]:
        r = self._registers
        code = r[_FIFO_CTRL5] >> 3 & 0x0F
        both = r[_FIFO_CTRL3] & 7 == 1 and r[_FIFO_CTRL3] >> 3 & 7 == 1  # no decimation
        running = r[_FIFO_CTRL5] & 7 == _CONTINUOUS and both
        quick = r[_CTRL1_XL] >> 4 >= code and r[_CTRL2_G] >> 4 >= code
        gyr_dps = 4.375e-3 if r[_CTRL2_G] & 2 else GYR_DPS[r[_CTRL2_G] >> 2 & 3]
        return RATE_HZ.get(code, 0.0) if running and quick else 0.0, ACC_G[r[_CTRL1_XL] >> 2 & 3], gyr_dps

    def _packets(self, acc: Array, gyr: Array) -> bytes:
        return np.ascontiguousarray(np.hstack((gyr, acc)), dtype="<i2").tobytes()

    def _written(self, register: int, value: int, now_us: int) -> None:
        if register == _WHO_AM_I or _FIFO_STATUS1 <= register <= _FIFO_DATA_H or now_us < self._reset_until_us:
            return
        self._registers[register] = value
        if register == _CTRL3_C and value & 1:
            self._power_up()
            self._reset_until_us = now_us + self.RESET_US
        self._configure(now_us)

    def _burst(self, register: int, n: int, now_us: int) -> bytes:
        if register in (_FIFO_DATA_L, _FIFO_DATA_H):  # rolls over between the two data registers
            data = self._take(n - n % 2)
            return data + bytes(n - len(data))
        if _FIFO_STATUS1 <= register <= _FIFO_STATUS4:  # one look at the FIFO for all four
            return self._status()[register - _FIFO_STATUS1 :][:n]
        steps = self._registers[_CTRL3_C] & 0x04
        return bytes(self._one(register + k if steps else register, now_us) for k in range(n))

    def _one(self, register: int, now_us: int) -> int:
        if register == _CTRL3_C:
            return self._registers[_CTRL3_C] | (now_us < self._reset_until_us)
        if _OUT_TEMP <= register < _OUT_TEMP + 2:
            return round((self.temperature_c - 25.0) * 256.0) >> 8 * (register - _OUT_TEMP) & 0xFF
        return self._registers[register]

    def _status(self) -> bytes:
        """FIFO_STATUS1 to 4: words waiting, flags, and which word of a sample comes next."""
        words = min(self._waiting() // 2, 0x7FF)
        mark = self._registers[_FIFO_CTRL1] | (self._registers[_FIFO_CTRL2] & 7) << 8
        full = self._waiting() + self.PACKET_BYTES > self.DEPTH_BYTES
        flags = (mark > 0 and words >= mark) << 7 | self._overrun << 6 | full << 5 | (words == 0) << 4
        self._overrun = False
        pattern = self._first % self.PACKET_BYTES // 2
        return bytes([words & 0xFF, words >> 8 | flags, pattern, 0])
