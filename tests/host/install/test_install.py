"""`hipdrop clip install` through the real mpremote, against MicroPython at the end of a pseudo-terminal."""

from __future__ import annotations

import hashlib
import os
import pty
import subprocess
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from hipdrop.errors import ClipNotFound, InstallError, UsageError
from hipdrop.install.board import Found, SerialBoard
from hipdrop.install.files import boards, firmware_files
from hipdrop.install.install import check, guess_board, install

BOARD = "xiao_esp32s3"


@pytest.fixture
def flash(tmp_path: Path) -> Path:
    folder = tmp_path / "flash"
    folder.mkdir()
    return folder


@pytest.fixture
def board(micropython_command: str, flash: Path) -> Iterator[SerialBoard]:
    """MicroPython's prompt on a pseudo-terminal; its folder is the board's flash."""
    ours, theirs = pty.openpty()
    tty.setraw(ours)
    tty.setraw(theirs)
    process = subprocess.Popen(
        [micropython_command, "-X", "heapsize=256K"], stdin=ours, stdout=ours, stderr=ours, cwd=flash,
        env={**os.environ, "MICROPYPATH": ":.frozen"},
    )  # fmt: skip
    yield SerialBoard(os.ttyname(theirs))
    process.kill()
    process.wait()
    os.close(ours)
    os.close(theirs)


def lying_there(flash: Path) -> dict[str, bytes]:
    return {str(file.relative_to(flash)): file.read_bytes() for file in flash.rglob("*") if file.is_file()}


def test_it_writes_exactly_the_firmware_and_shows_how_far_it_is(board: SerialBoard, flash: Path) -> None:
    (flash / "settings.json").write_text('{"kept": true}')
    (flash / "hipclip").mkdir()
    (flash / "hipclip" / "stale.py").write_text("gone = True")
    told: list[tuple[str, int, int]] = []
    done = install(board, BOARD, force=True, progress=lambda *step: told.append(step))
    expected = firmware_files(BOARD)
    assert lying_there(flash) == {**expected, "settings.json": b'{"kept": true}'}
    assert done.files == len(expected)
    assert done.wire == 1
    assert [step[1] for step in told] == sorted(step[1] for step in told)
    assert told[-1][1] == told[-1][2]
    written = [what for what, _, _ in told if what in expected]
    assert written[-1] == "main.py"  # last: half a firmware must not start by itself
    assert sorted(written) == sorted(expected)


def test_what_is_installed_can_be_imported_there(board: SerialBoard) -> None:
    install(board, BOARD, force=True, progress=lambda *step: None)
    assert board.run("import hipwire.frames; print(hipwire.frames.RAW_MAX_SIZE)").strip() == "240"


def test_another_board_is_refused_before_anything_is_written(board: SerialBoard, flash: Path) -> None:
    with pytest.raises(InstallError, match="not xiao_esp32s3; name it with --board"):
        install(board, BOARD, progress=lambda *step: None)
    assert lying_there(flash) == {}


def test_a_file_that_does_not_lie_there_whole_is_found(board: SerialBoard, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = SerialBoard.hashes

    def one_wrong(self: SerialBoard, paths: object) -> dict[str, str]:
        self.run("open('board.txt', 'w').write('xia')")  # a write that was cut off
        return whole(self, paths)  # type: ignore[arg-type]

    monkeypatch.setattr(SerialBoard, "hashes", one_wrong)
    with pytest.raises(InstallError, match=r"board\.txt was not written whole"):
        install(board, BOARD, force=True, progress=lambda *step: None)


def test_the_hashes_are_those_of_the_files(board: SerialBoard, flash: Path) -> None:
    data = os.urandom(3000)
    (flash / "file").write_bytes(data)
    assert board.hashes(["file"]) == {"file": hashlib.sha256(data).hexdigest()}


def test_no_such_port_says_so(tmp_path: Path) -> None:
    with pytest.raises(ClipNotFound, match="none: "):
        SerialBoard(str(tmp_path / "none")).who()


def test_an_unknown_board_is_a_wrong_usage(board: SerialBoard) -> None:
    with pytest.raises(UsageError, match="xiao_esp32s3"):
        install(board, "toaster", progress=lambda *step: None)


def found(platform: str = "esp32", machine: str = "XIAO with ESP32S3", version: tuple[int, ...] = (1, 28, 0)) -> Found:
    return Found(platform, machine, version, 6, None, None)


@pytest.mark.parametrize(
    ("platform", "machine", "name"),
    [
        ("esp32", "Seeed Studio XIAO with ESP32S3", "xiao_esp32s3"),
        ("esp32", "Generic ESP32 module with ESP32", "m5stickc_plus2"),
        ("rp2", "Arduino Nano RP2040 Connect with RP2040", "nano_rp2040_connect"),
    ],
)
def test_the_board_is_known_by_what_it_says(platform: str, machine: str, name: str) -> None:
    assert name in boards()
    assert guess_board(found(platform, machine)) == name
    check(found(platform, machine), name)


def test_an_old_micropython_is_refused() -> None:
    with pytest.raises(InstallError, match=r"1\.27\.0; put 1\.28"):
        check(found(version=(1, 27, 0)), BOARD)


def test_a_board_that_nobody_knows_is_asked_for() -> None:
    with pytest.raises(UsageError, match="name it with --board"):
        guess_board(found("samd", "Feather"))


def test_only_the_one_board_goes_onto_the_flash() -> None:
    names = [path for path in firmware_files(BOARD) if path.startswith("hipclip/boards/")]
    assert f"hipclip/boards/{BOARD}.mpy" in names
    assert not any("m5stick" in name for name in names)
