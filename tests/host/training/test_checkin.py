"""The check-in: what is answered, what stops, which day it serves for, what the history adds."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipdrop import people
from hipdrop.after.history.runs import BeganFrom, Run, Source
from hipdrop.after.history.store import History, history_path
from hipdrop.training import lookout, store
from hipdrop.training.asking import Left, ask
from hipdrop.training.checkin import (
    Answered,
    CheckIn,
    Stop,
    as_data,
    keep,
    last_stop_before,
    of_answers,
    of_data,
    of_today,
    require,
    same_day,
)
from hipdrop.training.questions import QUESTIONS, STOP_SIGNS, BadAnswer, pain, pain_or_none, words, yes_no
from synthetic import REPEATABLE

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=timezone(timedelta(hours=1)))
SAID = {"pain": 2, "where": "outside of the right knee", "pain_after_last_run": 3, "pain_next_morning": None,
        "shoe": "trail", "surface": "forest"}  # fmt: skip
FINE = CheckIn(NOW, **SAID)
NO = "n\n" * len(STOP_SIGNS)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path / "data")
    return tmp_path / "data"


def never() -> Answered:
    raise AssertionError("nobody should be asked")


def test_an_answer_of_today_serves_and_another_is_asked_for_and_kept() -> None:
    asked: list[CheckIn] = []

    def answer() -> Answered:
        asked.append(FINE)
        return FINE

    assert require("Anna", NOW, answer) == FINE
    assert require("Anna", NOW + timedelta(hours=2), never) == FINE
    assert require("Bert", NOW, answer) == FINE
    assert len(asked) == 2
    assert require(None, NOW, answer) == FINE
    assert [person.name for person in people.people()] == ["Anna", "Bert"]


def test_a_stop_of_today_stops_for_the_day_until_it_is_answered_anew() -> None:
    stop = of_answers(SAID, ["fever", "groin"], NOW)
    assert isinstance(stop, Stop)
    assert stop.signs == ("groin", "fever")
    keep("Anna", stop)
    assert require("Anna", NOW + timedelta(hours=3), never) == stop
    keep("Anna", of_answers(SAID, [], NOW + timedelta(hours=4)))
    assert isinstance(require("Anna", NOW + timedelta(hours=5), never), CheckIn)


@pytest.mark.parametrize("sign", STOP_SIGNS, ids=lambda sign: sign.key)
def test_every_stop_sign_stops_alone_and_says_what_and_how_soon(sign) -> None:  # type: ignore[no-untyped-def]
    stop = of_answers(SAID, [sign.key], NOW)
    assert isinstance(stop, Stop)
    assert stop.words.startswith("have this looked at today" if sign.today else "have this looked at before you train")
    assert sign.said in stop.words
    assert of_data(as_data(stop), NOW) == stop


def test_the_signs_are_those_of_the_schema() -> None:
    schema = store._validator().schema
    listed = schema["$defs"]["check-in"]["properties"]["stop_signs"]["items"]["enum"]
    assert listed == [sign.key for sign in STOP_SIGNS]
    assert schema["$defs"]["check-in"]["required"] == [question.key for question in QUESTIONS] + ["stop_signs"]


# Days: over midnight, across time zones, when the clocks change
BERLIN, AUCKLAND = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Auckland")


def at(zone: ZoneInfo, *when: int, fold: int = 0) -> datetime:
    """A time as the command has it: with the offset of that moment, not the zone's rules."""
    there = datetime(*when, tzinfo=zone, fold=fold)  # type: ignore[arg-type]
    return there.replace(tzinfo=timezone(there.utcoffset()), fold=0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "now", "same"),
    [
        (at(BERLIN, 2026, 11, 22, 23, 59), at(BERLIN, 2026, 11, 23, 0, 1), False),
        (at(BERLIN, 2026, 11, 22, 0, 1), at(BERLIN, 2026, 11, 22, 23, 59), True),
        (at(BERLIN, 2026, 10, 25, 0, 30), at(BERLIN, 2026, 10, 25, 23, 59), True),  # 25 hours long
        (at(BERLIN, 2026, 10, 25, 2, 40), at(BERLIN, 2026, 10, 25, 2, 20, fold=1), True),  # 40 min later
        (at(BERLIN, 2026, 3, 29, 1, 59), at(BERLIN, 2026, 3, 29, 3, 0), True),  # 1 min later
        (at(BERLIN, 2026, 3, 28, 23, 59), at(BERLIN, 2026, 3, 29, 3, 0), False),
        (at(AUCKLAND, 2026, 11, 22, 6, 0), at(BERLIN, 2026, 11, 22, 12, 0), True),  # flown west within the day
        (at(BERLIN, 2026, 11, 22, 20, 0), at(AUCKLAND, 2026, 11, 23, 8, 30), False),  # half an hour later, next day
        (at(AUCKLAND, 2026, 11, 22, 1, 0), at(ZoneInfo("Pacific/Honolulu"), 2026, 11, 22, 23, 0), False),  # 45 h later
        (at(BERLIN, 2026, 11, 22, 18, 0), at(BERLIN, 2026, 11, 22, 17, 0), False),  # the clock was put back
        (at(BERLIN, 2025, 11, 22, 18, 0), at(BERLIN, 2026, 11, 22, 19, 0), False),
    ],
)
def test_the_same_day_is_by_the_calendar_on_the_wall(said: datetime, now: datetime, same: bool) -> None:
    assert same_day(said, now) is same
    keep("Anna", CheckIn(said, 0))
    assert (of_today("Anna", now) is not None) is same


