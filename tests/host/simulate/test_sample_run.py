"""The sample run in the package is what the documented command makes."""

from __future__ import annotations

import gzip
import re
import shlex
from importlib import resources
from pathlib import Path

import typer
from typer.testing import CliRunner

from hipdrop.commands.simulate import simulate_command


def test_the_documented_command_makes_the_sample_run_again(repository: Path, tmp_path: Path) -> None:
    text = (repository / "docs" / "simulate.md").read_text("utf-8")
    command = re.search(r"^hipdrop simulate (.*) -o host/hipdrop/data/sample_run\.csv\.gz$", text, re.MULTILINE)
    assert command is not None
    app = typer.Typer()
    app.command()(simulate_command)
    made = tmp_path / "sample_run.csv.gz"
    CliRunner().invoke(app, [*shlex.split(command[1]), "-o", str(made)], catch_exceptions=False)
    shipped = resources.files("hipdrop.data").joinpath("sample_run.csv.gz").read_bytes()
    assert gzip.decompress(shipped) == gzip.decompress(made.read_bytes())
    assert len(shipped) < 3_000_000
