"""Plans: the file and its faults, what is due on which day, what was done, the tests side by side."""

from __future__ import annotations

import json
import math
import re
import tomllib
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hipdrop import people
from hipdrop.errors import InputError, OutputError
from hipdrop.monitor import StoredBaseline
from hipdrop.profile import Profile
from hipdrop.training import planfile
from hipdrop.training.adherence import items, shares
from hipdrop.training.detectable import GONIOMETER_DEG, detectable
from hipdrop.training.plan import Plan
from hipdrop.training.planfile import BadPlan, example, keep, load, of_text, plan_path
from hipdrop.training.planview import PlanDay, _cells, _row, as_json, lines
from hipdrop.training.store import Entry
from hipdrop.training.table import exercises
from hipdrop.training.testdays import Row, days_of_tests, rows
from hipdrop.training.tomlplaces import line_of
from synthetic import REPEATABLE

START = date(2026, 11, 23)  # a Monday
ZONE = timezone(timedelta(hours=1))
SMALL = """hipdrop_plan = 1
title = "small"
start = 2026-11-23
days = 3
[[block]]
title = "all"
[[block.exercise]]
name = "clamshell"
sets = 2
"""


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path / "data")
    return tmp_path / "data"


def day(number: int) -> date:
    return START + timedelta(days=number - 1)


def entry(kind: Any, number: int, hour: int = 18, **data: object) -> Entry:
    return Entry(kind, datetime(2026, 11, 22, hour, tzinfo=ZONE) + timedelta(days=number), data)


def ticked(name: str, number: int, **more: object) -> Entry:
    return entry("ticked", number, exercise=name, day=day(number).isoformat(), **more)


def check_in(number: int, pain: int, *signs: str) -> Entry:
    return entry(
        "check-in", number, 7, pain=pain, where="", pain_after_last_run=None, pain_next_morning=None, shoe="",
        surface="", stop_signs=list(signs),
    )  # fmt: skip


def names(plan: Plan, number: int, pain: int | None = None) -> list[str]:
    return [due.exercise.name for due in plan.due(day(number), pain)]


# The example
def test_the_example_says_what_the_article_does() -> None:
    plan = of_text(example(START))
    assert (plan.example, plan.start, plan.days, plan.test_days) == (True, START, 14, (1, 7, 14))
    for number in range(1, 15):
        assert names(plan, number)[:3] == ["clamshell", "side-lying", "pelvic-drop"]  # daily for 14 days
        assert names(plan, number, 6) == ["isometric-hold"]  # when it is acute
        run_day = day(number).strftime("%a") in ("Tue", "Thu", "Sat")
        assert plan.is_run_day(day(number)) is run_day
        assert names(plan, number)[3:] == (["side-step", "bridge", "bridge"] if run_day else ["balance"])
    assert [due.block.at for due in plan.due(day(2), 0)][3:] == ["before-run", "before-run", "after-run"]
    assert names(plan, 0) == names(plan, 15) == []


@pytest.mark.parametrize("start", [date(2024, 2, 29), date(2026, 12, 31), date(1, 1, 1)])
def test_the_example_begins_on_any_day(start: date) -> None:
    plan = of_text(example(start))
    assert plan.start == start
    assert plan.last == start + timedelta(days=13)


def test_the_schema_is_one_and_knows_the_exercises() -> None:
    Draft202012Validator.check_schema(planfile._validator().schema)
    known = planfile._validator().schema["$defs"]["exercise"]["properties"]["name"]["enum"]
    assert set(known) == {*exercises(), "isometric-hold"}


