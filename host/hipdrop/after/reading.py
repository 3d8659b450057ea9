"""Any recording, as the analysis after the run takes it: all samples that ever came, and what the live run said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from hipdrop.errors import InputError
from hipdrop.events import Event, Site, SwapSides
from hipdrop.imucsv import Recording, read_imu_csv, within_range
from hipdrop.profile import Profile
from hipdrop.receive.chain import Chain
from hipdrop.receive.counters import RunFacts
from hipdrop.receive.tilt import TiltBlock
from hipdrop.recording.completed import completed
from hipdrop.recording.items import Entered, Message
from hipdrop.recording.reader import Run, is_recording, read_run
from hipdrop.recording.replay import chain_of, run_through
from hipdrop.samples import Array, SampleBlock
from hipdrop.settings import Settings


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
    swapped
        Whether left and right have been swapped afterwards (`hipdrop recordings swap`).
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
    swapped: bool = False


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
    events = run_through(run, chain)
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
        run.path, facts, blocks, whole.rate_hz, whole.settings, header.site, _runner(run, chain), header.mount,
        tuple(events), _began(run), header.person, header.shoe, "" if chain.info is None else chain.info.serial,
        any(isinstance(block, TiltBlock) for block in blocks), run.sides is not None,
    )  # fmt: skip


def _runner(run: Run, chain: Chain) -> Profile | None:
    """Give the profile by which the analysis tells left from right.

    Where the user swapped them while the run went on, that is the stride as they were held at its end: the word of the
    user is about the runner, and holds for what came before it too.
    """
    profile = run.runner()
    swapped = any(isinstance(item, Entered) and isinstance(item.item, SwapSides) for item in run.items)
    template = chain.pipeline.template() if swapped and chain.pipeline is not None else None
    return profile if template is None else replace(profile or Profile(), template=template)


def _began(run: Run) -> datetime | None:
    """Give the time of day of the first message, in the zone of this computer."""
    first_s = next((item.arrival_s for item in run.items if isinstance(item, Message)), run.header.start_s)
    unix_s = run.header.start_unix_s + first_s - run.header.start_s
    return datetime.fromtimestamp(unix_s, UTC).astimezone() if run.header.start_unix_s > 0.0 else None
