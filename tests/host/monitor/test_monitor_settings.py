"""Impossible settings are refused, with the key and the remedy."""

from __future__ import annotations

import dataclasses

import pytest

from hipdrop.errors import ConfigError
from hipdrop.settings import MonitorSettings, Settings

IMPOSSIBLE = {
    "mode": "hybrid",
    "detector": "guess",
    "baseline_from_min": -1.0,
    "baseline_until_min": 2.0,
    "stored_baseline_until_min": 2.0,
    "baseline_min_steps": 3,
    "wander_deg": -0.1,
    "ewma_weight": 0.0,
    "dead_band_deg": 0.0,
    "cusum_allowance_deg": 0.0,
    "cusum_limit_deg_steps": -1.0,
    "sigma_limit": -1.0,
    "evidence_steps": 61,
    "evidence_window_steps": 39,
    "clear_fraction": 1.0,
    "cool_down_s": -1.0,
    "fade_after_alerts": -1,
    "fade_factor": 0.5,
    "fade_longest_s": -1.0,
    "programme_sessions": -1,
    "training_session": -1,
    "fade_last_percent": 101.0,
    "fade_block_min": 0.0,
    "cue_first": "walk for {minutes}",
    "cue_then": "two\nlines",
    "cue_least_percent": 11.0,
    "cue_most_percent": 51.0,
    "full_feedback_sessions": -1,
    "target_left_deg": float("nan"),
    "target_right_deg": float("inf"),
    "target_dead_band_deg": 0.0,
    "withheld_after_steps": 0,
    "cadence_same_percent": -1.0,
}


def test_every_setting_is_checked() -> None:
    assert set(IMPOSSIBLE) == {field.name for field in dataclasses.fields(MonitorSettings)}


@pytest.mark.parametrize(("key", "value"), list(IMPOSSIBLE.items()))
def test_an_impossible_value_is_refused(key: str, value: object) -> None:
    with pytest.raises(ConfigError, match="evidence_steps" if key == "evidence_window_steps" else key):
        Settings().replace({"monitor": {key: value}})


@pytest.mark.parametrize("key", ["ewma_weight", "dead_band_deg", "cool_down_s", "wander_deg"])
def test_not_a_number_is_refused(key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        Settings().replace({"monitor": {key: float("nan")}})


def test_target_mode_needs_a_band() -> None:
    with pytest.raises(ConfigError, match="target_left_deg"):
        Settings().replace({"monitor": {"mode": "target"}})
