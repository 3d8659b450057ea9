"""The results of the single-leg test: medians, times that were not reached, differences beside what can be detected."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hipdrop.cli import main
from hipdrop.events import Side
from hipdrop.people import Person
from hipdrop.simulate.training_demo import demo_test
from hipdrop.training import store
from hipdrop.training.detectable import Detectable
from hipdrop.training.procedures.singleleg import SingleLegResult
from hipdrop.training.results import as_data, figures_of, lines_of
from hipdrop.training.singleleg import SingleLegEstimate
from hipdrop.training.squats import SquatsEstimate, Trend
from hipdrop.training.sway import Sway

SWAY = Sway(0.4, 0.6, 0.02, 0.1)


def tried(leg: Side, raise_deg: float, below_s: float | None = None, mean_deg: float = -2.0) -> SingleLegEstimate:
    span_s = (below_s, below_s)
    return SingleLegEstimate(
        leg, 10.0, 40.0, raise_deg, below_s, below_s, span_s, span_s, mean_deg, mean_deg + 1.0, SWAY, (), 80.0, (), ()
    )


def data_of(*tries: SingleLegEstimate, site: str | None = "sacrum", squats: tuple[SquatsEstimate, ...] = ()) -> dict:  # type: ignore[type-arg]
    return as_data(SingleLegResult(tries, squats), site=site, mount={"method": "bends"})


def page(data: dict, before: dict | None = None, deg: float = 4.0) -> str:  # type: ignore[type-arg]
    return "\n".join(lines_of(data, before, Detectable(deg, "of a test")))


def test_a_leg_is_the_median_of_its_tries() -> None:
    figures = figures_of([tried(Side.LEFT, 3.0, 10.0), tried(Side.LEFT, 5.0), tried(Side.LEFT, 4.0, 20.0)])
    assert figures is not None
    assert (figures.tries, figures.raise_deg, figures.raise_spread_deg) == (3, 4.0, 2.0)
    assert figures.below_start_s == 20.0
    rarely = figures_of([tried(Side.LEFT, 3.0, 10.0), tried(Side.LEFT, 5.0), tried(Side.LEFT, 4.0)])
    assert rarely is not None
    assert rarely.below_start_s is None
    assert figures_of([]) is None


def test_a_time_is_as_close_as_the_height_says() -> None:
    one = tried(Side.LEFT, 3.0, 10.0)
    said = {
        span: page(data_of(replace(one, below_level_s=at_s, below_level_span_s=span))).splitlines()[2]
        for at_s, span in (
            (10.0, (9.8, 10.4)), (10.0, (9.8, 14.2)), (10.0, (9.8, None)), (None, (9.8, None)), (None, (None, None)),
            (2.0, (2.0, 2.0)),
        )
    }  # fmt: skip
    assert said[(9.8, 10.4)].endswith("below level after 10.0 s")
    assert said[(9.8, 14.2)].endswith("below level after 10 to 14 s")
    assert said[(9.8, None)].endswith("not clearly below level, near it after 10 s")
    assert said[(None, None)].endswith("never below level")
    assert said[(2.0, 2.0)].endswith("below level from the start")


def test_left_and_right_are_compared_on_the_midline_alone_and_beside_what_is_detectable() -> None:
    tries = tried(Side.LEFT, 6.0), tried(Side.RIGHT, 1.0)
    on, off, unknown = (page(data_of(*tries, site=site)) for site in ("sacrum", "left-hip", None))
    assert "left - right   raise +5.0 deg, more than the smallest detectable change (4.0)" in on
    assert "left - right   mean drop +0.0 deg, less than can be told from chance (4.0)" in on
    for text in (off, unknown):
        assert "left, right    not compared" in text
        assert "left - right" not in text
    assert "less than can be told" in page(data_of(*tries), deg=5.5)


def test_the_test_before_stands_beside_this_one() -> None:
    before = data_of(tried(Side.LEFT, 1.0), tried(Side.RIGHT, 4.0))
    text = page(data_of(tried(Side.LEFT, 6.0), tried(Side.RIGHT, 4.5)), before)
    assert "last time    raise +5.0 deg, more than" in text
    assert "last time    raise +0.5 deg, less than" in text
    assert "last time" not in page(data_of(tried(Side.LEFT, 6.0)))


def test_words_for_what_was_not_reached_and_what_was_not_done() -> None:
    text = page(data_of(tried(Side.RIGHT, -3.0, 0.0, 3.0)))
    assert "left leg       not tested" in text
    assert "left hip     not raised, it dropped 3.0 deg" in text
    assert "below level from the start" in text
    assert "3.0 deg below level on the average" in text
    assert text.splitlines()[-1].endswith("not a diagnosis.")
    assert "never 2 deg under the raise, never below level" in page(data_of(tried(Side.LEFT, 3.0)))


def test_squats_with_and_without_a_trend() -> None:
    squats = (
        SquatsEstimate(Side.LEFT, 0.0, 60.0, (1.0, 2.0), (2.0, 4.0), None, ()),
        SquatsEstimate(Side.RIGHT, 0.0, 60.0, (1.0,) * 6, (2.0,) * 6, Trend(0.2, -0.3, 0.7), ()),
    )
    text = page(data_of(tried(Side.LEFT, 3.0), squats=squats))
    assert "left leg: 2, right hip 3.0 deg below level at the bottom" in text
    assert "drop from first to last +0.2 deg (95 % -0.3 to +0.7): no clear trend" in text


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    return tmp_path


@pytest.fixture(scope="session")
def demo_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("single_leg") / "demo.csv"
    demo_test(1, squats=False).write_csv(path)
    return path


def test_a_file_to_json(home: Path, demo_csv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = home / "test.json"
    command = ["test", "single-leg", "--from", str(demo_csv), "--tries", "1", "--site", "sacrum", "--out", str(out)]
    assert main(command) == 0
    text = capsys.readouterr().out
    assert "left - right   raise" in text
    data = json.loads(out.read_text("utf-8"))
    assert data["hipdrop_single_leg"] == 1
    assert data["midline"] is True
    assert data["mount"]["stored"] is False
    assert data["left"]["raise_deg"] > data["right"]["raise_deg"]
    assert data["right"]["below_level_s"] > 9.0
    assert [one["leg"] for one in data["tries"]] == ["left", "right"]


def test_a_file_is_kept_of_a_person_and_compared_with_the_one_before(
    home: Path, demo_csv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["test", "single-leg", "--from", str(demo_csv), "--tries", "1", "--person", "Anna"]
    assert main(command) == 0
    assert "last time" not in capsys.readouterr().out
    later = time.time() + 60.0
    os.utime(demo_csv, (later, later))
    assert main(command) == 0
    assert capsys.readouterr().out.count("last time    raise +0.0 deg") == 2
    kept = store.entries("Anna", "single-leg")
    assert len(kept) == 2
    assert abs(kept[0].at - datetime.now().astimezone()) < timedelta(hours=1)
    assert Person.open("Anna").folder.is_dir()


def test_what_cannot_be_done(home: Path, demo_csv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "single-leg", "--demo", "--from", str(demo_csv)]) == 2
    assert "--demo brings its own clip" in capsys.readouterr().err
    assert main(["test", "single-leg", "--from", str(home / "none.csv")]) == 1
    folder = home / "no" / "such" / "test.json"
    assert main(["test", "single-leg", "--from", str(demo_csv), "--tries", "1", "--out", str(folder)]) == 1
    assert "name another" in capsys.readouterr().err
