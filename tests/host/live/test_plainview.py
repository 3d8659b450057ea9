"""A run as plain lines: each thing once, and nothing that commands a terminal."""

from __future__ import annotations

import errno
import io
import re
from dataclasses import replace

import pytest

from hipdrop.events import Activity, ActivityChanged, AlertRaised, Marked, Side
from hipdrop.live.plainview import PlainView
from hipdrop.live.updates import CLOSED, FINISHING, STREAMING, WAITING, Facts, Update
from host.live.live_updates import FACTS, updates

CLIP = Facts("ble:Hip-1")


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def test_each_loss_is_told_once_however_many_tries_it_takes(stream: io.StringIO) -> None:
    view = PlainView(stream)
    states = ["connecting", "reading the clip", "starting", STREAMING, WAITING, "connecting", WAITING, "connecting",
              "reading the clip", STREAMING, FINISHING, FINISHING, CLOSED]  # fmt: skip
    for state in states:
        view.show(Update(facts=replace(CLIP, state=state, trouble="out of reach")))
    said = stream.getvalue().splitlines()
    assert len(said) == 5
    assert said[0] == "hipdrop: connecting to ble:Hip-1"
    assert "out of reach" in said[2]
    assert said[3] == said[1] == "hipdrop: streaming from ble:Hip-1"
    assert "Ctrl-C" in said[4]


def test_alerts_marks_and_what_the_wearer_does_are_told_at_once(stream: io.StringIO) -> None:
    view = PlainView(stream)
    view.show(Update(facts=FACTS))
    view.show(Update((AlertRaised(65.0, Side.LEFT, 7.0, 5.0, 2.0, "left leg: 2.0° more"), Marked(66.0, "button"))))
    for activity in (Activity.STAND, Activity.STAND, Activity.WALK):
        view.show(Update((ActivityChanged(70.0, activity),), reached_s=70.0, facts=FACTS))
    said = stream.getvalue().splitlines()
    assert said[1:3] == ["hipdrop: 1:05  ALERT: left leg: 2.0° more", "hipdrop: 1:06  marked: button"]
    told = [line.removeprefix("hipdrop: 1:10  ") for line in said[3:] if "steps;" not in line]
    assert [line.split(":")[0] for line in told] == ["standing", "walking"]


def test_how_it_stands_comes_every_ten_seconds(stream: io.StringIO) -> None:
    view = PlainView(stream)
    for reached_s in (5.0, 9.9, 10.0, 10.2, 19.0, 31.0, 39.0, 40.5):
        view.show(Update(reached_s=reached_s, facts=replace(FACTS, faults=("safe mode",))))
    said = [line for line in stream.getvalue().splitlines() if "steps;" in line]
    assert [line.split()[1] for line in said] == ["0:10", "0:31", "0:40"]
    assert all("battery 87 %, safe mode" in line for line in said)


def test_a_whole_run_tells_its_states_in_their_order(stream: io.StringIO) -> None:
    view = PlainView(stream)
    for number, update in enumerate(updates()):
        view.show(replace(update, facts=FACTS) if number % 5 == 0 else update)
    text = stream.getvalue()
    places = [text.index(word) for word in (
        "streaming from", "standing", "finding mount", "warming up", "learning baseline", "  running", "ALERT",
        "cleared", "walking",
    )]  # fmt: skip
    assert places == sorted(places)
    assert re.search(r"left leg: right hip drops \d\.\d° \([+-]\d\.\d°\), right leg", text)
    assert text.count("learning baseline") == 1
    assert text.replace("\n", "").isprintable()


def test_a_name_cannot_command_the_terminal(stream: io.StringIO) -> None:
    view = PlainView(stream)
    view.show(Update((Marked(1.0, "a\x1b[2Jb\rc"),), facts=replace(CLIP, source="\x1b]0;x\x07", state=STREAMING)))
    assert stream.getvalue().replace("\n", "").isprintable()


class Closed(io.StringIO):
    """A terminal that was closed, which is error EIO."""

    def write(self, text: str) -> int:
        raise OSError(errno.EIO, "Input/output error")


def test_a_run_goes_on_when_nobody_reads() -> None:
    view = PlainView(Closed())
    view.show(Update((Marked(1.0, ""),), facts=FACTS))
