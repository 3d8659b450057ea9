"""Steps get their side and leave: held while it is not sure, never turned over unsaid."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from hipdrop.bout import OpenStep
from hipdrop.drop import ObliquityCourse
from hipdrop.events import Event, Flag, Side, SidesChanged, Site, Step
from hipdrop.labelling import Labeller
from hipdrop.mount import Mount
from hipdrop.settings import Settings
from hipdrop.sides import ROLL, StrideTemplate
from hipdrop.strides import ODD
from synthetic import RATE_HZ, TrueStride, landing_at, simulated, true_strides

SETTINGS = Settings()
HOLD = SETTINGS.sides.hold_steps
STRIDES = true_strides(simulated(minutes=0.8, stand_s=1.0))
MOUNT = Mount(np.eye(3), Site.SACRUM)
STEP = 75.0  # samples


def open_step(number: int, stride: TrueStride, left_parity: int = 1, alternation: int = 1) -> OpenStep:
    """The step at the middle contact of a stride; obliquity always 3 deg over its mean of 1 deg, wobble 0.1 deg."""
    contact = number * STEP + 100.0
    return OpenStep(
        number,
        -left_parity if stride.begins_left else left_parity,
        alternation,
        landing_at(contact),
        contact / RATE_HZ,
        previous=landing_at(contact - STEP),
        following=landing_at(contact + STEP),
        next_contact_s=(contact + STEP) / RATE_HZ,
        stride_s=stride.stride_s,
        toe_off=contact + 50.0,
        harmonics=stride.harmonics,
        course=ObliquityCourse([4.0] * 80, contact - 1.0, 1.0, 0.1, np.full(150, 4.0)),
        standing_deg=0.25,
        wave_due=True,
    )


def is_left(stride: TrueStride) -> bool:
    """Whether the step at the middle contact of the stride is a left one."""
    return not stride.begins_left


def roll_turned(stride: TrueStride) -> TrueStride:
    harmonics = stride.harmonics.copy()
    harmonics[ROLL, ODD] *= -1.0
    return replace(stride, harmonics=harmonics)


def fed(labeller: Labeller, strides: list[TrueStride], first: int = 0, **options: int) -> list[Event]:
    events: list[Event] = []
    for k, stride in enumerate(strides):
        events += labeller.push(open_step(first + k, stride, **options), MOUNT)
    return events


def steps_in(events: list[Event]) -> list[Step]:
    return [event for event in events if isinstance(event, Step)]


def reasons(events: list[Event]) -> list[str]:
    return [event.reason for event in events if isinstance(event, SidesChanged)]


@pytest.mark.parametrize("left_parity", [1, -1])
def test_steps_are_held_until_their_side_is_sure_and_then_all_of_them_are_right(left_parity: int) -> None:
    labeller = Labeller(RATE_HZ, SETTINGS, None)
    held = fed(labeller, STRIDES[:5], left_parity=left_parity)
    assert held == []
    events = fed(labeller, STRIDES[5:40], 5, left_parity=left_parity)
    assert reasons(events) == ["settled"]
    steps = steps_in(events)
    assert [step.number for step in steps] == list(range(40))
    assert [step.side is Side.LEFT for step in steps] == [is_left(stride) for stride in STRIDES[:40]]
    assert all(step.side_sure and step.side_confidence > 0.99 and step.valid for step in steps)


def test_the_news_comes_before_the_steps_it_is_about() -> None:
    events = fed(Labeller(RATE_HZ, SETTINGS, None), STRIDES[:20])
    assert isinstance(events[0], SidesChanged)
    assert events[0].t_s == pytest.approx(100.0 / RATE_HZ)


def test_steps_of_unsure_side_leave_after_a_while_and_count_for_nothing() -> None:
    labeller = Labeller(RATE_HZ, SETTINGS, None)
    strides = [roll_turned(stride) for stride in STRIDES[: HOLD + 5]]
    assert fed(labeller, strides[:HOLD]) == []
    events = fed(labeller, strides[HOLD:], HOLD)
    assert reasons(events) == ["unsure"]
    steps = steps_in(events)
    assert len(steps) == HOLD + 5
    assert all(Flag.SIDE in step.flags and not step.side_sure and not step.valid for step in steps)
    assert all(step.side_confidence < 0.99 for step in steps)
    assert [a.side is not b.side for a, b in pairwise(steps)] == [True] * (HOLD + 4)


def test_labels_are_not_turned_over_without_saying_so() -> None:
    """A runner whose cues point the other way at first, too weakly to be sure, and then clearly."""
    labeller = Labeller(RATE_HZ, SETTINGS, None)
    wrong = [replace(s, harmonics=np.where(np.arange(6)[:, None] == ROLL, -1.0, 0.0) * s.harmonics) for s in STRIDES]
    early = fed(labeller, wrong[: HOLD + 1])
    assert reasons(early) == ["unsure"]
    assert (steps_in(early)[0].side is Side.LEFT) is not is_left(STRIDES[0])
    late = fed(labeller, STRIDES[HOLD + 1 :] + STRIDES + STRIDES, HOLD + 1)
    assert "corrected" not in reasons(late)  # no step had been called sure of the other side
    assert reasons(late)[-1] == "settled"
    at = next(k for k, event in enumerate(late) if isinstance(event, SidesChanged))
    numbered = [*STRIDES, *STRIDES, *STRIDES]
    for step in steps_in(late[:at]):
        assert (step.side is Side.LEFT) is not is_left(numbered[step.number])
    for step in steps_in(late[at:]):
        assert (step.side is Side.LEFT) is is_left(numbered[step.number])


def test_figures_of_a_step_are_those_of_its_course() -> None:
    steps = steps_in(fed(Labeller(RATE_HZ, SETTINGS, None), STRIDES[:20]))
    left = next(step for step in steps if step.side is Side.LEFT)
    right = next(step for step in steps if step.side is Side.RIGHT)
    assert left.drop_deg == pytest.approx(3.0)
    assert right.drop_deg == pytest.approx(-3.0)
    assert left.excursion_deg == pytest.approx(0.0)
    assert left.list_deg == pytest.approx(0.75)
    assert left.wobble_deg == pytest.approx(0.1)
    assert left.contact_ms == pytest.approx(50.0 / RATE_HZ * 1000.0)
    assert left.toe_off_s == pytest.approx(left.t_s + 50.0 / RATE_HZ)
    assert left.step_s == pytest.approx(STEP / RATE_HZ)
    assert left.cadence_spm == pytest.approx(120.0 / STRIDES[left.number].stride_s)


def test_a_loose_belt_voids_the_step() -> None:
    labeller = Labeller(RATE_HZ, SETTINGS, None)
    fed(labeller, STRIDES[:20])
    step = open_step(20, STRIDES[20])
    assert step.course is not None
    step.course = replace(step.course, wobble_deg=SETTINGS.drop.wobble_limit_deg + 0.1)
    assert steps_in(labeller.push(step, MOUNT))[0].flags == (Flag.WOBBLE,)


def test_flags_come_in_their_order() -> None:
    labeller = Labeller(RATE_HZ, SETTINGS, None)
    step = open_step(0, STRIDES[0])
    step.flags |= {Flag.TURN, Flag.GAP, Flag.START}
    labeller.push(step, MOUNT)
    assert steps_in(labeller.flush())[0].flags == (Flag.START, Flag.GAP, Flag.SIDE, Flag.TURN)


def test_steps_that_are_not_clean_teach_nothing() -> None:
    labeller = Labeller(RATE_HZ, SETTINGS, None)
    for k, stride in enumerate(STRIDES[:HOLD]):
        step = open_step(k, stride)
        step.clean = False
        assert labeller.push(step, MOUNT) == []
    assert labeller.template() is None
    assert labeller.confidence == pytest.approx(0.5)


def test_a_new_alternation_lets_the_held_steps_go_first() -> None:
    labeller = Labeller(RATE_HZ, SETTINGS, None)
    fed(labeller, STRIDES[:3])
    events = labeller.push(open_step(3, STRIDES[3], alternation=2), MOUNT)
    assert [step.number for step in steps_in(events)] == [0, 1, 2]
    assert all(Flag.SIDE in step.flags for step in steps_in(events))


@pytest.mark.parametrize("second", [1, -1])
def test_a_second_alternation_is_settled_anew_and_right(second: int) -> None:
    labeller = Labeller(RATE_HZ, SETTINGS, None)
    fed(labeller, STRIDES[:40])
    steps = steps_in(fed(labeller, STRIDES[40:80], 40, left_parity=second, alternation=2))
    assert [step.number for step in steps] == list(range(40, 80))
    assert all(step.side_sure for step in steps)
    assert [step.side is Side.LEFT for step in steps] == [is_left(stride) for stride in STRIDES[40:80]]


def test_a_confirmed_template_names_the_sides() -> None:
    first = Labeller(RATE_HZ, SETTINGS, None)
    fed(first, STRIDES[:40])
    template = first.template()
    assert isinstance(template, StrideTemplate)
    labeller = Labeller(RATE_HZ, SETTINGS, replace(template, confirmed=True))
    steps = steps_in(fed(labeller, [roll_turned(stride) for stride in STRIDES[:30]], left_parity=-1))
    assert all(step.side_sure for step in steps)
    assert [step.side is Side.LEFT for step in steps] == [is_left(stride) for stride in STRIDES[:30]]


def test_swap_turns_the_sides_over_from_there_on() -> None:
    labeller = Labeller(RATE_HZ, SETTINGS, None)
    fed(labeller, STRIDES[:20])
    assert labeller.swap() == []
    steps = steps_in(fed(labeller, STRIDES[20:40], 20))
    assert [step.side is Side.LEFT for step in steps] == [not is_left(stride) for stride in STRIDES[20:40]]
    assert all(step.side_sure for step in steps)


def test_swap_lets_held_steps_go_with_what_was_known() -> None:
    labeller = Labeller(RATE_HZ, SETTINGS, None)
    fed(labeller, STRIDES[:4])
    assert [step.number for step in steps_in(labeller.swap())] == [0, 1, 2, 3]


def test_a_step_without_mount_has_neither_drop_nor_side() -> None:
    step = Labeller(RATE_HZ, SETTINGS, None).without_mount(open_step(0, STRIDES[0]))
    assert {Flag.MOUNT, Flag.SIDE} <= set(step.flags)
    assert math.isnan(step.drop_deg)
    assert math.isnan(step.list_deg)
    assert not step.side_sure
    assert step.side_confidence == pytest.approx(0.5)


def test_a_step_without_mount_has_no_sure_side_either_when_earlier_ones_had() -> None:
    """After a slip: the sides were sure before, this step's is not."""
    labeller = Labeller(RATE_HZ, SETTINGS, None)
    fed(labeller, STRIDES[:40])
    assert labeller.sure
    step = labeller.without_mount(open_step(40, STRIDES[40]))
    assert not step.side_sure
    assert step.side_confidence == pytest.approx(0.5)


def test_the_mean_wave_is_made_of_strides_that_begin_with_a_left_contact() -> None:
    """A right step ends a stride that began left; the others would turn the wave over."""
    labeller = Labeller(RATE_HZ, SETTINGS, None)
    course = 2.0 * np.sin(2.0 * np.pi * np.arange(150) / 149.0)
    for k, stride in enumerate(STRIDES[:40]):
        step = open_step(k, stride)
        assert step.course is not None
        step.course = replace(step.course, stride_deg=course if stride.begins_left else -course, mean_deg=0.0)
        labeller.push(step, MOUNT)
    wave = labeller.wave.result()
    assert wave is not None
    np.testing.assert_allclose(wave.mean_deg, 2.0 * np.sin(2.0 * np.pi * np.linspace(0.0, 1.0, 101)), atol=2e-3)
    assert wave.strides == sum(stride.begins_left for stride in STRIDES[:40])


def test_nothing_held_nothing_flushed() -> None:
    assert Labeller(RATE_HZ, SETTINGS, None).flush() == []
