"""The accelerometer's calibration on counts, in whole numbers: they cost no memory and are the same on any board."""

SHIFT = 15  # scale and cross-axis to 1 / 32768, or 31 ug at 1 g
ONE_PPM = 1000000


class Correction:
    """`apply` turns the sums of the counts of two samples into what a sensor without errors would have given.

    In the sums s of two samples: K_a (s - 2 b_a / scale) = s + (D s - o) / 2^15 with D = 2^15 (K_a - 1) and
    o = 2^15 K_a 2 b_a / scale, both rounded. With |s| <= 2^16 and the limits of `hipclip.calibration` all sums stay
    within the 31 bits of a board's small integers.
    """

    def __init__(self):
        self.x = self.y = self.z = 0
        self.forget()

    def forget(self):
        """Leave the counts as they are."""
        self._turn = (0,) * 9
        self._shift = (1 << SHIFT - 1,) * 3

    def set(self, matrix_ppm, offset_ug, acc_ng_per_lsb):
        """Take K_a row by row in 1e-6, b_a in 1e-6 g and the scale of the counts."""
        turn, shift = [], []
        for row in range(3):
            moved = 0  # K_a b_a in 1e-12 g
            for column in range(3):
                k_ppm = matrix_ppm[3 * row + column]
                turn.append(_rounded((k_ppm - (ONE_PPM if row == column else 0)) << SHIFT, ONE_PPM))
                moved += k_ppm * offset_ug[column]
            half = 1 << SHIFT - 1  # the shift in `apply` rounds down
            shift.append(half - _rounded(2 * moved << SHIFT, 1000 * acc_ng_per_lsb))
        self._turn, self._shift = tuple(turn), tuple(shift)

    def apply(self, x, y, z):
        """Correct the sums of two samples; the result is in `x, y, z`. Allocates nothing."""
        xx, xy, xz, yx, yy, yz, zx, zy, zz = self._turn
        ox, oy, oz = self._shift
        by = SHIFT
        self.x = x + (xx * x + xy * y + xz * z + ox >> by)
        self.y = y + (yx * x + yy * y + yz * z + oy >> by)
        self.z = z + (zx * x + zy * y + zz * z + oz >> by)


def _rounded(value, divisor):
    """Divide to the nearest whole number."""
    return (2 * value + divisor) // (2 * divisor)
