"""What only MicroPython can show: nothing is allocated while frames are packed; damaged messages there too."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

LOCKED = """
import micropython
from hipwire import cobs, frames, ids
frame, stuffed = bytearray(240), bytearray(250)
def pack():
    frames.pack_header_into(frame, ids.RAW, ids.GAP, 65535, 1 << 29, (1 << 30) - 1)
    for k in range(19):
        frames.pack_raw_into(frame, k, 40000, -40000, 1, -1, 0, 32767)
    length = cobs.encode_into(stuffed, frame, 240)
    frames.pack_header_into(frame, ids.TILT, 0, 1, 2, 3)
    for k in range(10):
        frames.pack_tilt_into(frame, k, 40000, -40000, 1, -1, 0)
    return length
pack()
micropython.heap_lock()
try:
    length = pack()
finally:
    micropython.heap_unlock()
print(length)
"""

FUZZ = """
import sys
sys.path.append(TESTS)
import random
from hipwire import cobs, commands, decoding
from hipwire.errors import WireError
from wire_messages import raw, status, info
random.seed(5)
good = [raw(19), status(), info(), commands.pack_command(3, 9, b"abcd")]
refused = 0
for turn in range(20000):
    data = bytearray(good[turn % 4])
    for _ in range(random.randint(1, 4)):
        data[random.randrange(len(data))] = random.getrandbits(8)
    data = bytes(data[: random.randint(0, len(data))])
    for decode in (decoding.samples, decoding.status, decoding.log, decoding.info,
                   decoding.command, decoding.answer, cobs.decode):
        try:
            decode(data)
        except WireError:
            refused += 1
print(refused)
"""


def test_packing_allocates_nothing(micropython: Callable[..., str]) -> None:
    assert micropython(LOCKED).split() == ["245"]


def test_a_locked_heap_would_show(micropython: Callable[..., str]) -> None:
    """The proof above can fail: the same with one allocation."""
    with pytest.raises(AssertionError, match="MemoryError"):
        micropython(LOCKED.replace("return length", "return [length]"))


def test_damaged_messages_raise_nothing_else_under_micropython(micropython: Callable[..., str], tmp_path: Path) -> None:
    tests = Path(__file__).parents[1]
    source = (tests / "wire_messages.py").read_text().replace("from __future__ import annotations", "")
    (tmp_path / "wire_messages.py").write_text(source)
    assert int(micropython(FUZZ.replace("TESTS", repr(str(tmp_path))))) > 100_000


def test_hipwire_keeps_to_what_both_interpreters_have(repository: Path) -> None:
    """Only `struct`, `binascii`, its own modules; no keyword arguments in hot calls of struct, no library's classes."""
    for file in (repository / "firmware" / "hipwire").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] in ("hipwire", "micropython"), (
                    f"{file.name} imports {node.module}"
                )
            if isinstance(node, ast.Import):
                assert {name.name for name in node.names} <= {"struct", "binascii"}, f"{file.name} imports more"
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "struct":
                assert node.attr in ("pack", "pack_into", "unpack_from", "calcsize"), f"{file.name}: struct.{node.attr}"
