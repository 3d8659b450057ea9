"""How long `hipdrop live --clip virtual` takes to show something, from the start of the program.

    python benchmarks/live_start.py [--times 5]

Each time a fresh process is started, the very command, with its window and its virtual clip, and ended once the run is
drawn: the time is from before the process is made to after the frame in which it stands on the screen. `window` is the
first frame at all, `samples` the first that shows data of the clip: how many samples have come. `run` is the first
whose state and time go by the samples: for that their rate must be known to 0.2 %, which takes three seconds. Steps
come when mount and sides are known, after some ten seconds of running. Without a screen it runs under `xvfb-run -a`.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

NOTES = "HIPDROP_LIVE_START"  # the file for the times, in the environment of the window's process
PATIENCE_S = 60.0
WHAT = ("command", "window", "samples", "run")


def note(what: str) -> None:
    """Write down that it is so far, once."""
    path = Path(os.environ[NOTES])
    times = json.loads(path.read_text()) if path.exists() else {}
    if what not in times:
        times[what] = time.monotonic()
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(times))
        fresh.replace(path)


def host(arguments: list[str]) -> int:
    """Be the command, with a window that notes what it draws."""
    from hipdrop.cli import main as command
    from hipdrop.live.process import WindowProcess

    defaults = WindowProcess.__init__.__kwdefaults__
    assert defaults is not None
    defaults["module"] = Path(__file__).stem
    note("command")
    return command(arguments)


def window() -> None:
    """Be the window."""
    from hipdrop.live.window import Window, serve

    frame = Window.frame

    def noted(self: Window) -> None:
        frame(self)
        self.figure.canvas.flush_events()
        note("window")
        now = self.model.snapshot()
        if now.facts.received and self.plot.stage.settled:
            note("samples")
        if now.reached_s > 0.0 and self.plot.stage.settled:
            note("run")
            Window.frame = frame  # type: ignore[method-assign]

    Window.frame = noted  # type: ignore[method-assign]
    serve(Window)


def measured() -> dict[str, float]:
    """Start it, wait for the run, end it; give the times from the start."""
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes.json"
        paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
        environment = {**os.environ, NOTES: str(notes), "PYTHONPATH": paths}
        command = [sys.executable, __file__, "--host", "live", "--clip", "virtual", "--no-record"]
        begun_s = time.monotonic()
        with subprocess.Popen(
            command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            times: dict[str, float] = {}
            while WHAT[-1] not in times and time.monotonic() - begun_s < PATIENCE_S and process.poll() is None:
                time.sleep(0.02)
                times = json.loads(notes.read_text()) if notes.exists() else {}
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=PATIENCE_S)
        if WHAT[-1] not in times:
            raise SystemExit(f"no samples were drawn:\n{said}")
        return {what: times[what] - begun_s for what in WHAT}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--host", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.host is not None:
        raise SystemExit(host(options.host))
    runs = [measured() for _ in range(options.times)]
    print("| from the start of the program to | s, median | longest |\n|---|---|---|")
    for what in WHAT:
        times = [run[what] for run in runs]
        print(f"| {what} | {median(times):.2f} | {max(times):.2f} |")


if __name__ == "__main__":
    if NOTES in os.environ and len(sys.argv) == 1:
        window()
    else:
        main()
