"""Values over a pipe between two processes of our own: length, then pickle."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

_LENGTH = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Ready:
    """The window is there, by this toolkit."""

    toolkit: str


@dataclass(frozen=True, slots=True)
class Failed:
    """There can be no window; why, and what to do."""

    problem: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture was saved here."""

    path: str


@dataclass(frozen=True, slots=True)
class Ended:
    """What the window has drawn.

    Attributes
    ----------
    frames, lasted_s
        Frames since it was opened.
    region_draws, full_draws
        How often a region was drawn, and all of it.
    last_s
        Times of the last frames, a minute of them at most.
    """

    frames: int
    lasted_s: float
    region_draws: int
    full_draws: int
    last_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Begin:
    """What the window is to be, before all updates."""

    toolkits: tuple[str, ...]
    theme: str = "light"
    pictures: str = "."  # folder for saved ones
    replay: bool = False
    coached: bool = False


def write_value(pipe: IO[bytes], value: Any) -> None:
    """Write one value; raises OSError or ValueError where nobody reads any more."""
    data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def read_values(pipe: IO[bytes]) -> Iterator[Any]:
    """Give values until the other side is gone."""
    while True:
        head = pipe.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            return
        (length,) = _LENGTH.unpack(head)
        data = pipe.read(length)
        if len(data) < length:
            return
        yield pickle.loads(data)
