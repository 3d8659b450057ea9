"""Pages of a name and what is said of it: on a terminal broken to its width, in files and pipes a line each."""

from __future__ import annotations

import shutil
import sys
import textwrap

NAME_CHARS = 11  # what is said begins behind them
LEAST_CHARS = 60  # narrower than this a terminal breaks lines itself


def print_page_line(line: str) -> None:
    """Print a line, on a terminal in as many as it takes; those behind the first begin where its text does."""
    for part in _broken(line, shutil.get_terminal_size().columns) if sys.stdout.isatty() else [line]:
        print(part)


def _broken(line: str, width: int) -> list[str]:
    if len(line) <= width or width < LEAST_CHARS:
        return [line]
    return textwrap.wrap(line, width, subsequent_indent=" " * NAME_CHARS, break_on_hyphens=False)
