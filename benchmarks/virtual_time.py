"""How many times as fast as real time the virtual clip runs in virtual time, raw and tilt.

    python benchmarks/virtual_time.py [--seconds 300]

Everything is in it: MicroPython with the firmware, the modelled sensor, Bumble's radio, bleak, session and pipeline.
Beside it stands the firmware's own speed without radio and host: the same clip that nobody connects to.
"""

from __future__ import annotations

import argparse
import asyncio
import time

from scipy.spatial.transform import Rotation

from hipdrop.links.line import Line
from hipdrop.links.virtual import VirtualLink
from hipdrop.liverun import LiveRun
from hipdrop.settings import Settings
from hipdrop.virtual.loop import run_virtual
from hipwire import ids, records

MOUNT = Rotation.from_euler("xyz", (10, 20, 30), degrees=True).as_quat()[[3, 0, 1, 2]]  # any will do


async def run(stream: str, seconds: float) -> LiveRun:
    """Run a stream; tilt wants a mount first."""
    live = LiveRun(Settings())
    async with VirtualLink(repeat=True) as link:
        if stream == "tilt":
            values = {f"mount_{name}": round(32767 * value) for name, value in zip("wxyz", MOUNT, strict=True)}
            line = Line(link, lambda arrival_s, message: None)
            await line.open(10.0)
            await line.ask(ids.SET_MOUNT, records.pack(records.MOUNT, {"mount_id": 1, **values}))
            await line.close()
        await live.run(live.session(link, stream), seconds)  # type: ignore[arg-type]
    return live


async def alone(seconds: float) -> None:
    """Let the clip wait for a host that does not come."""
    async with VirtualLink(repeat=True):
        await asyncio.sleep(seconds)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300.0, help="of the clip's time")
    seconds = parser.parse_args().seconds
    print("| in virtual time | seconds of the clip | seconds here | times real time | samples lost |")
    print("|---|---|---|---|---|")
    for what in ("nobody connected", "raw", "tilt"):
        begin_s = time.perf_counter()
        lost: object = "-"
        if what == "nobody connected":
            run_virtual(alone(seconds))
        else:
            lost = run_virtual(run(what, seconds)).chain.link_table()["samples_lost"]
        spent_s = time.perf_counter() - begin_s
        print(f"| {what} | {seconds:.0f} | {spent_s:.1f} | {seconds / spent_s:.0f} | {lost} |")


if __name__ == "__main__":
    main()
