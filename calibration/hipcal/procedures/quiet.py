"""Quiet standing as it goes on, half a second at a time, and how far the clip leans from it."""

from __future__ import annotations

import math

import numpy as np

from hipcal.levelled import LOOK_S, quiet
from hipcal.procedures.cells import joined
from hipcal.still import CELL_S
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array, SampleBlock

HALF = round(LOOK_S / CELL_S)  # cells of half a second
KEEP_S = 5.0  # of standing at most, before the wearer begins
LEAST_G = 0.5  # less is no gravity, but a sensor that does not work
STIRS = 3.0  # times the spread of standing
CALM = np.array([0.02, math.radians(0.2)])  # m/s², rad/s: what the chip's own noise spreads


class HalfSeconds:
    """Joins cells to pieces of half a second; a gap begins a new one."""

    def __init__(self) -> None:
        self._cells: list[SampleBlock] = []

    def push(self, cell: SampleBlock) -> SampleBlock | None:
        """Take a cell; give a piece when it is whole."""
        if cell.gap_s:
            self._cells = []
        self._cells.append(cell)
        if len(self._cells) < HALF:
            return None
        piece, self._cells = joined(self._cells), []
        return piece


def is_quiet(piece: SampleBlock) -> bool:
    """Say whether half a second is still, by the limits of the estimators, and gravity is felt in it."""
    if not np.linalg.norm(piece.acc_ms2.mean(axis=0)) > LEAST_G * STANDARD_GRAVITY_MS2:
        return False
    rate_hz = (len(piece) - 1) / float(piece.t_s[-1] - piece.t_s[0]) if len(piece) > 1 else 1.0
    return bool(quiet(piece.acc_ms2, piece.gyr_rads, rate_hz).all())


class Stir:
    """Whether the wearer stirs more than in quiet standing, as `hipcal.oneleg` has it: for what to say meanwhile."""

    def __init__(self, standing: SampleBlock) -> None:
        n = max(2, round(LOOK_S * (len(standing) - 1) / float(standing.t_s[-1] - standing.t_s[0])))
        pieces = [_spread(standing.slice(at, at + n)) for at in range(0, len(standing) - n + 1, n)]
        self._most = STIRS * np.maximum(np.max(pieces, axis=0), CALM)

    def seen(self, piece: SampleBlock) -> bool:
        """Look at half a second."""
        return bool((_spread(piece) > self._most).any())


def _spread(piece: SampleBlock) -> Array:
    """RMS of acceleration and of rate about their means."""
    spread: Array = np.sqrt([piece.acc_ms2.var(axis=0).sum(), piece.gyr_rads.var(axis=0).sum()])
    return spread


class Lean:
    """How far the clip leans from where it stood, by its rate alone: some tens of seconds stay within a degree."""

    def __init__(self, standing: SampleBlock) -> None:
        up = standing.acc_ms2.mean(axis=0)
        self._standing = self._up = up / np.linalg.norm(up)
        self._bias = standing.gyr_rads.mean(axis=0)
        self._last_s = float(standing.t_s[-1])

    @property
    def lean_deg(self) -> float:
        """The angle now."""
        return math.degrees(math.acos(max(-1.0, min(1.0, float(self._standing @ self._up)))))

    def push(self, cell: SampleBlock) -> float:
        """Follow the up vector through the mean rate of a cell; give the angle."""
        passed_s, self._last_s = float(cell.t_s[-1]) - self._last_s, float(cell.t_s[-1])
        turn = (cell.gyr_rads.mean(axis=0) - self._bias) * passed_s
        self._up = _turned_back(self._up, turn)
        return self.lean_deg


def _turned_back(vector: Array, turn: Array) -> Array:
    """Give a vector that is fixed in the world as the clip sees it after it has turned (Rodrigues)."""
    angle = float(np.linalg.norm(turn))
    if angle == 0.0:
        return vector
    axis = turn / angle
    along = axis * float(axis @ vector)
    turned: Array = along + math.cos(angle) * (vector - along) - math.sin(angle) * np.cross(axis, vector)
    return turned
