"""Frames of the streams as they are made: a header of 12 bytes, then samples, counters (status) or an entry (log)."""

import struct

from hipwire import REVISION, VERSION, ids, records

HEADER_FORMAT = "<BBHII"
HEADER_SIZE = 12
RAW_SAMPLE_SIZE = 12
TILT_SAMPLE_SIZE = 10
RAW_MAX_SAMPLES = 19
RAW_MIN_SAMPLES = 9
TILT_MAX_SAMPLES = 10
RAW_MAX_SIZE = 240
TILT_MAX_SIZE = 112
STATUS_SIZE = 108
STATUS_CODES = "IBBHhBBIIIHHIIHHHHIIIIIBBH"  # of the fields of records.STATUS, which take 3 kB of a clip's heap
ALONE_CODES = "BBHHHIIHHIBBH"  # of what a clip by itself does, at the end of a status frame
LOG_TEXT_OFFSET = 18
LOG_MAX_SIZE = 60
EVENT_SIZE = 20
INFO_FIXED_SIZE = 42
INFO_TEXT_MAX_SIZE = 32
PART_HEAD_SIZE = 8
PART_DATA_MAX_SIZE = 232
UNKNOWN_CDEG = -32768  # in an event
TICKS_PERIOD = 1 << 30
NOTIFY_OVERHEAD = 3  # of the MTU, for ATT
SATURATED_COUNTS = 32700
QUATERNION_ONE = 32767
UNKNOWN_TEMPERATURE_CDEG = -32768
UNKNOWN_BATTERY_PERCENT = 255


def sat16(value: int) -> int:
    """Clip to int16: MicroPython's struct would wrap 40000 to -25536."""
    return -32768 if value < -32768 else 32767 if value > 32767 else value


def first_byte(kind: int) -> int:
    """Version and kind of a message."""
    return VERSION << 4 | kind


def pack_header_into(
    buffer: bytearray, kind: int, flags: int, sequence: int, index: int, ticks_us: int, offset: int = 0
) -> None:
    """Write the 12 bytes that begin every frame; allocates nothing while index and ticks are below 2**30."""
    first = VERSION << 4 | kind
    struct.pack_into(HEADER_FORMAT, buffer, offset, first, flags & 0xFF, sequence & 0xFFFF, index, ticks_us)


def pack_raw_into(buffer: bytearray, k: int, ax: int, ay: int, az: int, gx: int, gy: int, gz: int) -> None:
    """Write raw sample `k` of a frame: counts in sensor axes; allocates nothing."""
    struct.pack_into(
        "<hhhhhh", buffer, HEADER_SIZE + RAW_SAMPLE_SIZE * k, sat16(ax), sat16(ay), sat16(az), sat16(gx), sat16(gy),
        sat16(gz),
    )  # fmt: skip


def pack_tilt_into(
    buffer: bytearray, k: int, obliquity_cdeg: int, tilt_cdeg: int, vertical_mg: int, roll_ddps: int, yaw_ddps: int,
    offset: int = 0,
) -> None:  # fmt: skip
    """Write tilt sample `k` of the frame at `offset`; allocates nothing."""
    struct.pack_into(
        "<hhhhh", buffer, offset + HEADER_SIZE + TILT_SAMPLE_SIZE * k, sat16(obliquity_cdeg), sat16(tilt_cdeg),
        sat16(vertical_mg), sat16(roll_ddps), sat16(yaw_ddps),
    )  # fmt: skip


def pack_status_into(
    buffer: bytearray, sequence: int, index: int, ticks_us: int, values: dict, alone: tuple  # type: ignore[type-arg]
) -> None:  # fmt: skip
    """Write a status frame of STATUS_SIZE bytes; `alone` has the values of ALONE_CODES in the document's order."""
    row = tuple([values.get(records.STATUS[k], 0) for k in range(0, len(records.STATUS), 2)])
    pack_status_rows_into(buffer, sequence, index, ticks_us, row, alone)


def pack_status_rows_into(
    buffer: bytearray, sequence: int, index: int, ticks_us: int, row: tuple, alone: tuple  # type: ignore[type-arg]
) -> None:  # fmt: skip
    """Write a status frame; `row` has the values of STATUS_CODES, in the document's order as well."""
    pack_header_into(buffer, ids.STATUS, 0, sequence, index, ticks_us)
    end = records.pack_row_into(STATUS_CODES, buffer, HEADER_SIZE, row)
    records.pack_row_into(ALONE_CODES, buffer, end, alone)


def pack_log_into(
    buffer: bytearray, sequence: int, index: int, ticks_us: int, code: int, severity: int, value: int, text: bytes
) -> int:
    """Write a log frame; give its length. Text beyond 42 bytes is cut."""
    pack_header_into(buffer, ids.LOG, 0, sequence, index, ticks_us)
    value = records.saturate(value, -2147483648, 2147483647)
    struct.pack_into("<BBi", buffer, HEADER_SIZE, code, severity, value)
    length = min(len(text), LOG_MAX_SIZE - LOG_TEXT_OFFSET)
    while 0 < length < len(text) and text[length] & 0xC0 == 0x80:
        length -= 1  # do not cut a character in two
    buffer[LOG_TEXT_OFFSET : LOG_TEXT_OFFSET + length] = text[:length]
    return LOG_TEXT_OFFSET + length


def pack_info(values: dict) -> bytes:  # type: ignore[type-arg]
    """Make the info message: fixed fields, then the texts of INFO_TEXTS, each behind its length."""
    head = bytes([first_byte(ids.INFO), REVISION]) + records.pack(records.INFO, values)
    for name in records.INFO_TEXTS:
        text = values.get(name, "").encode()[:INFO_TEXT_MAX_SIZE]
        head += bytes([len(text)]) + text
    return head


def pack_event_into(
    buffer: bytearray, offset: int, code: int, sequence: int, index: int, side: int, detail: int, flags: int,
    a: int, b: int, c: int, d: int,
) -> None:  # fmt: skip
    """Write the event message at `offset`; allocates nothing while the index is below 2**30."""
    struct.pack_into(
        "<BBHIBBHhhhH", buffer, offset, VERSION << 4 | ids.EVENT, code, sequence & 0xFFFF, index, side, detail, flags,
        sat16(a), sat16(b), sat16(c), 0 if d < 0 else 65535 if d > 65535 else d,
    )  # fmt: skip


def pack_part_head_into(buffer: bytearray, flags: int, run: int, offset: int) -> None:
    """Write what goes before the bytes of a run that follow `offset`."""
    struct.pack_into("<BBHI", buffer, 0, VERSION << 4 | ids.PART, flags, run, offset)
