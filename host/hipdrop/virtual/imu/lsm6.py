"""What both LSM6 chips have in common: control registers, reset, temperature, ranges and rates."""

from __future__ import annotations

from hipdrop.virtual.imu.base import ImuModel

WHO_AM_I, CTRL1_XL, CTRL2_G, CTRL3_C = 0x0F, 0x10, 0x11, 0x12
WAKE_UP_SRC, WAKE_UP_THS, MD1_CFG = 0x1B, 0x5B, 0x5E
INTERRUPTS = 0x58  # TAP_CFG2 of the LSM6DSOX, TAP_CFG of the LSM6DS3TR-C: the same bit of both
OUT_TEMP = 0x20
CONTINUOUS = 6  # FIFO mode
ADDRESS_STEPS = 0x04  # IF_INC: a burst goes on with the next register

# data sheet, "mechanical characteristics": g and deg/s of one count, by the code of the full scale
ACC_G = {0: 0.061e-3, 1: 0.488e-3, 2: 0.122e-3, 3: 0.244e-3}
GYR_DPS = {0: 8.75e-3, 1: 17.5e-3, 2: 35e-3, 3: 70e-3}
RANGE_G = {0: 2.0, 1: 16.0, 2: 4.0, 3: 8.0}
RATE_HZ = {1: 12.5, 2: 26.0, 3: 52.0, 4: 104.0, 5: 208.0, 6: 416.0, 7: 833.0}


class Lsm6Model(ImuModel):
    """Registers after the maker's data sheets, as far as a FIFO stream needs them."""

    ADDRESS = 0x6A
    IDENTITY: int
    READ_ONLY: frozenset[int]

    def _power_up(self) -> None:
        self._registers[:] = bytes(256)
        self._registers[WHO_AM_I] = self.IDENTITY
        self._registers[CTRL3_C] = ADDRESS_STEPS
        self._overrun = False

    def _written(self, register: int, value: int, now_us: int) -> None:
        if register in self.READ_ONLY or now_us < self._reset_until_us:  # or busy with its reset
            return
        self._registers[register] = value
        if register == CTRL3_C and value & 1:
            self._power_up()
            self._reset_until_us = now_us + self.RESET_US
        if register == MD1_CFG:
            self._looked_us = now_us
        self._configure(now_us)

    def _scales(self) -> tuple[float, float]:
        """Give g and deg/s of one count, from the codes of the full scales."""
        acc, gyr = self._registers[CTRL1_XL], self._registers[CTRL2_G]
        return ACC_G[acc >> 2 & 3], 4.375e-3 if gyr & 2 else GYR_DPS[gyr >> 2 & 3]

    def _watch(self) -> tuple[float, float] | None:
        """Wake-up by the slope filter, which gives half the difference of two samples; routed to INT1."""
        r = self._registers
        rate_hz = RATE_HZ.get(r[CTRL1_XL] >> 4, 0.0)
        if not (rate_hz and r[INTERRUPTS] & 0x80 and r[MD1_CFG] & 0x20):
            return None
        return rate_hz, 2.0 * (r[WAKE_UP_THS] & 0x3F) * RANGE_G[r[CTRL1_XL] >> 2 & 3] / 64.0

    def _quick_enough(self, code: int) -> bool:
        """Whether both sensors sample at least as fast as the FIFO wants."""
        return self._registers[CTRL1_XL] >> 4 >= code and self._registers[CTRL2_G] >> 4 >= code

    def _common(self, register: int, now_us: int) -> int:
        """Give a register that both chips have."""
        if register == CTRL3_C:
            return self._registers[CTRL3_C] | (now_us < self._reset_until_us)
        if OUT_TEMP <= register < OUT_TEMP + 2:
            return round((self.temperature_c - 25.0) * 256.0) >> 8 * (register - OUT_TEMP) & 0xFF
        if register == WAKE_UP_SRC:
            return self._moved(now_us) << 3
        return self._registers[register]
