"""The clip's own monitor as the host sets it: settings and profile to the record of docs/wire-format.md, and back."""

from __future__ import annotations

from collections.abc import Iterator

from hipdrop.errors import ConfigError
from hipdrop.events import Site
from hipdrop.monitor.programme import Programme
from hipdrop.profile import Profile
from hipdrop.settings import MonitorSettings, Settings
from hipdrop.sides import ROLL, YAW, StrideTemplate
from hipwire import monitoring as wire

_UP = 1  # row of the upward acceleration in a stride
_ROWS = (_UP, ROLL, YAW)
_DETECTORS = {"ewma": wire.EWMA, "cusum": wire.CUSUM, "ewma+cusum": wire.EWMA | wire.CUSUM}
_SITES = tuple(Site)
_MILLI, _MICRO, _MINUTE_MS = 1e3, 1e6, 60e3


def to_record(settings: Settings, profile: Profile | None = None, site: Site | None = None) -> bytes:
    """Give the record that lets a clip judge by these settings and against this runner's fresh level.

    Whole numbers: 0.001 deg, ms, 10^-6, each rounded to the nearest, and at least 1 where 0 would mean something else.
    The programme of a retraining comes as the share of feedback of this session.

    Parameters
    ----------
    settings
        Of the tables [monitor] and [alerts].
    profile
        Fresh level and stride, as far as they are known.
    site
        Where the clip will sit; at another site than the stride was taken only its rates are compared.

    Raises
    ------
    ConfigError
        More evidence than the clip counts.
    """
    if settings.monitor.evidence_window_steps > wire.LONGEST_WINDOW:
        problem = f"a clip by itself counts {wire.LONGEST_WINDOW} steps at most; give no more"
        raise ConfigError("monitor.evidence_window_steps", problem)
    profile = profile or Profile()
    values = {"parts": 0, "site": 0, **_monitor_values(settings.monitor), **_level_values(profile)}
    values["haptic_strength_percent"] = settings.alerts.haptic_strength_percent if settings.alerts.haptic else 0
    values["haptic_repeats"] = settings.alerts.haptic_repeats
    values["parts"] = wire.BASELINE if profile.baseline is not None else 0
    if profile.template is not None:
        values |= _stride_values(profile.template, site)
        values["parts"] |= wire.STRIDE | (wire.CONFIRMED if profile.template.confirmed else 0)
    return wire.pack(values)


def _monitor_values(monitor: MonitorSettings) -> dict[str, int]:
    return {
        "mode": wire.TARGET if monitor.mode == "target" else wire.FATIGUE,
        "detector": _DETECTORS[monitor.detector],
        "baseline_from_ms": round(_MINUTE_MS * monitor.baseline_from_min),
        "baseline_until_ms": round(_MINUTE_MS * monitor.baseline_until_min),
        "stored_until_ms": round(_MINUTE_MS * monitor.stored_baseline_until_min),
        "ewma_weight_ppm": _some(_MICRO * monitor.ewma_weight),
        "sigma_limit_ppm": round(_MICRO * monitor.sigma_limit),
        "cusum_limit_mdeg": _some(_MILLI * monitor.cusum_limit_deg_steps),
        "clear_ppm": min(round(_MICRO * monitor.clear_fraction), 999_999),
        "cool_down_ms": round(_MILLI * monitor.cool_down_s),
        "fade_longest_ms": round(_MILLI * monitor.fade_longest_s),
        "fade_factor_ppm": round(_MICRO * monitor.fade_factor),
        "feedback_ppm": round(_MICRO * Programme(monitor).share),
        "fade_block_ms": _some(_MINUTE_MS * monitor.fade_block_min),
        "baseline_min_steps": monitor.baseline_min_steps,
        "wander_mdeg": round(_MILLI * monitor.wander_deg),
        "dead_band_mdeg": _some(_MILLI * monitor.dead_band_deg),
        "cusum_allowance_mdeg": _some(_MILLI * monitor.cusum_allowance_deg),
        "evidence_steps": monitor.evidence_steps,
        "evidence_window_steps": monitor.evidence_window_steps,
        "withheld_after_steps": monitor.withheld_after_steps,
        "fade_after_alerts": monitor.fade_after_alerts,
        "target_dead_band_mdeg": _some(_MILLI * monitor.target_dead_band_deg),
        "target_left_mdeg": round(_MILLI * monitor.target_left_deg),
        "target_right_mdeg": round(_MILLI * monitor.target_right_deg),
    }


