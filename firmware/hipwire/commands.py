"""Commands of the host and the clip's answers: both begin with four bytes that name command and request."""

import struct

from hipwire import frames, ids

COMMAND_SIZE = 4
ANSWER_SIZE = 5
MAX_SIZE = 240  # of a command or an answer, so that both fit an MTU of 247


def pack_command(code: int, request: int, payload: bytes = b"") -> bytes:
    """Make a command with its request number."""
    return struct.pack("<BBH", frames.first_byte(ids.COMMAND), code, request & 0xFFFF) + payload


def pack_answer(code: int, request: int, result: int, payload: bytes = b"") -> bytes:
    """Make the answer to a command."""
    return struct.pack("<BBHB", frames.first_byte(ids.ANSWER), code, request & 0xFFFF, result) + payload
