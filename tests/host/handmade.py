"""Events of a run written by hand: what the parts behind the pipeline are tested with, independent of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hipdrop.events import (
    Activity,
    ActivityChanged,
    AlertCleared,
    AlertRaised,
    AlertWithheld,
    BaselineReady,
    Event,
    Flag,
    Gap,
    MountFound,
    Side,
    Site,
    Step,
)
from hipdrop.imucsv import Recording
from hipdrop.samples import SampleBlock
from hipdrop.waves import MeanWave

NAN = float("nan")
STEP_S = 0.35
START_S = 100.0  # the input's own axis need not begin at 0


def make_step(number: int, t_s: float, side: Side, drop_deg: float, flags: tuple[Flag, ...] = ()) -> Step:
    """Make a step of plain values around a drop."""
    return Step(
        t_s,
        number=number,
        side=side,
        side_confidence=0.99,
        side_sure=Flag.SIDE not in flags,
        toe_off_s=t_s + 0.21,
        contact_ms=210.0,
        step_s=STEP_S,
        cadence_spm=60 / STEP_S,
        drop_deg=drop_deg,
        excursion_deg=drop_deg + 1.0,
        midstance_deg=drop_deg - 0.5,
        list_deg=NAN,
        peak_s=t_s + 0.08,
        oscillation_mm=80.0,
        wobble_deg=0.2,
        yaw_dps=0.0,
        flags=flags,
    )


def make_recording(minutes: float = 20.0, rate_hz: float = 10.0, notes: tuple[str, ...] = ()) -> Recording:
    """Make a recording of the right length; its samples are not looked at."""
    t_s = START_S + np.arange(round(60 * minutes * rate_hz)) / rate_hz
    block = SampleBlock(t_s, np.zeros((len(t_s), 3)), np.zeros((len(t_s), 3)))
    return Recording(Path("some/run.csv"), [block], rate_hz, rate_hz, notes)


def make_run(minutes: float = 20.0, sag_deg: float = 2.0, sag_from: float = 0.5, seed: int = 1) -> list[Event]:
    """Make the events of a run: 10 s standing, running with a walking break, a sag of the left leg, two alerts."""
    rng = np.random.default_rng(seed)
    end_s = 60 * minutes
    break_s = (0.3 * end_s, 0.33 * end_s)
    events: list[Event] = [
        ActivityChanged(START_S, Activity.STAND),
        ActivityChanged(START_S + 10, Activity.RUN),
        MountFound(START_S + 15, tuple(np.eye(3).ravel()), Site.SACRUM, NAN, 0.9, refined=False, given=False),
    ]
    for number, since_s in enumerate(np.arange(10.0, end_s - 1, STEP_S)):
        if break_s[0] < since_s < break_s[1]:
            continue
        side = (Side.LEFT, Side.RIGHT)[number % 2]
        sag = sag_deg * np.clip((since_s / end_s - sag_from) / 0.2, 0, 1) if side is Side.LEFT else 0.0
        flags = (Flag.START,) if number < 2 else (Flag.TURN,) if number % 50 < 3 else ()
        events.append(make_step(number, START_S + since_s, side, 2.5 + sag + rng.normal(0, 0.6), flags))
    events += [
        ActivityChanged(START_S + break_s[0], Activity.WALK),
        ActivityChanged(START_S + break_s[1], Activity.RUN),
        Gap(START_S + 0.4 * end_s, 20.0, bridged=False),
        BaselineReady(START_S + 0.25 * end_s, 2.5, 2.4, 2.45, 0.6, 0.6, 0.5, 900, "today"),
        AlertWithheld(START_S + 0.6 * end_s, Side.LEFT, 3.6, 2.5, 1.1, "only turning steps lately"),
        AlertRaised(START_S + 0.7 * end_s, Side.LEFT, 3.8, 2.5, 1.3, 'left leg: 1.3 deg "more", than fresh'),
        AlertCleared(START_S + 0.75 * end_s, Side.LEFT, 2.9, 2.5, 0.4, "left leg: the drop is back: well done"),
    ]
    return sorted(events, key=lambda event: event.t_s)


def make_wave(left_deg: float = 4.0, right_deg: float = 2.5) -> MeanWave:
    """Make a mean stride of two half sines: `left_deg` in left stance, `-right_deg` in right stance, mean taken off."""
    phase_percent = np.linspace(0, 100, 101)
    sine = np.sin(2 * np.pi * phase_percent / 100)
    wave_deg = np.where(sine > 0, left_deg * sine, right_deg * sine)
    return MeanWave(phase_percent, wave_deg - wave_deg[:-1].mean(), np.full(101, 0.5), 1000)
