"""A fixed-capacity ring of columns: append blocks, view windows by sample index without copying."""

from __future__ import annotations

import numpy as np

from hipdrop.samples import Array


class RingBuffer:
    """Keeps the newest `capacity` samples of `columns` columns.

    The storage is `slack` times the capacity; when it is full the newest samples move to its front, so that a window is
    always one contiguous view, and the cost of moving is spread over many appends.

    Parameters
    ----------
    columns
        Number of columns.
    capacity
        Number of samples that are always kept.
    slack
        Size of the storage in units of the capacity, at least 2.
    """

    def __init__(self, columns: int, capacity: int, slack: int = 4) -> None:
        self._data = np.empty((columns, capacity * max(2, slack)))
        self._capacity = capacity
        self._offset = 0  # sample index of column position 0
        self._end = 0  # column position after the newest sample

    @property
    def end(self) -> int:
        """Sample index after the newest sample."""
        return self._offset + self._end

    @property
    def start(self) -> int:
        """Sample index of the oldest sample that is still there."""
        return self._offset

    def extend(self, n: int) -> Array:
        """Make room for the next `n` samples and give it as a (columns, n) view to be filled in.

        Raises
        ------
        ValueError
            `n` is larger than the capacity: cut the block.
        """
        if n > self._capacity:
            raise ValueError(f"a block of {n} samples is longer than the ring's capacity of {self._capacity}")
        if self._end + n > self._data.shape[1]:
            keep = min(self._end, self._capacity)
            self._data[:, :keep] = self._data[:, self._end - keep : self._end].copy()
            self._offset += self._end - keep
            self._end = keep
        self._end += n
        return self._data[:, self._end - n : self._end]

    def append(self, block: Array) -> None:
        """Append a (columns, n) block, n at most the capacity."""
        self.extend(block.shape[1])[:] = block

    def window(self, start: int, stop: int, rows: int | slice = slice(None)) -> Array:
        """View samples [start, stop) by sample index as (columns, stop - start), or of some `rows` only.

        Raises
        ------
        IndexError
            Part of the window is no longer, or not yet, there.
        """
        a, b = start - self._offset, stop - self._offset
        if a < 0 or b > self._end or a > b:
            raise IndexError(f"samples [{start}, {stop}) are not in the ring, which holds [{self.start}, {self.end})")
        return self._data[rows, a:b]

    def last(self, n: int) -> Array:
        """View the newest `n` samples, fewer if there are fewer."""
        return self._data[:, max(0, self._end - n) : self._end]
