"""Frames of the streams: a header of 12 bytes, then samples (raw, tilt), counters (status) or an entry (log)."""

import struct

from hipwire import REVISION, VERSION, errors, ids, records

HEADER_FORMAT = "<BBHII"
HEADER_SIZE = 12
RAW_SAMPLE_SIZE = 12
TILT_SAMPLE_SIZE = 10
RAW_MAX_SAMPLES = 19
RAW_MIN_SAMPLES = 9
TILT_MAX_SAMPLES = 10
RAW_MAX_SIZE = 240
TILT_MAX_SIZE = 112
STATUS_SIZE = 80
LOG_TEXT_OFFSET = 18
LOG_MAX_SIZE = 60
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


def decode_kind(message: bytes) -> int:
    """Give the kind of a message; raises WireError for none, another version or a kind that is not known."""
    if len(message) < 1:
        raise errors.WireError(errors.SHORT, "empty message")
    if message[0] >> 4 != VERSION:
        raise errors.WireError(errors.VERSION, "%d, this side speaks %d" % (message[0] >> 4, VERSION))
    kind = message[0] & 0x0F
    if not ids.RAW <= kind <= ids.ANSWER:
        raise errors.WireError(errors.KIND, str(kind))
    return kind


def decode_header(message: bytes) -> tuple[int, int, int, int, int]:
    """Give kind, flags, sequence, index of the first sample and ticks in microseconds of a frame."""
    kind = decode_kind(message)
    if kind > ids.LOG:
        raise errors.WireError(errors.KIND, "%d is no frame" % kind)
    if len(message) < HEADER_SIZE:
        raise errors.WireError(errors.SHORT, "%d bytes" % len(message))
    _, flags, sequence, index, ticks_us = struct.unpack_from(HEADER_FORMAT, message, 0)
    if ticks_us >= TICKS_PERIOD:
        raise errors.WireError(errors.LENGTH, "ticks %d beyond their period" % ticks_us)
    return kind, flags, sequence, index, ticks_us


def sample_count(kind: int, length: int) -> int:
    """Give the samples in a raw or tilt frame of `length` bytes; raises WireError for a length no frame has."""
    each, most = (RAW_SAMPLE_SIZE, RAW_MAX_SAMPLES) if kind == ids.RAW else (TILT_SAMPLE_SIZE, TILT_MAX_SAMPLES)
    count = (length - HEADER_SIZE) // each
    if not 1 <= count <= most or HEADER_SIZE + each * count != length:
        raise errors.WireError(errors.LENGTH, "%d bytes" % length)
    return count


def decode_samples(message: bytes) -> list[tuple[int, ...]]:
    """Give the samples of a raw frame as six counts each, of a tilt frame as five values each."""
    kind = decode_header(message)[0]
    if kind > ids.TILT:
        raise errors.WireError(errors.KIND, "%d holds no samples" % kind)
    count = sample_count(kind, len(message))
    code, each = ("<hhhhhh", RAW_SAMPLE_SIZE) if kind == ids.RAW else ("<hhhhh", TILT_SAMPLE_SIZE)
    return [struct.unpack_from(code, message, HEADER_SIZE + each * k) for k in range(count)]


def pack_status_into(buffer: bytearray, sequence: int, index: int, ticks_us: int, values: dict) -> None:  # type: ignore[type-arg]
    """Write a status frame of STATUS_SIZE bytes."""
    pack_header_into(buffer, ids.STATUS, 0, sequence, index, ticks_us)
    records.pack_into(records.STATUS, buffer, HEADER_SIZE, values)


def decode_status(message: bytes) -> dict:  # type: ignore[type-arg]
    """Give the fields of a status frame by name; what a newer clip appends is left out."""
    kind = decode_header(message)[0]
    if kind != ids.STATUS:
        raise errors.WireError(errors.KIND, "%d is no status" % kind)
    return records.unpack(records.STATUS, message, HEADER_SIZE)


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


def decode_log(message: bytes) -> tuple[int, int, int, str]:
    """Give code, severity, value and text of a log frame."""
    kind = decode_header(message)[0]
    if kind != ids.LOG:
        raise errors.WireError(errors.KIND, "%d is no log entry" % kind)
    if len(message) < LOG_TEXT_OFFSET:
        raise errors.WireError(errors.SHORT, "%d bytes" % len(message))
    code, severity, value = struct.unpack_from("<BBi", message, HEADER_SIZE)
    return code, severity, value, decode_text(message[LOG_TEXT_OFFSET:])


def decode_text(data: bytes) -> str:
    """Read UTF-8; MicroPython raises UnicodeError, CPython a child of it."""
    try:
        return str(bytes(data), "utf-8")
    except UnicodeError:
        raise errors.WireError(errors.TEXT)


def pack_info(values: dict) -> bytes:  # type: ignore[type-arg]
    """Make the info message: fixed fields, then the texts of INFO_TEXTS, each behind its length."""
    head = bytes([first_byte(ids.INFO), REVISION]) + records.pack(records.INFO, values)
    for name in records.INFO_TEXTS:
        text = values.get(name, "").encode()[:32]
        head += bytes([len(text)]) + text
    return head


def decode_info(message: bytes) -> dict:  # type: ignore[type-arg]
    """Give the fields and texts of the info message by name, `revision` included."""
    if decode_kind(message) != ids.INFO:
        raise errors.WireError(errors.KIND, "%d is no info" % (message[0] & 0x0F))
    values = records.unpack(records.INFO, message, 2)
    values["revision"] = message[1]
    offset = 2 + records.size(records.INFO)
    for name in records.INFO_TEXTS:
        if offset >= len(message) or offset + 1 + message[offset] > len(message):
            raise errors.WireError(errors.SHORT, "no " + name)
        values[name] = decode_text(message[offset + 1 : offset + 1 + message[offset]])
        offset += 1 + message[offset]
    return values
