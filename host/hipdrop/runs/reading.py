"""A run file back into its messages: what is whole of it, what is not, and how much that is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hipdrop.errors import InputError
from hipdrop.runs.records import RECORD_BYTES, BadRecord, RunRecord, decode_record


@dataclass(frozen=True, slots=True)
class Item:
    """A message, and the sequence of the record that it was in."""

    sequence: int
    message: bytes


@dataclass(frozen=True, slots=True)
class RunFile:
    """What could be read of a run.

    Attributes
    ----------
    number
        The clip's number of the run.
    items
        All messages, record after record.
    records
        How many records were whole.
    ended
        Whether the run ended in good order, rather than by a power cut.
    has_raw
        Whether raw frames were kept beside the tilt frames.
    damaged
        Records between whole ones that cannot be read, or are of another run.
    lost
        Records that the clip could not write: their numbers are missing.
    torn_bytes
        What lies behind the last whole record.
    """

    number: int
    items: tuple[Item, ...]
    records: int
    ended: bool
    has_raw: bool
    damaged: int
    lost: int
    torn_bytes: int

    @property
    def complaints(self) -> tuple[str, ...]:
        """What is wrong with it, in words; nothing if it is whole."""
        said = []
        if self.lost:
            said.append(f"the clip could not write {_records(self.lost)}")
        if self.damaged:
            said.append(f"{_records(self.damaged)} cannot be read")
        if self.torn_bytes:
            said.append(f"the last {self.torn_bytes} bytes are torn")
        if not self.ended:
            said.append("it was cut off: what the clip had not flushed by then, less than 10 s, is lost")
        return tuple(said)


def read_run(data: bytes, path: Path | str, number: int | None = None) -> RunFile:
    """Read a run file.

    Parameters
    ----------
    data
        All of it.
    path
        What to call it in errors.
    number
        Of the run; where it is not known, that of most records.

    Raises
    ------
    InputError
        Nothing of it can be read.
    """
    if not data:
        raise InputError(path, "an empty run: the clip's power was cut as it began; there is nothing to convert")
    found, problem = _whole_records(data)
    if number is None and found:
        number = Counter(record.run for _, record in found).most_common(1)[0][0]
    records: list[RunRecord] = []
    end = 0
    for position, record in found:
        if record.run != number or (records and record.sequence <= records[-1].sequence):
            continue
        records.append(record)
        end = position + 1
    if number is None or not records:
        problem = f"its records are of another run than {number}" if found else problem
        raise InputError(path, f"no run file of a clip, or all of it is damaged ({problem}): fetch it again")
    return RunFile(
        number=number,
        items=tuple(Item(record.sequence, message) for record in records for message in record.messages),
        records=len(records),
        ended=records[-1].last,
        has_raw=records[0].has_raw,
        damaged=end - len(records),
        lost=max(0, records[-1].sequence + 1 - end),
        torn_bytes=len(data) - end * RECORD_BYTES,
    )


def _whole_records(data: bytes) -> tuple[list[tuple[int, RunRecord]], str]:
    """Give position and content of the records that are whole, and what is wrong with the last that is not."""
    found = []
    problem = ""
    for position in range(-(-len(data) // RECORD_BYTES)):
        try:
            found.append((position, decode_record(data[position * RECORD_BYTES : (position + 1) * RECORD_BYTES])))
        except BadRecord as error:
            problem = str(error)
    return found, problem


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count} records"
