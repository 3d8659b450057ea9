"""Pictures of the coached run, the check-in and the plan: docs/pictures/coach_*.png, page_*.png. No screen is needed.

    python docs/make_coach_pictures.py

The runner of the demo goes through the real pipeline and coach, and the window's own code draws it; in the third run
it begins to hurt. The pages are what the commands print, of a person with a history of simulated recordings.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import textwrap
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hipdrop.cli import main as hipdrop
from hipdrop.demo import demo_settings
from hipdrop.events import Mark, Step
from hipdrop.live.model import LiveModel
from hipdrop.live.plot import SIZE_IN, LivePlot
from hipdrop.live.snapshot import Snapshot
from hipdrop.live.stage import BASE_DPI
from hipdrop.live.terminallines import UNICODE, Span
from hipdrop.live.terminalpage import page
from hipdrop.live.theme import THEMES
from hipdrop.live.updates import Facts, Update
from hipdrop.live.window import save_picture
from hipdrop.pipeline import Pipeline
from hipdrop.settings import Settings
from hipdrop.training.coach import Coach
from hipdrop.training.coachdemo import REPEATS, RUN_S, WALK_S, demo_run
from hipdrop.training.walkrun import WalkRun

FRAME, COLUMNS = 19, 110
PAIN_S, PAIN = 118.0, 5
FACTS = Facts("virtual", "streaming", rate_hz=208.0, battery_percent=87, recording="2026-11-22_09-30.mcap", who="Ada")
KEYS = "L limp  M mark  P pain  B new baseline  U mute  X swap sides  Q stop"
# name of the picture: time in the run, colours; without colours as on a terminal
PICTURES = {
    "coach_run.png": (30.0, "light"),
    "coach_walk.png": (49.0, "light"),
    "coach_terminal.png": (78.0, ""),
    "coach_pain.png": (120.0, "light"),
}
ADA = ("--person", "Ada")
PLAN = """hipdrop_plan = 1
title = "Back to half an hour"
by = "Ada's physio"
start = {start}
days = 14
test_days = [1, 7, 14]

[[block]]
title = "Strength"

  [[block.exercise]]
  name = "clamshell"
  sets = 2
  repetitions = 15

  [[block.exercise]]
  name = "pelvic-drop"
  sets = 3
  repetitions = 10
  note = "on a step, a hand on the wall"

[[block]]
title = "Running"

  [[block.exercise]]
  walk_run = "4:1 x 5"
