"""`hipdrop report`: recordings, analysed after the run, as one page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from hipdrop.commands.options import ConfigOption, DebugOption, OutOption
from hipdrop.commands.replay import found, load_settings
from hipdrop.errors import UsageError


def report_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="run.mcap of a live run, or an IMU CSV (docs/input-format.md); several are compared.",
        ),
    ],
    pdf: Annotated[bool, typer.Option("--pdf", help="Make report.pdf of it too.")] = False,
    table: Annotated[
        bool,
        typer.Option("--table", help="Of all recordings in folders or FILEs: a Parquet data set (docs/many.md)."),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            metavar="N",
            min=1,
            help="With --table: so many processes; without it one a core.",
            show_default=False,
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="ADDRESS",
            help="With --table: on a Dask cluster, such as tcp://HOST:8786.",
            show_default=False,
        ),
    ] = None,
    out: OutOption = None,
    config: ConfigOption = None,
    debug: DebugOption = False,
) -> None:
    """Look at a run when it is over: one page, report.html, with pictures, plain words and how sure they are.

    The run is analysed anew, with all of it known at every moment. With --out the tables of replay come with the page,
    of several recordings each in a folder of its own (run1, run2, by date); without it the page alone is written into
    the current folder. With --table many recordings, or folders of them, become one table of runs and of steps.
    """
    if table:
        from hipdrop.commands.table import make_table

        if pdf:
            raise UsageError("--pdf is of a report; a table has no page: leave one of them out")
        make_table(files, out, workers=workers, scheduler=scheduler, config=config)
        return
    if workers is not None or scheduler is not None:
        raise UsageError("--workers and --scheduler go with --table")
    report([found(path) for path in files], out, load_pdf=pdf, config=config)


def report(paths: list[Path], out: Path | None, *, load_pdf: bool, config: Path | None) -> None:
    """Analyse, write, and print the summary of one run or the list of several; all is written, or nothing."""
    from hipdrop.after.report.making import report_files, run_pages
    from hipdrop.after.report.page import check_pdf
    from hipdrop.commands.progress import progress
    from hipdrop.errors import InputError
    from hipdrop.results import prepare_folder, write_files

    if load_pdf:
        check_pdf()
    folder = out or Path()
    prepare_folder(folder)
    with progress() as tell:
        pages, refused = run_pages(paths, load_settings(config), tell if len(paths) > 1 else lambda what, share: None)
    files = report_files(pages, refused, tables=out is not None, paper=load_pdf)
    for name, contents in files.items():
        prepare_folder(folder / name)
        write_files(folder / name, contents)
    for page in pages:
        print("\n".join(page.lines) if len(pages) == 1 else f"{page.label}: {page.headline}")
    print(f"written    {', '.join(str(folder / below / name) for below, names in files.items() for name in names)}")
    for error in refused[1:]:
        print(f"hipdrop: {error}", file=sys.stderr)
    if refused:
        raise InputError(refused[0].path, f"{refused[0].problem}; the report is made of the other recordings")
