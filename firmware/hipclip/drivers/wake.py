"""The sensors as watchmen: accelerometer alone, slow, and a pin that goes high when it feels motion.

Loaded on the way to sleep alone. Register places agree with ST's headers lsm6dsox_reg.h and lsm6ds3tr-c_reg.h and with
those of the MPU6886's relative ICM-20602. From memory, tried on no chip: that the LSM6's slope filter gives half the
difference of two samples, the steps of the thresholds, and all bits of the MPU6886.
"""

import time

from micropython import const

_SETTLE_MS = const(100)
# of the LSM6
_CTRL3_C = const(0x12)
_WAKE_UP_SRC = const(0x1B)
_WAKE_UP_THS = const(0x5B)
_WU_IA = const(0x08)  # in WAKE_UP_SRC, latched until it is read
_LSM6_STEP_MG = const(31)  # 2 g / 64
_LSM6 = (
    b"\x12\x44"  # CTRL3_C: as in a stream
    b"\x15\x10"  # CTRL6_C: low power
    b"\x10\x20"  # CTRL1_XL: 26 Hz, 2 g; the gyroscope stays off
    b"\x5c\x00"  # WAKE_UP_DUR: one sample suffices
    b"\x5e\x20"  # MD1_CFG: wake-up to INT1
)
_LSM6DSOX = b"\x56\x01\x58\x80"  # TAP_CFG0: latched; TAP_CFG2: interrupts on
_LSM6DS3TRC = b"\x58\x81"  # TAP_CFG: both
# of the MPU6886
_INT_STATUS = const(0x3A)
_PWR_MGMT_1 = const(0x6B)
_WOM = const(0xE0)  # in INT_STATUS, latched until it is read
_WOM_X_THR = const(0x20)
_MPU_STEP_MG = const(4)
_MPU6886 = (
    b"\x6b\x01"  # PWR_MGMT_1: awake
    b"\x6c\x07"  # PWR_MGMT_2: no gyroscope
    b"\x1c\x00"  # ACCEL_CONFIG: 2 g
    b"\x1d\x01"  # ACCEL_CONFIG2: 218 Hz
    b"\x69\xc0"  # ACCEL_INTEL_CTRL: on, against the sample before
    b"\x37\x20"  # INT_PIN_CFG: high, latched
    b"\x38\xe0"  # INT_ENABLE: all three axes
    b"\x19\x31"  # SMPLRT_DIV: 20 Hz
    b"\x6b\x21"  # PWR_MGMT_1: cycle between sleep and sample
)


def arm(imu, wake_mg):
    """Have it watch for a change of acceleration by wake_mg from sample to sample; OSError if it does not answer."""
    if imu.NAME == "MPU6886":
        imu._reset(_PWR_MGMT_1, 0x80)
        step = min(255, wake_mg // _MPU_STEP_MG)
        _write(imu, bytes([_WOM_X_THR, step, _WOM_X_THR + 1, step, _WOM_X_THR + 2, step]) + _MPU6886)
    else:
        imu._reset(_CTRL3_C, 0x01)
        own = _LSM6DSOX if imu.NAME == "LSM6DSOX" else _LSM6DS3TRC
        _write(imu, bytes([_WAKE_UP_THS, max(1, min(63, wake_mg // (2 * _LSM6_STEP_MG)))]) + own + _LSM6)
    time.sleep_ms(_SETTLE_MS)
    moved(imu)  # what switching on looked like


def moved(imu):
    """Whether it has felt motion since this was asked last."""
    if imu.NAME == "MPU6886":
        return imu._read(_INT_STATUS) & _WOM != 0
    return imu._read(_WAKE_UP_SRC) & _WU_IA != 0


def _write(imu, pairs):
    for k in range(0, len(pairs), 2):
        imu._write(pairs[k], pairs[k + 1])
