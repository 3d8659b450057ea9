"""`hipdrop simulate`: files that it writes, and what it says when something is wrong."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from hipdrop.commands.simulate import simulate_command
from hipdrop.errors import HipdropError, InputError, OutputError, UsageError
from hipdrop.simulate import RunnerConfig, simulate
from hipdrop.simulate.output import IMU_HEADER, TRUTH_HEADER

APP = typer.Typer()
APP.command()(simulate_command)


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(APP, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_it_writes_samples_and_truth_and_one_line(tmp_path: Path) -> None:
    out, truth = tmp_path / "run.csv", tmp_path / "truth.csv"
    said = run("-o", out, "--truth", truth, "--minutes", "0.5", "--sag", "left:2.0@0.2+0.1", "--mount", "random")
    assert said.count("\n") == 1
    assert str(out) in said
    lines = out.read_text().splitlines()
    assert lines[0] == IMU_HEADER
    assert len(lines) == 1 + round(0.5 * 60 * 208)
    rows = truth.read_text().splitlines()
    assert rows[0] == TRUTH_HEADER
    assert {row.split(",")[2] for row in rows[1:]} == {"left", "right"}
    assert {row.split(",")[7] for row in rows[1:]} == {"change", "run"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.csv", "truth.csv"]


def test_the_file_holds_every_count(tmp_path: Path) -> None:
    config = RunnerConfig(minutes=0.3, drop_frames=0.1, mount="random")
    simulated = simulate(config)
    simulated.write_csv(tmp_path / "run.csv")
    table = np.loadtxt(tmp_path / "run.csv", delimiter=",", skiprows=1)
    kept = simulated.kept
    np.testing.assert_array_equal(
        np.rint(table[:, 1:4] / (0.488e-3 * 9.80665)), np.rint(simulated.acc_ms2[kept] / (0.488e-3 * 9.80665))
    )
    np.testing.assert_allclose(table[:, 4:7], simulated.gyr_dps[kept], atol=1e-9)
    np.testing.assert_allclose(table[:, 0], simulated.t_s[kept], atol=1e-6)


def test_samples_without_quantisation_are_written_too(tmp_path: Path) -> None:
    simulated = simulate(RunnerConfig(minutes=0.1, acc_lsb_mg=0.0, gyro_lsb_mdps=0.0))
    simulated.write_csv(tmp_path / "run.csv")
    table = np.loadtxt(tmp_path / "run.csv", delimiter=",", skiprows=1)
    np.testing.assert_allclose(table[:, 1:4], simulated.acc_ms2, rtol=1e-7)


def test_gz_is_compressed_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("a.csv.gz", "b.csv.gz"):
        run("-o", tmp_path / name, "--minutes", "0.1")
    first, second = ((tmp_path / name).read_bytes() for name in ("a.csv.gz", "b.csv.gz"))
    assert first == second
    assert gzip.decompress(first).decode().startswith(IMU_HEADER)


def test_options_reach_the_run(tmp_path: Path) -> None:
    schedule = tmp_path / "course.csv"
    header = "t_s,speed_ms,cadence_spm,stance_ms,turn_rate_dps,incline_pct\n"
    schedule.write_text(header + "0,3.0,170,250,0,0\n20,3.2,172,250,3,1\n40,0,0,0,0,0\n50,1.2,110,400,0,0\n")
    out, truth = tmp_path / "run.csv", tmp_path / "truth.csv"
    run("-o", out, "--truth", truth, "--minutes", "1.5", "--schedule", schedule, "--rate", "100", "--site", "left-hip",
        "--wander", "0.4/3", "--wobble", "1", "--drop-frames", "0.02", "--gyro-bias", "1,0,-1", "--acc-offset", "5,5,5",
        "--slip", "5@1", "--rate-error", "0.01", "--drop-left", "1", "--drop-right", "5", "--stand", "0")  # fmt: skip
    rows = [row.split(",") for row in truth.read_text().splitlines()[1:]]
    steps = np.array([float(row[0]) for row in rows if row[7] == "run"])
    assert not ((steps > 43) & (steps < 50)).any()  # the schedule stands there
    cadence = 60.0 / np.median(np.diff(steps[steps < 18])) * 1.01
    assert cadence == pytest.approx(170.0, abs=2.0)
    assert {row[7] for row in rows} == {"run", "walk", "change"}
    drops = {side: [float(row[3]) for row in rows if row[2] == side and row[3]] for side in ("left", "right")}
    assert np.mean(drops["left"]) < 2.0 < 4.0 < np.mean(drops["right"])
    assert len(out.read_text().splitlines()) < 9001


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        (["--minutes", "0"], UsageError, "minutes"),
        (["--sag", "left"], UsageError, "SIDE:DEG"),
        (["--runner", "nobody"], UsageError, "rbds001_2.5ms"),
        (["--mount", "sideways"], UsageError, "upside-down"),
        (["--turns", "round"], UsageError, "--turns"),
        (["--wander", "much"], UsageError, "--wander"),
        (["--gyro-bias", "1,2"], UsageError, "--gyro-bias"),
        (["--walk", "soon"], UsageError, "12\\+1"),
        (["--slip", "much"], UsageError, "8@10"),
        (["--rate", "nan"], UsageError, "rate_hz"),
        (["--schedule", "missing.csv"], InputError, "missing.csv"),
    ],
)
def test_wrong_usage_is_one_line_with_a_remedy(
    arguments: list[str], kind: type[HipdropError], words: str, tmp_path: Path
) -> None:
    out = tmp_path / "run.csv"
    out.write_text("kept")
    with pytest.raises(kind, match=words) as caught:
        run("-o", out, *arguments)
    assert "\n" not in str(caught.value)
    assert out.read_text() == "kept"


def test_one_file_for_both_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two files"):
        run("-o", tmp_path / "run.csv", "--truth", tmp_path / "run.csv")


@pytest.mark.parametrize("truth", ["nowhere/truth.csv", "folder"])
def test_what_cannot_be_written_leaves_all_as_it_was(truth: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    out = tmp_path / "run.csv"
    out.write_text("kept")
    with pytest.raises(OutputError, match="name a file"):
        run("-o", out, "--truth", tmp_path / truth, "--minutes", "0.1")
    assert out.read_text() == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "run.csv"]


@pytest.mark.parametrize(
    ("rows", "line"),
    [("0,3,170,0,0\n1,x,170,0,0\n", 3), ("0,3,170,0,0\n0,3,170,0,0\n", 3), ("0,3,170,0,nan\n1,3,170,0,0\n", 2)],
)
def test_a_bad_schedule_is_named_with_its_line(rows: str, line: int, tmp_path: Path) -> None:
    schedule = tmp_path / "course.csv"
    schedule.write_text("t_s,speed_ms,cadence_spm,turn_rate_dps,incline_pct\n" + rows)
    with pytest.raises(InputError) as caught:
        run("-o", tmp_path / "run.csv", "--schedule", schedule)
    assert caught.value.line == line


def test_the_outdoor_schedule_is_followed(reference_data: Path) -> None:
    """Cadence of the simulated steps against that of the real course."""
    path = reference_data / "schedules" / "outdoor_run.csv"
    simulated = simulate(RunnerConfig(minutes=14.0, schedule=path, stand_s=0.0))
    real = np.loadtxt(path, delimiter=",", skiprows=1)
    c = simulated.contacts
    step_s = np.diff(c.contact_s)
    wanted = np.interp(c.contact_s[:-1], real[:, 0], real[:, 2])
    steady = c.running[1:] & c.running[:-1] & (wanted > 150)
    assert np.median(60.0 / step_s[steady] / wanted[steady]) == pytest.approx(1.0, abs=0.01)
    turned_deg = np.sum(real[real[:, 0] < 840.0, 4])  # one row a second
    heading_deg = simulated.rotation_deg[-1] - simulated.rotation_deg[0]
    assert heading_deg == pytest.approx(turned_deg, abs=30.0)  # within a stride the pelvis turns by some 10 deg
