"""Where this computer keeps what belongs to a clip."""

from __future__ import annotations

import re
from pathlib import Path

from platformdirs import user_data_path

FOLDER_NAME = "clips"


def clip_folder(serial: str) -> Path:
    """Give the folder of a clip in the user's data folder; the serial number is only what the clip says."""
    name = re.sub(r"[^0-9A-Za-z-]", "_", serial)[:64] or "unnamed"
    return user_data_path("hipdrop", appauthor=False) / FOLDER_NAME / name
