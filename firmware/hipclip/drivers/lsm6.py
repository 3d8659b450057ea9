"""What LSM6DSOX and LSM6DS3TR-C have in common: control registers, ranges, temperature; FIFOs are their own."""

import time

from micropython import const

from hipclip.drivers import bus

# LSM6DSOX data sheet DS12814, table "Registers address map"; the LSM6DS3TR-C (DS12140) has these at the same places
_WHO_AM_I = const(0x0F)
_CTRL1_XL = const(0x10)
_CTRL2_G = const(0x11)
_CTRL3_C = const(0x12)
_OUT_TEMP_L = const(0x20)

_XL_208_HZ_16_G = const(0x54)  # rate 0101, full scale 01: that is 16 g, not 8
_G_208_HZ_2000_DPS = const(0x5C)  # rate 0101, full scale 11
_SW_RESET = const(0x01)
_BDU_IF_INC = const(0x44)  # no sample torn between its bytes; bursts step through the registers


class Lsm6(bus.Chip):
    """Set to 208 Hz, 16 g, 2000 deg/s; scales from the table "Mechanical characteristics", not from range / 32768."""

    RATE_MHZ = 208000
    ACC_RANGE_G = 16
    GYR_RANGE_DPS = 2000
    ACC_NG_PER_LSB = 488000
    GYR_NDPS_PER_LSB = 70000000

    def __init__(self, i2c, address, identity):
        super().__init__(i2c, address, (0x6A, 0x6B), _WHO_AM_I, identity)
        self.rate_mhz = self.RATE_MHZ
        self._reset(_CTRL3_C, _SW_RESET)

    def start(self):
        """Reset, set rates and ranges, let both sensors settle, then fill the FIFO from empty."""
        self._reset(_CTRL3_C, _SW_RESET)
        self._write(_CTRL3_C, _BDU_IF_INC)
        self._write(_CTRL1_XL, _XL_208_HZ_16_G)
        self._write(_CTRL2_G, _G_208_HZ_2000_DPS)
        self._prepare_fifo()
        time.sleep_ms(bus.START_UP_MS)  # the FIFO is off: it begins with samples of both
        self._start_fifo()
        self.overran = False

    def temperature_cdeg(self):
        """Give the chip's temperature in 0.01 degrees Celsius: 256 counts a degree, 0 at 25."""
        self._read_into(_OUT_TEMP_L, self._pair)
        raw = self._pair[0] | self._pair[1] << 8
        return 2500 + (raw - 65536 if raw > 32767 else raw) * 100 // 256
