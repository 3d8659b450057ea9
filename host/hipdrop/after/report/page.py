"""The page: what the parts say, put together and rendered (docs/report.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

import hipdrop
from hipdrop.after.analysis import LEGS, RunAnalysis
from hipdrop.after.report import comparison, words
from hipdrop.after.report.detectable import Change, drop_changes, other_changes
from hipdrop.after.report.legend import legend
from hipdrop.after.report.pictures import Picture, Timeline, drop_pictures, running_pictures, side_pictures
from hipdrop.after.report.quality import Left, data_quality, left_out
from hipdrop.after.report.strides import pelvis_pictures, stride_pictures
from hipdrop.errors import UsageError
from hipdrop.events import Side
from hipdrop.live.theme import DARK, LIGHT, Theme
from hipdrop.monitor import words as monitor_words
from hipdrop.overview_data import SMOOTH_STEPS
from hipdrop.results import result_files
from hipdrop.wording import NOT_A_DIAGNOSIS, degrees, length, summary_lines

if TYPE_CHECKING:
    from hipdrop.after.report.comparison import Compared, SideRow

PAGE_NAME, PDF_NAME = "report.html", "report.pdf"


@dataclass(frozen=True)
class Group:
    """Pictures that stand together; `look` is the class of their grid."""

    title: str
    look: str
    pictures: Sequence[Picture]

    @property
    def drawn(self) -> list[Picture]:
        """Those that there are."""
        return [picture for picture in self.pictures if picture.svg is not None]

    @property
    def missing(self) -> list[Picture]:
        """Those that are left out."""
        return [picture for picture in self.pictures if picture.svg is None]

    @property
    def legend(self) -> list[tuple[Markup, str]]:
        """What is drawn in them."""
        return legend(look for picture in self.drawn for look in picture.looks)


@dataclass(frozen=True)
class RunPage:
    """All that the page says of one run; its samples can go.

    Attributes
    ----------
    prefix
        Before the keys of its figures.
    lines
        The summary, as replay prints it.
    results
        steps.csv, alerts.csv and summary.json.
    compared
        For the comparison.
    """

    name: str
    label: str
    prefix: str
    headline: str
    facts: list[tuple[str, str]]
    groups: list[Group]
    happened: list[str]
    drops: list[Change]
    others: list[Change]
    onset: list[str]
    quality: list[tuple[str, str]]
    left_out: list[Left]
    limits: list[str]
    lines: list[str]
    results: dict[str, bytes]
    compared: Compared


@dataclass(frozen=True)
class SideTable:
    """The drop of a leg, run by run."""

    name: str
    title: str
    rows: list[SideRow]


@dataclass(frozen=True)
class Comparison:
    """All that the page says of several runs."""

    headline: str
    order: str
    rows: list[comparison.Row]
    sides: list[SideTable]
    words: list[str]
    groups: list[Group]


def run_page(analysis: RunAnalysis, prefix: str = "") -> RunPage:
    """Say all that is said of a run."""
    changes = drop_changes(analysis)
    with_steps = analysis.summary.steps > 0
    kept = comparison.compared(analysis)
    return RunPage(
        analysis.path.name,
        kept.label,
        prefix,
        words.headline(analysis, changes),
        list(_facts(analysis)),
        _groups(analysis, changes) if with_steps else [],
        list(words.what_happened(analysis, changes)),
        [changes[side] for side in Side] if with_steps else [],
        other_changes(analysis) if with_steps else [],
        list(words.onsets(analysis, changes)) if with_steps else [],
        list(data_quality(analysis)),
        left_out(analysis),
        list(words.limits_of_it(kept.between_deg, kept.own)),
        list(summary_lines(analysis.summary)),
        result_files(analysis.summary, analysis.events, analysis.recorded.settings),
        kept,
    )


def _facts(analysis: RunAnalysis) -> Iterator[tuple[str, str]]:
    recorded = analysis.recorded
    yield "file", analysis.path.name
    yield "date", words.date_words(recorded.began) or "not in the file"
    yield "person", recorded.person or "not named"
    yield "shoe", recorded.shoe or "not named"
    yield "clip", recorded.clip or "not in the file"
    yield "length", length(analysis.summary.recording.duration_s)


def _groups(analysis: RunAnalysis, changes: dict[Side, Change]) -> list[Group]:
    line = Timeline(analysis)
    return [
        Group("Drop over the run", "grid2 wide", drop_pictures(line)),
        Group("Obliquity over the stride, fresh against tired", "grid2", stride_pictures(analysis)),
        Group("The pelvis at peak drop", "grid2", pelvis_pictures(changes)),
        Group("List and symmetry over the run", "grid2 wide", side_pictures(line)),
        Group(f"How the runner ran: running medians of {SMOOTH_STEPS} counted steps", "grid3", running_pictures(line)),
    ]


def compare(runs: Sequence[RunPage]) -> Comparison:
    """Put runs beside each other, in their order."""
    kept = [run.compared for run in runs]
    levels, strides = comparison.comparison_pictures(kept)
    dated = all(run.began is not None for run in kept)
    return Comparison(
        comparison.headline(kept),
        "Ordered by date." if dated else "In the order given: not every file says its date.",
        comparison.rows(kept),
        [SideTable(str(side), monitor_words.drops(side), comparison.side_rows(kept, side)) for side in LEGS],
        list(comparison.comparison_words(kept)),
        [Group("Drop, fresh and tired", "grid2", levels), Group("Mean strides over each other", "grid2", strides)],
    )


def render(runs: Sequence[RunPage], refused: Sequence[str] = (), *, paper: bool = False) -> str:
    """Give the page of one run, or of several in their order.

    Parameters
    ----------
    refused
        Recordings that could not be read, in words.
    paper
        For a printer of pages that reads no style sheet of the page inside a drawing.
    """
    several = len(runs) > 1
    environment = _environment()
    drawn = _on_paper if paper else Markup
    return environment.from_string(_source("template.html")).render(
        version=hipdrop.__version__, title=f"hipdrop report: {f'{len(runs)} runs' if several else runs[0].label}",
        css=Markup(style_sheet()), drawn=drawn, comparison=compare(runs) if several else None, runs=runs,
        refused=refused, limits=runs[0].limits, level=3 if several else 2, not_a_diagnosis=NOT_A_DIAGNOSIS,
    )  # fmt: skip


def check_pdf() -> None:
    """Raise UsageError where the library that makes a PDF is not installed."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError) as error:  # OSError: it is there, and a library of the system that it needs is not
        raise UsageError(f"--pdf: {error}: pip install 'hipdrop[pdf]'") from error


