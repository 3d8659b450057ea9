"""Where a recording ends at the range that the sensor was set to: peaks beyond it are cut off flat."""

from __future__ import annotations

import numpy as np

from hipdrop.samples import Array

SAME_PART = 1e-6  # values this close to the extreme are the same; text and units round by less
ENDS_PART = 1e-3  # the two ends of a range differ by one step of the sensor, one in 32 767 or in 2047
MIN_SAMPLES = 4  # at the end of the range; noise repeats the extreme of a recording once or twice


def find_limit(values: Array, least: float) -> float | None:
    """Find the range of a sensor whose peaks were cut off.

    Cut-off peaks lie at one value exactly: the extreme of all axes is there in four samples or more, two of which
    follow one another on the same axis.

    Parameters
    ----------
    values
        (N, 3) samples.
    least
        No extreme below this is taken for the end of a range: a sensor at rest repeats itself, too.

    Returns
    -------
    float or None
        The largest value that the sensor gives; None where nothing is cut off.
    """
    top, bottom = float(values.max()), -float(values.min())
    ends = [(end, sign) for end, sign in ((top, 1), (bottom, -1)) if end >= (1 - ENDS_PART) * max(top, bottom, least)]
    cut_off = [end for end, sign in ends if _is_plateau(values, end, sign)]
    return min(cut_off, default=None)


def _is_plateau(values: Array, end: float, sign: int) -> bool:
    limit = sign * (1 - SAME_PART) * end
    at_end = values >= limit if sign > 0 else values <= limit
    if np.count_nonzero(at_end) < MIN_SAMPLES:
        return False
    return bool((at_end[1:] & at_end[:-1]).any())
