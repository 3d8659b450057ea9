"""The example page for Web Bluetooth: what a browser shows of messages as the clip packs them."""

from __future__ import annotations

from pathlib import Path

import pytest

import webpage
from hipwire import decoding, frames, ids
from screens import missing

BROWSER = webpage.browser()


@pytest.fixture
def program() -> str:
    """The browser."""
    if BROWSER is None:
        missing("no Chromium to open the page: apt install chromium")
    return str(BROWSER)


def status(**alone: int) -> bytes:
    """Make a status frame; `alone` by position name."""
    names = decoding.ALONE[::2]
    buffer = bytearray(frames.STATUS_SIZE)
    values = {"battery_percent": 62, "mount_id": 9}
    frames.pack_status_into(buffer, 0, 0, 0, values, tuple(alone.get(name, 0) for name in names))
    return bytes(buffer)


def event(
    code: int, side: int = 0, detail: int = 0, flags: int = 0, a: int = 0, b: int = 0, c: int = 0, d: int = 0
) -> bytes:
    """Make an event."""
    buffer = bytearray(frames.EVENT_SIZE)
    frames.pack_event_into(buffer, 0, code, 1, 100, side, detail, flags, a, b, c, d)
    return bytes(buffer)


def tilt(obliquities_cdeg: list[int]) -> bytes:
    """Make a tilt frame."""
    buffer = bytearray(frames.HEADER_SIZE + frames.TILT_SAMPLE_SIZE * len(obliquities_cdeg))
    frames.pack_header_into(buffer, ids.TILT, 0, 0, 0, 0)
    for k, value in enumerate(obliquities_cdeg):
        frames.pack_tilt_into(buffer, k, value, -1200, 10, 0, 0)
    return bytes(buffer)


RUNNING = status(log_state=1, run=7, alone=ids.ALONE_DETECTING | ids.ALONE_ALERTING)
STEPS = [
    (ids.EVENTS_UUID, event(ids.EVENT_STEP, ids.SIDE_LEFT, 99, 0, 612, 575, 1664, 361)),
    (ids.EVENTS_UUID, event(ids.EVENT_STEP, ids.SIDE_RIGHT, 99, 0, 460, -32768, 1660, 362)),
    (ids.EVENTS_UUID, event(ids.EVENT_STEP, ids.SIDE_LEFT, 99, 0x200, 900, 580, 1660, 362)),
]
BASELINE = (ids.EVENTS_UUID, event(ids.EVENT_BASELINE, a=520, b=430, c=475, d=800))
RAISED = (ids.EVENTS_UUID, event(ids.EVENT_RAISED, ids.SIDE_LEFT, a=740, b=520, c=220, d=1))
HOSTED = (ids.EVENTS_UUID, event(ids.EVENT_WITHHELD, ids.SIDE_LEFT, ids.WITHHELD_HOSTED, a=740, b=520, c=220, d=1))
BETTER = [
    (ids.EVENTS_UUID, event(ids.EVENT_STEP, side, 99, 0, level, level, 1664, 361))
    for side, level in ((ids.SIDE_LEFT, 640), (ids.SIDE_RIGHT, 400), (ids.SIDE_LEFT, 620))
]
CLEARED = (ids.EVENTS_UUID, event(ids.EVENT_CLEARED, ids.SIDE_LEFT, a=560, b=520, c=40, d=1))


def test_drop_level_baseline_and_state(program: str, tmp_path: Path) -> None:
    found = webpage.seen(program, tmp_path, webpage.write(tmp_path, [*STEPS, BASELINE], RUNNING))
    assert found["radio"]["asked"] == {"filters": [{"services": [ids.SERVICE_UUID]}]}
    assert found["radio"]["service"] == ids.SERVICE_UUID
    assert found["radio"]["reads"] == [ids.STATUS_UUID]
    assert found["radio"]["written"] == []
    assert (found["left-now"], found["right-now"]) == ("9.0", "4.6")
    assert (found["left-level"], found["right-level"]) == ("of late 5.8°", "")
    assert (found["left-fresh"], found["right-fresh"]) == ("fresh 5.2°", "fresh 4.3°")
    assert (found["cadence"], found["battery"], found["log"]) == (
        "166 steps a minute",
        "battery 62 %",
        "recording run 7",
    )
    assert (found["state"], found["mood"]) == ("running as when fresh", "good")
    assert (found["dots"], found["lines"]) == (2, 2)  # a step in a bend is shown as a figure alone
    assert not found["wide"]


