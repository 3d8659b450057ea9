"""Steps on the clip, under MicroPython: contract, closed forms, and the host's own parameters."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clip_detection import TiltRun, on_the_clip, packed
from hipdrop.events import Flag, Side
from hipdrop.filters import early_kernel
from hipdrop.install.files import compiled
from hipdrop.settings import Settings
from hipdrop.slips import _JUMP_PAUSE_S, _JUMP_STEPS
from hipdrop.steps import _CHECK_EVERY, _CONFIRM

MicroPython = Callable[..., str]
RATE_HZ = 208.0
STRIDE_S = 0.72
LAG_S = Settings().contacts.lag_s
FUNDAMENTAL_DEG, THIRD_DEG = 3.0, 0.6

PER_SAMPLE = """
import micropython, struct, sys
from array import array
from hipclip.detect.contacts import Contacts
contacts, landings = Contacts(208000), 0
head = bytearray(6)
with open(sys.argv[1], "rb") as source:
    while source.readinto(head) == 6:
        index, count = struct.unpack("<IH", head)
        values = array("h", bytes(10 * count))
        source.readinto(values)
        at = 0
        while at < count:
            micropython.heap_lock()
            at = contacts.take(values, at, count)
            micropython.heap_unlock()
            landings += contacts.found
print(landings)
"""
STILL = """
import micropython
from array import array
from hipclip.detect import Detector
detector = Detector(208000, None)
values = array("h", [120, -300, 5, 3, -2] * 10)
detector.take(values, 10, 0)
micropython.heap_lock()
for index in range(20, 20000, 20):
    detector.take(values, 10, index)