# Its faults
@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("sets = 2", "sets = 0", 9, "block[1].exercise[1].sets: 0 is less than the minimum of 1"),
        ("sets = 2", "set = 2", 9, "block[1].exercise[1].set: there is no such key; there are name, text, walk_run"),
        ('"clamshell"', '"clam"', 8, "block[1].exercise[1].name: 'clam' is not one of ['pelvic-drop', 'bridge'"),
        ('name = "clamshell"', "", 7, "block[1].exercise[1]: needs a name, or a text, or a walk_run"),
        ("hipdrop_plan = 1", "hipdrop_plan = 2", 1, "hipdrop_plan: 1 was expected"),
        ("hipdrop_plan = 1", "", None, "'hipdrop_plan' is a required property"),
        ("2026-11-23", "2026-11-23T10:00:00", 3, "start: '2026-11-23T10:00:00' does not match"),
        ("2026-11-23", '"2026-02-30"', 3, "start: 2026-02-30 is no date such as"),
        ("2026-11-23", "9999-12-31", 3, "start: 9999-12-31 is no date"),
        ("days = 3", "days = 3\ntest_days = [1, 4]", 5, "test_days[2]: day 4 lies after the last one, 3"),
        ("days = 3", "days = 1e3", 4, "days: 1000.0"),
        ('title = "all"', 'title = "all"\nto = 4', 7, "block[1].to: day 4 lies after the last one, 3"),
        ('title = "all"', 'title = "all"\nfrom = 3\nto = 2', 8, "block[1].to: ends on day 2, before it begins"),
        ('title = "all"', 'title = "all"\nat = "after-run"\non = "off-days"', 8, "block[1].on: off-days does not go"),
        ('"clamshell"', '"clamshell"\ntext = "x"', 7, "block[1].exercise[1]: needs a name, or a text, or a walk_run"),
        ('name = "clamshell"', 'text = "\u202e"', 8, "block[1].exercise[1].text: is not plain words"),
        ("sets = 2", "sets = 2\nhold_s = nan", 10, "block[1].exercise[1].hold_s"),
        ("sets = 2", "sets = 2\nhold_s = inf", 10, "block[1].exercise[1].hold_s"),
        ("sets = 2", "sets = 2\n[[block]]\ntitle = 'b'\n[[block.exercise]]\nname = 'bridge'\nside = 'up'", 14,
         "block[2].exercise[1].side: 'up' is not one of ['left', 'right', 'both']"),
        ('name = "clamshell"\nsets = 2', "walk_run = '0:1 x 6'", 8, "block[1].exercise[1].walk_run: walk_run 0:1"),
        ('name = "clamshell"', "walk_run = '4:1'", 8, "block[1].exercise[1].walk_run: '4:1' does not match"),
        ('name = "clamshell"', "walk_run = '4:1 x 6'", 9, "block[1].exercise[1].sets: does not go with walk_run"),
        ("sets = 2", "sets = ", None, "is no TOML"),
        ("sets = 2", "x = " + "[" * 5000, None, "is no TOML"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_line_and_key(tmp_path: Path, old: str, new: str, line: int | None, said: str) -> None:
    path = tmp_path / "my.toml"
    path.write_text(SMALL.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError) as caught:
        load(path)
    where = f"{path}: " if line is None else f"{path}, line {line}: "
    assert str(caught.value).startswith(where + said)
    assert str(caught.value).endswith("; see docs/plan.md")
    assert caught.value.line == line


def test_what_is_no_file_of_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be read .*hipdrop plan --example"):
        load(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="is no text"):
        load(tmp_path / "bad.toml")
    (tmp_path / "long.toml").write_bytes(b"#" * 2_000_000)
    with pytest.raises(InputError, match="too long"):
        load(tmp_path / "long.toml")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates().map(date.isoformat),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(REPEATABLE, max_examples=300)
@given(st.data())
def test_whatever_is_put_into_a_plan_it_is_one_or_its_fault_has_a_place(draws: st.DataObject) -> None:
    plain = planfile._plain(tomllib.loads(example(START)))
    inside: Any = plain
    while True:
        keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
        key = draws.draw(st.sampled_from(keys))
        if not isinstance(inside[key], (dict, list)) or not inside[key] or draws.draw(st.booleans()):
            break
        inside = inside[key]
    inside[key] = draws.draw(VALUES)
    try:
        planfile._check_schema(plain)
        plan = planfile._plan(plain)
    except BadPlan as error:
        fault = str(error)
    else:
        fault = ""
        assert plan.due(plan.start, None) is not None
        json.dumps(as_json(PlanDay.of(plan, plan.start, plan.start, [], None), None), allow_nan=False)
    assert "\n" not in fault


@settings(REPEATABLE, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 1700), harm=st.binary(max_size=4))
def test_a_damaged_file_is_a_plan_or_one_line(tmp_path: Path, at: int, harm: bytes) -> None:
    whole = example(START).encode()
    path = tmp_path / "damaged.toml"
    path.write_bytes(whole[:at] + harm + whole[at + len(harm) + 1 :])
    fault = ""
    try:
        load(path)
    except InputError as error:
        fault = str(error)
    assert "\n" not in fault


