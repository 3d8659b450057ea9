"""Whose recordings lie in the user's folder: the header of each says who ran."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from mcap.exceptions import McapError
from mcap.records import Message, Metadata
from mcap.stream_reader import StreamReader

from hipdrop.people import file_name
from hipdrop.recording.items import HEADER_NAME
from hipdrop.recording.library import SUFFIX, recordings_folder
from hipdrop.recording.reader import MOST_BYTES


def recordings_of(name: str) -> list[Path]:
    """Give the recordings of a person in the user's folder, torn ones too."""
    folder = recordings_folder()
    paths = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
    return [path for path in paths if file_name(person_of(path)) == file_name(name)]


def person_of(path: Path) -> str:
    """Give the person in the header of a recording; empty where none is named, or none can be read."""
    try:
        person = json.loads(_header_of(path).get("person", "null"))
    except ValueError:
        return ""
    return person if isinstance(person, str) else ""


def _header_of(path: Path) -> Mapping[str, str]:
    try:
        with path.open("rb") as file:
            for record in StreamReader(file, record_size_limit=MOST_BYTES).records:
                if isinstance(record, Metadata) and record.name == HEADER_NAME:
                    return record.metadata
                if isinstance(record, Message):
                    break
    except (OSError, McapError, ValueError, EOFError, KeyError):  # what it may hold besides, nobody can read either
        return {}
    return {}
