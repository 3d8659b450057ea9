"""docs/hardware.md names the pins, seconds and bytes that the boards' own files name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

BOARDS = ("xiao_esp32s3", "nano_rp2040_connect", "m5stickc_plus2")
RATE_HZ = {"Lsm6dsox": 208, "Mpu6886": 200}


def constants(repository: Path, board: str) -> dict[str, str]:
    """Give the names in capitals of a board's file."""
    text = (repository / "firmware/hipclip/boards" / f"{board}.py").read_text("utf-8")
    return dict(re.findall(r"^    ([A-Z_0-9]+) = (\w+)", text, re.MULTILINE))


def rows(repository: Path) -> list[list[str]]:
    """Give the cells of all table rows of the page."""
    page = (repository / "docs/hardware.md").read_text("utf-8")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")]


@pytest.mark.parametrize("board", BOARDS)
def test_pins_are_those_of_the_firmware(repository: Path, board: str) -> None:
    told = {row[0]: row[1 + BOARDS.index(board)] for row in rows(repository) if len(row) == 4}
    pins = constants(repository, board)
    for function, name in (
        ("SDA of the sensor", "SDA"), ("SCL of the sensor", "SCL"), ("button", "BUTTON"), ("LED", "LED"),
        ("half of the battery's voltage", "BATTERY"), ("motor, buzzer", "MOTOR" if "MOTOR" in pins else "BUZZER"),
    ):  # fmt: skip
        assert re.search(rf"GPIO{pins[name]}\b", told[function]), (function, told[function])
    assert ("INT1" in pins) == (told["INT1 of the sensor, wakes by motion"] != "not used")
    assert pins.get("INT1", "") in told["INT1 of the sensor, wakes by motion"]
    assert ("when low" in told["LED"]) == (pins.get("LED_ON") == "0")


@pytest.mark.parametrize("board", BOARDS)
def test_what_is_kept_is_what_the_firmware_keeps(repository: Path, board: str) -> None:
    (row,) = [row for row in rows(repository) if len(row) == 7 and row[1] == f"`{board}`"]
    told = constants(repository, board)
    seconds = int(told["RING_S"])
    frames = -(-seconds * RATE_HZ[told["IMU"]] * 105 // 1900) + 1  # 5 % more than nominal, 19 samples each
    assert row[4].startswith(f"{seconds} s ({round(frames * 241 / 1000)} kB")
    assert ("buzzer" in row[5]) == ("BUZZER" in told)
