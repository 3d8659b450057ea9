"""Commands about the runs that the clip keeps: loaded when one comes, and let go of after it."""

import os
import struct

from micropython import const

from hipclip import seldom
from hipclip.commands import RefusedError, mtu_payload
from hipclip.runlog import path
from hipwire import commands, frames, ids

_ENTRY = "<HBBIIII"
_ENTRY_BYTES = const(20)
_LEAST_DATA = const(8)  # in a part; a connection that takes less would never come to an end
_PARTS_IN_A_TURN = const(4)
_IDLE_MS = const(100)
_RETRY_MS = const(8)


def handle(clip, code, payload, outlet):
    """Carry out one of the commands; give what goes into the answer."""
    if code != ids.RUN and not clip.runlog.possible:
        raise RefusedError(ids.UNSUPPORTED)
    if code == ids.GET_RUNS:
        return _listed(clip.runlog, _taken("<H", payload)[0], outlet.max_message)
    if code == ids.FETCH_RUN:
        return _fetch(clip, outlet, *_taken("<HII", payload))
    if code == ids.ERASE_RUN:
        return _erase(clip, *_taken("<HI", payload))
    action = _taken("<B", payload)[0]
    if not ids.RUN_BEGIN <= action <= ids.RUN_END:
        raise RefusedError(ids.MALFORMED)
    return struct.pack("<H", clip.runcontrol.by_host(action == ids.RUN_BEGIN))


def _taken(form, payload):
    if len(payload) < struct.calcsize(form):
        raise RefusedError(ids.MALFORMED)
    return struct.unpack_from(form, payload, 0)


def _listed(log, first, max_message):
    """Give as many runs from this number on as an answer holds."""
    room = (min(commands.MAX_SIZE, max_message) - commands.ANSWER_SIZE - 2) // _ENTRY_BYTES
    if room < 1:
        needed = commands.ANSWER_SIZE + 2 + _ENTRY_BYTES + frames.NOTIFY_OVERHEAD
        raise RefusedError(ids.MTU_TOO_SMALL, mtu_payload(needed))
    found, count = b"", 0
    for entry in seldom.load("runs").list_runs(first, log.number if log.state else 0):
        if count == room:
            return bytes((count, 1)) + found
        found += struct.pack(_ENTRY, *entry)
        count += 1
    return bytes((count, 0)) + found


def _size_of(number):
    try:
        return os.stat(path(number))[6]
    except OSError:
        raise RefusedError(ids.GONE)


def _fetch(clip, outlet, number, offset, count):
    if outlet.fetch:
        outlet.fetch.close(outlet)
    if count == 0:
        return struct.pack("<HIII", number, 0, offset, 0)
    if clip.runlog.state:
        raise RefusedError(ids.BUSY)
    total = _size_of(number)
    room = min(frames.PART_DATA_MAX_SIZE, outlet.max_message - frames.PART_HEAD_SIZE)
    if room < _LEAST_DATA:
        raise RefusedError(ids.MTU_TOO_SMALL, mtu_payload(frames.PART_HEAD_SIZE + _LEAST_DATA + frames.NOTIFY_OVERHEAD))
    if offset > total:
        raise RefusedError(ids.MALFORMED)
    count = min(count, total - offset)
    if count:
        outlet.fetch = Fetch(clip, number, offset, offset + count, room)
        clip.runlog.fetching = True
    return struct.pack("<HIII", number, total, offset, count)


def _erase(clip, number, size):
    """Erase a run for a host that knows its size, so has looked at it."""
    log = clip.runlog
    fetched = [outlet.fetch.number for outlet in clip.sender.outlets if outlet.fetch]
    if number in fetched or (log.state and log.number == number):
        raise RefusedError(ids.BUSY)
    if _size_of(number) != size:
        raise RefusedError(ids.MALFORMED)
    seldom.load("runs").erase(number)
    log.runs -= 1
    return b""


class Fetch:
    """A stretch of a run on its way to a host, as quickly as the link takes it."""

    def __init__(self, clip, number, offset, end, room):
        self._clip = clip
        self._file = open(path(number), "rb")
        self._file.seek(offset)
        self.number = number
        self._next = offset
        self._end = end
        self._view = memoryview(bytearray(frames.PART_HEAD_SIZE + room))
        self._length = 0  # of the part that waits for room

    def turn(self, outlet, now_ms):
        """Push parts; give the milliseconds until the next turn."""
        for _ in range(_PARTS_IN_A_TURN):
            if not self._length and not self._fill():
                self.close(outlet)
                return _IDLE_MS
            if not outlet.note(outlet.send(self._view[: self._length]), now_ms):
                return _RETRY_MS
            self._length = 0
        return 1

    def _fill(self):
        """Make the next part; False where there is none, or the flash does not give it: the host asks again."""
        head = frames.PART_HEAD_SIZE
        count = min(len(self._view) - head, self._end - self._next)
        try:
            if not count or self._file.readinto(self._view[head : head + count]) != count:
                return False
        except OSError:
            return False
        frames.pack_part_head_into(self._view, self._next + count == self._end, self.number, self._next)
        self._next += count
        self._length = head + count
        return True

    def close(self, outlet):
        """Send no more; runs may begin again."""
        outlet.fetch = None
        self._file.close()
        self._clip.runlog.fetching = self._clip.sender.fetching
