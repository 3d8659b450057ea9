"""LSM6DSOX (and LSM6DSO, the same identity): a FIFO of 512 tagged words of one sensor each."""

import struct

from micropython import const

from hipclip.drivers import bus, lsm6

# LSM6DSOX data sheet DS12814, table "Registers address map". Places, status bits and the parts of the tag agree with
# ST's header lsm6dsox_reg.h. From memory, tried on no chip: that both halves of a sample have one slot counter, and
# that the FIFO starts empty after BYPASS.
_FIFO_CTRL1 = const(0x07)
_FIFO_CTRL2 = const(0x08)
_FIFO_CTRL3 = const(0x09)
_FIFO_CTRL4 = const(0x0A)
_FIFO_STATUS1 = const(0x3A)
_INTERNAL_FREQ_FINE = const(0x63)
_FIFO_DATA_OUT_TAG = const(0x78)

_BATCH_208_HZ = const(0x55)  # gyroscope 7:4, accelerometer 3:0
_BYPASS = const(0)
_CONTINUOUS = const(6)
_OVERRUN = const(0x48)  # in FIFO_STATUS2: now, or since it was last read
_WORD = const(7)  # tag and three axes
_GYROSCOPE = const(1)
_ACCELEROMETER = const(2)
_SENSOR_AND_SLOT = const(0xFE)  # of the tag: sensor 7:3, two-bit counter of the time slot 2:1, parity 0
_OTHER_SENSOR = const(0x18)  # two tags of one slot differ in just these bits: 1 << 3 ^ 2 << 3
_WATERMARK_SAMPLES = const(19)  # a full raw frame


class Lsm6dsox(lsm6.Lsm6):
    """Pairs the halves of a sample by tag and time slot, in either order; a half without its other is dropped."""

    NAME = "LSM6DSOX"
    FIFO_SAMPLES = 256

    def __init__(self, i2c, address=None):
        self._fifo = bytearray(2 * _WORD * bus.BURST_SAMPLES)
        self._bursts = bus.views(self._fifo, 2 * bus.BURST_SAMPLES + 1, _WORD)
        self._halves = bus.views(self._fifo, 2 * bus.BURST_SAMPLES, _WORD, 1, 6)
        self._kept = bytearray(6)  # a half whose other comes with the next burst
        self._open = 0  # its tag; 0: none
        super().__init__(i2c, address, 0x6C)
        fine = self._read(_INTERNAL_FREQ_FINE)  # 0.15 % a count: a first guess at the true rate
        self.rate_mhz = self.RATE_MHZ + self.RATE_MHZ * 15 * (fine - 256 if fine > 127 else fine) // 10000

    def _prepare_fifo(self):
        self._write(_FIFO_CTRL4, _BYPASS)
        self._write(_FIFO_CTRL1, 2 * _WATERMARK_SAMPLES)
        self._write(_FIFO_CTRL2, 0)
        self._write(_FIFO_CTRL3, _BATCH_208_HZ)

    def _start_fifo(self):
        self._open = 0
        self._write(_FIFO_CTRL4, _CONTINUOUS)

    def poll(self):
        """Give the whole samples that wait; `overran` tells whether older ones were lost since the last call."""
        self._read_into(_FIFO_STATUS1, self._pair)
        high = self._pair[1]
        self.overran = high & _OVERRUN != 0
        if self.overran:
            self._open = 0  # its other half is gone
        words = self._pair[0] | (high & 3) << 8
        return (words + (self._open != 0)) >> 1

    def read_into(self, buffer, offset, n):
        """Read n samples into buffer from offset on; give how many were whole."""
        whole = 0
        while n > 0:
            some = n if n < bus.BURST_SAMPLES else bus.BURST_SAMPLES
            kept_tag, self._open = self._open, 0  # forgotten if the bus fails
            words = 2 * some - (kept_tag != 0)
            self._read_into(_FIFO_DATA_OUT_TAG, self._bursts[words])
            whole += self._sort(buffer, offset + bus.SAMPLE_BYTES * whole, words, kept_tag)
            n -= some
        return whole

    def _sort(self, buffer, offset, words, first_tag):
        """Put accelerometer and gyroscope of each slot at their place; give the whole samples."""
        at, tag_at = offset, 0
        fifo, first = self._fifo, self._kept
        for half in self._halves:
            if words == 0:
                break
            words -= 1
            tag = fifo[tag_at] & _SENSOR_AND_SLOT
            tag_at += _WORD
            if first_tag and tag ^ first_tag == _OTHER_SENSOR:
                gyroscope = tag >> 3 == _GYROSCOPE
                struct.pack_into("6s", buffer, at, first if gyroscope else half)
                struct.pack_into("6s", buffer, at + 6, half if gyroscope else first)
                at += 12
                first_tag = 0
            elif tag >> 3 == _GYROSCOPE or tag >> 3 == _ACCELEROMETER:
                self.torn += first_tag != 0
                first, first_tag = half, tag
            else:
                self.torn += 1  # temperature, time stamp, nothing: not asked for
        if first_tag and first is not self._kept:
            struct.pack_into("6s", self._kept, 0, first)
        self._open = first_tag
        return (at - offset) // 12