def _level_values(profile: Profile) -> dict[str, int]:
    level = profile.baseline
    if level is None:
        return {}
    return {
        "left_mdeg": round(_MILLI * level.left_deg),
        "right_mdeg": round(_MILLI * level.right_deg),
        "left_sd_mdeg": round(_MILLI * level.left_sd_deg),
        "right_sd_mdeg": round(_MILLI * level.right_sd_deg),
        "left_steps": level.left_steps,
        "right_steps": level.right_steps,
        "between_day_sd_mdeg": round(_MILLI * level.between_day_sd_deg),
    }


def _stride_values(template: StrideTemplate, site: Site | None) -> dict[str, int]:
    elsewhere = site is not None and site is not template.site
    found: list[int] = []
    for row in _ROWS:
        for order in range(len(wire.ORDERS)):
            mean, sd = complex(template.mean[row, order]), float(template.sd[row, order])
            parts = (round(_MILLI * mean.real), round(_MILLI * mean.imag), _some(_MILLI * sd))
            found += (0, 0, 0) if elsewhere and row == _UP else parts
    values = dict(zip(wire.STRIDE_NAMES, found, strict=True))
    return values | {"site": _SITES.index(template.site), "strides": template.strides}


def _some(value: float) -> int:
    """Round what is over 0, and stay over it."""
    return max(1, round(value))


def record_lines(record: bytes) -> Iterator[str]:
    """Say in words what a clip goes by; raises WireError where the record is too short."""
    values = wire.unpack(record)
    yield _mode_line(values)
    yield _baseline_line(values)
    yield (
        f"evidence   {values['evidence_steps']} of the last {values['evidence_window_steps']} steps; over "
        f"{_degrees(values['dead_band_mdeg'])}"
    )
    yield _pause_line(values)
    share = values["feedback_ppm"] / _MICRO
    block_min = values["fade_block_ms"] / _MINUTE_MS
    yield f"feedback   {'always' if share >= 1 else f'in {share:.0%} of each {block_min:g} min of running'}"
    yield _level_line(values)
    sure = "left is known" if values["parts"] & wire.CONFIRMED else "left is likely"
    stride = f"of {values['strides']} strides at the {_SITES[values['site']]}; {sure}"
    yield f"stride     {stride if values['parts'] & wire.STRIDE else 'none stored'}"
    strength, repeats = values["haptic_strength_percent"], values["haptic_repeats"]
    yield f"buzz       {f'{strength} %, each alert {repeats} x' if strength else 'off'}"


def _mode_line(values: dict[str, int]) -> str:
    if values["mode"] == wire.FATIGUE:
        return "mode       fatigue: against the own fresh level"
    bands = ((side, values[f"target_{side}_mdeg"]) for side in ("left", "right"))
    return f"mode       target: {', '.join(f'{side} leg up to {_degrees(edge)}' for side, edge in bands if edge)}"


def _baseline_line(values: dict[str, int]) -> str:
    early = "stored" if values["parts"] & wire.BASELINE else "baseline"
    first, last = (values[key] / _MINUTE_MS for key in ("baseline_from_ms", f"{early}_until_ms"))
    return f"baseline   of {first:g} to {last:g} min of running, {values['baseline_min_steps']} steps of a leg at least"


def _pause_line(values: dict[str, int]) -> str:
    pause_min, longest_min = (values[key] / _MINUTE_MS for key in ("cool_down_ms", "fade_longest_ms"))
    factor, alerts = values["fade_factor_ppm"] / _MICRO, values["fade_after_alerts"]
    longer = f", {factor:g} times as long after {alerts} alerts, {longest_min:g} min at most" if factor > 1 else ""
    return f"pauses     {pause_min:g} min between two alerts{longer}"


def _level_line(values: dict[str, int]) -> str:
    if not values["parts"] & wire.BASELINE:
        return "fresh      not stored: the clip learns it anew in each run"
    left, right = (
        f"{_degrees(values[f'{side}_mdeg'])} ({values[f'{side}_steps']} steps)" for side in ("left", "right")
    )
    return f"fresh      left leg {left}, right leg {right}"


def _degrees(mdeg: int) -> str:
    return f"{mdeg / _MILLI:.1f} deg" if mdeg % 100 == 0 else f"{mdeg / _MILLI:.2f} deg"
