"""The clip's own monitor beside the host's, fed with the same events: `tests/firmware/detect/monitor_on_clip.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from clip_detection import TiltRun, packed
from hipdrop.events import (
    Activity,
    ActivityChanged,
    AlertCleared,
    AlertEvent,
    AlertRaised,
    AlertWithheld,
    BaselineReady,
    Event,
    Flag,
    MountSlipped,
    Side,
    SidesChanged,
    Step,
)
from hipdrop.links.monitoring import to_record
from hipdrop.monitor import Monitor
from hipdrop.profile import Profile
from hipdrop.settings import Settings
from hipwire import decoding, frames, ids

SCRIPT = Path(__file__).parent / "firmware" / "detect" / "monitor_on_clip.py"
RATE_HZ = 208
SIDES = {Side.LEFT: ids.SIDE_LEFT, Side.RIGHT: ids.SIDE_RIGHT, Side.BOTH: ids.SIDE_BOTH}
CODES = {
    BaselineReady: ids.EVENT_BASELINE,
    AlertRaised: ids.EVENT_RAISED,
    AlertCleared: ids.EVENT_CLEARED,
    AlertWithheld: ids.EVENT_WITHHELD,
}
CHANGES = {"settled": 1, "unsure": 2, "corrected": 3, "swapped": 4}
REASONS = {  # how the host's reason begins
    "cool-down": ids.WITHHELD_COOL_DOWN,
    "fade": ids.WITHHELD_FADE,
    "programme": ids.WITHHELD_PROGRAMME,
    "the alert for": ids.WITHHELD_SPOKEN_FOR,
    "the wearer is": ids.WITHHELD_NOT_RUNNING,
    "the clip has moved on the body: the": ids.WITHHELD_MOVED,
}


ALONE = """
import binascii, struct, sys
from array import array
from hipclip.detect import Detector
from hipclip.detect.events import Events
from hipclip.detect.monitor import Monitor
from hipclip.monitorset import MonitorRecord, stride
kept = MonitorRecord("none.bin")
kept.record = kept._take(binascii.unhexlify(sys.stdin.readline().strip()))
events = Events()
events.listeners.append(lambda number: print(binascii.hexlify(events.frame(number)).decode()))
rate_mhz = int(sys.argv[2])
detector = Detector(rate_mhz, Monitor(kept, events, rate_mhz))
detector.template(*stride(kept.record))
head = bytearray(6)
with open(sys.argv[1], "rb") as source:
    while source.readinto(head) == 6:
        index, count = struct.unpack("<IH", head)
        values = array("h", bytes(10 * count))
        source.readinto(values)
        detector.take(values, count, index)
detector.close()
"""


class Said(NamedTuple):
    """What a monitor says beside the steps: code, side, reason, how many steps it had seen, and degrees * 100."""

    code: int
    side: int
    reason: int
    steps: int
    values: tuple[int, ...]


def as_the_clip_has_it(event: Event) -> Event:
    """Give a step with the numbers that the clip's detection gives: drop in 0.01 deg, time in ms, whole samples."""
    if not isinstance(event, Step):
        return event
    return replace(
        event, drop_deg=round(100 * event.drop_deg) / 100 if event.drop_deg == event.drop_deg else event.drop_deg,
        step_s=round(1000 * event.step_s) / 1000, t_s=round(event.t_s * RATE_HZ) / RATE_HZ,
    )  # fmt: skip


def line_of(event: Event) -> str:
    """Give the line that feeds the clip; empty for what it does not hear of."""
    if isinstance(event, Step):
        drop = round(100 * event.drop_deg) if event.drop_deg == event.drop_deg else frames.UNKNOWN_CDEG
        flags = sum(1 << list(Flag).index(flag) for flag in event.flags)
        index, step_ms = round(event.t_s * RATE_HZ), round(1000 * event.step_s)
        return f"s {SIDES[event.side]} {event.number} {index} {drop} {flags} {step_ms}\n"
    if isinstance(event, ActivityChanged):
        return f"a {int(event.activity is Activity.RUN)}\n"
    if isinstance(event, SidesChanged):
        return f"c {CHANGES[event.reason]}\n"
    return f"l {round(100 * event.angle_deg)}\n" if isinstance(event, MountSlipped) else ""


def on_clip(
    micropython: Callable[..., str], lines: Sequence[str], settings: Settings | None = None,
    profile: Profile | None = None,
) -> list[dict[str, int]]:  # fmt: skip
    """Give the clip's events, those of steps too."""
    record = "-" if settings is None else to_record(settings, profile).hex()
    said = micropython(SCRIPT, stdin="".join([record, "\n", *lines]))
    return [decoding.event(bytes.fromhex(line)) for line in said.split()]


def alone(
    micropython: Callable[..., str], folder: Path, run: TiltRun, settings: Settings, profile: Profile | None = None
) -> list[dict[str, int]]:
    """Give the events of the clip's whole chain, from its tilt samples to its alerts."""
    (folder / "tilt").write_bytes(packed(run))
    record = to_record(settings, profile).hex() + "\n"
    said = micropython(ALONE, str(folder / "tilt"), str(round(run.rate_hz * 1000)), stdin=record)
    return [decoding.event(bytes.fromhex(line)) for line in said.split()]


def said_by_clip(events: Sequence[dict[str, int]]) -> list[Said]:
    """Give what the clip says beside the steps."""
    found, steps = [], 0
    for event in events:
        steps += event["code"] == ids.EVENT_STEP
        if event["code"] in CODES.values():
            values = tuple(event[name] for name in "abc")
            found.append(Said(event["code"], event["side"], event["detail"], steps, values))
    return found


def said_by_host(events: Sequence[Event], settings: Settings, profile: Profile | None = None) -> list[Said]:
    """Give what the host's monitor says of the same events."""
    monitor = Monitor(settings.monitor, None if profile is None else profile.baseline)
    found, steps = [], 0
    for event in events:
        steps += isinstance(event, Step)
        found += [said_of(out, steps) for out in monitor.push(as_the_clip_has_it(event))]
    return found


def said_of(event: Event, steps: int) -> Said:
    """Give an event of the host's monitor in the clip's terms."""
    if isinstance(event, BaselineReady):
        return Said(ids.EVENT_BASELINE, 0, 0, steps, cdegs(event.left_deg, event.right_deg, event.mean_deg))
    assert isinstance(event, AlertEvent)
    reason = 0
    if isinstance(event, AlertWithheld):
        known = [code for words, code in REASONS.items() if event.reason.startswith(words)]
        reason = known[0] if known else ids.WITHHELD_SKIPPED
    values = cdegs(event.drop_deg, event.baseline_deg, event.excess_deg)
    return Said(CODES[type(event)], SIDES[event.side], reason, steps, values)


def cdegs(*values_deg: float) -> tuple[int, ...]:
    """Round to 0.01 deg as the wire has it."""
    return tuple(round(100 * deg) if deg == deg else frames.UNKNOWN_CDEG for deg in values_deg)


def assert_alike(here: Sequence[Said], there: Sequence[Said], *, steps: int = 2, cdeg: int = 2) -> None:
    """See to it that both say the same, in the same order, within a step of that leg and 0.02 deg."""
    assert [said[:3] for said in here] == [said[:3] for said in there]
    for mine, its in zip(here, there, strict=True):
        assert abs(mine.steps - its.steps) <= steps, (mine, its)
        assert max(abs(a - b) for a, b in zip(mine.values, its.values, strict=True)) <= cdeg, (mine, its)
