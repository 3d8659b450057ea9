"""The profile: what was saved comes back, what is damaged is refused by name, what is there survives a failure."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hipdrop.errors import InputError, OutputError
from hipdrop.events import Site
from hipdrop.monitor import StoredBaseline
from hipdrop.profile import Profile
from hipdrop.sides import StrideTemplate

BASELINE = StoredBaseline(2.5, 2.25, 0.6, 0.5, 900, 899, 0.8)


def a_template(confirmed: bool = True) -> StrideTemplate:
    rng = np.random.default_rng(1)
    mean = rng.standard_normal((6, 3)) + 1j * rng.standard_normal((6, 3))
    return StrideTemplate(mean, rng.random((6, 3)), 120, Site.LEFT_HIP, confirmed)


def saved(path: Path, profile: Profile | None = None) -> dict[str, Any]:
    (profile or Profile(BASELINE, a_template())).save(path)
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return data


@pytest.mark.parametrize("baseline", [None, BASELINE])
@pytest.mark.parametrize("template", [None, a_template(), a_template(confirmed=False)])
def test_what_was_saved_comes_back(
    tmp_path: Path, baseline: StoredBaseline | None, template: StrideTemplate | None
) -> None:
    path = tmp_path / "anna.json"
    Profile(baseline, template).save(path)
    loaded = Profile.load(path)
    assert loaded.baseline == baseline
    assert (loaded.template is None) is (template is None)
    if template is not None and loaded.template is not None:
        np.testing.assert_array_equal(loaded.template.mean, template.mean)
        np.testing.assert_array_equal(loaded.template.sd, template.sd)
        assert loaded.template.strides == template.strides
        assert loaded.template.site is template.site
        assert loaded.template.confirmed is template.confirmed


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


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_version_is_refused_by_name(tmp_path: Path, version: object) -> None:
    path = tmp_path / "anna.json"
    data = saved(path)
    data["hipdrop_profile"] = version
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(InputError, match=r"anna\.json.*version 1"):
        Profile.load(path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"3", b"\xff\xfe\x00", b"t_s,acc_x_ms2\n0,1\n"])
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
