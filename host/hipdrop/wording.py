"""The summary of a run in plain words, and the words of what else is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from hipdrop.events import AlertCleared, AlertEvent, AlertRaised, CalibrationUsed, Flag, Side
from hipdrop.monitor import words
from hipdrop.summary import DropSummary, RunSummary
from hipwire import ids

if TYPE_CHECKING:
    from hipdrop.alerts import HapticCounts

FLAG_WORDS = {
    Flag.START: "before the first full stride",
    Flag.STOP: "next to a stop",
    Flag.GAP: "lost samples",
    Flag.SATURATED: "sensor at the end of its range",
    Flag.WOBBLE: "loose belt",
    Flag.SLIP: "clip slipped",
    Flag.MOUNT: "mount not known yet",
    Flag.SIDE: "leg not sure",
    Flag.IRREGULAR: "irregular",
    Flag.TURN: "in a bend",
}
FAULT_WORDS = {
    ids.FAULT_SENSOR: "the sensor does not answer",
    ids.FAULT_SETTINGS: "settings damaged, defaults in use",
    ids.FAULT_CRASH: "the last boot ended in a crash",
    ids.FAULT_SAFE_MODE: "safe mode",
    ids.FAULT_WATCHDOG: "started anew by its watchdog",
    ids.FAULT_BATTERY: "battery low: charge it soon",
}
SITE_WORDS = {"sacrum": "on the sacrum", "left-hip": "over the left hip", "right-hip": "over the right hip"}
NOT_A_DIAGNOSIS = "A training aid, not a diagnosis: it compares you with yourself."


def clock(seconds: float) -> str:
    """Write a time as m:ss, from an hour on as h:mm:ss."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def length(seconds: float) -> str:
    """Write a duration with its unit."""
    return f"{clock(seconds)} {'min' if round(seconds) < 3600 else 'h'}"


def share(count: int, whole: int) -> str:
    """Write a part in per cent, with a decimal where it would be rounded to all or nothing."""
    percent = 100 * count / whole
    return f"{percent:.1f} %" if 99 < percent < 100 or 0 < percent < 1 else f"{percent:.0f} %"


def degrees(value: float, signed: bool = False) -> str:
    """Write an angle with one decimal; a dash where there is none."""
    if value != value:
        return "-"
    return f"{value:+.1f}°" if signed else f"{value:.1f}°"


def summary_lines(summary: RunSummary) -> Iterator[str]:
    """Give the summary line by line; times are minutes since the start of the recording."""
    recording = summary.recording
    times = "once" if len(summary.gaps_s) == 1 else f"{len(summary.gaps_s)} times"
    gaps = f", samples missing {times} ({sum(summary.gaps_s):.1f} s)" if summary.gaps_s else ", no gaps"
    yield f"recording  {length(recording.duration_s)} at {recording.native_rate_hz:.1f} Hz{gaps}"
    if summary.link is not None:
        yield f"link       {link_words(summary.link)}"
    if summary.link is not None or summary.calibration is not None:
        yield f"sensor     {sensor_words(summary.calibration)}"
    if summary.person:
        yield f"person     {summary.person}{f', {summary.shoe}' if summary.shoe else ''}"
    for said in summary.treadmill:
        yield f"treadmill  {treadmill_words(said.speed_ms, said.slope_percent)}"
    if summary.steps:
        yield f"running    {length(summary.running_s)}, {summary.steps} steps, {summary.cadence_spm:.0f} steps/min"
        yield f"counted    {_part(summary.counted, summary.steps)}{_why(summary)}"
        yield f"clip       {_mount(summary)}"
        yield f"leg sure   {_part(summary.sides_sure, summary.steps)}"
        yield ""
        yield f"{'pelvic drop':28}{'counted':>8}{'fresh':>8}{'end':>8}{'change':>8}{'baseline':>10}"
        yield from (_drop_line(drop) for drop in summary.drops)
        yield ""
        yield from _alert_lines(summary)
    yield from (f"note       {warning}" for warning in summary.warnings)
    yield NOT_A_DIAGNOSIS


