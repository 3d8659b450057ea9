"""Recordings as what a player plays: pieces with their times, and a fresh pipeline for each pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from hipdrop.events import Event, Site, UseCalibration
from hipdrop.imucsv import Recording
from hipdrop.pipeline import Pipeline
from hipdrop.profile import Profile
from hipdrop.receive.chain import Chain
from hipdrop.receive.streams import AnyPipeline
from hipdrop.recording.items import Item, Message, Session
from hipdrop.recording.reader import Run
from hipdrop.recording.replay import chain_of, enter
from hipdrop.samples import SampleBlock
from hipdrop.settings import Settings
from hipwire import decoding, errors, ids

PIECE_S = 0.1  # of a file without messages: about what a clip sends at once


class Pass(Protocol):
    """One pass over a tape, from its beginning."""

    @property
    def reached_s(self) -> float:
        """Time of the newest sample in the pipeline, seconds since the first sample of the run; 0 before it."""

    @property
    def pipeline(self) -> AnyPipeline | None:
        """The pipeline; None until the sample rate is known."""

    def take(self, number: int) -> list[Event]:
        """Let a piece enter; each one once, in their order."""

    def run(self) -> list[Event]:
        """Give what has become known by the pieces taken."""

    def close(self) -> list[Event]:
        """Give what is still open; no more will come."""


class Tape(Protocol):
    """A run to be played.

    Attributes
    ----------
    due_s
        When each piece entered the run, seconds since the first, not falling.
    first_s
        When on that clock the first samples came: the time of the run counts from there.
    start_s
        Time of the first sample on the axis of the events.
    """

    due_s: Sequence[float]
    first_s: float
    start_s: float

    def begin(self) -> Pass:
        """Begin a pass."""


def length_s(tape: Tape) -> float:
    """Give how long a run lasted, from its first samples to the last that is known of it."""
    return tape.due_s[-1] - tape.first_s if tape.due_s else 0.0


class RunTape:
    """The recording of a run with a clip; what is given goes over what it says of itself."""

    start_s = 0.0

    def __init__(
        self, run: Run, settings: Settings | None = None, site: Site | None = None, profile: Profile | None = None,
        calibration: UseCalibration | None = None,
    ) -> None:  # fmt: skip
        self._run = run
        self._given = settings, site, profile, calibration
        times_s = [time_of(item) for item in run.items]
        self.due_s: Sequence[float] = [time_s - times_s[0] for time_s in times_s]
        sampled = (due_s for due_s, item in zip(self.due_s, run.items, strict=True) if _has_samples(item))
        self.first_s: float = next(sampled, 0.0)

    def begin(self) -> RunPass:
        """Begin a pass with a fresh chain."""
        return RunPass(chain_of(self._run, *self._given), self._run.items, self.due_s)


class RunPass:
    """A pass over the recording of a run.

    Attributes
    ----------
    chain
        As in the live run.
    lost_s
        Time on the tape at which the connection was lost; None while it stands.
    muted
        Whether sound and haptics were off.
    """

    def __init__(self, chain: Chain, items: Sequence[Item], due_s: Sequence[float]) -> None:
        self.chain = chain
        self.lost_s: float | None = None
        self.muted = False
        self._items, self._due_s = items, due_s

    @property
    def reached_s(self) -> float:
        """Time of the newest sample in the pipeline."""
        return self.chain.reached_s

    @property
    def pipeline(self) -> AnyPipeline | None:
        """The pipeline of the chain."""
        return self.chain.pipeline

    def take(self, number: int) -> list[Event]:
        """Let an item enter."""
        item = self._items[number]
        if isinstance(item, Session):
            self._note(item.what, self._due_s[number])
        return enter(self.chain, item)

    def run(self) -> list[Event]:
        """Run the pipeline."""
        return self.chain.run()

    def close(self) -> list[Event]:
        """End the run."""
        return self.chain.close()

    def _note(self, what: str, at_s: float) -> None:
        """Note what a view shows of the session."""
        if what in ("connected", "lost"):
            self.lost_s = at_s if what == "lost" else None
        elif what in ("muted", "unmuted"):
            self.muted = what == "muted"


class Piece(NamedTuple):
    """Samples [start, stop) of a block."""

    block: SampleBlock
    start: int
    stop: int

    @property
    def end_s(self) -> float:
        """Time of the last of them."""
        return float(self.block.t_s[self.stop - 1])


class CsvTape:
    """An IMU CSV; `settings` are those for its range (`hipdrop.imucsv.within_range`)."""

    def __init__(
        self, recording: Recording, settings: Settings, site: Site | None = None, profile: Profile | None = None
    ) -> None:
        self._recording = recording
        self._settings, self._site, self._profile = settings, site, profile
        length = max(1, round(PIECE_S * recording.rate_hz))
        self._pieces = [
            Piece(block, start, min(start + length, len(block)))
            for block in recording.blocks
            for start in range(0, len(block), length)
        ]
        self.due_s: Sequence[float] = [piece.end_s - recording.start_s for piece in self._pieces]
        self.first_s = 0.0
        self.start_s = recording.start_s

    def begin(self) -> CsvPass:
        """Begin a pass with a fresh pipeline."""
        pipeline = Pipeline(self._recording.rate_hz, self._settings, site=self._site, profile=self._profile)
        return CsvPass(pipeline, self._pieces, self._recording)


class CsvPass:
    """A pass over an IMU CSV.

    Attributes
    ----------
    rate_hz
        Of the samples.
    samples
        So many have entered.
    """

    def __init__(self, pipeline: Pipeline, pieces: Sequence[Piece], recording: Recording) -> None:
        self.pipeline = pipeline
        self.rate_hz = recording.rate_hz
        self.reached_s = 0.0
        self.samples = 0
        self._pieces = pieces
        self._start_s = recording.start_s
        self._taken: Piece | None = None  # pieces in a row, for one push: many samples at a time are quicker

    def take(self, number: int) -> list[Event]:
        """Take a piece, behind others of its block if there are."""
        piece, taken = self._pieces[number], self._taken
        self.reached_s = piece.end_s - self._start_s
        self.samples += piece.stop - piece.start
        if taken is not None and taken.block is piece.block:
            self._taken = Piece(piece.block, taken.start, piece.stop)
            return []
        events = self.run()
        self._taken = piece
        return events

    def run(self) -> list[Event]:
        """Push what was taken."""
        taken, self._taken = self._taken, None
        return [] if taken is None else self.pipeline.push(taken.block.slice(taken.start, taken.stop))

    def close(self) -> list[Event]:
        """End the run."""
        return self.pipeline.close()


def _has_samples(item: Item) -> bool:
    if not isinstance(item, Message):
        return False
    try:
        return decoding.kind(item.message) in (ids.RAW, ids.TILT)
    except errors.WireError:
        return False


def time_of(item: Item) -> float:
    """Give when an item entered, on the host's clock."""
    return item.arrival_s if isinstance(item, Message) else item.t_s
