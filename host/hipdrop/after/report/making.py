"""From recordings to the files of a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from hipdrop.after.analysis import analyse_file
from hipdrop.after.report.page import PAGE_NAME, PDF_NAME, RunPage, pdf, render, run_page
from hipdrop.errors import InputError
from hipdrop.settings import Settings

Tell = Callable[[str, float], None]


def run_pages(paths: Sequence[Path], settings: Settings | None, tell: Tell) -> tuple[list[RunPage], list[InputError]]:
    """Analyse recordings one after the other; give what is to be said of each, by date, and what could not be read.

    Raises
    ------
    InputError
        None could be read.
    """
    pages: list[RunPage] = []
    refused: list[InputError] = []
    for number, path in enumerate(paths):
        tell("recordings", number / len(paths))
        try:
            pages.append(run_page(analyse_file(path, settings)))
        except InputError as error:
            refused.append(error)
    tell("recordings", 1.0)
    if not pages:
        raise refused[0]
    return by_date(pages), refused


def by_date(pages: Sequence[RunPage]) -> list[RunPage]:
    """Number several runs in the order of their dates, or as they were given where one has none."""
    if len(pages) == 1:
        return list(pages)
    dates = [page.compared.began for page in pages]
    order = sorted(range(len(pages)), key=lambda i: (dates[i].timestamp() if None not in dates else 0.0, i))  # type: ignore[union-attr]
    return [replace(pages[i], prefix=f"run{number}.") for number, i in enumerate(order, 1)]


def report_files(
    pages: Sequence[RunPage], refused: Sequence[InputError], *, tables: bool, paper: bool
) -> dict[str, dict[str, bytes]]:
    """Give the contents of all files by folder below the one of the report, and name; the page's own come last.

    Parameters
    ----------
    tables
        Whether the tables of each run come with the page: beside it, of several runs each in its own folder.
    paper
        Whether it is made as PDF too.
    """
    told = [str(error) for error in refused]
    own = {PAGE_NAME: render(pages, told).encode()}
    if paper:
        own[PDF_NAME] = pdf(render(pages, told, paper=True))
    if not tables:
        return {"": own}
    if len(pages) == 1:
        return {"": {**pages[0].results, **own}}
    return {**{f"run{number}": page.results for number, page in enumerate(pages, 1)}, "": own}
