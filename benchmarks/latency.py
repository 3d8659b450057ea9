"""How long after the foot has met the ground the step before leaves the pipeline, in the time of the samples.

    python benchmarks/latency.py [--minutes 2] [--data FOLDER]

Latency is the time of the newest sample pushed, when the Step comes out, less the true contact that ended the step. The
samples come one by one, and in frames of 19 as the clip sends them; computing is not in it (docs/performance.md), nor
are radio and transport. Truth is that of the simulated runner, and the force plate's where the reference recordings
are found (--data, HIPDROP_DATA). Steps that the pipeline keeps back, until it knows mount and sides, are counted apart.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hipdrop.events import Contact, Site, Step
from hipdrop.imucsv import read_imu_csv
from hipdrop.pipeline import Pipeline
from hipdrop.samples import Array, SampleBlock
from hipdrop.simulate import RunnerConfig, simulate
from hipdrop.simulate.config import FRAME_SAMPLES
from hipdrop.simulate.specs import Bout, Sag

MATCH_S = 0.1  # a contact that was found belongs to a true one within this time of it
SAMPLE_RUN = RunnerConfig(  # the command of docs/simulate.md, from which the run of `replay --sample` comes
    runner="rbds001_3.5ms", speed_ms=3.0, minutes=12.0, stand_s=20.0, walk=(Bout(5.0, 0.5),),
    sags=(Sag.parse("left:2.5@9.5+0.5"),), wander_deg=0.2, wobble_deg=0.5, mount="random",
    gyro_bias_dps=(0.6, -0.4, 0.5), acc_offset_mg=(12.0, -15.0, 10.0), seed=7,
)  # fmt: skip


@dataclass(frozen=True)
class Latency:
    """Latencies in ms of the steps that left at once, and how many were kept back."""

    live_ms: Array
    kept_back: int

    def row(self) -> str:
        """Median, 95 %, 99 %, worst."""
        figures = " | ".join(f"{value:.0f}" for value in np.percentile(self.live_ms, (50, 95, 99, 100)))
        return f"{len(self.live_ms)} | {self.kept_back} | {figures}"


def latency(blocks: Iterable[SampleBlock], rate_hz: float, true_contact_s: Array, length: int) -> Latency:
    """Push a run in blocks of `length`; see when each step leaves that has a true contact behind it."""
    pipeline, live, kept_back = Pipeline(rate_hz), [], 0
    for block in blocks:
        for piece in block.cut(length):
            events = pipeline.push(piece)
            newest = max((event.number for event in events if isinstance(event, Contact)), default=-1)
            for step in (event for event in events if isinstance(event, Step)):
                true_s = true_contact_s[np.abs(true_contact_s - step.t_s - step.step_s).argmin()]
                if not abs(step.t_s + step.step_s - true_s) < MATCH_S:
                    continue
                if step.number + 1 == newest:
                    live.append(1e3 * (float(piece.t_s[-1]) - true_s))
                else:
                    kept_back += 1
    return Latency(np.array(live), kept_back)


def simulated(minutes: float) -> dict[str, RunnerConfig]:
    """Speeds, cadences and sites, with a wobbling clip anyhow."""
    kinds: dict[str, dict[str, object]] = {
        f"{speed:.1f} m/s": {"speed_ms": speed} for speed in (2.0, 2.5, 3.0, 3.5, 4.5)
    }
    kinds |= {
        f"3.0 m/s, cadence {100 * scale:.0f} %": {"speed_ms": 3.0, "cadence_scale": scale} for scale in (0.9, 1.1)
    }
    kinds |= {f"3.0 m/s, {site}": {"speed_ms": 3.0, "site": site} for site in (Site.LEFT_HIP, Site.RIGHT_HIP)}
    return {
        name: RunnerConfig(minutes=minutes, seed=11, mount="random", wobble_deg=0.5, **kind)  # type: ignore[arg-type]
        for name, kind in kinds.items()
    }


def recorded(folder: Path) -> dict[str, tuple[list[SampleBlock], float, Array]]:
    """Virtual clips of real runners with the force plate's contacts, where there are any."""
    found = {}
    for path in sorted((folder / "running").glob("rbds001_*")):
        recording = read_imu_csv(path / "imu.csv")
        truth = np.genfromtxt(path / "truth_contacts.csv", delimiter=",", names=True, usecols=("contact_s",))
        found[f"{path.name}, force plate"] = recording.blocks, recording.rate_hz, np.asarray(truth["contact_s"])
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=2.0, help="of each simulated runner")
    default = os.environ.get("HIPDROP_DATA") or Path(__file__).parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=Path(default), help="folder of the reference recordings")
    options = parser.parse_args()
    runs = recorded(options.data)
    for name, config in (simulated(options.minutes) | {"the sample run": SAMPLE_RUN}).items():
        run = simulate(config)
        runs[name] = run.blocks, config.rate_hz, run.contacts.contact_s
    print("| run | block | steps | kept back | median, ms | 95 % | 99 % | worst |\n|---|---|---|---|---|---|---|---|")
    for name, (blocks, rate_hz, true_contact_s) in runs.items():
        for length in (1, FRAME_SAMPLES):
            print(f"| {name} | {length} | {latency(blocks, rate_hz, true_contact_s, length).row()} |")


if __name__ == "__main__":
    main()