def sensor_words(used: CalibrationUsed | None) -> str:
    """Say what the samples are corrected by, and which mount the run began with."""
    if used is None:
        return "not calibrated"
    acc, gyr = _day(used.acc_measured), _day(used.gyro_measured)
    if acc and acc == gyr:
        sensor = f"calibrated {acc}"
    else:
        dates = [f"{name} calibrated {day}" for name, day in (("accelerometer", acc), ("gyroscope", gyr)) if day]
        sensor = ", ".join(dates) or "not calibrated"
    if not used.mount_measured:
        return sensor
    return f"{sensor}; mount by {used.mount_method} {_day(used.mount_measured)} {used.mount_measured[11:16]}"


def _day(measured: str) -> str:
    """Give the date of a time by ISO 8601."""
    return measured[:10]


def treadmill_words(speed_ms: float, slope_percent: float) -> str:
    """Say what is known of the treadmill; NaN is not."""
    speed = f"{speed_ms:.2f} m/s ({3.6 * speed_ms:.1f} km/h)" if speed_ms == speed_ms else ""
    slope = f"slope {slope_percent:g} %" if slope_percent == slope_percent else ""
    return ", ".join(part for part in (speed, slope) if part)


def haptic_warnings(counts: HapticCounts) -> Iterator[str]:
    """Say which alerts the wearer may not have felt."""
    if counts.missed:
        yield f"{counts.missed} of {counts.asked} alerts to the clip were not confirmed: they may not have been felt"
    if counts.refused:
        yield f"the clip refused {counts.refused} of {counts.asked} alerts: see hipdrop clip info"


def link_words(link: Mapping[str, int | float | None]) -> str:
    """Say what a link lost, and what of it came in the end."""
    lost, received = int(link["samples_lost"] or 0), int(link["samples_received"] or 0)
    whole = lost + received
    missing = f"{lost} of {whole} samples missing ({share(lost, whole)})" if lost else "no sample missing"
    fetched = f", {link['samples_recovered']} fetched again" if link["samples_recovered"] else ""
    times = link["reconnects"]
    again = "" if not times else f", connected again {'once' if times == 1 else f'{times} times'}"
    return f"{missing}{fetched}{again}"


def _part(count: int, whole: int) -> str:
    return f"{count} of {whole} steps ({share(count, whole)})"


def _why(summary: RunSummary) -> str:
    reasons = sorted(summary.flags.items(), key=lambda item: -item[1])
    return "; left out: " + ", ".join(f"{count} {FLAG_WORDS[flag]}" for flag, count in reasons) if reasons else ""


def _mount(summary: RunSummary) -> str:
    mount = summary.mount
    if mount is None:
        return "how it sits was not found"
    return f"{SITE_WORDS[mount.site]}, mount {'given' if mount.given else 'found by itself'}"


def _drop_line(drop: DropSummary) -> str:
    name = "mean of both" if drop.side is Side.BOTH else words.drops(drop.side)
    angles = f"{degrees(drop.fresh_deg):>8}{degrees(drop.end_deg):>8}{degrees(drop.change_deg, signed=True):>8}"
    return f"{name:28}{drop.counted:>8}{angles}{degrees(drop.baseline_deg):>10}"


def _alert_lines(summary: RunSummary) -> Iterator[str]:
    if not summary.alerts:
        yield "alerts     none"
    for alert in summary.alerts:
        yield f"{alert_name(alert):10} at {clock(alert.t_s - summary.start_s)}  {alert.reason}"


def alert_name(alert: AlertEvent) -> str:
    """Name the kind of an alert event."""
    if isinstance(alert, AlertRaised):
        return "ALERT"
    return "cleared" if isinstance(alert, AlertCleared) else "withheld"
