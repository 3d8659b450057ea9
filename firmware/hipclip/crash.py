"""What is written down when the firmware fails, so that the next boot can tell, and give up after three in a row.

The file's first line counts: `new 2` is a second crash in a row, not yet told; `told 2` was told at the boot after it.
The second line is the error, then comes where it came from. Memory may be what was missing, so little of it is used.
"""

import gc
import io
import os
import sys
import time

from micropython import const

FILE = "crash.txt"
MOST = 3
BOOT_MS = time.ticks_ms()
_SOON_MS = const(20000)  # three crashes that each come within this make a minute
_LONGEST_LINE = const(160)
_LONGEST_TRACE = const(1200)  # bytes: some 25 calls


class _Bounded(io.IOBase):
    """Writes the first bytes to a file, and lets the others go."""

    def __init__(self, file):
        self._file = file
        self._room = _LONGEST_TRACE

    def write(self, data):
        self._file.write(data[: self._room])
        self._room -= min(self._room, len(data))
        return len(data)


def record(error, cause, path=FILE):
    """Write down the error and the cause of the last reset; never raises."""
    try:
        gc.collect()
        uptime_ms = time.ticks_diff(time.ticks_ms(), BOOT_MS)
        row = _read(path)[1] + 1 if uptime_ms < _SOON_MS else 1
        with open(path + ".new", "wb") as file:
            file.write(_first_line("new", row))
            text = ("%s: %s" % (type(error).__name__, error)).replace("\n", " ")
            file.write(text[:_LONGEST_LINE].encode())
            file.write(b"\nafter %d ms, reset cause %d\n" % (uptime_ms, cause))
            sys.print_exception(error, _Bounded(file))
        os.rename(path + ".new", path)
    except Exception:  # a full flash must not keep the clip from starting anew
        pass


def take(path=FILE):
    """Give how many crashes in a row there were up to the last boot, and the last one's error; 0 after a good boot.

    Three in a row are given twice: to the boot that ends in safe mode, then as one to the boot that tries again.
    """
    state, row, error = _read(path)
    if state == "new":
        _mark(path, *(("new", 0) if row >= MOST else ("told", row)))
        return max(1, row), error
    if row:
        _mark(path, "told", 0)
    return 0, ""


def _first_line(state, row):
    """Always as long, so that it can be written over."""
    return b"%-4s %d\n" % (state, min(row, 9))


def _mark(path, state, row):
    try:
        with open(path, "r+b") as file:
            file.write(_first_line(state, row))
    except OSError:
        pass


def _read(path):
    """Give state, crashes in a row and the error; what cannot be read is no crash."""
    try:
        with open(path, "rb") as file:
            state, row = file.readline(8).split()
            return str(state, "utf-8"), int(row), str(file.readline(2 * _LONGEST_LINE), "utf-8").strip()
    except (OSError, ValueError):
        return "", 0, ""
