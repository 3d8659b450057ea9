"""The errors of the sensor as the host has measured them: one record of the wire, kept on the flash as it came.

It is read by the offsets of docs/wire-format.md (Calibration): the names in `hipwire.calibration` would take 4 kB.
"""

import binascii
import struct

from micropython import const

from hipclip.kept import Kept
from hipwire import errors

FILE = "calibration.bin"
_SIZE = const(94)
_RANGES_AT = const(80)
_PARTS_AT = const(86)
_ID_AT = const(90)
_ACC = const(1)
_GYR = const(2)
_ONE = const(1000000)


def check(record, imu):
    """Raise ValueError with a text for people unless the record is whole and can be used with this sensor."""
    parts = record[_PARTS_AT]
    if _word(record, _ID_AT, 4) != ((binascii.crc32(record[:_ID_AT]) or 1) if parts else 0):
        raise ValueError("calibration: its id is not the CRC of the rest")
    found = struct.unpack_from("<15i", record, 0)
    # data sheets allow a few percent, 0.09 g and 10 deg/s, in millionths of 1, g and deg/s; what is more is no fit
    for name, first, end, most in (("matrix", 0, 9, 100000), ("offset", 9, 12, 200000), ("bias", 12, 15, 20000000)):
        for k in range(first, end):
            off = found[k] - (_ONE if k < 9 and k % 4 == 0 else 0)
            if parts & (_GYR if first == 12 else _ACC) and abs(off) > most:
                raise ValueError("calibration: %s[%d] is off by %de-6, at most %de-6" % (name, k - first, off, most))
    acc_g, gyr_dps = _word(record, _RANGES_AT, 2), _word(record, _RANGES_AT + 2, 2)
    if (parts & _ACC and acc_g != imu.ACC_RANGE_G) or (parts & _GYR and gyr_dps != imu.GYR_RANGE_DPS):
        raise ValueError("calibration: for %d g, %d deg/s, another range than the sensor's" % (acc_g, gyr_dps))


def _word(record, at, size):
    return int.from_bytes(record[at : at + size], "little")


class Calibration(Kept):
    """The one in use: `record` as it came, zeros where there is none."""

    def __init__(self, imu, path=FILE):
        self._imu = imu
        super().__init__(path, bytes(_SIZE))

    def values(self):
        """Give K_a (9, row by row), b_a (3), b_g (3) in millionths of 1, g, deg/s, without errors unless measured."""
        parts, found = self.record[_PARTS_AT], struct.unpack_from("<15i", self.record, 0)
        acc = found[:12] if parts & _ACC else (_ONE, 0, 0, 0, _ONE, 0, 0, 0, _ONE, 0, 0, 0)
        return acc + (found[12:] if parts & _GYR else (0, 0, 0))

    def _take(self, record):
        """Give the record as far as it is known, if it is whole and can be used."""
        if len(record) < _SIZE:
            raise errors.WireError(errors.SHORT)
        check(record, self._imu)
        return record[:_SIZE] if record[_PARTS_AT] else bytes(_SIZE)