"""


def draw(now: Snapshot, reached_s: float, theme: str) -> Figure:
    """Draw the window."""
    figure = Figure(figsize=SIZE_IN, dpi=BASE_DPI)
    FigureCanvasAgg(figure)
    plot = LivePlot(figure, THEMES[theme], coached=True)
    for back_s in (1.0, 0.6, 0.3, 0.0):  # the pelvis comes into its motion
        plot.show(now, reached_s - back_s)
    return figure


def lettered(lines: Sequence[str]) -> Figure:
    """Draw lines in the letters of a terminal."""
    figure = Figure(figsize=(0.083 * COLUMNS + 0.4, 0.18 * len(lines) + 0.3), dpi=BASE_DPI, facecolor="#10151c")
    FigureCanvasAgg(figure)
    for number, line in enumerate(lines):
        y = 1.0 - (0.15 + 0.18 * number) / (0.18 * len(lines) + 0.3)
        figure.text(0.02, y, line, family="DejaVu Sans Mono", size=10, color="#d8dee9", va="top", parse_math=False)
    figure.canvas.draw()
    return figure


def coached(folder: Path) -> None:
    """Draw the coached run."""
    pipeline, model = Pipeline(FACTS.rate_hz, demo_settings(Settings())), LiveModel()
    coach = Coach(WalkRun(RUN_S, WALK_S, REPEATS))
    due, count, hurt = dict(PICTURES), 0, False
    for piece in (piece for block in demo_run().blocks for piece in block.cut(FRAME)):
        events, reached_s = pipeline.push(piece), float(piece.t_s[-1])
        if not hurt and reached_s > PAIN_S:
            hurt, events = True, events + pipeline.push(Mark(f"pain: {PAIN}"))
        coach.take(events, reached_s, pipeline.landed_s)
        judged = pipeline.judged(count)
        count = judged.count
        strides = pipeline.recent_strides() if any(isinstance(event, Step) for event in events) else None
        facts = replace(FACTS, elapsed_s=reached_s, received=piece.first_index, coaching=coach.coaching())
        model.take(Update(tuple(events), judged.points, judged.learning, reached_s, facts, strides))
        for name, (at_s, theme) in list(due.items()):
            if reached_s >= at_s:
                del due[name]
                now = model.snapshot()
                save_picture(draw(now, reached_s, theme) if theme else lettered(terminal(now)), folder / name)
                print(folder / name)


def terminal(now: Snapshot) -> list[str]:
    """Give the page of a terminal."""
    lines = page(now, COLUMNS - 10, 26, UNICODE, (Span(KEYS),))
    return ["".join(span.text for span in line) for line in lines]


def printed(*arguments: str) -> list[str]:
    """Do a command as on a terminal; give it with what it prints."""
    out = io.StringIO()
    out.isatty = lambda: True  # type: ignore[method-assign]
    with redirect_stdout(out), patch("shutil.get_terminal_size", lambda: os.terminal_size((COLUMNS, 40))):
        if hipdrop(list(arguments)):
            raise SystemExit(f"hipdrop {' '.join(arguments)} failed")
    asked = "$ hipdrop " + " ".join(f'"{one}"' if " " in one else one for one in arguments)
    *before, last = textwrap.wrap(asked, COLUMNS - 2, subsequent_indent="    ", break_on_hyphens=False)
    return [*(f"{line} \\" for line in before), last, *out.getvalue().splitlines()]


def pages(folder: Path, data: Path) -> None:
    """Draw the pages of a person whose last runs were longer, in worn shoes, on one side of the road."""
    sys.stdin = io.TextIOWrapper(io.BytesIO())
    midnight = datetime.now().astimezone().replace(hour=0, minute=0)
    for number, minutes in enumerate((5.2, 5.2, 5.2, 5.2, 6.5)):
        run, began = str(data / f"{number}.csv"), midnight - timedelta(days=9 - 2 * number, hours=1)
        slope = ("--drop-left", "5", "--drop-right", "0", "--rate", "104", "--seed", str(number))
        printed("simulate", "--minutes", str(minutes), "--stand", "6", *slope, "-o", run)
        printed("history", "add", run, *ADA, "--shoe", "blue", "--began", began.isoformat())
    printed("history", "shoe", "blue", "--km", "600", *ADA)
    save_picture(lettered(printed("check-in", *ADA, "--pain", "2", "--where", "left hip", "--after-run", "1",
                                  "--next-morning", "1", "--shoe", "blue", "--surface", "road", "--no-stop-signs")),
                 folder / "page_check_in.png")  # fmt: skip
    plan = data / "plan.toml"
    plan.write_text(PLAN.format(start=(midnight - timedelta(days=2)).date()), "utf-8")
    printed("plan", str(plan), *ADA)
    for days in (2, 1, 0):
        printed("plan", "tick", "clamshell", *ADA, "--date", str((midnight - timedelta(days=days)).date()))
    save_picture(lettered(printed("plan", *ADA)), folder / "page_plan.png")
    print(folder / "page_check_in.png", folder / "page_plan.png", sep="\n")


def main() -> None:
    """Draw them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "pictures")
    folder = parser.parse_args().out
    coached(folder)
    with tempfile.TemporaryDirectory() as data, patch("hipdrop.people.data_folder", lambda: Path(data)):
        pages(folder, Path(data))


if __name__ == "__main__":
    main()
