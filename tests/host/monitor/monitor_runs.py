"""Runs of plain steps with known drops, for the tests of the monitor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from hipdrop.events import AlertCleared, AlertEvent, AlertRaised, AlertWithheld, Event, Flag, Side, Step
from hipdrop.monitor import Monitor

STEP_S = 60.0 / 164.0
FRESH_DEG = 3.0

Course = Callable[[float], float]


def step(
    number: int, drop_deg: float, flags: tuple[Flag, ...] = (), cadence_spm: float = 164.0, t_s: float | None = None
) -> Step:
    """Make a step; even numbers stand on the left leg."""
    at_s = number * STEP_S if t_s is None else t_s
    return Step(
        at_s,
        number=number,
        side=Side.RIGHT if number % 2 else Side.LEFT,
        side_confidence=1.0,
        side_sure=True,
        toe_off_s=at_s + 0.24,
        contact_ms=240.0,
        step_s=STEP_S,
        cadence_spm=cadence_spm,
        drop_deg=drop_deg,
        excursion_deg=drop_deg,
        midstance_deg=drop_deg,
        list_deg=0.0,
        peak_s=at_s + 0.12,
        oscillation_mm=80.0,
        wobble_deg=0.1,
        yaw_dps=0.0,
        flags=flags,
    )


def run(
    minutes: float,
    left: Course = lambda minute: 0.0,
    right: Course = lambda minute: 0.0,
    first: int = 0,
    flags: Callable[[int], tuple[Flag, ...]] = lambda number: (),
    cadence_spm: Course = lambda minute: 164.0,
) -> list[Step]:
    """Make steps from number `first` on; `left` and `right` give the sag over the fresh drop at a minute of the run."""
    steps = []
    for number in range(first, first + round(60 * minutes / STEP_S)):
        minute = number * STEP_S / 60
        sag_deg = (right if number % 2 else left)(minute)
        jitter_deg = 0.2 * (number // 2 * 2 % 5 - 2)  # a known scatter: -0.4, 0, 0.4, -0.2, 0.2 deg in turn
        steps.append(step(number, FRESH_DEG + sag_deg + jitter_deg, flags(number), cadence_spm(minute)))
    return steps


def push(monitor: Monitor, events: Iterable[Event]) -> list[Event]:
    """Push one by one and gather what comes out."""
    return [out for event in events for out in monitor.push(event)]


def kinds(events: Sequence[Event]) -> list[tuple[str, Side]]:
    """Give kind and side of the alerts among the events."""
    names = {AlertRaised: "raise", AlertCleared: "clear", AlertWithheld: "withheld"}
    return [(names[type(event)], event.side) for event in events if isinstance(event, AlertEvent)]  # type: ignore[index]


def since(minute: float, sag_deg: float, until: float = 1e9) -> Course:
    """Give a sag from one minute on, until another."""
    return lambda at: sag_deg if minute <= at < until else 0.0