def test_places_are_found_in_toml_of_all_forms() -> None:
    text = (
        'a = """\n[[b]]\nx = 1\n"""\n[[b]]  # first\nx = 1\n  [[b.c]]\n  y = 1\n  [[b.c]]\n  "y" = 1\n[b.d]\nz = 1\n'
        '[[b]]\nx = [\n 1,\n 2,\n]\n[[b.c]]\ne.f = 1\n'
    )  # fmt: skip
    tomllib.loads(text)
    wanted = {("a",): 1, ("b", 0): 5, ("b", 0, "x"): 6, ("b", 0, "c", 0, "y"): 8, ("b", 0, "c", 1, "y"): 10,
              ("b", 0, "d", "z"): 12, ("b", 1, "x"): 14, ("b", 1, "x", 1): 14, ("b", 1, "c", 0, "e", "f"): 19,
              ("b", 1, "c", 0, "none"): 18, ("none",): None, (): None}  # fmt: skip
    assert {place: line_of(text, place) for place in wanted} == wanted


# Keeping
def test_the_plan_in_use_is_whole_and_forgotten_with_the_person(data: Path) -> None:
    assert keep("Anna", SMALL) == plan_path("Anna")
    keep("Anna", SMALL.replace("small", "other"))
    assert load(plan_path("Anna"))[0].title == "other"
    assert sorted(path.name for path in plan_path("Anna").parent.iterdir()) == ["person.json", "plan.toml"]
    people.forget("Anna")
    assert not plan_path("Anna").exists()


def test_a_plan_that_cannot_be_kept_is_said(data: Path) -> None:
    data.write_text("no folder")
    with pytest.raises(OutputError, match=r"plan.toml: cannot be written"):
        keep("Anna", SMALL)


# What was done
@pytest.mark.parametrize(
    ("done", "sets_done"),
    [
        ([], 0),
        ([("left", 2)], 0),
        ([("left", 1), ("right", 1)], 1),
        ([("left", 2), ("right", 1)], 1),
        ([("left", 3), ("right", 2)], 2),
        ([("both", 1)], 1),
        ([("both", 5)], 2),
        ([("left", 1), ("right", 1), ("both", 1)], 2),
    ],
)
def test_sets_of_the_clip_count_on_each_side(done: list[tuple[str, int]], sets_done: int) -> None:
    entries = [entry("set", 1, exercise="Clamshell", side=side) for side, many in done for _ in range(many)]
    (item,) = items(of_text(SMALL), day(1), entries)
    assert (item.sets_done, item.done, item.ticked) == (sets_done, sets_done == 2, False)
    (item,) = items(of_text(SMALL), day(2), entries)
    assert item.sets_done == 0


def test_one_side_alone_is_enough_where_the_plan_says_so() -> None:
    plan = of_text(SMALL + 'side = "left"\n')
    sets = [entry("set", 1, exercise="clamshell", side="left") for _ in range(2)]
    assert items(plan, day(1), sets)[0].done
    assert not items(plan, day(1), [entry("set", 1, exercise="clamshell", side="right")] * 2)[0].done


def test_a_tick_is_for_its_day_and_can_be_taken_back() -> None:
    plan = of_text(SMALL)
    late = [Entry("ticked", datetime(2026, 11, 25, 0, 30, tzinfo=ZONE), {"exercise": "clamshell", "day": "2026-11-23"})]
    assert items(plan, day(1), late)[0].done  # ticked after midnight of the day after
    assert not items(plan, day(3), late)[0].done
    undone = [*late, ticked("clamshell", 1, done=False)]
    assert not items(plan, day(1), undone)[0].done
    assert items(plan, day(1), [*undone, ticked("CLAMSHELL ", 1)])[0].done


def test_what_is_due_twice_takes_one_after_the_other() -> None:
    plan = of_text(example(START))
    done = [entry("set", 2, exercise="bridge") for _ in range(2)]
    bridges = [item for item in items(plan, day(2), done) if item.due.exercise.name == "bridge"]
    assert [(item.sets_done, item.done) for item in bridges] == [(1, True), (1, False)]
    bridges = [item for item in items(plan, day(2), [ticked("bridge", 2)]) if item.due.exercise.name == "bridge"]
    assert [item.ticked for item in bridges] == [True, False]


