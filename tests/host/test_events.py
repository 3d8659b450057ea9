"""Events are values: equal, frozen, and they say when a step counts."""

from __future__ import annotations

import dataclasses

import pytest

from handmade import make_step
from hipdrop import events
from hipdrop.events import Event, Flag, Side


def test_the_other_side() -> None:
    assert Side.LEFT.other is Side.RIGHT
    assert Side.RIGHT.other is Side.LEFT
    assert Side.BOTH.other is Side.BOTH


def test_sides_flags_and_sites_are_written_as_their_names() -> None:
    assert [str(side) for side in Side] == ["left", "right", "both"]
    assert [str(site) for site in events.Site] == ["sacrum", "left-hip", "right-hip"]
    assert [str(activity) for activity in events.Activity] == ["stand", "walk", "run"]
    assert str(Flag.SATURATED) == "saturated"


def test_a_step_without_flags_counts_for_everything() -> None:
    step = make_step(1, 2.0, Side.LEFT, 3.0)
    assert step.valid
    assert step.valid_for_mean


@pytest.mark.parametrize("flag", list(Flag))
def test_a_flag_voids_a_step_and_a_turn_only_for_its_side(flag: Flag) -> None:
    step = make_step(1, 2.0, Side.LEFT, 3.0, (flag,))
    assert not step.valid
    assert step.valid_for_mean is (flag is Flag.TURN)


def test_a_turn_with_another_flag_counts_for_nothing() -> None:
    assert not make_step(1, 2.0, Side.LEFT, 3.0, (Flag.SIDE, Flag.TURN)).valid_for_mean


def test_events_are_frozen_values() -> None:
    one, same = make_step(1, 2.0, Side.LEFT, 3.0), make_step(1, 2.0, Side.LEFT, 3.0)
    assert repr(one) == repr(same)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.t_s = 3.0  # type: ignore[misc]
    kinds = [kind for kind in vars(events).values() if isinstance(kind, type) and dataclasses.is_dataclass(kind)]
    assert len(kinds) > 10
    for kind in kinds:
        assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_every_event_has_its_time_first() -> None:
    kinds = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event)]
    for kind in kinds:
        assert dataclasses.fields(kind)[0].name == "t_s"
