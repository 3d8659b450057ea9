"""A file system for runs on the NOR flash of the virtual clip, which can fail or lose its power at a chosen moment."""

import os
import random

import flashdisk
import vfs

FOLDER = "/runs"
IMAGE = "flash.img"
EIO = 5


class PowerCut(BaseException):
    """The clip is off, in the middle of whatever it did."""


class Disk(flashdisk.FlashDisk):
    """`puts` counts pages programmed and sixteenths of blocks erased; `cut_at` and `fail_at` are such counts.

    From `fail_at` on every put fails: with an error code, as drivers in Python give it, or an OSError, as those in C.
    """

    def __init__(self, path=IMAGE, blocks=1536):
        super().__init__(path)
        self.blocks = blocks
        self.puts = self.erases = 0
        self.cut_at = self.fail_at = 0
        self.raises = False
        self.off = self.unreadable = False

    def ioctl(self, what, block):
        if what == 4:
            return self.blocks
        if what == 6:
            if self.off or self._fails():
                return 0 if self.off else -EIO
            self.erases += 1
        return super().ioctl(what, block)

    def readblocks(self, block, buffer, offset=0):
        if self.unreadable:
            return -EIO
        return super().readblocks(block, buffer, offset)

    def writeblocks(self, block, buffer, offset=0):
        if self.off or self._fails():  # files that nobody has closed are closed by the garbage collector
            return 0 if self.off else -EIO
        return super().writeblocks(block, buffer, offset)

    def _fails(self):
        if self.fail_at and self.puts >= self.fail_at:
            if self.raises:
                raise OSError(EIO)
            return True
        return False

    def _put(self, at, data, us):
        self.puts += 1
        if self.puts == self.cut_at:
            self.off = True
            self._tear(at, data)
            raise PowerCut
        super()._put(at, data, us)

    def _tear(self, at, data):
        """Leave the page as a cut does: done up to some byte, which has some of its bits."""
        done = random.randrange(len(data))
        self._file.seek(at)
        self._file.write(data[:done])
        self._file.write(bytes([data[done] | random.getrandbits(8)]))


def fresh(blocks=1536, path=IMAGE):
    """Mount a new, empty file system; give its disk."""
    open(path, "wb").close()
    vfs.VfsLfs2.mkfs(Disk(path, blocks))
    return again(blocks, path)


def again(blocks=1536, path=IMAGE, erase_us=45000):
    """Mount what is on the flash, as the next boot does; give its disk."""
    try:
        vfs.umount(FOLDER)
    except OSError:
        pass
    disk = Disk(path, blocks)
    vfs.mount(vfs.VfsLfs2(disk), FOLDER)
    disk.erase_us = erase_us
    return disk


def copy(source, target):
    """Copy a file; give its size."""
    buffer = bytearray(4096)
    size = 0
    with open(source, "rb") as file, open(target, "wb") as out:
        while True:
            n = file.readinto(buffer)
            if not n:
                return size
            out.write(memoryview(buffer)[:n])
            size += n


def clear():
    """Remove all files of the mounted file system."""
    for name in os.listdir(FOLDER):
        os.remove(FOLDER + "/" + name)
