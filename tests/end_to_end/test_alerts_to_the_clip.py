"""An alert from the sensor's registers to the motor: real firmware, virtual air, in virtual time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from hipdrop.alerts import HapticCounts, Signal
from hipdrop.events import AlertRaised
from hipdrop.links.virtual import VirtualLink
from hipdrop.liverun import LiveRun
from hipdrop.settings import Settings
from hipdrop.virtual.loop import run_virtual
from hipdrop.virtual.peripherals import Pulse

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')

RUN_S = 75.0  # of the sample run, which begins with standing
FELT_S = 0.1  # two connection intervals of 30 ms, and a turn of the firmware
STRENGTH = 70
QUICK = {"mode": "target", "target_left_deg": 0.5, "evidence_steps": 5, "evidence_window_steps": 5, "cool_down_s": 10.0}


@dataclass
class Ear:
    """Hears a signal when it is told, on the clock of the run."""

    heard: list[tuple[float, Signal]] = field(default_factory=list)

    def play(self, signal: Signal) -> None:
        self.heard.append((asyncio.get_running_loop().time(), signal))


def run_with_alert() -> tuple[LiveRun, list[tuple[float, Signal]], list[Pulse]]:
    async def act() -> tuple[LiveRun, list[tuple[float, Signal]], list[Pulse]]:
        alerts = {"sound": False, "haptic_strength_percent": STRENGTH}
        run, link, ear = LiveRun(Settings().replace({"monitor": QUICK, "alerts": alerts})), VirtualLink(None, []), Ear()
        async with link:
            session = run.session(link)
            run.outbox.players.append(ear)
            await run.run(session, RUN_S)
            return run, ear.heard, link.clip.peripherals.pulses

    return run_virtual(act())


def test_the_motor_runs_as_soon_as_the_alert_is_known() -> None:
    run, heard, pulses = run_with_alert()
    raised = [event for event in run.events if isinstance(event, AlertRaised)]
    assert [signal for _, signal in heard] == [Signal(event.side) for event in raised] == [Signal.LEFT]
    assert run.haptics == HapticCounts(asked=1, confirmed=1)
    begin, end = next(pulse for pulse in pulses if pulse.duty), pulses[-1]
    assert 0 < begin.clock_us / 1e6 - heard[0][0] < FELT_S  # both clocks begin with the clip
    assert end.clock_us - begin.clock_us == pytest.approx(500_000, abs=25_000)  # one long: the left leg
    assert begin.duty == pytest.approx(0.4 + 0.6 * STRENGTH / 100, abs=1e-3)  # a motor starts at 40 %
    assert end.duty == 0
