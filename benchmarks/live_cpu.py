"""What a live run costs this computer: CPU of the host's process with its terminal view, and frame to event.

    python benchmarks/live_cpu.py [--seconds 60] [--warm-up 30] [--plain] [--plot]

The clip runs in a process of its own, in real time, and is reached over its pseudo-terminal as a real one is over USB
(`hipdrop live --clip serial:PORT`), so nothing of it is in the figures. The host's process is the whole command,
recording included, on a pseudo-terminal of 100 x 40 characters; its CPU is the user and system time of all its threads
(from /proc), from the end of the warm-up on, in which the imports lie. Latency is from the arrival of a frame at the
host to the moment at which the events of that frame have been given out; it is taken in the run itself.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Sequence
from fcntl import ioctl
from pathlib import Path

import numpy as np

COLUMNS, ROWS = 100, 40
SPARE_S = 5.0  # the run goes on for so much longer than it is measured


async def clip() -> None:
    """Be the clip: say the name of the port, and go on until standard input is closed."""
    from hipdrop.data import sample_file
    from hipdrop.virtual.clip import VirtualClip
    from hipdrop.virtual.imu import MODELS, Feed

    with sample_file() as path:
        feed = Feed.from_file(path, repeat=True)
    async with VirtualClip(MODELS["lsm6dsox"](feed)) as virtual:
        print(virtual.serial_port, flush=True)
        await asyncio.to_thread(sys.stdin.read)


def host(arguments: Sequence[str], notes: Path) -> int:
    """Be the host: the very command, with each frame timed."""
    from hipdrop.cli import main as command
    from hipdrop.events import Event, Step
    from hipdrop.liverun import LiveRun

    taken: list[tuple[float, float, bool]] = []
    message, take = LiveRun.message, LiveRun._take
    steps = 0

    def counted(run: LiveRun, at_s: float, events: list[Event]) -> None:
        nonlocal steps
        steps += any(isinstance(event, Step) for event in events)
        take(run, at_s, events)

    def timed(run: LiveRun, arrival_s: float, data: bytes) -> None:
        before = steps
        message(run, arrival_s, data)
        taken.append((arrival_s, time.monotonic() - arrival_s, steps > before))

    LiveRun.message, LiveRun._take = timed, counted  # type: ignore[method-assign]
    try:
        return command(arguments)
    finally:
        notes.write_text(json.dumps(taken))


def cpu_s(pid: int) -> float:
    """User and system time of a process with all its threads."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """Memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def terminal() -> tuple[int, list[int]]:
    """Open a terminal that is read by a thread; give its end for a program, and how many bytes were written on it."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    count = [0]

    def read() -> None:
        while True:
            try:
                count[0] += len(os.read(ours, 65536))
            except OSError:
                return

    threading.Thread(target=read, daemon=True).start()
    return theirs, count


def measure(seconds: float, warm_up_s: float, plain: bool, plot: bool) -> None:
    """Run both and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        notes, out = Path(folder) / "notes.json", Path(folder) / "out"
        me = [sys.executable, __file__]
        with subprocess.Popen([*me, "--clip"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as virtual:
            assert virtual.stdin is not None
            assert virtual.stdout is not None
            port = virtual.stdout.readline().strip()
            options = ["--clip", f"serial:{port}", "--out", str(out), *([] if plot else ["--no-plot"])]
            options += ["--duration", str(warm_up_s + seconds + SPARE_S)]
            theirs, written = terminal()
            stderr = subprocess.DEVNULL if plain else theirs
            environment = {**os.environ, "TERM": "xterm-256color", "XDG_DATA_HOME": folder}
            command = [*me, "--host", str(notes), "live", *options]
            running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=stderr, env=environment)
            time.sleep(warm_up_s)
            begin, begin_s, characters = cpu_s(running.pid), time.monotonic(), written[0]
            begin_mb = rss_mb(running.pid)
            time.sleep(seconds)
            spent, lasted_s = cpu_s(running.pid) - begin, time.monotonic() - begin_s
            grown_mb, characters = rss_mb(running.pid) - begin_mb, written[0] - characters
            code = running.wait()
            virtual.stdin.close()
        if code:
            raise SystemExit(f"the live run ended with {code}")
        link = json.loads((out / "summary.json").read_text())["link"]
        taken = np.array(json.loads(notes.read_text()))
    taken = taken[taken[:, 0] - taken[0, 0] > warm_up_s]
    print("| what | figure |\n|---|---|")
    print(f"| view | {'plain lines' if plain else f'table of {COLUMNS} x {ROWS}'}{', window' if plot else ''} |")
    print(f"| samples received, lost | {link['samples_received']}, {link['samples_lost']} |")
    print(f"| CPU of the host's process, % of one core | {100 * spent / lasted_s:.1f} |")
    print(f"| characters a second on the terminal | {characters / lasted_s:.0f} |")
    print(f"| memory grown within {lasted_s:.0f} s, MB | {grown_mb:.1f} |")
    for name, chosen in (("messages", taken), ("messages with a step", taken[taken[:, 2] == 1])):
        median, p99, worst = np.percentile(1e3 * chosen[:, 1], (50, 99, 100))
        print(f"| arrival to events, {len(chosen)} {name}: median, 99 %, worst, ms | "
              f"{median:.2f}, {p99:.2f}, {worst:.2f} |")  # fmt: skip


def main() -> None:
    """Measure and print, or be one of the two processes."""
    if sys.argv[1:2] == ["--clip"]:
        asyncio.run(clip())
        return
    if sys.argv[1:2] == ["--host"]:
        raise SystemExit(host(sys.argv[3:], Path(sys.argv[2])))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="of real time that are measured")
    parser.add_argument("--warm-up", type=float, default=30.0, help="seconds before")
    parser.add_argument(
        "--plot", action="store_true", help="with the window open as well, whose process is not counted"
    )
    parser.add_argument("--plain", action="store_true", help="without a terminal: plain lines")
    options = parser.parse_args()
    measure(options.seconds, options.warm_up, options.plain, options.plot)


if __name__ == "__main__":
    main()
