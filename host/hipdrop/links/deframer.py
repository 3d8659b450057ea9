"""Messages out of a byte stream (docs/wire-format.md, USB)."""

from __future__ import annotations

from hipwire import cobs, errors


class Deframer:
    """Cuts a stream at its delimiters, whatever pieces it comes in; what is broken is counted and left.

    Attributes
    ----------
    bad_frames
        Blocks that are no message: damaged ones, and text that the clip has printed.
    """

    def __init__(self) -> None:
        self.bad_frames = 0
        self._block = bytearray()
        self._too_long = False
        self._synchronous = False  # the first block is cut off wherever the port was opened

    def feed(self, data: bytes) -> list[bytes]:
        """Take the next bytes; give the messages that have become whole."""
        messages = []
        *blocks, rest = data.split(b"\0")
        for block in blocks:
            self._add(block)
            message = self._end()
            if message is not None:
                messages.append(message)
        self._add(rest)
        return messages

    def _add(self, part: bytes) -> None:
        if len(self._block) + len(part) > cobs.MAX_ENCODED:
            self._too_long = True
            self._block.clear()
        elif not self._too_long:
            self._block += part

    def _end(self) -> bytes | None:
        """A delimiter: give the message before it, if it is one."""
        block, too_long, synchronous = bytes(self._block), self._too_long, self._synchronous
        self._block.clear()
        self._too_long, self._synchronous = False, True
        if not block and not too_long:
            return None  # between two messages
        try:
            if too_long:
                raise errors.WireError(errors.LENGTH)
            return cobs.decode(block)
        except errors.WireError:
            self.bad_frames += synchronous
            return None
