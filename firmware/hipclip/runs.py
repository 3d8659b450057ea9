"""The runs that lie on the flash, for who lists, fetches and erases them: loaded when somebody does."""

import binascii
import os
import struct

from micropython import const

from hipclip.runlog import COUNTER, FOLDER, counter, number_of, path, survey
from hipclip.runrecords import RECORD_BYTES
from hipclip.settings import replace
from hipwire import ids

_BATCH = const(16)
_LOOK_AHEAD = const(5)  # records in which the first status lies: a second of raw frames may lie before it
_LOOK_BACK = const(4)  # damaged records at the end that are skipped in search of a whole one


def _above(number, folder):
    """Give the lowest numbers above this one, in order, at most _BATCH: one walk through the folder."""
    found = []
    for entry in os.ilistdir(folder):
        other = number_of(entry[0])
        if other > number:
            found.append(other)
            if len(found) >= 2 * _BATCH:
                found.sort()
                del found[_BATCH:]
    found.sort()
    return found[:_BATCH]


def list_runs(first=0, growing=0, folder=FOLDER):
    """Give (number, state, content, bytes, boot_id, start_s, duration_s) of each run from number `first` on.

    `growing` is the run that is being recorded. What cannot be told is 0.
    """
    numbers = _above(max(0, first - 1), folder)
    while numbers:
        for number in numbers:
            yield describe(number, number == growing, folder)
        numbers = _above(numbers[-1], folder)


def describe(number, growing=False, folder=FOLDER):
    """Give what `list_runs` gives, of one run; OSError if there is none."""
    name = path(number, folder)
    size = os.stat(name)[6]
    page = bytearray(RECORD_BYTES)
    told = [0, 0, 0, 0]  # boot id, rate, start in UTC, first sample
    marks = duration_s = 0
    with open(name, "rb") as file:
        for sequence in range(_LOOK_AHEAD):
            if not _read(file, page, sequence, number) or _head(page, told):
                break
        for back in range(1, _LOOK_BACK + 1):
            if _read(file, page, size // RECORD_BYTES - back, number):
                marks = page[9] if back == 1 and size % RECORD_BYTES == 0 else page[9] & 0x7F
                duration_s = max(0, _end(page) - told[3]) * 1000 // told[1] if told[1] else 0
                break
    state = ids.RUN_GROWING if growing else ids.RUN_WHOLE if marks & 0x80 else ids.RUN_TORN
    content = ids.RUN_HAS_TILT | (ids.RUN_HAS_RAW if marks & 0x40 else 0)
    return number, state, content, size, told[0], told[2], duration_s


def open_run(number, folder=FOLDER):
    """Give the open file of a run; OSError if there is none."""
    return open(path(number, folder), "rb")


def erase(number, folder=FOLDER):
    """Erase a run; its number is not used again. OSError if there is none."""
    newest = survey(folder)[1]
    if number == newest > counter(folder):
        replace(folder + COUNTER, b"%d" % newest, False)
    os.remove(path(number, folder))


def _read(file, page, sequence, number):
    """Read a record; give whether it is whole and of this run."""
    if sequence < 0:
        return False
    file.seek(sequence * RECORD_BYTES)
    if file.readinto(page) != RECORD_BYTES:
        return False
    found = struct.unpack_from("<H", page, 0)[0]
    crc = struct.unpack_from("<I", page, RECORD_BYTES - 4)[0]
    return found == number and crc == binascii.crc32(memoryview(page)[: RECORD_BYTES - 4])


def _items(page):
    """Give where each message of a record begins and ends."""
    front, back = struct.unpack_from("<HH", page, 6)
    back &= 0x3FF
    for at, end in ((10, 10 + front), (RECORD_BYTES - 4 - back, RECORD_BYTES - 4)):
        while at < end:
            size = page[at] | page[at + 1] << 8
            yield at + 2, at + 2 + size
            at += 2 + size


def _head(page, told):
    """Add what a record tells of the whole run; give whether that was the last of it, a status."""
    found = False
    for at, _ in _items(page):
        kind = page[at] & 15
        if kind == ids.ANSWER and page[at + 1] == ids.START:
            told[0] = struct.unpack_from("<I", page, at + 5)[0]
            told[3], _, _, told[1] = struct.unpack_from("<IHHI", page, at + 13)
        elif kind == ids.STATUS:
            told[2] = struct.unpack_from("<I", page, at + 92)[0]
            found = True
    return found


def _end(page):
    """Give the sample behind the last one that a record tells of."""
    index = 0
    for at, end in _items(page):
        kind = page[at] & 15
        if kind <= ids.LOG or kind == ids.EVENT:
            samples = 2 * ((end - at - 12) // 10) if kind == ids.TILT else 0
            index = max(index, struct.unpack_from("<I", page, at + 4)[0] + samples)
    return index
