"""What `hipdrop replay` reads: an IMU CSV, or the recording of a run with a clip."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Protocol, TypeVar

from hipdrop.calibrations import calibrated
from hipdrop.commands.part import Part
from hipdrop.errors import UsageError
from hipdrop.events import Event, Site, UseCalibration
from hipdrop.imucsv import Recording, read_imu_csv, within_range
from hipdrop.live.chainfacts import chain_facts
from hipdrop.live.replayview import replay_view
from hipdrop.live.updates import STREAMING, Facts
from hipdrop.pipeline import Pipeline
from hipdrop.profile import Profile
from hipdrop.receive.counters import RunFacts
from hipdrop.receive.streams import AnyPipeline
from hipdrop.recording.items import Message
from hipdrop.recording.reader import SWAPPED_NOTE, is_recording, read_run
from hipdrop.recording.replay import chain_of, check_readable, enter
from hipdrop.recording.swap import swapped_run, turned_over
from hipdrop.recording.tapes import CsvPass, CsvTape, Pass, RunPass, RunTape, Tape, time_of
from hipdrop.settings import Settings

MAX_SPEED_BLOCK = 4096  # samples; longer ones are no faster
PACED_BLOCK_S = 0.1  # what a clip sends at once
MAX_SPEED_S = 20.0  # of a recording with a clip at a time: as many samples

WHOLE = Part()

Piece = TypeVar("Piece")


class Source(Protocol):
    """A run that was read and can be run again.

    Attributes
    ----------
    recording
        What is said of it; complete after `run`.
    settings
        All parameters as they are used.
    profile
        What was known of the runner before.
    person, shoe
        Who ran, and in what, as the recording says; empty where it does not.
    """

    recording: Recording
    settings: Settings
    profile: Profile | None
    person: str
    shoe: str

    @property
    def pipeline(self) -> AnyPipeline:
        """The pipeline, after `run`."""

    def run(self, pace: float, block: int | None, part: Part = WHOLE) -> list[Event]:
        """Push all of it, the part at `pace` times real time, `block` samples at a time, and give all events."""

    def tape(self) -> Tape:
        """Give it as what a player plays, in place of `run`."""

    def played(self, last: Pass) -> None:
        """Take over what a pass has come to that all of the tape has entered."""


def open_source(
    path: Path,
    settings: Settings | None,
    site: Site | None,
    profile: Profile | None,
    *,
    reprocess: bool = False,
    calibration: UseCalibration | None = None,
    swap: bool = False,
) -> Source:
    """Read either kind of recording; None stands for the defaults, or for what the recording says.

    With `swap` left and right are the other way round, for all of it.

    Raises
    ------
    InputError
        It cannot be read.
    UsageError
        What the recording of a run was made with shall be changed, and it is not to be reprocessed.
    """
    if not is_recording(path):
        return CsvSource(path, settings, site, profile, calibration, swap=swap)
    if reprocess:
        return RunSource(path, settings or Settings(), site, profile, calibration, swap=swap)
    if settings or site or profile or calibration:
        raise UsageError(
            f"{path.name} is replayed with the settings, site, profile and calibration of its run; add --reprocess to "
            "see what --config, --mode, --site, --profile, --person or --calibration would have made of it"
        )
    if swap:
        raise UsageError(
            f"--swap: `hipdrop recordings swap {path.name}` turns left and right over in the recording itself; "
            "with --reprocess --swap does so this once"
        )
    return RunSource(path, None, None, None)


class CsvSource:
    """An IMU CSV."""

    person = shoe = ""

    def __init__(
        self, path: Path, settings: Settings | None, site: Site | None, profile: Profile | None,
        calibration: UseCalibration | None = None, *, swap: bool = False,
    ) -> None:  # fmt: skip
        self.recording = read_imu_csv(path)
        if calibration is not None and calibration.calibration is not None:
            self.recording = calibrated(self.recording, calibration.calibration)
        self.settings = within_range(settings or Settings(), self.recording)
        self.profile = profile
        self._site = site
        if swap:
            self.profile = self._swapped()
            self.recording = replace(self.recording, notes=(*self.recording.notes, SWAPPED_NOTE))
        self.pipeline: AnyPipeline = self._fresh()

    def _fresh(self) -> Pipeline:
        return Pipeline(self.recording.rate_hz, self.settings, site=self._site, profile=self.profile)

    def _swapped(self) -> Profile:
        """Run it once to see the stride, and give the profile with that stride the other way round."""
        first = self._fresh()
        for block in self.recording.blocks:
            first.push(block)
        first.close()
        return replace(self.profile or Profile(), template=turned_over(self.recording.path, first.template()))

    def run(self, pace: float, block: int | None, part: Part = WHOLE) -> list[Event]:
        """Push it in blocks; a terminal shows how it goes."""
        paced_length = max(1, round(PACED_BLOCK_S * self.recording.rate_hz))
        length = block or (MAX_SPEED_BLOCK if math.isinf(pace) else paced_length)
        pieces = (piece for whole in self.recording.blocks for piece in whole.cut(length))
        events: list[Event] = []
        facts = replay_facts(self.recording, pace)
        with replay_view(lambda: facts, lambda: self.pipeline) as show:
            for piece in paced(
                pieces, pace, lambda piece: float(piece.t_s[-1]), float(self.recording.start_s), part=part
            ):
                new = self.pipeline.push(piece)
                events += new
                show(float(piece.t_s[-1]), new)
            events += self.pipeline.close()
        return events

    def tape(self) -> CsvTape:
        """Give it in pieces."""
        return CsvTape(self.recording, self.settings, self._site, self.profile)

    def played(self, last: Pass) -> None:
        """Take over the pipeline."""
        assert isinstance(last, CsvPass), "another tape"
        self.pipeline = last.pipeline


class RunSource:
    """The recording of a run with a clip; its settings, site and profile hold where no others are given."""

    def __init__(
        self, path: Path, settings: Settings | None, site: Site | None, profile: Profile | None,
        calibration: UseCalibration | None = None, *, swap: bool = False,
    ) -> None:  # fmt: skip
        self._given = settings, site, profile, calibration
        self._run = swapped_run(read_run(path), *self._given) if swap else read_run(path)
        self._chain = chain_of(self._run, *self._given)
        self.profile = self._run.runner(profile)
        self.person, self.shoe = self._run.header.person, self._run.header.shoe
        self.settings = self._chain.used_settings
        arrivals_s = [item.arrival_s for item in self._run.items if isinstance(item, Message)]
        lasting_s = arrivals_s[-1] - arrivals_s[0] if arrivals_s else 0.0
        self.recording: Recording = RunFacts(path, [], math.nan, math.nan, self._run.notes, last_s=lasting_s)

    @property
    def pipeline(self) -> AnyPipeline:
        """The pipeline, after `run`."""
        assert self._chain.pipeline is not None, "run has refused a recording without samples"
        return self._chain.pipeline

    def run(self, pace: float, block: int | None, part: Part = WHOLE) -> list[Event]:
        """Let everything enter in its order; at speed `max` many messages at a time."""
        lump_s = MAX_SPEED_S if math.isinf(pace) else PACED_BLOCK_S
        lumps = (list(lump) for _, lump in groupby(self._run.items, lambda item: time_of(item) // lump_s))
        events: list[Event] = []
        facts = replay_facts(self.recording, pace, self.person, self.shoe)
        with replay_view(lambda: chain_facts(self._chain, facts), lambda: self._chain.pipeline) as show:
            for lump in paced(lumps, pace, lambda lump: time_of(lump[-1]), part=part):
                new = [event for item in lump for event in enter(self._chain, item)] + self._chain.run()
                events += new
                show(self._chain.reached_s, new)
            events += self._chain.close()
        self._ran()
        return events

    def tape(self) -> RunTape:
        """Give it item by item."""
        return RunTape(self._run, *self._given)

    def played(self, last: Pass) -> None:
        """Take over the chain; raises InputError where no sample came of it."""
        assert isinstance(last, RunPass), "another tape"
        self._chain = last.chain
        self._ran()

    def _ran(self) -> None:
        check_readable(self._run, self._chain)
        self.settings = self._chain.used_settings
        self.recording = self._chain.facts(self._run.path, self._run.notes)


def replay_facts(recording: Recording, pace: float, *who: str) -> Facts:
    """Say what is replayed, for the view."""
    return Facts(
        recording.path.name,
        STREAMING,
        start_s=recording.start_s,
        rate_hz=recording.rate_hz,
        replay_speed=pace,
        length_s=recording.duration_s,
        who=", ".join(name for name in who if name),
    )


def paced(
    pieces: Iterable[Piece],
    pace: float,
    time_of: Callable[[Piece], float],
    first_s: float = math.nan,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    part: Part = WHOLE,
) -> Iterator[Piece]:
    """Yield each piece of a part when its time is due at `pace` times real time; what is before or behind at once.

    The run counts from `first_s`, or the first piece's time, its part from there on by its own times.
    """
    begin_s = now()
    for piece in pieces:
        if math.isfinite(pace):
            first_s = time_of(piece) if math.isnan(first_s) else first_s
            since_s = time_of(piece) - first_s
            wait_s = begin_s + (since_s - part.from_s) / pace - now()
            if since_s < part.from_s:
                begin_s = now()
            elif wait_s > 0 and part.holds(since_s):
                sleep(wait_s)
        yield piece
