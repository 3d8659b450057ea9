"""How link, clip, recording and replay stand, in the words of every view."""

from __future__ import annotations

import math

from hipdrop.live.updates import Facts
from hipdrop.wording import link_words


def link_line(facts: Facts) -> str:
    """Say rate, losses, battery and faults."""
    rate = f"{facts.rate_hz:.1f} Hz" if facts.rate_hz else "rate not known yet"
    lost = {
        "samples_lost": facts.lost, "samples_received": facts.received, "samples_recovered": facts.recovered,
        "reconnects": facts.reconnects,
    }  # fmt: skip
    parts = [facts.source, rate, link_words(lost)]
    if facts.battery_percent is not None:
        parts.append(f"battery {facts.battery_percent} %")
    return ", ".join([*(part for part in parts if part), *facts.faults])


def recording_line(facts: Facts) -> str:
    """Say where the run is recorded, or why it is not; of a replay, what is replayed."""
    if facts.replay_speed is not None:
        return facts.source
    if facts.not_recording:
        return f"not recorded: {facts.not_recording}"
    return f"recording {facts.recording}" if facts.recording else ""


def pace_words(facts: Facts) -> str:
    """Say how fast the replay goes; empty in a live run."""
    speed = facts.replay_speed
    if speed is None:
        return ""
    if facts.replay_paused:
        return "replay, paused"
    fast = "as fast as can be" if math.isinf(speed) else f"{speed:g} times as fast"
    return "replay" if speed == 1 else f"replay, {fast}"
