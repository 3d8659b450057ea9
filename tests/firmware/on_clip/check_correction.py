"""The accelerometer's calibration on counts."""

import micropython

from hipclip.tiltframes import Correction

SCALE_NG = 488000
MATRIX_PPM = (1012000, 5000, -3000, 5000, 993000, 2000, -3000, 2000, 1004000)
OFFSET_UG = (20000, -15000, 200000)
WORST = ((1100000, 100000, 100000, 100000, 1100000, 100000, 100000, 100000, 1100000), (200000, 200000, 200000))
SMALL = 1 << 30  # integers of a board below it take no memory


def made(matrix_ppm=MATRIX_PPM, offset_ug=OFFSET_UG, scale_ng=SCALE_NG):
    correction = Correction(scale_ng)
    correction.set(matrix_ppm + offset_ug)
    return correction


def exact(sums, row):
    """Give K (scale counts - b) of two samples, as a sum of counts, in floats of 64 bits."""
    total = 0.0
    for column in range(3):
        off = sums[column] - 2 * OFFSET_UG[column] * 1000 / SCALE_NG
        total += MATRIX_PPM[3 * row + column] * 1e-6 * off
    return total


def test_it_is_the_equation_to_a_count():
    correction = made()
    for sums in ((0, 0, 4098), (4098, -4098, 7), (65534, -65536, 65534), (-1, 1, 0), (-12345, 23456, -34567)):
        correction.apply(*sums)
        for row, found in enumerate((correction.x, correction.y, correction.z)):
            allowed = 0.51 + sum([abs(each) for each in sums]) / 65536  # half a count, and of K half a 32768th
            assert abs(found - exact(sums, row)) < allowed, (sums, row, found)


def test_without_a_calibration_counts_stay_what_they_are():
    unit = made((1000000, 0, 0, 0, 1000000, 0, 0, 0, 1000000), (0, 0, 0))
    for correction in (Correction(SCALE_NG), unit):
        for value in (-65536, -1, 0, 1, 65534):
            correction.apply(value, -value, 0)
            assert (correction.x, correction.y, correction.z) == (value, -value, 0)


def test_the_worst_that_can_be_stored_stays_within_small_integers():
    """Of the finest range that a sensor here has, 2 g: 61 ug a count."""
    for sign in (1, -1):
        correction = made(WORST[0], tuple([sign * each for each in WORST[1]]), 61000)
        for row in range(3):
            xs, ys, zs, added = [abs(each) for each in correction._turn[4 * row : 4 * row + 4]]
            assert 65536 * (xs + ys + zs) + added < SMALL


def test_nothing_is_allocated():
    correction = made()
    micropython.heap_lock()
    for k in range(400):
        correction.apply(65534 - k, k - 65536, 300 * k - 60000)
    micropython.heap_unlock()
    assert correction.x
