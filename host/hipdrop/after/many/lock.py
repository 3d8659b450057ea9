"""One writer at a time: a lock that the system takes back when its holder ends, however it ends."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from hipdrop.errors import OutputError

_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


class Lock:
    """A lock on a file, which is made for it and stays.

    Where the file system knows no locks, there is none, and all else goes on.

    Raises
    ------
    OutputError
        Another program holds it.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(self._file)
        except OSError as error:
            if error.errno in _TAKEN:
                os.close(self._file)
                problem = "is being written by another hipdrop; wait for it, or name another folder with --out"
                raise OutputError(path.parent, problem) from error

    def release(self) -> None:
        """Give it back."""
        os.close(self._file)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
