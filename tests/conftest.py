"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]


def find_reference_data() -> Path:
    """Give the folder of the reference recordings: HIPDROP_DATA, else ../shared/data beside the repository."""
    return Path(os.environ.get("HIPDROP_DATA") or REPOSITORY.parent / "shared" / "data")


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Folder of the reference recordings; skips without it, and fails without it where CI is set."""
    folder = find_reference_data()
    if not (folder / "running").is_dir():
        reason = f"no reference recordings at {folder}; set HIPDROP_DATA to their folder"
        if os.environ.get("CI"):
            pytest.fail(f"{reason} (CI is set, where a skipped check counts as failed)")
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the repository."""
    return REPOSITORY
