"""`hipdrop export`: a run for other programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from hipdrop.commands.options import ConfigOption, DebugOption


def export_command(
    input_file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="run.mcap of a live run, or an IMU CSV, plain or .gz.", show_default=False
        ),
    ],
    to: Annotated[
        Literal["csv", "parquet", "sto", "fit"],
        typer.Option("--to", help="For spreadsheets, data tools, OpenSim, or sports platforms.", show_default=False),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="DIR", help="Write into this folder; without it NAME-FORMAT here.",
            show_default=False,
        ),
    ] = None,
    angles: Annotated[
        bool, typer.Option("--angles", help="csv: obliquity, tilt and vertical acceleration beside each sample.")
    ] = False,
    began: Annotated[
        str | None,
        typer.Option(
            "--began", metavar="TIME", help="When the run began, such as 2026-11-20T18:00, if the file does not say.",
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
    debug: DebugOption = False,
) -> None:  # fmt: skip
    """Export a run: its samples, steps and events, analysed with zero phase, units in the names.

    csv, parquet: samples, steps, events. sto: the pelvis for OpenSim. fit: an activity with drop per side beside
    cadence, contact time and vertical oscillation. All columns and fields: docs/export.md.
    """
    from hipdrop.after.export.formats import Format, check_installed, export_files, parse_began
    from hipdrop.after.export.source import read_source
    from hipdrop.commands.progress import progress
    from hipdrop.commands.replay import found, load_settings
    from hipdrop.errors import UsageError
    from hipdrop.results import prepare_folder, write_files

    if angles and to != "csv":
        raise UsageError("--angles goes with --to csv; parquet has them always, sto and fit have angles of their own")
    wanted = Format(to)
    check_installed(wanted)
    when = None if began is None else parse_began(began)
    settings = load_settings(config)
    path = found(input_file)
    folder = out or Path(f"{path.name.removesuffix('.gz').rpartition('.')[0] or path.name}-{to}")
    existed = folder.exists()
    try:
        with progress() as tell:
            tell("analysing", 0.0)
            source = read_source(path, settings, when)
            tell("analysing", 1.0)
            files = export_files(source, wanted, lambda share: tell("writing", share), angles=angles)
            prepare_folder(folder)
            write_files(folder, files)
    except BaseException:
        if not existed and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        raise
    for note in (*source.recorded.facts.notes, *source.run.summary.warnings):
        print(f"hipdrop: {path.name}: {note}", file=sys.stderr)
    print(f"written    {', '.join(str(folder / name) for name in files)}")
