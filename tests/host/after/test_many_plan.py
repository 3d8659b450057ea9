"""Which recordings are meant by a folder, a pattern, a file; and which are done."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from many_runs import tell_nobody

from hipdrop.after.many import plan as planning
from hipdrop.after.many.plan import Kept, Plan, find_files, make_plan
from hipdrop.after.many.work import Task, made_under
from hipdrop.errors import UsageError
from hipdrop.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Recordings in folders, with what lies beside them; a link leads back up."""
    top = tmp_path / "study"
    files = (
        "a.csv", "b.CSV.gz", "one/c.mcap", "one/steps.csv", "one/alerts.csv", "one/summary.json", "one/overview.png",
        "two/deep/d.csv", ".hidden/e.csv", ".f.csv", "run[1].csv",
    )  # fmt: skip
    for number, name in enumerate(files):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(bytes([number]))
    (top / "two" / "loop").symlink_to(top)
    return top


ALL = ["a.csv", "b.CSV.gz", "c.mcap", "run[1].csv", "d.csv"]


@pytest.mark.parametrize("below", ["", "**", "**/*", "*/.."])
def test_a_folder_means_all_recordings_below_it(folder: Path, below: str) -> None:
    assert {path.name for path in find_files([folder / below])} == set(ALL)


def test_what_a_shell_makes_of_the_stars_means_the_same(folder: Path) -> None:
    """Files and folders, each of them, and so most files several times."""
    given = [path for path in sorted(folder.rglob("*")) if ".hidden" not in path.parts]
    assert {path.name for path in find_files(given)} == set(ALL)
    assert len(find_files(given)) == len(ALL)


def test_a_pattern_means_what_fits(folder: Path) -> None:
    assert [path.name for path in find_files([folder / "**" / "d*.csv"])] == ["d.csv"]
    assert [path.name for path in find_files([folder / "o*"])] == ["c.mcap"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(folder: Path) -> None:
    assert [path.name for path in find_files([folder / "run[1].csv"])] == ["run[1].csv"]


def test_a_link_to_a_folder_elsewhere_is_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "g.csv").touch()
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    assert "g.csv" in {path.name for path in find_files([folder])}


@pytest.mark.parametrize("name", ["none.csv", "no/folder/**"])
def test_what_is_not_there_is_said(folder: Path, name: str) -> None:
    with pytest.raises(UsageError, match="name recordings or folders"):
        find_files([folder / name])


def planned(folder: Path, kept: dict[str, Kept] | None = None, settings: Settings | None = None) -> Plan:
    """Plan all of a folder."""
    return make_plan(find_files([folder]), kept or {}, settings, 2, tell_nobody)


def as_kept(task: Task) -> Kept:
    """Give a task as it is in the table when it is done."""
    return Kept(
        task.run, task.path, task.sha256, task.bytes, task.changed_ns, task.made, "person_key=-/year_month=2026-11"
    )


def test_the_largest_come_first_and_the_same_twice_once(folder: Path) -> None:
    (folder / "a.csv").write_bytes(b"large" * 9)
    (folder / "copy.csv").write_bytes(b"large" * 9)
    plan = planned(folder)
    assert next(Path(task.path).name for task in plan.tasks) == "a.csv"
    assert plan.same == [str(folder / "copy.csv")]
    assert len(plan.tasks) == len(plan.runs) == len(ALL)


def test_what_is_done_is_not_done_again(folder: Path) -> None:
    kept = {task.run: as_kept(task) for task in planned(folder).tasks}
    again = planned(folder, kept)
    assert (again.tasks, again.there) == ([], len(ALL))


def test_what_was_made_by_other_settings_or_another_version_is_done_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {task.run: as_kept(task) for task in planned(folder).tasks}
    settings = Settings()
    other = replace(settings, drop=replace(settings.drop, **{first_key(settings.drop): 0.5}))
    assert len({made_under(None), made_under(settings), made_under(other)}) == 3
    assert len(planned(folder, kept, settings).tasks) == len(ALL)
    monkeypatch.setattr("hipdrop.__version__", "99.0")
    assert len(planned(folder, kept).tasks) == len(ALL)


def first_key(section: object) -> str:
    """Name the first number of a section of settings."""
    return next(name for name, value in vars(section).items() if isinstance(value, float))


def test_a_renamed_or_touched_recording_is_the_same_and_a_changed_one_is_not(folder: Path) -> None:
    kept = {task.run: as_kept(task) for task in planned(folder).tasks}
    (folder / "a.csv").rename(folder / "new.csv")
    os.utime(folder / "new.csv", (1, 1))
    assert planned(folder, kept).tasks == []
    (folder / "new.csv").write_bytes(b"other")
    assert [Path(task.path).name for task in planned(folder, kept).tasks] == ["new.csv"]


def test_a_file_that_nobody_has_touched_is_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {task.run: as_kept(task) for task in planned(folder).tasks}
    read: list[str] = []
    whole = planning.sha256_of
    monkeypatch.setattr(planning, "sha256_of", lambda path: read.append(path) or whole(path))
    (folder / "a.csv").write_bytes(b"more")
    planned(folder, kept)
    assert read == [str(folder / "a.csv")]


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_planned(folder: Path) -> None:
    files = [*find_files([folder]), folder / "gone.csv"]
    plan = make_plan(files, {}, None, 2, tell_nobody)
    (failed,) = plan.failed
    assert failed.problem == f"{folder / 'gone.csv'}: cannot be read: No such file or directory"
    assert len(plan.tasks) == len(ALL)
