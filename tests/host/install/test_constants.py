"""Constants of the wire in the firmware: each its value, line for line, and nothing else is touched."""

from __future__ import annotations

import ast

import pytest

from hipdrop.errors import InstallError
from hipdrop.install.constants import inlined
from hipdrop.install.files import PACKAGES, sources_of
from hipwire import frames, ids


def test_a_name_becomes_its_value_and_its_import_goes() -> None:
    source = b"import time\nfrom hipwire import errors, ids\n\n\ndef f(x):\n    return x == ids.START or errors.SHORT\n"
    wanted = b"import time\nfrom hipwire import errors\n\n\ndef f(x):\n    return x == 1 or errors.SHORT\n"
    assert inlined("m.py", source) == wanted


def test_several_on_a_line_and_texts() -> None:
    source = 'from hipwire import frames, ids\n\nA = (ids.DATA_UUID, ids.RAW, frames.RAW_MAX_SIZE)  # ids.RAW, "ä"\n'
    lines = inlined("m.py", source.encode()).decode().splitlines()
    assert lines == ["", "", f'A = ({ids.DATA_UUID!r}, {ids.RAW}, {frames.RAW_MAX_SIZE})  # ids.RAW, "ä"']


def test_functions_stay() -> None:
    source = b"from hipwire import frames, ids\n\nframes.pack_header_into(b, ids.LOG, 0, 1, 2, 3)\n"
    assert inlined("m.py", source) == b"from hipwire import frames\n\nframes.pack_header_into(b, 4, 0, 1, 2, 3)\n"


@pytest.mark.parametrize("source", [b"", b"x = 1\n", b"from os import ids\nids.START\n", b"import hipwire\n"])
def test_what_does_not_import_them_is_left_alone(source: bytes) -> None:
    assert inlined("m.py", source) == source


def test_a_name_that_is_none_is_an_error() -> None:
    with pytest.raises(InstallError, match=r"m\.py names hipwire\.ids\.NONSENSE, which is no constant"):
        inlined("m.py", b"from hipwire import ids\n\nids.NONSENSE\n")


def test_no_module_of_the_firmware_needs_ids_any_more() -> None:
    sources = sources_of("hipwire") | sources_of("hipclip")
    assert set(PACKAGES) == {"hipwire", "hipclip"}
    for path, source in sources.items():
        done = inlined(path, source)
        assert len(done.splitlines()) == len(source.splitlines())
        ast.parse(done)
        if path != "hipwire/ids.py":
            assert not any(isinstance(node, ast.Name) and node.id == "ids" for node in ast.walk(ast.parse(done))), path
