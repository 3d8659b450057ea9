"""A calibration as an input in a recording: to the bit and back, and what becomes of damage."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from calibrations import MEASURED, WHOLE, calibrations, words
from hipdrop.events import UseCalibration
from hipdrop.recording import Entered, Message, RunHeader, RunWriter, read_run
from hipdrop.recording.items import input_text, read_input
from hipdrop.settings import Settings
from synthetic import REPEATABLE

USE = UseCalibration(WHOLE, MEASURED.timestamp() + 0.123456)
TEXT = input_text(USE)
REFUSALS = (KeyError, TypeError, ValueError, AttributeError)  # what the reader leaves out as no input


@settings(parent=REPEATABLE, max_examples=60)
@given(st.builds(UseCalibration, st.none() | calibrations, st.floats(0.0, 2e9), words))
def test_what_is_written_is_read(item: UseCalibration) -> None:
    assert read_input(input_text(item)) == item


@settings(parent=REPEATABLE, max_examples=300)
@given(st.integers(0, len(TEXT) - 1), st.binary(max_size=2))
def test_damage_is_no_input_or_told(at: int, put: bytes) -> None:
    try:
        found = read_input(TEXT[:at] + put + TEXT[at + 1 :])
    except REFUSALS:
        return
    assert isinstance(found, UseCalibration)
    assert found.calibration in (None, WHOLE)
    if found.calibration is None:
        assert found.problem.startswith("the one in the recording cannot be used ($")


def test_a_recording_that_is_torn_behind_it_has_it(tmp_path: Path) -> None:
    path, torn = tmp_path / "run.mcap", tmp_path / "torn.mcap"
    with RunWriter(path, RunHeader.now(10.0, Settings())) as writer:
        writer.frame(10.0, b"\x15info")
        writer.user(10.0, USE)
        writer.frame(10.5, b"\x10frame")
    whole = path.read_bytes()
    torn.write_bytes(whole[: whole.index(b"\x10frame") + 3])
    assert read_run(torn).items == [Message(10.0, b"\x15info"), Entered(10.0, USE)]
    assert not read_run(torn).whole


def test_a_newer_version_in_a_recording_is_told_with_both_named() -> None:
    values = json.loads(TEXT)
    values["calibration"] = {"hipdrop_calibration": 2, "future": True}
    found = read_input(json.dumps(values).encode())
    assert isinstance(found, UseCalibration)
    assert found.calibration is None
    assert "is of version 2, this hipdrop reads version 1" in found.problem
