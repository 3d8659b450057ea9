"""The whole way in virtual time: sensor, firmware, radio, bleak, session, chain. Needs MicroPython and Bumble."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from virtual_runs import Heard, fed_counts, pairs_of, run_clip, steps_of

from hipdrop.errors import ClipRefused
from hipdrop.events import MountFound
from hipdrop.links.states import State
from hipwire import decoding, ids, records

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')

RUN_S = 75.0


@pytest.fixture(scope="module")
def undisturbed(micropython_command: str, tmp_path_factory: pytest.TempPathFactory) -> Heard:
    return run_clip(RUN_S, recording=tmp_path_factory.mktemp("run") / "run.mcap")


def test_every_sample_arrives_as_the_sensor_made_it(undisturbed: Heard) -> None:
    first, samples = undisturbed.samples()
    np.testing.assert_array_equal(samples, fed_counts()[first : first + len(samples)])
    assert len(samples) == pytest.approx(RUN_S * 208, abs=2 * 19)
    link = undisturbed.link
    assert (link["samples_lost"], link["samples_recovered"], link["gaps"], link["malformed"]) == (0, 0, 0, 0)
    assert (link["mtu"], link["reconnects"], link["boots"]) == (247, 0, 1)


def test_steps_are_those_of_the_same_counts_without_a_link(undisturbed: Heard) -> None:
    alone = steps_of(undisturbed.samples()[1], undisturbed.link["rate_hz"])
    assert len(alone) > 100
    assert [step.side for step in undisturbed.steps] == [step.side for step in alone]
    for here, there in zip(undisturbed.steps, alone, strict=True):
        assert here.t_s == pytest.approx(there.t_s, abs=1e-3 * RUN_S)  # here by the clip's clock, there by the rate
        assert here.drop_deg == pytest.approx(there.drop_deg, abs=0.05, nan_ok=True)


def test_the_stream_costs_what_it_may(undisturbed: Heard) -> None:
    data = [message for message in undisturbed.messages if message[0] & 0x0F == ids.RAW]
    assert len(data) / RUN_S <= 12
    assert sum(map(len, data)) / RUN_S < 2700


def test_a_run_can_be_repeated_to_the_bit(undisturbed: Heard) -> None:
    again = run_clip(RUN_S)
    assert again.messages == undisturbed.messages
    assert list(map(repr, again.events)) == list(map(repr, undisturbed.events))


def test_lost_links_leave_nothing_missing(undisturbed: Heard) -> None:
    lost = run_clip(RUN_S, "link-lost:2@20", "link-lost:5@30", "link-lost:9@45")
    assert lost.link["reconnects"] == 3
    assert lost.link["samples_lost"] == 0
    assert lost.link["samples_recovered"] > 10 * 208
    first, samples = lost.samples()
    np.testing.assert_array_equal(samples, fed_counts()[first : first + len(samples)])


def after_loss(raw: list[bytes]) -> bytes:
    """Give the first frame whose index does not follow the one before."""
    for one, following in itertools.pairwise(raw):
        index = decoding.header(one)[3]
        if decoding.header(following)[3] != index + len(decoding.samples(one)):
            return following
    raise AssertionError("no frame is missing")


def starts(messages: list[bytes]) -> list[dict[str, int]]:
    """Give what the clip answered to each START."""
    answers = [decoding.answer(message) for message in messages if message[0] & 0x0F == ids.ANSWER]
    return [records.unpack(records.STARTED, payload) for code, _, result, payload in answers if code == ids.START]


def test_a_loss_longer_than_the_ring_loses_what_the_ring_did_not_hold(undisturbed: Heard) -> None:
    away_s = 30.0
    lost = run_clip(70.0, f"link-lost:{away_s}@20")
    held_s = undisturbed.status.ring_frames * 19 / 208
    streams_s = [at_s for at_s, state in lost.states if state is State.STREAMING]
    away_s = streams_s[1] - 20.0
    assert lost.link["samples_lost"] / 208 == pytest.approx(away_s - held_s, abs=1.0)
    assert lost.link["samples_lost"] + lost.link["samples_received"] == pytest.approx(70.0 * 208, abs=2 * 19)
    # to the sample: what lies between the last frame that came and the oldest that the ring still held
    raw = [message for message in lost.messages if message[0] & 0x0F == ids.RAW]
    first_resent = next(k for k, message in enumerate(raw) if decoding.header(message)[1] & ids.RESENT)
    before = max((decoding.header(message)[3], message) for message in raw[: raw.index(after_loss(raw))])
    end = before[0] + len(decoding.samples(before[1]))
    assert lost.link["samples_lost"] == decoding.header(raw[first_resent])[3] - end
    oldest = starts(lost.messages)[1]["oldest_sequence"]  # one frame more is gone before the clip is asked for it
    assert decoding.header(raw[first_resent])[2] - oldest in (0, 1)


def test_a_clip_that_starts_anew_goes_on_in_the_same_run() -> None:
    run = run_clip(60.0, "reset@30")
    assert run.link["boots"] == 2
    assert run.link["reconnects"] == 1
    assert len(run.gaps) == 1
    assert 0 < run.gaps[0].duration_s < 8
    assert {step.t_s > run.gaps[0].t_s for step in run.steps} == {False, True}


@pytest.mark.parametrize("fault", ["notify-full:2@20", "gc-pauses:5@5", "flash-erases:5@5"])
def test_what_the_clip_can_bridge_costs_no_sample(fault: str) -> None:
    run = run_clip(40.0, fault)
    assert run.link["samples_lost"] == 0
    assert run.link["reconnects"] == 0
    first, samples = run.samples()
    np.testing.assert_array_equal(samples, fed_counts()[first : first + len(samples)])


@pytest.mark.parametrize("fault", ["i2c-errors:1@30", "fifo-overrun:6@30"])
def test_what_the_clip_cannot_bridge_is_a_gap_that_is_counted(fault: str) -> None:
    run = run_clip(50.0, fault)
    assert run.link["lost_on_clip"] == run.link["samples_lost"] == run.status.samples_lost > 0
    assert len(run.gaps) >= 1
    assert run.link["boots"] == 1


@pytest.mark.parametrize("percent", [-5.0, 5.0])
def test_a_sensor_that_is_too_quick_or_slow_is_read_at_its_true_rate(percent: float) -> None:
    run = run_clip(40.0, f"rate-error:{percent}")
    assert run.link["rate_hz"] == pytest.approx(208 * (1 + percent / 100), rel=0.002)
    assert run.link["samples_lost"] == 0


def test_a_low_battery_is_told() -> None:
    run = run_clip(15.0, "low-battery@2")
    assert run.status.faults & ids.FAULT_BATTERY


def test_the_tilt_stream_finds_the_same_steps(undisturbed: Heard) -> None:
    """Within 0.4 deg of raw."""
    (mount,) = [event for event in undisturbed.events if isinstance(event, MountFound)][-1:]
    tilt = run_clip(RUN_S, mount=mount.pelvis_from_sensor, stream="tilt")
    assert tilt.link["samples_lost"] == 0
    pairs = pairs_of(tilt, undisturbed)
    assert len(pairs) >= len(undisturbed.steps) - 2
    assert all(here.side is there.side for here, there in pairs)
    off_deg = [abs(here.drop_deg - there.drop_deg) for here, there in pairs if here.valid and there.valid]
    assert max(off_deg) < 0.4


def test_auto_takes_tilt_where_raw_does_not_fit() -> None:
    run = run_clip(10.0, mtu=118, mount=np.eye(3).ravel())
    assert run.chain.stream_kind == ids.TILT
    assert run.link["mtu"] == 118


def test_a_connection_that_carries_too_little_is_refused_with_the_reason() -> None:
    with pytest.raises(ClipRefused, match="MTU below"):
        run_clip(10.0, "mtu-23")


def test_a_central_that_vanishes_is_one_loss(tmp_path: Path) -> None:
    run = run_clip(30.0, "central-vanishes@10")
    assert run.link["samples_lost"] == 0
    assert run.link["reconnects"] <= 1
