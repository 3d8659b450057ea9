"""Where this computer keeps what belongs to a clip: a folder beside its calibration."""

from __future__ import annotations

from pathlib import Path

from hipcal.file import calibration_path


def clip_folder(serial: str) -> Path:
    """Give the folder of a clip in the user's data folder; the serial number is only what the clip says."""
    return calibration_path(serial or "unnamed").with_suffix("")
