"""The unit of a column, by the suffix of its name (docs/frames-and-signs.md)."""

from __future__ import annotations

UNITS = {
    "s": "s", "ms": "ms", "us": "us", "hz": "1/s", "ms2": "m/s2", "g": "9.80665 m/s2", "deg": "deg", "dps": "deg/s",
    "mm": "mm", "m": "m", "spm": "1/min",
}  # fmt: skip


def unit_of(name: str) -> str:
    """Give the unit of a column, empty for one without."""
    return UNITS.get(name.rpartition("_")[2], "") if "_" in name else ""
