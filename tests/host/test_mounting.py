"""The mount over a run: found, refined, slipped, found again; and the standing tare."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hipdrop.events import Event, MountFound, MountRefused, MountSlipped, Site
from hipdrop.mount import Mount
from hipdrop.mounting import Mounting
from hipdrop.samples import Array
from hipdrop.settings import MountSettings
from hipdrop.simulate import Slip
from synthetic import events_of, simulated, true_strides

SETTINGS = MountSettings()
UP = np.array([0.0, 1.0, 0.0])
STEP_S = 0.37
STRIDES = true_strides(simulated(minutes=0.6, stand_s=1.0))


def turned(axis: int, angle_deg: float) -> Array:
    """How a clip that has turned by an angle about a pelvis axis sees what is in pelvis axes."""
    return Rotation.from_rotvec(np.deg2rad(angle_deg) * np.eye(3)[axis]).inv().as_matrix()


class Wearer:
    """Feeds a mounting with a runner's strides as a clip sees them that sits turned by `clip`."""

    def __init__(self, mounting: Mounting, clip: Array) -> None:
        self.mounting = mounting
        self.clip = clip
        self._step = 0

    def run(self, steps: int) -> list[Event]:
        events: list[Event] = []
        for _ in range(steps):
            self._step += 1
            stride = STRIDES[self._step % len(STRIDES)]
            parity = 1 if stride.begins_left else -1
            harmonics = np.concatenate((self.clip @ stride.harmonics[:3], self.clip @ stride.harmonics[3:]))
            mean_up = self.clip @ stride.mean_up
            events += self.mounting.push(float(self._step), harmonics, parity, mean_up, stride.stride_s)
            events += self.mounting.watch(float(self._step), harmonics, parity, mean_up, 1)
            events += self.mounting.watch_jump(float(self._step) * STEP_S, mean_up)
        return events


def a_wearer(given: Mount | None = None, clip: Array | None = None) -> Wearer:
    return Wearer(Mounting(SETTINGS, None, given), turned(1, 40.0) if clip is None else clip)


def test_found_after_the_first_strides_and_refined_at_each_doubling() -> None:
    events = a_wearer().run(400)
    assert all(isinstance(event, MountFound) for event in events)
    assert [event.t_s for event in events] == [8.0, 16.0, 32.0, 64.0, 128.0, 256.0]
    assert [event.refined for event in events if isinstance(event, MountFound)] == [False] + [True] * 5


def test_left_and_right_stay_as_they_are_when_it_is_refined() -> None:
    wearer = a_wearer()
    found = [event for event in wearer.run(300) if isinstance(event, MountFound)]
    rights = [np.reshape(event.pelvis_from_sensor, (3, 3))[2] for event in found]
    assert min(float(right @ rights[0]) for right in rights) > math.cos(math.radians(10.0))


def test_a_given_mount_is_neither_sought_nor_refined() -> None:
    wearer = a_wearer(Mount(np.eye(3), Site.SACRUM), np.eye(3))
    assert wearer.run(300) == []
    np.testing.assert_array_equal(wearer.mounting.mount.pelvis_from_sensor, np.eye(3))  # type: ignore[union-attr]


@pytest.mark.parametrize("roll_deg", [8.0, -8.0])
@pytest.mark.parametrize("given", [True, False])
def test_a_slip_by_roll_is_noticed_and_the_mount_found_again(roll_deg: float, given: bool) -> None:
    wearer = a_wearer(Mount(np.eye(3), Site.SACRUM), np.eye(3)) if given else a_wearer(clip=np.eye(3))
    wearer.run(400)
    wearer.clip = turned(0, roll_deg)
    events = wearer.run(100)
    slips = [event for event in events if isinstance(event, MountSlipped)]
    assert len(slips) == 1
    assert slips[0].t_s - 400.0 < SETTINGS.slip_steps + 40.0  # held so long, after the mean of 16 steps has come over
    assert 5.0 < slips[0].angle_deg < 8.5
    after = [event for event in events if isinstance(event, MountFound) and event.t_s > slips[0].t_s]
    assert after
    assert not after[0].refined
    right = np.reshape(after[-1].pelvis_from_sensor, (3, 3))[2]
    assert np.rad2deg(np.arccos(right @ wearer.clip @ [0.0, 0.0, 1.0])) < 10.0


