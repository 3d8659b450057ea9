"""Records of a run (docs/run-format.md), filled in memory made once; what finds no free record is lost, and counted."""

import struct

from micropython import const

from hipwire import frames, ids

RECORD_BYTES = 1024
_HEAD = const(10)
_CRC_AT = const(1020)
_CONTENT = const(1010)
_LENGTH = const(2)  # before each item
_LAST = const(0x8000)  # in the length of the back: nothing comes behind this record
RAW_KEPT = const(0x4000)  # the same: the run has raw frames


class Pages:
    """Pages of one record each: one under each filler's hand, some full that wait to be written, the others free."""

    def __init__(self, count):
        self.free = [bytearray(RECORD_BYTES) for _ in range(count)]
        self.full = []  # in the order in which they are to be written; both lists stay short and never grow anew
        self.number = self.sequence = 0  # of the run, of its next record
        self.marks = 0  # RAW_KEPT where the run has raw frames
        self.lost = 0  # records, since boot

    def change(self, page, front, back, last=0):
        """Finish a page with so many bytes at front and back, and give another: the same one if none is free."""
        struct.pack_into("<HIHH", page, 0, self.number, self.sequence, front, back | self.marks | last)
        self.sequence += 1
        for k in range(_HEAD + front, _CRC_AT - back):
            page[k] = 0  # what a run before has left there
        if not self.free:
            self.lost += 1
            return page
        self.full.append(page)
        return self.free.pop()


class TiltFiller:
    """Tilt frames as long as a record allows from the front, other messages from the back."""

    def __init__(self, pages):
        self._pages = pages
        self._page = pages.free.pop()
        self.period = 0  # of the samples, 1/256 us
        self.begin()

    def begin(self):
        """Forget what is there."""
        self._front = self._back = 0
        self._frame = 0  # where the one being filled begins, 0: there is none
        self._sequence = self._flags = self._index = self._ticks_us = 0

    def take(self, values, count, index, ticks_us, flags):
        """Add `count` samples of five values each; `index` and `ticks_us` are of the first. Allocates nothing."""
        if flags & ids.GAP or flags != self._flags & ~ids.GAP:  # a frame's flags hold for all of it
            self._end_frame()
        for k in range(count):
            need = frames.TILT_SAMPLE_SIZE
            if not self._frame:
                need += _LENGTH + frames.HEADER_SIZE
            if self._front + self._back + need > _CONTENT:
                self.close()
            if not self._frame:
                self._frame = _HEAD + self._front
                self._front += _LENGTH + frames.HEADER_SIZE
                self._flags, self._index = flags, index
                self._ticks_us = ticks_us + (k * self.period >> 8) & frames.TICKS_PERIOD - 1
                flags &= ~ids.GAP
            at = 5 * k
            struct.pack_into(
                "<hhhhh", self._page, _HEAD + self._front, values[at], values[at + 1], values[at + 2], values[at + 3],
                values[at + 4],
            )  # fmt: skip
            self._front += frames.TILT_SAMPLE_SIZE
            index += 2

    def put(self, message):
        """Add another message, of 1008 bytes at most."""
        size = len(message)
        if self._front + self._back + _LENGTH + size > _CONTENT:
            self.close()
        self._back += _LENGTH + size
        at = _CRC_AT - self._back
        struct.pack_into("<H", self._page, at, size)
        at += _LENGTH
        self._page[at : at + size] = message

    def close(self, last=False):
        """Finish the record, unless there is nothing in it and it is not the last; give whether that was done."""
        if not (last or self._front or self._back):
            return False
        self._end_frame()
        self._page = self._pages.change(self._page, self._front, self._back, _LAST if last else 0)
        self._front = self._back = 0
        return True

    def _end_frame(self):
        at = self._frame
        if at:
            struct.pack_into("<H", self._page, at, _HEAD + self._front - at - _LENGTH)
            frames.pack_header_into(
                self._page, ids.TILT, self._flags, self._sequence, self._index, self._ticks_us, at + _LENGTH
            )
            self._sequence += 1
            self._frame = 0
