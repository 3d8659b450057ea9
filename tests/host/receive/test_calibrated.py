"""A calibration in the way of the data: which one is used, from when on, and what it does to a run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from calibrations import ACC, GYRO, MEASURED, MOUNT, WHOLE
from hipcal.model import AccFit, Calibration, GyroFit
from hipcal.onclip import to_record
from hipdrop.events import (
    CalibrationRefused,
    CalibrationUsed,
    Event,
    Flag,
    MountFound,
    MountRefused,
    Site,
    Step,
    UseCalibration,
)
from hipdrop.receive.calibrated import MOUNT_HOLDS_S, ON_THE_CLIP, TOO_LATE, Choice
from hipdrop.receive.chain import Chain
from hipdrop.receive.messages import read_info
from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipdrop.simulate import RunnerConfig, SimulatedRun, simulate
from hipwire import commands, decoding, frames, ids
from packed import ACC_NG_PER_LSB, FULL, GYR_NDPS_PER_LSB, PackedClip, counts_of_run, push_all
from synthetic import REPEATABLE

Counts = NDArray[np.int16]
SENSOR = replace(WHOLE, mount=None)
MOUNTED_S = MOUNT.measured.timestamp()
USE = UseCalibration(SENSOR, MOUNTED_S)


@pytest.fixture(scope="module")
def run() -> SimulatedRun:
    """Half a minute of running behind ten seconds of standing."""
    return simulate(RunnerConfig(minutes=40 / 60, stand_s=10.0, seed=6))


@pytest.fixture(scope="module")
def true_counts(run: SimulatedRun) -> Counts:
    return counts_of_run(run)


@pytest.fixture(scope="module")
def bad_counts(run: SimulatedRun) -> Counts:
    """The same as a sensor with the errors of the example gives it."""
    matrix = np.array(ACC.matrix).reshape(3, 3)
    acc = np.linalg.solve(matrix, run.acc_ms2.T).T + ACC.offset_ms2
    both = np.hstack((acc / STANDARD_GRAVITY_MS2 / (1e-9 * ACC_NG_PER_LSB), run.gyr_dps / (1e-9 * GYR_NDPS_PER_LSB)))
    both[:, 3:] += np.array(GYRO.bias_dps) / (1e-9 * GYR_NDPS_PER_LSB)
    return np.asarray(np.clip(np.rint(both), -32768, 32767), dtype=np.int16)


@pytest.fixture(scope="module")
def quiet() -> Counts:
    """Three seconds of standing."""
    still = np.zeros((624, 6))
    still[:, 1] = 2049
    return np.asarray(np.rint(still + np.random.default_rng(0).normal(0, 3, still.shape)), dtype=np.int16)


def held(calibration: Calibration) -> bytes:
    """The clip's answer on what it holds."""
    return commands.pack_answer(ids.GET_CALIBRATION, 4, ids.OK, to_record(calibration))


def pushed(counts: Counts, *entered: UseCalibration, chain: Chain | None = None) -> list[Event]:
    """Events of a run that these calibrations enter behind the info message."""
    chain = chain or Chain()
    (at_s, info), *rest = PackedClip().stream_of(counts)
    events = chain.push(at_s, info)
    for item in entered:
        events += chain.user(item)
    return events + push_all(chain, rest)


def steps(events: Sequence[Event]) -> list[Step]:
    return [event for event in events if isinstance(event, Step)]


def said(events: Sequence[Event]) -> list[CalibrationUsed | CalibrationRefused]:
    return [event for event in events if isinstance(event, (CalibrationUsed, CalibrationRefused))]


def mounts(events: Sequence[Event]) -> list[MountFound]:
    return [event for event in events if isinstance(event, MountFound)]


def matrix_of(found: MountFound) -> NDArray[np.float64]:
    return np.array(found.pelvis_from_sensor).reshape(3, 3)


def test_a_calibrated_sensor_measures_as_one_without_errors(true_counts: Counts, bad_counts: Counts) -> None:
    """What is left is the rounding to whole counts: 0.01 deg of a single sample, on a tare of a second."""
    true, bad, corrected = (pushed(*given) for given in ((true_counts,), (bad_counts,), (bad_counts, USE)))
    assert len(steps(corrected)) == len(steps(true)) == len(steps(bad)) > 60
    assert [step.side for step in steps(corrected)] == [step.side for step in steps(true)]

    def off(found: list[Event], name: str) -> float:
        values = [np.array([getattr(step, name) for step in steps(events)]) for events in (found, true)]
        return float(np.nanmax(np.abs(values[0] - values[1])))

    def turned_deg(found: list[Event]) -> float:
        return math.degrees(angle_between(matrix_of(mounts(found)[-1]), matrix_of(mounts(true)[-1])))

    for name, least in (("drop_deg", 0.1), ("list_deg", 0.3)):
        assert off(bad, name) > least
        assert off(corrected, name) < 0.1 * least
    assert turned_deg(bad) > 1.0
    assert turned_deg(corrected) < 0.1


