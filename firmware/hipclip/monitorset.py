"""What the host has set of the clip's own monitor: one record of docs/wire-format.md (Monitor), read by its offsets."""

import binascii
import struct
import sys

from micropython import const

import hipclip
from hipclip.kept import Kept
from hipwire import errors

FILE = "monitor.bin"
_SIZE = const(156)
_ID_AT = const(152)
_BASELINE_AT = const(76)
_STRIDE_AT = const(96)
_NUMBERS = "<4B12I9H2h2B"  # all before the stored baseline
_BASELINE = const(1)  # bits of `parts`
_STRIDE = const(2)
_CONFIRMED = const(4)


def numbers(record):
    """Give mode and numbers, the 29 fields before the stored baseline."""
    return struct.unpack_from(_NUMBERS, record, 0)


def stored(record):
    """Give left, right, SD left, SD right, steps left, steps right, SD between days (0.001 deg); None without one."""
    return struct.unpack_from("<2i5H", record, _BASELINE_AT) if record[0] & _BASELINE else None


def stride(record):
    """Give the runner's stride as `hipclip.detect.Detector.template` takes it, and whether left is known in it."""
    found = struct.unpack_from("<27h", record, _STRIDE_AT) if record[0] & _STRIDE else None
    return found, bool(record[0] & _CONFIRMED)


def haptic(record):
    """Give strength in percent, 0 for no buzz, and how often a pattern is played."""
    return record[74], record[75]


class MonitorRecord(Kept):
    """The one in use: `record` as it came; where none is stored, the defaults of `hipdrop.monitor_settings`."""

    def __init__(self, path=FILE):
        head = struct.pack(
            _NUMBERS, 0, 0, 3, 0, 180000, 480000, 300000, 20000, 4000000, 650000, 500000, 180000, 1800000, 2000000,
            1000000, 300000, 120, 400, 1650, 800, 40, 60, 30, 3, 300, 0, 0, 80, 1,
        ) + bytes(_ID_AT - _BASELINE_AT)  # fmt: skip
        self._default = head + struct.pack("<I", binascii.crc32(head) or 1)
        super().__init__(path, self._default)

    def _take(self, record):
        """Give the record as far as it is known, if it is whole and can be used; zeros stand for the defaults."""
        record = record[:_SIZE]
        if len(record) < _SIZE:
            raise errors.WireError(errors.SHORT)
        if record == bytes(_SIZE):
            return self._default
        from hipclip import monitorcheck

        try:
            monitorcheck.check(record, binascii.crc32(record[:_ID_AT]) or 1, numbers(record), stored(record))
        finally:  # seldom needed, and 1 kB of memory
            del hipclip.monitorcheck, sys.modules["hipclip.monitorcheck"]
        return record