@REPEATABLE
@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()),
    st.timedeltas(timedelta(0), timedelta(days=3)),
)
def test_a_later_day_never_takes_the_answer_of_an_earlier_one(said: datetime, later: timedelta) -> None:
    now = (said.astimezone(ZoneInfo("UTC")) + later).astimezone(said.tzinfo)
    if same_day(said, now):
        assert said.date() == now.date()
    elif said.date() == now.date():  # a zone that has left out or doubled hours of its day beyond the usual
        assert now.utcoffset() != said.utcoffset() or later < timedelta(0)


# Asking
def answered(text: str, **more: object) -> tuple[Answered, str]:
    talk = io.StringIO()
    usual = {"where": "left hip", "shoe": "road", "surface": "track"}
    return ask(io.StringIO(text), talk, NOW, more, usual), talk.getvalue()


def test_all_questions_are_asked_in_order() -> None:
    found, talk = answered("2\noutside of the right knee\n3\n-\ntrail\nforest\n" + NO)
    assert found == FINE
    places = [talk.index(question.text) for question in QUESTIONS] + [talk.index(sign.question) for sign in STOP_SIGNS]
    assert places == sorted(places)
    assert "stay on this computer" in talk


def test_enter_takes_what_is_offered_and_a_dash_is_none() -> None:
    found, talk = answered("1\n\n-\n-\n\n-\n" + NO)
    assert found == CheckIn(NOW, 1, "left hip", None, None, "road", "")
    assert "Which shoes today? (words, - none) [road] " in talk


def test_where_is_not_asked_without_pain() -> None:
    found, talk = answered("0\n-\n-\n\n\n" + NO)
    assert found == CheckIn(NOW, 0, "", None, None, "road", "track")
    assert "Where?" not in talk


def test_what_is_no_answer_is_asked_again() -> None:
    found, talk = answered("eleven\n11\n-1\n\n2.5\n²\n3\n\n12\n4\n-\n\n\n" + "perhaps\n" + NO)
    assert isinstance(found, CheckIn)
    assert (found.pain, found.pain_after_last_run) == (3, 4)
    assert talk.count("please answer with a whole number from 0") == 7
    assert talk.count("please answer with y or n") == 1


def test_back_goes_back_over_what_was_not_asked() -> None:
    found, _ = answered("<\n0\n<\n5\nknee\n-\n<\n2\n-\n\n\n" + NO)
    assert found == CheckIn(NOW, 5, "knee", 2, None, "road", "track")
    last = len(STOP_SIGNS) - 1
    found, _ = answered("0\n-\n-\n\n\n" + "n\n" * last + "<\ny\nn\n")
    assert isinstance(found, Stop)
    assert found.signs == (STOP_SIGNS[last - 1].key,)


def test_what_is_given_is_not_asked() -> None:
    signs = {sign.key: False for sign in STOP_SIGNS}
    found, talk = answered("", **SAID, **signs)
    assert (found, talk) == (FINE, "")
    found, talk = answered(NO, **SAID)
    assert found == FINE
    assert "Which shoes" not in talk


