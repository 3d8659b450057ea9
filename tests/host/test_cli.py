"""The command line itself: version, help, start-up time, interruption, pipes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

import hipdrop
from hipdrop import cli
from hipdrop.cli import main

START_LIMIT_S = 0.4  # the promise for --help and --version


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"hipdrop {hipdrop.__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_names_the_commands(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert "replay" in out
    assert "not a diagnosis" in out


def test_help_of_replay_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--help"]) == 0
    out = capsys.readouterr().out
    for option in ("--sample", "--speed", "--no-plot", "--out", "--site", "--block", "--config", "--debug"):
        assert option in out


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_start_is_quick(option: str) -> None:
    """The quickest of five, because the machine may be busy with other things."""
    times_s = []
    for _ in range(5):
        begin_s = time.perf_counter()
        subprocess.run([sys.executable, "-m", "hipdrop", option], check=True, stdout=subprocess.DEVNULL)
        times_s.append(time.perf_counter() - begin_s)
    assert min(times_s) < START_LIMIT_S


def test_start_imports_no_heavy_package() -> None:
    code = "import sys, hipdrop.cli; print(*{'numpy', 'scipy', 'vqf', 'matplotlib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""


def test_interruption_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(cli, "_print_version", interrupted)
    monkeypatch.setattr(cli, "app", interrupted)
    assert main(["--version"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_closed_pipe_is_quiet() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "hipdrop", "--version"]
    done = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write_end)
    assert (done.returncode, done.stderr) == (1, "")


def test_an_unforeseen_error_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(cli, "app", broken)
    assert main(["replay"]) == 1
    err = capsys.readouterr().err
    assert err == "hipdrop: unexpected RuntimeError: two lines; run again with --debug and report it\n"
    with pytest.raises(RuntimeError):
        main(["replay", "--debug"])


def test_a_terminal_without_the_degree_sign_does_not_fail() -> None:
    code = "from hipdrop.cli import main; import sys; main(['--version']); print('2.5°')"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, check=True
    )
    assert done.stdout.endswith(b"2.5?\n")
