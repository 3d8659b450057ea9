"""People, their shoes and their profiles: names, what is kept, what is forgotten."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from hipdrop import people
from hipdrop.cli import main
from hipdrop.errors import InputError, OutputError, UsageError
from hipdrop.monitor import StoredBaseline
from hipdrop.people import Person, checked_name, file_name, forget, last_person
from hipdrop.profile import Profile

PROFILE = Profile(StoredBaseline(3.0, 3.5, 0.6, 0.7, 400, 400))


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setattr("hipdrop.recording.library.user_data_path", lambda *name, **more: tmp_path / "data")
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("name", "on_disk"),
    [
        ("Anna", "anna"),
        ("anna  k.", "anna%20k%2E"),
        ("..", "%2E%2E"),
        ("a/b\\c", "a%2Fb%5Cc"),
        ("CON", "%63on"),
        ("lpt1", "%6Cpt1"),
        ("nul.txt", "nul%2Etxt"),
        ("Zoe\u0308", "zo\u00eb"),
        ("\u674e", "\u674e"),
        ("%41", "%2541"),
        ("-", "-"),
    ],
)
def test_names_are_safe_on_every_file_system(name: str, on_disk: str) -> None:
    assert file_name(checked_name(name, "--person")) == on_disk


def test_names_that_differ_stay_different() -> None:
    names = ["a b", "a_b", "a-b", "a%20b", "ab", "a.b", "a/b", "\u00e4b"]
    assert len({file_name(name) for name in names}) == len(names)


@pytest.mark.parametrize("text", ["", "  ", "a\0b", "\u202eanna", "x" * 61, "\u674e" * 50])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"--shoe .*give a"):
        checked_name(text, "--shoe")


def test_a_new_person_has_nothing() -> None:
    anna = Person.open("Anna")
    assert (anna.shoe, anna.sessions, anna.profile(), last_person()) == ("", 0, None, None)
    assert list(people.people()) == []


def test_profile_shoe_and_sessions_are_remembered() -> None:
    Person.open("Anna", "Pegasus 41").keep(PROFILE, session=True)
    anna = Person.open("anna ")
    assert (anna.name, anna.shoe, anna.sessions) == ("Anna", "Pegasus 41", 1)
    assert anna.profile() == PROFILE
    assert last_person() == "Anna"
    assert [person.name for person in people.people()] == ["Anna"]


def test_each_shoe_has_a_profile_of_its_own() -> None:
    other = Profile(StoredBaseline(5.0, 5.5, 0.6, 0.7, 400, 400))
    Person.open("Anna").keep(PROFILE, session=False)
    Person.open("Anna", "trail").keep(other, session=False)
    assert Person.open("Anna", "trail").profile() == other
    assert Person.open("Anna", "road").profile() is None
    assert Person("Anna").profile() == PROFILE
    assert Person.open("Anna").shoe == "trail"  # the last one that was named


def test_a_run_that_showed_nothing_keeps_the_profile() -> None:
    Person.open("Anna").keep(PROFILE, session=True)
    Person.open("Anna").keep(None, session=True)
    assert (Person.open("Anna").profile(), Person.open("Anna").sessions) == (PROFILE, 2)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"hipdrop_person": 2}', '{"hipdrop_person": 1}', "{" * 10, "\xff",
             '{"hipdrop_person": 1, "name": "Bert", "shoe": "", "sessions": 0}',
             '{"hipdrop_person": 1, "name": "Anna", "shoe": "", "sessions": -1}'],
)  # fmt: skip
def test_a_damaged_file_is_named_with_its_remedy(data: Path, text: str) -> None:
    path = data / "people" / "anna" / "person.json"
    path.parent.mkdir(parents=True)
    path.write_text(text, "latin-1")
    with pytest.raises(InputError, match=r"person.json: is damaged .*delete the file"):
        Person.open("Anna")


def test_a_folder_as_macos_writes_it_is_the_same_person() -> None:
    zoe = Person.open("Zo\u00eb")
    zoe.keep(PROFILE, session=False)
    zoe.folder.rename(zoe.folder.with_name(unicodedata.normalize("NFD", zoe.folder.name)))
    assert [person.name for person in people.people()] == ["Zo\u00eb"]


def test_what_cannot_be_written_is_said(data: Path) -> None:
    data.write_text("no folder")
    with pytest.raises(OutputError, match="without --person"):
        Person("Anna").keep(PROFILE, session=False)
    with pytest.raises(InputError, match="without --person"):
        Person.open("Anna")


def test_forgotten_is_forgotten_and_others_stay(data: Path) -> None:
    Person.open("Bert").keep(PROFILE, session=False)
    Person.open("Anna", "trail").keep(PROFILE, session=False)
    assert forget("ANNA") == 2
    assert not [path for path in data.rglob("*") if "anna" in path.name]
    assert last_person() is None
    assert Person.open("Bert").profile() == PROFILE
    assert forget("Anna") == 0


def test_the_commands(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Person.open("Anna", "trail").keep(PROFILE, session=False)
    assert main(["where"]) == 0
    folder, anna = capsys.readouterr().out.splitlines()
    assert Path(folder) == data
    assert anna.startswith("  Anna, trail: 2 files (0.0 MB) in ")
    assert main(["forget", "--person", "Anna", "--yes"]) == 0
    assert capsys.readouterr().out == "forgotten: Anna, 2 of 2 files, 0 of them recordings\n"
    assert main(["forget", "--person", "Anna"]) == 0
    assert capsys.readouterr().out == "nothing is kept of Anna\n"
    assert main(["where"]) == 0
    assert capsys.readouterr().out == f"{data}\n"


def test_the_file_is_what_the_page_says(data: Path) -> None:
    Person.open("Anna", "trail").keep(None, session=True)
    text = (data / "people" / "anna" / "person.json").read_text("utf-8")
    assert json.loads(text) == {"hipdrop_person": 1, "name": "Anna", "shoe": "trail", "sessions": 1}
    assert not (data / "people" / "anna" / "shoes" / "trail.json").exists()
