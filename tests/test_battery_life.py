"""The arithmetic of battery life, by closed forms; which currents are true is not judged here."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def battery(repository: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    return import_module("battery_life")


def test_a_mode_is_the_sum_of_its_currents_and_shares(battery: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(battery, "CURRENTS", {"a": (battery.Range(1, 2, 4), ""), "b": (battery.Range(10, 20, 40), "")})
    drawn = battery.current_ma({"a": battery.ALWAYS, "b": battery.Range(0.1, 0.25, 0.5)})
    assert (drawn.low, drawn.likely, drawn.high) == (2.0, 7.0, 24.0)


def test_life_and_cell_are_each_others_reverse(battery: ModuleType) -> None:
    drawn, usable = battery.Range(20.0, 25.0, 40.0), battery.Range(0.8, 0.9, 1.0)
    life = battery.life_h(400.0, drawn, usable)
    assert (life.low, life.likely, life.high) == pytest.approx((8.0, 14.4, 20.0))
    for end, other in (("low", "high"), ("likely", "likely"), ("high", "low")):
        wanted = getattr(battery.cell_for(getattr(life, end), drawn, usable), other)
        assert wanted == pytest.approx(400.0)


def test_work_takes_a_slower_processor_longer(battery: ModuleType) -> None:
    shares = battery.at(160, battery.Range(0.2, 0.4, 0.6))
    assert shares["busy 160 MHz"].likely == pytest.approx(0.6)
    assert shares["idle 160 MHz"] == battery.ALWAYS


def test_all_that_is_used_is_there_and_can_be(battery: ModuleType) -> None:
    for mode in battery.MODES.values():
        assert set(mode) <= set(battery.CURRENTS)
        for share in mode.values():
            assert 0.0 <= share.low <= share.likely <= share.high <= 1.0
    for value, source in battery.CURRENTS.values():
        assert 0.0 < value.low <= value.likely <= value.high
        assert source.startswith(("[R]", "[mem]", "[E]", "computed"))


def test_the_page_shows_what_the_script_prints(repository: Path) -> None:
    command = [sys.executable, str(repository / "benchmarks" / "battery_life.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    page = (repository / "docs" / "power.md").read_text("utf-8")
    for line in filter(None, done.stdout.splitlines()):
        assert line in page, f"docs/power.md has not the row {line!r}: run benchmarks/battery_life.py"
