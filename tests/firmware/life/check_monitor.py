"""What the clip remembers of the settings of its own monitor."""

import os
import sys

from hipclip import monitorset
from hipclip.monitorset import MonitorRecord
from hipwire import errors, monitoring

FILE = "monitor.bin"
DEFAULT = MonitorRecord("none.bin").record


def record(**changes):
    values = monitoring.unpack(DEFAULT)
    values.update(changes)
    return monitoring.pack(values)


def refusal(data):
    """Text of the ValueError for this record; nothing of it may have been taken over."""
    stored = MonitorRecord()
    before = stored.record
    try:
        stored.change(data)
    except ValueError as error:
        assert stored.record == before
        return str(error)
    raise AssertionError("taken")


def write(data):
    with open(FILE, "wb") as file:
        file.write(data)


def test_without_a_file_there_are_the_defaults():
    stored = MonitorRecord()
    assert not stored.damaged
    assert stored.record == DEFAULT
    assert FILE not in os.listdir()


def test_it_is_there_after_the_next_boot_until_it_is_forgotten():
    MonitorRecord().change(record(cool_down_ms=60000) + b"later")
    again = MonitorRecord()
    assert again.record == record(cool_down_ms=60000)
    again.change(bytes(monitoring.SIZE))
    assert again.record == DEFAULT
    assert MonitorRecord().record == DEFAULT
    assert not MonitorRecord().damaged


def test_its_parts_are_read():
    known = {"left_mdeg": -3120, "right_mdeg": 4000, "left_sd_mdeg": 600, "right_sd_mdeg": 700, "left_steps": 400}
    known.update({"right_steps": 401, "between_day_sd_mdeg": 1000})
    names = monitoring.STRIDE_NAMES
    made = record(parts=3, **dict(known, **{names[k]: k - 13 for k in range(27)}))
    MonitorRecord().change(made)
    assert monitorset.stored(made) == (-3120, 4000, 600, 700, 400, 401, 1000)
    assert monitorset.stride(made) == (tuple(range(-13, 14)), False)
    assert monitorset.stride(record(parts=6))[1]
    assert monitorset.stored(DEFAULT) is None
    assert monitorset.stride(DEFAULT) == (None, False)
    assert monitorset.haptic(DEFAULT) == (80, 1)


def test_what_would_stop_the_monitor_is_refused():
    for name, worst in (
        ("parts", 8), ("mode", 2), ("detector", 0), ("detector", 4), ("site", 3), ("baseline_from_ms", 480000),
        ("baseline_from_ms", 300000), ("ewma_weight_ppm", 0), ("ewma_weight_ppm", 1000001), ("cusum_limit_mdeg", 0),
        ("clear_ppm", 1000000), ("fade_factor_ppm", 999999), ("fade_factor_ppm", 100000001),
        ("feedback_ppm", 1000001), ("fade_block_ms", 0), ("baseline_min_steps", 6), ("dead_band_mdeg", 0),
        ("cusum_allowance_mdeg", 0), ("evidence_steps", 61), ("evidence_steps", 0), ("evidence_window_steps", 241),
        ("withheld_after_steps", 0), ("target_dead_band_mdeg", 0), ("haptic_strength_percent", 101),
        ("haptic_repeats", 0), ("haptic_repeats", 6),
    ):  # fmt: skip
        assert refusal(record(**{name: worst})).startswith("monitor: field "), (name, worst)
    assert refusal(record(parts=1, left_steps=1)) == "monitor: field 33 of the record is out of range"
    assert refusal(record(mode=1)) == "monitor: target mode has no band"
    assert refusal(DEFAULT[:-1] + b"\x00") == "monitor: its id is not the CRC of the rest"
    try:
        MonitorRecord().change(DEFAULT[:-1])
    except errors.WireError:
        return
    raise AssertionError("taken")


def test_the_ends_of_what_can_be_are_taken():
    for changes in (
        {"evidence_steps": 240, "evidence_window_steps": 240, "clear_ppm": 999999, "ewma_weight_ppm": 1000000},
        {"baseline_from_ms": 0, "baseline_until_ms": 1, "stored_until_ms": 1, "cool_down_ms": 0, "feedback_ppm": 0},
        {"mode": 1, "target_right_mdeg": -1, "haptic_strength_percent": 0, "haptic_repeats": 5, "sigma_limit_ppm": 0},
        {"fade_longest_ms": monitoring.MOST, "fade_factor_ppm": 100000000, "fade_after_alerts": 0, "wander_mdeg": 0},
    ):
        MonitorRecord().change(record(**changes))


def test_a_damaged_file_leaves_the_defaults_and_says_so_until_one_is_stored():
    good = record(cool_down_ms=60000)
    for bad in (b"", good[:50], good[:7] + b"\xff" + good[8:], b"\xff" * 156, record(haptic_repeats=0)):
        write(bad)
        stored = MonitorRecord()
        assert stored.damaged, bad
        assert stored.error, bad
        assert stored.record == DEFAULT
    stored.change(good)
    assert MonitorRecord().record == good
    assert not MonitorRecord().damaged


def test_the_checks_lie_in_memory_only_while_they_are_needed():
    MonitorRecord().change(record())
    assert "hipclip.monitorcheck" not in sys.modules
    assert "hipclip.monitorset" in sys.modules
