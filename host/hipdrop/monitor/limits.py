"""From a baseline or a band to the limits that a channel is judged by."""

from __future__ import annotations

import math
from collections.abc import Mapping

from hipdrop.events import Side
from hipdrop.monitor.baseline import Location
from hipdrop.monitor.channel import UNKNOWN, Limits
from hipdrop.settings import MonitorSettings


def fatigue_limits(settings: MonitorSettings, baseline: Location) -> Limits:
    """Judge against the runner's own baseline.

    The level may rise by the dead band, or by `sigma_limit` SDs of an EWMA of autocorrelated steps,
    sigma_z = sd sqrt(w / (2 - w) (1 + phi) / (1 - phi)), where that is more; the sum's two parameters grow with it.
    Cleared is what has come down to a part of it, but nothing that the sum still counts as too much.
    """
    weight, lag1 = settings.ewma_weight, baseline.lag1
    sigma_z_deg = baseline.sd_deg * math.sqrt(weight / (2 - weight) * (1 + lag1) / (1 - lag1))
    margin_deg = max(settings.dead_band_deg, settings.sigma_limit * sigma_z_deg)
    clear_deg = settings.clear_fraction * margin_deg
    if settings.detector == "ewma":
        return Limits(baseline.mean_deg, margin_deg, clear_deg)
    wider = margin_deg / settings.dead_band_deg
    allowance_deg = wider * settings.cusum_allowance_deg
    return Limits(
        baseline.mean_deg,
        math.inf if settings.detector == "cusum" else margin_deg,
        min(clear_deg, allowance_deg),
        allowance_deg,
        wider * settings.cusum_limit_deg_steps,
    )


def band_limits(settings: MonitorSettings, edges_deg: Mapping[Side, float], side: Side) -> Limits:
    """Judge against the upper edges of a physio's bands, the mean of both only if both legs have one."""
    if side is Side.BOTH:
        edge_deg = sum(edges_deg.values()) / 2 if len(edges_deg) == 2 else math.nan
    else:
        edge_deg = edges_deg.get(side, math.nan)
    if math.isnan(edge_deg):
        return UNKNOWN
    dead_band_deg = settings.target_dead_band_deg
    return Limits(edge_deg, dead_band_deg, settings.clear_fraction * dead_band_deg)
