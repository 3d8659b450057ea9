"""Every command that README and docs show runs; every link leads somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from calibrating import table_and_poses, write_csv
from foreign_sensors import write_examples
from hipdrop.cli import main
from hipdrop.events import Side
from hipdrop.simulate import RunnerConfig
from hipdrop.simulate.exercise_demo import demo_exercise
from hipdrop.simulate.movements import LegStand, Stand, three_bends
from hipdrop.simulate.movements_run import perform
from hipdrop.simulate.training_demo import demo_test

REPOSITORY = Path(__file__).parents[1]
PAGES = sorted(path for path in (*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/*.md")))
# Where a page means a clip on Bluetooth, here it is the virtual one, for some seconds. Without a board or a radio
# the commands that want one say so in one line and end with 1. What somebody must bow or run for comes from a file.
WRAPPER = """
hipdrop() {
  case "$1 ${2:-}" in
    "scan "*|"clip install") "$PYTHON" -m hipdrop "$@" 2>said || { [ $? = 1 ] && grep -q "^hipdrop: " said; } ;;
    "live "*) "$PYTHON" -m hipdrop "${@/ble:*/virtual}" --duration 3 ;;
    "calibrate show") "$PYTHON" -m hipdrop "$@" ;;
    "calibrate "*) "$PYTHON" -m hipdrop "${@/ble:*/virtual}" --clip virtual --from "$WEARER/$2.csv" --no-plot ;;
    "exercise "*) "$PYTHON" -m hipdrop "${@/ble:*/virtual}" --from "$WEARER/$2.csv" --no-plot ;;
    "test single-leg") "$PYTHON" -m hipdrop "${@/ble:*/virtual}" --from "$WEARER/single-leg.csv" --no-plot ;;
    "clip "*) "$PYTHON" -m hipdrop "${@/ble:*/virtual}" ;;
    *) "$PYTHON" -m hipdrop "$@" ;;
  esac
}
"""
INSTALLS = "python3 -m venv"  # these lines are run by test_readme.py


def blocks(page: Path, language: str) -> list[str]:
    """Give the code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="session")
def run_csv(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Half a minute of a simulated run: what the pages call run.csv."""
    path = tmp_path_factory.mktemp("run") / "run.csv"
    assert main(["simulate", "--minutes", "0.6", "-o", str(path)]) == 0
    return path.read_bytes()


@pytest.fixture
def folder(tmp_path: Path, run_csv: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the commands are typed in."""
    (tmp_path / "run.csv").write_bytes(run_csv)
    (tmp_path / "host" / "hipdrop" / "data").mkdir(parents=True)  # where docs/simulate.md writes the sample run
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def wearer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What somebody does who is led through each calibration, as IMU CSV of the command's name."""
    folder = tmp_path_factory.mktemp("wearer")
    write_csv(folder / "sensor.csv", table_and_poses(11))
    perform([Stand(14.0)], RunnerConfig(seed=12)).write_csv(folder / "check.csv")
    person = [Stand(4.0), *three_bends(np.random.default_rng(13)), Stand(4.0), LegStand(Side.LEFT), Stand(4.0)]
    perform(person, RunnerConfig(seed=13)).write_csv(folder / "mount.csv")
    assert main(["simulate", "--minutes", "9", "-o", str(folder / "baseline.csv")]) == 0
    demo_test(3, squats=False).write_csv(folder / "single-leg.csv")
    for name in ("pelvic-drop", "clamshell"):
        demo = demo_exercise(name, [Side.LEFT, Side.RIGHT], 1, repetitions=4, seconds=15.0)
        demo.write_csv(folder / f"{name}.csv")
    return folder


def hipdrop_lines(page: Path) -> list[str]:
    """Give the lines of a page's shell blocks, but for those that install."""
    lines = (line for block in blocks(page, "sh") for line in block.splitlines())
    return [line for line in lines if line.startswith(("hipdrop ", "printf ")) and INSTALLS not in line]


@pytest.mark.parametrize("page", [page for page in PAGES if hipdrop_lines(page)], ids=lambda page: page.name)
def test_shown_commands_run(page: Path, folder: Path, wearer: Path) -> None:
    """All commands of a page, one after the other, in one folder."""
    if page.name == "import.md":
        write_examples(folder, *blocks(page, "toml"))
    script = "\n".join([WRAPPER, *hipdrop_lines(page)])
    env = {**os.environ, "PYTHON": sys.executable, "WEARER": str(wearer), "XDG_DATA_HOME": str(folder / "home")}
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def test_the_readme_shows_commands() -> None:
    lines = hipdrop_lines(REPOSITORY / "README.md")
    commands = {line.split()[1] for line in lines if line.startswith("hipdrop ")}
    everyday = {"calibrate", "clip", "export", "history", "live", "recordings", "replay", "report", "scan", "where"}
    assert commands >= everyday


def test_python_of_the_readme_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks(REPOSITORY / "README.md", "python")
    exec(compile(code, "README.md", "exec"), {})
    assert "Step(" in capsys.readouterr().out
    assert (folder / "run.csv").exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert missing == []


def test_every_column_is_documented() -> None:
    from hipdrop.events import Flag
    from hipdrop.results import ALERT_COLUMNS, STEP_COLUMNS

    page = (REPOSITORY / "docs" / "output-format.md").read_text("utf-8")
    for name in (*STEP_COLUMNS.split(","), *ALERT_COLUMNS.split(","), *Flag):
        assert f"`{name}`" in page
