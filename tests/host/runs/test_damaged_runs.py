"""Run files that were damaged, or made up by a foe: never a wrong sample, and no error but one in plain words."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from filed_runs import RECORD_BYTES, FiledRun, record
from hipdrop.errors import HipdropError
from hipdrop.runs.aslive import AsLive, as_live
from hipdrop.runs.convert import Who
from hipdrop.runs.convert import record as write_recording
from hipdrop.runs.reading import read_run
from hipdrop.runs.wallclock import Known, When
from hipdrop.settings import Settings
from hipwire import decoding, errors, frames, ids

NUMBER = 7
N = 700  # tilt samples: 6.7 s
Change = tuple[str, int, bytes]


@cache
def whole() -> FiledRun:
    values = np.random.default_rng(1).integers(-30_000, 30_000, (N, 5)).astype(np.int16)
    return FiledRun(values, number=NUMBER, marks=(2.0,), gap_at=400)


@cache
def whole_file() -> bytes:
    return whole().file()


@cache
def truth() -> dict[int, tuple[int, ...]]:
    """Samples by their raw index."""
    run = whole()
    return {run.index(k): tuple(int(value) for value in row) for k, row in enumerate(run.values)}


@cache
def of_another_run() -> bytes:
    """What an erased run may have left there."""
    return FiledRun(np.full((N, 5), 77, np.int16), number=6, boot_id=3).file()


def heard(data: bytes) -> AsLive | None:
    """The run as messages; None where it is refused as it should be."""
    try:
        return as_live([item.message for item in read_run(data, "a.run", NUMBER).items], whole().info())
    except (HipdropError, errors.WireError):
        return None


def samples(live: AsLive) -> list[tuple[int, tuple[int, ...]]]:
    found = []
    for _, message in live.messages:
        if message[0] & 0x0F == ids.TILT:
            index = decoding.header(message)[3]
            found += [(index + 2 * k, sample) for k, sample in enumerate(decoding.samples(message))]
    return found


def changed(data: bytes, changes: list[Change]) -> bytes:
    """Write over it, cut it, put something in, take a record out, move one, put in one of another run."""
    for what, at, junk in changes:
        at %= len(data) + 1
        begin = at // RECORD_BYTES * RECORD_BYTES
        one = data[begin : begin + RECORD_BYTES]
        if what == "over":
            data = data[:at] + junk[: len(data) - at] + data[at + len(junk) :]
        elif what == "cut":
            data = data[:at]
        elif what == "in":
            data = data[:at] + junk + data[at:]
        elif what == "out":
            data = data[:begin] + data[begin + RECORD_BYTES :]
        elif what == "move":
            data = data[:begin] + data[begin + RECORD_BYTES :] + one
        elif what == "alien":
            data = data[:begin] + of_another_run()[begin : begin + RECORD_BYTES] + data[begin:]
    return data


KINDS = st.sampled_from(["over", "cut", "in", "out", "move", "alien"])
CHANGES = st.lists(st.tuples(KINDS, st.integers(0, 20_000), st.binary(min_size=1, max_size=40)), max_size=4)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(CHANGES)
@example([])
@example([("in", 0, b"\0"), ("alien", 1024, b"")])  # nothing is left but a record of another run
def test_what_is_read_of_a_damaged_run_is_true(changes: list[Change]) -> None:
    live = heard(changed(whole_file(), changes))
    if live is None:
        assert changes
        return
    found = samples(live)
    assert len(found) == live.samples == len({index for index, _ in found})
    assert all(truth()[index] == sample for index, sample in found)
    if not changes:
        assert len(found) == N


def frame_of(kind: int, index: int, flags: int, ticks_us: int, body: bytes) -> bytes:
    buffer = bytearray(frames.HEADER_SIZE)
    frames.pack_header_into(buffer, kind, flags, 0, index, ticks_us)
    return bytes(buffer) + body


U32 = st.integers(0, 2**32 - 1)
HOSTILE = st.one_of(
    st.binary(min_size=1, max_size=150),
    st.builds(lambda kind, rest: bytes([0x10 | kind]) + rest, st.integers(0, 15), st.binary(max_size=150)),
    st.builds(
        frame_of, st.integers(ids.RAW, ids.LOG), U32, st.integers(0, 255), st.integers(0, 2**30 - 1),
        st.integers(0, 9).flatmap(lambda n: st.binary(min_size=10 * n, max_size=10 * n)),
    ),
)  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.lists(HOSTILE, max_size=4), min_size=1, max_size=3), st.booleans())
def test_what_a_foe_has_written_into_a_run_is_refused_or_recorded(lists: list[list[bytes]], first: bool) -> None:
    """Whole by its checksums: messages that no clip makes, before or behind those of a run."""
    hostile = b"".join(record(NUMBER, k if first else 900 + k, front) for k, front in enumerate(lists))
    genuine = [whole_file()[at : at + RECORD_BYTES] for at in range(0, len(whole_file()), RECORD_BYTES)]
    live = heard(hostile + b"".join(genuine[len(lists) :]) if first else whole_file() + hostile)
    if live is None:
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "run.mcap"
        try:
            write_recording(live, path, When(1.795e9, Known.CLOCK), Who(Settings()), {})
        except HipdropError:
            assert not path.exists()