@pytest.mark.parametrize(
    ("messages", "words", "mood"),
    [
        ([RAISED], "left leg: right hip drops 2.2° more than fresh", "alert"),
        ([RAISED, (ids.STATUS_UUID, RUNNING)], "left leg: right hip drops 2.2° more than fresh", "alert"),
        ([RAISED, CLEARED], "the drop is back, well done", "good"),
        ([HOSTED], "left leg: right hip drops 2.2° more than fresh", "alert"),
        ([HOSTED, *BETTER], "the drop is back, well done", "good"),
        (
            [(ids.EVENTS_UUID, event(ids.EVENT_WITHHELD, ids.SIDE_LEFT, 1, a=740, b=520, c=220))],
            "running as when fresh",
            "good",
        ),
        ([(ids.EVENTS_UUID, event(ids.EVENT_SLIPPED, a=900))], "the clip has moved; it learns anew", "trouble"),
        (
            [(ids.STATUS_UUID, status(alone=ids.ALONE_DETECTING | ids.ALONE_LEARNING))],
            "learning your fresh level",
            "calm",
        ),
        ([(ids.STATUS_UUID, status(log_reason=ids.WHY_NO_MOUNT))], "connected; no run on the clip", "calm"),
    ],
)
def test_what_the_clip_finds(
    program: str, tmp_path: Path, messages: list[tuple[str, bytes]], words: str, mood: str
) -> None:
    found = webpage.seen(program, tmp_path, webpage.write(tmp_path, messages, RUNNING))
    assert (found["state"], found["mood"]) == (words, mood)


def test_each_reason_not_to_record_has_words(program: str, tmp_path: Path) -> None:
    page = (webpage.PAGE / "page.js").read_text("utf-8")
    for reason in (value for name, value in vars(ids).items() if name.startswith("WHY_")):
        assert page.count('"', page.index("REASONS"), page.index("];", page.index("REASONS"))) > 2 * reason
    played = [(ids.STATUS_UUID, status(log_reason=ids.WHY_FULL))]
    found = webpage.seen(program, tmp_path, webpage.write(tmp_path, played, RUNNING))
    assert found["log"] == "not recording: its flash is full: fetch the runs with hipdrop clip sync"


def test_the_pelvis_is_asked_for_and_drawn(program: str, tmp_path: Path) -> None:
    played = [(ids.DATA_UUID, tilt([100 * k - 450 for k in range(10)])), (ids.DATA_UUID, tilt([525]))]
    found = webpage.seen(program, tmp_path, webpage.write(tmp_path, played, RUNNING, pelvis=True))
    assert found["radio"]["written"] == [list(b"\x16\x01\x01\x00\x02\x00")]
    assert found["trace"] == [*(k - 4.5 for k in range(10)), 5.25]
    assert found["points"] == 11
    assert found["answer"] == ""


def test_a_refusal_a_lost_link_and_nobody_chosen(program: str, tmp_path: Path) -> None:
    found = webpage.seen(program, tmp_path, webpage.write(tmp_path, [], RUNNING, pelvis=True, answer=ids.NOT_PAIRED))
    assert "it needs a bond" in found["answer"]
    assert found["radio"]["reads"] == [ids.STATUS_UUID, ids.KEY_UUID]
    address = webpage.write(tmp_path, [], RUNNING, pelvis=True, answer=ids.NOT_PAIRED, pairing=True)
    found = webpage.seen(program, tmp_path, address)
    assert (found["answer"], len(found["radio"]["written"])) == ("", 2)
    found = webpage.seen(program, tmp_path, webpage.write(tmp_path, STEPS, RUNNING, lost=True))
    assert found["state"] == "the clip is out of reach; it goes on by itself"
    found = webpage.seen(program, tmp_path, webpage.write(tmp_path, [], RUNNING, answer=255))
    assert found["state"] == "no clip chosen"


def test_damaged_messages_change_nothing(program: str, tmp_path: Path) -> None:
    wrong = [b"", b"\x18", b"\x28" + STEPS[0][1][1:], STEPS[0][1][:19], RUNNING[:60], tilt([1])[:-1], bytes(240)]
    played = [(uuid, message) for message in wrong for uuid in (ids.EVENTS_UUID, ids.STATUS_UUID, ids.DATA_UUID)]
    found = webpage.seen(program, tmp_path, webpage.write(tmp_path, [*STEPS, *played], RUNNING))
    assert (found["left-now"], found["dots"], found["points"], found["mood"]) == ("9.0", 2, 0, "good")
