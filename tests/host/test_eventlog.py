"""The log of events gives back what was put in, to the bit, and stays small."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from hipdrop.eventlog import EventLog
from hipdrop.events import Activity, ActivityChanged, Contact, Event, Flag, Marked, Side, Step
from hipdrop.pipeline import Pipeline
from hipdrop.simulate import RunnerConfig, simulate
from synthetic import REPEATABLE

NUMBER = st.floats(allow_nan=True, allow_infinity=True)
STEPS = st.builds(
    Step,
    t_s=NUMBER, number=st.integers(0, 10**9), side=st.sampled_from(Side), side_confidence=NUMBER,
    side_sure=st.booleans(), toe_off_s=NUMBER, contact_ms=NUMBER, step_s=NUMBER, cadence_spm=NUMBER, drop_deg=NUMBER,
    excursion_deg=NUMBER, midstance_deg=NUMBER, list_deg=NUMBER, peak_s=NUMBER, oscillation_mm=NUMBER,
    wobble_deg=NUMBER, yaw_dps=NUMBER,
    flags=st.sets(st.sampled_from(Flag)).map(lambda flags: tuple(flag for flag in Flag if flag in flags)),
)  # fmt: skip
EVENTS = st.one_of(
    STEPS,
    st.builds(Contact, NUMBER, st.integers(0, 10**9)),
    st.builds(Marked, NUMBER, st.text()),
    st.builds(ActivityChanged, NUMBER, st.sampled_from(Activity)),
)


def texts(events: EventLog | list[Event]) -> list[str]:
    return list(map(repr, events))


@REPEATABLE
@given(st.lists(st.lists(EVENTS, max_size=8), max_size=6))
def test_what_is_put_in_comes_out_in_its_order(parts: list[list[Event]]) -> None:
    log, plain = EventLog(), list[Event]()
    for part in parts:
        log.extend(part)
        plain += part
        assert len(log) == len(plain)
        assert texts(log) == texts(plain)


def test_a_run_comes_out_to_the_bit_and_takes_little_memory() -> None:
    pipeline, log, plain = Pipeline(208.0), EventLog(), list[Event]()
    for block in simulate(RunnerConfig(minutes=3.0, seed=1)).blocks:
        events = pipeline.push(block)
        plain += events
    plain += pipeline.close()
    tracemalloc.start()
    log.extend(plain)
    held_bytes = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert texts(log) == texts(plain)
    steps = sum(isinstance(event, Step) for event in plain)
    assert steps > 400
    assert held_bytes / steps < 200  # 10 000 steps, an hour: under 2 MB
