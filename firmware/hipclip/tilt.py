"""Inclination on the clip: gyroscope strap-down, acceleration low-passed in the almost inertial frame, bias at rest.

After VQF without magnetometer (Laidig and Seel, 2023, doi 10.1016/j.inffus.2022.10.014), default parameters. Points
of deviation: it takes the sum of two samples at a time, which halves the cost, and levels and reads in the middle, not
at the end; the bias is the mean rate of quiet stretches alone, without an estimate in motion and without covariance.
Floats are boxed here: about 4.8 kB of garbage for a pair on a 32-bit board (benchmarks/clip_cost.py).
"""

import math

TAU_ACC_S = 3.0  # time constant of the acceleration's low-pass
REST_S = 1.5  # so long must rates and acceleration stay still
REST_EVERY = 2  # pairs between looks at rest, a power of 2: a third of the cost of the whole filter otherwise
REST_MEMORY = 20  # quiet stretches that the bias remembers, 30 s: swaying of 0.1 deg/s averages out, warming is not
REST_DPS = 2.0
REST_G = 0.05
BIAS_LIMIT_DPS = 30.0  # no gyroscope of ours is worse; what turns more is no rest


class TiltFilter:
    """Up vector in sensor axes, pair by pair; `up_x, up_y, up_z` are valid in the middle of the last pair.

    rate_mhz: true rate of single samples; acc_ng_per_lsb, gyr_ndps_per_lsb: scales of the counts.
    """

    def __init__(self, rate_mhz, acc_ng_per_lsb, gyr_ndps_per_lsb):
        self._acc_scale = acc_ng_per_lsb * 0.5e-9
        self._gyr_scale = gyr_ndps_per_lsb * 0.5e-9
        self.first_bias = (0.0, 0.0, 0.0)  # deg/s: what `reset` begins with, until the clip has found one at rest
        self.set_rate(rate_mhz)
        self.reset()

    def set_rate(self, rate_mhz):
        """Take the sample rate as it is measured; the state stays."""
        self._dt_s = 2000.0 / rate_mhz
        # second-order Butterworth low-pass, bilinear: cutoff sqrt(2) / (2 pi tau)
        c = math.tan(math.sqrt(2.0) / (2.0 * TAU_ACC_S) * self._dt_s)
        d = c * c + math.sqrt(2.0) * c + 1.0
        self._b0 = c * c / d
        self._a1 = 2.0 * (c * c - 1.0) / d
        self._a2 = (1.0 - math.sqrt(2.0) * c + c * c) / d
        self._start_samples = int(TAU_ACC_S / self._dt_s)
        self._rest_samples = int(REST_S / self._dt_s) // REST_EVERY

    def reset(self):
        """Begin anew: after a gap, or when the clip is switched on."""
        self._gyr_q = (1.0, 0.0, 0.0, 0.0)  # sensor to almost inertial
        self._acc_q = (1.0, 0.0, 0.0, 0.0)  # almost inertial to earth
        self._seen = 0
        self._mean = [0.0, 0.0, 0.0]  # of the first seconds: they start the low-pass
        self._state = [0.0] * 6
        self.bias_x, self.bias_y, self.bias_z = self.first_bias
        self._still = 0
        self._rests = 0
        self._slow = [0.0] * 6  # rates, then acceleration, followed slowly
        self._sum = [0.0] * 3
        self.up_x, self.up_y, self.up_z = 0.0, 0.0, 1.0

    def push(self, ax, ay, az, gx, gy, gz):
        """Take the sums of the counts of two samples."""
        g, a = self._gyr_scale, self._acc_scale
        gx *= g
        gy *= g
        gz *= g
        ax *= a
        ay *= a
        az *= a
        if self._seen & (REST_EVERY - 1) == 0:
            self._rest(gx, gy, gz, ax, ay, az)
        x, y, z = math.radians(gx - self.bias_x), math.radians(gy - self.bias_y), math.radians(gz - self.bias_z)
        rate = math.sqrt(x * x + y * y + z * z)
        quarter = 0.25 * rate * self._dt_s  # half the angle of half the way
        c = math.cos(quarter)
        s = math.sin(quarter) / rate if rate > 1e-9 else 0.25 * self._dt_s
        x *= s
        y *= s
        z *= s
        self._turn(c, x, y, z)
        self._level(ax, ay, az)
        self._turn(c, x, y, z)

    def _turn(self, c, x, y, z):
        """Turn the strap-down quaternion by another."""
        w1, x1, y1, z1 = self._gyr_q
        w2 = w1 * c - x1 * x - y1 * y - z1 * z
        x2 = w1 * x + x1 * c + y1 * z - z1 * y
        y2 = w1 * y - x1 * z + y1 * c + z1 * x
        z2 = w1 * z + x1 * y - y1 * x + z1 * c
        n = 1.5 - 0.5 * (w2 * w2 + x2 * x2 + y2 * y2 + z2 * z2)  # 1 / length, which is 1 but for rounding
        self._gyr_q = (w2 * n, x2 * n, y2 * n, z2 * n)

    def _level(self, ax, ay, az):
        """Let the low-passed acceleration show upwards; then read the up vector."""
        w, x, y, z = self._gyr_q
        # rotate into the almost inertial frame
        tx = 2.0 * (y * az - z * ay)
        ty = 2.0 * (z * ax - x * az)
        tz = 2.0 * (x * ay - y * ax)
        ax, ay, az = (
            self._low_pass(0, ax + w * tx + y * tz - z * ty),
            self._low_pass(1, ay + w * ty + z * tx - x * tz),
            self._low_pass(2, az + w * tz + x * ty - y * tx),
        )
        self._seen += 1
        W, X, Y, Z = self._acc_q
        # what the correction so far makes of it, and the rest of the way to the vertical
        tx = 2.0 * (Y * az - Z * ay)
        ty = 2.0 * (Z * ax - X * az)
        tz = 2.0 * (X * ay - Y * ax)
        ex = ax + W * tx + Y * tz - Z * ty
        ey = ay + W * ty + Z * tx - X * tz
        ez = az + W * tz + X * ty - Y * tx
        norm = math.sqrt(ex * ex + ey * ey + ez * ez)
        if norm > 1e-6:
            cw = math.sqrt(max(0.0, 0.5 * (ez / norm + 1.0)))
            if cw > 1e-6:
                cx = 0.5 * ey / norm / cw
                cy = -0.5 * ex / norm / cw
            else:
                cw, cx, cy = 0.0, 1.0, 0.0
            nw = cw * W - cx * X - cy * Y
            nx = cw * X + cx * W + cy * Z
            ny = cw * Y + cy * W - cx * Z
            nz = cw * Z + cx * Y - cy * X
            n = 1.0 / math.sqrt(nw * nw + nx * nx + ny * ny + nz * nz)
            W, X, Y, Z = self._acc_q = (nw * n, nx * n, ny * n, nz * n)
        # both rotations together; up is the third row of their matrix
        qw = W * w - X * x - Y * y - Z * z
        qx = W * x + X * w + Y * z - Z * y
        qy = W * y - X * z + Y * w + Z * x
        qz = W * z + X * y - Y * x + Z * w
        self.up_x = 2.0 * (qx * qz - qw * qy)
        self.up_y = 2.0 * (qy * qz + qw * qx)
        self.up_z = 1.0 - 2.0 * (qx * qx + qy * qy)

    def _low_pass(self, axis, value):
        """One axis of the low-pass; it gives the mean of all samples until it has seen its time constant."""
        state = self._state
        at = 2 * axis
        if self._seen < self._start_samples:
            self._mean[axis] += value
            mean = self._mean[axis] / (self._seen + 1)
            # the state that goes on from this value without a jump
            state[at] = mean * (1.0 - self._b0)
            state[at + 1] = mean * (self._b0 - self._a2)
            return mean
        out = self._b0 * value + state[at]
        state[at] = 2.0 * self._b0 * value - self._a1 * out + state[at + 1]
        state[at + 1] = self._b0 * value - self._a2 * out
        return out

    def _rest(self, gx, gy, gz, ax, ay, az):
        """Watch for quiet; the mean rate of a quiet stretch becomes the bias."""
        slow = self._slow
        part = self._dt_s * REST_EVERY / 0.5
        still = True
        for k, value in enumerate((gx, gy, gz, ax, ay, az)):
            slow[k] += part * (value - slow[k])
            limit = REST_DPS if k < 3 else REST_G
            if abs(value - slow[k]) > limit or (k < 3 and abs(slow[k]) > BIAS_LIMIT_DPS):
                still = False
        if not still:
            self._still = 0
            return
        total = self._sum
        if self._still == 0:
            total[0] = total[1] = total[2] = 0.0
        self._still += 1
        total[0] += gx
        total[1] += gy
        total[2] += gz
        if self._still >= self._rest_samples:
            n = self._still
            self._rests = min(self._rests + 1, REST_MEMORY)
            self.bias_x += (total[0] / n - self.bias_x) / self._rests
            self.bias_y += (total[1] / n - self.bias_y) / self._rests
            self.bias_z += (total[2] / n - self.bias_z) / self._rests
            self._still = 0
