"""What the history shows: on the terminal, as a page, for programs; with many runs, with one, with holes, with none."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from made_runs import MONDAY, make_months, make_run
from rich.console import Console

from hipdrop import people
from hipdrop.after.history import terminal
from hipdrop.after.history.dateplot import date_ticks
from hipdrop.after.history.page import PersonPage, person_page, render
from hipdrop.after.history.plain import VERSION
from hipdrop.after.history.runs import NAN, BeganFrom, Run, Source
from hipdrop.after.history.shoes import shoes
from hipdrop.after.history.store import History
from hipdrop.after.history.warn import warnings
from hipdrop.cli import main

BARE = replace(make_run(), sides=(), steps=0, running_s=0.0, cadence_spm=NAN, valid_share=NAN, marks=())


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and nobody's files beside it."""
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def keep(runs: list[Run]) -> None:
    with History() as history:
        for run in runs:
            history.add(run)


def shown(runs: list[Run], width: int = 140) -> str:
    place = Console(file=io.StringIO(), width=width, highlight=False, force_terminal=False)
    today = runs[-1].day
    terminal.show(place, runs[-1].person, runs, shoes(runs, {}), warnings(runs, today), today)
    file = place.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def page_of(runs: list[Run]) -> str:
    today = runs[-1].day
    return render([person_page("Anna", runs, shoes(runs, {}), warnings(runs, today), today)], today)


# The terminal


def test_the_terminal_shows_runs_curves_weeks_shoes_and_warnings() -> None:
    text = shown(make_months(2))
    assert "Anna: " in text
    for words in ("left  tired ", "to the median before", "week of", "shoe       Trail: ", "look out   The run of "):
        assert words in text
    assert "nan" not in text.lower()
    assert re.search(r"1:15:00 h +12750 +170 +3\.0° +5\.2° .* left 38 min +1 +82/4\n", text)


@pytest.mark.parametrize(
    "runs", [[make_run()], [BARE], [make_run(), replace(BARE, key="b")]], ids=["one", "bare", "both"]
)
def test_little_or_nothing_is_shown_as_that(runs: list[Run]) -> None:
    text = shown(runs)
    assert "nan" not in text.lower()
    assert f"{len(runs)} run" in text


def test_live_figures_and_guessed_dates_are_marked() -> None:
    text = shown([make_run(source=Source.LIVE), make_run(MONDAY + timedelta(days=1), began_from=BeganFrom.FILE)])
    assert "18:00* " in text
    assert "18:00? " in text
    assert text.count("figures of the live run") == text.count("--began sets the right one") == 1


def test_of_many_runs_the_last_are_shown() -> None:
    text = shown([make_run(MONDAY + timedelta(days=number)) for number in range(60)])
    assert "60 runs, the last 40 shown" in text
    assert len(re.findall(r"18:00 ", text)) == 40


def test_a_curve_spans_its_limits_and_leaves_holes() -> None:
    assert terminal.curve(np.array([0.0, 1.0, NAN, 0.5]), 0.0, 1.0) == "▁█ ▅"
    assert terminal.curve(np.array([2.0, 2.1]), 2.0, 3.0, terminal.PLAIN) == "__"
    assert terminal.change_words(np.array([3.0, NAN, 3.2, 4.0])) == "4.0°, +0.9° to the median before"
    assert terminal.change_words(np.array([NAN])) == "-"


def test_a_terminal_without_blocks_gets_letters() -> None:
    place = Console(file=io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace"), width=140)
    runs = make_months(1)
    terminal.show(place, "Anna", runs, [], [], runs[-1].day)
    place.file.flush()
    text = place.file.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]
    (line,) = [line for line in text.splitlines() if line.startswith("left  tired")]
    assert set(line.split("  ")[1].removeprefix("tired ").strip()) <= {*terminal.PLAIN, *"left tired"}


# The page


