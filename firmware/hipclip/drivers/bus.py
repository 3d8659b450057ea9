"""What the drivers share: a chip's registers on the I2C bus, its search, its identity, its reset."""

import errno
import time

SAMPLE_BYTES = 12  # ax ay az gx gy gz, int16, little-endian
BURST_SAMPLES = 10  # at most in one transaction, half a frame: 140 bytes, 3 ms at 400 kHz
START_UP_MS = 100  # until both sensors give valid samples: 80 ms for the slowest gyroscope here, from memory
_RESET_TRIES = 20
_RESET_STEP_MS = 5  # 100 ms in all, the longest that a data sheet here allows, from memory


class Chip:
    """One chip on the bus; reading and writing of registers allocate nothing."""

    NAME = "chip"

    def __init__(self, i2c, address, addresses, who_am_i, identity):
        self._i2c = i2c
        self._byte = bytearray(1)
        self._pair = bytearray(2)
        self.overran = False
        self.torn = 0  # words of the FIFO that belonged to no whole sample
        self.address = self._find(addresses if address is None else (address,), who_am_i, identity)

    def _find(self, addresses, register, identity):
        """Give the address at which this very chip answers; OSError names chip, address and what was there instead."""
        found = "no chip answers"
        for address in addresses:
            try:
                self._i2c.readfrom_mem_into(address, register, self._byte)
            except OSError:
                continue
            if self._byte[0] == identity:
                return address
            found = "identity 0x%02X instead of 0x%02X" % (self._byte[0], identity)
        places = " or ".join(["0x%02X" % address for address in addresses])
        raise OSError(errno.ENODEV, "%s at I2C address %s: %s" % (self.NAME, places, found))

    def _read(self, register):
        self._i2c.readfrom_mem_into(self.address, register, self._byte)
        return self._byte[0]

    def _read_into(self, register, view):
        self._i2c.readfrom_mem_into(self.address, register, view)

    def _write(self, register, value):
        self._byte[0] = value
        self._i2c.writeto_mem(self.address, register, self._byte)

    def _reset(self, register, bit):
        """Set the reset bit and wait until the chip has cleared it, but not for ever."""
        self._write(register, bit)
        for _ in range(_RESET_TRIES):
            time.sleep_ms(_RESET_STEP_MS)
            if not self._read(register) & bit:
                return
        raise OSError(errno.ETIMEDOUT, "%s at I2C address 0x%02X: does not end its reset" % (self.NAME, self.address))


def views(buffer, count, size, begin=0, width=None):
    """Slices made once: item k is `width` bytes from begin + k * size; without a width, the first k * size bytes."""
    whole = memoryview(buffer)
    if width is None:
        return [whole[: k * size] for k in range(count)]
    return [whole[begin + k * size : begin + k * size + width] for k in range(count)]