def angle_between(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    return math.acos(min(1.0, (float(np.trace(a.T @ b)) - 1.0) / 2.0))


def stored(matrix: NDArray[np.float64]) -> UseCalibration:
    """A mount of half an hour ago, by these numbers."""
    x, y, z, w = Rotation.from_matrix(matrix).as_quat().tolist()
    mount = replace(MOUNT, quaternion=(w, x, y, z))
    return UseCalibration(replace(SENSOR, mount=mount), MOUNTED_S + 1800.0)


def test_a_mount_of_today_is_believed_when_the_strides_confirm_it(bad_counts: Counts) -> None:
    found = mounts(pushed(bad_counts, USE))[-1]
    events = pushed(bad_counts, stored(matrix_of(found)))
    first = mounts(events)[0]
    assert first.given
    np.testing.assert_allclose(first.pelvis_from_sensor, found.pelvis_from_sensor, atol=1e-12)
    assert events.index(first) < events.index(steps(events)[0])


def test_a_mount_that_the_strides_contradict_is_refused(bad_counts: Counts) -> None:
    """The clip was put back to front since."""
    found = mounts(pushed(bad_counts, USE))[-1]
    events = pushed(bad_counts, stored(np.diag([-1.0, 1.0, -1.0]) @ matrix_of(found)))
    assert any(isinstance(event, MountRefused) for event in events)
    assert not any(event.given for event in mounts(events))
    assert angle_between(matrix_of(mounts(events)[-1]), matrix_of(found)) < math.radians(3.0)


def test_the_event_of_it_comes_first_and_tells_date_parts_and_verdict(quiet: Counts) -> None:
    events = pushed(quiet, USE)
    measured = MEASURED.isoformat()
    verdict = f"accelerometer: {ACC.verdict}; gyroscope: {GYRO.verdict}"
    assert events[0] == CalibrationUsed(0.0, "file", measured, measured, "", "", verdict)
    assert said(events) == [events[0]]


def test_a_run_without_any_says_nothing(quiet: Counts) -> None:
    chain = Chain()
    assert said(pushed(quiet, chain=chain)) == []
    assert chain.calibration is None


def test_many_messages_at_a_time_give_the_same_to_the_bit(bad_counts: Counts) -> None:
    messages = PackedClip().stream_of(bad_counts)
    live = pushed(bad_counts, USE)
    chain = Chain()
    chain.take(*messages[0])
    chain.user(USE)
    again: list[Event] = []
    for number, message in enumerate(messages[1:]):
        chain.take(*message)
        again += chain.run() if number % 37 == 0 else []
    again += chain.close()
    assert list(map(repr, again)) == list(map(repr, live))


@settings(parent=REPEATABLE, max_examples=15)
@given(st.lists(st.integers(1, FULL), min_size=3, max_size=30))
def test_frames_of_any_size_hold_the_same_samples(quiet: Counts, sizes: list[int]) -> None:
    """Cut into other frames, the corrected samples are the same to the bit."""
    from hipdrop.receive.decode import Frame
    from hipdrop.receive.streams import stream_of
    from hipdrop.settings import Settings

    info = read_info(PackedClip().info())
    choice = Choice()
    choice.enter(USE)
    stream = stream_of(ids.RAW, info, Settings(), choice.choose(info, ids.RAW))

    def frame(start: int, stop: int) -> Frame:
        return Frame(ids.RAW, 0, 0, start, 0, stop - start, quiet[start:stop].astype("<i2").tobytes())

    def values(start: int, stop: int) -> NDArray[np.float64]:
        block = stream.block([frame(start, stop)], np.arange(start, stop) / 208.0, start, 0.0)
        return np.hstack((block.acc_ms2, block.gyr_rads))  # type: ignore[attr-defined]

    ends = np.cumsum(sizes)
    pieces = [values(stop - size, stop) for stop, size in zip(ends.tolist(), sizes, strict=True)]
    np.testing.assert_array_equal(np.vstack(pieces), values(0, int(ends[-1])))


def test_the_samples_are_those_of_the_equation(quiet: Counts) -> None:
    """K_a (scale_a counts - b_a) and scale_g counts - b_g, written down once more."""
    from hipdrop.receive.decode import Frame
    from hipdrop.receive.streams import RawStream
    from hipdrop.settings import Settings

    info = read_info(PackedClip().info())
    choice = Choice(USE)
    stream = RawStream(info, Settings(), choice.choose(info, ids.RAW))
    frame = Frame(ids.RAW, 0, 0, 0, 0, FULL, quiet[:FULL].astype("<i2").tobytes())
    block = stream.block([frame], np.arange(FULL) / 208.0, 0, 0.0)
    scaled = quiet[:FULL, :3] * 0.488e-3 * 9.80665
    wanted = (np.array(ACC.matrix).reshape(3, 3) @ (scaled - ACC.offset_ms2).T).T
    np.testing.assert_allclose(block.acc_ms2, wanted, atol=1e-12)
    np.testing.assert_allclose(block.gyr_rads, np.deg2rad(quiet[:FULL, 3:] * 0.07 - GYRO.bias_dps), atol=1e-12)


@pytest.mark.parametrize(("offset_ms2", "value", "voided"), [(1.9, "least", True), (-1.9, "below", False)])
def test_the_end_of_the_range_is_that_of_the_sensor(
    true_counts: Counts, offset_ms2: float, value: str, voided: bool
) -> None:
    """A count at its end voids its step though what is corrected lies below it, and the other way round."""
    spiked = true_counts.copy()
    spiked[6000, 1] = frames.SATURATED_COUNTS if value == "least" else frames.SATURATED_COUNTS - 50
    fit = AccFit((1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0), (0.0, offset_ms2, 0.0), 3, 6, 0.0, 0.5, None, MEASURED, "good")
    use = UseCalibration(replace(WHOLE, acc=fit, gyro=None, mount=None), MOUNTED_S)
    found = steps(pushed(spiked, use))
    assert any(Flag.SATURATED in step.flags for step in found) is voided


def test_what_comes_when_the_run_has_begun_is_refused(quiet: Counts) -> None:
    clip, chain = PackedClip(), Chain()
    messages = clip.stream_of(quiet)
    events = [event for message in messages[:20] for event in chain.push(*message)]
    events += chain.user(USE)
    reached_s = chain.reached_s
    assert reached_s > 1.0
    events += push_all(chain, messages[20:])
    assert said(events) == [CalibrationRefused(reached_s, TOO_LATE)]
    assert [event for event in events if event not in said(events)] == pushed(quiet)


def test_a_clip_that_streams_already_leaves_room_for_its_calibration(quiet: Counts) -> None:
    """Frames of an earlier host come before the clip's first word, which makes the rate known."""
    clip, chain = PackedClip(), Chain()
    (_, info), (_, started), *rest = clip.stream_of(quiet)
    for at_s, message in [(rest[0][0] - 0.1, started), *rest[:3], (rest[2][0], info)]:
        assert chain.push(at_s, message) == []
    assert chain.user(USE) == []
    assert isinstance(push_all(chain, rest[3:])[0], CalibrationUsed)


def chosen(
    given: UseCalibration | None, record: Calibration | None = None, *, kind: int = ids.RAW, **info: Any
) -> Chain:
    """A chain that has had info, calibrations and the answer to START."""
    clip = PackedClip(kind=kind)
    chain = Chain()
    message = clip.info()
    if info:
        values = decoding.info(message) | info
        message = frames.pack_info(values)
    chain.push(0.0, message)
    if given is not None:
        chain.user(given)
    if record is not None:
        chain.push(0.1, held(record))
    chain.push(0.2, clip.started())
    return chain


NEWER = GyroFit((1.0, 1.0, 1.0), 0.01, 9.0, 20.0, MEASURED + timedelta(days=3), "as stored on the clip")
ON_CLIP = replace(WHOLE, acc=replace(ACC, offset_ms2=(0.0, 0.0, 0.0)), gyro=NEWER, mount=None)


def test_what_the_clip_holds_is_used_where_the_user_gives_nothing() -> None:
    found = chosen(None, ON_CLIP)
    assert found.calibration is not None
    assert found.calibration.source == "clip"
    used = found.chosen.calibration
    assert used is not None
    assert used.gyro is not None
    np.testing.assert_allclose(used.gyro.bias_dps, NEWER.bias_dps, atol=1e-6)


def test_the_users_goes_over_the_clips_part_by_part() -> None:
    whole = chosen(USE, ON_CLIP)
    assert whole.chosen.calibration == SENSOR
    assert whole.calibration is not None
    assert whole.calibration.source == "file"
    part = chosen(UseCalibration(replace(SENSOR, gyro=None), MOUNTED_S), ON_CLIP)
    used = part.chosen.calibration
    assert used is not None
    assert used.acc == ACC
    assert used.gyro is not None
    np.testing.assert_allclose(used.gyro.bias_dps, NEWER.bias_dps, atol=1e-6)
    assert part.calibration is not None
    assert part.calibration.source == "file and clip"


def test_none_at_all_is_none() -> None:
    found = chosen(UseCalibration(None, 0.0), ON_CLIP)
    assert (found.chosen.calibration, found.chosen.said) == (None, ())


def test_a_problem_is_said_and_the_clips_is_used() -> None:
    found = chosen(UseCalibration(None, 0.0, "the file is damaged"), ON_CLIP)
    assert found.chosen.said[0] == CalibrationRefused(0.0, "the file is damaged")
    assert found.calibration is not None
    assert found.calibration.source == "clip"


@pytest.mark.parametrize(
    ("info", "words"),
    [({"serial": "B2"}, "clip A1, this is clip B2"), ({"acc_range_g": 8}, "16 g"), ({"acc_ng_per_lsb": 244_000}, "ng")],
)
def test_the_calibration_of_another_clip_or_range_is_said_and_left(info: dict[str, Any], words: str) -> None:
    found = chosen(USE, None, **info)
    assert found.chosen.calibration is None
    (refused,) = found.chosen.said
    assert isinstance(refused, CalibrationRefused)
    assert words in refused.reason


def test_a_record_of_the_clip_that_is_damaged_is_said_and_left() -> None:
    clip, chain = PackedClip(), Chain()
    chain.push(0.0, clip.info())
    record = bytearray(to_record(ON_CLIP))
    record[5] ^= 1
    chain.push(0.1, commands.pack_answer(ids.GET_CALIBRATION, 4, ids.OK, bytes(record)))
    chain.push(0.2, clip.started())
    (refused,) = chain.chosen.said
    assert isinstance(refused, CalibrationRefused)
    assert refused.reason.startswith("what the clip holds cannot be used")
    assert chosen(None, replace(ON_CLIP, acc=None, gyro=None)).chosen.said == ()  # nothing is stored


def test_a_tilt_stream_is_corrected_on_the_clip_alone() -> None:
    found = chosen(USE, ON_CLIP, kind=ids.TILT)
    refused, used = found.chosen.said
    assert refused == CalibrationRefused(0.0, ON_THE_CLIP)
    assert isinstance(used, CalibrationUsed)
    assert (used.source, found.chosen.calibration) == ("clip", None)


def test_the_last_one_entered_counts_and_a_fixed_one_over_all() -> None:
    info = read_info(PackedClip().info())
    other = UseCalibration(replace(SENSOR, gyro=None), MOUNTED_S)
    for choice, wanted in ((Choice(), other.calibration), (Choice(USE), SENSOR)):
        choice.enter(USE)
        choice.enter(other)
        assert choice.choose(info, ids.RAW).calibration == wanted


@pytest.mark.parametrize(
    ("after_s", "site", "used"),
    [
        (0.0, None, True), (MOUNT_HOLDS_S - 1.0, None, True), (MOUNT_HOLDS_S, None, False), (-1.0, None, False),
        (float("nan"), None, False), (60.0, Site.SACRUM, True), (60.0, Site.LEFT_HIP, False),
    ],
)  # fmt: skip
def test_a_mount_holds_for_half_a_day_and_at_its_site(after_s: float, site: Site | None, used: bool) -> None:
    choice = Choice(UseCalibration(WHOLE, MOUNTED_S + after_s))
    found = choice.choose(read_info(PackedClip().info()), ids.RAW, site)
    assert found.mount == (MOUNT if used else None)
    (event,) = found.said
    assert isinstance(event, CalibrationUsed)
    assert (event.mount_measured, event.mount_method) == ((MOUNT.measured.isoformat(), "bends") if used else ("", ""))
    assert found.calibration is not None
    assert found.calibration.acc == ACC


def test_a_calibration_of_nothing_but_an_old_mount_is_none() -> None:
    choice = Choice(UseCalibration(replace(WHOLE, acc=None, gyro=None), MOUNTED_S + 2 * MOUNT_HOLDS_S))
    found = choice.choose(read_info(PackedClip().info()), ids.RAW)
    assert (found.calibration, found.mount, found.said) == (None, None, ())
