"""Column maps: what they can say, and what is wrong with one is told by its key."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from foreign_sensors import BEGAN_UNIX_S, Motion, lab_text, motion
from hipdrop.after.importing import columns
from hipdrop.after.importing.columnmap import load_map, parse_map, shipped_maps
from hipdrop.after.importing.container import Member
from hipdrop.errors import InputError
from hipdrop.samples import STANDARD_GRAVITY_MS2

NAMED = """
name = "a lab's own"
decimal = ","
delimiter = "semicolon"
skip_lines = 2
skip_after_header = 1
assumed = ["the axes were measured"]
[time]
column = "Zeit [ms]"
unit = "ms"
unix = true
[acceleration]
columns = ["a1", "a2", "a3"]
unit = "mg"
axes = ["-z", "x", "-y"]
[angular_rate]
columns = ["g1", "g2", "g3"]
unit = "rad/s"
range = 20
"""
COUNTS = """
skip_lines = 1
[time]
rate_hz = 128
[acceleration]
columns = [2, 3, 4]
unit = "g"
scale = 0.00048828125
[angular_rate]
columns = [5, 6, 7]
unit = "deg/s"
scale = 0.0625
"""


def member(text: str) -> Member:
    return Member(Path("lab.csv"), "", text.encode())


def short() -> Motion:
    moved = motion(minutes=0.25)
    return Motion(moved.t_s[:200], moved.acc_ms2[:200], moved.gyr_dps[:200])


def test_names_units_axes_and_dialect() -> None:
    foreign = columns.read([member(lab_text(short()))], parse_map(NAMED, Path("lab.toml")))
    assert np.allclose(foreign.acc.values, short().acc_ms2, atol=1e-5)
    assert np.allclose(np.degrees(foreign.gyr.values), short().gyr_dps, atol=1e-4)
    assert np.allclose(foreign.acc.t_s, short().t_s, atol=1e-4)
    assert foreign.one_clock
    assert foreign.unix_at_zero_s == pytest.approx(BEGAN_UNIX_S)
    assert foreign.gyr.limit == 20.0
    assert foreign.assumed[0] == "columns and units by the map lab: a lab's own"
    assert foreign.assumed[-1] == "the axes were measured"


def test_places_counts_and_a_rate() -> None:
    moved = short()
    counts = np.rint(np.hstack((moved.acc_ms2 / STANDARD_GRAVITY_MS2 / 0.00048828125, moved.gyr_dps / 0.0625)))
    lines = [f"{i},{','.join(f'{int(value)}' for value in row)}" for i, row in enumerate(counts)]
    foreign = columns.read([member("\n".join(["anything", *lines]))], parse_map(COUNTS, Path("raw.toml")))
    assert np.allclose(foreign.acc.values, moved.acc_ms2, atol=0.5 * 0.00048828125 * STANDARD_GRAVITY_MS2 + 1e-9)
    assert np.allclose(np.degrees(foreign.gyr.values), moved.gyr_dps, atol=0.5 * 0.0625 + 1e-9)
    assert np.array_equal(foreign.gyr.t_s, np.arange(200) / 128.0)
    assert any("evenly spaced" in text for text in foreign.assumed)


def test_a_row_that_is_missing_leaves_its_place_at_a_rate() -> None:
    text = "x\n" + "\n".join(f"{i},0,0,2048,{'' if i == 7 else 1},2,3" for i in range(20))
    foreign = columns.read([member(text)], parse_map(COUNTS, Path("raw.toml")))
    assert foreign.notes == ("1 rows of lab.csv lack a number and were left out",)
    assert np.allclose(np.diff(foreign.acc.t_s) * 128, [1] * 6 + [2] + [1] * 11)


def test_a_last_line_that_breaks_off_is_left_out() -> None:
    text = "x\n" + "\n".join(f"{i},0,0,2048,1,2,3" for i in range(20)) + "\n20,0,0,20"
    foreign = columns.read([member(text)], parse_map(COUNTS, Path("raw.toml")))
    assert foreign.notes == ("the last line of lab.csv breaks off and was left out",)
    assert len(foreign.acc.t_s) == 20


def test_a_header_that_does_not_fit_is_shown() -> None:
    told = r"line 3: does not fit the column map lab.toml: there is no column g3. Header found: Zeit \[ms\];a1"
    with pytest.raises(InputError, match=told):
        columns.read([member(lab_text(short()).replace("g3", "h3"))], parse_map(NAMED, Path("lab.toml")))


def test_a_pattern_that_fits_twice_is_told() -> None:
    wide = NAMED.replace('"g3"', '"g*"')
    with pytest.raises(InputError, match=r"there is no column g\* \(3 columns are called so\)"):
        columns.read([member(lab_text(short()))], parse_map(wide, Path("lab.toml")))


FAULTS = {
    "is no TOML": ("[time]", "[time"),
    "lacks 'unit'": ('unit = "rad/s"', ""),
    "lacks 'angular_rate'": ('[angular_rate]\ncolumns = ["g1", "g2", "g3"]\nunit = "rad/s"\nrange = 20', ""),
    "speed is no key of a column map": ('name = "a', 'speed = 3\nname = "a'),
    "time.zone is no key": ('unit = "ms"', 'unit = "ms"\nzone = "CET"'),
    "time.unit is 'min', give one of 's', 'ms'": ('unit = "ms"', 'unit = "min"'),
    "acceleration.unit is 'furlong'": ('unit = "mg"', 'unit = "furlong"'),
    "acceleration.columns names": ('["a1", "a2", "a3"]', '["a1", "a2"]'),
    "acceleration.columns is 0": ('["a1", "a2", "a3"]', '["a1", "a2", 0]'),
    "some columns are named and others numbered": ('["a1", "a2", "a3"]', '["a1", "a2", 3]'),
    "acceleration.axes is": ('"-z", "x", "-y"', '"-z", "x", "x"'),
    "angular_rate.range is -1": ("range = 20", "range = -1"),
    "angular_rate.scale is 0": ("range = 20", "scale = 0"),
    "decimal is ';'": ('decimal = ","', 'decimal = ";"'),
    "delimiter is 'pipe'": ('delimiter = "semicolon"', 'delimiter = "pipe"'),
    "skip_lines is -1": ("skip_lines = 2", "skip_lines = -1"),
    "time has either a column or a rate_hz": ('unit = "ms"', 'unit = "ms"\nrate_hz = 100'),
}


@pytest.mark.parametrize("told", FAULTS)
def test_a_map_that_cannot_be_names_its_key(told: str) -> None:
    old, new = FAULTS[told]
    assert old in NAMED
    with pytest.raises(InputError) as caught:
        parse_map(NAMED.replace(old, new), Path("lab.toml"))
    assert told in str(caught.value)
    assert str(caught.value).startswith("lab.toml: ")


def test_maps_that_come_with_hipdrop(tmp_path: Path) -> None:
    assert set(shipped_maps()) == {"imu", "physilog", "shimmer"}
    assert not shipped_maps()["physilog"].recognise
    assert load_map("shimmer").unix
    (tmp_path / "own.toml").write_text(NAMED)
    assert load_map(tmp_path / "own.toml").name == "a lab's own"
    with pytest.raises(InputError, match="does not exist; name a file, or one of imu, physilog, shimmer"):
        load_map("fitbit")
