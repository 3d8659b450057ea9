"""The history on the terminal: the runs as a table, trends as small curves, weeks, shoes, what to look out for."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hipdrop.after.history.advice import Advice
from hipdrop.after.history.runs import BeganFrom, Run, Source
from hipdrop.after.history.shoes import Shoe
from hipdrop.after.history.tables import RUN_COLUMNS, WEEK_COLUMNS, run_cells, week_cells
from hipdrop.after.history.weeks import weeks
from hipdrop.events import Side
from hipdrop.wording import degrees

BLOCKS, PLAIN = "▁▂▃▄▅▆▇█", "_.-=+*#@"
MOST_RUNS, MOST_WEEKS = 40, 8
WIDTH = 132  # of what goes into a file or a pipe
LEAST_SPAN_DEG = 1.0  # of a curve: a smaller change shall not look like one


def console() -> Console:
    """Give where it is shown; no line is broken in a file."""
    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)


def show(
    place: Console, name: str, runs: Sequence[Run], shoes: Sequence[Shoe], advice: Sequence[Advice], today: date
) -> None:
    """Show the runs of one person, in their order."""
    hidden = len(runs) - MOST_RUNS
    title = f"{name or 'nobody named'}: {len(runs)} run{'' if len(runs) == 1 else 's'}"
    place.print(Text(title + (f", the last {MOST_RUNS} shown" if hidden > 0 else ""), style="bold"))
    place.print(run_table(runs[-MOST_RUNS:]))
    for line in trend_lines(runs, BLOCKS if _can_draw(place) else PLAIN):
        place.print(line, soft_wrap=True)
    place.print(week_table(runs, today))
    for shoe in shoes:
        place.print(f"shoe       {shoe.name}: {shoe.words}", soft_wrap=True)
    for one in advice:
        place.print(Text(f"look out   {one.text}"))
    if any(run.source is Source.LIVE for run in runs):
        place.print("* figures of the live run: its recording is not there to be analysed", soft_wrap=True)
    if any(run.began_from is BeganFrom.FILE for run in runs):
        place.print("? date of the file: hipdrop history add --began sets the right one", soft_wrap=True)
    place.print()


def _can_draw(place: Console) -> bool:
    try:
        BLOCKS.encode(place.encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def run_table(runs: Sequence[Run]) -> Table:
    """Give one row per run."""
    table = Table(box=None, pad_edge=False)
    for heading, words in RUN_COLUMNS:
        table.add_column(heading, justify="left" if words else "right", no_wrap=True)
    for run in runs:
        table.add_row(*map(Text, run_cells(run)))
    return table


def trend_lines(runs: Sequence[Run], blocks: str) -> Iterator[str]:
    """Give the course of the drop over the runs as small curves, the legs on one scale."""
    runs = runs[-MOST_RUNS:]
    rows = {
        (side, name): np.array([getattr(run.side(side), f"{name}_deg") for run in runs])
        for side in (Side.LEFT, Side.RIGHT) for name in ("fresh", "tired")
    }  # fmt: skip
    known = np.concatenate([values[np.isfinite(values)] for values in rows.values()])
    if len(runs) < 2 or len(known) == 0:
        return
    low, high = float(known.min()), float(known.max())
    low, high = (low, high) if high - low >= LEAST_SPAN_DEG else (low, low + LEAST_SPAN_DEG)
    for (side, name), values in rows.items():
        yield f"{side:5} {name:5} {curve(values, low, high, blocks)}  {change_words(values)}"
    yield f"curves     from {degrees(low)} to {degrees(high)}, the oldest run on the left"


def curve(values: np.ndarray, low: float, high: float, blocks: str = BLOCKS) -> str:
    """Draw values between two limits, one letter each; a gap is a blank."""
    levels = np.clip(np.nan_to_num((values - low) / (high - low)) * len(blocks), 0, len(blocks) - 1).astype(int)
    return "".join(blocks[level] if np.isfinite(value) else " " for level, value in zip(levels, values, strict=True))


def change_words(values: np.ndarray) -> str:
    """Say the last value against the median of those before it."""
    known = values[np.isfinite(values)]
    if len(known) < 2:
        return degrees(float(known[-1])) if len(known) else "-"
    change_deg = float(known[-1] - np.median(known[:-1]))
    return f"{degrees(float(known[-1]))}, {degrees(change_deg, signed=True)} to the median before"


def week_table(runs: Sequence[Run], today: date) -> Table:
    """Give one row per week, the last of them."""
    table = Table(box=None, pad_edge=False)
    for heading in WEEK_COLUMNS:
        table.add_column(heading, justify="left" if heading == WEEK_COLUMNS[0] else "right", no_wrap=True)
    for week in weeks(runs, today)[-MOST_WEEKS:]:
        table.add_row(*week_cells(week))
    return table
