"""What lies in a file, a zip or a folder, read safely: bounded in size, and never written anywhere."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, TextIO

from hipdrop.errors import InputError

MOST_BYTES = 1 << 29  # unpacked, of one recording: five hours of a phone at 200 Hz
MOST_MEMBERS = 200  # an export of phyphox has a file for each sensor
TEXT_ENDINGS = (".csv", ".txt", ".tsv")
_ZIP, _GZIP, _XLS = b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"
_EXCEL = "is an Excel file; export again, as CSV"
_TOO_LARGE = f"holds more than {MOST_BYTES >> 20} MB; cut the recording into shorter ones"
_BROKEN = "is broken ({}); copy or export it again"


@dataclass(frozen=True, eq=False)
class Member:
    """A text file, on its own or in a zip or folder.

    Attributes
    ----------
    path
        The file or folder that was named.
    name
        Its name in there, with `/`; empty for a file on its own.
    data
        All of it.
    """

    path: Path
    name: str
    data: bytes

    @property
    def label(self) -> str:
        """How it is called in messages."""
        return f"{self.name} in {self.path.name}" if self.name else self.path.name

    @property
    def stem(self) -> str:
        """The last part of the name, without its ending, in lower case."""
        return PurePosixPath(self.name or self.path.name).stem.lower()

    def text(self) -> TextIO:
        """Open it; bytes that are no UTF-8 (a copyright sign, mostly) come out as question marks."""
        wide = self.data[:2] in (b"\xff\xfe", b"\xfe\xff")
        encoding = "utf-16" if wide else "utf-8-sig"
        return io.TextIOWrapper(io.BytesIO(self.data), encoding=encoding, errors="replace")

    def error(self, problem: str, line: int | None = None) -> InputError:
        """Make an error about this file."""
        where = f"{self.name}: " if self.name else ""
        return InputError(self.path, where + problem, line)


def read_members(path: Path) -> list[Member]:
    """Read the text files that a file, a zip or a folder holds.

    Raises
    ------
    InputError
        It cannot be read, is too large, holds no text, or a name or size in it is one that no app writes.
    """
    try:
        members = list(_members(path))
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise InputError(path, _BROKEN.format(error)) from error
    except OSError as error:
        raise InputError(path, f"cannot be read: {error.strerror or error}") from error
    members = [member for member in members if _is_text(member.data)]
    if not members:
        raise InputError(path, "holds no text; hipdrop imports CSV files, and zips of them, see docs/import.md")
    return members


def _members(path: Path) -> Iterator[Member]:
    if not path.exists():
        raise InputError(path, "does not exist; check the name")
    if path.is_dir():
        yield from _of_folder(path)
        return
    if not path.is_file():
        raise InputError(path, "is no regular file; save it to a file first")
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        if not start:
            raise InputError(path, "is empty; record something first")
        if start == _XLS:
            raise InputError(path, _EXCEL)
        if start == _ZIP:
            yield from _of_zip(path, file)
        elif start[:2] == _GZIP:
            with gzip.open(file) as unpacked:
                yield Member(path, "", _bounded(path, unpacked, MOST_BYTES))
        else:
            yield Member(path, "", _bounded(path, file, MOST_BYTES))


def _of_folder(path: Path) -> Iterator[Member]:
    """Read an export that was unpacked, as browsers do: the text files in it and in its folder meta."""
    left = MOST_BYTES
    found = sorted(file for place in (path, path / "meta") if place.is_dir() for file in place.iterdir())
    for file in [file for file in found if file.suffix.lower() in TEXT_ENDINGS and file.is_file()][:MOST_MEMBERS]:
        with file.open("rb") as opened:
            data = _bounded(path, opened, left)
        left -= len(data)
        yield Member(path, file.relative_to(path).as_posix(), data)


def _of_zip(path: Path, file: BinaryIO) -> Iterator[Member]:
    with zipfile.ZipFile(file) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if any(entry.filename == "[Content_Types].xml" for entry in entries):
            raise InputError(path, _EXCEL)
        if len(entries) > MOST_MEMBERS:
            raise InputError(path, f"holds {len(entries)} files; name the zip of one recording")
        left = MOST_BYTES
        for entry in entries:
            _check_entry(path, entry)
            if entry.filename.lower().endswith(TEXT_ENDINGS) and not entry.filename.startswith("__MACOSX/"):
                with archive.open(entry) as unpacked:
                    data = _bounded(path, unpacked, left)
                left -= len(data)
                yield Member(path, entry.filename, data)


def _check_entry(path: Path, entry: zipfile.ZipInfo) -> None:
    """Refuse what no export holds; nothing is unpacked to the disk, but such a zip was made to harm somebody."""
    name = PurePosixPath(entry.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
        raise InputError(path, f"holds a file named {entry.filename[:60]!r}, which no app writes; it is left alone")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise InputError(path, f"holds a link, {entry.filename[:60]!r}, which no app writes; it is left alone")
    if entry.flag_bits & 1:
        raise InputError(path, "is encrypted; export it without a password")


def _bounded(path: Path, file: IO[bytes] | gzip.GzipFile, most: int) -> bytes:
    """Read all of a file, but no more than is allowed, whatever the sizes in its directory say."""
    data = file.read(most + 1)
    if len(data) > most:
        raise InputError(path, _TOO_LARGE)
    return bytes(data)


def _is_text(data: bytes) -> bool:
    start = data[:4096]
    return bool(start) and (start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" not in start)
