"""The live model: what is known of a run, from its updates, without a window."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest
from live_updates import BACK_MIN, FACTS, SAG_MIN, STAND_S, updates

from hipdrop.events import AlertRaised, BaselineReady, Event, Marked, MountSlipped, Side, Step
from hipdrop.live.model import LEGS, LiveModel, follow
from hipdrop.live.snapshot import PhaseKind, Snapshot
from hipdrop.live.updates import Facts, Update
from hipdrop.monitor import Level, LevelPoint


def snapshots(length: int = 19) -> list[Snapshot]:
    model = LiveModel()
    seen = []
    for update in updates(length):
        model.take(update)
        seen.append(model.snapshot())
    return seen


def model_at(t_s: float) -> LiveModel:
    model = LiveModel()
    for update in updates():
        if update.reached_s <= t_s:
            model.take(update)
    return model


def events() -> list[Event]:
    return [event for update in updates() for event in update.events]


def test_a_run_goes_through_its_phases() -> None:
    seen = snapshots()
    kinds = [kind for kind, _ in groupby(snapshot.phase.kind for snapshot in seen)]
    assert kinds == [
        PhaseKind.WAITING, PhaseKind.STANDING, PhaseKind.MOUNT, PhaseKind.WARMING_UP, PhaseKind.BASELINE,
        PhaseKind.RUNNING, PhaseKind.ALERT, PhaseKind.RECOVERED, PhaseKind.RUNNING, PhaseKind.WALKING,
        PhaseKind.RUNNING,
    ]  # fmt: skip
    learning = next(s.phase for s in seen if s.phase.kind is PhaseKind.BASELINE and s.reached_s > 30)
    assert learning.text == "learning baseline 0:12 of 0:30"  # 12 s of warming up, and 5.4 s of standing before it
    assert learning.part == pytest.approx((30 - 5.4 - 12) / 30, abs=0.03)
    alert = next(s for s in seen if s.phase.kind is PhaseKind.ALERT)
    assert alert.phase.text == "ALERT: left leg"
    assert alert.phase.detail.startswith("left leg: right hip drops")
    assert alert.alerted == (Side.LEFT,)
    assert 60 * SAG_MIN < alert.onsets[0].t_s < alert.reached_s < 60 * BACK_MIN


def test_tracks_hold_each_step_once_and_the_levels_that_alerts_tell() -> None:
    last = snapshots()[-1]
    steps = [event for event in events() if isinstance(event, Step)]
    assert last.steps == len(steps)
    for side in LEGS:
        of_leg = [step for step in steps if step.side is side and step.drop_deg == step.drop_deg]
        track = last.leg(side)
        np.testing.assert_array_equal(track.step_deg, [step.drop_deg for step in of_leg])
        np.testing.assert_array_equal(track.counted, [step.valid for step in of_leg])
        np.testing.assert_array_equal(track.level_s, [step.t_s for step in of_leg if step.valid])
    raised = next(event for event in events() if isinstance(event, AlertRaised))
    at = list(last.left.level_s).index(raised.t_s)
    assert last.left.level_deg[at] == raised.drop_deg
    assert last.left.reference_deg[at] == raised.baseline_deg
    baseline = next(event for event in events() if isinstance(event, BaselineReady))
    assert last.right.reference_now_deg == baseline.right_deg


def test_many_at_once_show_the_same_in_the_end() -> None:
    one, other = snapshots(19)[-1], snapshots(4096)[-1]
    assert one.phase == other.phase
    assert one.onsets == other.onsets
    assert one.pauses == other.pauses
    np.testing.assert_array_equal(one.left.level_deg, other.left.level_deg)
    np.testing.assert_array_equal(one.cadence_spm, other.cadence_spm)


def test_a_snapshot_does_not_change_with_later_updates() -> None:
    model = model_at(60.0)
    before = model.snapshot()
    kept = before.left.step_deg.copy()
    for update in updates():
        if update.reached_s > 60.0:
            model.take(update)
    np.testing.assert_array_equal(before.left.step_deg, kept)
    assert len(model.snapshot().left.step_deg) > len(kept)
    with pytest.raises(ValueError, match="read-only"):
        before.left.step_deg[0] = 0.0


def test_the_pelvis_follows_the_contacts_of_the_left_leg() -> None:
    """Phase and stride put the next left contact where it was."""
    model = model_at(40.0)
    motion = model.snapshot().motion
    left_s = motion.at_s - motion.phase * motion.stride_s
    true_s = [event.t_s for event in events() if isinstance(event, Step) and event.side is Side.LEFT]
    assert min(abs(t_s - left_s) for t_s in true_s) < 0.03
    assert 0.6 < motion.stride_s < 0.8
    assert model_at(STAND_S).snapshot().motion.stride_s == 0.0
    assert model_at(155.0).snapshot().motion.stride_s == 0.0  # walking


def test_pauses_are_standing_and_walking() -> None:
    (begin, start), (stop, again) = snapshots()[-1].pauses
    assert (begin, stop) == (0.0, pytest.approx(150, abs=2))
    assert start == pytest.approx(STAND_S, abs=1)
    assert again == pytest.approx(169, abs=2)


@pytest.mark.parametrize(
    ("note", "pain"), [("pain", True), ("button", True), ("pain: left hip", True), ("hill", False), ("", False)]
)
def test_pain_is_marked_by_its_key_or_the_clips_button(note: str, pain: bool) -> None:
    model = LiveModel()
    model.take(Update((Marked(7.0, note),), facts=replace(FACTS, start_s=5.0)))
    mark = model.snapshot().marks[0]
    assert (mark.t_s, mark.note, mark.pain) == (2.0, note, pain)


@pytest.mark.parametrize(
    ("facts", "kind", "text"),
    [
        (Facts("c", "connecting"), PhaseKind.CONNECTING, "connecting"),
        (Facts("c", "waiting to connect again", lost_for_s=72.0), PhaseKind.LINK_LOST, "link lost for 1:12"),
        (Facts("c", "connecting", lost_for_s=3.0), PhaseKind.LINK_LOST, "link lost for 0:03"),
        (Facts("c", "fetching what is missing"), PhaseKind.FINISHING, "fetching what is missing"),
        (Facts("c", "closed"), PhaseKind.ENDED, "the run has ended"),
    ],
)
def test_what_the_link_does_is_said_first(facts: Facts, kind: PhaseKind, text: str) -> None:
    model = model_at(75.5)  # an alert stands
    model.take(Update(facts=facts))
    phase = model.snapshot().phase
    assert (phase.kind, phase.text) == (kind, text)


def test_an_alert_ends_where_its_channel_is_quiet_without_a_clearing() -> None:
    """After a new baseline is asked for there is nothing to clear."""
    model = model_at(76.0)
    assert model.snapshot().phase.kind is PhaseKind.ALERT
    point = LevelPoint(76.5, Side.LEFT, 5.0, float("nan"), float("nan"), Level.LEARNING)
    model.take(Update(points=(point,), reached_s=76.5))
    assert model.snapshot().phase.kind is PhaseKind.RUNNING
    assert model.snapshot().alerted == ()


def test_a_slip_means_finding_the_mount_again() -> None:
    model = model_at(60.0)
    model.take(Update((MountSlipped(60.0, 20.0),), reached_s=60.0))
    assert model.snapshot().phase.kind is PhaseKind.MOUNT


def test_only_what_changed_has_a_new_version() -> None:
    model = model_at(60.0)
    first = model.snapshot()
    model.take(Update(facts=FACTS, learning=None, reached_s=60.1))
    second = model.snapshot()
    assert (second.steps_version, second.facts_version) == (first.steps_version, first.facts_version)
    model.take(Update(facts=replace(FACTS, lost=3), reached_s=60.2))
    assert model.snapshot().facts_version > first.facts_version


def test_a_restart_forgets_all_and_is_seen_as_a_change() -> None:
    model = model_at(60.0)
    before = model.snapshot()
    again = follow(model, Update(facts=FACTS, restart=True))
    after = again.snapshot()
    assert (after.steps, len(after.left.step_s)) == (0, 0)
    assert after.steps_version > before.steps_version
    assert follow(again, Update()) is again


def test_the_baseline_wave_is_there_once_the_baseline_is() -> None:
    assert model_at(45.0).snapshot().strides.baseline_deg is None
    baseline_deg = model_at(60.0).snapshot().strides.baseline_deg
    assert baseline_deg is not None
    sagged_deg = model_at(90.0).snapshot().strides.last_deg.mean(axis=0)
    assert sagged_deg[:50].max() > baseline_deg[:50].max() + 1.0  # the right hip drops while the left leg stands


@pytest.mark.parametrize(("run", "by_band"), [("left", False), ("target", True)])
def test_a_band_is_told_from_a_baseline(run: str, by_band: bool) -> None:
    """In both runs a baseline is learned; in one the drop is judged by a band from the first step on."""
    model = LiveModel()
    for update in updates(run=run):
        model.take(update)
    now = model.snapshot()
    assert now.left.reference_now_deg == now.left.reference_now_deg
    assert now.by_band is by_band