def test_between_slip_and_new_find_there_is_no_mount() -> None:
    wearer = a_wearer(clip=np.eye(3))
    wearer.run(400)
    wearer.clip = turned(0, 8.0)
    slip = next(events for events in (wearer.run(1) for _ in range(100)) if events)
    assert isinstance(slip[0], MountSlipped)
    assert wearer.mounting.mount is None


def test_a_pitch_as_of_a_slope_is_no_slip_but_one_beyond_slopes_is() -> None:
    wearer = a_wearer(clip=np.eye(3))
    wearer.run(400)
    for pitch_deg in np.arange(0.5, 12.5, 0.5):  # 12 deg within 72 steps, 27 s
        wearer.clip = turned(2, pitch_deg)
        assert wearer.run(3) == []
    assert wearer.run(150) == []
    for pitch_deg in np.arange(12.5, 20.5, 0.5):
        wearer.clip = turned(2, pitch_deg)
        wearer.run(3)
    assert wearer.mounting.mount is None or any(isinstance(event, MountSlipped) for event in wearer.run(100))


@pytest.mark.parametrize("axis", [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 1.0], [1.0, 0.0, -3.0]])
def test_a_sudden_turn_of_ten_degrees_about_any_level_axis_is_a_slip(axis: list[float]) -> None:
    wearer = a_wearer(clip=np.eye(3))
    wearer.run(400)
    about = np.array(axis) / np.linalg.norm(axis)
    wearer.clip = Rotation.from_rotvec(np.deg2rad(10.0) * about).inv().as_matrix()
    slips = [event for event in wearer.run(100) if isinstance(event, MountSlipped)]
    assert len(slips) == 1
    assert slips[0].angle_deg == pytest.approx(10.0, abs=1.5)


def test_a_sudden_pitch_that_passes_and_one_in_the_first_steps_of_a_bout_are_none() -> None:
    wearer = a_wearer(clip=np.eye(3))
    wearer.run(400)
    wearer.clip = turned(2, 10.0)
    wearer.run(15)
    assert wearer.mounting.suspicious
    wearer.clip = np.eye(3)
    assert wearer.run(100) == []
    assert not wearer.mounting.suspicious
    wearer.mounting.end_bout()
    wearer.run(4)
    wearer.clip = turned(2, 9.0)
    assert not any(isinstance(event, MountSlipped) for event in wearer.run(100))


def doubted(stored: Array, clip: Array) -> Wearer:
    return Wearer(Mounting(SETTINGS, None, Mount(stored, Site.LEFT_HIP), doubted=True), clip)


def test_a_stored_mount_counts_once_the_first_strides_confirm_it() -> None:
    wearer = doubted(np.eye(3), turned(1, 8.0))
    wearer.mounting.stood(UP)
    assert wearer.run(SETTINGS.doubt_strides - 1) == []
    assert wearer.mounting.mount is None
    assert wearer.mounting.collecting
    found = wearer.run(1)
    assert [type(event) for event in found] == [MountFound]
    assert found[0].given  # type: ignore[attr-defined]
    assert wearer.mounting.mount is not None
    assert wearer.mounting.mount.site is Site.LEFT_HIP
    assert wearer.mounting.standing_deg == pytest.approx(0.0, abs=1e-6)
    assert not any(isinstance(event, (MountFound, MountRefused)) for event in wearer.run(300))


