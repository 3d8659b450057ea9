"""`hipdrop replay` from end to end, on real running and at its own joints."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hipdrop.cli import main
from hipdrop.commands.part import Part, parse_speed
from hipdrop.commands.sources import paced
from hipdrop.errors import UsageError
from hipdrop.events import Site
from hipdrop.monitor import StoredBaseline
from hipdrop.profile import Profile
from hipdrop.samples import SampleBlock
from hipdrop.sides import StrideTemplate
from test_imucsv import plain


def test_speed_is_a_number_or_max() -> None:
    assert parse_speed("10") == 10.0
    assert parse_speed("max") == math.inf
    for text in ("", "0", "-1", "nan", "fast"):
        with pytest.raises(UsageError):
            parse_speed(text)


def blocks() -> Iterator[SampleBlock]:
    """Three blocks of a second at 100 Hz, five seconds missing before the last."""
    for begin_s in (0.0, 1.0, 7.0):
        t_s = begin_s + np.arange(100) / 100
        yield SampleBlock(t_s, np.zeros((100, 3)), np.zeros((100, 3)))


def end_of(block: SampleBlock) -> float:
    """Time at which the last sample of a block is taken."""
    return float(block.t_s[-1])


def test_pace_follows_the_time_of_the_recording() -> None:
    """A clock of our own that only `sleep` and half a second of work per block move."""
    clock = {"now_s": 50.0}
    yielded_s = []

    def sleep(seconds: float) -> None:
        clock["now_s"] += seconds

    for _ in paced(blocks(), 2.0, end_of, 0.0, now=lambda: clock["now_s"], sleep=sleep):
        yielded_s.append(clock["now_s"] - 50.0)
        clock["now_s"] += 0.4
    assert yielded_s == pytest.approx([0.495, 0.995, 3.995])


def test_a_part_is_paced_and_the_rest_goes_at_once() -> None:
    clock = {"now_s": 50.0}

    def sleep(seconds: float) -> None:
        clock["now_s"] += seconds

    played = paced(blocks(), 2.0, end_of, 0.0, now=lambda: clock["now_s"], sleep=sleep, part=Part(1.5, 5.0))
    assert [clock["now_s"] - 50.0 for _ in played] == pytest.approx([0.0, (1.99 - 1.5) / 2, (1.99 - 1.5) / 2])


def test_max_never_waits() -> None:
    def no_sleep(seconds: float) -> None:
        raise AssertionError(seconds)

    assert len(list(paced(blocks(), math.inf, end_of, sleep=no_sleep))) == 3


def test_the_sample_shows_the_sag_that_was_put_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The left leg sags by 2.5 deg from 9.5 to 10 min (docs/simulate.md): one alert, on that leg, after that time."""
    assert main(["replay", "--sample", "--no-plot", "--out", str(tmp_path)]) == 0
    alerts = list(csv.DictReader((tmp_path / "alerts.csv").read_text().splitlines()))
    raised = [(row["side"], float(row["t_s"])) for row in alerts if row["kind"] == "raise"]
    assert [side for side, _ in raised] == ["left"]
    assert 9.5 * 60 < raised[0][1] < 12 * 60
    drop = json.loads((tmp_path / "summary.json").read_text())["drop"]
    assert drop["left"]["change_deg"] == pytest.approx(2.5, abs=0.5)
    assert "ALERT      at" in capsys.readouterr().out


@pytest.fixture
def recording(reference_data: Path) -> str:
    """Thirty seconds of a real runner."""
    return str(reference_data / "running" / "rbds001_2.5ms" / "imu.csv")