def test_adherence_is_days_done_of_days_due() -> None:
    plan = of_text(SMALL + '[[block.exercise]]\ntext = "Foam roller"\n')
    entries = [ticked("clamshell", 1), ticked("foam roller", 1), ticked("clamshell", 2)]
    assert [(one.name, one.done, one.due) for one in shares(plan, day(2), entries)] == [
        ("clamshell", 2, 2), ("Foam roller", 1, 2)
    ]  # fmt: skip
    assert shares(plan, day(0), entries) == []
    assert [one.due for one in shares(plan, day(90), entries)] == [3, 3]


def test_days_of_a_stop_sign_and_acute_days_ask_for_nothing_else() -> None:
    plan = of_text(example(START))
    entries = [check_in(1, 7), ticked("isometric-hold", 1), check_in(2, 2, "fever"), check_in(3, 1)]
    found = {one.name: (one.done, one.due) for one in shares(plan, day(3), entries)}
    assert found == {"clamshell": (0, 1), "side-lying": (0, 1), "pelvic-drop": (0, 1), "isometric-hold": (1, 1),
                     "balance": (0, 1)}  # fmt: skip


# The tests
def hip_drop(number: int, left_deg: float | None, right_deg: float | None = None, **more: object) -> Entry:
    def stance(raise_deg: float | None) -> object:
        if raise_deg is None:
            return None
        return {"raise_deg": raise_deg, "mean_drop_deg": -raise_deg, "below_start_s": None, "below_level_s": 12.0}

    return entry("single-leg", number, left=stance(left_deg), right=stance(right_deg), **({"midline": True} | more))


def test_tests_count_for_the_day_they_are_nearest_to() -> None:
    plan = of_text(example(START))
    tests = [hip_drop(0, 1.0), hip_drop(3, 2.0), hip_drop(5, 3.0), hip_drop(8, 4.0), hip_drop(11, 5.0)]
    found = days_of_tests(plan, tests)
    assert [one.name for one in found] == ["start", "day 7", "day 14"]
    assert [None if one.test is None else one.test.data["left"]["raise_deg"] for one in found] == [1.0, 4.0, None]
    evening = hip_drop(1, 1.0)
    morning = Entry("single-leg", evening.at - timedelta(hours=9), hip_drop(1, 2.0).data)
    assert days_of_tests(plan, [morning, evening])[0].test == evening  # the last of a day
    assert days_of_tests(plan, [evening, morning])[0].test == evening


def test_a_time_that_is_only_a_span_is_shown_as_one_and_gives_no_change() -> None:
    def fell(number: int, at_s: float | None, span_s: tuple[float | None, float | None]) -> Entry:
        leg = {"raise_deg": 2.0, "below_level_s": at_s, "below_level_span_s": span_s}
        return entry("single-leg", number, left=leg, right=None, midline=True)

    def row(*tests: Entry) -> Row:
        found = rows(days_of_tests(of_text(example(START)), tests), detectable(None))
        return next(one for one in found if one.name == "left leg, fell below level after")

    vague = row(fell(1, 12.0, (11.0, 14.0)), fell(7, None, (9.0, None)), fell(14, 20.0, (19.8, 20.2)))
    assert vague.spans_s == ((11.0, 14.0), (9.0, math.inf), None)
    assert vague.change is None
    assert _cells(vague)[1:5] == ["11 to 14 s", "not clearly", "20.0 s", "-"]
    assert _row(vague)["spans_s"] == [[11.0, 14.0], [9.0, None], None]
    tight = row(fell(1, 12.0, (11.8, 12.2)), fell(7, 12.0, (11.0, 14.0)), fell(14, 20.0, (19.8, 20.2)))
    assert tight.change == 8.0
    ends = row(fell(1, 2.0, (2.0, 2.0)), fell(7, None, (None, None)), fell(14, 20.0, (19.8, 20.2)))
    assert (_cells(ends)[1:4], ends.change) == (["from the start", "held", "20.0 s"], None)


def test_changes_stand_beside_the_smallest_that_can_be_told() -> None:
    plan = of_text(example(START))
    tests = days_of_tests(plan, [hip_drop(1, 2.0, 1.0), hip_drop(7, 4.0, 5.5, midline=False), hip_drop(14, 5.9, 5.1)])
    found = {row.name: row for row in rows(tests, detectable(None))}
    left, right = found["left leg, raise"], found["right leg, raise"]
    assert left.values == (2.0, 4.0, 5.9)
    assert left.change == pytest.approx(3.9)
    assert (left.detectable_deg, left.told, right.told) == (GONIOMETER_DEG, False, True)
    assert found["left less right, raise"].values == (1.0, None, pytest.approx(0.8))  # on the midline alone
    assert found["left leg, fell below its start after"].values == (math.inf,) * 3
    assert found["left leg, fell below level after"].detectable_deg is None
    assert "left leg, peak drop" not in found


