"""Batches of frames to arrays, against the one decoder of the wire."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipdrop.receive.decode import counts_of, read_frame
from hipwire import decoding, errors, frames, ids
from synthetic import REPEATABLE


def message_of(kind: int, count: int, seed: int) -> bytes:
    """A frame of arbitrary bytes."""
    size = frames.RAW_SAMPLE_SIZE if kind == ids.RAW else frames.TILT_SAMPLE_SIZE
    buffer = bytearray(frames.HEADER_SIZE)
    frames.pack_header_into(buffer, kind, seed % 32, seed % 65536, seed % 2**30, (7 * seed) % 2**30)
    return bytes(buffer) + np.random.default_rng(seed).bytes(size * count)


@pytest.mark.parametrize("kind", [ids.RAW, ids.TILT])
@REPEATABLE
@given(shapes=st.lists(st.tuples(st.integers(1, 10), st.integers(0, 2**32)), min_size=1, max_size=30))
def test_a_batch_is_what_the_wire_package_reads(kind: int, shapes: list[tuple[int, int]]) -> None:
    messages = [message_of(kind, count, seed) for count, seed in shapes]
    batch = [read_frame(message) for message in messages]
    one_by_one = [sample for message in messages for sample in decoding.samples(message)]
    assert counts_of(batch, kind).tolist() == [list(sample) for sample in one_by_one]
    for frame, message in zip(batch, messages, strict=True):
        header = (frame.kind, frame.flags, frame.sequence, frame.index, frame.ticks_us)
        assert header == decoding.header(message)


@REPEATABLE
@given(st.binary(max_size=260))
def test_what_is_no_frame_raises_only_the_error_of_the_wire(message: bytes) -> None:
    try:
        frame = read_frame(message)
    except errors.WireError:
        return
    assert frame.kind in (ids.RAW, ids.TILT)
    assert len(message) == frames.HEADER_SIZE + len(frame.payload)