def test_results_go_into_the_folder_and_nowhere_else(
    recording: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert main(["replay", recording, "--out", "../there"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert list(here.iterdir()) == []
    names = sorted(path.name for path in (tmp_path / "there").iterdir())
    assert names == ["alerts.csv", "overview.png", "steps.csv", "summary.json"]
    assert (tmp_path / "there" / "overview.png").read_bytes().startswith(b"\x89PNG")
    assert "left leg: right hip drops" in out
    steps = list(csv.DictReader((tmp_path / "there" / "steps.csv").read_text().splitlines()))
    summary = json.loads((tmp_path / "there" / "summary.json").read_text())
    assert summary["steps"] == len(steps)
    assert f"{len(steps)} steps" in out


def test_without_a_folder_only_the_picture_is_written(
    recording: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["replay", recording, "--no-plot"]) == 0
    assert list(tmp_path.iterdir()) == []
    assert main(["replay", recording]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["overview.png"]
    assert "written    overview.png" in capsys.readouterr().out


def test_block_length_and_pace_change_no_byte(recording: str, tmp_path: Path) -> None:
    for name, options in {"a": [], "b": ["--block", "7"], "c": ["--speed", "1000000"]}.items():
        assert main(["replay", recording, "--no-plot", "--out", str(tmp_path / name), *options]) == 0
    for name in ("steps.csv", "alerts.csv", "summary.json"):
        assert len({(tmp_path / folder / name).read_bytes() for folder in "abc"}) == 1


@pytest.fixture
def standing(tmp_path: Path) -> str:
    """A recording without a step."""
    path = tmp_path / "standing.csv"
    path.write_text(plain())
    return str(path)


def known_profile(path: Path) -> Profile:
    """Save a profile that no run of these tests makes."""
    rng = np.random.default_rng(2)
    template = StrideTemplate(rng.random((6, 3)) + 0j, rng.random((6, 3)) + 0.1, 50, Site.SACRUM, confirmed=False)
    profile = Profile(StoredBaseline(7.5, 6.5, 0.6, 0.5, 900, 899, 0.8), template)
    profile.save(path)
    return profile


@pytest.mark.parametrize("option", ["--profile", "nothing"])
def test_a_half_that_was_not_learned_is_kept(recording: str, tmp_path: Path, option: str) -> None:
    """Thirty seconds show the stride, but no baseline: it stays as in the profile given, else as in the file."""
    path, given = tmp_path / "me.json", tmp_path / "given.json"
    known = known_profile(given if option == "--profile" else path)
    options = ["--profile", str(given)] if option == "--profile" else []
    assert main(["replay", recording, "--no-plot", "--save-profile", str(path), *options]) == 0
    saved = Profile.load(path)
    assert saved.baseline == known.baseline
    assert saved.template is not None
    assert saved.template.strides != 50


def test_a_damaged_profile_in_the_place_is_replaced(recording: str, tmp_path: Path) -> None:
    path = tmp_path / "me.json"
    path.write_text("{")
    assert main(["replay", recording, "--no-plot", "--save-profile", str(path)]) == 0
    assert Profile.load(path).baseline is None
    assert Profile.load(path).template is not None


def test_no_empty_profile_is_written(standing: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that showed nothing leaves the file as it was, or none; a profile given is handed on."""
    path, given = tmp_path / "me.json", tmp_path / "given.json"
    arguments = ["replay", standing, "--no-plot", "--save-profile", str(path)]
    for old in (None, "{", "good"):
        if old == "good":
            known_profile(path)
        elif old:
            path.write_text(old)
        before = path.read_bytes() if old else None
        assert main(arguments) == 0
        out, err = capsys.readouterr()
        assert err == f"hipdrop: {path}: not written, the run showed too little for a profile\n"
        assert "written" not in out
        assert (path.read_bytes() if path.exists() else None) == before
    known_profile(given)
    path.unlink()
    assert main([*arguments, "--profile", str(given)]) == 0
    assert path.read_bytes() == given.read_bytes()
    assert f"written    {path}" in capsys.readouterr().out


@pytest.mark.parametrize("place", ["nowhere/me.json", "folder", "standing.csv/me.json"])
def test_nothing_is_written_where_the_profile_cannot_be(
    standing: str, tmp_path: Path, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.iterdir())
    arguments = ["replay", standing, "--out", str(tmp_path / "out"), "--save-profile", str(tmp_path / place)]
    assert main(arguments) == 1
    assert capsys.readouterr().err.startswith(f"hipdrop: {tmp_path / place}: ")
    assert sorted(tmp_path.iterdir()) == before


def test_the_profile_may_lie_among_the_results(recording: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    path = str(out / "me.json")
    assert main(["replay", recording, "--no-plot", "--out", str(out), "--save-profile", path]) == 0
    assert Profile.load(path).template is not None


@pytest.mark.parametrize("name", ["steps.csv", "alerts.csv", "summary.json", "overview.png", "x/../steps.csv"])
def test_a_profile_in_the_place_of_a_result_is_wrong_usage(
    standing: str, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").mkdir()
    before = sorted(tmp_path.iterdir())
    assert main(["replay", standing, "--out", str(tmp_path), "--save-profile", str(tmp_path / name)]) == 2
    assert "--save-profile" in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before


def test_a_profile_in_the_place_of_the_recording_is_wrong_usage(standing: str) -> None:
    assert main(["replay", standing, "--no-plot", "--save-profile", standing]) == 2
    assert Path(standing).read_text() == plain()


def test_settings_of_a_file_hold(recording: str, tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    config.write_text("[monitor]\nmode = 'target'\ntarget_left_deg = 3.5\n")
    assert main(["replay", recording, "--config", str(config), "--out", str(tmp_path)]) == 0
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["settings"]["monitor"]["target_left_deg"] == 3.5


def test_site_is_taken(recording: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", recording, "--no-plot", "--site", "left-hip"]) == 0
    assert "over the left hip" in capsys.readouterr().out


def test_interruption_leaves_old_results(
    recording: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from hipdrop.pipeline import Pipeline

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "steps.csv").write_text("old")
    monkeypatch.setattr(Pipeline, "push", interrupted)
    assert main(["replay", recording, "--out", str(tmp_path)]) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["steps.csv"]
    assert (tmp_path / "steps.csv").read_text() == "old"
    assert capsys.readouterr() == ("", "")


def test_slow_recordings_are_warned_of(reference_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = reference_data / "running" / "real_sacrum_imu" / "p04_running_01_imu.csv"
    assert main(["replay", str(path), "--no-plot"]) == 0
    err = capsys.readouterr().err.splitlines()
    assert all(line.startswith(f"hipdrop: {path.name}: ") for line in err)
    assert ["columns not used" in err[0], "28.9 Hz" in err[1], len(err)] == [True, True, 2]


def test_walking_is_no_running(reference_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(reference_data / "walking" / "tripod_sacrum" / "imu.csv"), "--no-plot"]) == 0
    assert "no running was found" in capsys.readouterr().out
