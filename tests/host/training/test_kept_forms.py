"""What is kept of training is what its schema says: real entries, and nothing in either that the other lacks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hipdrop.events import BaselineReady, Side
from hipdrop.simulate.exercise_demo import demo_exercise
from hipdrop.training import store
from hipdrop.training.checkin import as_data as check_in_data
from hipdrop.training.checkin import of_data
from hipdrop.training.procedures.sets import SetsProcedure
from hipdrop.training.procedures.singleleg import SingleLegResult
from hipdrop.training.repeats import as_data as coached_data
from hipdrop.training.results import as_data as single_leg_data
from hipdrop.training.setresult import SetsResult
from hipdrop.training.setresult import as_data as set_data
from hipdrop.training.singleleg import SingleLegEstimate, single_leg_test
from hipdrop.training.table import exercises
from host.training.test_coach_command import done_session
from single_leg_tests import done, raise_of

NOW = datetime.now().astimezone()


def one_set(name: str) -> dict[str, Any]:
    exercise = exercises()[name]
    legs = exercise.legs("both")[:1]
    run = demo_exercise(name, legs, 1, repetitions=4, seconds=12.0, bends=False)
    through = SetsProcedure(
        exercise, run.pelvis_from_sensor, legs=list(legs), sets=1, repetitions=4, seconds=12.0
    )  # fmt: skip
    for piece in run.block.cut(2000):
        through.push(piece)
    assert isinstance(through.result, SetsResult)
    return set_data(through.result.sets[0], exercise)


def one_test() -> dict[str, Any]:
    stand = raise_of(1)
    run, mount = done(1, [stand])
    found = single_leg_test(run.block, mount, Side.RIGHT)
    assert isinstance(found, SingleLegEstimate)
    return single_leg_data(SingleLegResult((found,)), site="sacrum", mount={"method": "bends"})


def one_coached_run() -> dict[str, Any]:
    baseline = BaselineReady(40.0, 2.5, float("nan"), 2.5, 0.5, 0.5, 0.5, 100, "today")
    return {**coached_data(done_session().coach, [baseline], "run.mcap", "trail"), "pain_after": None}


def one_check_in() -> dict[str, Any]:
    said = {
        "pain": 2, "where": "left hip", "pain_after_last_run": 1, "pain_next_morning": None, "shoe": "blue",
        "surface": "road", "stop_signs": ["locking"],
    }  # fmt: skip
    return dict(check_in_data(of_data(said, NOW)))


@cache
def kept() -> dict[str, list[dict[str, Any]]]:
    """Entries of every kind, as JSON gives them back."""
    made = {
        "check-in": [one_check_in()], "single-leg": [one_test()], "coached-run": [one_coached_run()],
        "set": [one_set("pelvic-drop"), one_set("clamshell")],
        "ticked": [{"exercise": "bridge", "day": "2026-11-22", "done": False}],
    }  # fmt: skip
    whole: dict[str, list[dict[str, Any]]] = json.loads(json.dumps(made, allow_nan=False))
    return whole


def schema() -> dict[str, Any]:
    text = resources.files("hipdrop.training").joinpath(store.SCHEMA_NAME).read_text("utf-8")
    whole: dict[str, Any] = json.loads(text)
    return whole


def test_there_is_a_definition_for_every_kind() -> None:
    Draft202012Validator.check_schema(schema())
    assert set(kept()) == set(store.KINDS) == set(schema()["properties"]["kind"]["enum"])
    said = {part["if"]["properties"]["kind"]["const"] for part in schema()["allOf"]}
    assert said == set(store.KINDS) <= set(schema()["$defs"])


@pytest.mark.parametrize("kind", store.KINDS)
def test_what_is_kept_fits_and_the_schema_names_all_of_it(kind: store.Kind) -> None:
    definitions = schema()["$defs"]
    for data in kept()[kind]:
        store.line_of(kind, data, NOW)
        if kind != "single-leg":  # it keeps its tries beside what a plan shows
            assert set(data) <= set(definitions[kind]["properties"])
    assert set(definitions[kind]["properties"]) <= {key for data in kept()[kind] for key in data}


@pytest.mark.parametrize(
    ("kind", "key", "definition"), [("single-leg", "right", "stance"), ("coached-run", "done", "repeat")]
)
def test_what_is_within_fits_as_well(kind: str, key: str, definition: str) -> None:
    (data,) = kept()[kind]
    part: Mapping[str, Any] = data[key][0] if isinstance(data[key], list) else data[key]
    assert set(schema()["$defs"][definition]["properties"]) <= set(part)


@pytest.mark.parametrize(
    ("kind", "number", "key", "bad"),
    [
        ("coached-run", 0, "outcome", "tired"), ("coached-run", 0, "pain", 11), ("coached-run", 0, "repeats", 0),
        ("set", 0, "each", [{"depth_deg": 3.0}]), ("set", 0, "faults", {"too quick": -1}), ("set", 1, "within_s", -1),
        ("single-leg", 0, "right", {"raise_deg": 1.0, "mean_drop_deg": 1.0, "below_level_span_s": [1.0]}),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_not_kept(kind: store.Kind, number: int, key: str, bad: object) -> None:
    with pytest.raises(ValueError, match=key):
        store.line_of(kind, {**kept()[kind][number], key: bad}, NOW)
