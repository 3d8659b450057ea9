"""Reading messages: for hosts, and for tests on both interpreters. The clip makes them, and takes nothing from here."""

import struct

from hipwire import VERSION, commands, errors, frames, ids, records

ALONE = (  # of frames.ALONE_CODES
    "log_state", "B",  "log_reason", "B",  "runs", "H",  "run", "H",  "alerts", "H",  "run_bytes", "I",
    "clock_s", "I",  "clock_ms", "H",  "log_lost", "H",  "clock_set_s", "I",  "access", "B",  "alone", "B",
    "storage_total_4kb", "H",
)  # fmt: skip
EVENT = (
    "code", "B",  "sequence", "H",  "index", "I",  "side", "B",  "detail", "B",  "flags", "H",  "a", "h",  "b", "h",
    "c", "h",  "d", "H",
)  # fmt: skip


def kind(message: bytes) -> int:
    """Give the kind of a message; raises WireError for none, another version or a kind that is not known."""
    if len(message) < 1:
        raise errors.WireError(errors.SHORT, "empty message")
    if message[0] >> 4 != VERSION:
        raise errors.WireError(errors.VERSION, "%d, this side speaks %d" % (message[0] >> 4, VERSION))
    found = message[0] & 0x0F
    if not ids.RAW <= found <= ids.PART:
        raise errors.WireError(errors.KIND, str(found))
    return found


def _expect(message: bytes, wanted: int, what: str, least: int = 1) -> None:
    """Raise WireError unless the message is of this kind and so long."""
    found = kind(message)
    if found != wanted:
        raise errors.WireError(errors.KIND, "%d is no %s" % (found, what))
    if len(message) < least:
        raise errors.WireError(errors.SHORT, "%d bytes" % len(message))


def header(message: bytes) -> tuple[int, int, int, int, int]:
    """Give kind, flags, sequence, index of the first sample and ticks in microseconds of a frame."""
    found = kind(message)
    if found > ids.LOG:
        raise errors.WireError(errors.KIND, "%d is no frame" % found)
    if len(message) < frames.HEADER_SIZE:
        raise errors.WireError(errors.SHORT, "%d bytes" % len(message))
    _, flags, sequence, index, ticks_us = struct.unpack_from(frames.HEADER_FORMAT, message, 0)
    if ticks_us >= frames.TICKS_PERIOD:
        raise errors.WireError(errors.LENGTH, "ticks %d beyond their period" % ticks_us)
    return found, flags, sequence, index, ticks_us


def sample_count(kind_: int, length: int) -> int:
    """Give the samples in a raw or tilt frame of `length` bytes; raises WireError for a length no frame has."""
    raw = kind_ == ids.RAW
    each = frames.RAW_SAMPLE_SIZE if raw else frames.TILT_SAMPLE_SIZE
    count = (length - frames.HEADER_SIZE) // each
    most = frames.RAW_MAX_SAMPLES if raw else frames.TILT_MAX_SAMPLES
    if not 1 <= count <= most or frames.HEADER_SIZE + each * count != length:
        raise errors.WireError(errors.LENGTH, "%d bytes" % length)
    return count


def samples(message: bytes) -> list[tuple[int, ...]]:
    """Give the samples of a raw frame as six counts each, of a tilt frame as five values each."""
    found = header(message)[0]
    if found > ids.TILT:
        raise errors.WireError(errors.KIND, "%d holds no samples" % found)
    count = sample_count(found, len(message))
    raw = found == ids.RAW
    code, each = ("<hhhhhh", frames.RAW_SAMPLE_SIZE) if raw else ("<hhhhh", frames.TILT_SAMPLE_SIZE)
    return [struct.unpack_from(code, message, frames.HEADER_SIZE + each * k) for k in range(count)]


def status(message: bytes) -> dict:  # type: ignore[type-arg]
    """Give the fields of a status frame by name: 0 for what an older clip does not tell, without what a newer adds."""
    if header(message)[0] != ids.STATUS:
        raise errors.WireError(errors.KIND, "%d is no status" % (message[0] & 0x0F))
    values = records.unpack(records.STATUS, message, frames.HEADER_SIZE)
    offset = frames.HEADER_SIZE + records.size(records.STATUS)
    rest = bytes(message[offset:])
    short = records.size(ALONE) - len(rest)
    values.update(records.unpack(ALONE, rest + bytes(short) if short > 0 else rest))
    return values


def log(message: bytes) -> tuple[int, int, int, str]:
    """Give code, severity, value and text of a log frame."""
    if header(message)[0] != ids.LOG:
        raise errors.WireError(errors.KIND, "%d is no log entry" % (message[0] & 0x0F))
    if len(message) < frames.LOG_TEXT_OFFSET:
        raise errors.WireError(errors.SHORT, "%d bytes" % len(message))
    code, severity, value = struct.unpack_from("<BBi", message, frames.HEADER_SIZE)
    return code, severity, value, text(message[frames.LOG_TEXT_OFFSET :])


def text(data: bytes) -> str:
    """Read UTF-8; MicroPython raises UnicodeError, CPython a child of it."""
    try:
        return str(bytes(data), "utf-8")
    except UnicodeError:
        raise errors.WireError(errors.TEXT)


def info(message: bytes) -> dict:  # type: ignore[type-arg]
    """Give the fields and texts of the info message by name, `revision` included."""
    _expect(message, ids.INFO, "info", 2)
    values = records.unpack(records.INFO, message, 2)
    values["revision"] = message[1]
    offset = 2 + records.size(records.INFO)
    for name in records.INFO_TEXTS:
        if offset >= len(message) or offset + 1 + message[offset] > len(message):
            raise errors.WireError(errors.SHORT, "no " + name)
        values[name] = text(message[offset + 1 : offset + 1 + message[offset]])
        offset += 1 + message[offset]
    return values


def event(message: bytes) -> dict:  # type: ignore[type-arg]
    """Give the fields of an event by name."""
    _expect(message, ids.EVENT, "event", frames.EVENT_SIZE)
    return records.unpack(EVENT, message, 1)


def part(message: bytes) -> tuple[int, int, int, bytes]:
    """Give flags, run, offset and the bytes of a part of a run."""
    _expect(message, ids.PART, "part", frames.PART_HEAD_SIZE)
    if len(message) > frames.PART_HEAD_SIZE + frames.PART_DATA_MAX_SIZE:
        raise errors.WireError(errors.LENGTH, "%d bytes" % len(message))
    _, flags, run, offset = struct.unpack_from("<BBHI", message, 0)
    return flags, run, offset, bytes(message[frames.PART_HEAD_SIZE :])


def command(message: bytes) -> tuple[int, int, bytes]:
    """Give code, request number and payload of a command."""
    _expect(message, ids.COMMAND, "command")
    if not commands.COMMAND_SIZE <= len(message) <= commands.MAX_SIZE:
        raise errors.WireError(errors.LENGTH, "%d bytes" % len(message))
    _, code, request = struct.unpack_from("<BBH", message, 0)
    return code, request, bytes(message[commands.COMMAND_SIZE :])


def answer(message: bytes) -> tuple[int, int, int, bytes]:
    """Give code, request number, result and payload of an answer."""
    _expect(message, ids.ANSWER, "answer")
    if not commands.ANSWER_SIZE <= len(message) <= commands.MAX_SIZE:
        raise errors.WireError(errors.LENGTH, "%d bytes" % len(message))
    _, code, request, result = struct.unpack_from("<BBHB", message, 0)
    return code, request, result, bytes(message[commands.ANSWER_SIZE :])
