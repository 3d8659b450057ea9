"""Frames of samples as values, and whole batches of them as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hipwire import decoding, frames, ids

Counts = NDArray[np.int16]
COLUMNS = {ids.RAW: frames.RAW_SAMPLE_SIZE // 2, ids.TILT: frames.TILT_SAMPLE_SIZE // 2}


@dataclass(frozen=True, slots=True)
class Frame:
    """A raw or tilt frame: its header, and its samples as they came."""

    kind: int
    flags: int
    sequence: int
    index: int
    ticks_us: int
    count: int
    payload: bytes

    @property
    def resent(self) -> bool:
        """Whether the clip sent it again on request."""
        return bool(self.flags & ids.RESENT)


def read_frame(message: bytes) -> Frame:
    """Read a raw or tilt frame; raises WireError for what is none."""
    kind, flags, sequence, index, ticks_us = decoding.header(message)
    count = decoding.sample_count(kind, len(message))
    return Frame(kind, flags, sequence, index, ticks_us, count, bytes(message[frames.HEADER_SIZE :]))


def counts_of(batch: Sequence[Frame], kind: int) -> Counts:
    """Give the samples of frames of one kind, (N, 6) counts of raw ones or (N, 5) values of tilt ones."""
    samples = np.frombuffer(b"".join([frame.payload for frame in batch]), dtype="<i2")
    return samples.reshape(-1, COLUMNS[kind])
