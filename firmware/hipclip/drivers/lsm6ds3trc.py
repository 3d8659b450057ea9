"""LSM6DS3TR-C: a FIFO of 4 kB of plain 16-bit words; a status register tells which word comes next."""

import struct

from micropython import const

from hipclip.drivers import bus, lsm6

# LSM6DS3TR-C data sheet DS12140, table "Registers address map". Places and status bits agree with ST's header
# lsm6ds3tr-c_reg.h. From memory, tried on no chip: 4 kB, the order of the words, that an overrun takes words off the
# front, and that a full FIFO may count 0.
_FIFO_CTRL1 = const(0x06)
_FIFO_CTRL2 = const(0x07)
_FIFO_CTRL3 = const(0x08)
_FIFO_CTRL5 = const(0x0A)
_FIFO_STATUS1 = const(0x3A)
_FIFO_DATA_OUT_L = const(0x3E)  # a burst goes round between this and the next register

_NO_DECIMATION = const(0x09)  # gyroscope 5:3, accelerometer 2:0
_BYPASS = const(0)
_CONTINUOUS_208_HZ = const(0x2E)  # rate 6:3, mode 2:0
_OVERRUN = const(0x40)  # in FIFO_STATUS2
_PATTERN = const(6)  # words of a sample: gyroscope x y z, accelerometer x y z
_DEPTH_WORDS = const(2046)  # whole samples in 4 kB; the counter has eleven bits
_WATERMARK_WORDS = const(19 * 6)  # a full raw frame


class Lsm6ds3trc(lsm6.Lsm6):
    """Begins each reading with a whole sample, skipping what an overrun has left of a torn one."""

    NAME = "LSM6DS3TR-C"
    FIFO_SAMPLES = 341

    def __init__(self, i2c, address=None):
        self._status = bytearray(4)
        self._fifo = bytearray(bus.SAMPLE_BYTES * bus.BURST_SAMPLES)
        self._bursts = bus.views(self._fifo, bus.BURST_SAMPLES + 1, bus.SAMPLE_BYTES)
        self._words = bus.views(self._fifo, _PATTERN, 2)
        self._gyr = bus.views(self._fifo, bus.BURST_SAMPLES, bus.SAMPLE_BYTES, 0, 6)
        self._acc = bus.views(self._fifo, bus.BURST_SAMPLES, bus.SAMPLE_BYTES, 6, 6)
        self._skip = 0  # words before the next whole sample
        super().__init__(i2c, address, 0x6A)

    def _prepare_fifo(self):
        self._write(_FIFO_CTRL5, _BYPASS)
        self._write(_FIFO_CTRL1, _WATERMARK_WORDS)
        self._write(_FIFO_CTRL2, 0)
        self._write(_FIFO_CTRL3, _NO_DECIMATION)

    def _start_fifo(self):
        self._skip = 0
        self._write(_FIFO_CTRL5, _CONTINUOUS_208_HZ)

    def poll(self):
        """Give the whole samples that wait; `overran` tells whether older ones were lost since the last call."""
        status = self._status
        self._read_into(_FIFO_STATUS1, status)
        words = status[0] | (status[1] & 7) << 8
        self.overran = status[1] & _OVERRUN != 0 or words >= _DEPTH_WORDS
        if words == 0 and self.overran:
            words = _DEPTH_WORDS  # full to the last word: the counter has gone round
        pattern = status[2] | (status[3] & 3) << 8
        self._skip = _PATTERN - pattern if 0 < pattern < _PATTERN else 0
        return (words - self._skip) // _PATTERN if words > self._skip else 0

    def read_into(self, buffer, offset, n):
        """Read n samples into buffer from offset on; give how many were whole: all."""
        if self._skip:
            self._read_into(_FIFO_DATA_OUT_L, self._words[self._skip])
            self.torn += self._skip
            self._skip = 0
        left = n
        while left > 0:
            some = left if left < bus.BURST_SAMPLES else bus.BURST_SAMPLES
            self._read_into(_FIFO_DATA_OUT_L, self._bursts[some])
            for k in range(some):
                struct.pack_into("6s", buffer, offset, self._acc[k])
                struct.pack_into("6s", buffer, offset + 6, self._gyr[k])
                offset += 12
            left -= some
        return n
