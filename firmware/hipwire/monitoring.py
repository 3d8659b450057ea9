"""The monitor record by names, for those who make and read it.

The clip, which has little memory, reads it by the offsets of docs/wire-format.md (`hipclip.monitorset`), and takes
nothing from here.
"""

import binascii

from hipwire import records

BASELINE = 1  # bits of `parts`
STRIDE = 2
CONFIRMED = 4
FATIGUE = 0  # `mode`
TARGET = 1
EWMA = 1  # bits of `detector`
CUSUM = 2
MOST = 1000000000  # of the fields of 32 bits
LONGEST_WINDOW = 240  # of evidence_window_steps
ROWS = ("vertical", "roll", "yaw")
ORDERS = (1, 3, 5)
PARTS = ("re", "im", "sd")
STRIDE_NAMES = tuple(["%s%d_%s" % (row, order, part) for row in ROWS for order in ORDERS for part in PARTS])

_FIXED = (
    "parts", "B",  "mode", "B",  "detector", "B",  "site", "B",
    "baseline_from_ms", "I",  "baseline_until_ms", "I",  "stored_until_ms", "I",
    "ewma_weight_ppm", "I",  "sigma_limit_ppm", "I",  "cusum_limit_mdeg", "I",  "clear_ppm", "I",
    "cool_down_ms", "I",  "fade_longest_ms", "I",  "fade_factor_ppm", "I",  "feedback_ppm", "I",  "fade_block_ms", "I",
    "baseline_min_steps", "H",  "wander_mdeg", "H",  "dead_band_mdeg", "H",  "cusum_allowance_mdeg", "H",
    "evidence_steps", "H",  "evidence_window_steps", "H",  "withheld_after_steps", "H",  "fade_after_alerts", "H",
    "target_dead_band_mdeg", "H",  "target_left_mdeg", "h",  "target_right_mdeg", "h",
    "haptic_strength_percent", "B",  "haptic_repeats", "B",
    "left_mdeg", "i",  "right_mdeg", "i",  "left_sd_mdeg", "H",  "right_sd_mdeg", "H",
    "left_steps", "H",  "right_steps", "H",  "between_day_sd_mdeg", "H",  "strides", "H",
)  # fmt: skip
TABLE = _FIXED + tuple([each for name in STRIDE_NAMES for each in (name, "h")]) + ("reserved", "H", "monitor_id", "I")
SIZE = records.size(TABLE)


def pack(values: dict) -> bytes:  # type: ignore[type-arg]
    """Make the record with its id; numbers of 32 bits are cut to MOST."""
    named = {name: min(value, MOST) for name, value in values.items()}
    named["monitor_id"] = identity(records.pack(TABLE, named))
    return records.pack(TABLE, named)


def unpack(record: bytes) -> dict:  # type: ignore[type-arg]
    """Read the values by name; WireError for a record that is too short."""
    return records.unpack(TABLE, record)


def identity(record: bytes) -> int:
    """CRC-32 of a record up to its id; 1 where that is 0, which stands for none."""
    return binascii.crc32(record[: SIZE - 4]) or 1
