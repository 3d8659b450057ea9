"""Columns that grow at their end, seen as read-only views: what was once given never changes."""

from __future__ import annotations

import numpy as np

from hipdrop.samples import Array


class Series:
    """Rows of `columns` numbers."""

    def __init__(self, columns: int) -> None:
        self._data = np.empty((columns, 256))
        self._n = 0

    def __len__(self) -> int:
        return self._n

    def add(self, *row: float) -> None:
        """Put a row behind the others."""
        if self._n == self._data.shape[1]:
            self._data = np.concatenate((self._data, np.empty_like(self._data)), axis=1)
        self._data[:, self._n] = row
        self._n += 1

    def view(self) -> Array:
        """Give (columns, n), read-only; rows that come later are not in it."""
        view: Array = self._data[:, : self._n]
        view.flags.writeable = False
        return view
