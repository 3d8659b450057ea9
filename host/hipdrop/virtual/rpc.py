"""The channel to the clip's process: frames of calls and events, as firmware/virtual/_rpc.py speaks them."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from enum import IntEnum

HEADER = struct.Struct("<BBHQ")  # op, argument or status, payload length, clock in us
EVENT = 0x80
STATUS_NACK = 1

Answer = tuple[int, bytes]  # status and payload
Handler = Callable[[int, int, bytes, int], None]  # op, argument, payload, the clip's clock in us


class Op(IntEnum):
    """What the clip asks for."""

    I2C_READ = 1
    I2C_WRITE = 2
    BLE = 3
    TIME = 4
    PIN = 5
    ADC = 6
    PWM = 7
    RESET = 8
    BOOT = 9
    WATCHDOG = 10
    RANDOM = 11
    STORAGE = 12
    ENDED = 13
    TIMER = 14
    RTC = 20


class Kind(IntEnum):
    """What the clip is told unasked."""

    BLE = 3
    PIN = 5
    STALL = 9
    GC_PAUSE = 10
    SLOW_ERASE = 11
    TIMER = 14


class Channel:
    """Our end of the socket pair; frames in, frames out, nothing waits.

    Parameters
    ----------
    ours
        The socket; closed with the channel.
    on_frame
        Gets every call.
    on_close
        Called once when the clip's process has gone; not after `close`.
    """

    def __init__(self, ours: socket.socket, on_frame: Handler, on_close: Callable[[], None]) -> None:
        self._socket = ours
        self._socket.setblocking(False)
        self.fileno = ours.fileno()
        self._on_frame = on_frame
        self._on_close = on_close
        self._in = b""
        self._out = bytearray()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(ours, self._readable)
        self._open = True

    def close(self) -> None:
        """Close; nothing is called any more."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket.close()

    def write(self, frames: bytes) -> None:
        """Send; what the socket does not take now is sent when it does."""
        if not self._open:
            return
        if self._out:
            self._out += frames
            return
        sent = self._send(frames)
        if sent < len(frames):
            self._out += frames[sent:]
            self._loop.add_writer(self._socket, self._writable)

    def _send(self, data: bytes | bytearray) -> int:
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            return len(data)  # the process has gone; reading will tell

    def _writable(self) -> None:
        del self._out[: self._send(self._out)]
        if not self._out:
            self._loop.remove_writer(self._socket)

    def _readable(self) -> None:
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            self._on_close()
            return
        self._in += data
        self._take()

    def _take(self) -> None:
        at = 0
        while self._open and len(self._in) - at >= HEADER.size:
            op, argument, length, clock_us = HEADER.unpack_from(self._in, at)
            end = at + HEADER.size + length
            if len(self._in) < end:
                break
            payload = self._in[at + HEADER.size : end]
            at = end
            self._on_frame(op, argument, payload, clock_us)
        self._in = self._in[at:]
