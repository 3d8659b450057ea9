"""`hipdrop clip runs`, `sync` and `erase`: what is refused, and what is said, without a clip."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import pytest

from filed_runs import FiledRun, tilt_values
from hipdrop.cli import main
from hipdrop.commands.cliperase import chosen_runs
from hipdrop.commands.cliprun import WHY_WORDS, parse_time, size_words, state_line
from hipdrop.errors import ClipRefused, UsageError
from hipdrop.runs.asking import asked_info
from hipdrop.runs.kept import ClipRun, Had, Kept
from hipwire import ids

HERE = ClipRun(1, ids.RUN_WHOLE, 1, 4096, 11, 1_795_345_200, 60)
ELSEWHERE = ClipRun(2, ids.RUN_TORN, 1, 8192, 12, 0, 120)
GROWING = ClipRun(3, ids.RUN_GROWING, 1, 1024, 13, 0, 1)
RUNS = [HERE, ELSEWHERE, GROWING]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """A folder that holds the first run, as a recording that is whole."""
    from hipdrop.runs.aslive import as_live
    from hipdrop.runs.convert import Who, record
    from hipdrop.runs.reading import read_run
    from hipdrop.runs.wallclock import Known, When
    from hipdrop.settings import Settings

    live = as_live([item.message for item in read_run(FiledRun(tilt_values(75.0)[:520]).file(), "run").items], b"")
    path = tmp_path / "run.mcap"
    record(live, path, When(1.8e9, Known.CLOCK), Who(Settings()), {})
    with Kept("A1", tmp_path / "clip") as found:
        found.note(Had(HERE.number, HERE.boot_id, HERE.bytes, str(path)))
    return found


def chosen(kept: Kept, *numbers: int, fetched: bool = False, even_unfetched: bool = False) -> list[int]:
    found = chosen_runs(RUNS, kept, numbers, fetched=fetched, even_unfetched=even_unfetched)
    return [run.number for run in found]


def test_what_is_fetched_may_be_erased(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    assert chosen(kept, 1) == [1]
    assert chosen(kept, fetched=True) == [1]
    assert chosen(kept, even_unfetched=True) == [1, 2]  # and never one that is being recorded
    assert "run 2 was never fetched" in capsys.readouterr().err


def test_what_is_not_fetched_is_not_erased_unless_all_are(kept: Kept) -> None:
    with pytest.raises(UsageError, match=r"never fetched to this computer: run 2.*--all --yes"):
        chosen(kept, 2)
    with pytest.raises(UsageError, match="run 3 is being recorded"):
        chosen(kept)
    with pytest.raises(UsageError, match="no run 9; it has 1, 2, 3"):
        chosen(kept, 9)


def test_a_recording_that_is_gone_or_torn_is_not_safe(kept: Kept, tmp_path: Path) -> None:
    recording = tmp_path / "run.mcap"
    data = recording.read_bytes()
    recording.write_bytes(data[: len(data) // 2])
    assert kept.find(HERE) is None
    recording.unlink()
    assert kept.find(HERE) is None
    assert chosen(kept, fetched=True) == []


def test_another_run_of_the_same_number_is_another_run(kept: Kept) -> None:
    assert kept.find(HERE) is not None
    assert kept.find(ClipRun(1, ids.RUN_WHOLE, 1, 4096, 99, 0, 60)) is None
    assert kept.find(ClipRun(1, ids.RUN_WHOLE, 1, 5120, 11, 0, 60)) is None


def test_a_damaged_list_is_none(kept: Kept) -> None:
    (kept.folder / "runs.json").write_text('[{"run": 1}]')
    assert kept.had() == {}


def test_a_clip_without_a_log_says_what_to_do() -> None:
    class Old:
        async def info(self) -> dict[str, object]:
            return {"features": ids.HAS_RAW, "board": "a board", "firmware": "0.1"}

    with pytest.raises(ClipRefused, match=r"keeps no runs .a board, firmware 0.1.*hipdrop live"):
        asyncio.run(asked_info(Old()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sync", "--at", "2026-11-22 18:30"], "name that run"),
        (["sync", "3", "--at", "yesterday"], "give date and time"),
        (["erase"], "name the runs by number, or say --fetched or --all"),
        (["erase", "1", "--all"], "name the runs by number, or say --fetched or --all"),
        (["sync", "--clip", "nowhere"], "name a clip as"),
    ],
)
def test_wrong_words_are_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clip", *words]) == 2
    assert said in capsys.readouterr().err


def test_times_are_local_unless_they_say_where() -> None:
    assert parse_time("2026-11-22 18:30") == datetime(2026, 11, 22, 18, 30).astimezone().timestamp()
    assert parse_time("2026-11-22T18:30+00:00") == 1_795_372_200.0


def test_sizes() -> None:
    assert (size_words(1024), size_words(999_000), size_words(2_600_000)) == ("1 kB", "999 kB", "2.6 MB")


def test_whether_it_records_and_why_not_is_said() -> None:
    status = {
        "log_state": 0,
        "log_reason": ids.WHY_NO_MOUNT,
        "run": 4,
        "storage_free_kb": 5000,
        "storage_total_4kb": 1536,
    }
    assert state_line(status) == (
        "not recording: it has not been told how it sits: hipdrop calibrate mount; 5.1 MB of 6.3 MB free"
    )
    assert state_line(status | {"log_state": 1, "log_reason": 0}).startswith("recording run 4; ")
    assert {getattr(ids, name) for name in dir(ids) if name.startswith("WHY_")} == set(WHY_WORDS)