@pytest.mark.parametrize(("axis", "angle_deg"), [(0, 180.0), (1, 180.0), (2, 180.0), (1, 40.0), (0, -40.0)])
def test_a_stored_mount_that_the_strides_contradict_is_refused_and_another_found(axis: int, angle_deg: float) -> None:
    clip = turned(axis, angle_deg)
    wearer = doubted(np.eye(3), clip)
    refused, found = wearer.run(SETTINGS.first_strides)
    assert isinstance(refused, MountRefused)
    assert refused.angle_deg == pytest.approx(abs(angle_deg), abs=25.0)
    assert isinstance(found, MountFound)  # with the strides that spoke against it
    assert not found.given
    assert not found.refined
    right = np.reshape(found.pelvis_from_sensor, (3, 3))[2]
    assert np.rad2deg(np.arccos(right @ clip @ [0.0, 0.0, 1.0])) < 10.0


@pytest.mark.parametrize(("clip", "kind"), [(np.eye(3), MountFound), (np.diag([-1.0, 1.0, -1.0]), MountRefused)])
def test_where_strides_tell_no_heading_their_braking_still_tells_back_to_front(clip: Array, kind: type[Event]) -> None:
    strict = MountSettings(min_quality=1.0)  # nothing is good enough for it
    wearer = Wearer(Mounting(strict, None, Mount(np.eye(3), Site.SACRUM), doubted=True), clip)
    events = wearer.run(strict.doubt_strides)
    assert [type(event) for event in events] == [kind]


def test_a_break_begins_the_doubt_of_a_stored_mount_anew() -> None:
    wearer = doubted(np.eye(3), np.eye(3))
    wearer.run(SETTINGS.doubt_strides - 1)
    wearer.mounting.doubt()
    wearer.clip = np.diag([-1.0, 1.0, -1.0])
    events = wearer.run(SETTINGS.doubt_strides)
    assert [type(event) for event in events] == [MountRefused]


def test_a_stored_mount_is_not_believed_for_want_of_strides() -> None:
    wearer = doubted(np.eye(3), np.eye(3))
    wearer.run(SETTINGS.fewest_strides - 1)
    assert wearer.mounting.last_chance(5.0) == []
    assert wearer.mounting.mount is None
    wearer.run(1)
    assert [type(event) for event in wearer.mounting.last_chance(6.0)] == [MountFound]


def test_a_roll_that_passes_is_no_slip() -> None:
    wearer = a_wearer(clip=np.eye(3))
    wearer.run(400)
    wearer.clip = turned(0, 8.0)
    wearer.run(20)
    wearer.clip = np.eye(3)
    assert wearer.run(150) == []


def test_a_turn_about_the_vertical_shows_in_the_step_symmetry() -> None:
    wearer = a_wearer(clip=np.eye(3))
    wearer.run(400)
    assert wearer.run(4 * SETTINGS.heading_strides) == []
    wearer.clip = turned(1, 30.0)
    events = wearer.run(3 * SETTINGS.heading_strides)
    slips = [event for event in events if isinstance(event, MountSlipped)]
    assert len(slips) == 1
    assert 15.0 < slips[0].angle_deg < 35.0


def test_standing_tare_is_the_obliquity_of_standing() -> None:
    """Standing with the right side 4 deg down, pitched by 12 deg: list is 4 deg, pitch does not matter."""
    mounting = Mounting(SETTINGS, None, Mount(np.eye(3), Site.SACRUM))
    assert math.isnan(mounting.standing_deg)
    standing = Rotation.from_euler("YXZ", [30.0, 4.0, -12.0], degrees=True).inv().apply(UP)
    mounting.stood(2.0 * standing)  # a mean of unit vectors is no unit vector
    assert mounting.standing_deg == pytest.approx(4.0)


def test_the_first_standing_stays_the_tare() -> None:
    mounting = Mounting(SETTINGS, None, Mount(np.eye(3), Site.SACRUM))
    mounting.stood(UP)
    mounting.stood(turned(0, 3.0) @ UP)
    assert mounting.standing_deg == pytest.approx(0.0)


