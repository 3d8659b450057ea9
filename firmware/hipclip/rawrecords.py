"""Records of raw frames, for runs that are to have them; the others do without this module."""

import struct

from micropython import const

_HEAD = const(10)
_CONTENT = const(1010)
_LENGTH = const(2)  # before each item
_RAW_ITEM = const(242)


class RawFiller:
    """Records of raw frames, which a `RawWriter` fills as if they were slots of a ring."""

    def __init__(self, pages):
        self._pages = pages
        self.memory = pages.free.pop()
        self.begin(0)

    def begin(self, _slot_bytes):
        """Forget what is there."""
        self.next = self._front = 0
        self.slot_offset = _HEAD + _LENGTH

    def commit(self, length):
        """Keep the frame being filled."""
        struct.pack_into("<H", self.memory, self.slot_offset - _LENGTH, length)
        self.next += 1
        self._front += _LENGTH + length
        if self._front + _RAW_ITEM > _CONTENT:
            self.close()
        self.slot_offset = _HEAD + _LENGTH + self._front

    def close(self):
        """Finish the record, if there is something in it."""
        if self._front:
            self.memory = self._pages.change(self.memory, self._front, 0)
            self._front = 0
            self.slot_offset = _HEAD + _LENGTH
