"""The formats of an export by name; what each needs is imported when it is asked for."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from importlib.util import find_spec

from hipdrop.after.export.source import ExportSource
from hipdrop.after.export.tables import Content, Tell
from hipdrop.errors import UsageError


class Format(StrEnum):
    """What a run can be exported to."""

    CSV = "csv"
    PARQUET = "parquet"
    STO = "sto"
    FIT = "fit"


NEEDS = {Format.PARQUET: "pyarrow", Format.FIT: "fit_tool"}


def check_installed(to: Format) -> None:
    """Refuse a format whose library is not there, before an hour is analysed for nothing.

    Raises
    ------
    UsageError
        It is not installed.
    """
    library = NEEDS.get(to)
    if library and find_spec(library) is None:
        name = library.replace("_", "-")
        raise UsageError(f"--to {to} needs {name}, which is not installed: pip install 'hipdrop[export]'")


def export_files(source: ExportSource, to: Format, tell: Tell, *, angles: bool = False) -> dict[str, Content]:
    """Give the files of a format by name; some are made while they are written.

    Raises
    ------
    InputError
        The run has not what this format cannot do without.
    """
    if to is Format.CSV:
        from hipdrop.after.export.tables import csv_files

        return csv_files(source, tell, angles=angles)
    if to is Format.PARQUET:
        from hipdrop.after.export.parquet import parquet_files

        return parquet_files(source, tell)
    if to is Format.STO:
        from hipdrop.after.export.opensim import opensim_files

        return opensim_files(source, tell)
    from hipdrop.after.export.fit import fit_files

    return fit_files(source, tell)


def parse_began(text: str) -> datetime:
    """Read when a run began, such as 2026-11-20T18:00; without a zone in that of this computer.

    Raises
    ------
    UsageError
        It is no date with a time.
    """
    try:
        began = datetime.fromisoformat(text.strip())
        if len(text.strip()) < len("20261120T18"):
            raise ValueError("no time of day")
        return began.astimezone() if began.tzinfo is None else began
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"--began {text}: is no date and time; write it such as 2026-11-20T18:00") from error