def pdf(page: str) -> bytes:
    """Make a PDF of a page for paper."""
    import weasyprint

    made: bytes = weasyprint.HTML(string=page).write_pdf()
    return made


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"shown": _shown, "degrees": degrees, "signed": _signed, "lower_first": _lower_first}
    return environment


def _shown(change: Change, which: str) -> str:
    value = round(getattr(change, which), change.decimals) + 0.0  # no minus before a zero
    text = f"{value:{'+' if which == 'change' else ''}.{change.decimals}f}"
    return f"{text}°" if change.unit == "°" else text  # other units stand once, by the name


def _signed(value: float) -> str:
    return degrees(value, signed=True)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _source(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


def style_sheet() -> str:
    """Give both style sheets with the colours of the live window."""
    style = _source("style.css").replace("{{ light }}", _variables(LIGHT)).replace("{{ dark }}", _variables(DARK))
    return style + _source("plot.css")


def _colours(theme: Theme) -> dict[str, str]:
    return {
        "paper": theme.paper, "ink": theme.ink, "faint": theme.faint, "grid": theme.grid, "bone": theme.bone,
        "left": theme.legs[Side.LEFT], "right": theme.legs[Side.RIGHT], "fresh": theme.fresh, "pain": theme.pain,
    }  # fmt: skip


def _variables(theme: Theme) -> str:
    return " ".join(f"--{name}: {colour};" for name, colour in _colours(theme).items())


@cache
def _plot_css_on_paper() -> str:
    colours = _colours(LIGHT)
    style = re.sub(r"var\(--(\w+)\)", lambda found: colours[found[1]], _source("plot.css"))
    return f"{style}.plot.large text {{ font-size: 22px; }}"


def _on_paper(drawing: Markup) -> Markup:
    """Put the style sheet into the drawing."""
    head, _, rest = str(drawing).partition(">")
    return Markup(f"{head}><style>{_plot_css_on_paper()}</style>{rest}")
