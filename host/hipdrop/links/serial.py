"""The link over USB: a serial port, read in a thread of its own."""

from __future__ import annotations

import asyncio
import errno
import threading
from contextlib import suppress
from typing import Any

import serial
from serial.tools.list_ports import comports

from hipdrop.errors import ClipBusy, ClipNotFound, LinkError, LinkLost, NotPermitted
from hipdrop.links.base import Link
from hipdrop.links.deframer import Deframer
from hipwire import cobs

BAUD_RATE = 115_200  # native USB ignores it; of USB-to-serial chips it is what the board's prompt uses
WRITE_TIMEOUT_S = 1.0
INTERRUPT = 0x03


class SerialLink(Link):
    """A clip on a serial port.

    Parameters
    ----------
    port
        As the system names it: `/dev/ttyACM0`, `COM5`.
    """

    max_message = cobs.MAX_MESSAGE

    def __init__(self, port: str) -> None:
        super().__init__(f"serial:{port}")
        self._name = port
        self._port: Any = None  # serial.Serial has no types
        self._reader: threading.Thread | None = None
        self._deframer = Deframer()
        self._heard = False
        self._bad_before = 0

    async def open(self, timeout_s: float) -> None:
        """Open the port; whether a clip is behind it shows with its first answer."""
        try:
            self._port = serial.Serial(self._name, BAUD_RATE, exclusive=True, write_timeout=WRITE_TIMEOUT_S)
        except (serial.SerialException, OSError, ValueError) as error:
            raise explain(self._name, error) from error
        self._bad_before += self._deframer.bad_frames
        self._deframer, self._heard = Deframer(), False
        self._inbox.open()
        self._reader = threading.Thread(
            target=self._read, args=(self._port, asyncio.get_running_loop()), name=self.name, daemon=True
        )
        self._reader.start()

    async def close(self) -> None:
        """Close the port; the thread ends before it."""
        port, reader, self._port, self._reader = self._port, self._reader, None, None
        if port is None or reader is None:
            return
        with suppress(OSError):
            port.cancel_read()
        reader.join(WRITE_TIMEOUT_S)
        with suppress(OSError):
            port.close()

    async def send(self, message: bytes) -> None:
        """Write a message, in a thread: a port whose other end does not read blocks."""
        port = self._port
        if port is None or self._inbox.lost:
            raise LinkLost(f"{self.name}: the port is closed")
        try:
            await asyncio.to_thread(port.write, cobs.encode(message))
        except (serial.SerialException, OSError) as error:
            raise LinkLost(f"{self.name}: cannot be written ({error})") from error

    def carries(self, message: bytes) -> bool:
        """Until the clip has answered, a byte 0x03 would interrupt its firmware."""
        return self._heard or INTERRUPT not in cobs.encode(message)

    @property
    def bad_frames(self) -> int:
        """Blocks between delimiters that were no message."""
        return self._bad_before + self._deframer.bad_frames

    def _read(self, port: Any, loop: asyncio.AbstractEventLoop) -> None:
        """Read until the port is closed (in the thread)."""
        with suppress(RuntimeError):  # the loop is closed: nobody wants it any more
            try:
                while port is self._port:
                    data = port.read(max(1, port.in_waiting))
                    if data:
                        loop.call_soon_threadsafe(self._take, data, port)
            except (serial.SerialException, OSError, TypeError) as error:  # TypeError: closed while it reads
                gone = LinkLost(f"{self.name}: the cable or the clip is gone ({error})")
                loop.call_soon_threadsafe(self._lose, gone, port)

    def _take(self, data: bytes, port: Any) -> None:
        if port is self._port:
            for message in self._deframer.feed(data):
                self._heard = True
                self._inbox.put(message)

    def _lose(self, error: LinkError, port: Any) -> None:
        if port is self._port:
            self._inbox.lose(error)


def explain(port: str, error: Exception) -> LinkError:
    """Say what is wrong with a port that cannot be opened, and what to do."""
    number = getattr(error, "errno", None)
    text = str(error)
    if number in (errno.EBUSY, errno.EAGAIN) or "PermissionError" in text:  # Windows calls a busy port that
        return ClipBusy(f"serial:{port}: another program has the port; close it (a terminal, an editor, mpremote)")
    if number in (errno.EACCES, errno.EPERM):
        return NotPermitted(
            f"serial:{port}: you may not use the port; join the group that may: sudo usermod -a -G dialout $USER, "
            "then log in again"
        )
    there = ", ".join(sorted(found.device for found in comports())) or "none"
    if number in (errno.ENOENT, errno.ENXIO, errno.ENODEV) or "FileNotFoundError" in text:
        return ClipNotFound(f"serial:{port}: no such port; plug the clip in, ports that are here: {there}")
    return ClipNotFound(f"serial:{port}: is no serial port ({text}); ports that are here: {there}")
