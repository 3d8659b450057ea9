"""The clip's flash: a folder with what the installer would put on a board, and the stand-ins for a board's modules."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from hipdrop.errors import InstallError, VirtualClipError
from hipdrop.install.files import BOARD_FILE, MAIN_FILE, PACKAGES, compiled, firmware_files, sources_of
from hipdrop.install.shortened import shortened

STAND_INS = "hipdrop.virtual.shims"
LIKE_BOARD = "xiao_esp32s3"  # whose files it holds
BOARD = "virtual_board"  # a stand-in, which names its sensor anew
SETTINGS_FILE = "settings.json"  # as hipclip.settings has it
BLOCK_BYTES = 4096
RUNS_IMAGE = "runs.img"  # the file system of the runs, as firmware/virtual/flashdisk.py keeps it
BLOCKS = 1536  # 6 MB: what the stock layout of ESP32 leaves of 8 MB


@cache
def stand_ins() -> Path:
    """Give the folder of the compiled stand-ins; it goes when this program ends."""
    folder = Path(tempfile.mkdtemp(prefix="hipclip-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _write(folder, _compiled_once(STAND_INS))
    return folder


def prepare(flash: Path, main: Path | None = None, access: int = 0) -> None:
    """Put the firmware on the flash; settings and logs that are there stay.

    Parameters
    ----------
    flash
        Folder in place of the flash; made if need be.
    main
        A script to run in place of the firmware's main.py.
    access
        The setting of this name, where no settings are there.

    Raises
    ------
    VirtualClipError
        The firmware cannot be compiled.
    """
    for name in PACKAGES:
        shutil.rmtree(flash / name, ignore_errors=True)
    _write(flash, {**_compiled_once(LIKE_BOARD), BOARD_FILE: BOARD.encode()})
    if main is not None:
        shutil.copyfile(main, flash / MAIN_FILE)
    if not (flash / SETTINGS_FILE).exists():
        (flash / SETTINGS_FILE).write_text(json.dumps({"access": access}), "utf-8")


def free_blocks(flash: Path) -> int:
    """Give how many blocks are free."""
    files = [file for file in flash.rglob("*") if file.is_file() and file.name != RUNS_IMAGE]
    used = sum(-(-file.stat().st_size // BLOCK_BYTES) for file in files)
    return max(0, BLOCKS - used)


@cache
def _compiled_once(what: str) -> Mapping[str, bytes]:
    """Compile the firmware of a board, or the modules of a package: once for all clips that this program starts."""
    try:
        shims = {path.rpartition("/")[2]: data for path, data in sources_of(STAND_INS).items()}
        del shims["__init__.py"]
        if what == LIKE_BOARD:  # without line numbers: its objects are twice as large as a board's, its heap is not
            return firmware_files(what, lines=False, users=shims)
        users = [data for package in PACKAGES for data in sources_of(package).values()]
        return compiled(shortened(shims, users), lines=False)  # a board has no such modules in its heap
    except InstallError as error:
        raise VirtualClipError(str(error)) from error


def _write(folder: Path, content: Mapping[str, bytes]) -> None:
    for path, data in content.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
