"""What can go wrong, one class per remedy.

::

    HipdropError
    ├─ UsageError          the command line asks for something that does not fit together (exit code 2)
    ├─ InputError          a file that cannot be read as what it should be; names the file and the line, if any
    ├─ OutputError         a file that cannot be written
    └─ ConfigError         a setting that does not exist or has an impossible value; names the file, if any
"""

from __future__ import annotations

from pathlib import Path


class HipdropError(Exception):
    """Base of all errors that a user can mend; the text is one line: what is wrong, and what to do."""

    exit_code = 1


class UsageError(HipdropError):
    """The command line asks for something that does not fit together."""

    exit_code = 2


class InputError(HipdropError):
    """A file that cannot be read as what it should be.

    Parameters
    ----------
    path
        The file.
    problem
        What is wrong with it and what to do.
    line
        Line number counted from 1, if the fault lies on one.
    """

    def __init__(self, path: Path | str, problem: str, line: int | None = None) -> None:
        self.path = Path(path)
        self.problem = problem
        self.line = line
        where = str(path) if line is None else f"{path}, line {line}"
        super().__init__(f"{where}: {problem}")


class OutputError(HipdropError):
    """A file or folder that cannot be written."""

    def __init__(self, path: Path | str, problem: str) -> None:
        self.path = Path(path)
        self.problem = problem
        super().__init__(f"{path}: {problem}")


class ConfigError(HipdropError):
    """A setting that does not exist or has an impossible value.

    Parameters
    ----------
    key
        The table, or `table.key`.
    problem
        What is wrong with it and what to do.
    path, line
        The settings file and the line in it, counted from 1, where they are known.
    """

    def __init__(self, key: str, problem: str, path: Path | str | None = None, line: int | None = None) -> None:
        self.key = key
        self.problem = problem
        self.path = None if path is None else Path(path)
        self.line = line
        where = "" if path is None else f"{path}: " if line is None else f"{path}, line {line}: "
        super().__init__(f"{where}setting {key}: {problem}")
