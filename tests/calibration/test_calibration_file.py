"""The file of a calibration: what is written is read, and whatever is damaged is refused with its place."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrations import ACC, GYRO, MEASURED, MOUNT, WHOLE, calibrations
from hipcal import plain
from hipcal.file import calibration_path, check_belongs, load, save
from hipcal.model import Calibration
from hipcal.plain import CHECK_KEY, VERSION_KEY, BadCalibration, as_dict, check_of, of_dict
from hipdrop import people
from hipdrop.errors import InputError, OutputError, WrongCalibration
from synthetic import REPEATABLE

Table = dict[str, Any]
TEXT = json.dumps(as_dict(WHOLE), indent=1).encode()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips") / "a1.json"


def read(path: Path, text: bytes) -> Calibration:
    path.write_bytes(text)
    return load(path)


@settings(parent=REPEATABLE, max_examples=80)
@given(calibrations)
def test_what_is_saved_is_loaded(path: Path, calibration: Calibration) -> None:
    save(path, calibration)
    assert load(path) == calibration
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_it_lies_by_the_serial_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path)
    assert calibration_path("A1:b/c") == tmp_path / "clips" / "a1%3Ab%2Fc.json"
    save(calibration_path("A1"), WHOLE)  # the folder is made
    assert load(tmp_path / "clips" / "a1.json") == WHOLE


def test_numbers_of_numpy_are_written_as_numbers(path: Path) -> None:
    made = replace(WHOLE, gyro=replace(GYRO, bias_dps=tuple(np.array(GYRO.bias_dps)), rest_s=np.float64(6.0)))
    save(path, made)
    assert load(path) == WHOLE


@settings(parent=REPEATABLE, max_examples=300)
@given(st.integers(0, len(TEXT) - 1), st.integers(0, 255), st.sampled_from(("change", "delete", "insert", "cut")))
def test_any_damage_is_refused_or_harmless(path: Path, at: int, byte: int, kind: str) -> None:
    tail = {"change": TEXT[at + 1 :], "delete": TEXT[at + 1 :], "insert": TEXT[at:], "cut": b""}[kind]
    put = b"" if kind in ("delete", "cut") else bytes([byte])
    try:
        found = read(path, TEXT[:at] + put + tail)
    except InputError as error:
        text = str(error)
        assert text.startswith(f"{path}: ")
        assert "\n" not in text
        assert "hipdrop calibrate" in text
    else:
        assert found == WHOLE


def places(data: Any, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Give the way to everything in nested data."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [here for key, item in inner for here in ((*place, key), *places(item, (*place, key)))]


def inside(data: Any, place: tuple[str | int, ...]) -> Any:
    for key in place:
        data = data[key]
    return data


PLACES = [place for place in places(as_dict(WHOLE)) if place != (CHECK_KEY,)]
JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    3,
    1e300,
    2**70,
    0.5,
    "",
    "x",
    [],
    {},
    [1, 2, 3],
    {"a": 1},
    "2026-13-40T00:00:00Z",
)


@pytest.mark.parametrize("with_check", [True, False])
def test_a_key_that_is_missing_or_new_is_named(path: Path, with_check: bool) -> None:
    for place in PLACES:
        for rename in (True, False):
            data = as_dict(WHOLE)
            if not with_check:
                del data[CHECK_KEY]
            table, key = inside(data, place[:-1]), place[-1]
            value = table.pop(key)
            if rename and isinstance(table, dict):
                table[f"{key}_g"] = value  # such as offset_ms2 to another unit
            with pytest.raises(InputError) as caught:
                read(path, json.dumps(data).encode())
            assert re.search(r"\(\$\S*: ", str(caught.value)), caught.value


@settings(parent=REPEATABLE, max_examples=300)
@given(st.sampled_from(PLACES), st.sampled_from(JUNK))
def test_a_value_of_another_kind_is_refused_or_possible(path: Path, place: tuple[str | int, ...], junk: object) -> None:
    """Without the check: what is taken then says what it says, and is taken again."""
    data = as_dict(WHOLE)
    del data[CHECK_KEY]
    inside(data, place[:-1])[place[-1]] = deepcopy(junk)
    text = json.dumps(data).encode()
    try:
        found = read(path, text)
    except InputError as error:
        if "($" not in str(error):
            raise
    else:
        assert of_dict(as_dict(found)) == found


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_no_number_is_none(path: Path, word: str) -> None:
    text = TEXT.replace(b"0.12,", word.encode() + b",")
    assert text != TEXT
    with pytest.raises(InputError):
        read(path, text)
    data = as_dict(WHOLE)
    del data[CHECK_KEY]
    data["acc"]["offset_ms2"][0] = float(word)
    with pytest.raises(BadCalibration, match=r"offset_ms2\[0\]"):
        of_dict(data)


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"null", b"3", b'"x"', b"[" * 100_000, b"\xff\xfe", b"1" * 5000])
def test_what_is_no_calibration_at_all(path: Path, text: bytes) -> None:
    with pytest.raises(InputError, match="is no calibration"):
        read(path, text)


def test_a_key_that_is_there_twice_is_damage(path: Path) -> None:
    with pytest.raises(InputError, match="twice"):
        read(path, TEXT.replace(b'"acc": {', b'"gyro": null, "acc": {', 1))


def changed(*place: str | int, value: object) -> Table:
    """The example without check, with one value changed."""
    data = as_dict(WHOLE)
    del data[CHECK_KEY]
    inside(data, place[:-1])[place[-1]] = value
    return data


IMPOSSIBLE: list[tuple[Table, str]] = [
    (changed("acc", "matrix", 0, 1, value=0.004), r"\$\.acc\.matrix: is not symmetric"),
    (changed("acc", "matrix", 1, 1, value=1.2), r"\$\.acc\.matrix: is off one by more than 0\.1"),
    (changed("acc", "matrix", 1, 1, value=-1.0), r"\$\.acc\.matrix: is off one"),
    (changed("acc", "parameters", value=6), r"\$\.acc\.matrix: has cross-axis terms, but 6 parameters"),
    (changed("acc", "offset_ms2", 2, value=2.1), r"\$\.acc\.offset_ms2\[2\]: 2\.1 m/s²"),
    (changed("gyro", "bias_dps", 1, value=-21.0), r"\$\.gyro\.bias_dps\[1\]: -21 deg/s"),
    (changed("mount", "quaternion", 0, value=0.51), r"\$\.mount\.quaternion: is not of length 1"),
    (changed("acc", "measured", value="2024-11-20T09:30:00"), r"\$\.acc\.measured: .*no offset from UTC"),
    (changed("gyro", "measured", value="yesterday"), r"\$\.gyro\.measured: 'yesterday' is no date"),
    (changed("gyro", "verdict", value="a\nb"), r"\$\.gyro\.verdict: is not plain text"),
    (changed("gyro", "verdict", value="\ud800"), r"\$\.gyro\.verdict: is not plain text"),
    (changed("clip", "serial", value=""), r"\$\.clip\.serial: "),
    (changed("acc", "temperature_c", value="warm"), r"\$\.acc\.temperature_c: "),
]


@pytest.mark.parametrize(("data", "words"), IMPOSSIBLE)
def test_what_cannot_be_is_refused_with_its_place(data: Table, words: str) -> None:
    with pytest.raises(BadCalibration, match=words):
        of_dict(data)


def test_scales_without_their_parameters() -> None:
    data = changed("acc", "matrix", value=[[1.01, 0, 0], [0, 1, 0], [0, 0, 1]])
    data["acc"]["parameters"] = 3
    with pytest.raises(BadCalibration, match="has scales, but 3 parameters"):
        of_dict(data)
    data["acc"]["parameters"] = 6
    assert of_dict(data).acc is not None


def test_a_date_in_the_future_is_refused_beyond_a_day() -> None:
    now = MEASURED + timedelta(hours=2)  # that of the mount
    assert of_dict(as_dict(WHOLE), now - timedelta(hours=23)) == WHOLE
    with pytest.raises(BadCalibration, match="in the future"):
        of_dict(as_dict(WHOLE), now - timedelta(hours=25))
    assert of_dict(as_dict(WHOLE)) == WHOLE  # a recording says by itself when it was


def test_a_file_from_the_future_is_refused(path: Path) -> None:
    later = datetime.now(UTC) + timedelta(days=300)
    save(path, replace(WHOLE, acc=None, mount=None, gyro=replace(GYRO, measured=later)))
    with pytest.raises(InputError, match=r"\$\.gyro\.measured: .* is in the future"):
        load(path)


@pytest.mark.parametrize("version", [0, 2, 7])
def test_another_version_is_refused_with_both_named(path: Path, version: int) -> None:
    data = as_dict(WHOLE) | {VERSION_KEY: version}
    data[CHECK_KEY] = check_of(data)
    with pytest.raises(InputError, match=f"is of version {version}, this hipdrop reads version 1"):
        read(path, json.dumps(data).encode())


def test_an_older_version_is_carried_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a version 0 would be, had there been one: without the check of the sides."""

    def from_0(data: Table) -> Table:
        return data | {VERSION_KEY: 1, "mount": data["mount"] | {"sides_checked": False}}

    monkeypatch.setitem(plain.CARRY_OVER, 0, from_0)
    old = as_dict(WHOLE) | {VERSION_KEY: 0}
    del old["mount"]["sides_checked"], old[CHECK_KEY]
    assert of_dict(old) == replace(WHOLE, mount=replace(MOUNT, sides_checked=False))


