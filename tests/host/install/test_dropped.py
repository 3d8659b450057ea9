"""What nobody uses is left out of the firmware, and nothing else."""

from __future__ import annotations

import pytest

from hipdrop.install.dropped import without_unused
from hipdrop.install.files import boards, firmware_files

MAIN = {"main.py": b"from hipclip.a import run\n\nrun()\n"}


def left(source: bytes, **others: bytes) -> bytes:
    sources = {"hipclip/a.py": source, **{f"hipclip/{name}.py": text for name, text in others.items()}}
    return without_unused(sources, MAIN)["hipclip/a.py"]


def test_functions_classes_and_tables_that_nobody_names_go() -> None:
    source = b"def run():\n    pass\n\n\ndef f():\n    f()\n\n\nclass A:\n    x = 1\n\n\nT = (1, 2)\n"
    assert left(source) == b"def run():\n    pass\n" + b"\n" * 11


def test_what_only_those_have_used_goes_with_them() -> None:
    source = b"def run():\n    pass\ndef f():\n    g()\ndef g():\n    return T\nT = (1,)\n"
    assert left(source) == b"def run():\n    pass\n" + b"\n" * 5


@pytest.mark.parametrize(
    "source",
    [
        b"def run():\n    f()\ndef f():\n    pass\n",
        b"def run(a):\n    a.f()\ndef f():\n    pass\n",  # perhaps this one
        b"def run():\n    getattr(1, 'f')\ndef f():\n    pass\n",
        b"def run():\n    pass\nX = run()\n",  # does something
        b"def run():\n    return T\nT = {1: 2}\n",
    ],
)
def test_what_is_named_stays(source: bytes) -> None:
    assert left(source) == source


def test_numbers_of_one_module_become_constants() -> None:
    source = b"X = 1 << 4\nY = 2\n\ndef run():\n    return X + Y\n"
    wanted = b"_X = const(1 << 4)\nY = 2\n\ndef run():\n    return _X + Y\n"
    assert left(source, b=b"def run(a):\n    return a.Y\n") == wanted
    assert left(b"X = 1\ndef run():\n    global X\n    X = 2\n    return X\n").startswith(b"X = 1\n")


def test_modules_of_the_wire_that_only_hosts_import_go() -> None:
    sources = {
        "hipclip/a.py": b"from hipwire import x\nx.f()\n",
        "hipwire/x.py": b"from hipwire.y import g\ndef f():\n    g()\n",
        "hipwire/y.py": b"def g():\n    pass\n",
        "hipwire/z.py": b"from hipwire import y\n",
    }
    assert sorted(without_unused(sources, {})) == ["hipclip/a.py", "hipwire/x.py", "hipwire/y.py"]


@pytest.mark.parametrize("board", boards())
def test_every_board_gets_all_drivers_and_none_of_the_hosts_decoders(board: str) -> None:
    files = firmware_files(board)
    assert {"hipclip/drivers/lsm6dsox.mpy", "hipclip/drivers/mpu6886.mpy", "hipclip/drivers/wake.mpy"} <= files.keys()
    assert all(len(files[f"hipclip/drivers/{chip}.mpy"]) > 500 for chip in ("lsm6dsox", "lsm6ds3trc", "mpu6886"))
    assert "hipwire/decoding.mpy" not in files
    assert "hipwire/ids.mpy" not in files
