"""LSM6DSOX: registers, reset, ranges, and the FIFO of tagged words."""

from __future__ import annotations

import numpy as np

from hipdrop.samples import Array
from hipdrop.virtual.imu.base import ImuModel

_WHO_AM_I, _CTRL1_XL, _CTRL2_G, _CTRL3_C = 0x0F, 0x10, 0x11, 0x12
_FIFO_CTRL1, _FIFO_CTRL2, _FIFO_CTRL3, _FIFO_CTRL4 = 0x07, 0x08, 0x09, 0x0A
_FIFO_STATUS1, _FIFO_STATUS2, _FIFO_TAG, _FIFO_END = 0x3A, 0x3B, 0x78, 0x7E
_OUT_TEMP, _OUTX_G = 0x20, 0x22
_INTERNAL_FREQ_FINE = 0x63
_CONTINUOUS = 6

# data sheet, "mechanical characteristics": g and deg/s of one count, by the code of the full scale
ACC_G = {0: 0.061e-3, 1: 0.488e-3, 2: 0.122e-3, 3: 0.244e-3}
GYR_DPS = {0: 8.75e-3, 1: 17.5e-3, 2: 35e-3, 3: 70e-3}
RATE_HZ = {1: 12.5, 2: 26.0, 3: 52.0, 4: 104.0, 5: 208.0, 6: 416.0, 7: 833.0}


class Lsm6dsoxModel(ImuModel):
    """Registers after the maker's data sheet, as far as a FIFO stream needs them."""

    NAME = "LSM6DSOX"
    ADDRESS = 0x6A
    PACKET_BYTES = 14  # tag and gyroscope, tag and accelerometer
    DEPTH_BYTES = 512 * 7

    def _power_up(self) -> None:
        self._registers[:] = bytes(256)
        self._registers[_WHO_AM_I] = 0x6C
        self._registers[_CTRL3_C] = 0x04
        self._registers[_INTERNAL_FREQ_FINE] = max(-128, min(127, round(self.rate_error / 0.0015))) & 0xFF
        self._overrun = False

    def _setting(self) -> tuple[float, float, float]:
        r = self._registers
        code = r[_FIFO_CTRL3] & 0x0F
        running = r[_FIFO_CTRL4] & 7 == _CONTINUOUS and code == r[_FIFO_CTRL3] >> 4
        quick = r[_CTRL1_XL] >> 4 >= code and r[_CTRL2_G] >> 4 >= code
        rate_hz = RATE_HZ.get(code, 0.0) if running and quick else 0.0
        gyr_dps = 4.375e-3 if r[_CTRL2_G] & 2 else GYR_DPS[r[_CTRL2_G] >> 2 & 3]
        return rate_hz, ACC_G[r[_CTRL1_XL] >> 2 & 3], gyr_dps

    def _packets(self, acc: Array, gyr: Array) -> bytes:
        packets = np.zeros((len(acc), 14), dtype=np.uint8)
        counter = np.arange(len(acc)) & 3
        for at, sensor, values in ((0, 1, gyr), (7, 2, acc)):
            tag = sensor << 3 | counter << 1
            packets[:, at] = tag | np.array([bin(t).count("1") & 1 for t in range(256)])[tag]  # even parity
            packets[:, at + 1 : at + 7] = np.ascontiguousarray(values, dtype="<i2").view(np.uint8).reshape(-1, 6)
        return packets.tobytes()

    def _written(self, register: int, value: int, now_us: int) -> None:
        if register in (_WHO_AM_I, _FIFO_STATUS1, _FIFO_STATUS2, _INTERNAL_FREQ_FINE):
            return  # read only
        if now_us < self._reset_until_us:
            return  # busy with its reset
        self._registers[register] = value
        if register == _CTRL3_C and value & 1:
            self._power_up()
            self._reset_until_us = now_us + self.RESET_US
        self._configure(now_us)

    def _burst(self, register: int, n: int, now_us: int) -> bytes:
        if _FIFO_TAG <= register <= _FIFO_END:  # rolls over from the last data byte to the tag
            return self._words(n)
        steps = self._registers[_CTRL3_C] & 0x04  # IF_INC
        return bytes(self._one(register + k if steps else register, now_us) for k in range(n))

    def _words(self, n: int) -> bytes:
        data = self._take(n - n % 7)
        return data + bytes(n - len(data))  # tag 0: the FIFO is empty

    def _one(self, register: int, now_us: int) -> int:
        words = self._waiting() // 7
        if register == _CTRL3_C:
            return self._registers[_CTRL3_C] | (now_us < self._reset_until_us)
        if register == _FIFO_STATUS1:
            return min(words, 0x3FF) & 0xFF
        if register == _FIFO_STATUS2:
            mark = self._registers[_FIFO_CTRL1] | (self._registers[_FIFO_CTRL2] & 1) << 8
            full = words >= 512
            status = min(words, 0x3FF) >> 8 | (mark and words >= mark) << 7 | self._overrun << 6 | full << 5
            status |= self._overrun << 3
            self._overrun = False
            return status
        if _OUT_TEMP <= register < _OUT_TEMP + 2:
            return self._temperature() >> 8 * (register - _OUT_TEMP) & 0xFF
        if _OUTX_G <= register < _OUTX_G + 12:
            return self._newest()[register - _OUTX_G]
        return self._registers[register]

    def _temperature(self) -> int:
        return round((self.temperature_c - 25.0) * 256.0) & 0xFFFF

    def _newest(self) -> bytes:
        packet = self._bytes(max(0, self._last - 14), self._last) if self._last else bytes(14)
        return packet[1:7] + packet[8:14]