class Checked(HTMLParser):
    """Finds what would reach for the network, and numbers that are none."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.pictures: list[str] = []
        self.missing: list[str] = []
        self.kinds: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        assert tag not in ("script", "link", "img", "iframe", "object")
        assert not {"src", "href", "onload"} & set(values)
        assert not any("nan" in (value or "") for name, value in attrs if name in ("d", "x", "y", "cx", "cy", "height"))
        self.pictures += [values["data-picture"] or ""] if "data-picture" in values else []
        self.missing += [values["data-missing"] or ""] if "data-missing" in values else []
        self.kinds += [values["data-kind"] or ""] if "data-kind" in values else []

    def handle_data(self, data: str) -> None:
        assert not re.search(r"\bnan\b", data), data


def checked(page: str) -> Checked:
    found = Checked()
    found.feed(page)
    assert "url(" not in page
    assert "@import" not in page
    return found


def test_the_page_has_all_pictures_and_reaches_for_nothing() -> None:
    found = checked(page_of(make_months(5)))
    assert found.pictures == ["drop-left", "drop-right", "minutes", "drop-minutes", "onset", "cadence"]
    assert found.missing == []
    assert found.kinds == ["longest-run", "week", "drop-load", "same-lean", "same-turn"]


def test_every_run_is_a_sign_at_its_height() -> None:
    runs = make_months(1)
    page = page_of(runs)
    left = page[page.index('data-picture="drop-left"') : page.index('data-picture="drop-right"')]
    signs = re.findall(r'<circle class="full left" cx="([\d.]+)" cy="([\d.]+)"', left)
    assert len(signs) == len(runs)
    deepest = max(range(len(runs)), key=lambda index: runs[index].sides[0].tired_deg)
    assert min(range(len(runs)), key=lambda index: float(signs[index][1])) == deepest
    assert [float(x) for x, _ in signs] == sorted(float(x) for x, _ in signs)


@pytest.mark.parametrize(
    ("runs", "missing"),
    [
        ([make_run()], []),
        ([make_run(sag_deg=0.1)], ["onset"]),
        ([BARE], ["drop-left", "drop-right", "drop-minutes", "onset", "cadence"]),
        ([BARE, replace(make_run(MONDAY + timedelta(days=700)), key="b")], []),
    ],
    ids=["one", "no onset", "bare", "far apart"],
)
def test_no_picture_is_empty(runs: list[Run], missing: list[str]) -> None:
    assert checked(page_of(runs)).missing == missing


def test_names_are_letters_not_markup() -> None:
    runs = [make_run(person="<b>x</b>", shoe="<script>")]
    page = render([person_page("<b>x</b>", runs, shoes(runs, {}), [], MONDAY.date())], MONDAY.date())
    assert "<b>x</b>" not in page
    assert "&lt;script&gt;" in page
    checked(page)


def test_nobody_has_a_page_too() -> None:
    page = render([], MONDAY.date())
    checked(page)
    assert "No runs yet." in page
    assert isinstance(person_page("", [make_run(person="")], [], [], MONDAY.date()), PersonPage)


@pytest.mark.parametrize("days", [7, 20, 90, 400, 3000])
def test_dates_along_the_floor_are_few_and_say_their_year_once(days: int) -> None:
    found = date_ticks(date(2026, 11, 4), float(days))
    assert 2 <= len(found) <= 9
    years = [year for *_, year in found if year]
    assert years == sorted(set(years))
    assert years[0] == "2026"
    if days > 20:
        assert {(date(2026, 11, 4) + timedelta(days=day)).weekday() for day, *_ in found} == {0}


# The command


def test_without_runs_it_says_how_they_come_in(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history"]) == 0
    assert capsys.readouterr().out.startswith("no runs yet: ")
    assert not data.exists()
    assert main(["history", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["people"] == []


def test_json_holds_what_the_page_documents(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(make_months(3))
    assert main(["history", "shoe", "Trail", "--km", "200", "--person", "Anna"]) == 0
    capsys.readouterr()
    assert main(["history", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["hipdrop_history"] == VERSION
    (anna,) = found["people"]
    (shoe,) = anna["shoes"]
    assert shoe["start_km"] == 200.0
    assert sum(week["runs"] for week in anna["weeks"]) == len(anna["runs"])
    page = (repository / "docs" / "history.md").read_text("utf-8")
    of_runs = {*anna["runs"][0], *anna["runs"][0]["sides"]["left"], *anna["runs"][0]["marks"][0]}
    for name in {*found, *anna, *of_runs, *anna["weeks"][0], *shoe}:
        assert f"`{name}`" in page, name
    assert "NaN" not in json.dumps(found)


def test_person_shoe_and_date_choose(capsys: pytest.CaptureFixture[str]) -> None:
    runs = [
        make_run(),
        make_run(MONDAY + timedelta(days=1), shoe="Road"),
        make_run(MONDAY + timedelta(days=2), person="Bert"),
    ]
    keep(runs)

    def keys(*options: str) -> list[str]:
        assert main(["history", "--json", *options]) == 0
        return [run["key"] for one in json.loads(capsys.readouterr().out)["people"] for run in one["runs"]]

    assert keys() == [run.key for run in runs]
    assert keys("--person", "anna") == [runs[0].key, runs[1].key]
    assert keys("--shoe", "ROAD") == [runs[1].key]
    assert keys("--since", "2026-03-04") == [runs[2].key]
    assert keys("--person", "Carl") == []


def test_the_page_is_written_where_it_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(make_months(1))
    assert main(["history", "--html", "-o", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == f"written    {tmp_path / 'out' / 'history.html'}\n"
    checked((tmp_path / "out" / "history.html").read_text("utf-8"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--since", "yesterday"], "--since yesterday: give a date such as"),
        (["--html", "--json"], "give one of the two"),
        (["shoe", "Trail", "--km", "-3", "--person", "Anna"], "--km -3: give kilometres"),
        (["shoe", "Trail", "--km", "nan", "--person", "Anna"], "--km nan: give kilometres"),
        (["shoe", "Trail", "--km", "3"], "--person NAME"),
        (["add", "x.csv", "--began", "noon"], "--began noon: give a time such as"),
        (["add", "x.csv", "--person", ""], "--person ''"),
    ],
)
def test_wrong_usage_is_one_line(options: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", *options]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1
