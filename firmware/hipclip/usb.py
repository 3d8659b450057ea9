"""The clip's USB side: the same messages as over Bluetooth, stuffed, with a CRC, on the port of the prompt."""

import asyncio
import errno
import select
import sys
import time

from micropython import const, kbd_intr

from hipclip.outlet import Outlet
from hipwire import cobs, errors

_TURN_MS = const(10)
_LOOK_MS = const(50)  # while closed
_READ_IN_A_TURN = const(256)
_CHUNK = const(64)  # a USB packet; the port is asked before each whether it has room
_IDLE_CLOSE_MS = const(10000)
_INTERRUPT = const(3)  # the byte that ends a program at MicroPython's prompt
_NO_INTERRUPT = const(-1)
GONE = select.POLLHUP | select.POLLERR


class UsbLink(Outlet):
    """One host on a cable: open from its first valid command on, until it is gone or silent for long.

    `turn()` does the work and never waits: a byte is read when one is there, and written when there is room.
    """

    wired = True
    pace_most = 200  # a cable loses little, and stuffing a frame takes about 4 ms of a board's time

    def __init__(self, clip, incoming=None, outgoing=None):
        super().__init__(cobs.MAX_MESSAGE)
        self._clip = clip
        incoming, outgoing = incoming or sys.stdin, outgoing or sys.stdout
        self._incoming, self._outgoing = incoming.buffer, outgoing.buffer
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(incoming, select.POLLIN)
        self._writable.register(outgoing, select.POLLOUT)
        self.closed = True
        self.garbage = 0  # stretches between delimiters that were no valid message
        self.leaving = None  # "repl" or "reset", once the answer has left
        self._byte = bytearray(1)
        self._stuffed = bytearray(cobs.MAX_ENCODED)
        self._stuffed_length = 0
        self._out = bytearray(cobs.MAX_MESSAGE + 5)
        self._out_view = memoryview(self._out)
        self._out_next = 0
        self._out_end = 0
        self._answer = b""
        self._valid_ms = 0

    async def run(self):
        """Serve for ever; the App supervises it."""
        while True:
            self.turn()
            await asyncio.sleep_ms(_LOOK_MS if self.closed else _TURN_MS)

    def turn(self):
        """Write what waits, read what has come, close when nobody is there."""
        self._flush()
        self._send_answer()
        for _ in range(_READ_IN_A_TURN):
            if self._answer or self.leaving or not self._read():  # no command before the answer to the last has left
                break
            self._take(self._byte[0])
        if self.closed:
            return
        if self.leaving and not self._answer and self._out_next == self._out_end:
            where = self.leaving
            self.drop()
            self._clip.leave(where)
        elif not self._clip.stream.running and self._silent_ms() > _IDLE_CLOSE_MS:
            self.drop()

    def send(self, view):
        """Put a message on its way; False while the one before it still waits for room."""
        self._flush()
        if self.closed or self._out_next < self._out_end:
            return False
        self._out_next, self._out_end = 0, cobs.encode_into(self._out, view, len(view))
        self._flush()
        return True

    def send_status(self, view):
        """Put a status frame on its way, as any message."""
        return self.send(view)

    def drop(self):
        """Give the port back to the prompt until the next valid command."""
        if self.closed:
            return
        kbd_intr(_INTERRUPT)
        self.halt()
        self._clip.sender.remove(self)
        self._answer = b""
        self._out_next = self._out_end = 0
        self.leaving = None

    def _open(self):
        kbd_intr(_NO_INTERRUPT)
        self.refused_ms = None
        self._clip.sender.add(self)

    def _silent_ms(self):
        return time.ticks_diff(time.ticks_ms(), self._valid_ms)

    def _read(self):
        """Read one byte when one is there; reading more would wait for them on a board."""
        for _, event in self._readable.ipoll(0):
            if event & select.POLLIN:
                try:
                    return self._incoming.readinto(self._byte) == 1
                except OSError:  # the other end of the port is gone
                    return False
        return False

    def _take(self, byte):
        """Collect the bytes between delimiters."""
        if byte != cobs.DELIMITER:
            if self._stuffed_length < cobs.MAX_ENCODED:
                self._stuffed[self._stuffed_length] = byte
            self._stuffed_length += 1  # beyond the buffer it is counted, so that the end of it is refused
        elif self._stuffed_length:
            length, self._stuffed_length = self._stuffed_length, 0
            try:
                self._receive(bytes(self._stuffed[: cobs.decode_in_place(self._stuffed, length)]))
            except errors.WireError:
                self.garbage += 1

    def _receive(self, message):
        """Carry out a message that came through whole."""
        answer = self._clip.commands.handle(message, self)
        if not answer:
            self.garbage += 1
            return
        self._valid_ms = time.ticks_ms()
        if self.closed:
            self._open()
        self._answer = answer
        self._send_answer()

    def _send_answer(self):
        if self._answer and not self.closed and self.note(self.send(self._answer), time.ticks_ms()):
            self._answer = b""

    def _flush(self):
        """Write as much of the message as the port takes without waiting."""
        while self._out_next < self._out_end:
            if not self._room():
                return
            end = min(self._out_end, self._out_next + _CHUNK)
            try:
                written = self._outgoing.write(self._out_view[self._out_next : end])
            except OSError as error:
                if error.errno != errno.EAGAIN:
                    self.drop()
                return
            if not written:
                return
            self._out_next += written

    def _room(self):
        """Whether the port takes a byte now."""
        return any(event & select.POLLOUT and not event & GONE for _, event in self._writable.ipoll(0))
