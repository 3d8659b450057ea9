"""The part of the virtual flash that runs are kept on: a real littlefs2 on a NOR flash played by the file runs.img.

As on a chip, programming only clears bits, erasing sets those of a block, both take their time, and nothing else runs
meanwhile. Half of a page or block is done before that time and half behind it: a power cut between leaves it torn.
"""

import os
import time

import vfs
from micropython import const

FOLDER = "/runs"
_IMAGE = "runs.img"
_BLOCKS = const(1536)  # 6 MB: what the stock layout of ESP32 leaves of 8 MB
_BLOCK_BYTES = const(4096)
_BLOCK_COUNT = const(4)  # what littlefs asks for
_BLOCK_SIZE = const(5)
_ERASE = const(6)
_ERASE_US = const(45000)  # W25Q64 and its like, typical; 400 ms at most
_PAGE_US = const(700)  # of 256 bytes, typical
_WAIT_US = const(600)  # times are put together until they come to this: the channel to the computer takes its own


class FlashDisk:
    """A block device for littlefs."""

    def __init__(self, path):
        self._file = open(path, "r+b")
        self._page = memoryview(bytearray(256))
        self._owed_us = 0
        self.erase_us = 0

    def readblocks(self, block, buffer, offset=0):
        """Read; what was never written is erased."""
        self._file.seek(_BLOCK_BYTES * block + offset)
        for k in range(self._file.readinto(buffer), len(buffer)):
            buffer[k] = 0xFF

    def writeblocks(self, block, buffer, offset=0):
        """Program: clear the bits that are 0 in the buffer."""
        at, end = _BLOCK_BYTES * block + offset, len(buffer)
        for begin in range(0, end, 256):
            page = self._page[: min(256, end - begin)]
            self.readblocks(0, page, at + begin)
            for k in range(len(page)):
                page[k] &= buffer[begin + k]
            self._put(at + begin, page, _PAGE_US * len(page) >> 8)

    def ioctl(self, what, block):
        """Tell the size, or erase a block."""
        if what == _BLOCK_COUNT:
            return _BLOCKS
        if what == _BLOCK_SIZE:
            return _BLOCK_BYTES
        if what == _ERASE:
            for k in range(256):
                self._page[k] = 0xFF
            for k in range(0, _BLOCK_BYTES, 256):
                self._put(_BLOCK_BYTES * block + k, self._page, self.erase_us if k == _BLOCK_BYTES // 2 else 0)
        return 0

    def _put(self, at, data, us):
        half = len(data) // 2
        self._file.seek(at)
        self._file.write(data[:half])
        if self.erase_us:
            self._owed_us += us
        if self._owed_us >= _WAIT_US:
            time.stall(self._owed_us)
            self._owed_us = 0
        self._file.write(data[half:])


def mount():
    """Put the file system in its place, made anew where there is none; its making takes no time of the clip."""
    import _rpc  # not above: the rest runs without a computer that plays the board too

    try:
        os.stat(_IMAGE)
    except OSError:
        open(_IMAGE + ".new", "wb").close()
        vfs.VfsLfs2.mkfs(FlashDisk(_IMAGE + ".new"))
        os.rename(_IMAGE + ".new", _IMAGE)
    disk = FlashDisk(_IMAGE)
    vfs.mount(vfs.VfsLfs2(disk), FOLDER)
    disk.erase_us = _ERASE_US
    _rpc.handlers[_rpc.SLOW_ERASE] = lambda _number, payload: _slow_down(disk, payload)


def _slow_down(disk, payload):
    disk.erase_us = int.from_bytes(payload, "little")
