"""MPU6886: big-endian, 200 Hz, and a FIFO of 1 kB that holds 0.36 s, temperature included."""

import time

from micropython import const

from hipclip.drivers import bus

# MPU-6886 data sheet, table "Register map". From memory, as its relatives MPU-6050 and ICM-20602 have them, tried on no
# chip: the overflow bit of INT_STATUS, the codes of both low-pass filters, the order within the FIFO.
_SMPLRT_DIV = const(0x19)
_CONFIG = const(0x1A)
_GYRO_CONFIG = const(0x1B)
_ACCEL_CONFIG = const(0x1C)
_ACCEL_CONFIG2 = const(0x1D)
_FIFO_EN = const(0x23)
_INT_STATUS = const(0x3A)
_TEMP_OUT_H = const(0x41)
_FIFO_WM_TH1 = const(0x60)
_FIFO_WM_TH2 = const(0x61)
_USER_CTRL = const(0x6A)
_PWR_MGMT_1 = const(0x6B)
_FIFO_COUNTH = const(0x72)
_FIFO_R_W = const(0x74)
_WHO_AM_I = const(0x75)

_DEVICE_RESET = const(0x80)
_AUTO_CLOCK = const(0x01)
_DIVIDE_BY_5 = const(4)  # 1 kHz / (1 + 4)
_GYRO_92_HZ = const(2)  # low-pass below half the rate; FIFO_MODE 0: new samples push out the old
_ACCEL_99_HZ = const(2)
_2000_DPS = const(0x18)
_16_G = const(0x18)
_BOTH_SENSORS = const(0x18)
_FIFO_RESET = const(0x04)
_FIFO_ON = const(0x40)
_FIFO_OVERFLOW = const(0x10)  # in INT_STATUS, cleared by reading
_PACKET = const(14)  # accelerometer, temperature, gyroscope
_WATERMARK_BYTES = const(19 * 14)  # a full raw frame


class Mpu6886(bus.Chip):
    """Empties the FIFO after an overrun: 1024 is no multiple of 14, so what is left has lost its beginning."""

    NAME = "MPU6886"
    RATE_MHZ = 200000
    ACC_RANGE_G = 16
    GYR_RANGE_DPS = 2000
    ACC_NG_PER_LSB = 488281  # 1 / 2048 g, data sheet table "Accelerometer specifications"
    GYR_NDPS_PER_LSB = 61035156  # 2000 / 32768 deg/s; the table "Gyroscope specifications" rounds it to 1 / 16.4
    FIFO_SAMPLES = 73

    def __init__(self, i2c, address=None):
        self._fifo = bytearray(_PACKET * bus.BURST_SAMPLES)
        self._bursts = bus.views(self._fifo, bus.BURST_SAMPLES + 1, _PACKET)
        self._odd = False
        super().__init__(i2c, address, (0x68, 0x69), _WHO_AM_I, 0x19)
        self.rate_mhz = self.RATE_MHZ
        self._reset(_PWR_MGMT_1, _DEVICE_RESET)

    def start(self):
        """Reset, set rates and ranges, let both sensors settle, then fill the FIFO from empty."""
        self._reset(_PWR_MGMT_1, _DEVICE_RESET)
        self._write(_PWR_MGMT_1, _AUTO_CLOCK)
        self._write(_SMPLRT_DIV, _DIVIDE_BY_5)
        self._write(_CONFIG, _GYRO_92_HZ)
        self._write(_GYRO_CONFIG, _2000_DPS)
        self._write(_ACCEL_CONFIG, _16_G)
        self._write(_ACCEL_CONFIG2, _ACCEL_99_HZ)
        self._write(_FIFO_WM_TH1, _WATERMARK_BYTES >> 8)
        self._write(_FIFO_WM_TH2, _WATERMARK_BYTES & 0xFF)
        self._write(_FIFO_EN, _BOTH_SENSORS)
        time.sleep_ms(bus.START_UP_MS)
        self._empty()
        self.overran = False

    def _empty(self):
        self._odd = False
        self._write(_USER_CTRL, _FIFO_RESET)
        self._write(_USER_CTRL, _FIFO_ON)

    def poll(self):
        """Give the whole samples that wait; `overran` tells whether some were lost since the last call."""
        self.overran = self._read(_INT_STATUS) & _FIFO_OVERFLOW != 0
        self._read_into(_FIFO_COUNTH, self._pair)
        count = self._pair[0] << 8 | self._pair[1]
        odd = count % _PACKET != 0
        if self.overran or (odd and self._odd):  # once may be a packet half written, twice has lost step
            self.torn += not self.overran
            self.overran = True
            self._empty()
            return 0
        self._odd = odd
        return count // _PACKET

    def read_into(self, buffer, offset, n):
        """Read n samples into buffer from offset on; give how many were whole: all."""
        left = n
        while left > 0:
            some = left if left < bus.BURST_SAMPLES else bus.BURST_SAMPLES
            self._read_into(_FIFO_R_W, self._bursts[some])
            self._swap(buffer, offset, some)
            offset += bus.SAMPLE_BYTES * some
            left -= some
        return n

    def _swap(self, buffer, at, n):
        """Turn packets into samples: bytes of each count swapped, temperature left out."""
        fifo = self._fifo
        for k in range(0, _PACKET * n, _PACKET):
            for j in range(k, k + 6, 2):
                buffer[at] = fifo[j + 1]
                buffer[at + 1] = fifo[j]
                buffer[at + 6] = fifo[j + 9]
                buffer[at + 7] = fifo[j + 8]
                at += 2
            at += 6

    def temperature_cdeg(self):
        """Give the chip's temperature in 0.01 degrees Celsius: 326.8 counts a degree, 0 at 25."""
        self._read_into(_TEMP_OUT_H, self._pair)
        raw = self._pair[0] << 8 | self._pair[1]
        return 2500 + (raw - 65536 if raw > 32767 else raw) * 1000 // 3268