def test_the_persons_own_smallest_change_stands_before_the_literatures() -> None:
    assert detectable(None).deg == detectable(Profile(None)).deg == 4.0
    baseline = StoredBaseline(3.0, 3.5, 0.6, 0.7, 400, 400).repeating(0.5, 10)
    own = detectable(Profile(baseline))
    assert own.deg == pytest.approx(1.96 * math.sqrt(2.0) * 0.5)
    assert "your own" in own.source


# What is shown
def shown(number: int, *entries: Entry, today: int | None = None) -> list[str]:
    plan = of_text(example(START))
    ordered = sorted(entries, key=lambda one: one.at)
    return list(lines(PlanDay.of(plan, day(number), day(today or number), ordered, None)))


def test_the_day_is_shown_with_its_boxes() -> None:
    said = shown(2, check_in(2, 2), ticked("clamshell", 2), ticked("clamshell", 1), entry("set", 2, exercise="bridge"))
    assert "EXAMPLE, written for nobody" in said[0]
    assert said[1] == "today      Tue 24 Nov 2026, day 2 of 14, a day with a run; pain 2 of 10"
    assert "  [x] clamshell    3 x 15; ticked; Daily strength" in said
    assert any(line.startswith("  [x] bridge       1 x 10; before the run;") for line in said)
    assert any(line.startswith("  [ ] bridge       3 x 12, hold 2 s; after the run;") for line in said)
    assert "done       1 of 4 up to yesterday (25 %): clamshell 1 of 1, side-lying 0 of 1" in "\n".join(said)


def test_a_stop_sign_takes_the_place_of_the_list() -> None:
    said = "\n".join(shown(1, check_in(1, 1, "groin")))
    assert "stop       have this looked at before you train: pain in the groin" in said
    assert "[ ]" not in said
    plan = of_text(example(START))
    assert as_json(PlanDay.of(plan, day(1), day(1), [check_in(1, 1, "groin")], None), None)["due"] == []


def test_days_outside_of_the_plan_are_named() -> None:
    assert "the plan begins on Mon 23 Nov 2026" in shown(-3)[1]
    assert "the plan ended on Sun 6 Dec 2026" in shown(20)[1]
    assert "acute" in shown(1, check_in(1, 4))[1]
    assert "not checked in: hipdrop check-in" in shown(1)[1]
    assert shown(5, today=2)[1].endswith("not checked in")
    assert "up to the day before, at most yesterday (0 %): clamshell 0 of 1" in "\n".join(shown(5, today=2))


def test_the_table_of_the_tests() -> None:
    said = shown(14, hip_drop(1, 2.0, 1.0), hip_drop(8, 4.0, 5.5), hip_drop(14, 6.5))
    (head,) = (line for line in said if line.startswith("hip-drop test"))
    assert head.split("  ")[-1] == "detectable"
    assert "start, Mon 23 Nov" in head
    assert "day 7, Mon 30 Nov" in head
    (left,) = (line for line in said if line.startswith("left leg, raise"))
    assert left.split() == ["left", "leg,", "raise", "2.0°", "4.0°", "6.5°", "+4.5°", "4.0°"]
    (right,) = (line for line in said if line.startswith("left less right"))
    assert right.split()[4:] == ["1.0°", "-1.5°", "-", "-2.5°", "(may", "be", "chance)", "4.0°"]
    assert any("held" in line for line in said)
    assert said[-1].startswith("detectable 4.0°: of others, standing, read with a goniometer (Youdas 2007).")


def test_the_plan_of_the_page_is_one(repository: Path) -> None:
    page = (repository / "docs" / "plan.md").read_text("utf-8")
    (text,) = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    plan = of_text(text)
    assert [due.exercise.name for due in plan.due(plan.start, None)] == ["pelvic-drop", "ten minutes on the bike"]
    schema = planfile._validator().schema
    for table in (schema, schema["$defs"]["block"], schema["$defs"]["exercise"]):
        assert all(
            f"`{key}`" in page or f"`[[block.{key}]]`" in page or f"`[[{key}]]`" in page for key in table["properties"]
        )
