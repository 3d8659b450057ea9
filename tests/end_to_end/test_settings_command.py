"""`hipdrop clip settings` on a virtual clip."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hipdrop.cli import main
from hipdrop.commands.clipsettings import parsed
from hipdrop.errors import UsageError

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')


@pytest.fixture(autouse=True)
def no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clip that was used last is not this computer's."""
    monkeypatch.setattr("hipdrop.links.remembered._path", lambda: tmp_path / "clip")


def test_settings_are_changed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clip", "settings", "auto_start_s=5", "log_raw=true", "ble_name=Anna's", "--clip", "virtual"]) == 0
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert {key: json.loads(told[key]) for key in ("auto_start_s", "log_raw", "ble_name", "auto_stop_s")} == {
        "auto_start_s": 5, "log_raw": True, "ble_name": "Anna's", "auto_stop_s": 120,
    }  # fmt: skip


def test_the_clip_says_what_it_does_not_take(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clip", "settings", "auto_start_s=100000", "--clip", "virtual"]) == 1
    assert "auto_start_s: must be a whole number from 0 to 600" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["log_raw", "=1", "a b=1", "mount_w=1"])
def test_what_is_no_change_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parsed(text)


def test_values_are_what_they_look_like() -> None:
    assert [parsed(f"a={value}")[1] for value in ("true", "false", "12", "-3", "x1", "")] == [
        True, False, 12, -3, "x1", "",
    ]  # fmt: skip
