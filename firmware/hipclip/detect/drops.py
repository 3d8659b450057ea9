"""The drop of one step, as hipdrop/drop.py defines it: sums in whole numbers, the figures of a step in floats."""

import math
from array import array

from micropython import const

_MASK = const(255)
# hipdrop.settings.DropSettings
_CUTOFF_HARMONICS = const(8)
_KERNEL_PARTS = const(4)  # half length of the low-pass: a fourth of the stride
_PEAK_PERCENT = const(60)
_WOBBLE_LIMIT_CDEG = const(100)

_ONE = const(8192)  # sum of the kernel's weights
_WOBBLE_SHIFT = const(10)  # wobble in 1/8 cdeg
UNKNOWN = -32768
_LONGEST_HALF = const(40)
_LONGEST_SEARCH = const(56)


class Drops:
    """Measures step after step in the same buffers; `left` and `right`: the drop in cdeg if that leg stands."""

    def __init__(self, contacts):
        self._contacts = contacts
        self._kernel = array("h", bytes(2 * _LONGEST_HALF))
        self._smooth = array("i", bytes(4 * _LONGEST_SEARCH))  # cdeg times _ONE
        self._stride = 0  # that the kernel is made for
        self.left = self.right = UNKNOWN

    def measure(self, previous, contact, following, known, mean):
        """Measure the step from `contact` to `following` (places); gives whether the clip wobbles.

        Samples from number `known` on are left alone; `mean`: of obliquity over the stride, cdeg.
        """
        self.left = self.right = UNKNOWN
        begin, middle, end = previous + 32 >> 6, contact + 32 >> 6, following + 32 >> 6
        half = self._low_pass(end - begin)
        reach = (following - contact) * _PEAK_PERCENT // 100
        search_end = (contact + reach >> 6) + 2
        at = max(middle - 1, max(min(begin, middle - 1 - half), self._contacts.floor) + half)
        count = min(search_end, min(max(search_end + half, end), known) - half) - at
        if not 0 < count <= _LONGEST_SEARCH:
            return False
        rest = self._filter(at, count, half)
        low = max(0, contact - 64 * at + 63 >> 6)
        high = min(max(low, contact - 64 * at + reach >> 6) + 1, count)
        if low < high:
            self.left = round(self._peak(low, high, count, 1) - mean)
            self.right = round(self._peak(low, high, count, -1) + mean)
        return rest > count * (_WOBBLE_LIMIT_CDEG * _ONE >> _WOBBLE_SHIFT) ** 2

    def _low_pass(self, stride):
        """hipdrop.filters.stride_kernel, its later half; gives its length less the middle."""
        half = max(1, round(stride / _KERNEL_PARTS))
        if stride == self._stride:
            return half
        self._stride = stride
        kernel, scale = self._kernel, 2 * math.pi * _CUTOFF_HARMONICS / stride
        weights = [
            math.sin(scale * k) / (scale * k) * (0.54 + 0.46 * math.cos(math.pi * k / half)) for k in range(1, half + 1)
        ]
        total = _ONE / (2 * sum(weights) + 1)
        rest = _ONE
        for k in range(1, half + 1):
            kernel[k] = round(total * weights[k - 1])
            rest -= 2 * kernel[k]
        kernel[0] = rest  # so that the sum is right to the last bit
        return half

    def _filter(self, at, count, half):
        """Smooth `count` samples from number `at` on; gives the sum of the squares of what that takes away."""
        obliquity, kernel, smooth, squares = self._contacts.obliquity, self._kernel, self._smooth, 0
        for i in range(count):
            here = obliquity[at + i & _MASK]
            value = kernel[0] * here
            early = late = at + i
            for k in range(1, half + 1):
                early -= 1
                late += 1
                value += kernel[k] * (obliquity[early & _MASK] + obliquity[late & _MASK])
            smooth[i] = value
            rest = here * _ONE - value >> _WOBBLE_SHIFT
            squares += rest * rest
        return squares

    def _peak(self, low, high, count, sign):
        """Largest value of sign * smooth in [low, high), by a parabola through its neighbours; cdeg."""
        smooth, top = self._smooth, low
        for i in range(low, high):
            if sign * smooth[i] > sign * smooth[top]:
                top = i
        peak = sign * smooth[top]
        if 0 < top < count - 1:
            before, after = sign * smooth[top - 1], sign * smooth[top + 1]
            bend = before - 2 * peak + after
            if bend < 0 and before <= peak >= after:
                return (peak - (before - after) / (8 * bend) * (before - after)) / _ONE
        return peak / _ONE