@pytest.mark.parametrize("lines", range(6 + len(STOP_SIGNS)))
def test_answers_that_end_early_are_no_check_in(lines: int) -> None:
    whole = ("2\nknee\n3\n-\ntrail\nforest\n" + NO).splitlines(keepends=True)
    with pytest.raises(Left):
        answered("".join(whole[:lines]) + "y")  # the terminal was closed in the middle of a line


@REPEATABLE
@given(st.text())
def test_any_text_is_an_answer_or_said_to_be_none(text: str) -> None:
    for read in (pain, pain_or_none, words, yes_no):
        try:
            value = read(text)
        except BadAnswer:
            continue
        data = as_data(CheckIn(NOW, 0)) | ({"where": value} if isinstance(value, str) else {})
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            data["pain_next_morning"] = value
        assert store._entry(store.line_of("check-in", data, NOW)).data == data


# What the history and the last time add
def run_of(began: datetime, minutes: float) -> Run:
    """A run with the pelvis leaning to the right, round to the left."""
    return Run(
        began.isoformat(), began, BeganFrom.LIVE, Source.LIVE, "0", person="Anna", shoe="trail", running_s=60 * minutes,
        steps=round(170 * minutes), list_deg=2.0, net_turn_deg=3600.0, left_turn_deg=3700.0, right_turn_deg=100.0,
    )  # fmt: skip


def test_sudden_load_and_worn_shoes_enter_the_check_in() -> None:
    with History() as history:
        for days in range(40, 0, -4):
            history.add(run_of(NOW - timedelta(days=days), 30.0))
        history.add(run_of(NOW - timedelta(hours=8), 90.0))
        history.start_shoe("Anna", "trail", 700.0)
    kinds = [advice.kind for advice in lookout.look_out("Anna", NOW.date())]
    assert kinds == ["longest-run", "week", "shoe", "same-lean", "same-turn"]
    assert lookout.look_out("Bert", NOW.date()) == []
    assert lookout.look_out("Anna", NOW.date() + timedelta(days=90)) == []


def test_a_damaged_history_is_told_and_keeps_nobody_from_the_check_in(capsys: pytest.CaptureFixture[str]) -> None:
    history_path().parent.mkdir(parents=True)
    history_path().write_bytes(b"no history" * 100)
    assert lookout.look_out("Anna", NOW.date()) == []
    assert "load and habits are not known" in capsys.readouterr().err


def test_without_a_history_none_is_made() -> None:
    assert lookout.look_out("Anna", NOW.date()) == []
    assert not history_path().exists()


def test_a_stop_of_the_last_time_is_remembered_until_a_check_in_without() -> None:
    keep("Anna", of_answers(SAID, ["locking"], NOW))
    tomorrow = NOW + timedelta(days=1)
    assert last_stop_before("Anna", NOW.date()) is None
    (advice,) = lookout.look_out("Anna", tomorrow.date())
    assert advice.kind == "stop-sign-before"
    assert "Sun 22 Nov 2026" in advice.text
    assert "a joint that locks" in advice.text
    keep("Anna", CheckIn(tomorrow, 0))
    assert lookout.look_out("Anna", date(2026, 11, 24)) == []


@pytest.mark.parametrize(
    ("check_in", "said"),
    [
        (CheckIn(NOW, 3, "", 3, 3), []),
        (CheckIn(NOW, 4), ["Pain of 4"]),
        (CheckIn(NOW, 0, "", 1, 2), ["The morning after"]),
        (CheckIn(NOW, 0, "", None, 2), []),
        (CheckIn(NOW, 9, "", 1, 2), ["Pain of 9", "The morning after"]),
    ],
)
def test_the_answers_themselves_say_what_to_look_out_for(check_in: CheckIn, said: list[str]) -> None:
    found = lookout.of_answers(check_in)
    assert len(found) == len(said)
    assert all(line.startswith(start) for line, start in zip(found, said, strict=True))


def test_the_page_names_every_stop_sign_as_it_is_asked(repository: Path) -> None:
    page = (repository / "docs" / "check-in.md").read_text("utf-8")
    for sign in STOP_SIGNS:
        assert f"| `{sign.key}` | {sign.question} |" in page
