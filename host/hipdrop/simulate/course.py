"""How the drop of a run goes: level from the start, sags, slow wander, laid out as bumps stride by stride."""

from __future__ import annotations

import numpy as np

from hipdrop.errors import UsageError
from hipdrop.events import Side
from hipdrop.samples import Array
from hipdrop.simulate.calibration import Bench, LevelTable, bumps
from hipdrop.simulate.config import RunnerConfig
from hipdrop.simulate.gait import Gait
from hipdrop.simulate.levels import AddedDrop
from hipdrop.simulate.specs import Sag

SHARED_WANDER = 0.5  # share of the wander's variance that both sides have in common

_WANDER_REACH = 4.0  # standard deviations
_SIZES_RAD = np.deg2rad(np.concatenate([np.arange(0.0, 8.0, 0.2), np.arange(8.0, 21.0, 1.0)]))


def add_drop(config: RunnerConfig, gait: Gait, speed_ms: float) -> AddedDrop:
    """Calibrate at `speed_ms` and lay out the bumps of a run.

    Sags over zero are bumps inside the stance of their side, which lift the stride mean and with it the other side's
    reading; levels, wander and sags under zero hold the other side where it is.

    Raises
    ------
    UsageError
        A level or sag is out of this runner's reach.
    """
    nothing = np.zeros((len(gait.running), 2))
    if not _asked(config):
        return AddedDrop(nothing, nothing, np.zeros(2))
    bench = Bench(config, speed_ms)
    own = bench.level_rad(0.0, 0.0)
    levels = (config.drop_left_deg, config.drop_right_deg)
    start = np.array([own[side] if deg is None else np.deg2rad(deg) for side, deg in enumerate(levels)])
    stamp_s = gait.start_s[:-1] * (1.0 + config.rate_error)
    in_stance, over_stride = _moving_level(config, bench, start, _wander(config, gait), stamp_s)
    in_stance = in_stance + _raising_sags(config, bench, start, stamp_s)
    running = gait.running[:, None]
    return AddedDrop(in_stance * running, over_stride * running, bench.middle)


def _asked(config: RunnerConfig) -> bool:
    levels = (config.drop_left_deg, config.drop_right_deg)
    return bool(config.sags) or config.wander_deg > 0.0 or levels != (None, None)


def _moving_level(
    config: RunnerConfig, bench: Bench, start_rad: Array, wander_rad: Array, stamp_s: Array
) -> tuple[Array, Array]:
    """Give the amplitudes (K, 2) inside the stance and over the stride of level, wander and sags under zero."""
    common, uneven = bench.solve(start_rad)
    falling = [sag for sag in config.sags if sag.deg < 0.0]
    if not falling and config.wander_deg == 0.0:
        return bumps(np.full(len(stamp_s), common), np.full(len(stamp_s), uneven))
    wanted, lowest = start_rad + wander_rad, start_rad
    for sag in falling:
        lowest = lowest + np.deg2rad(sag.deg) * _sides(sag)
        wanted = wanted + np.deg2rad(sag.deg) * sag.level(stamp_s)[:, None] * _sides(sag)
    bench.solve(lowest)
    reach = np.deg2rad(config.wander_deg) * _WANDER_REACH
    return bumps(*LevelTable(bench, lowest - reach, start_rad + reach).solve(wanted))


def _sides(sag: Sag) -> Array:
    return np.array([float(sag.side is not Side.RIGHT), float(sag.side is not Side.LEFT)])


def _wander(config: RunnerConfig, gait: Gait) -> Array:
    """Draw the wander of drop (K, 2), rad: an Ornstein-Uhlenbeck level a side, with a part that both sides share."""
    draws = config.rng(3).standard_normal((len(gait.running), 3))
    keep = np.exp(-np.diff(gait.start_s) / config.wander_s)
    fresh = np.sqrt(1.0 - keep**2)
    levels = np.empty_like(draws)
    level = draws[0]  # stationary from the start
    for k, draw in enumerate(draws):
        level = keep[k] * level + fresh[k] * draw
        levels[k] = level
    sides = np.sqrt(SHARED_WANDER) * levels[:, :1] + np.sqrt(1.0 - SHARED_WANDER) * levels[:, 1:]
    wander: Array = np.deg2rad(config.wander_deg) * sides
    return wander


def _raising_sags(config: RunnerConfig, bench: Bench, start_rad: Array, stamp_s: Array) -> Array:
    """Give the amplitudes (K, 2) of the sags over zero, rad."""
    total = np.zeros((len(stamp_s), 2))
    raising = [sag for sag in config.sags if sag.deg > 0.0]
    if not raising:
        return total
    inside, over = bumps(*(np.array(number) for number in bench.solve(start_rad)))
    for sag in raising:
        on = _sides(sag)
        drops = np.array([bench.drops_rad(inside + size * on, over) for size in _SIZES_RAD])
        change = np.maximum.accumulate(drops - drops[0], axis=0)
        for side in np.flatnonzero(on):
            highest_deg = np.rad2deg(change[-1, side])
            if sag.deg > highest_deg:
                raise UsageError(
                    f"a sag of {sag.deg:g} deg is out of this runner's reach; give up to {highest_deg:.1f}"
                )
            total[:, side] += np.interp(np.deg2rad(sag.deg) * sag.level(stamp_s), change[:, side], _SIZES_RAD)
    return total
