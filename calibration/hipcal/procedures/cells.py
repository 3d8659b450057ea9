"""Samples cut into cells of a tenth of a second: procedures look at whole cells, so blocks may be cut as they like."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from hipcal.model import Calibration
from hipcal.still import CELL_S
from hipdrop.samples import Array, SampleBlock

GAP_S = 0.1  # more time between two samples is a gap, as the estimators have it


class Cells:
    """Gives whole cells, on the samples' own time axis; after a gap of more than 0.1 s `gap_s` of the cell says so.

    Parameters
    ----------
    calibration
        Taken off the samples; None leaves them nominal.
    """

    def __init__(self, calibration: Calibration | None = None) -> None:
        self._calibration = calibration
        self._rest: list[SampleBlock] = []
        self._number: int | None = None
        self._last_s: float | None = None

    def push(self, block: SampleBlock) -> list[SampleBlock]:
        """Take samples; give the cells that are whole."""
        if not len(block):
            return []
        numbers = np.floor(block.t_s / CELL_S).astype(np.int64)
        edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(block)]
        whole: list[SampleBlock] = []
        for start, stop in itertools.pairwise(edges):
            number = int(numbers[start])
            if self._number is not None and number != self._number:
                whole.append(self._cell())
            self._number = number
            self._rest.append(block.slice(start, stop))
        return whole

    def close(self) -> list[SampleBlock]:
        """Give the cell that is not whole."""
        self._number = None
        return [self._cell()] if self._rest else []

    def _cell(self) -> SampleBlock:
        cell = joined(self._rest)
        self._rest = []
        first_s = float(cell.t_s[0])
        away_s = 0.0 if self._last_s is None else first_s - self._last_s
        self._last_s = float(cell.t_s[-1])
        gap_s = away_s if away_s > GAP_S else 0.0
        acc_ms2, gyr_rads = cell.acc_ms2, cell.gyr_rads
        if self._calibration is not None:
            acc_ms2, gyr_rads = self._calibration.corrected(acc_ms2, gyr_rads)
        return SampleBlock(cell.t_s, acc_ms2, gyr_rads, cell.first_index, gap_s)


def joined(blocks: Sequence[SampleBlock]) -> SampleBlock:
    """Give blocks as one."""
    if len(blocks) == 1:
        return blocks[0]
    if not blocks:
        return SampleBlock(np.empty(0), np.empty((0, 3)), np.empty((0, 3)))
    parts: tuple[list[Array], list[Array], list[Array]] = ([], [], [])
    for block in blocks:
        for part, values in zip(parts, (block.t_s, block.acc_ms2, block.gyr_rads), strict=True):
            part.append(values)
    t_s, acc, gyr = (np.concatenate(part) for part in parts)
    return SampleBlock(t_s, acc, gyr, blocks[0].first_index)
