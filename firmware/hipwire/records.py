"""Fixed records of little-endian integers, described once as a table of fields and used to write and to read.

A table is a tuple of name, code, name, code ...: in pairs it would take 2 kB more of the clip's heap. The code is that
of `struct`: B b H h I i. Values are saturated, since MicroPython's `struct` would wrap them without a word.
"""

import struct

from hipwire import errors

_LOW = {"B": 0, "b": -128, "H": 0, "h": -32768, "I": 0, "i": -2147483648}
_HIGH = {"B": 255, "b": 127, "H": 65535, "h": 32767, "I": 4294967295, "i": 2147483647}
_SIZE = {"B": 1, "b": 1, "H": 2, "h": 2, "I": 4, "i": 4}

STATUS = (
    "boot_id", "I",  "stream", "B",  "battery_percent", "B",  "battery_mv", "H",  "temperature_cdeg", "h",
    "connections", "B",  "faults", "B",  "rate_mhz", "I",  "samples_lost", "I",  "samples_saturated", "I",
    "fifo_overruns", "H",  "bus_errors", "H",  "frames_dropped", "I",  "notify_refused", "I",
    "commands_refused", "H",  "ring_frames", "H",  "ring_oldest", "H",  "marks", "H",  "mark_index", "I",
    "heap_free", "I",  "storage_free_kb", "I",  "uptime_s", "I",  "mount_id", "I",  "reset_cause", "B",
    "reserved", "B",  "rate_uncertainty_ppm", "H",
)  # fmt: skip
INFO = (
    "boot_id", "I",  "features", "I",  "rate_mhz", "I",  "acc_range_g", "H",  "gyr_range_dps", "H",
    "acc_ng_per_lsb", "I",  "gyr_ndps_per_lsb", "I",  "tilt_divider", "B",  "raw_samples", "B",  "ring_s", "H",
    "mount_id", "I",  "mount_w", "h",  "mount_x", "h",  "mount_y", "h",  "mount_z", "h",
)  # fmt: skip
INFO_TEXTS = ("serial", "firmware", "board", "chip")
MOUNT = ("mount_id", "I", "mount_w", "h", "mount_x", "h", "mount_y", "h", "mount_z", "h")
STARTED = (
    "boot_id", "I",  "stream", "B",  "samples", "B",  "next_sequence", "H",  "next_index", "I",
    "oldest_sequence", "H",  "rate_uncertainty_ppm", "H",  "rate_mhz", "I",
)  # fmt: skip
STOPPED = ("next_sequence", "H", "next_index", "I")
RANGE = ("first_sequence", "H", "count", "H")
START = ("stream", "B", "reserved", "B")
BUZZ = ("pattern", "B", "strength_percent", "B", "repeats", "B")
NEEDED = ("mtu", "H")
CHUNK = ("total", "H", "offset", "H")
OFFSET = ("offset", "H")


def saturate(value: int, low: int, high: int) -> int:
    """Clip to [low, high]."""
    return low if value < low else high if value > high else value


def size(table: tuple) -> int:  # type: ignore[type-arg]
    """Bytes of a record."""
    total = 0
    for k in range(1, len(table), 2):
        total += _SIZE[table[k]]
    return total


def pack_into(table: tuple, buffer: bytearray, offset: int, values: dict) -> int:  # type: ignore[type-arg]
    """Write the named integers, saturated; give the offset behind them. A name that is missing is written as 0."""
    for k in range(0, len(table), 2):
        code = table[k + 1]
        value = saturate(values.get(table[k], 0), _LOW[code], _HIGH[code])
        struct.pack_into("<" + code, buffer, offset, value)
        offset += _SIZE[code]
    return offset


def pack_row_into(codes: str, buffer: bytearray, offset: int, row: tuple) -> int:  # type: ignore[type-arg]
    """Write integers that have no names here, a code each, saturated; give the offset behind them."""
    for k in range(len(codes)):
        code = codes[k]
        struct.pack_into("<" + code, buffer, offset, saturate(row[k], _LOW[code], _HIGH[code]))
        offset += _SIZE[code]
    return offset


def pack(table: tuple, values: dict) -> bytes:  # type: ignore[type-arg]
    """Make the record as bytes."""
    buffer = bytearray(size(table))
    pack_into(table, buffer, 0, values)
    return bytes(buffer)


def unpack(table: tuple, message: bytes, offset: int = 0) -> dict:  # type: ignore[type-arg]
    """Read a record at `offset`; what follows it is left to newer readers. Raises WireError when it is short."""
    if len(message) < offset + size(table):
        raise errors.WireError(errors.SHORT, "%d bytes of %d" % (len(message), offset + size(table)))
    values = {}
    for k in range(0, len(table), 2):
        code = table[k + 1]
        values[table[k]] = struct.unpack_from("<" + code, message, offset)[0]
        offset += _SIZE[code]
    return values
