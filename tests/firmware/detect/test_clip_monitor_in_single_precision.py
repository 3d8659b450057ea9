"""The clip's monitor with floats as the boards have them, 32 bits: it says what it says with 64."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from test_clip_monitor import KNOWN, wild_run

from clip_monitors import Said, assert_alike, line_of, said_by_clip
from hipdrop.links.monitoring import to_record
from hipdrop.profile import Profile
from hipdrop.settings import Settings
from hipwire import decoding


def single(value: Any) -> Any:
    """Turn floats into 32 bits, alone or in a tuple: NumPy keeps them so in sums and products with Python's own."""
    if isinstance(value, tuple):
        return tuple(single(each) for each in value)
    return np.float32(value) if isinstance(value, float) else value


@pytest.fixture
def monitor_module(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Import the clip's module into this interpreter."""
    stand_in = ModuleType("micropython")
    stand_in.const = lambda value: value  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "micropython", stand_in)
    before = set(sys.modules)
    yield import_module("hipclip.detect.monitor")
    for name in set(sys.modules) - before:
        del sys.modules[name]


def said(
    module: ModuleType, settings: Settings, profile: Profile | None, lines: list[str], of: Callable[[Any], Any]
) -> list[Said]:
    found: list[dict[str, int]] = []
    events = import_module("hipclip.detect.events").Events()
    events.listeners.append(lambda number: found.append(decoding.event(bytes(events.frame(number)))))
    monitor = module.Monitor(SimpleNamespace(record=to_record(settings, profile)), events)
    for channel in monitor._channels:
        channel._weight, channel.level = of(channel._weight), of(channel.level)
    limits, level = monitor._limits, monitor._learner.level
    monitor._limits = lambda which: of(limits(which))
    monitor._learner.level = lambda which: of(level(which))
    for line in lines:
        kind, *values = line.split()
        numbers = [int(value) for value in values]
        if kind == "s":
            monitor.step(*numbers, 1640, 99)
        else:
            {"a": monitor.activity, "c": monitor.sides, "l": monitor.slipped}[kind](*numbers)
    if of is single:
        assert {type(channel.level) for channel in monitor._channels} == {np.float32}
    return said_by_clip(found)


@pytest.mark.parametrize("profile", [None, KNOWN])
def test_floats_of_32_bits_change_no_alert(monitor_module: ModuleType, profile: Profile | None) -> None:
    settings = Settings().replace({"monitor": {"cusum_limit_deg_steps": 300.0}})
    lines = [line_of(event) for event in wild_run(21)]
    wide = said(monitor_module, settings, profile, lines, lambda value: value)
    assert_alike(said(monitor_module, settings, profile, lines, single), wide)
    assert len(wide) > 3
