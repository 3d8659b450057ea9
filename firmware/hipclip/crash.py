"""What is written down when the firmware fails, so that the next boot can tell, and give up after three in a row.

The file's first line counts: `new 2` is a second crash in a row, not yet told; `told 2` was told at the boot after it.
"""

import io
import os
import sys
import time

from micropython import const

FILE = "crash.txt"
_LONGEST = const(1500)  # characters of traceback that are kept: the last ones, where the error is
_SOON_MS = const(20000)  # three crashes that each come within this make a minute
MOST = 3
BOOT_MS = time.ticks_ms()


def record(error, cause, path=FILE):
    """Write down the error and the cause of the last reset; never raises."""
    try:
        uptime_ms = time.ticks_diff(time.ticks_ms(), BOOT_MS)
        row = _read(path)[1] + 1 if uptime_ms < _SOON_MS else 1
        text = io.StringIO()
        sys.print_exception(error, text)
        head = "new %d\nafter %d ms, reset cause %d\n" % (row, uptime_ms, cause)
        _write(path, head + text.getvalue()[-_LONGEST:])
    except Exception:  # a full flash must not keep the clip from starting anew
        pass


def take(path=FILE):
    """Give how many crashes in a row there were up to the last boot, and the last one's error; 0 after a good boot.

    Three in a row are given twice: to the boot that ends in safe mode, then as one to the boot that tries again.
    """
    state, row, rest = _read(path)
    if state == "new":
        _mark(path, "new 0\n" + rest if row >= MOST else "told %d\n%s" % (row, rest))
        return max(1, row), rest.strip().split("\n")[-1]
    if row:
        _mark(path, "told 0\n" + rest)
    return 0, ""


def _mark(path, text):
    try:
        _write(path, text)
    except OSError:
        pass


def _read(path):
    """Give state, crashes in a row and the rest of the file; what cannot be read is no crash."""
    try:
        with open(path) as file:
            first, rest = (file.read(2 * _LONGEST) + "\n").split("\n", 1)
        state, row = first.split(" ")
        return state, int(row), rest
    except (OSError, ValueError):
        return "", 0, ""


def _write(path, text):
    with open(path + ".new", "w") as file:
        file.write(text)
    os.rename(path + ".new", path)