micropython.heap_unlock()
"""


def obliquity_deg(phase: np.ndarray) -> np.ndarray:
    """Course over a stride that begins with a left contact, phase in radians: highest in mid-stance of the left leg."""
    return np.asarray(FUNDAMENTAL_DEG * np.sin(phase) - THIRD_DEG * np.cos(3.0 * phase))


def pelvis(seconds: float, *, list_deg: float = 0.0, rest_s: float = 2.0, turned: int = 1) -> TiltRun:
    """A pelvis of sines that stands, then runs from a left contact on (a right one where `turned` is -1)."""
    t_s = np.arange(0.0, rest_s + seconds, 2.0 / RATE_HZ) + 0.5 / RATE_HZ - rest_s
    phase = 2.0 * np.pi * t_s / STRIDE_S
    obliquity = turned * obliquity_deg(phase) + list_deg
    roll = turned * (FUNDAMENTAL_DEG * np.cos(phase) + 3.0 * THIRD_DEG * np.sin(3.0 * phase)) * 2.0 * np.pi / STRIDE_S
    yaw = turned * 40.0 * np.cos(phase + np.radians(50.0))
    vertical = 1300.0 * np.sin(2.0 * (phase - 2.0 * np.pi * LAG_S / STRIDE_S))
    values = np.column_stack((100.0 * obliquity, np.full_like(phase, -500.0), vertical, 10.0 * roll, 10.0 * yaw))
    values[t_s < 0.0] = [100.0 * list_deg, -500.0, 0.0, 0.0, 0.0]
    return TiltRun(RATE_HZ, [(0, np.rint(values).astype(np.int16))])


def true_drop_deg() -> float:
    """Largest value from contact to 60 % of the step, over a stride whose mean is 0."""
    part = Settings().drop.peak_part
    return float(obliquity_deg(np.linspace(0.0, part * np.pi, 2000)).max())


def cut_out(run: TiltRun, start: int, length: int) -> TiltRun:
    """The same run without some of its tilt samples."""
    ((first, values),) = run.stretches
    late = start + length
    return TiltRun(run.rate_hz, [(first, values[:start]), (first + 2 * late, values[late:])])


def test_nothing_and_stillness_say_nothing(micropython: MicroPython, tmp_path: Path) -> None:
    for values in (np.zeros((0, 5)), np.zeros((1, 5)), np.tile([500, -300, 20, 3, -4], (1000, 1))):
        run = TiltRun(RATE_HZ, [(0, values.astype(np.int16))] if len(values) else [])
        assert on_the_clip(micropython, tmp_path, run).lines == []


def test_noise_and_the_ends_of_the_range_are_no_running(micropython: MicroPython, tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(0.0, 80.0, (3000, 5)).astype(np.int16)
    ends = np.where(np.arange(3000)[:, None] // 7 % 2, 32767, -32768) * np.ones((1, 5))
    for values in (noise, ends.astype(np.int16)):
        told = on_the_clip(micropython, tmp_path, TiltRun(RATE_HZ, [(0, values)]))
        assert not [step for step in told.steps if not step.flags]


@pytest.mark.parametrize("turned", [1, -1])
def test_a_pelvis_of_sines_gives_its_own_times_sides_and_drop(
    micropython: MicroPython, tmp_path: Path, turned: int
) -> None:
    told = on_the_clip(micropython, tmp_path, pelvis(20.0, list_deg=4.0, turned=turned))
    first = Side.LEFT if turned > 0 else Side.RIGHT
    steps = told.steps[:-1]
    assert [line[0] for line in told.lines[:2]] == ["activity", "sides"]
    assert [step.number for step in told.steps] == list(range(len(told.steps)))
    assert len(told.steps) == pytest.approx(20.0 / STRIDE_S * 2.0, abs=1.0)
    for step in steps[1:]:  # before the first the sines begin with a jump
        number = round((step.t_s - 2.0) / (0.5 * STRIDE_S))
        assert step.t_s - 2.0 == pytest.approx(number * 0.5 * STRIDE_S, abs=0.006)  # a raw sample, and the kernel
        assert step.step_ms == pytest.approx(500.0 * STRIDE_S, abs=2.0)
        assert step.side is (first if number % 2 == 0 else first.other)
    valid = [step for step in steps if not step.flags]
    assert len(valid) == len(steps) - 4  # all but the first steps and the last of the run
    for step in valid:
        assert step.drop_deg == pytest.approx(true_drop_deg(), abs=0.03)
        assert step.cadence_dspm == pytest.approx(1200.0 / STRIDE_S, abs=3.0)
        assert step.confidence_percent >= 99
    assert told.steps[-1].flags == (Flag.STOP,)
    assert np.isnan(told.steps[-1].drop_deg)
    assert told.steps[0].flags == (Flag.START, Flag.STOP)


@pytest.mark.parametrize("cut", [1, 9, [3, 17, 1, 40], 5000])
def test_it_is_all_the_same_how_the_samples_are_cut(
    micropython: MicroPython, tmp_path: Path, cut: int | list[int]
) -> None:
    run = cut_out(pelvis(12.0), 700, 40)
    assert on_the_clip(micropython, tmp_path, run, cut).lines == on_the_clip(micropython, tmp_path, run).lines


def test_a_gap_anywhere_voids_and_the_sides_go_on(micropython: MicroPython, tmp_path: Path) -> None:
    whole = pelvis(14.0)
    for start in range(720, 800, 11):
        told = on_the_clip(micropython, tmp_path, cut_out(whole, start, 30), 40)
        lost_s = 2.0 * start / RATE_HZ
        for step in told.steps:
            number = round((step.t_s - 2.0) / (0.5 * STRIDE_S))
            assert step.side is (Side.LEFT if number % 2 == 0 else Side.RIGHT)
            if lost_s - 0.3 < step.t_s < lost_s + 3.0:
                assert Flag.GAP in step.flags
        assert not told.steps[-3].flags
        assert [line for line in told.lines if line[0] != "step"] == [("activity", "1"), ("sides", "1")]


def test_a_jump_back_of_the_index_is_a_gap_too(micropython: MicroPython, tmp_path: Path) -> None:
    ((_, values),) = pelvis(8.0).stretches
    told = on_the_clip(micropython, tmp_path, TiltRun(RATE_HZ, [(90_000, values), (0, values)]))
    assert len(told.steps) > 40
    assert Flag.GAP in told.steps[len(told.steps) // 2 + 3].flags


def test_nothing_is_allocated_for_a_sample(micropython: MicroPython, tmp_path: Path) -> None:
    (tmp_path / "tilt").write_bytes(packed(pelvis(20.0)))
    assert int(micropython(PER_SAMPLE, str(tmp_path / "tilt"))) > 50
    micropython(STILL)


MEMORY = """
import gc
def free():
    gc.collect()
    return gc.mem_free()
