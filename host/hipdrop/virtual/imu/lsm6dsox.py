"""LSM6DSOX: the FIFO of tagged words."""

from __future__ import annotations

import numpy as np

from hipdrop.samples import Array
from hipdrop.virtual.imu.lsm6 import ADDRESS_STEPS, CONTINUOUS, CTRL3_C, RATE_HZ, WHO_AM_I, Lsm6Model

_FIFO_CTRL1, _FIFO_CTRL2, _FIFO_CTRL3, _FIFO_CTRL4 = 0x07, 0x08, 0x09, 0x0A
_FIFO_STATUS1, _FIFO_STATUS2, _FIFO_TAG, _FIFO_END = 0x3A, 0x3B, 0x78, 0x7E
_OUTX_G = 0x22
_INTERNAL_FREQ_FINE = 0x63
_EVEN_PARITY = np.array([bin(tag).count("1") & 1 for tag in range(256)])


class Lsm6dsoxModel(Lsm6Model):
    """Each FIFO word has a tag before it that names its sensor."""

    NAME = "LSM6DSOX"
    IDENTITY = 0x6C
    READ_ONLY = frozenset((WHO_AM_I, _FIFO_STATUS1, _FIFO_STATUS2, _INTERNAL_FREQ_FINE))
    PACKET_BYTES = 14  # tag and gyroscope, tag and accelerometer
    DEPTH_BYTES = 512 * 7

    def _power_up(self) -> None:
        super()._power_up()
        self._registers[_INTERNAL_FREQ_FINE] = max(-128, min(127, round(self.rate_error / 0.0015))) & 0xFF

    def _setting(self) -> tuple[float, float, float]:
        code = self._registers[_FIFO_CTRL3] & 0x0F
        running = self._registers[_FIFO_CTRL4] & 7 == CONTINUOUS and code == self._registers[_FIFO_CTRL3] >> 4
        return RATE_HZ.get(code, 0.0) if running and self._quick_enough(code) else 0.0, *self._scales()

    def _packets(self, acc: Array, gyr: Array) -> bytes:
        packets = np.zeros((len(acc), self.PACKET_BYTES), dtype=np.uint8)
        counter = np.arange(len(acc)) & 3
        for at, sensor, values in ((0, 1, gyr), (7, 2, acc)):
            tag = sensor << 3 | counter << 1
            packets[:, at] = tag | _EVEN_PARITY[tag]
            packets[:, at + 1 : at + 7] = np.ascontiguousarray(values, dtype="<i2").view(np.uint8).reshape(-1, 6)
        return packets.tobytes()

    def _burst(self, register: int, n: int, now_us: int) -> bytes:
        if _FIFO_TAG <= register <= _FIFO_END:  # rolls over from the last data byte to the tag
            data = self._take(n - n % 7)
            return data + bytes(n - len(data))  # tag 0: the FIFO is empty
        steps = self._registers[CTRL3_C] & ADDRESS_STEPS
        return bytes(self._one(register + k if steps else register, now_us) for k in range(n))

    def _one(self, register: int, now_us: int) -> int:
        words = self._waiting() // 7
        if register == _FIFO_STATUS1:
            return min(words, 0x3FF) & 0xFF
        if register == _FIFO_STATUS2:
            mark = self._registers[_FIFO_CTRL1] | (self._registers[_FIFO_CTRL2] & 1) << 8
            full = words >= 512
            status = min(words, 0x3FF) >> 8 | (mark > 0 and words >= mark) << 7 | self._overrun << 6 | full << 5
            status |= self._overrun << 3
            self._overrun = False
            return status
        if _OUTX_G <= register < _OUTX_G + 12:
            return self._newest()[register - _OUTX_G]
        return self._common(register, now_us)

    def _newest(self) -> bytes:
        packet = self._bytes(max(0, self._last - 14), self._last) if self._last else bytes(14)
        return packet[1:7] + packet[8:14]