@dataclass(frozen=True)
class Clip:
    """An info message, as far as a calibration asks."""

    serial: str = "A1"
    chip: str = "LSM6DSOX"
    acc_range_g: int = 16
    gyr_range_dps: int = 2000
    acc_ng_per_lsb: int = 488_000
    gyr_ndps_per_lsb: int = 70_000_000


OTHERS: list[tuple[Clip, str]] = [
    (Clip(serial="B2"), "is of clip A1, this is clip B2"),
    (Clip(chip="MPU6886"), "is of a chip LSM6DSOX, this clip has a MPU6886"),
    (Clip(acc_range_g=8), "is for a range of 16 g, this clip has 8 g"),
    (Clip(gyr_range_dps=1000), "is for a range of 2000 deg/s, this clip has 1000 deg/s"),
    (Clip(acc_ng_per_lsb=244_000), "is for counts of 488000 ng, this clip has 244000 ng"),
    (Clip(gyr_ndps_per_lsb=1), "is for counts of 70000000 ndps, this clip has 1 ndps"),
]


@pytest.mark.parametrize(("clip", "words"), OTHERS)
def test_the_calibration_of_another_clip_is_refused(clip: Clip, words: str) -> None:
    check_belongs(WHOLE, Clip())
    with pytest.raises(WrongCalibration, match=words):
        check_belongs(WHOLE, clip)


