"""The run in the terminal while it goes on: progress, the last steps, drop per leg, alerts."""

from __future__ import annotations

import math
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from hipdrop.events import Activity, ActivityChanged, AlertEvent, BaselineReady, Event, Side, SidesChanged, Step
from hipdrop.imucsv import Recording
from hipdrop.monitor import words
from hipdrop.wording import FLAG_WORDS, alert_name, clock, degrees, length

if TYPE_CHECKING:
    from rich.table import Table

LAST_STEPS = 8
LEVEL_STEPS = 30  # the level of a leg is the mean of so many counted steps, about 20 s of running
LAST_ALERTS = 4
REFRESH_HZ = 8.0

Show = Callable[[float, Sequence[Event]], None]


class LiveModel:
    """What the terminal shows, as plain data: fed with events, read by the view."""

    def __init__(self, start_s: float) -> None:
        self.start_s = start_s
        self.steps: deque[Step] = deque(maxlen=LAST_STEPS)
        self.drops_deg = {side: deque[float](maxlen=LEVEL_STEPS) for side in (Side.LEFT, Side.RIGHT)}
        self.baseline_deg: dict[Side, float] = {}
        self.alerts: deque[AlertEvent] = deque(maxlen=LAST_ALERTS)
        self.activity: Activity | None = None
        self.sides_sure = False
        self.step_count = 0

    def take(self, events: Sequence[Event]) -> None:
        """Take the next events of the pipeline."""
        for event in events:
            if isinstance(event, Step):
                self.step_count += 1
                self.steps.append(event)
                self.sides_sure = event.side_sure
                if event.valid:
                    self.drops_deg[event.side].append(event.drop_deg)
            elif isinstance(event, BaselineReady):
                self.baseline_deg = {Side.LEFT: event.left_deg, Side.RIGHT: event.right_deg}
            elif isinstance(event, AlertEvent):
                self.alerts.append(event)
            elif isinstance(event, ActivityChanged):
                self.activity = event.activity
            elif isinstance(event, SidesChanged):
                self.sides_sure = event.reason != "unsure"

    def level_deg(self, side: Side) -> float:
        """Mean drop of the last counted steps of a leg; NaN before the first."""
        drops_deg = self.drops_deg[side]
        return sum(drops_deg) / len(drops_deg) if drops_deg else float("nan")


@contextmanager
def run_view(recording: Recording, stream: TextIO | None = None) -> Iterator[Show]:
    """Give a function that is told the time reached and the new events; it shows them if `stream` is a terminal.

    Talk goes to standard error, so that the results on standard output can go into a file or a pipe.
    """
    stream = stream or sys.stderr
    if not stream.isatty():
        yield lambda t_s, events: None
        return
    from rich.console import Console, Group
    from rich.live import Live
    from rich.progress import BarColumn, Progress, TextColumn

    model = LiveModel(recording.start_s)
    progress = Progress(TextColumn("{task.fields[reached]}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    task = progress.add_task("run", total=recording.duration_s, reached="0:00")

    def draw() -> Group:
        return Group(step_table(model), level_table(model), *alert_texts(model), progress)

    console = Console(file=stream)
    with Live(console=console, get_renderable=draw, auto_refresh=False, transient=True) as live:
        drawn_s = -math.inf

        def show(t_s: float, events: Sequence[Event]) -> None:
            nonlocal drawn_s
            model.take(events)
            if time.monotonic() - drawn_s < 1 / REFRESH_HZ:
                return
            drawn_s = time.monotonic()
            reached_s = t_s - recording.start_s
            progress.update(task, completed=reached_s, reached=f"{clock(reached_s)} of {length(recording.duration_s)}")
            live.refresh()

        yield show


def step_table(model: LiveModel, most: int = LAST_STEPS) -> Table:
    """Draw the last steps, `most` of them, the newest at the bottom."""
    from rich.table import Table

    table = Table(title=_title(model), title_justify="left", expand=False)
    for name in ("step", "time", "leg", "drop", "cadence", "contact", "not counted because"):
        table.add_column(name, justify="left" if name in ("leg", "not counted because") else "right")
    for step in list(model.steps)[-most:]:
        contact = f"{step.contact_ms:.0f} ms" if step.contact_ms == step.contact_ms else "-"
        table.add_row(
            str(step.number),
            clock(step.t_s - model.start_s),
            step.side.value if step.side_sure else f"{step.side.value}?",
            degrees(step.drop_deg),
            f"{step.cadence_spm:.0f}/min" if step.cadence_spm == step.cadence_spm else "-",
            contact,
            ", ".join(FLAG_WORDS[flag] for flag in step.flags),
        )
    return table


def level_table(model: LiveModel) -> Table:
    """Draw the level of both legs against the baseline."""
    from rich.table import Table

    table = Table(expand=False)
    for name in (f"last {LEVEL_STEPS} counted steps", "drop", "baseline", "change"):
        table.add_column(name, justify="left" if name.startswith("last") else "right")
    for side in (Side.LEFT, Side.RIGHT):
        level_deg, baseline_deg = model.level_deg(side), model.baseline_deg.get(side, float("nan"))
        change = degrees(level_deg - baseline_deg, signed=True)
        table.add_row(words.drops(side), degrees(level_deg), degrees(baseline_deg), change)
    return table


def alert_texts(model: LiveModel) -> list[str]:
    """Give the last alerts, one line each."""
    return [f"{clock(alert.t_s - model.start_s)}  {alert_name(alert)}: {alert.reason}" for alert in model.alerts]


def _title(model: LiveModel) -> str:
    doing = {None: "waiting", Activity.STAND: "standing", Activity.WALK: "walking", Activity.RUN: "running"}
    sure = "" if model.sides_sure or not model.step_count else ", left and right not sure yet"
    return f"{doing[model.activity]}, {model.step_count} steps{sure}"
