"""The reader: the same motion in every way in which the file may say it."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import numpy as np
import pytest

from hipdrop.errors import InputError
from hipdrop.imucsv import GOOD_RATE_HZ, MAX_RATE_HZ, MIN_RATE_HZ, RATE_TOLERANCE, Recording, read_imu_csv
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array

RATE_HZ = 200.0


def motion(seconds: float = 4.0, rate_hz: float = RATE_HZ) -> tuple[Array, Array, Array]:
    """Give t_s, acc_ms2, gyr_dps of a smooth motion under gravity."""
    t_s = np.arange(round(seconds * rate_hz)) / rate_hz
    phase = 2 * np.pi * 1.4 * t_s[:, None] + np.array([0.0, 1.0, 2.0])
    return t_s, np.array([0.0, STANDARD_GRAVITY_MS2, 0.0]) + 3 * np.sin(phase), 60 * np.cos(phase)


def table(header: str, columns: list[Array], delimiter: str = ",", end: str = "\n") -> str:
    """Write columns as CSV text."""
    rows = (delimiter.join(f"{value:.9g}" for value in row) for row in zip(*columns, strict=True))
    return end.join((header, *rows, ""))


HEADER = "t_s,acc_x_ms2,acc_y_ms2,acc_z_ms2,gyr_x_dps,gyr_y_dps,gyr_z_dps"


def plain() -> str:
    """The motion in the plainest form."""
    t_s, acc_ms2, gyr_dps = motion()
    return table(HEADER, [t_s, *acc_ms2.T, *gyr_dps.T])


def read(tmp_path: Path, text: str | bytes, name: str = "run.csv") -> Recording:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_imu_csv(path)


def check(recording: Recording) -> None:
    """The recording holds the motion, to the precision of the text."""
    t_s, acc_ms2, gyr_dps = motion()
    (block,) = recording.blocks
    np.testing.assert_allclose(block.t_s, t_s, atol=1e-8)
    np.testing.assert_allclose(block.acc_ms2, acc_ms2, atol=1e-6)
    np.testing.assert_allclose(block.gyr_rads, np.radians(gyr_dps), atol=1e-6)
    assert recording.rate_hz == pytest.approx(RATE_HZ, rel=1e-6)


def test_plain(tmp_path: Path) -> None:
    recording = read(tmp_path, plain())
    check(recording)
    assert recording.notes == ()
    assert recording.samples == 800
    assert recording.duration_s == pytest.approx(799 / RATE_HZ)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text + "\n\n",
        lambda text: text + "   \n \t \n",
        lambda text: "\n  \n" + text,
        lambda text: text.replace(",", " , "),
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: text.replace("acc", "ACC").replace("t_s", '"t_s"'),
        lambda text: text.rstrip("\n"),
    ],
    ids=[
        "bom",
        "crlf",
        "blank end",
        "spaces at end",
        "blank begin",
        "spaces",
        "semicolon",
        "tab",
        "case",
        "no newline",
    ],
)
def test_forms_of_the_same_text(tmp_path: Path, change: object) -> None:
    assert callable(change)
    check(read(tmp_path, change(plain())))


@pytest.mark.parametrize("name", ["run.csv.gz", "run.csv"])
def test_gzip_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    check(read(tmp_path, gzip.compress(plain().encode()), name))


@pytest.mark.parametrize(("time", "per_s"), [("t_s", 1.0), ("t_ms", 1e3), ("t_us", 1e6)])
@pytest.mark.parametrize(("acc", "per_ms2"), [("ms2", 1.0), ("g", 1 / STANDARD_GRAVITY_MS2)])
@pytest.mark.parametrize(("gyr", "per_dps"), [("dps", 1.0), ("rads", math.pi / 180)])
def test_units_are_read_from_the_header(
    tmp_path: Path, time: str, per_s: float, acc: str, per_ms2: float, gyr: str, per_dps: float
) -> None:
    t_s, acc_ms2, gyr_dps = motion()
    header = ",".join([time, *(f"acc_{x}_{acc}" for x in "xyz"), *(f"gyr_{x}_{gyr}" for x in "xyz")])
    check(read(tmp_path, table(header, [t_s * per_s, *(acc_ms2.T * per_ms2), *(gyr_dps.T * per_dps)])))


def test_columns_in_any_order_among_others(tmp_path: Path) -> None:
    t_s, acc_ms2, gyr_dps = motion()
    header = "note,gyr_z_dps,acc_y_ms2,t_s,gyr_x_dps,acc_x_ms2,temperature,acc_z_ms2,gyr_y_dps"
    columns = [
        t_s * 0,
        gyr_dps[:, 2],
        acc_ms2[:, 1],
        t_s,
        gyr_dps[:, 0],
        acc_ms2[:, 0],
        t_s * 0,
        acc_ms2[:, 2],
        gyr_dps[:, 1],
    ]
    text = table(header, columns).replace("\n0,", '\n"two, quoted words",')
    recording = read(tmp_path, text)
    check(recording)
    assert recording.notes == ("columns not used: note, temperature",)


def test_gaps_count_the_lost_samples_in(tmp_path: Path) -> None:
    t_s, acc_ms2, gyr_dps = motion()
    keep = np.ones(len(t_s), dtype=bool)
    keep[100:119] = keep[500:501] = False
    recording = read(tmp_path, table(HEADER, [column[keep] for column in (t_s, *acc_ms2.T, *gyr_dps.T)]))
    assert [(block.first_index, len(block)) for block in recording.blocks] == [(0, 100), (119, 381), (501, 299)]
    assert [block.gap_s for block in recording.blocks] == pytest.approx([0.0, 19 / RATE_HZ, 1 / RATE_HZ], abs=1e-6)
    for block in recording.blocks:
        np.testing.assert_allclose(block.t_s, t_s[block.first_index :][: len(block)], atol=1e-8)


def test_a_slow_recording_is_resampled_within_its_stretches(tmp_path: Path) -> None:
    t_s, acc_ms2, gyr_dps = motion(seconds=10.0, rate_hz=30.0)
    keep = np.ones(len(t_s), dtype=bool)
    keep[150:165] = False
    recording = read(tmp_path, table(HEADER, [column[keep] for column in (t_s, *acc_ms2.T, *gyr_dps.T)]))
    assert (recording.rate_hz, len(recording.blocks)) == (104.0, 2)
    assert recording.native_rate_hz == pytest.approx(30.0, rel=1e-6)
    assert "30.0 Hz" in recording.notes[0]
    first, second = recording.blocks
    assert second.t_s[0] == pytest.approx(t_s[165])
    assert second.gap_s == pytest.approx(second.t_s[0] - first.t_s[-1] - 1 / 104)
    assert second.first_index - len(first) == round(second.gap_s * 104)
    phase = 2 * np.pi * 1.4 * first.t_s
    inner = slice(10, -10)  # the spline knows nothing beyond the ends
    np.testing.assert_allclose(first.acc_ms2[inner, 0], 3 * np.sin(phase)[inner], atol=0.01)


@pytest.mark.parametrize(
    ("rate_hz", "what"),
    [(14.6, "refused"), (14.8, "slow"), (48.9, "slow"), (49.1, "good"), (1019.0, "good"), (1021.0, "refused")],
)
def test_each_limit_of_the_rate_allows_for_the_clock(tmp_path: Path, rate_hz: float, what: str) -> None:
    t_s, acc_ms2, gyr_dps = motion(4.0, rate_hz)
    text = table(HEADER, [t_s, *acc_ms2.T, *gyr_dps.T])
    if what == "refused":
        with pytest.raises(InputError, match="sampled at"):
            read(tmp_path, text)
    else:
        recording = read(tmp_path, text)
        assert any("interpolated" in note for note in recording.notes) is (what == "slow")


def test_the_page_gives_the_limits_of_the_rate(repository: Path) -> None:
    page = (repository / "docs" / "input-format.md").read_text("utf-8")
    assert f"{100 * RATE_TOLERANCE:.0f} %" in page
    for limit in (GOOD_RATE_HZ * (1 - RATE_TOLERANCE), MIN_RATE_HZ * (1 - RATE_TOLERANCE)):
        assert f"{limit:.1f} Hz" in page
    assert f"{MAX_RATE_HZ * (1 + RATE_TOLERANCE):.0f} Hz" in page


@pytest.mark.parametrize(
    ("name", "rate_hz", "samples"),
    [
        ("running/rbds001_2.5ms/imu.csv", 208.0, 8215),
        ("running/long_run_sag/imu.csv.gz", 208.0, 312000),
        ("walking/mobgap_ha001/daily/imu.csv", 100.0, 13759),
        ("walking/tripod_sacrum/imu.csv", 128.0, 20693),
    ],
)
def test_real_files(reference_data: Path, name: str, rate_hz: float, samples: int) -> None:
    recording = read_imu_csv(reference_data / name)
    assert recording.rate_hz == pytest.approx(rate_hz, rel=1e-4)
    assert (recording.samples, len(recording.blocks)) == (samples, 1)


def test_real_slow_files(reference_data: Path) -> None:
    """The rates that the data's own notes give, 17 to 29 Hz."""
    paths = sorted((reference_data / "running" / "real_sacrum_imu").glob("*_imu.csv"))
    assert len(paths) == 8
    rates_hz = [read_imu_csv(path).native_rate_hz for path in paths]
    assert all(16.5 < rate_hz < 29.5 for rate_hz in rates_hz)
