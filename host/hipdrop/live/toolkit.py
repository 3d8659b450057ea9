"""Tk or Qt, whichever the machine has, behind what matplotlib makes of both."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from hipdrop.errors import NoWindow

TOOLKITS = ("tk", "qt")
BACKENDS = {"tk": "TkAgg", "qt": "QtAgg"}
NEEDS_SCREEN = "no screen here (DISPLAY is not set)"
INSTALL = "install Tk (Debian: apt install python3-tk) or Qt (pip install 'hipdrop[qt]')"


def check_screen(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> None:
    """Refuse where no window could be; only Linux and its kin tell beforehand.

    Raises
    ------
    NoWindow
        There is no display.
    """
    if platform in ("win32", "darwin"):
        return
    if not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        raise NoWindow(f"{NEEDS_SCREEN}: the terminal shows the run; --no-plot is quiet about it")


def open_figure(toolkit: str, size_in: tuple[float, float], dpi: float) -> Any:
    """Give a figure in a window that is not shown yet.

    Qt ends the whole process where a library of it is missing: call this in a process that may end.

    Raises
    ------
    NoWindow
        The toolkit is not there, or has no screen.
    """
    import matplotlib as mpl

    mpl.use(BACKENDS[toolkit], force=True)
    mpl.rcParams["toolbar"] = "None"
    for name in [name for name in mpl.rcParams if name.startswith("keymap.")]:
        mpl.rcParams[name] = []  # the keys are ours
    try:
        import matplotlib.pyplot as plt

        figure = plt.figure("hipdrop", figsize=size_in, dpi=dpi)
    except Exception as error:  # each toolkit has errors of its own, some of them no class of which is known here
        raise NoWindow(f"no window: {str(error).splitlines()[0]}; {INSTALL}") from error
    return figure


def run_window(figure: Any) -> None:
    """Show the window and go on until it is closed."""
    import matplotlib.pyplot as plt

    plt.show(block=True)
    plt.close(figure)