before = free()
from hipclip.detect import Detector
detector = Detector(208000, None)
print(before - free())
"""


def test_it_takes_less_than_32_kb_of_a_64_bit_heap(micropython: MicroPython, repository: Path, tmp_path: Path) -> None:
    """As it is compiled for a board, whose objects are half as large."""
    names = ("__init__", "contacts", "drops", "labels", "sides", "slips", "steps")
    paths = [f"hipclip/detect/{name}.py" for name in names]
    sources = {path: (repository / "firmware" / path).read_bytes() for path in paths}
    for path, content in compiled({"hipclip/__init__.py": b"", **sources}).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    assert int(micropython(MEMORY, folders=(tmp_path,))) < 32_000


def constants(repository: Path) -> dict[str, float]:
    """The `_NAME = const(number)` of the modules of detection that are the host's."""
    found: dict[str, float] = {}
    for path in sorted((repository / "firmware/hipclip/detect").glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
                continue
            if ast.unparse(node.value.func) == "const" and not isinstance(node.value.args[0], ast.BinOp):
                found[path.stem + ast.unparse(node.targets[0])] = ast.literal_eval(node.value.args[0])
    return found


def test_the_parameters_are_those_of_the_host(repository: Path) -> None:
    settings = Settings()
    contacts, mount, sides, drop = settings.contacts, settings.mount, settings.sides, settings.drop
    wanted = {
        "contacts_FLIGHT_MG": 1000 * contacts.flight_g, "contacts_SLOW_FLIGHT_MG": 1000 * contacts.slow_flight_g,
        "contacts_FIRST_STANCE_MG": 1000 * contacts.first_stance_g, "contacts_LAG_MS": 1000 * contacts.lag_s,
        "contacts_SLOW_STEP_MS": 1000 * contacts.slow_step_s, "contacts_REFRACTORY_MS": 1000 * contacts.refractory_s,
        "contacts_REFRACTORY_STEPS_PERCENT": 100 * contacts.refractory_steps,
        "contacts_LONGEST_STEP_MS": 1000 * contacts.longest_step_s,
        "drops_CUTOFF_HARMONICS": drop.cutoff_harmonics, "drops_KERNEL_PARTS": 1 / drop.kernel_half_part,
        "drops_PEAK_PERCENT": 100 * drop.peak_part, "drops_WOBBLE_LIMIT_CDEG": 100 * drop.wobble_limit_deg,
        "steps_STOP_STEPS": drop.stop_steps, "steps_IRREGULAR_PERCENT": 100 * drop.irregular_part,
        "steps_TURN_LIMIT_DDPS": 10 * drop.turn_limit_dps, "steps_TURN_TAIL_MS": 1000 * drop.turn_tail_s,
        "steps_GAP_VOID_MS": 1000 * drop.gap_void_s, "steps_CONFIRM": _CONFIRM, "steps_CHECK_EVERY": _CHECK_EVERY,
        "steps_SHORTEST_STEP_PERCENT": 100 * sides.shortest_step_part,
        "steps_LONGEST_STEP_PERCENT": 100 * sides.longest_step_part, "steps_CARRY_GAP_MS": 1000 * sides.carry_gap_s,
        "steps_CARRY_PERCENT": 100 * sides.carry_part, "steps_DOUBT_MS": 1000 * mount.doubt_s,
        "labels_HOLD_STEPS": sides.hold_steps, "sides_ROLL_WEIGHT": sides.roll_weight,
        "sides_ROLL_PHASE_DEG": sides.roll_phase_deg, "sides_ROLL_SCALE_DEG": sides.roll_scale_deg,
        "sides_YAW_WEIGHT": sides.yaw_weight, "sides_YAW_PHASE_DEG": sides.yaw_phase_deg,
        "sides_FIRST_STRIDES": sides.first_strides, "sides_SURE_LOG_ODDS": sides.sure_log_odds,
        "sides_CONFIRMED_LOG_ODDS": sides.confirmed_log_odds, "sides_CARRY_LOG_ODDS": sides.carry_log_odds,
        "sides_MATCH_STEP": sides.match_step, "sides_MATCH_LIMIT": sides.match_limit,
        "sides_MATCH_FLOOR": sides.match_floor, "slips_SLIP_DEG": mount.slip_deg,
        "slips_SLIP_PITCH_DEG": mount.slip_pitch_deg, "slips_SLIP_JUMP_DEG": mount.slip_jump_deg,
        "slips_SLIP_JUMP_FROM": mount.slip_jump_from, "slips_SLIP_STEPS": mount.slip_steps,
        "slips_SLIP_MEAN_STEPS": mount.slip_mean_steps, "slips_SLIP_GAP_STEPS": mount.slip_gap_steps,
        "slips_SLIP_SETTLE_STEPS": mount.slip_settle_steps, "steps_DOUBT_STRIDES": mount.doubt_strides,
        "slips_JUMP_STEPS": _JUMP_STEPS, "slips_JUMP_PAUSE_MS": 1000 * _JUMP_PAUSE_S,
    }  # fmt: skip
    found = constants(repository)
    assert {name: found.get(name) for name in wanted} == pytest.approx(wanted)
    for flag, bit in (("START", 0), ("STOP", 1), ("GAP", 2), ("SATURATED", 3), ("WOBBLE", 4), ("SLIP", 5)):
        assert found[f"steps_{flag}"] == 1 << bit == 1 << list(Flag).index(Flag[flag])
    assert found["steps_IRREGULAR"] == 1 << list(Flag).index(Flag.IRREGULAR)
    assert found["steps_TURN"] == 1 << list(Flag).index(Flag.TURN)
    assert (found["labels_MOUNT"], found["labels_SIDE"]) == (
        1 << list(Flag).index(Flag.MOUNT), 1 << list(Flag).index(Flag.SIDE),
    )  # fmt: skip


@pytest.mark.parametrize("rate_hz", [98.8, 104.0, 109.2])
def test_the_taps_are_the_early_kernel_at_any_rate_a_clip_may_have(
    micropython: MicroPython, tmp_path: Path, rate_hz: float
) -> None:
    """The answer of the clip's low-pass to an impulse, read from where it stores it; exact at 104 Hz."""
    script = """
from array import array
from hipclip.detect.contacts import Contacts
contacts = Contacts(208000)
values = array("h", [0] * 200)
values[5 * 15 + 2] = 16384
contacts.take(values, 0, 40)
print(*contacts._smooth[15:28])
"""
    taps = np.array(micropython(script).split(), dtype=float)[::-1] / 16384.0
    settings = Settings().contacts
    kernel, ahead = early_kernel(settings.smooth_half_s, settings.ahead_s, rate_hz)
    assert ahead == 3
    if rate_hz == 104.0:
        assert taps[1:] == pytest.approx(kernel, abs=1.0 / 16384.0)
        assert taps[0] == 0.0
    # over the step rate of running both answer alike, within what 5 % of the rate do to a low-pass
    for step_hz in (2.3, 3.3):
        mine = answer(taps, step_hz / rate_hz, ahead)
        assert abs(mine - answer(kernel, step_hz / rate_hz, ahead)) < 0.03


def answer(kernel: np.ndarray, turns: float, ahead: int) -> complex:
    """Frequency response about the middle of a kernel, oldest weight first."""
    places = np.arange(len(kernel)) - (len(kernel) - 1 - ahead)
    return complex(np.sum(kernel * np.exp(2j * np.pi * turns * places)))
