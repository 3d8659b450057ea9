"""How good the data were, and which steps do not count and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hipdrop.after.analysis import RunAnalysis
from hipdrop.events import Flag, Gap, MountSlipped
from hipdrop.wording import FLAG_WORDS, SITE_WORDS, length, link_words, sensor_words, share

LEAST_SHARE = 0.001  # that is written as a number
WHY = {
    Flag.START: "the drop is taken over the mean of a whole stride, and there is none yet",
    Flag.STOP: "setting off and braking are not the runner's own stride",
    Flag.GAP: "samples of the step or of its stride are missing, or the orientation had to settle again",
    Flag.SATURATED: "the peak is cut off",
    Flag.WOBBLE: "the clip shook on the belt more than the pelvis can move",
    Flag.SLIP: "the clip had moved on the body, and how it sits was not found again yet",
    Flag.MOUNT: "how the clip sits was not known well enough yet",
    Flag.SIDE: "left and right would be mixed",
    Flag.IRREGULAR: "a step too many or too few, a hop or a stumble",
    Flag.TURN: "a bend shifts left and right in opposite directions: they count for both legs together only",
}


@dataclass(frozen=True)
class Left:
    """Steps that bear a flag."""

    flag: Flag
    words: str
    why: str
    steps: int
    share: str


def left_out(analysis: RunAnalysis) -> list[Left]:
    """Give how many steps bear each flag, most first; a step can bear several."""
    summary = analysis.summary
    counts = sorted(summary.flags.items(), key=lambda item: -item[1])
    return [Left(flag, FLAG_WORDS[flag], WHY[flag], steps, _share(steps, summary.steps)) for flag, steps in counts]


def _share(steps: int, whole: int) -> str:
    return share(steps, whole) if steps >= LEAST_SHARE * whole else f"under {100.0 * LEAST_SHARE:.1f} %"


def data_quality(analysis: RunAnalysis) -> Iterator[tuple[str, str]]:
    """Give what is known of the data, by name."""
    summary, recorded = analysis.summary, analysis.recorded
    recording = summary.recording
    yield "samples", f"{recording.samples}, in {length(recording.duration_s)} at {recording.native_rate_hz:.1f} Hz"
    if summary.link is not None:
        yield "link", link_words(summary.link)
        if (jitter_ms := summary.link.get("jitter_ms")) is not None:
            drift_ppm = summary.link.get("drift_ppm") or 0.0
            yield (
                "clock",
                f"messages came unevenly by {jitter_ms:.1f} ms; the clip's clock was off by {drift_ppm:+.0f} ppm",
            )
    yield "missing samples", _gaps(analysis)
    saturated = summary.flags.get(Flag.SATURATED, 0)
    yield "end of the sensor's range", f"reached in {saturated} steps" if saturated else "never reached in a step"
    yield "sensor", sensor_words(summary.calibration)
    yield "mount", _mount(analysis)
    if summary.steps:
        sure = f"sure for {summary.sides_sure} of {summary.steps} steps ({share(summary.sides_sure, summary.steps)})"
        yield "left and right", sure
    if recorded.tilt_only:
        yield "samples of the clip", "its own tilt, not raw ones: orientation could not be computed anew"
    yield from (("note", text) for text in dict.fromkeys([*recording.notes, *summary.warnings]))


def _gaps(analysis: RunAnalysis) -> str:
    gaps = [event for event in analysis.events if isinstance(event, Gap)]
    if not gaps:
        return "none"
    times = "once" if len(gaps) == 1 else f"{len(gaps)} times"
    total, longest = sum(gap.duration_s for gap in gaps), max(gap.duration_s for gap in gaps)
    bridged = sum(gap.bridged for gap in gaps)
    return f"{times}, {total:.1f} s in all, the longest {longest:.1f} s; {bridged} of them short enough to be bridged"


def _mount(analysis: RunAnalysis) -> str:
    mount = analysis.summary.mount
    if mount is None:
        return "how the clip sits was not found"
    slips = sum(isinstance(event, MountSlipped) for event in analysis.events)
    moved = "" if not slips else f"; it moved on the body {'once' if slips == 1 else f'{slips} times'}"
    found = "given" if mount.given else f"found by itself, symmetry of the steps {mount.quality:.2f} (1 is perfect)"
    return f"{SITE_WORDS[mount.site]}, {found}{moved}"
