"""When a run was: closed forms of the drift, and what is known in which case."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hipdrop.errors import ClipRefused, LinkLost
from hipdrop.links.timing import tell_time
from hipdrop.runs.clockbook import FILE_NAME, note, settings_of
from hipdrop.runs.wallclock import Known, Setting, Shown, When, began, setting_of
from hipdrop.virtual.loop import BEGINS_UNIX_S, run_virtual
from hipwire import ids, records
from hipwire import runs as wire

NOON_S = 1_795_345_200.0
DAY_S = 86_400.0


def test_a_steady_drift_is_taken_off_exactly() -> None:
    drift = 50e-6
    setting = Setting(NOON_S, NOON_S + DAY_S * (1 + drift), NOON_S + DAY_S)
    assert setting.drift_ppm == pytest.approx(50.0)
    for true_s in (0.0, 3600.0, 50_000.0, DAY_S):
        assert setting.true_s(NOON_S + true_s * (1 + drift)) == pytest.approx(NOON_S + true_s, abs=1e-6)


def test_a_clock_that_had_no_time_to_drift_is_right() -> None:
    setting = Setting(NOON_S, NOON_S, NOON_S)
    assert setting.true_s(NOON_S) == NOON_S
    assert setting.drift_ppm == 0.0


def test_a_run_lies_between_the_settings_that_it_names() -> None:
    first = Setting(NOON_S + 0.4, NOON_S + 1000.5, NOON_S + 1000.4)
    second = Setting(NOON_S + 1000.4, NOON_S + 5000.0, NOON_S + 5000.4)
    assert setting_of(Shown(0, NOON_S + 1200.0, round(NOON_S) + 1000, 0), [first, second]) is second
    assert setting_of(Shown(0, NOON_S + 1200.0, round(NOON_S), 0), [first, second]) is None  # longer than it lasted
    assert setting_of(Shown(0, NOON_S + 1200.0, round(NOON_S) + 50, 0), [first, second]) is None


def test_the_first_sample_is_reckoned_back_from_what_the_clock_showed() -> None:
    shown = [Shown(90_000_000, 0.0, 0, 5), Shown(100_000_000, NOON_S + 100.0, round(NOON_S), 15)]
    assert began(70_000_000, shown, [], None, 0.0, 0.0) == When(NOON_S + 70.0, Known.CLOCK)
    setting = Setting(NOON_S, NOON_S + 200.0, NOON_S + 100.0)  # twice as fast as it should
    found = began(70_000_000, shown, [setting], None, 0.0, 0.0)
    assert found.known is Known.CORRECTED
    assert found.unix_s == pytest.approx(NOON_S + 50.0 - 30.0)


def test_without_a_clock_the_boot_or_the_sync_tells() -> None:
    shown = [Shown(90_000_000, 0.0, 0, 50)]
    assert began(80_000_000, shown, [], NOON_S, 0.0, 0.0) == When(NOON_S + 40.0, Known.ESTIMATED)
    assert began(80_000_000, shown, [], None, NOON_S, 600.0) == When(NOON_S - 600.0, Known.UNKNOWN)
    assert began(80_000_000, [], [], NOON_S, NOON_S + 900.0, 600.0) == When(NOON_S + 300.0, Known.UNKNOWN)


def test_settings_are_remembered_with_the_time_that_this_computer_had(tmp_path: Path) -> None:
    note("A1", 0, 0.0, NOON_S + 0.75, tmp_path)
    note("A1", int(NOON_S), NOON_S + 3600.9, NOON_S + 3600.25, tmp_path)
    note("A1", int(NOON_S) + 5000, NOON_S + 6000.0, NOON_S + 6000.5, tmp_path)  # set by another computer in between
    own, other = settings_of("A1", tmp_path)
    assert own == Setting(NOON_S + 0.75, NOON_S + 3600.9, NOON_S + 3600.25)
    assert other == Setting(NOON_S + 5000, NOON_S + 6000.0, NOON_S + 6000.5)


def test_a_damaged_book_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    note("A1", 0, 0.0, NOON_S, tmp_path)
    with (tmp_path / FILE_NAME).open("a") as file:
        file.write('{"set_s": 1\n[]\n{"set_s": "x", "was_s": 1, "now_s": 2}\n')
    note("A1", int(NOON_S), NOON_S + 10.0, NOON_S + 10.0, tmp_path)
    assert settings_of("A1", tmp_path) == [Setting(NOON_S, NOON_S + 10.0, NOON_S + 10.0)]
    assert settings_of("A1", tmp_path / "none") == []


class Answering:
    """A clip that answers SET_CLOCK, or raises."""

    def __init__(self, answer: bytes | Exception) -> None:
        self.answer = answer
        self.asked: list[tuple[int, bytes]] = []

    async def ask(self, code: int, payload: bytes, *, timeout_s: float, tries: int) -> bytes:
        self.asked.append((code, payload))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


def test_a_clip_that_keeps_runs_is_told_the_time(home: Path) -> None:
    was = records.pack(
        wire.CLOCK_WAS, {"was_s": int(BEGINS_UNIX_S) + 30, "was_ms": 500, "set_s": int(BEGINS_UNIX_S) + 1}
    )
    clip = Answering(was)

    async def act() -> None:
        await asyncio.sleep(31.25)
        assert await tell_time(clip, {"features": ids.HAS_FLASH_LOG, "serial": "A1"})

    run_virtual(act())
    ((code, payload),) = clip.asked
    assert code == ids.SET_CLOCK
    assert records.unpack(wire.CLOCK, payload) == {"unix_s": int(BEGINS_UNIX_S) + 31, "ms": 250}
    (setting,) = settings_of("A1")
    assert setting == Setting(BEGINS_UNIX_S + 1, BEGINS_UNIX_S + 30.5, BEGINS_UNIX_S + 31.25)


@pytest.mark.parametrize(
    "clip", [Answering(LinkLost("x")), Answering(ClipRefused("x", ids.NOT_PAIRED)), Answering(b"123")]
)
def test_a_clip_that_does_not_take_the_time_is_as_good_for_all_else(clip: Answering, home: Path) -> None:
    async def act() -> bool:
        return await tell_time(clip, {"features": ids.HAS_FLASH_LOG, "serial": "A1"})

    assert not run_virtual(act())
    assert settings_of("A1") == []


def test_a_clip_without_runs_is_not_asked(home: Path) -> None:
    clip = Answering(b"")

    async def act() -> bool:
        return await tell_time(clip, {"features": ids.HAS_RAW, "serial": "A1"})

    assert not run_virtual(act())
    assert clip.asked == []
