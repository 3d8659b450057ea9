"""Who runs, and in which shoe: what is kept of a person between runs, in the user's data folder (docs/people.md).

people/NAME/person.json          sessions so far, the shoe worn last
people/NAME/profile.json         profile where no shoe is named (docs/profile-format.md)
people/NAME/shoes/SHOE.json      profile in this shoe
people/NAME/training.jsonl       check-ins, tests, sets (hipdrop.training.store)
history.db                       the runs so far (hipdrop.after.history)
last-person.txt                  who ran or trained last
"""

from __future__ import annotations

import json
import os
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from platformdirs import user_data_path

from hipdrop.errors import InputError, OutputError, UsageError
from hipdrop.profile import Profile

VERSION = 1
PEOPLE, SHOES, PERSON_FILE, PROFILE_FILE, LAST_FILE = (
    "people",
    "shoes",
    "person.json",
    "profile.json",
    "last-person.txt",
)
MOST_LETTERS = 60
MOST_BYTES = 120  # of a name on disk, with room for suffixes: file systems take 255
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}


def data_folder() -> Path:
    """Give the folder that holds all that hipdrop keeps of people."""
    return user_data_path("hipdrop", appauthor=False)


def checked_name(text: str, option: str) -> str:
    """Give a name as it is kept and compared.

    Raises
    ------
    UsageError
        It is empty, too long, or not on one line.
    """
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not name or not name.isprintable():
        raise UsageError(f"{option} {text!r}: give a name of letters and figures; it may be a made-up one")
    if len(name) > MOST_LETTERS or len(file_name(name).encode()) > MOST_BYTES:
        raise UsageError(f"{option} {text!r}: the name is too long; give a shorter one")
    return name


def file_name(name: str) -> str:
    """Give a name that every file system takes; names that differ in more than case stay different.

    Letters and figures of any script stay, in lower case; other characters are written as in web addresses (%20), and
    so is the first letter of names that Windows keeps for itself.
    """
    lower = unicodedata.normalize("NFC", name.casefold())
    safe = "".join(letter if letter.isalnum() or letter in "-_" else _percent(letter) for letter in lower)
    return _percent(safe[0]) + safe[1:] if safe in RESERVED else safe


def _percent(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode())


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of whom something is kept.

    Attributes
    ----------
    name
        As it was typed in first; it may be a pseudonym.
    shoe
        Worn in this run, or the last one that was named; empty if none was.
    sessions
        Sessions of the retraining programme so far.
    """

    name: str
    shoe: str = ""
    sessions: int = 0

    @classmethod
    def open(cls, name: str, shoe: str | None = None) -> Person:
        """Give what is kept of a person, who wears this shoe, or the one used last; a new one if nothing is kept.

        Raises
        ------
        UsageError
            One of the names cannot be one.
        InputError
            What is kept cannot be read.
        """
        person = cls(checked_name(name, "--person"))
        with suppress(FileNotFoundError):
            person = _read(person.folder / PERSON_FILE)
        return person if shoe is None else replace(person, shoe=checked_name(shoe, "--shoe"))

    @property
    def folder(self) -> Path:
        """Where all of it lies."""
        return data_folder() / PEOPLE / file_name(self.name)

    @property
    def profile_path(self) -> Path:
        """Where the profile in this shoe lies, if there is one."""
        return self.folder / (f"{SHOES}/{file_name(self.shoe)}.json" if self.shoe else PROFILE_FILE)

    def profile(self) -> Profile | None:
        """Give the profile in this shoe; None where there is none yet."""
        return Profile.load(self.profile_path) if self.profile_path.exists() else None

    def keep(self, profile: Profile | None, *, session: bool) -> None:
        """Keep that the person ran: the profile, if the run showed one, and a session more, if it counts as one.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        kept = replace(self, sessions=self.sessions + session)
        try:
            self.profile_path.parent.mkdir(parents=True, exist_ok=True)
            if profile is not None:
                profile.save(self.profile_path)
            _write(self.folder / PERSON_FILE, json.dumps(kept.as_dict(), ensure_ascii=False, indent=1))
            _write(data_folder() / LAST_FILE, self.name)
        except OSError as error:
            problem = f"cannot be written ({error.strerror or error}); make room, or run without --person"
            raise OutputError(self.folder, problem) from error

    def introduce(self) -> None:
        """Write person.json where there is none yet, so that `people` knows of the person; raises OSError."""
        path = self.folder / PERSON_FILE
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, json.dumps(self.as_dict(), ensure_ascii=False, indent=1))

    def recall(self) -> None:
        """Keep that this is who came last, whom commands without --person mean; raises OSError."""
        self.introduce()
        _write(data_folder() / LAST_FILE, self.name)

    def as_dict(self) -> dict[str, str | int]:
        """Give person.json."""
        return {"hipdrop_person": VERSION, "name": self.name, "shoe": self.shoe, "sessions": self.sessions}

    @property
    def words(self) -> str:
        """Who it is, and in what."""
        return f"{self.name}, {self.shoe}" if self.shoe else self.name


def last_person() -> str | None:
    """Name who ran or trained last."""
    try:
        name = (data_folder() / LAST_FILE).read_text("utf-8").strip()
    except (OSError, UnicodeError):
        return None
    return name or None


def people() -> Iterator[Person]:
    """Give everybody of whom something is kept, by the names on disk."""
    folder = data_folder() / PEOPLE
    for path in sorted(folder.glob(f"*/{PERSON_FILE}")):
        yield _read(path)


def forget(name: str, beside: Iterable[Path] = ()) -> int:
    """Delete all that is kept of a person, in the history too, and files `beside` that; give the number of files.

    Raises
    ------
    OutputError
        Something cannot be deleted.
    InputError
        The history is damaged; all else is deleted.
    """
    from hipdrop.after.history import store

    person = Person(checked_name(name, "--person"))
    gone = [*files_of(person), *beside]
    last = last_person()
    try:
        for path in gone:
            path.unlink(missing_ok=True)
        if person.folder.is_dir():
            shutil.rmtree(person.folder)
        if last is not None and file_name(last) == file_name(person.name):
            (data_folder() / LAST_FILE).unlink(missing_ok=True)
    except OSError as error:
        problem = f"cannot be deleted ({error.strerror or error}); delete it by hand"
        raise OutputError(error.filename or person.folder, problem) from error
    store.forget(person.name)
    return len(gone)


def files_of(person: Person) -> list[Path]:
    """Give the files in the folder of a person."""
    return sorted(path for path in person.folder.rglob("*") if path.is_file())


def _read(path: Path) -> Person:
    """Read person.json; raises FileNotFoundError where there is none."""
    try:
        data = json.loads(path.read_bytes())
        if data["hipdrop_person"] != VERSION:
            raise ValueError(f"version {data['hipdrop_person']}")
        person = Person(str(data["name"]), str(data["shoe"]), int(data["sessions"]))
        if file_name(person.name) != unicodedata.normalize("NFC", path.parent.name) or person.sessions < 0:
            raise ValueError("it is of somebody else")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror or error}); run without --person") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        problem = f"is damaged ({error}); delete the file: the profiles beside it stay"
        raise InputError(path, problem) from error
    return person


def _write(path: Path, text: str) -> None:
    """Write a file; one that is there stays whole until the new one is."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(text + "\n", "utf-8")
    part.replace(path)
