"""What cannot be imported is refused in one line that says what it is and what to do; nothing is written."""

from __future__ import annotations

import gzip
import stat
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from foreign_sensors import Motion, Phone, dot_text, motion, phyphox_files, shimmer_text, zipped
from hipdrop.after.importing import container
from hipdrop.cli import main
from hipdrop.samples import STANDARD_GRAVITY_MS2


def short() -> Motion:
    """A quarter of a minute, standing for five seconds of it."""
    return motion(minutes=0.25)


@cache
def phone_files() -> dict[str, str]:
    return phyphox_files(Phone(), short())


def without(name: str) -> dict[str, str]:
    return {key: text for key, text in phone_files().items() if key != name}


def linear_files() -> dict[str, str]:
    return phyphox_files(Phone(), short(), acc_names=[f"Linear Acceleration {axis} (m/s^2)" for axis in "xyz"])


def nameless_linear() -> dict[str, str]:
    """The linear acceleration under names that do not say so."""
    still = short().acc_ms2.mean(axis=0)
    return phyphox_files(
        Phone(),
        Motion(short().t_s, short().acc_ms2 - still, short().gyr_dps),
        acc_names=[f"{a} (m/s^2)" for a in "XYZ"],
    )


def scaled(acc: float, gyr: float) -> str:
    return shimmer_text(Motion(short().t_s, acc * short().acc_ms2, gyr * short().gyr_dps))


def faulty(text: str, line: int, column: int, field: str) -> str:
    lines = text.splitlines()
    fields = lines[line - 1].split(";")
    fields[column] = field
    lines[line - 1] = ";".join(fields)
    return "\n".join(lines)


FREE = "PacketCounter,SampleTimeFine,Euler_X,Euler_Y,Euler_Z,FreeAcc_X,FreeAcc_Y,FreeAcc_Z"
DELTA = "PacketCounter,SampleTimeFine,dq_W,dv[1],dv[2],dv[3],Mag_X,Mag_Y"
BACK = 300  # a row of the DOT whose time goes back
Content = str | bytes | dict[str, str]

