"""The calibration record by names, for those who make and read it.

The clip, which only keeps it and has little memory, reads it by the offsets of docs/wire-format.md
(`hipclip.calibration`), and takes nothing from here.
"""

import binascii

from hipwire import records

ACC = 1  # bits of `parts`
GYR = 2

TABLE = (
    "acc_xx_ppm", "i",  "acc_xy_ppm", "i",  "acc_xz_ppm", "i",
    "acc_yx_ppm", "i",  "acc_yy_ppm", "i",  "acc_yz_ppm", "i",
    "acc_zx_ppm", "i",  "acc_zy_ppm", "i",  "acc_zz_ppm", "i",
    "acc_offset_x_ug", "i",  "acc_offset_y_ug", "i",  "acc_offset_z_ug", "i",
    "gyr_bias_x_udps", "i",  "gyr_bias_y_udps", "i",  "gyr_bias_z_udps", "i",
    "acc_measured_s", "I",  "gyr_measured_s", "I",  "acc_residual_ug", "I",  "gyr_residual_udps", "I",
    "acc_temperature_cdeg", "h",  "gyr_temperature_cdeg", "h",  "acc_range_g", "H",  "gyr_range_dps", "H",
    "gyr_rest_ds", "H",  "parts", "B",  "acc_parameters", "B",  "acc_poses", "B",  "acc_coverage_percent", "B",
    "calibration_id", "I",
)  # fmt: skip
NAMES = tuple([TABLE[k] for k in range(0, len(TABLE), 2)])
ACC_MATRIX, ACC_OFFSET, GYR_BIAS = NAMES[:9], NAMES[9:12], NAMES[12:15]
SIZE = records.size(TABLE)


def pack(values: dict) -> bytes:  # type: ignore[type-arg]
    """Make the record with its id; one without parts is all zeros."""
    if not values["parts"]:
        return bytes(SIZE)
    named = dict(values)
    named["calibration_id"] = identity(records.pack(TABLE, values))
    return records.pack(TABLE, named)


def unpack(record: bytes) -> dict:  # type: ignore[type-arg]
    """Read the values by name; WireError for a record that is too short."""
    return records.unpack(TABLE, record)


def identity(record: bytes) -> int:
    """CRC-32 of a record up to its id; 1 where that is 0, which stands for none."""
    return binascii.crc32(record[: SIZE - 4]) or 1
