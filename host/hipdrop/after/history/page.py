"""The history as a page without scripts or network, in the style of the report (docs/history.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import jinja2
from markupsafe import Markup

import hipdrop
from hipdrop.after.history.advice import Advice
from hipdrop.after.history.pictures import pictures
from hipdrop.after.history.runs import Run
from hipdrop.after.history.shoes import Shoe
from hipdrop.after.history.tables import RUN_COLUMNS, WEEK_COLUMNS, run_cells, week_cells
from hipdrop.after.history.weeks import Load, weeks
from hipdrop.after.report.detectable import BETWEEN_DAYS_DEG
from hipdrop.after.report.page import Group, style_sheet
from hipdrop.wording import NOT_A_DIAGNOSIS

LIMITS = (
    "It knows the runs with the clip only: what was run without it is in no sum, and every warning of sudden load is "
    "as good as that.",
    f"A difference of drop between two runs below {BETWEEN_DAYS_DEG:g}° may be chance: that is the smallest detectable "
    "one of 2D video a week apart (Dingenen 2018). A trend over many runs says more than two of them.",
    "Speed, slope, shoe, cadence and how the belt sits change the drop too.",
    "The studies behind the warnings are of many runners, most of them by distance: they show what goes along with "
    "injuries, not what will happen to one runner.",
)


@dataclass(frozen=True)
class PersonPage:
    """All that the page says of a person."""

    name: str
    headline: str
    advice: Sequence[Advice]
    groups: list[Group]
    runs: list[tuple[str, ...]]
    weeks: list[tuple[str, ...]]
    shoes: Sequence[Shoe]


def person_page(
    name: str, runs: Sequence[Run], shoes: Sequence[Shoe], advice: Sequence[Advice], today: date
) -> PersonPage:
    """Say all that is said of the runs of a person, in their order."""
    drawn, load = pictures(runs, today), Load.of(runs)
    return PersonPage(
        name or "Nobody named",
        f"{load.runs} run{'' if load.runs == 1 else 's'}, {load.minutes / 60.0:.1f} h, {load.steps} steps, "
        f"{runs[0].day.day} {runs[0].day:%B %Y} to {runs[-1].day.day} {runs[-1].day:%B %Y}.",
        advice,
        [
            Group("Drop, fresh and tired", "grid2", drawn["drop"]),
            Group("Load", "grid2", drawn["load"]),
            Group("How the runs went", "grid2", drawn["how"]),
        ],
        [run_cells(run) for run in reversed(runs)],
        [week_cells(week) for week in reversed(weeks(runs, today))],
        shoes,
    )


def render(people: Sequence[PersonPage], today: date) -> str:
    """Give the page."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(Path(__file__).with_name("history.html").read_text("utf-8"))
    return template.render(
        version=hipdrop.__version__, title="hipdrop: runs so far", css=Markup(style_sheet()), people=people,
        run_columns=[(name, "words" if words else "") for name, words in RUN_COLUMNS], week_columns=WEEK_COLUMNS,
        limits=LIMITS, not_a_diagnosis=NOT_A_DIAGNOSIS, today=today.isoformat(),
    )  # fmt: skip
