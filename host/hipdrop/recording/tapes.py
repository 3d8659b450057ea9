"""Recordings as what a player plays: pieces with their times, and a fresh pipeline for each pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hipdrop.events import Event, Site
from hipdrop.imucsv import Recording
from hipdrop.pipeline import Pipeline
from hipdrop.profile import Profile
from hipdrop.receive.chain import Chain
from hipdrop.recording.items import Item, Message
from hipdrop.recording.reader import Run
from hipdrop.recording.replay import chain_of, enter
from hipdrop.samples import SampleBlock
from hipdrop.settings import Settings

PIECE_S = 0.1  # of a file without messages: about what a clip sends at once


class Pass(Protocol):
    """One pass over a tape, from its beginning."""

    @property
    def reached_s(self) -> float:
        """Time of the newest sample in the pipeline, seconds since the first sample of the run; 0 before it."""

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
    """

    due_s: Sequence[float]

    def begin(self) -> Pass:
        """Begin a pass."""


class RunTape:
    """The recording of a run with a clip; what is given goes over what it says of itself."""

    def __init__(
        self, run: Run, settings: Settings | None = None, site: Site | None = None, profile: Profile | None = None
    ) -> None:
        self._run = run
        self._given = settings, site, profile
        times_s = [time_of(item) for item in run.items]
        self.due_s: Sequence[float] = [time_s - times_s[0] for time_s in times_s]

    def begin(self) -> RunPass:
        """Begin a pass with a fresh chain."""
        return RunPass(chain_of(self._run, *self._given), self._run.items)


class RunPass:
    """A pass over the recording of a run; `chain` is as in the live run."""

    def __init__(self, chain: Chain, items: Sequence[Item]) -> None:
        self.chain = chain
        self._items = items

    @property
    def reached_s(self) -> float:
        """Time of the newest sample in the pipeline."""
        return self.chain.reached_s

    def take(self, number: int) -> list[Event]:
        """Let an item enter."""
        return enter(self.chain, self._items[number])

    def run(self) -> list[Event]:
        """Run the pipeline."""
        return self.chain.run()

    def close(self) -> list[Event]:
        """End the run."""
        return self.chain.close()


class CsvTape:
    """An IMU CSV; `settings` are those for its range (`hipdrop.commands.sources.within_range`)."""

    def __init__(
        self, recording: Recording, settings: Settings, site: Site | None = None, profile: Profile | None = None
    ) -> None:
        self._recording = recording
        self._settings, self._site, self._profile = settings, site, profile
        length = max(1, round(PIECE_S * recording.rate_hz))
        self._pieces = [piece for block in recording.blocks for piece in block.cut(length)]
        self.due_s: Sequence[float] = [float(piece.t_s[-1]) - recording.start_s for piece in self._pieces]

    def begin(self) -> CsvPass:
        """Begin a pass with a fresh pipeline."""
        pipeline = Pipeline(self._recording.rate_hz, self._settings, site=self._site, profile=self._profile)
        return CsvPass(pipeline, self._pieces, self._recording.start_s)


class CsvPass:
    """A pass over an IMU CSV."""

    def __init__(self, pipeline: Pipeline, pieces: Sequence[SampleBlock], start_s: float) -> None:
        self.pipeline = pipeline
        self.reached_s = 0.0
        self._pieces = pieces
        self._start_s = start_s

    def take(self, number: int) -> list[Event]:
        """Push a piece."""
        piece = self._pieces[number]
        self.reached_s = float(piece.t_s[-1]) - self._start_s
        return self.pipeline.push(piece)

    def run(self) -> list[Event]:
        """Nothing waits."""
        return []

    def close(self) -> list[Event]:
        """End the run."""
        return self.pipeline.close()


def time_of(item: Item) -> float:
    """Give when an item entered, on the host's clock."""
    return item.arrival_s if isinstance(item, Message) else item.t_s
