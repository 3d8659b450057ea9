"""Fixed records of little-endian integers, described once as a table of fields and used to write and to read.

A table is a tuple of (name, code), code as in `struct`: B b H h I i. Values are saturated, since MicroPython's
`struct` would wrap them without a word.
"""

import binascii
import struct

from hipwire import errors

_LOW = {"B": 0, "b": -128, "H": 0, "h": -32768, "I": 0, "i": -2147483648}
_HIGH = {"B": 255, "b": 127, "H": 65535, "h": 32767, "I": 4294967295, "i": 2147483647}
_SIZE = {"B": 1, "b": 1, "H": 2, "h": 2, "I": 4, "i": 4}

STATUS = (
    ("boot_id", "I"),
    ("stream", "B"),
    ("battery_percent", "B"),
    ("battery_mv", "H"),
    ("temperature_cdeg", "h"),
    ("connections", "B"),
    ("faults", "B"),
    ("rate_mhz", "I"),
    ("samples_lost", "I"),
    ("samples_saturated", "I"),
    ("fifo_overruns", "H"),
    ("bus_errors", "H"),
    ("frames_dropped", "I"),
    ("notify_refused", "I"),
    ("commands_refused", "H"),
    ("ring_frames", "H"),
    ("ring_oldest", "H"),
    ("marks", "H"),
    ("mark_index", "I"),
    ("heap_free", "I"),
    ("storage_free_kb", "I"),
    ("uptime_s", "I"),
    ("mount_id", "I"),
    ("reset_cause", "B"),
    ("reserved", "B"),
    ("rate_uncertainty_ppm", "H"),
)
INFO = (
    ("boot_id", "I"),
    ("features", "I"),
    ("rate_mhz", "I"),
    ("acc_range_g", "H"),
    ("gyr_range_dps", "H"),
    ("acc_ng_per_lsb", "I"),
    ("gyr_ndps_per_lsb", "I"),
    ("tilt_divider", "B"),
    ("raw_samples", "B"),
    ("ring_s", "H"),
    ("mount_id", "I"),
    ("mount_w", "h"),
    ("mount_x", "h"),
    ("mount_y", "h"),
    ("mount_z", "h"),
)
INFO_TEXTS = ("serial", "firmware", "board", "chip")
MOUNT = (("mount_id", "I"), ("mount_w", "h"), ("mount_x", "h"), ("mount_y", "h"), ("mount_z", "h"))
STARTED = (
    ("boot_id", "I"),
    ("stream", "B"),
    ("samples", "B"),
    ("next_sequence", "H"),
    ("next_index", "I"),
    ("oldest_sequence", "H"),
    ("rate_uncertainty_ppm", "H"),
    ("rate_mhz", "I"),
)
STOPPED = (("next_sequence", "H"), ("next_index", "I"))
RANGE = (("first_sequence", "H"), ("count", "H"))
START = (("stream", "B"), ("reserved", "B"))
BUZZ = (("pattern", "B"), ("strength_percent", "B"), ("repeats", "B"))
NEEDED = (("mtu", "H"),)
CHUNK = (("total", "H"), ("offset", "H"))
OFFSET = (("offset", "H"),)
ACC_MATRIX = ("acc_xx_ppm", "acc_xy_ppm", "acc_xz_ppm", "acc_yx_ppm", "acc_yy_ppm", "acc_yz_ppm", "acc_zx_ppm",
              "acc_zy_ppm", "acc_zz_ppm")  # fmt: skip
ACC_OFFSET = ("acc_offset_x_ug", "acc_offset_y_ug", "acc_offset_z_ug")
GYR_BIAS = ("gyr_bias_x_udps", "gyr_bias_y_udps", "gyr_bias_z_udps")
CALIBRATION = tuple([(name, "i") for name in ACC_MATRIX + ACC_OFFSET + GYR_BIAS]) + (
    ("acc_measured_s", "I"),
    ("gyr_measured_s", "I"),
    ("acc_residual_ug", "I"),
    ("gyr_residual_udps", "I"),
    ("acc_temperature_cdeg", "h"),
    ("gyr_temperature_cdeg", "h"),
    ("acc_range_g", "H"),
    ("gyr_range_dps", "H"),
    ("gyr_rest_ds", "H"),
    ("parts", "B"),
    ("acc_parameters", "B"),
    ("acc_poses", "B"),
    ("acc_coverage_percent", "B"),
    ("calibration_id", "I"),
)


def saturate(value: int, low: int, high: int) -> int:
    """Clip to [low, high]."""
    return low if value < low else high if value > high else value


def size(table: tuple) -> int:  # type: ignore[type-arg]
    """Bytes of a record."""
    total = 0
    for _, code in table:
        total += _SIZE[code]
    return total


def pack_into(table: tuple, buffer: bytearray, offset: int, values: dict) -> int:  # type: ignore[type-arg]
    """Write the named integers, saturated; give the offset behind them. A name that is missing is written as 0."""
    for name, code in table:
        value = saturate(values.get(name, 0), _LOW[code], _HIGH[code])
        struct.pack_into("<" + code, buffer, offset, value)
        offset += _SIZE[code]
    return offset


def pack(table: tuple, values: dict) -> bytes:  # type: ignore[type-arg]
    """Make the record as bytes."""
    buffer = bytearray(size(table))
    pack_into(table, buffer, 0, values)
    return bytes(buffer)


def unpack(table: tuple, message: bytes, offset: int = 0) -> dict:  # type: ignore[type-arg]
    """Read a record at `offset`; what follows it is left to newer readers. Raises WireError when it is short."""
    if len(message) < offset + size(table):
        raise errors.WireError(errors.SHORT, "%d bytes of %d" % (len(message), offset + size(table)))
    values = {}
    for name, code in table:
        values[name] = struct.unpack_from("<" + code, message, offset)[0]
        offset += _SIZE[code]
    return values


def pack_calibration(values: dict) -> bytes:  # type: ignore[type-arg]
    """Make a calibration record with its id; one without parts is all zeros."""
    if not values["parts"]:
        return bytes(size(CALIBRATION))
    named = dict(values)
    named["calibration_id"] = calibration_id(pack(CALIBRATION, values))
    return pack(CALIBRATION, named)


def calibration_id(record: bytes) -> int:
    """CRC-32 of a calibration record up to its id; 1 where that is 0, which stands for none."""
    return binascii.crc32(record[: size(CALIBRATION) - 4]) or 1
