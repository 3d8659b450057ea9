"""The pipeline on real running, walking and hand motion, against references that it did not see.

`pytest tests/validation -m "" -s -q` prints the tables of docs/validation.md.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from vqf import VQF, offlineVQF

from hipdrop import columns as col
from hipdrop.contacts import ContactDetector
from hipdrop.events import AlertRaised, Event, Side
from hipdrop.filters import CausalFir
from hipdrop.imucsv import read_imu_csv
from hipdrop.offline import analyse
from hipdrop.orientation import OrientationStage, up_from_quaternion
from hipdrop.pipeline import Pipeline
from hipdrop.ringbuffer import RingBuffer
from hipdrop.samples import SampleBlock
from hipdrop.settings import Settings
from recordings import accel_trials, insole_trials, running
from scoring import is_right, score, steps_of
from synthetic import smoothing

RUNS = ("rbds001_2.5ms", "rbds001_3.5ms", "jdx_s999", "long_run_sag")


def events_of(blocks: list[SampleBlock], rate_hz: float, **given: object) -> list[Event]:
    pipeline = Pipeline(rate_hz, **given)  # type: ignore[arg-type]
    events = [event for block in blocks for piece in block.cut(208) for event in pipeline.push(piece)]
    return events + pipeline.close()


@pytest.mark.parametrize("offline", [False, True], ids=["live", "offline"])
@pytest.mark.parametrize("mount", [False, True], ids=["mount found", "mount given"])
@pytest.mark.parametrize("name", RUNS)
def test_steps_sides_and_drops_against_force_plate_and_markers(
    reference_data: Path, name: str, mount: bool, offline: bool
) -> None:
    run = running(reference_data / "running" / name)
    given = {"mount": run.pelvis_from_sensor} if mount else {}
    events = (
        analyse(run.blocks, run.rate_hz, **given).events if offline else events_of(run.blocks, run.rate_hz, **given)
    )
    result = score(events, run.truth)
    wrong = sum(not is_right(step, run.truth.is_left[true]) for true, step in result.pairs)
    print(
        f"\n| {name} | {'given' if mount else 'found'} | {'offline' if offline else 'live'} "
        f"| {len(run.truth.contact_s)} / {result.missed} / {result.extra} | {wrong} "
        f"| {result.offset_ms:+.1f} ± {result.sd_ms:.1f} "
        f"| {result.bias_deg(Side.LEFT):+.2f} ± {result.sd_deg(Side.LEFT):.2f} "
        f"| {result.bias_deg(Side.RIGHT):+.2f} ± {result.sd_deg(Side.RIGHT):.2f} | {result.bias_deg(Side.BOTH):+.2f} |"
    )
    assert (result.missed, result.extra, wrong) == (0, 0, 0)
    assert all(step.side_sure for _, step in result.pairs)
    assert result.sd_ms < 6.0
    for side in (Side.LEFT, Side.RIGHT):
        assert abs(result.bias_deg(side)) < (0.2 if mount else 0.6)
        assert result.sd_deg(side) < 0.25
    assert abs(result.bias_deg(Side.BOTH)) < 0.15


@pytest.mark.parametrize("mount", [False, True], ids=["mount found", "mount given"])
def test_injected_sag_raises_on_its_side_alone(reference_data: Path, mount: bool) -> None:
    run = running(reference_data / "running" / "long_run_sag")
    given = {"mount": run.pelvis_from_sensor} if mount else {}
    raised = [e for e in events_of(run.blocks, run.rate_hz, **given) if isinstance(e, AlertRaised)]
    print("\n" + "; ".join(f"{e.side} raised {e.t_s - 720.0:.0f} s after the sag began" for e in raised))
    assert raised
    assert {e.side for e in raised} == {Side.LEFT}
    assert all(e.t_s > 720.0 for e in raised)
    assert raised[0].t_s < 720.0 + 270.0


def test_sides_of_a_real_sacrum_clip_against_insoles(reference_data: Path) -> None:
    right, sure, count = 0, 0, 0
    for name, trial in insole_trials(reference_data).items():
        steps = steps_of(events_of(trial.blocks, trial.rate_hz))
        hits = sum((step.side is Side.LEFT) == trial.left_stands(step.t_s) for step in steps)
        sure_hits = sum(step.side_sure for step in steps)
        print(f"\n| {name} | {len(steps)} | {hits} | {sure_hits} |", end="")
        right, sure, count = right + hits, sure + sure_hits, count + len(steps)
    print(f"\n| all | {count} | {right} ({right / count:.1%}) | {sure} |")
    assert count >= 90  # 96 of the 110 insole contacts lie in running
    assert right / count >= 0.95


@pytest.mark.parametrize("live", [True, False], ids=["live", "offline"])
def test_contacts_from_a_real_vertical_acceleration_alone(reference_data: Path, live: bool) -> None:
    settings = Settings().contacts
    for name, trial in accel_trials(reference_data).items():
        ring = RingBuffer(col.COUNT, len(trial.t_s))
        out = ring.extend(len(trial.t_s))
        out[:] = 0.0
        smoother = CausalFir(*smoothing(trial.rate_hz, live))
        out[col.T], out[col.VERT], out[col.SMOOTH] = trial.t_s, trial.vertical_g, smoother.push(trial.vertical_g)
        landings = ContactDetector(trial.rate_hz, smoother.delay, settings).push(ring, 0, len(trial.t_s))
        found = np.array([trial.t_s[0] + landing.index / trial.rate_hz for landing in landings])
        # the flight before the first contact and the latency after the last one must lie in the recording
        true = trial.contact_s[(trial.contact_s > 0.25) & (trial.contact_s < trial.t_s[-1] - 0.2)]
        error_ms = 1e3 * np.array([found[np.abs(found - t).argmin()] - t for t in true])
        missed = int((np.abs(error_ms - np.median(error_ms)) > 60.0).sum())
        stamp = f"{error_ms.mean():+.0f} ± {error_ms.std():.1f}"
        print(f"\n| {name} | {'live' if live else 'offline'} | {len(true)} | {missed} | {stamp} |", end="")
        assert missed == 0
        assert error_ms.std() < 10.0
        assert len(set(np.abs(found[:, None] - true[None, :]).argmin(axis=0).tolist())) == len(true)


@pytest.mark.parametrize("name", ["tripod_sacrum", "mobgap_ha001/straight", "mobgap_ha001/daily"])
def test_walking_is_not_running(reference_data: Path, name: str) -> None:
    recording = read_imu_csv(reference_data / "walking" / name / "imu.csv")
    events = events_of(recording.blocks, recording.rate_hz)
    kinds = {type(event).__name__ for event in events}
    print(f"\n| {name} | {sum(len(b) for b in recording.blocks) / recording.rate_hz:.0f} s | {len(steps_of(events))} |")
    assert kinds - {"SensorChecked"} == {"ActivityChanged"}  # and so no Contact, Step, BaselineReady


@pytest.mark.parametrize("trial", ["06_undisturbed_fast_rotation_A", "10_undisturbed_slow_translation_A",
                                   "16_undisturbed_fast_translation_B"])  # fmt: skip
def test_inclination_is_no_worse_than_bare_vqf(reference_data: Path, trial: str) -> None:
    with np.load(reference_data / "orientation" / f"{trial}.npz") as file:
        t_s, acc, gyr = (np.ascontiguousarray(file[key], dtype=np.float64) for key in ("t_s", "acc_ms2", "gyr_rads"))
        reference = up_from_quaternion(np.asarray(file["quat_ref"], dtype=np.float64))
        moving = np.asarray(file["movement"]) & np.isfinite(reference).all(axis=0)
        rate_hz = float(file["sampling_rate"])

    def rms_deg(up: np.ndarray) -> float:
        angle = np.arccos(np.clip(np.sum(up * reference, axis=0)[moving], -1.0, 1.0))
        return float(np.degrees(np.sqrt(np.mean(angle**2))))

    settings = Settings()
    stage = OrientationStage(rate_hz, settings.orientation, settings.contacts)
    live = np.empty((col.COUNT, len(t_s)))
    for start in range(0, len(t_s), 16):
        block = SampleBlock(t_s[start : start + 16], acc[start : start + 16], gyr[start : start + 16], start)
        stage.push(block, live[:, start : start + 16])
    bare = up_from_quaternion(VQF(1.0 / rate_hz).updateBatch(gyr, acc)["quat6D"])
    bare_offline = up_from_quaternion(offlineVQF(gyr, acc, None, 1.0 / rate_hz)["quat6D"])
    after = offline_up(t_s, acc, gyr, rate_hz, settings)
    print(
        f"\n| {trial} | {rms_deg(live[col.UP]):.3f} | {rms_deg(bare):.3f} "
        f"| {rms_deg(after):.3f} | {rms_deg(bare_offline):.3f} |"
    )
    assert rms_deg(live[col.UP]) <= rms_deg(bare) + 1e-9
    assert rms_deg(after) <= rms_deg(bare_offline) + 1e-9
    assert rms_deg(bare) < 1.0  # the metric itself is sound


def offline_up(t_s: np.ndarray, acc: np.ndarray, gyr: np.ndarray, rate_hz: float, settings: Settings) -> np.ndarray:
    """The up vector of the zero-phase twin's own first stage."""
    from hipdrop.offline import zero_phase_columns

    return zero_phase_columns([SampleBlock(t_s, acc, gyr)], np.zeros(3), rate_hz, settings)[col.UP]
