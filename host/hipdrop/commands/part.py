"""What of a recorded run is played, and how fast: `--from`, `--to` and `--speed`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hipdrop.errors import UsageError
from hipdrop.events import BaselineReady, Event, MountFound

if TYPE_CHECKING:
    from hipdrop.imucsv import Recording

_TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d*)?)")
KNOWN_BEFORE = (MountFound, BaselineReady)  # what was learnt before a part holds within it


@dataclass(frozen=True)
class Part:
    """From one moment of a run to another, seconds since its start."""

    from_s: float = 0.0
    to_s: float = math.inf

    @classmethod
    def parse(cls, from_: str | None, to: str | None) -> Part:
        """Read `--from` and `--to`: seconds, m:ss or h:mm:ss.

        Raises
        ------
        UsageError
            One is no time, or the part ends before it begins.
        """
        part = cls(
            0.0 if from_ is None else parse_time("--from", from_), math.inf if to is None else parse_time("--to", to)
        )
        if not part.from_s < part.to_s:
            raise UsageError(f"--from {from_ or 0} --to {to}: the part ends before it begins; give a later end")
        return part

    @property
    def whole(self) -> bool:
        """Whether it is all of the run."""
        return self == Part()

    def holds(self, since_start_s: float) -> bool:
        """Whether a moment lies in it."""
        return self.from_s <= since_start_s <= self.to_s

    def events(self, events: Sequence[Event], start_s: float) -> list[Event]:
        """Give the events that are about moments within, and before them what was known of mount and baseline."""
        before: dict[type[Event], Event] = {}
        for event in events:
            if isinstance(event, KNOWN_BEFORE) and event.t_s - start_s < self.from_s:
                before[type(event)] = event
        return [*before.values(), *(event for event in events if self.holds(event.t_s - start_s))]

    def recording(self, recording: Recording) -> Recording:
        """Give what is said of the recording, with a note that the results are of a part of it."""
        if self.whole:
            return recording
        return replace(recording, notes=(*recording.notes, f"{self.words}: steps and alerts below are of this part"))

    @property
    def words(self) -> str:
        """The part in words."""
        from hipdrop.wording import clock

        return f"from {clock(self.from_s)} to {'the end' if math.isinf(self.to_s) else clock(self.to_s)}"


def parse_time(option: str, text: str) -> float:
    """Read a time of the run, in seconds.

    Raises
    ------
    UsageError
        It is none.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{option} {text}: give seconds, m:ss or h:mm:ss since the start of the run, such as 12:30")
    hours, minutes, seconds = (float(part or 0.0) for part in found.groups())
    return 3600.0 * hours + 60.0 * minutes + seconds


def parse_speed(text: str) -> float:
    """Read `--speed`: a number over 0, or `max` (infinity).

    Raises
    ------
    UsageError
        It is neither.
    """
    try:
        pace = math.inf if text == "max" else float(text)
    except ValueError:
        pace = math.nan
    if not pace > 0:
        raise UsageError(f"--speed {text}: give a number over 0, for example 10, or max")
    return pace
