"""What people do in a guided calibration, simulated with known truth, and how a procedure takes it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hipcal.procedures.base import Procedure, Prompt
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array, SampleBlock
from hipdrop.simulate.chip import Chip
from hipdrop.simulate.handposes import hold
from hipdrop.simulate.sensorerrors import SensorErrors

RATE_HZ = 208.0
FRAME = 19
Walk = list[tuple[float, Prompt]]


def on_table(
    seconds: float, chip: Chip, seed: int = 1, up: tuple[float, float, float] = (0.0, 0.0, 1.0)
) -> SampleBlock:
    """A clip that lies still."""
    n = round(seconds * RATE_HZ)
    force = np.tile(np.array(up) * STANDARD_GRAVITY_MS2, (n, 1))
    draws = np.random.default_rng((seed, 9)).spawn(2)
    acc, gyr_dps = chip.read(force, np.zeros((n, 3)), RATE_HZ, *draws)
    return SampleBlock(np.arange(n) / RATE_HZ, acc, np.deg2rad(gyr_dps))


def held(up: Array, chip: Chip, seed: int = 1, **options: float) -> SampleBlock:
    """Poses by hand."""
    return hold(up, np.random.default_rng((seed, 2)), chip, rate_hz=RATE_HZ, **options).block


def then(*blocks: SampleBlock) -> SampleBlock:
    """One after the other."""
    acc = np.concatenate([block.acc_ms2 for block in blocks])
    gyr = np.concatenate([block.gyr_rads for block in blocks])
    return SampleBlock(np.arange(len(acc)) / RATE_HZ, acc, gyr)


def lead(
    procedure: Procedure, block: SampleBlock, cut: int = FRAME, act: Callable[[float, Prompt], None] | None = None
) -> Walk:
    """Push it in blocks; give each new prompt with its time. `act` may press keys."""
    walk: Walk = []
    for piece in block.cut(cut):
        procedure.push(piece)
        at_s, prompt = float(piece.t_s[-1]), procedure.prompt
        if not walk or walk[-1][1] != prompt:
            walk.append((at_s, prompt))
        if act is not None:
            act(at_s, prompt)
        if procedure.done:
            break
    return walk


def said(walk: Walk, part: str) -> list[str]:
    """What one part of the prompts said, each new word once."""
    words = [getattr(prompt, part) for _, prompt in walk]
    return [word for word, before in zip(words, ["", *words], strict=False) if word and word != before]


def inclination_rms_deg(found: tuple[tuple[float, ...], tuple[float, float, float]], errors: SensorErrors) -> float:
    """RMS error of directions, over all of them, that a calibration (matrix, offset) leaves of a chip."""
    points = np.random.default_rng(0).standard_normal((2000, 3))
    true = points / np.linalg.norm(points, axis=1, keepdims=True)
    read, _ = errors.apply(true * STANDARD_GRAVITY_MS2, np.zeros_like(true))
    matrix, offset = np.array(found[0]).reshape(3, 3), np.array(found[1])
    calibrated = (read - offset) @ matrix.T
    cosines = np.sum(calibrated * true, axis=1) / np.linalg.norm(calibrated, axis=1)
    return float(np.degrees(np.sqrt(np.mean(np.arccos(np.clip(cosines, -1, 1)) ** 2))))
