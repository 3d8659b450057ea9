"""--from and --to: which part of a run they mean."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from hipdrop.commands.part import Part, parse_time
from hipdrop.errors import UsageError
from hipdrop.events import BaselineReady, Contact, Event, Marked
from hipdrop.imucsv import Recording


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0.0), ("90", 90.0), ("1.5", 1.5), ("12:30", 750.0), ("1:02:03", 3723.0), ("0:7.25", 7.25)],
)
def test_times_are_seconds_or_of_a_clock(text: str, seconds: float) -> None:
    assert parse_time("--from", text) == seconds


@pytest.mark.parametrize("text", ["", "x", "-1", "1:2:3:4", "1e3", "nan", ":5", "5:"])
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match=r"--to .*: give seconds, m:ss or h:mm:ss"):
        Part.parse(None, text)


def test_a_part_that_ends_before_it_begins_is_refused() -> None:
    for from_, to in (("2:00", "1:00"), (None, "0"), ("5", "5")):
        with pytest.raises(UsageError, match="ends before it begins"):
            Part.parse(from_, to)
    assert Part.parse("1:00", None) == Part(60.0, math.inf)
    assert Part.parse(None, None).whole


def test_a_part_holds_its_own_events_and_what_was_learnt_before() -> None:
    def baseline(t_s: float) -> BaselineReady:
        return BaselineReady(t_s, 5.0, 5.0, 5.0, 1.0, 1.0, 1.0, 300, "today")

    events: list[Event] = [
        Contact(1010.0, 0),
        baseline(1011.0),
        baseline(1012.0),
        Marked(1020.0, "a"),
        Marked(1030.0, "b"),
    ]
    assert Part(20.0, 25.0).events(events, 1000.0) == [baseline(1012.0), Marked(1020.0, "a")]
    assert Part(11.5, 15.0).events(events, 1000.0) == [baseline(1011.0), baseline(1012.0)]
    assert Part().events(events, 1000.0) == events


def test_the_results_of_a_part_say_so() -> None:
    recording = Recording(Path("run.csv"), [], 208.0, 208.0, ("slow",))
    assert Part().recording(recording) == recording
    notes = Part(60.0, math.inf).recording(recording).notes
    assert notes == ("slow", "from 1:00 to the end: steps and alerts below are of this part")
