"""The virtual clip: real firmware under the real MicroPython, with a modelled sensor and a virtual radio."""

from __future__ import annotations

import importlib.util
import os


def check_available(micropython: str | None = None) -> None:
    """See whether all is there that the virtual clip needs.

    Parameters
    ----------
    micropython
        The `micropython` program, if it is not to be looked for.

    Raises
    ------
    VirtualClipError
        Something is missing; the text says what to do.
    """
    from hipdrop.errors import VirtualClipError

    if os.name != "posix":
        raise VirtualClipError("the virtual clip runs on Linux and macOS alone: use one of them, or a real clip")
    if importlib.util.find_spec("bumble") is None:
        raise VirtualClipError('the virtual clip needs the package bumble: pip install "hipdrop[virtual]"')
    from hipdrop.virtual.process import find_micropython

    find_micropython(micropython)
