"""Stand-in for `os`: the flash's size instead of the computer's disk, and random numbers that a test can repeat."""

import _rpc
import uos as builtin

_BLOCK_BYTES = 4096


def __getattr__(name):
    return getattr(builtin, name)


def urandom(n):
    """Give n random bytes."""
    return bytes(_rpc.call(_rpc.RANDOM, n)[1])


def statvfs(path):
    """Give the sizes of the flash, in blocks of 4096 bytes."""
    if path == "/runs":
        return builtin.statvfs(path)
    reply = _rpc.call(_rpc.STORAGE)[1]
    blocks = int.from_bytes(reply[:4], "little")
    free = int.from_bytes(reply[4:8], "little")
    return _BLOCK_BYTES, _BLOCK_BYTES, blocks, free, free, 0, 0, 0, 0, 255
