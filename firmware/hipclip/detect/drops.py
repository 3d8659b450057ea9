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
_LONGEST = const(176)  # samples of the longest stride, and what its kernel reaches beyond
_LONGEST_HALF = const(40)
_LONGEST_SEARCH = const(56)


class Drops:
    """Measures step after step in the same buffers; `left` and `right`: the drop in cdeg if that leg stands."""

    def __init__(self, contacts):
        self._contacts = contacts
        self._line = array("h", bytes(2 * _LONGEST))
        self._kernel = array("h", bytes(2 * _LONGEST_HALF))
        self._smooth = array("i", bytes(4 * _LONGEST_SEARCH))  # cdeg times _ONE
        self._stride = 0  # that the kernel is made for
        self.left = self.right = UNKNOWN
        self.wobbles = False

    def measure(self, previous, contact, following, known):
        """Measure the step from `contact` to `following` (places); samples from number `known` on are left alone."""
        self.left = self.right = UNKNOWN
        self.wobbles = False
        begin, middle, end = previous + 32 >> 6, contact + 32 >> 6, following + 32 >> 6
        half = self._low_pass(end - begin)
        reach = (following - contact) * _PEAK_PERCENT // 100
        search_end = (contact + reach >> 6) + 2
        first = max(min(begin, middle - 1 - half), self._contacts.floor)
        last = min(max(search_end + half, end), known)
        at = max(middle - 1, first + half)
        count = min(search_end, last - half) - at
        if count < 1 or count > _LONGEST_SEARCH or last - first > _LONGEST:
            return
        total = self._copy(first, last, begin - first, end - first)
        rest = self._filter(at - first, count, half)
        self.wobbles = rest > count * (_WOBBLE_LIMIT_CDEG * _ONE >> _WOBBLE_SHIFT) ** 2
        mean = total / (end - max(begin, first))
        low = max(0, contact - 64 * at + 63 >> 6)
        high = min(max(low, contact - 64 * at + reach >> 6) + 1, count)
        if low < high:
            self.left = _cdeg(self._peak(low, high, count, 1) - mean)
            self.right = _cdeg(self._peak(low, high, count, -1) + mean)

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
        total = _ONE / (2.0 * sum(weights) + 1.0)
        rest = _ONE
        for k in range(1, half + 1):
            kernel[k] = round(total * weights[k - 1])
            rest -= 2 * kernel[k]
        kernel[0] = rest  # so that the sum is right to the last bit
        return half

    def _copy(self, first, last, begin, end):
        """Straighten out the ring; gives the sum of obliquity over the stride."""
        line, obliquity, total = self._line, self._contacts.obliquity, 0
        for i in range(last - first):
            line[i] = value = obliquity[(first + i) & _MASK]
            if begin <= i < end:
                total += value
        return total

    def _filter(self, at, count, half):
        """Smooth `count` values from `at` on; gives the sum of the squares of what that takes away."""
        line, kernel, smooth, squares = self._line, self._kernel, self._smooth, 0
        for i in range(count):
            here = line[at + i]
            value = kernel[0] * here
            early = late = at + i
            for k in range(1, half + 1):
                early -= 1
                late += 1
                value += kernel[k] * (line[early] + line[late])
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
                tilt = 1.0 * (before - after)
                return (peak - tilt * tilt / (8.0 * bend)) / _ONE
        return peak / _ONE


def _cdeg(value):
    return max(-32767, min(32767, round(value)))
