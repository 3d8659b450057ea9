"""Write a recording of another sensor as one of hipdrop: messages, what the run says of them, what was assumed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hipdrop.after.importing import plausible
from hipdrop.after.importing.clocks import Even, evened
from hipdrop.after.importing.foreign import Foreign
from hipdrop.after.importing.frames import messages, serial_of
from hipdrop.errors import InputError
from hipdrop.events import Event, Site, Step
from hipdrop.people import Person
from hipdrop.receive.chain import Chain
from hipdrop.recording import RunHeader, RunWriter
from hipdrop.recording.items import versions
from hipdrop.settings import Settings

SESSION_WORD = "imported"  # under /session: a replay leaves it alone
LUMP = 100  # frames of which the events are worked out at once
DATE_BY_FILE = "the file says no date: the last change of {name}, less its length, is taken for the start (--date)"
_FUTURE_S = 86_400.0  # a clock may be in another zone

Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Imported:
    """A recording of another sensor, judged and on one time base.

    Attributes
    ----------
    foreign, even
        As it was read, and its samples on one time base.
    start_unix_s
        Time of day of the first sample.
    assumed, notes
        All that was taken for granted, and all that was mended, in plain words.
    """

    foreign: Foreign
    even: Even
    start_unix_s: float
    assumed: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def lasting_s(self) -> float:
        """Time from the first sample to the last."""
        return float(self.even.blocks[-1].t_s[-1])

    @property
    def samples(self) -> int:
        """Number of samples."""
        return sum(len(block) for block in self.even.blocks)

    @property
    def began(self) -> datetime:
        """When it began, in this computer's time zone."""
        return datetime.fromtimestamp(self.start_unix_s)


def judged(foreign: Foreign, began: datetime | None = None) -> Imported:
    """Check a recording and bring it onto one time base.

    Parameters
    ----------
    began
        When it began, over what the file says.

    Raises
    ------
    InputError
        It cannot be what it is said to be, or cannot be worked on.
    """
    plausible.check(foreign)
    even = evened(foreign)
    assumed = foreign.assumed
    lasting_s = float(even.blocks[-1].t_s[-1])
    if began is not None:
        start_unix_s = began.timestamp()
    elif foreign.unix_at_zero_s is not None:
        start_unix_s = foreign.unix_at_zero_s + even.start_s
    else:
        start_unix_s = foreign.path.stat().st_mtime - lasting_s
        assumed += (DATE_BY_FILE.format(name=foreign.path.name),)
    if not 0.0 < start_unix_s < time.time() + _FUTURE_S:
        raise InputError(foreign.path, "says a date before 1970 or after today; state the true one with --date")
    return Imported(foreign, even, start_unix_s, assumed, (*foreign.notes, *even.notes))


def write_recording(
    imported: Imported, path: Path, settings: Settings | None = None, *, site: Site | None = None,
    person: Person | None = None, progress: Progress | None = None,
) -> int:  # fmt: skip
    """Write run.mcap, with the events of the run; give the number of running steps.

    Nothing is left where it cannot be written to its end.

    Raises
    ------
    OutputError
        The file is there already, or cannot be written.
    """
    settings = settings or Settings()
    profile = None if person is None else person.profile()
    name, shoe = ("", "") if person is None else (person.name, person.shoe)
    header = RunHeader(settings, site, profile, None, 0.0, imported.start_unix_s, versions(), name, shoe)
    chain = Chain(settings, site=site, profile=profile)
    writer = RunWriter(path, header)
    try:
        with writer:
            steps = _write(imported, writer, chain, progress or (lambda share: None))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return steps


def _write(imported: Imported, writer: RunWriter, chain: Chain, progress: Progress) -> int:
    foreign = imported.foreign
    writer.session(
        0.0, SESSION_WORD, layout=foreign.layout, file=foreign.path.name,
        serial=serial_of(foreign.layout, foreign.device), assumed=imported.assumed, notes=imported.notes,
    )  # fmt: skip
    steps = 0
    reached_s = 0.0
    for number, (reached_s, message) in enumerate(messages(foreign, imported.even)):
        writer.frame(reached_s, message)
        chain.take(reached_s, message)
        if number % LUMP == 0:
            steps += _say(writer, reached_s, chain.run())
            progress(min(1.0, reached_s / max(imported.lasting_s, 1e-9)))
    return steps + _say(writer, reached_s, [*chain.run(), *chain.close()])


def _say(writer: RunWriter, at_s: float, events: list[Event]) -> int:
    writer.events(at_s, events)
    return sum(isinstance(event, Step) for event in events)
