"""Any recording, as the analysis after the run takes it: all samples that ever came, and what the live run said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hipdrop.errors import InputError
from hipdrop.events import Event, Site
from hipdrop.imucsv import Recording, read_imu_csv, within_range
from hipdrop.profile import Profile
from hipdrop.receive.counters import RunFacts
from hipdrop.receive.tilt import TiltBlock
from hipdrop.recording.completed import completed
from hipdrop.recording.items import Message
from hipdrop.recording.reader import Run, is_recording, read_run
from hipdrop.recording.replay import chain_of, check_readable, enter
from hipdrop.samples import Array, SampleBlock
from hipdrop.settings import Settings

LUMP = 2000  # messages at a time: about a minute of a run


@dataclass(frozen=True, eq=False)
class Recorded:
    """A recording.

    Attributes
    ----------
    path
        The file.
    facts
        What the summary says of it.
    blocks, rate_hz
        All its samples in SI units, one block per stretch without a gap.
    settings, site, profile, mount
        What it was run with, or is to be analysed with.
    live_events
        What the run said while it went on: alerts, marks, treadmill; None where there was no live run.
    began
        When it began; None where the file does not say.
    person, shoe
        Who ran, and in what; empty where it does not say.
    clip
        Serial number of the clip; empty where there was none.
    tilt_only
        Whether the clip has sent its own tilt in place of raw samples: then nothing can be computed anew.
    """

    path: Path
    facts: Recording
    blocks: Sequence[SampleBlock]
    rate_hz: float
    settings: Settings
    site: Site | None
    profile: Profile | None
    mount: Array | None
    live_events: tuple[Event, ...] | None
    began: datetime | None = None
    person: str = ""
    shoe: str = ""
    clip: str = ""
    tilt_only: bool = False


def read_recorded(path: Path, settings: Settings | None = None) -> Recorded:
    """Read the recording of a live run (run.mcap, whole or torn) or an IMU CSV; `settings` go over its own.

    Raises
    ------
    InputError
        It cannot be read, or holds no samples.
    """
    if is_recording(path):
        return _of_run(read_run(path), settings)
    recording = read_imu_csv(path)
    used = within_range(settings or Settings(), recording)
    return Recorded(path, recording, recording.blocks, recording.rate_hz, used, None, None, None, None)


def _of_run(run: Run, settings: Settings | None) -> Recorded:
    chain = chain_of(run, settings)
    events: list[Event] = []
    for number, item in enumerate(run.items):
        events += enter(chain, item)
        if number % LUMP == 0:
            events += chain.run()
    events += chain.run() + chain.close()
    check_readable(run, chain)
    whole = completed(run, settings)
    blocks = [block for block in whole.blocks if isinstance(block, SampleBlock)]
    if not blocks:
        raise InputError(run.path, "holds no samples of a clip; name another recording")
    header = run.header
    facts = RunFacts(
        run.path, [], whole.rate_hz, whole.rate_hz, (*run.notes, *chain.counters.notes),
        samples_in=sum(len(block) for block in blocks),
        last_s=float(blocks[-1].t_s[-1]), link=chain.link_table(),
    )  # fmt: skip
    return Recorded(
        run.path, facts, blocks, whole.rate_hz, whole.settings, header.site, header.profile, header.mount,
        tuple(events), _began(run), header.person, header.shoe, "" if chain.info is None else chain.info.serial,
        any(isinstance(block, TiltBlock) for block in blocks),
    )  # fmt: skip


def _began(run: Run) -> datetime | None:
    """Give the time of day of the first message, in the zone of this computer."""
    first_s = next((item.arrival_s for item in run.items if isinstance(item, Message)), run.header.start_s)
    unix_s = run.header.start_unix_s + first_s - run.header.start_s
    return datetime.fromtimestamp(unix_s, UTC).astimezone() if run.header.start_unix_s > 0.0 else None
