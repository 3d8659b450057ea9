"""Pictures of the live plot for the documentation: docs/pictures/live_*.png. No screen is needed.

    python docs/make_live_pictures.py

A simulated run with a sag of the left leg goes through the real pipeline, with a shorter baseline, and is drawn by the
window's own code.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hipdrop.events import Mark, Step
from hipdrop.live.model import LiveModel
from hipdrop.live.plot import SIZE_IN, LivePlot
from hipdrop.live.stage import BASE_DPI
from hipdrop.live.theme import THEMES
from hipdrop.live.updates import Facts, Update
from hipdrop.live.window import save_picture
from hipdrop.pipeline import Pipeline
from hipdrop.settings import Settings
from hipdrop.simulate import RunnerConfig, Sag, simulate

RATE_HZ, FRAME = 208.0, 19
PAIN_S = 385.0
FACTS = Facts(
    "virtual", "streaming", rate_hz=RATE_HZ, battery_percent=87, recording="2026-11-22_09-30.mcap",
    who="Ada, blue shoes, 3.3 m/s",
)  # fmt: skip
RUN = RunnerConfig(runner="rbds001_3.5ms", minutes=10.5, stand_s=8.0, seed=3, wander_deg=0.2,
                   sags=(Sag.parse("left:3@5.5+0.5"), Sag.parse("left:-3@8+0.5")))  # fmt: skip
SETTINGS = Settings().replace({"monitor": {"baseline_from_min": 0.5, "baseline_until_min": 3.0}})
# name of the picture: time in the run, colours
PICTURES = {
    "live_baseline.png": (126.0, "light"),
    "live_alert.png": (405.0, "light"),
    "live_recovered.png": (572.0, "dark"),
}


def draw(model: LiveModel, reached_s: float, theme: str) -> Figure:
    """Draw the window as it is at a time."""
    figure = Figure(figsize=SIZE_IN, dpi=BASE_DPI)
    FigureCanvasAgg(figure)
    plot = LivePlot(figure, THEMES[theme])
    for back_s in (1.0, 0.6, 0.3, 0.0):  # the pelvis comes into its motion
        plot.show(model.snapshot(), reached_s - back_s)
    return figure


def main() -> None:
    """Draw them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "pictures")
    folder = parser.parse_args().out
    pipeline, model = Pipeline(RATE_HZ, SETTINGS), LiveModel()
    due, count, samples, marked = dict(PICTURES), 0, 0, False
    for piece in (piece for block in simulate(RUN).blocks for piece in block.cut(FRAME)):
        events = pipeline.push(piece)
        reached_s = float(piece.t_s[-1])
        if not marked and reached_s > PAIN_S:
            marked, events = True, events + pipeline.push(Mark("pain"))
        judged = pipeline.judged(count)
        count, samples = judged.count, samples + len(piece)
        strides = pipeline.recent_strides() if any(isinstance(event, Step) for event in events) else None
        facts = replace(FACTS, elapsed_s=reached_s, received=samples)
        model.take(Update(tuple(events), judged.points, judged.learning, reached_s, facts, strides))
        for name, (at_s, theme) in list(due.items()):
            if reached_s >= at_s:
                del due[name]
                save_picture(draw(model, reached_s, theme), folder / name)
                print(folder / name)


if __name__ == "__main__":
    main()