CASES: dict[str, tuple[Callable[[], Content], str]] = {
    "empty": (lambda: b"", "is empty; record"),
    "binary": (lambda: bytes(range(256)) * 40, "holds no text"),
    "excel": (lambda: b"\xd0\xcf\x11\xe0" + bytes(99), "is an Excel file; export again, as CSV"),
    "excel zip": (lambda: {"[Content_Types].xml": "x", "xl/a.xml": "y"}, "is an Excel file"),
    "no CSV in the zip": (lambda: {"a.jpg": "x"}, "holds no text"),
    "out of the zip": (lambda: {"../../Accelerometer.csv": "x"}, "'../../Accelerometer.csv', which no app writes"),
    "absolute": (lambda: {"/etc/Accelerometer.csv": "x"}, "which no app writes"),
    "a drive": (lambda: {"C:/Accelerometer.csv": "x"}, "which no app writes"),
    "backslashes": (lambda: {"a\\..\\..\\b.csv": "x"}, "which no app writes"),
    "many files": (lambda: {f"{n}.csv": "x" for n in range(201)}, "holds 201 files; name the zip of one"),
    "no gyroscope": (
        lambda: without("Gyroscope.csv"),
        "lacks a gyroscope (columns Gyroscope x, y, z (rad/s)); record both sensors in one experiment, and name the "
        "zip or both its CSV files. Header found: Accelerometer.csv in x: Time (s),Acceleration x (m/s^2),",
    ),
    "no accelerometer": (lambda: without("Accelerometer.csv"), "lacks an accelerometer with g"),
    "linear acceleration": (linear_files, "line 1: Accelerometer.csv: holds the linear acceleration, from which"),
    "linear by its values": (nameless_linear, "gravity was taken off (linear or free acceleration)"),
    "a saved state": (lambda: {"meta/state.csv": "x", "data/index.csv": "y"}, "is a saved state of phyphox; open it"),
    "two accelerometers": (
        lambda: {**phone_files(), "Raw Data.csv": phone_files()["Accelerometer.csv"]},
        "Accelerometer.csv in x and Raw Data.csv in x each hold an accelerometer with g; name files of one",
    ),
    "two layouts": (lambda: {**phone_files(), "dot.csv": dot_text(short())}, "fits phyphox and dot; say which with"),
    "only free acceleration": (
        lambda: dot_text(short(), columns=FREE), "line 12: has only the free acceleration, from which gravity was"),
    "only increments": (lambda: dot_text(short(), columns=DELTA), "has only increments (dq, dv); record with"),
    "no rate": (lambda: dot_text(short()).replace("Gyr_", "Mag_"), "has no angular rate Gyr_X"),
    "two DOTs": (lambda: {"1.csv": dot_text(short()), "2.csv": dot_text(short())}, "holds 2 recordings, one of each"),
    "time that goes back": (
        lambda: "\n".join([*dot_text(short()).splitlines()[:BACK], *dot_text(short()).splitlines()[100:]]),
        f"line {BACK + 1}: the time of the accelerometer goes back; cut the file"),
    "in g": (lambda: scaled(1 / STANDARD_GRAVITY_MS2, 1.0), "it is in g, not in m/s²"),
    "in mg": (lambda: scaled(1000 / STANDARD_GRAVITY_MS2, 1.0), "check the unit"),
    "in rad/s": (lambda: scaled(1.0, np.pi / 180), "it is probably in rad/s and not in deg/s"),
    "twice deg": (lambda: scaled(1.0, 180 / np.pi), "it is probably in deg/s and not in rad/s"),
    "much too fast": (lambda: scaled(1.0, 100.0), "an angular rate of"),
    "a dead gyroscope": (lambda: scaled(1.0, 0.0), "that the gyroscope works"),
    "unknown": (
        lambda: "time,foo,bar\n1,2,3\n2,3,4\n",
        "is in no layout that hipdrop knows (phyphox, Movella DOT, imu, shimmer); say which columns it has with "
        "--columns FILE, see docs/import.md. Header found: time,foo,bar"),
    "nearly known": (
        lambda: shimmer_text(short()).replace("Gyro_Z", "Gyro_Q"), "nearest is shimmer, without the column *Gyro_Z"),
    "no rows": (lambda: "\n".join(shimmer_text(short()).splitlines()[:3]), "has a header but no rows"),
    "no number": (
        lambda: faulty(shimmer_text(short()), 200, 4, "oops"),
        "line 200: Shimmer_40AC_Accel_WR_X_CAL is 'oops', which is no number; mend or delete the line"),
    "too short": (lambda: "\n".join(shimmer_text(short()).splitlines()[:100]), "is too short, 0.96 s"),
    "hardly a whole row": (
        lambda: shimmer_text(short()).replace("\n1", "\n;;;;;;;;;;1\n;;;;;;;;;;;1\n1"),
        "3000 of 4500 rows lack a number"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_refused(tmp_path: Path, case: str, capsys: pytest.CaptureFixture[str]) -> None:
    make, told = CASES[case]
    content = make()
    path = tmp_path / "x"
    if isinstance(content, dict):
        zipped(path, content)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main(["import", str(path), "-o", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert told in said[0]
    assert not (tmp_path / "out" / "run.mcap").exists()


def test_what_unpacks_to_too_much_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(container, "MOST_BYTES", 1 << 20)
    big = b"0" * (1 << 20)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(big + b"0"))
    (tmp_path / "plain.csv").write_bytes(big + b"0")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.csv").write_bytes(big)
    (tmp_path / "folder" / "b.csv").write_bytes(b"0")
    zipped(tmp_path / "bomb.zip", {"Accelerometer.csv": big, "Gyroscope.csv": b"0"})
    for name in ("bomb.zip", "bomb.gz", "plain.csv", "folder"):
        assert main(["import", str(tmp_path / name)]) == 1
        assert "holds more than" in capsys.readouterr().err


def test_a_zip_that_lies_about_its_sizes_is_broken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = zipped(tmp_path / "liar.zip", {"Accelerometer.csv": b"0" * 100_000})
    data = path.read_bytes()
    path.write_bytes(data.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    assert main(["import", str(path)]) == 1
    assert "is broken" in capsys.readouterr().err


def test_links_and_passwords_in_a_zip_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    link = zipfile.ZipInfo("Accelerometer.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert main(["import", str(tmp_path / "link.zip")]) == 1
    assert "holds a link" in capsys.readouterr().err
    data = bytearray(zipped(tmp_path / "locked.zip", {"a.csv": "x"}).read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(data)
    assert main(["import", str(tmp_path / "locked.zip")]) == 1
    assert "is encrypted" in capsys.readouterr().err


def test_torn_zip_and_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = zipped(tmp_path / "run.zip", phone_files()).read_bytes()
    (tmp_path / "run.zip").write_bytes(data[: len(data) // 2])
    assert main(["import", str(tmp_path / "run.zip")]) == 1
    assert "is broken" in capsys.readouterr().err
    assert main(["import", str(tmp_path / "nothing.zip")]) == 1
    assert "does not exist" in capsys.readouterr().err
