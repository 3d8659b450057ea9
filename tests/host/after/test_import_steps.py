"""Recordings of other sensors give the steps, sides and drops that the same motion gives as an IMU CSV."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from foreign_sensors import (
    PHONE_GYR_S,
    Motion,
    Phone,
    dot_text,
    motion,
    phyphox_files,
    physilog_text,
    shimmer_text,
    zipped,
)
from hipdrop.after.reading import Recorded, read_recorded
from hipdrop.cli import main
from hipdrop.events import Step
from hipdrop.imucsv import read_imu_csv
from hipdrop.pipeline import Pipeline
from hipdrop.samples import Array
from scoring import steps_of


@dataclass(frozen=True, eq=False)
class Compared:
    """Steps of a recording beside those of the IMU CSV."""

    found: list[Step]
    direct: list[Step]
    recorded: Recorded

    @property
    def late_ms(self) -> Array:
        """By how much each step comes later, less their mean: the clocks begin at other moments."""
        late_s = np.array([a.t_s - b.t_s for a, b in zip(self.found, self.direct, strict=True)])
        return 1e3 * (late_s - late_s.mean())

    @property
    def drop_deg(self) -> Array:
        """Differences of the drop of steps that are valid in both."""
        pairs = [(a, b) for a, b in zip(self.found, self.direct, strict=True) if a.valid and b.valid]
        return np.array([a.drop_deg - b.drop_deg for a, b in pairs])

    def check(self, most_deg: float, late_ms: float, valid: float = 1.0) -> None:
        """The same steps and sides, and drops within so much."""
        assert len(self.found) == len(self.direct) > 200
        assert [step.side for step in self.found] == [step.side for step in self.direct]
        assert np.abs(self.late_ms).max() < late_ms
        assert np.abs(self.drop_deg).max() < most_deg
        assert sum(step.valid for step in self.found) >= valid * sum(step.valid for step in self.direct)


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> list[Step]:
    recording = read_imu_csv(motion().imu_csv(tmp_path_factory.mktemp("direct") / "imu.csv"))
    pipeline = Pipeline(recording.rate_hz)
    events = [event for block in recording.blocks for event in pipeline.push(block)]
    return steps_of([*events, *pipeline.close()])


def imported(folder: Path, direct: list[Step], *arguments: str) -> Compared:
    """Import through the command, and read what it has written."""
    assert main(["import", *arguments, "-o", str(folder / "out")]) == 0
    recorded = read_recorded(folder / "out" / "run.mcap")
    return Compared(steps_of(recorded.live_events or ()), direct, recorded)


def test_imu_csv_is_the_same_to_the_count(tmp_path: Path, direct: list[Step]) -> None:
    path = motion().imu_csv(tmp_path / "run.csv")
    compared = imported(tmp_path, direct, str(path))
    compared.check(1e-3, 0.01)
    assert compared.recorded.clip == "import-csv"


@pytest.mark.parametrize("first_us", [2_268_972_329, (1 << 32) - 30_000_000], ids=["plain", "wrapped"])
def test_dot(tmp_path: Path, direct: list[Step], first_us: int) -> None:
    (tmp_path / "dot.csv").write_text(dot_text(motion(), first_us=first_us), "latin-1")
    compared = imported(tmp_path, direct, str(tmp_path / "dot.csv"))
    compared.check(0.01, 0.1)
    assert compared.recorded.clip == "import-dot-DOT 7"
    assert compared.recorded.began is not None
    assert compared.recorded.began.timestamp() == pytest.approx(1_782_000_000.25)


def test_dot_with_lost_packets_has_gaps_in_their_places(tmp_path: Path, direct: list[Step]) -> None:
    text = dot_text(motion(), lost=0.002)
    (tmp_path / "dot.csv").write_text(text)
    compared = imported(tmp_path, direct, str(tmp_path / "dot.csv"))
    compared.check(0.3, 1.0, valid=0.8)  # a drop beside a lost sample, by the filter that bridges it
    samples = sum(len(block) for block in compared.recorded.blocks)
    last = compared.recorded.blocks[-1]
    assert samples == sum(line[:1].isdigit() for line in text.splitlines())
    assert last.first_index + len(last) == len(motion().t_s)
    assert len(compared.recorded.blocks) > 10


def test_shimmer_is_recognised_and_uses_the_wide_range(tmp_path: Path, direct: list[Step]) -> None:
    (tmp_path / "walk.csv").write_text(shimmer_text(motion()))
    compared = imported(tmp_path, direct, str(tmp_path / "walk.csv"))
    compared.check(0.01, 0.1)
    assert compared.recorded.began is not None
    assert compared.recorded.began.timestamp() == pytest.approx(1_782_000_000.25)


def test_physilog_by_its_map(tmp_path: Path, direct: list[Step]) -> None:
    (tmp_path / "p.csv").write_text(physilog_text(motion()))
    imported(tmp_path, direct, str(tmp_path / "p.csv"), "--columns", "physilog").check(0.01, 0.1)


PHONES = {
    "two clocks": (Phone(), 0.1, 0.2),
    "stamps that jitter": (Phone(jitter_s=1e-3), 0.1, 1.0),
    "stamps that jitter much": (Phone(jitter_s=2e-3), 0.1, 3.0),
    "a fast gyroscope": (Phone(gyr_hz=199.4), 0.1, 2.0),
    "a gyroscope 10 ms late": (Phone(offset_s=0.01), 0.1, 0.5),
}


@pytest.mark.parametrize("name", PHONES)
def test_phone(tmp_path: Path, direct: list[Step], name: str) -> None:
    phone, most_deg, late_ms = PHONES[name]
    path = zipped(tmp_path / "run.zip", phyphox_files(phone, motion()))
    compared = imported(tmp_path, direct, str(path))
    compared.check(most_deg, late_ms, valid=0.98)
    assert abs(compared.drop_deg.mean()) < 0.01
    assert compared.recorded.clip == "import-phyphox-Pixel 6a"
    assert compared.recorded.began is not None
    assert compared.recorded.began.timestamp() == pytest.approx(1_782_000_000.25 + PHONE_GYR_S, abs=0.02)


def test_phone_that_loses_samples(tmp_path: Path, direct: list[Step]) -> None:
    path = zipped(tmp_path / "run.zip", phyphox_files(Phone(lost=0.002), motion()))
    compared = imported(tmp_path, direct, str(path))
    compared.check(0.3, 3.0, valid=0.6)
    assert len(compared.recorded.blocks) > 20


@pytest.mark.parametrize("trial", ["rbds001_2.5ms", "jdx_s999"])
def test_a_real_pelvis_seen_by_a_phone(tmp_path: Path, reference_data: Path, trial: str) -> None:
    """Measured running at 208 Hz, and the same through two clocks at 100 Hz: real harmonics, no simulated ones."""
    recording = read_imu_csv(reference_data / "running" / trial / "imu.csv")
    pipeline = Pipeline(recording.rate_hz)
    events = [event for block in recording.blocks for event in pipeline.push(block)]
    direct = steps_of([*events, *pipeline.close()])
    (block,) = recording.blocks
    moved = Motion(block.t_s - block.t_s[0], block.acc_ms2, np.degrees(block.gyr_rads))
    path = zipped(tmp_path / "run.zip", phyphox_files(Phone(jitter_s=3e-4), moved))
    compared = imported(tmp_path, direct, str(path))
    assert [step.side for step in compared.found] == [step.side for step in direct]
    assert np.abs(compared.late_ms).max() < 5.0
    assert np.abs(compared.drop_deg).max() < 0.1
    assert abs(compared.drop_deg.mean()) < 0.02


DIALECTS = {"comma": (",", False), "semicolon, decimal comma": (";", True), "tab, decimal comma": ("\t", True),
            "tab": ("\t", False), "semicolon": (";", False)}  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_of_phyphox_says_the_same(
    tmp_path: Path, dialect: str, capsys: pytest.CaptureFixture[str]
) -> None:
    separator, comma = DIALECTS[dialect]
    phone, moved = Phone(jitter_s=3e-4), motion(minutes=0.3)
    acc, gyr = phone.tables(moved)
    shared = np.count_nonzero((acc[:, 0] >= gyr[0, 0]) & (acc[:, 0] <= gyr[-1, 0]))
    files = phyphox_files(phone, moved, separator, comma=comma)
    path = zipped(tmp_path / "run.zip", files)
    assert main(["import", str(path), "-o", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "phyphox" in said
    assert f"{shared} samples at 100.3 Hz" in said
    recorded = read_recorded(tmp_path / "out" / "run.mcap")
    assert recorded.began is not None
    assert recorded.began.timestamp() == pytest.approx(1_782_000_000.26, abs=0.01)
    assert recorded.clip == "import-phyphox-Pixel 6a"
