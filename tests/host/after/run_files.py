"""Recordings made of simulated runs, as users have them: an IMU CSV, and run.mcap of a live run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hipdrop.events import Mark, Treadmill
from hipdrop.profile import Profile
from hipdrop.recording import RunHeader, RunWriter
from hipdrop.settings import Settings
from hipdrop.simulate import SimulatedRun
from packed import HOST_ZERO_S, PackedClip, counts_of_run

NOON_UNIX_S = 1_795_000_000.0  # a day in November 2026
EARLY_S = 0.5  # before the first sample


def write_csv(path: Path, run: SimulatedRun) -> Path:
    """Write the samples as an IMU CSV."""
    run.write_csv(path)
    return path


def write_run(
    path: Path, run: SimulatedRun, *, day: int = 0, person: str = "", shoe: str = "", profile: Profile | None = None,
    settings: Settings | None = None, pain_s: Sequence[float] = (), notes: Sequence[tuple[float, str]] = (),
    speed_ms: float | None = None, lost: slice | None = None,
) -> Path:  # fmt: skip
    """Write the recording of a live run, in which what the user did stands where it was done.

    Parameters
    ----------
    day
        Days after the first of them.
    pain_s, notes
        Marks, at times of the run.
    lost
        Frames that never came.
    """
    start_s = HOST_ZERO_S - EARLY_S
    header = RunHeader(
        settings or Settings(), profile=profile, start_s=start_s, start_unix_s=NOON_UNIX_S + 86_400.0 * day,
        person=person, shoe=shoe,
    )  # fmt: skip
    messages = PackedClip().stream_of(counts_of_run(run))
    if lost is not None:
        del messages[lost]
    done = [(HOST_ZERO_S + at_s, Mark("pain")) for at_s in pain_s]
    done += [(HOST_ZERO_S + at_s, Mark(note)) for at_s, note in notes]
    done.sort(key=lambda item: item[0])
    with RunWriter(path, header) as writer:
        writer.session(start_s, "connected", mtu=247)
        if speed_ms is not None:
            writer.user(start_s, Treadmill(speed_ms))
        for arrival_s, message in messages:
            while done and done[0][0] <= arrival_s:
                writer.user(*done.pop(0))
            writer.frame(arrival_s, message)
    return path
