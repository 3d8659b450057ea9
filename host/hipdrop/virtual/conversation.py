"""The talk with the clip's process during one of its lives: calls in, answers and events out, in lock-step or not."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Protocol

from hipdrop.virtual.loop import VirtualLoop
from hipdrop.virtual.rpc import EVENT, HEADER, Answer, Channel, Kind, Op


class Clip(Protocol):
    """Who talks with the process."""

    @property
    def clock_us(self) -> int:
        """The clip's clock."""

    def answer(self, op: int, argument: int, payload: bytes, clock_us: int) -> Answer | None:
        """Do what the process asks for; nothing where it gets no answer any more."""

    def input_waits(self) -> bool:
        """Whether there is something on its serial port to read."""

    def has_ended(self) -> None:
        """The process has gone by itself."""

    def is_broken(self, error: Exception) -> None:
        """It could not be answered."""

    def is_silent(self, waited_s: float) -> None:
        """It has said nothing for so long, in real time."""


class Conversation:
    """Answers the process; in lock-step (`hipdrop.virtual.loop.Stepper`) only when the host has nothing left to do.

    Parameters
    ----------
    clip
        Who answers.
    epoch_us
        The loop's time when the clip's clock was 0.
    ours
        Socket to the process.
    stderr_fileno
        What else the process writes to while it computes.
    """

    def __init__(self, clip: Clip, epoch_us: int, ours: socket.socket, stderr_fileno: int) -> None:
        self._clip = clip
        self._epoch_us = epoch_us
        self._held = bytearray()
        self._has_events = False
        self._computing = True
        self._until_us: int | None = None  # it waits until then
        self._wakes_on_input = False
        self._channel = Channel(ours, self._on_frame, clip.has_ended)
        self.filenos: tuple[int, ...] = (ours.fileno(), stderr_fileno)
        loop = asyncio.get_running_loop()
        self._lock_step = loop if isinstance(loop, VirtualLoop) else None
        if self._lock_step is not None:
            self._lock_step.attach(self)

    def close(self) -> None:
        """Say nothing more, and hear nothing."""
        if self._lock_step is not None:
            self._lock_step.detach(self)
        self._channel.close()

    def emit(self, kind: Kind, number: int, payload: bytes) -> None:
        """Tell the process of an event."""
        self._held += HEADER.pack(EVENT | kind, number, len(payload), self._clip.clock_us) + payload
        self._has_events = True
        if self._lock_step is None:
            self._flush()

    @property
    def due_us(self) -> int | None:
        """Time on the loop's clock from which on the process can be let go; none while it computes."""
        if self._computing:
            return None
        if self._until_us is None or self._has_events or (self._wakes_on_input and self._clip.input_waits()):
            return 0
        return self._until_us + self._epoch_us

    def release(self) -> None:
        """Let it compute on, with the answers and events that are held."""
        if self._until_us is not None:
            self._held += HEADER.pack(Op.TIME, 0, 0, self._clip.clock_us)
            self._until_us = None
        self._computing, self._has_events = True, False
        self._flush()

    def give_up(self, waited_s: float) -> None:
        """It says nothing any more."""
        self._clip.is_silent(waited_s)

    def _flush(self) -> None:
        self._channel.write(bytes(self._held))
        self._held.clear()

    def _on_frame(self, op: int, argument: int, payload: bytes, clock_us: int) -> None:
        self._computing = False
        if op == Op.TIME:
            self._until_us = struct.unpack("<Q", payload)[0]
            self._wakes_on_input = bool(argument)
            return
        try:
            answer = self._clip.answer(op, argument, payload, clock_us)
        except Exception as error:  # a fault of the models: it would wait for its answer for good
            self._clip.is_broken(error)
            return
        if answer is None:
            return
        status, reply = answer
        self._held += HEADER.pack(op, status, len(reply), self._clip.clock_us) + reply
        if self._lock_step is None:
            self._flush()
