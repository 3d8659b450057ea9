"""What the live plot costs: CPU of its process beside a naive blit of the whole figure, on the demo's own content.

    python benchmarks/live_plot.py [--seconds 30] [--before-min 10] [--toolkit tk|qt|both]

A simulated run with a sag of the left leg, as a clip would send it, is shown in a window of
1280 x 800 at 30 frames/s: first five seconds that are not measured, then `--seconds` of running, with the steps of the
minutes before already drawn. The naive one restores, draws and blits the whole figure of the same panels in
every frame. Without a screen it runs under `xvfb-run -a`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hipdrop.events import Step
from hipdrop.live.process import WindowProcess
from hipdrop.live.updates import Facts, Update
from hipdrop.pipeline import Pipeline
from hipdrop.settings import Settings
from hipdrop.simulate import RunnerConfig, Sag, simulate

RATE_HZ, FRAME = 208.0, 19
SETTLE_S = 5.0
SHORT = {"monitor": {"baseline_from_min": 0.5, "baseline_until_min": 2.0, "baseline_min_steps": 50}}
FACTS = Facts("virtual", "streaming", rate_hz=RATE_HZ, battery_percent=87, recording="run.mcap")


def updates(minutes: float) -> Iterator[Update]:
    """Give the updates of a run, one for each frame of the clip; facts twice a second."""
    run = simulate(RunnerConfig(runner="rbds001_3.5ms", minutes=minutes, seed=3, sags=(Sag.parse("left:3@5+1"),)))
    pipeline = Pipeline(RATE_HZ, Settings().replace(SHORT))
    count = samples = 0
    for number, piece in enumerate(piece for block in run.blocks for piece in block.cut(FRAME)):
        events = pipeline.push(piece)
        judged = pipeline.judged(count)
        count, samples = judged.count, samples + len(piece)
        strides = pipeline.recent_strides() if any(isinstance(event, Step) for event in events) else None
        reached_s = float(piece.t_s[-1])
        facts = None
        if number % 5 == 0:
            values = {name: getattr(FACTS, name) for name in FACTS.__slots__}
            facts = Facts(**{**values, "received": samples, "elapsed_s": float(int(reached_s))})
        yield Update(tuple(events), judged.points, judged.learning, reached_s, facts, strides)


def cpu_s(pid: int) -> float:
    """CPU time of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(toolkit: str, seconds: float, before_min: float) -> tuple[float, float, float, float]:
    """Give per cent of a core, frames a second, and 99 % and longest of the times between two frames, ms."""
    window = WindowProcess(lambda what: None, toolkits=(toolkit,))
    window.start()
    window.wait_ready()
    begin_s = 60.0 * before_min
    zero_s = before_s = started_s = 0.0
    for update in updates(before_min + (SETTLE_S + seconds) / 60.0 + 0.05):
        since_s = update.reached_s - begin_s
        if since_s >= 0.0:
            zero_s = zero_s or time.monotonic()
            time.sleep(max(0.0, zero_s + since_s - time.monotonic()))
        if since_s >= SETTLE_S and not started_s:
            started_s, before_s = time.monotonic(), cpu_s(window.pid)
        if started_s and time.monotonic() - started_s >= seconds:
            break
        window.send(update)
    stopped_s = time.monotonic()
    percent = 100.0 * (cpu_s(window.pid) - before_s) / (stopped_s - started_s)
    window.close()
    assert window.ended is not None
    at_s = np.array([at_s for at_s in window.ended.last_s if started_s <= at_s <= stopped_s])
    between_ms = 1e3 * np.diff(at_s)
    return percent, 1e3 / float(between_ms.mean()), float(np.percentile(between_ms, 99)), float(between_ms.max())


def naive(toolkit: str, seconds: float, before_min: float) -> float:
    """Give per cent of a core of the same panels, drawn and blitted whole in every frame, in a process of its own."""
    options = ["--naive", toolkit, "--seconds", f"{seconds:g}", "--before-min", f"{before_min:g}"]
    done = subprocess.run([sys.executable, __file__, *options], capture_output=True, text=True, check=True)
    return float(done.stdout)


def draw_naively(toolkit: str, seconds: float, before_min: float) -> float:
    """Draw the last minutes of the run so."""
    from matplotlib.transforms import Bbox

    from hipdrop.live.model import LiveModel
    from hipdrop.live.plot import SIZE_IN, LivePlot
    from hipdrop.live.stage import BASE_DPI
    from hipdrop.live.theme import LIGHT
    from hipdrop.live.toolkit import open_figure

    figure = open_figure(toolkit, SIZE_IN, BASE_DPI)
    plot, model = LivePlot(figure, LIGHT), LiveModel()
    figure.canvas.manager.show()
    for update in updates(before_min):
        model.take(update)
    plot.show(model.snapshot(), 60.0 * before_min)
    figure.canvas.flush_events()
    figure.canvas.draw()
    whole = Bbox.from_bounds(0, 0, *figure.bbox.size)
    ground = figure.canvas.copy_from_bbox(whole)
    artists = [artist for panel in plot.stage.panels for artist in panel.artists]
    begin_s, begin_cpu_s, frame = time.monotonic(), time.process_time(), 0
    while time.monotonic() - begin_s < seconds:
        now = model.snapshot()
        plot.pelvis.show(now, now.reached_s + frame / 30.0)
        figure.canvas.restore_region(ground)
        for artist in artists:
            figure.draw_artist(artist)
        figure.canvas.blit(whole)
        figure.canvas.flush_events()
        frame += 1
        time.sleep(max(0.0, begin_s + frame / 30.0 - time.monotonic()))
    percent = 100.0 * (time.process_time() - begin_cpu_s) / (time.monotonic() - begin_s)
    return percent * 30.0 * seconds / frame  # a machine too slow for 30 frames/s would need more


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--before-min", type=float, default=10.0, help="of the run, drawn before; 10 fill the view")
    parser.add_argument("--toolkit", choices=("tk", "qt", "both"), default="tk")
    parser.add_argument("--naive", choices=("tk", "qt"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.naive:
        print(draw_naively(options.naive, options.seconds, options.before_min))
        return
    print("| plot | % of a core | frames/s | between two, ms: 99 %, longest |\n|---|---|---|---|")
    for toolkit in ("tk", "qt") if options.toolkit == "both" else (options.toolkit,):
        percent, frames_hz, slow_ms, slowest_ms = measured(toolkit, options.seconds, options.before_min)
        between = f"{slow_ms:.0f}, {slowest_ms:.0f}"
        print(f"| live window, {toolkit} | {percent:.0f} | {frames_hz:.1f} | {between} |", flush=True)
        percent = naive(toolkit, options.seconds, options.before_min)
        print(f"| whole figure blitted, {toolkit} | {percent:.0f} | 30 | |", flush=True)


if __name__ == "__main__":
    main()
