"""Golden vectors, written by hand from docs/wire-format.md, made and read by both interpreters."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def golden() -> dict[str, str]:
    lines = [
        line.split(maxsplit=1) for line in (HERE / "golden.txt").read_text().splitlines() if line[:1] not in ("", "#")
    ]
    return {name: text.replace(" ", "") for name, text in lines}


def made() -> dict[str, str]:
    """The messages of today; those of older revisions are only read."""
    return {name: text for name, text in golden().items() if not name.startswith("old_")}


def spoken(output: str) -> tuple[dict[str, str], dict[str, str]]:
    """Sort what `speak.py` prints into what it encoded and what it decoded."""
    said: dict[str, dict[str, str]] = {"encoded": {}, "decoded": {}}
    for line in output.splitlines():
        verb, name, text = line.split(maxsplit=2)
        said[verb][name] = text
    return said["encoded"], said["decoded"]


@pytest.fixture(scope="module")
def vectors() -> str:
    return "".join(f"{name} {text}\n" for name, text in golden().items())


@pytest.fixture(scope="module")
def cpython(vectors: str) -> tuple[dict[str, str], dict[str, str]]:
    done = subprocess.run(
        [sys.executable, HERE / "speak.py"], input=vectors, capture_output=True, text=True, timeout=60, check=True
    )
    return spoken(done.stdout)


@pytest.fixture(scope="module")
def board(micropython: Callable[..., str], vectors: str) -> tuple[dict[str, str], dict[str, str]]:
    return spoken(micropython(HERE / "speak.py", stdin=vectors))


def test_cpython_makes_the_golden_bytes(cpython: tuple[dict[str, str], dict[str, str]]) -> None:
    assert cpython[0] == made()


def test_micropython_makes_the_golden_bytes(board: tuple[dict[str, str], dict[str, str]]) -> None:
    assert board[0] == made()


def test_both_read_them_alike(
    cpython: tuple[dict[str, str], dict[str, str]], board: tuple[dict[str, str], dict[str, str]]
) -> None:
    assert cpython[1] == board[1]
    assert cpython[1].keys() == golden().keys()


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        (
            "raw_two_samples",
            "(1, 1, 258, 197637, 101124105), [(1, -1, 256, -256, 32767, -32768), (0, 0, 2048, 100, -50, 7)]",
        ),
        ("raw_last_of_all", "(1, 6, 65535, 1073741823, 1073741823), [(0, 0, 0, 0, 0, 0)]"),
        ("tilt_one_sample", "(2, 0, 7, 38, 1000), [(525, -1200, 1500, 1000, -32)]"),
        ("status", "('rate_mhz', 207400)"),
        ("status", "('temperature_cdeg', 3150)"),
        ("status", "('ring_oldest', 65520)"),
        ("log_text", "6, 1, 19, b'I2C\\xc3\\xa9'"),
        ("info", "('gyr_ndps_per_lsb', 70000000)"),
        ("info", "('chip', 'LSM6DSOX')"),
        ("status", "('clock_s', 1795348800)"),
        ("status", "('storage_total_4kb', 1536)"),
        ("old_status", "('clock_s', 0)"),
        ("old_status", "('rate_mhz', 207400)"),
        ("event_step", "('a', 612), ('b', 575), ('c', 1664), ('code', 1), ('d', 361), ('detail', 99), ('flags', 512)"),
        ("event_raised", "('a', 32767), ('b', -32768), ('c', 225), ('code', 3), ('d', 65535)"),
        ("part_last", "(1, 7, 2048, b'\\x01\\x02\\x03')"),
        ("info", "('features', 823)"),
        ("old_info", "('features', 55)"),
        ("old_info", "('revision', 0)"),
        ("command_calibration", "('acc_offset_z_ug', 200000)"),
        ("command_calibration", "('acc_xz_ppm', -3000)"),
        ("command_forget", "('parts', 0)"),
        ("answer_calibration", "('gyr_bias_y_udps', -1250000)"),
        ("answer_calibration", "('gyr_temperature_cdeg', -32768)"),
        ("command_monitor", "('target_right_mdeg', -500)"),
        ("command_monitor", "('roll3_im', 32767)"),
        ("command_no_monitor", "('monitor_id', 0)"),
        ("answer_monitor", "('cusum_limit_mdeg', 650000)"),
        ("command_resend", "(3, 4660, b'\\xfa\\xff\\x14\\x00')"),
        ("answer_gone", "(3, 4660, 8, b'\\xfb\\xff')"),
        ("usb_stop", "(2, 3, b'')"),
    ],
)
def test_what_the_golden_bytes_say(cpython: tuple[dict[str, str], dict[str, str]], name: str, holds: str) -> None:
    assert holds in cpython[1][name]
