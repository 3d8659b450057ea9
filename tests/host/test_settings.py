"""Settings from TOML over the defaults; what does not exist or does not fit is named."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from hipdrop.errors import ConfigError, InputError
from hipdrop.settings import Settings

SECTIONS = [field.name for field in dataclasses.fields(Settings)]


def written(folder: Path, text: str) -> Path:
    path = folder / "settings.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_goes_over_the_defaults(tmp_path: Path) -> None:
    loaded = Settings.load(
        written(tmp_path, "[drop]\nwobble_limit_deg = 1.5\nstop_steps = 6\n[monitor]\nmode = 'fatigue'")
    )
    assert loaded.drop.wobble_limit_deg == 1.5
    assert loaded.drop.stop_steps == 6
    expected = dataclasses.replace(Settings().drop, wobble_limit_deg=1.5, stop_steps=6)
    assert loaded == dataclasses.replace(Settings(), drop=expected)


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert Settings.load(written(tmp_path, "")) == Settings()


def test_flags_go_over_the_file(tmp_path: Path) -> None:
    loaded = Settings.load(written(tmp_path, "[drop]\nwobble_limit_deg = 1.5\nturn_tail_s = 9.0"))
    over = loaded.replace({"drop": {"wobble_limit_deg": 2.0}})
    assert (over.drop.wobble_limit_deg, over.drop.turn_tail_s) == (2.0, 9.0)
    assert loaded.drop.wobble_limit_deg == 1.5


def test_a_whole_number_will_do_for_a_number() -> None:
    value = Settings().replace({"drop": {"turn_limit_dps": 10}}).drop.turn_limit_dps
    assert value == 10.0
    assert isinstance(value, float)


@pytest.mark.parametrize(
    ("tables", "key"),
    [
        ({"dorp": {}}, "dorp"),
        ({"drop": {"wobble_limit": 1.0}}, "drop.wobble_limit"),
        ({"drop": 3.0}, "drop"),
        ({"drop": {"wobble_limit_deg": "loose"}}, "drop.wobble_limit_deg"),
        ({"drop": {"wobble_limit_deg": True}}, "drop.wobble_limit_deg"),
        ({"drop": {"stop_steps": 2.5}}, "drop.stop_steps"),
        ({"drop": {"stop_steps": True}}, "drop.stop_steps"),
        ({"monitor": {"mode": 1}}, "monitor.mode"),
        ({"drop": {"stop_steps": None}}, "drop.stop_steps"),
    ],
)
def test_what_does_not_fit_is_named(tables: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Settings().replace(tables)
    assert caught.value.key == key
    assert str(caught.value).startswith(f"setting {key}: ")
    assert "\n" not in str(caught.value)


def test_an_unknown_key_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="wobble_limit_deg"):
        Settings().replace({"drop": {"wobble_limit": 1.0}})
    with pytest.raises(ConfigError, match="orientation, contacts, mount, sides, drop, monitor"):
        Settings().replace({"dorp": {}})


@pytest.mark.parametrize("content", [b"[drop", b"drop = = 3", b"\xff\xfe\x00binary"])
def test_what_is_no_toml_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"settings\.toml"):
        Settings.load(path)


def test_a_missing_file_and_a_folder_are_refused_by_name(tmp_path: Path) -> None:
    for path in (tmp_path / "no.toml", tmp_path):
        with pytest.raises(InputError, match=path.name):
            Settings.load(path)


def test_all_values_come_back_through_a_dictionary() -> None:
    changed = Settings().replace({"drop": {"stop_steps": 7}, "sides": {"hold_steps": 12}})
    assert Settings().replace(changed.as_dict()) == changed
    assert list(changed.as_dict()) == SECTIONS


@pytest.mark.parametrize("section", SECTIONS)
def test_every_setting_can_be_set_by_its_name(section: str) -> None:
    defaults = dataclasses.asdict(getattr(Settings(), section))
    assert dataclasses.asdict(getattr(Settings().replace({section: defaults}), section)) == defaults


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[drop]\nstop_steps = 2.5", ", line 2: setting drop.stop_steps: 2.5 is not a whole number"),
        ("[drop]\nturn_tail_s = true", ", line 2: setting drop.turn_tail_s: true is not a number"),
        ("[drop]\n\n'wobble' = 1", ", line 3: setting drop.wobble: there is no such setting"),
        ("[mount]\nhold_s = 5\n[monitor]\nmode = 1", ", line 4: setting monitor.mode: 1 is not a text in quotes"),
        ("drop.turn_tail_s = -1", ", line 1: setting drop.turn_tail_s: -1.0 is impossible; give a number over 0"),
        ("[dorp]", ", line 1: setting dorp: there is no such table"),
        ("drop = 3", ", line 1: setting drop: is a table"),
        ("drop = {turn_tail_s = 0}", ": setting drop.turn_tail_s: 0.0 is impossible"),
        ("[monitor]\nevidence_window_steps = 9", ": setting monitor.evidence_steps: 40 is impossible"),
        (f"[drop]\nturn_tail_s = 1{400 * '0'}", ", line 2: setting drop.turn_tail_s: the number is too large"),
        (f"[drop]\nturn_tail_s = 1{5000 * '0'}", ": is no TOML"),
    ],
)
def test_a_fault_in_a_file_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises((ConfigError, InputError)) as caught:
        Settings.load(path)
    assert str(caught.value).startswith(f"{path}{message}")


MOST = {
    "mount.hold_s": 600.0,
    "contacts.smooth_half_s": 0.5,
    "contacts.longest_step_s": 2.0,
    "drop.cutoff_harmonics": 40.0,
    "drop.kernel_half_part": 0.3,
    "monitor.fade_factor": 100.0,
    "monitor.baseline_min_steps": 10_000,
    "monitor.evidence_window_steps": 10_000,
    "monitor.withheld_after_steps": 10_000,
    "monitor.fade_after_alerts": 10_000,
    "monitor.training_session": 10_000,
    "monitor.programme_sessions": 10_000,
    "monitor.fade_last_percent": 100.0,
    "alerts.haptic_repeats": 5,
    "alerts.sound_volume_percent": 100,
    "monitor.full_feedback_sessions": 10_000,
    "mount.first_strides": 10_000,
    "mount.refine_strides": 10_000,
    "sides.hold_steps": 10_000,
    "drop.stop_steps": 10_000,
}


@pytest.mark.parametrize(("key", "most"), list(MOST.items()))
def test_more_than_can_work_is_refused(key: str, most: float) -> None:
    section, _, name = key.partition(".")
    assert Settings().replace({section: {name: most}}).as_dict()[section][name] == most
    for value in (most + 1, most * 10**9, 10**400 if isinstance(most, int) else 1e300):
        with pytest.raises(ConfigError) as caught:
            Settings().replace({section: {name: value}})
        assert caught.value.key == key


def test_every_count_has_an_upper_bound() -> None:
    for section, values in Settings().as_dict().items():
        for name, value in values.items():
            if isinstance(value, int):
                with pytest.raises(ConfigError):
                    Settings().replace({section: {name: 10_001}})
