"""MPU6886: big-endian, a FIFO of 1 kB, and samples torn when it overruns."""

from __future__ import annotations

import numpy as np

from hipdrop.samples import Array
from hipdrop.virtual.imu.base import ImuModel

_SMPLRT_DIV, _CONFIG, _GYRO_CONFIG, _ACCEL_CONFIG = 0x19, 0x1A, 0x1B, 0x1C
_FIFO_EN, _INT_STATUS, _TEMP_OUT_H, _USER_CTRL, _PWR_MGMT_1 = 0x23, 0x3A, 0x41, 0x6A, 0x6B
_FIFO_COUNTH, _FIFO_COUNTL, _FIFO_R_W, _WHO_AM_I = 0x72, 0x73, 0x74, 0x75
_BOTH = 0x18
_WOM_X_THR, _INT_ENABLE, _ACCEL_INTEL_CTRL = 0x20, 0x38, 0x69
_WOM_G_PER_LSB = 0.004
_INTERNAL_HZ = 1000.0
_TEMPERATURE_LSB = 326.8


class Mpu6886Model(ImuModel):
    """Registers after the maker's data sheet, as far as a FIFO stream needs them."""

    NAME = "MPU6886"
    ADDRESS = 0x68
    PACKET_BYTES = 14  # accelerometer, temperature, gyroscope
    DEPTH_BYTES = 1024
    RESET_US = 1000.0

    def _power_up(self) -> None:
        self._registers[:] = bytes(256)
        self._registers[_WHO_AM_I] = 0x19
        self._registers[_PWR_MGMT_1] = 0x41  # asleep
        self._overrun = False

    def _setting(self) -> tuple[float, float, float]:
        r = self._registers
        awake = not r[_PWR_MGMT_1] & 0x40
        running = awake and r[_USER_CTRL] & 0x40 and r[_FIFO_EN] & _BOTH == _BOTH
        filtered = r[_CONFIG] & 7 in range(1, 7) and not r[_GYRO_CONFIG] & 3
        rate_hz = _INTERNAL_HZ / (1 + r[_SMPLRT_DIV]) if running and filtered else 0.0
        acc_range_g = 2.0 * 2 ** (r[_ACCEL_CONFIG] >> 3 & 3)
        gyr_range_dps = 250.0 * 2 ** (r[_GYRO_CONFIG] >> 3 & 3)
        return rate_hz, acc_range_g / 32768.0, gyr_range_dps / 32768.0

    def _watch(self) -> tuple[float, float] | None:
        """Wake on motion: each sample against the one before."""
        r = self._registers
        if not (r[_INT_ENABLE] & 0xE0 and r[_ACCEL_INTEL_CTRL] & 0xC0 == 0xC0 and not r[_PWR_MGMT_1] & 0x40):
            return None
        return _INTERNAL_HZ / (1 + r[_SMPLRT_DIV]), _WOM_G_PER_LSB * r[_WOM_X_THR]

    def _packets(self, acc: Array, gyr: Array) -> bytes:
        temperature = np.full((len(acc), 1), round((self.temperature_c - 25.0) * _TEMPERATURE_LSB))
        return np.ascontiguousarray(np.hstack((acc, temperature, gyr)), dtype=">i2").tobytes()

    def _written(self, register: int, value: int, now_us: int) -> None:
        if register in (_WHO_AM_I, _INT_STATUS, _FIFO_COUNTH, _FIFO_COUNTL, _FIFO_R_W) or now_us < self._reset_until_us:
            return
        self._registers[register] = value
        if register == _PWR_MGMT_1 and value & 0x80:
            self._power_up()
            self._reset_until_us = now_us + self.RESET_US
        if register == _USER_CTRL and value & 0x04:
            self._registers[_USER_CTRL] &= ~0x04
            self._first = self._last
            self._overrun = False
        if register == _INT_ENABLE:
            self._looked_us = now_us
        self._configure(now_us)

    def _thrown_away(self, over: int) -> int:
        return over  # byte by byte: what is left does not begin with a whole sample

    def _burst(self, register: int, n: int, now_us: int) -> bytes:
        if register == _FIFO_R_W:
            data = self._take(n)
            return data + b"\xff" * (n - len(data))
        return bytes(self._one(register + k, now_us) for k in range(n))

    def _one(self, register: int, now_us: int) -> int:
        if register == _PWR_MGMT_1:
            return self._registers[_PWR_MGMT_1] | (now_us < self._reset_until_us) << 7
        if register == _FIFO_COUNTH:
            return self._waiting() >> 8
        if register == _FIFO_COUNTL:
            return self._waiting() & 0xFF
        if register == _INT_STATUS:
            status = self._overrun << 4 | (self._moved(now_us) and 0xE0)
            self._overrun = False
            return status
        if _TEMP_OUT_H <= register < _TEMP_OUT_H + 2:
            raw = round((self.temperature_c - 25.0) * _TEMPERATURE_LSB)
            return raw >> 8 * (_TEMP_OUT_H + 1 - register) & 0xFF
        return self._registers[register]
