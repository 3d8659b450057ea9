"""Three sensors on a bus, small and without allocation: so much of their FIFOs as the drivers use.

Sample k holds the counts `count(k, axis)`, so that each one names itself. The registers are those of the data sheets;
the full models with ranges and reset behaviour are the host's (`hipdrop.virtual.imu`).
"""

import time

READ_US = 200  # of a transaction on the bus, beside its bytes
BYTE_US = 23  # nine bits at 400 kHz


def count(k, axis):
    """Count of sample k: acceleration x y z, rate x y z."""
    return (k * 11 + axis * 4001) % 60000 - 30000


class Fifo:
    """A chip at `address` whose FIFO fills with time."""

    IDENTITY_AT = 0x0F
    PACKET = 0
    PACKETS = 0

    def __init__(self, address, identity, rate_mhz):
        self.address = address
        self.rate_mhz = rate_mhz
        self.registers = bytearray(256)
        self.registers[self.IDENTITY_AT] = identity
        self.fail = 0  # transactions to refuse
        self.origin_us = None  # when the FIFO was switched on
        self.head = 0  # bytes taken off it so far
        self.overrun = False
        self.lost = 0
        self.saturate_at = -1  # a sample whose x acceleration is at its end
        self.dead = False  # answers, gives nothing
        self.skip_at = -1  # byte of the stream from which skip_bytes are missing
        self.skip_bytes = 0
        self.resets = 0
        self.phase_us = 0  # by which the oscillator comes sooner after a reset

    def produced(self):
        """Packets since the FIFO was switched on."""
        return (time.now_us - self.origin_us) * self.rate_mhz // 1000000000

    def waiting(self):
        """Bytes in the FIFO, after throwing out what does not fit."""
        if self.origin_us is None or self.dead:
            return 0
        waiting = self.produced() * self.PACKET - self.head
        over = waiting - self.PACKETS * self.PACKET
        if over > 0:
            self.lost += over // self.PACKET
            self.head += over
            self.overrun = True
            return waiting - over
        return waiting

    def switch_on(self):
        """Fill from empty, from sample 0 at the first time."""
        if self.origin_us is None:
            self.origin_us = time.now_us
        elif self.dead:
            self.origin_us -= self.phase_us
        self.dead = False
        self.head = self.produced() * self.PACKET

    def value(self, k, axis):
        """Count of a sample as the FIFO holds it, as an unsigned word."""
        return 0x7FFF if k == self.saturate_at and axis == 0 else count(k, axis) & 0xFFFF

    def _transaction(self, address, n):
        time.sleep_us(READ_US + BYTE_US * n)
        if address != self.address or self.fail:
            self.fail -= self.fail > 0
            raise OSError(19)

    def readfrom_mem_into(self, address, register, buffer):
        """As machine.I2C."""
        n = len(buffer)
        self._transaction(address, 0)
        if register == self.DATA:
            self.waiting()
            for k in range(n):
                if self.head == self.skip_at:
                    self.head += self.skip_bytes
                buffer[k] = self.byte(self.head // self.PACKET, self.head % self.PACKET)
                self.head += 1
        else:
            self.refresh()
            for k in range(n):
                buffer[k] = self.registers[register + k]
        time.sleep_us(BYTE_US * n)

    def writeto_mem(self, address, register, data):
        """As machine.I2C."""
        self._transaction(address, len(data))
        self.registers[register] = data[0]
        self.written(register, data[0])


class Sox(Fifo):
    """LSM6DSOX: `swapped` puts the accelerometer first."""

    PACKET = 14
    PACKETS = 256
    DATA = 0x78

    def __init__(self, rate_mhz=208000, swapped=False, address=0x6A, identity=0x6C):
        super().__init__(address, identity, rate_mhz)
        self.swapped = swapped
        self.spoilt = -1  # a packet whose first tag is another sensor's

    def refresh(self):
        words = self.waiting() // 7
        self.registers[0x3A] = words & 0xFF
        self.registers[0x3B] = words >> 8 | self.overrun << 6 | self.overrun << 3
        self.overrun = False

    def byte(self, k, at):
        second = at >= 7
        sensor = 2 if second != self.swapped else 1
        if at % 7 == 0:
            return 4 << 3 if k == self.spoilt and not second else sensor << 3 | (k & 3) << 1
        axis = (at % 7 - 1) // 2 + (3 if sensor == 1 else 0)
        return self.value(k, axis) >> 8 * ((at % 7 - 1) % 2) & 0xFF

    def written(self, register, value):
        if register == 0x12 and value & 1:
            self.registers[0x12] = 0x04
            self.resets += 1
            self.dead = True
        elif register == 0x0A and value == 6:
            self.switch_on()


class Trc(Fifo):
    """LSM6DS3TR-C: throws out words, not samples, if `torn_words` says so."""

    PACKET = 12
    PACKETS = 341
    DATA = 0x3E

    def __init__(self, rate_mhz=208000, torn_words=0):
        super().__init__(0x6A, 0x6A, rate_mhz)
        self.torn_words = torn_words

    def refresh(self):
        waiting = self.waiting()
        if self.overrun:
            self.head += 2 * self.torn_words
            waiting -= 2 * self.torn_words
        self.registers[0x3A] = waiting // 2 & 0xFF
        self.registers[0x3B] = waiting // 2 >> 8 | self.overrun << 6
        self.registers[0x3C] = self.head % 12 // 2
        self.overrun = False

    def byte(self, k, at):
        return self.value(k, (at // 2 + 3) % 6) >> 8 * (at % 2) & 0xFF

    def written(self, register, value):
        if register == 0x12 and value & 1:
            self.registers[0x12] = 0x04
            self.resets += 1
            self.dead = True
        elif register == 0x0A and value == 0x2E:
            self.switch_on()


class Mpu(Fifo):
    """MPU6886: 73 packets and two bytes."""

    IDENTITY_AT = 0x75
    PACKET = 14
    PACKETS = 73
    DATA = 0x74

    def __init__(self, rate_mhz=200000):
        super().__init__(0x68, 0x19, rate_mhz)

    def refresh(self):
        waiting = self.waiting() + (2 if self.overrun else 0)
        self.registers[0x3A] = self.overrun << 4
        self.registers[0x72] = waiting >> 8
        self.registers[0x73] = waiting & 0xFF

    def byte(self, k, at):
        word = at // 2
        value = 1634 if word == 3 else self.value(k, word if word < 3 else word - 1)  # 30 degrees Celsius
        return value & 0xFF if at % 2 else value >> 8

    def written(self, register, value):
        if register == 0x6B and value & 0x80:
            self.registers[0x6B] = 0x41
            self.resets += 1
            self.dead = True
        elif register == 0x6A and value == 0x04:
            self.overrun = False
            self.registers[0x3A] = 0
        elif register == 0x6A and value == 0x40:
            self.switch_on()
