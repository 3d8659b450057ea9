"""What stands in for lost samples, for the filters only: the stride before, bent to fit at both ends."""

from __future__ import annotations

import numpy as np

from hipdrop import columns as col
from hipdrop.ringbuffer import RingBuffer
from hipdrop.samples import SampleBlock


def bridge(ring: RingBuffer, block: SampleBlock, missing: int, stride: int, rate_hz: float) -> SampleBlock | None:
    """Make the `missing` samples between the ring and the block.

    Running repeats itself every stride, so the lost samples are taken from one stride before, plus a straight line that
    makes them meet the samples on both sides. Without a stride (standing, walking) the straight line alone is left.

    Returns
    -------
    SampleBlock or None
        None where the ring does not hold a sample to begin with.
    """
    end = ring.end
    if end - ring.start < 1:
        return None
    last = ring.window(end - 1, end)
    part = np.arange(1, missing + 1) / (missing + 1.0)
    t_s = last[col.T, 0] + part * (block.t_s[0] - last[col.T, 0])
    rows = slice(col.ACC.start, col.GYR.stop)
    first = np.concatenate((block.acc_ms2[0], block.gyr_rads[0]))
    past = np.zeros((6, missing + 2))
    begin = end - 1 - stride
    if stride > missing + 1 and begin >= ring.start:
        past = ring.window(begin, begin + missing + 2)[rows]
    at_start, at_end = last[rows, 0] - past[:, 0], first - past[:, -1]
    filled = past[:, 1:-1] + np.outer(at_start, 1.0 - part) + np.outer(at_end, part)
    return SampleBlock(t_s, filled[:3].T.copy(), filled[3:].T.copy(), block.first_index - missing)
