"""Messages on a byte stream (USB serial): consistent overhead byte stuffing around the message and its CRC-16.

Stuffing after Cheshire and Baker (1999, doi 10.1109/90.769765); CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF,
neither reflected nor inverted, sent low byte first.
"""

from hipwire import errors

MAX_MESSAGE = 250  # with its CRC it stays one block of 254 bytes at most
MAX_ENCODED = MAX_MESSAGE + 2 + 1  # CRC and code byte, without the delimiters
DELIMITER = 0


def _table() -> bytes:
    """High and low bytes of the CRC of each nibble: 32 bytes of table, two look-ups a byte."""
    out = bytearray(32)
    for k in range(16):
        crc = k << 12
        for _ in range(4):
            crc = (crc << 1 ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1 & 0xFFFF
        out[2 * k] = crc >> 8
        out[2 * k + 1] = crc & 0xFF
    return bytes(out)


_NIBBLES = _table()


def crc16(data: bytes | bytearray | memoryview, length: int, crc: int = 0xFFFF) -> int:
    """Checksum of data[:length]; allocates nothing."""
    table = _NIBBLES
    for k in range(length):
        crc ^= data[k] << 8
        at = crc >> 11 & 0x1E
        crc = (crc << 4 & 0xFFFF) ^ (table[at] << 8 | table[at + 1])
        at = crc >> 11 & 0x1E
        crc = (crc << 4 & 0xFFFF) ^ (table[at] << 8 | table[at + 1])
    return crc


def encode_into(target: bytearray, source: bytes | bytearray | memoryview, length: int) -> int:
    """Write delimiter, stuffed source[:length] with its CRC, delimiter; give the bytes written. Allocates nothing.

    `target` needs length + 5 bytes; the message is at most MAX_MESSAGE long.
    """
    crc = crc16(source, length)
    target[0] = DELIMITER
    code_at, code, at = 1, 1, 2
    for k in range(length + 2):
        byte = source[k] if k < length else crc & 0xFF if k == length else crc >> 8
        if byte:
            target[at] = byte
            at += 1
            code += 1
        else:
            target[code_at] = code
            code_at, code = at, 1
            at += 1
    target[code_at] = code
    target[at] = DELIMITER
    return at + 1


def encode(message: bytes) -> bytes:
    """Make the bytes of one message on the stream, delimiters included."""
    if not 1 <= len(message) <= MAX_MESSAGE:
        raise errors.WireError(errors.LENGTH, "%d bytes" % len(message))
    target = bytearray(len(message) + 5)
    return bytes(target[: encode_into(target, message, len(message))])


def decode_in_place(buffer: bytearray, length: int) -> int:
    """Turn the stuffed bytes buffer[:length], without delimiters, into the message; give its length.

    Raises WireError for broken stuffing or a wrong CRC. The message lies at the front of the same buffer.
    """
    if length > MAX_ENCODED:
        raise errors.WireError(errors.LENGTH, "%d bytes" % length)
    read, write = 0, 0
    while read < length:
        code = buffer[read]
        read += 1
        if code == 0 or read + code - 1 > length:
            raise errors.WireError(errors.COBS)
        for _ in range(code - 1):
            if buffer[read] == 0:
                raise errors.WireError(errors.COBS)
            buffer[write] = buffer[read]
            write += 1
            read += 1
        if read < length:
            buffer[write] = 0
            write += 1
    if write < 3:
        raise errors.WireError(errors.SHORT, "%d bytes" % write)
    if crc16(buffer, write - 2) != buffer[write - 2] | buffer[write - 1] << 8:
        raise errors.WireError(errors.CRC)
    return write - 2


def decode(stuffed: bytes) -> bytes:
    """Give the message in the bytes between two delimiters."""
    buffer = bytearray(stuffed)
    length = decode_in_place(buffer, len(buffer))
    return bytes(buffer[:length])