def test_a_found_mount_is_level_at_standing() -> None:
    wearer = a_wearer()
    wearer.mounting.stood(wearer.clip @ STRIDES[0].mean_up)
    wearer.run(8)
    assert wearer.mounting.standing_deg == pytest.approx(0.0, abs=1e-6)


def test_a_clip_that_lay_elsewhere_while_at_rest_says_nothing_of_standing() -> None:
    wearer = a_wearer(clip=np.eye(3))
    wearer.mounting.stood(turned(0, 80.0) @ UP)
    found = [event for event in wearer.run(8) if isinstance(event, MountFound)]
    assert math.isnan(wearer.mounting.standing_deg)
    up = np.reshape(found[0].pelvis_from_sensor, (3, 3))[1]
    assert np.rad2deg(np.arccos(up @ STRIDES[0].mean_up)) < 3.0


def test_after_a_slip_the_old_tare_is_gone_and_a_new_standing_counts() -> None:
    wearer = a_wearer(Mount(np.eye(3), Site.SACRUM), np.eye(3))
    wearer.mounting.stood(UP)
    wearer.run(50)
    wearer.clip = turned(0, 8.0)
    wearer.run(50)
    assert math.isnan(wearer.mounting.standing_deg)
    wearer.mounting.stood(wearer.clip @ UP)
    wearer.run(50)
    assert wearer.mounting.standing_deg == pytest.approx(0.0, abs=0.5)


def test_a_short_run_is_given_a_last_chance() -> None:
    wearer = a_wearer()
    assert wearer.run(SETTINGS.fewest_strides - 1) == []
    assert wearer.mounting.last_chance(5.0) == []
    wearer.run(1)
    assert [type(event) for event in wearer.mounting.last_chance(5.0)] == [MountFound]
    assert wearer.mounting.last_chance(6.0) == []


@pytest.mark.parametrize(
    "options",
    [
        {"speed_ms": 2.0},
        {"runner": "rbds001_3.5ms", "speed_ms": 4.5, "wobble_deg": 1.0},
        {"site": Site.RIGHT_HIP, "mount": "random", "wander_deg": 0.8},
        {"turns": "oval", "gyro_bias_dps": (0.8, -0.8, 0.8), "acc_offset_mg": (30.0, -30.0, 30.0)},
    ],
)
def test_no_false_slip_over_an_ordinary_run(options: dict[str, object]) -> None:
    events = events_of(simulated(minutes=6.0, **options))
    assert [event for event in events if isinstance(event, MountSlipped)] == []
    assert any(isinstance(event, MountFound) for event in events)


def test_a_real_slip_of_the_clip_is_noticed_in_a_run() -> None:
    run = simulated(minutes=3.0, slip=Slip(10.0, 1.5))  # about the outward normal: roll of a clip at the sacrum
    slips = [event for event in events_of(run) if isinstance(event, MountSlipped)]
    assert len(slips) == 1
    assert 90.0 < slips[0].t_s < 120.0
    assert slips[0].angle_deg == pytest.approx(10.0, abs=2.0)


def test_what_follows_a_gap_is_no_slip() -> None:
    """The filter may be off for some seconds where samples are missing, and comes back."""
    wearer = a_wearer(clip=np.eye(3))
    wearer.run(400)
    wearer.mounting.gap()
    for pitch_deg in np.arange(12.0, 0.0, -1.0):
        wearer.clip = turned(0, pitch_deg)
        assert wearer.run(1) == []
    wearer.clip = np.eye(3)
    assert wearer.run(150) == []
    assert not wearer.mounting.suspicious


def test_a_slip_in_a_gap_is_noticed_after_it() -> None:
    wearer = a_wearer(clip=np.eye(3))
    wearer.run(400)
    wearer.mounting.gap()
    wearer.clip = turned(0, 10.0)
    assert any(isinstance(event, MountSlipped) for event in wearer.run(100))
