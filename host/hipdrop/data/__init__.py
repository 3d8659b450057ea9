"""Data that ship with the package; origin and licence in ATTRIBUTION.md."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def sample_file() -> Iterator[Path]:
    """Give the sample run that ships with the package as a file."""
    from importlib.resources import as_file, files

    with as_file(files("hipdrop.data") / "sample_run.csv.gz") as path:
        yield path
