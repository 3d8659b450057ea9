"""The tilt stream: the filter run over every sample, its results in pelvis axes, and the frames made of them."""

import math
from array import array

from hipclip.stream import DIVIDER
from hipclip.tilt import TiltFilter
from hipwire import frames, ids

_FIELDS = 5
_RATE_STEP_PPM = 500  # the filter takes a new rate when it differs by more
_CDEG = 18000.0 / math.pi


class Correction:
    """The calibration of the accelerometer on counts, in whole numbers: no memory, and the same on any board.

    `apply` turns the sums of the counts of two samples into what a sensor without errors would have given.
    In the sums s of two samples: K_a (s - 2 b_a / scale) = s + (D s - o) / 2^15 with D = 2^15 (K_a - 1) and
    o = 2^15 K_a 2 b_a / scale, both rounded; 2^-15 is 31 ug at 1 g. With |s| <= 2^16 and the limits of
    `hipclip.calibration` all sums stay within the 31 bits of a board's small integers.
    """

    def __init__(self, acc_ng_per_lsb):
        self._acc_scale = acc_ng_per_lsb
        self._turn = (0, 0, 0, 1 << 14) * 3  # a row of D and what is added, which rounds the shift in `apply`
        self.x = self.y = self.z = 0

    def set(self, values):
        """Take K_a row by row in 1e-6, and b_a in 1e-6 g."""
        turn = []
        for row in range(3):
            moved = 0  # K_a b_a in 1e-12 g
            for column in range(3):
                k = values[3 * row + column]
                moved += k * values[9 + column]
                off = k - 1000000 if row == column else k
                turn.append(((off << 16) + 1000000) // 2000000)
            off = 1000 * self._acc_scale
            turn.append((1 << 14) - ((moved << 17) + off) // (2 * off))
        self._turn = tuple(turn)

    def apply(self, x, y, z):
        """Correct the sums of two samples; the result is in `x, y, z`. Allocates nothing."""
        xx, xy, xz, ox, yx, yy, yz, oy, zx, zy, zz, oz = self._turn
        self.x = x + (xx * x + xy * y + xz * z + ox >> 15)
        self.y = y + (yx * x + yy * y + yz * z + oy >> 15)
        self.z = z + (zx * x + zy * y + zz * z + oz >> 15)


class Tilt:
    """A sink that turns raw samples into tilt samples, as long as a mount is stored.

    A pair of raw samples gives one tilt sample: orientation in its middle, mean acceleration and rates of both.
    """

    def __init__(self, imu, clock, most_samples):
        self._clock = clock
        self._filter = TiltFilter(imu.RATE_MHZ, imu.ACC_NG_PER_LSB, imu.GYR_NDPS_PER_LSB)
        self._correction = Correction(imu.ACC_NG_PER_LSB)
        self._rate_mhz = imu.RATE_MHZ
        self._acc_mg = imu.ACC_NG_PER_LSB * 0.5e-6  # of a sum of two
        self._gyr_ddps = imu.GYR_NDPS_PER_LSB * 0.5e-8
        self._mount = None
        self.half = False  # the first sample of a pair has come:
        self._first = array("h", [0] * 6)
        self.values = array("h", [0] * (_FIELDS * (most_samples // DIVIDER + 1)))
        self.count = 0  # tilt samples in `values`, of the last block
        self.index = 0  # raw index of the first of them

    @property
    def ready(self):
        """Whether a mount is stored."""
        return self._mount is not None

    def set_calibration(self, values):
        """Take the `values` of a `hipclip.calibration.Calibration`, before `set_mount` begins anew."""
        self._correction.set(values)
        self._filter.first_bias = tuple([udps * 1e-6 for udps in values[12:]])

    def set_mount(self, w, x, y, z):
        """Take the quaternion, sensor to pelvis, in any scale; four zeros forget it."""
        n = math.sqrt(w * w + x * x + y * y + z * z)
        if n == 0:
            self._mount = None
            return
        w, x, y, z = w / n, x / n, y / n, z / n
        self._filter.reset()
        self.half = False
        self._mount = (
            1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
            2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
            2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
        )  # fmt: skip

    def take(self, block, n, index, ticks_us, flags):
        """Run the filter over n samples."""
        self.count = 0
        if self._mount is None:
            return
        if flags & ids.GAP:
            self.half = False
        self._follow_rate()
        self.index = index - 1 if self.half else index + (index & 1)
        for k in range(n):
            if (index + k) & 1 == 0:
                _copy_into(self._first, block, 12 * k)
                self.half = True
            elif self.half:
                self.half = False
                self._pair(block, 12 * k)

    def _follow_rate(self):
        rate_mhz = self._clock.rate_mhz
        if self._clock.settled and abs(rate_mhz - self._rate_mhz) * 1000000 > _RATE_STEP_PPM * self._rate_mhz:
            self._rate_mhz = rate_mhz
            self._filter.set_rate(rate_mhz)

    def _pair(self, block, at):
        """Make a tilt sample of the sample kept and the one in the block."""
        first, tilt, scale = self._first, self._filter, self._gyr_ddps
        ax, ay, az = first[0] + _i16(block, at), first[1] + _i16(block, at + 2), first[2] + _i16(block, at + 4)
        gx, gy, gz = first[3] + _i16(block, at + 6), first[4] + _i16(block, at + 8), first[5] + _i16(block, at + 10)
        right = self._correction
        right.apply(ax, ay, az)
        ax, ay, az = right.x, right.y, right.z
        tilt.push(ax, ay, az, gx, gy, gz)
        ux, uy, uz = tilt.up_x, tilt.up_y, tilt.up_z
        m = self._mount
        gx, gy, gz = gx * scale - tilt.bias_x * 10.0, gy * scale - tilt.bias_y * 10.0, gz * scale - tilt.bias_z * 10.0
        values, put = self.values, _FIELDS * self.count
        sideways = m[6] * ux + m[7] * uy + m[8] * uz
        values[put] = frames.sat16(round(-math.asin(max(-1.0, min(1.0, sideways))) * _CDEG))
        forward, upward = m[0] * ux + m[1] * uy + m[2] * uz, m[3] * ux + m[4] * uy + m[5] * uz
        values[put + 1] = frames.sat16(round(math.atan2(forward, upward) * _CDEG))
        values[put + 2] = frames.sat16(round((ax * ux + ay * uy + az * uz) * self._acc_mg - 1000.0))
        values[put + 3] = frames.sat16(round(m[0] * gx + m[1] * gy + m[2] * gz))
        values[put + 4] = frames.sat16(round(gx * ux + gy * uy + gz * uz))
        self.count += 1


def _copy_into(target, block, at):
    for k in range(6):
        target[k] = _i16(block, at + 2 * k)


def _i16(block, at):
    value = block[at] | block[at + 1] << 8
    return value - 65536 if value & 0x8000 else value


class TiltWriter:
    """A sink behind `Tilt` in the sampler's list: packs what that has made of the same block."""

    def __init__(self, ring, tilt, clock):
        self._ring = ring
        self._source = tilt
        self._clock = clock
        self._samples = 0
        self._filled = 0
        self._flags = self._index = self._ticks_us = 0
        self._odd = 0  # 1 where the first sample of a pair has come
        self.index_next = 0

    @property
    def wanted(self):
        """Raw samples that complete the frame being filled."""
        return DIVIDER * (self._samples - self._filled) - self._odd

    def begin(self, samples_per_frame):
        """Empty the ring and begin a stream of frames with so many samples each."""
        self._ring.begin(frames.HEADER_SIZE + frames.TILT_SAMPLE_SIZE * samples_per_frame)
        self._samples = samples_per_frame
        self._filled = self._flags = 0
        self._odd = 1 if self._source.half else 0

    def take(self, block, n, index, ticks_us, flags):
        """Pack the tilt samples that ended in this block."""
        if flags & ids.GAP:
            self.flush()
        source = self._source
        self._flags |= flags
        self._odd = (index + n) & 1
        for k in range(source.count):
            if self._filled == 0:
                self._index = source.index + DIVIDER * k
                ago = (index - self._index) * 1000000000 // self._clock.rate_mhz
                self._ticks_us = (ticks_us - ago) % frames.TICKS_PERIOD
            self._pack(source.values, _FIELDS * k)
            self.index_next = source.index + DIVIDER * (k + 1)
            if self._filled == self._samples:
                self.flush()

    def _pack(self, values, at):
        ring = self._ring
        frames.pack_tilt_into(
            ring.memory, self._filled, values[at], values[at + 1], values[at + 2], values[at + 3], values[at + 4],
            ring.slot_offset,
        )  # fmt: skip
        self._filled += 1

    def flush(self):
        """Close the frame being filled, if there is a sample in it."""
        if self._filled == 0:
            return
        ring = self._ring
        frames.pack_header_into(
            ring.memory, ids.TILT, self._flags, ring.next & 0xFFFF, self._index, self._ticks_us,
            ring.slot_offset,
        )  # fmt: skip
        ring.commit(frames.HEADER_SIZE + frames.TILT_SAMPLE_SIZE * self._filled)
        self._filled = self._flags = 0