def test_a_file_that_is_there_stays_whole_until_the_new_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a1.json"
    save(path, WHOLE)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        save(path, replace(WHOLE, acc=None))
    assert load(path) == WHOLE
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: replace(whole, acc=replace(ACC, offset_ms2=(float("nan"), 0.0, 0.0))),
        lambda whole: replace(whole, acc=replace(ACC, matrix=(1.5, *ACC.matrix[1:]))),
        lambda whole: replace(whole, gyro=replace(GYRO, measured=datetime(2024, 1, 1))),
    ],
)
def test_what_could_not_be_loaded_is_not_saved(tmp_path: Path, spoil: Callable[[Calibration], Calibration]) -> None:
    with pytest.raises(ValueError, match=r"\$"):
        save(tmp_path / "a1.json", spoil(WHOLE))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.json: cannot be read .*name an existing calibration"):
        load(tmp_path / "none.json")
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path)


def test_the_example_of_the_page_is_one(path: Path, repository: Path) -> None:
    page = (repository / "docs" / "calibration.md").read_text("utf-8")
    (text,) = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    found = of_dict(json.loads(text))
    assert found.acc is not None
    assert found.acc.offset_ms2 == (0.12, -0.08, 0.21)
    assert json.loads(text) == as_dict(found)


def test_every_key_of_the_schema_is_on_the_page(repository: Path) -> None:
    page = (repository / "docs" / "calibration.md").read_text("utf-8")
    named = {key for place in places(as_dict(WHOLE)) for key in place if isinstance(key, str)}
    assert [key for key in sorted(named) if f"`{key}`" not in page] == []
