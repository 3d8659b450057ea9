"""The profile: what was saved comes back, what is damaged is refused by name, what is there survives a failure."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hipdrop.errors import InputError, OutputError
from hipdrop.events import BaselineReady, Site
from hipdrop.monitor import StoredBaseline
from hipdrop.profile import CadenceCourse, CadenceSlope, Profile
from hipdrop.sides import StrideTemplate

BASELINE = StoredBaseline(2.5, 2.25, 0.6, 0.5, 900, 899, 0.8, 7)
COURSE = CadenceCourse(168.5, CadenceSlope(-0.08, -0.12, -0.04), None)


def a_template(confirmed: bool = True) -> StrideTemplate:
    rng = np.random.default_rng(1)
    mean = rng.standard_normal((6, 3)) + 1j * rng.standard_normal((6, 3))
    by = "one-leg" if confirmed else ""
    return StrideTemplate(mean, rng.random((6, 3)), 120, Site.LEFT_HIP, confirmed, by)


def saved(path: Path, profile: Profile | None = None) -> dict[str, Any]:
    (profile or Profile(BASELINE, a_template(), COURSE)).save(path)
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return data


@pytest.mark.parametrize("baseline", [None, BASELINE])
@pytest.mark.parametrize("template", [None, a_template(), a_template(confirmed=False)])
@pytest.mark.parametrize("course", [None, COURSE])
def test_what_was_saved_comes_back(
    tmp_path: Path, baseline: StoredBaseline | None, template: StrideTemplate | None, course: CadenceCourse | None
) -> None:
    path = tmp_path / "anna.json"
    Profile(baseline, template, course).save(path)
    loaded = Profile.load(path)
    assert (loaded.baseline, loaded.course) == (baseline, course)
    assert (loaded.template is None) is (template is None)
    if template is not None and loaded.template is not None:
        np.testing.assert_array_equal(loaded.template.mean, template.mean)
        np.testing.assert_array_equal(loaded.template.sd, template.sd)
        assert loaded.template.strides == template.strides
        assert loaded.template.site is template.site
        assert loaded.template.confirmed is template.confirmed
        assert loaded.template.confirmed_by == template.confirmed_by


def test_version_1_is_read_and_carried_over(tmp_path: Path) -> None:
    """A file as hipdrop 1 of the format wrote it: what it does not say has its default."""
    path = tmp_path / "anna.json"
    data = saved(path)
    data["hipdrop_profile"] = 1
    del data["course"], data["baseline"]["between_day_runs"], data["template"]["confirmed_by"]
    path.write_text(json.dumps(data), "utf-8")
    loaded = Profile.load(path)
    assert loaded.baseline == dataclasses.replace(BASELINE, between_day_runs=0)
    assert loaded.course is None
    assert loaded.template is not None
    assert (loaded.template.confirmed, loaded.template.confirmed_by) == (True, "")
    np.testing.assert_array_equal(loaded.template.mean, a_template().mean)
    loaded.save(path)
    assert json.loads(path.read_text("utf-8"))["hipdrop_profile"] == 2


def without(key: str) -> Callable[[dict[str, Any]], object]:
    return lambda data: data.pop(key)


@pytest.mark.parametrize(
    "damage",
    [
        without("baseline"),
        without("template"),
        lambda data: data["template"].pop("sd"),
        lambda data: data["template"].update(site="knee"),
        lambda data: data["template"].update(mean_re=[[0.0] * 3] * 5),
        lambda data: data["template"].update(sd=[[float("nan")] * 3] * 6),
        lambda data: data["template"].update(strides="many"),
        lambda data: data["baseline"].pop("left_deg"),
        lambda data: data["baseline"].update(knee_deg=1.0),
        lambda data: data.update(template=[1, 2]),
        lambda data: data.update(baseline=3.0),
        lambda data: data["course"].pop("left"),
        lambda data: data["course"]["left"].pop("deg_per_spm"),
        lambda data: data.update(course="fast"),
    ],
)
def test_a_damaged_profile_is_refused_by_name(tmp_path: Path, damage: Callable[[dict[str, Any]], object]) -> None:
    path = tmp_path / "anna.json"
    data = saved(path)
    damage(data)
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(InputError, match=r"anna\.json.*damaged"):
        Profile.load(path)


@pytest.mark.parametrize("key", ["left_deg", "right_sd_deg", "left_steps", "between_day_sd_deg"])
@pytest.mark.parametrize("value", ["two", None, float("nan"), [2.5]])
def test_a_baseline_of_no_numbers_is_refused(tmp_path: Path, key: str, value: object) -> None:
    path = tmp_path / "anna.json"
    data = saved(path)
    data["baseline"][key] = value
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(InputError, match=r"anna\.json.*damaged"):
        Profile.load(path)


def test_a_baseline_over_no_steps_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "anna.json"
    data = saved(path)
    data["baseline"]["right_steps"] = 0
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(InputError, match=r"anna\.json.*damaged"):
        Profile.load(path)


DAMAGED: list[tuple[str, str, object]] = [
    ("template", "confirmed", "no"),
    ("template", "confirmed", 1),
    ("template", "strides", 0),
    ("template", "strides", -3),
    ("template", "strides", True),
    ("template", "strides", 2.5),
    ("template", "site", "knee"),
    ("template", "site", ["sacrum"]),
    ("template", "sd", [[0.0] * 3] * 6),
    ("template", "sd", [[1.0, -1.0, 1.0]] * 6),
    ("template", "sd", [[True] * 3] * 6),
    ("template", "sd", 6 * [3 * "1"]),
    ("template", "mean_re", [["1.0"] * 3] * 6),
    ("template", "mean_im", [[1e300] * 3] * 6),
    ("template", "mean_im", None),
    ("template", "mean_im", [[1.0] * 3] * 6 + [3]),
    ("baseline", "left_deg", 90.5),
    ("baseline", "right_deg", -91),
    ("baseline", "right_deg", True),
    ("baseline", "left_deg", 10**400),
    ("baseline", "left_sd_deg", -0.1),
    ("baseline", "right_sd_deg", 91.0),
    ("baseline", "between_day_sd_deg", -1.0),
    ("baseline", "between_day_runs", -1),
    ("baseline", "between_day_runs", 2.5),
    ("course", "cadence_spm", 0.5),
    ("course", "cadence_spm", "quick"),
    ("template", "confirmed_by", "me"),
    ("baseline", "left_steps", -1),
    ("baseline", "left_steps", True),
    ("baseline", "right_steps", 2.5),
    ("baseline", "right_steps", 10**400),
]


@pytest.mark.parametrize(("part", "key", "value"), DAMAGED)
def test_what_cannot_be_is_refused_by_its_key(tmp_path: Path, part: str, key: str, value: object) -> None:
    path = tmp_path / "anna.json"
    data = saved(path)
    data[part][key] = value
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(InputError, match=rf"anna\.json.*damaged profile \({key} is "):
        Profile.load(path)


def baseline_of_run(left_deg: float = 3.5, steps: int = 301) -> BaselineReady:
    return BaselineReady(500.0, left_deg, 3.25, 3.375, 0.7, 0.6, 0.5, steps, "today")


def test_what_a_run_did_not_show_stays_as_it_was_known() -> None:
    old, new = a_template(), a_template(confirmed=False)
    known = Profile(BASELINE, old)
    of_run = StoredBaseline(3.5, 3.25, 0.7, 0.6, 150, 150, 0.8, 7)
    nothing, half = [], [baseline_of_run(), baseline_of_run(float("nan"))]
    assert Profile.learned(nothing, None, known) == known
    assert Profile.learned(nothing, new, known) == Profile(BASELINE, new)
    assert Profile.learned(half, None, known) == Profile(of_run, old)
    assert Profile.learned(half, new, known) == Profile(of_run, new)
    assert Profile.learned([baseline_of_run(float("nan"))], None, known) == known
    assert Profile.learned(nothing, None, known, COURSE).course == COURSE
    assert Profile.learned(half, new, Profile(course=COURSE)).course == COURSE
    assert Profile.learned(nothing, None).empty
    assert not Profile.learned(half, None).empty


def test_a_stride_without_spread_is_not_learned(tmp_path: Path) -> None:
    """What is saved must be read again."""
    alone = dataclasses.replace(a_template(), sd=np.zeros((6, 3)), strides=1)
    assert Profile.learned([], alone).empty


@pytest.mark.parametrize("version", [0, 3, "1", None, True, 1.0])
def test_another_version_is_refused_by_name(tmp_path: Path, version: object) -> None:
    path = tmp_path / "anna.json"
    data = saved(path)
    data["hipdrop_profile"] = version
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(InputError, match=r"anna\.json.*version 1 or 2"):
        Profile.load(path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"3", b"\xff\xfe\x00", b"[" * 100_000, b"t_s,acc_x_ms2\n0,1\n"])
def test_what_is_no_profile_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "anna.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"anna\.json.*--save-profile"):
        Profile.load(path)


def test_a_missing_file_and_a_folder_are_refused_by_name(tmp_path: Path) -> None:
    for path in (tmp_path / "nobody.json", tmp_path):
        with pytest.raises(InputError, match=path.name):
            Profile.load(path)


def test_a_failed_write_keeps_the_old_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "anna.json"
    saved(path)
    before = path.read_bytes()

    def full(self: Path, data: str, encoding: str | None = None) -> int:
        with self.open("w", encoding=encoding) as file:
            file.write(data[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match=r"anna\.json.*No space left"):
        Profile().save(path)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["anna.json"]


def test_a_folder_that_does_not_exist_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"anna\.json"):
        Profile().save(tmp_path / "nowhere" / "anna.json")


def test_a_folder_in_the_way_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "anna.json").mkdir()
    with pytest.raises(OutputError, match=r"anna\.json"):
        Profile().save(tmp_path / "anna.json")
    assert [file.name for file in tmp_path.iterdir()] == ["anna.json"]
