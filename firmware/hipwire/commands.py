"""Commands of the host and the clip's answers: both begin with four bytes that name command and request."""

import struct

from hipwire import errors, frames, ids

COMMAND_SIZE = 4
ANSWER_SIZE = 5
MAX_SIZE = 240  # of a command or an answer, so that both fit an MTU of 247


def pack_command(code: int, request: int, payload: bytes = b"") -> bytes:
    """Make a command with its request number."""
    return struct.pack("<BBH", frames.first_byte(ids.COMMAND), code, request & 0xFFFF) + payload


def decode_command(message: bytes) -> tuple[int, int, bytes]:
    """Give code, request number and payload of a command."""
    if frames.decode_kind(message) != ids.COMMAND:
        raise errors.WireError(errors.KIND, "%d is no command" % (message[0] & 0x0F))
    if not COMMAND_SIZE <= len(message) <= MAX_SIZE:
        raise errors.WireError(errors.LENGTH, "%d bytes" % len(message))
    _, code, request = struct.unpack_from("<BBH", message, 0)
    return code, request, bytes(message[COMMAND_SIZE:])


def pack_answer(code: int, request: int, result: int, payload: bytes = b"") -> bytes:
    """Make the answer to a command."""
    return struct.pack("<BBHB", frames.first_byte(ids.ANSWER), code, request & 0xFFFF, result) + payload


def decode_answer(message: bytes) -> tuple[int, int, int, bytes]:
    """Give code, request number, result and payload of an answer."""
    if frames.decode_kind(message) != ids.ANSWER:
        raise errors.WireError(errors.KIND, "%d is no answer" % (message[0] & 0x0F))
    if not ANSWER_SIZE <= len(message) <= MAX_SIZE:
        raise errors.WireError(errors.LENGTH, "%d bytes" % len(message))
    _, code, request, result = struct.unpack_from("<BBHB", message, 0)
    return code, request, result, bytes(message[ANSWER_SIZE:])
