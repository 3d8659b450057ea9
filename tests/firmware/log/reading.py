"""Reads run files in the checks: their records, by the offsets of docs/run-format.md."""

import binascii
import struct

from hipclip import runs
from hipwire import ids


def records(number):
    """Give (sequence, marks, front, back) of each record of a run, items as bytes, those of the back newest first."""
    found = []
    file = runs.open_run(number)
    while True:
        record = file.read(1024)
        if not record:
            file.close()
            return found
        run, sequence, front, back = struct.unpack("<HIHH", record[:10])
        assert run == number
        assert struct.unpack("<I", record[1020:])[0] == binascii.crc32(record[:1020])
        marks, back = back & 0xC000, back & 0x3FFF
        assert not any(record[10 + front : 1020 - back])
        found.append((sequence, marks, items(record[10 : 10 + front]), items(record[1020 - back : 1020])))


def items(area):
    """Give the messages of one end of a record."""
    found = []
    while area:
        size = area[0] | area[1] << 8
        assert 0 < size <= len(area) - 2
        found.append(area[2 : 2 + size])
        area = area[2 + size :]
    return found


def frames_of(number, kind=ids.TILT):
    """Give (flags, sequence, index, ticks, samples) of each frame of a kind."""
    code, size = ("<5h", 10) if kind == ids.TILT else ("<6h", 12)
    found = []
    for record in records(number):
        for message in record[2]:
            if message[0] & 15 == kind:
                samples = [struct.unpack_from(code, message, at) for at in range(12, len(message), size)]
                flags, sequence, index, ticks_us = struct.unpack_from("<BHII", message, 1)
                found.append((flags, sequence, index, ticks_us, samples))
    return found


def others(number):
    """Give the messages of the back of all records, oldest first."""
    found = []
    for record in records(number):
        found += reversed(record[3])
    return found


def states():
    """Give number -> state of the runs that are kept."""
    return {entry[0]: entry[1] for entry in runs.list_runs()}
