"""Settings and profile as the clip's own monitor takes them: the record, a session and the command that store it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from notebook import Notebook
from scripted_clip import INFO, ScriptedClip, ScriptedLink

from hipdrop.cli import main
from hipdrop.commands import clip as clip_commands
from hipdrop.commands import clipmonitor
from hipdrop.errors import ClipRefused, ConfigError, LinkLost
from hipdrop.events import Site
from hipdrop.links.connection import Session
from hipdrop.links.line import Line
from hipdrop.links.monitoring import record_lines, to_record
from hipdrop.links.storing import get_monitor, set_monitor
from hipdrop.liverun import LiveRun
from hipdrop.monitor import StoredBaseline
from hipdrop.people import Person
from hipdrop.profile import Profile
from hipdrop.settings import MonitorSettings, Settings
from hipdrop.sides import StrideTemplate
from hipdrop.virtual.loop import run_virtual
from hipwire import commands, decoding, ids, monitoring

DETECTS = {**INFO, "features": INFO["features"] | ids.HAS_DETECTION}
LEVEL = StoredBaseline(6.1234, -0.34, 0.7, 0.65, 412, 398, 1.25)
STRIDE = StrideTemplate(
    np.arange(18).reshape(6, 3) * 0.1 * (1 - 2j), np.full((6, 3), 0.0001), 812, Site.LEFT_HIP, confirmed=True
)


def values(settings: dict[str, object] | None = None, profile: Profile | None = None, **more: Any) -> dict[str, int]:
    given = Settings() if settings is None else Settings().replace({"monitor": settings})
    return monitoring.unpack(to_record(given, profile, **more))


class DetectingClip(ScriptedClip):
    """Keeps a monitor record."""

    record = to_record(Settings())

    def _do(self, code: int, payload: bytes) -> tuple[int, bytes]:
        if code == ids.SET_MONITOR:
            self.record = payload if any(payload) else to_record(Settings())
            return ids.OK, b""
        return (ids.OK, self.record) if code == ids.GET_MONITOR else super()._do(code, payload)


def test_numbers_are_whole_and_never_none_where_there_is_some() -> None:
    found = values({"dead_band_deg": 0.0001, "cool_down_s": 1e12, "clear_fraction": 0.9999999, "ewma_weight": 1e-9})
    assert (found["dead_band_mdeg"], found["clear_ppm"], found["ewma_weight_ppm"]) == (1, 999_999, 1)
    assert found["cool_down_ms"] == monitoring.MOST
    assert (found["parts"], found["left_mdeg"], found["strides"], found["mode"]) == (0, 0, 0, monitoring.FATIGUE)


def test_every_default_comes_through() -> None:
    """But for words and cadence, which a clip has not, and for the programme, which comes as a share."""
    found, monitor = values(), MonitorSettings()
    assert found["baseline_from_ms"] == 60_000 * monitor.baseline_from_min
    assert found["baseline_until_ms"] == 60_000 * monitor.baseline_until_min
    assert found["stored_until_ms"] == 60_000 * monitor.stored_baseline_until_min
    assert found["cusum_limit_mdeg"] == 1000 * monitor.cusum_limit_deg_steps
    for name in ("wander", "dead_band", "cusum_allowance", "target_dead_band"):
        assert found[f"{name}_mdeg"] == pytest.approx(1000 * getattr(monitor, f"{name}_deg")), name
    for name in ("baseline_min", "evidence", "evidence_window", "withheld_after"):
        assert found[f"{name}_steps"] == getattr(monitor, f"{name}_steps"), name
    assert found["fade_factor_ppm"] == 1e6 * monitor.fade_factor
    assert (found["fade_after_alerts"], found["feedback_ppm"]) == (monitor.fade_after_alerts, 1_000_000)
    assert (found["haptic_strength_percent"], found["haptic_repeats"]) == (80, 1)


def test_a_session_of_a_programme_is_a_share_of_feedback() -> None:
    assert values({"programme_sessions": 8, "training_session": 6})["feedback_ppm"] == 550_000
    assert values({"programme_sessions": 8, "training_session": 8, "fade_last_percent": 0.0})["feedback_ppm"] == 0


def test_level_and_stride_of_a_profile() -> None:
    found = values(None, Profile(LEVEL, STRIDE))
    assert (found["parts"], found["site"], found["strides"]) == (7, 1, 812)
    assert (found["left_mdeg"], found["right_mdeg"], found["between_day_sd_mdeg"]) == (6123, -340, 1250)
    assert (found["left_steps"], found["right_sd_mdeg"]) == (412, 650)
    assert [found[f"vertical{order}_re"] for order in (1, 3, 5)] == [300, 400, 500]
    assert [found[f"roll{order}_im"] for order in (1, 3, 5)] == [-1800, -2000, -2200]
    assert (found["yaw5_re"], found["yaw5_sd"]) == (1400, 1)
    unsure = values(None, Profile(None, replace(STRIDE, confirmed=False)))
    assert unsure["parts"] == monitoring.STRIDE


def test_at_another_site_only_the_rates_are_compared() -> None:
    found = values(None, Profile(None, STRIDE), site=Site.SACRUM)
    assert not any(found[f"vertical{order}_{part}"] for order in (1, 3, 5) for part in ("re", "im", "sd"))
    assert found["roll1_re"] == 900
    assert values(None, Profile(None, STRIDE), site=Site.LEFT_HIP)["vertical1_re"] == 300


def test_no_buzz_is_strength_none_and_a_long_window_is_refused() -> None:
    quiet = Settings().replace({"alerts": {"haptic": False}})
    assert monitoring.unpack(to_record(quiet))["haptic_strength_percent"] == 0
    long = Settings().replace({"monitor": {"evidence_window_steps": 241}})
    with pytest.raises(ConfigError, match=r"evidence_window_steps: a clip by itself counts 240 steps at most"):
        to_record(long)


def test_the_words_of_a_record() -> None:
    target = Settings().replace({"monitor": {"mode": "target", "target_right_deg": 5.25}})
    said = list(record_lines(to_record(target, Profile(LEVEL, STRIDE))))
    assert said[0] == "mode       target: right leg up to 5.25 deg"
    assert said[1] == "baseline   of 3 to 5 min of running, 120 steps of a leg at least"
    assert said[5] == "fresh      left leg 6.12 deg (412 steps), right leg -0.34 deg (398 steps)"
    assert said[6] == "stride     of 812 strides at the left-hip; left is known"
    plain = list(record_lines(to_record(Settings())))
    assert plain[0] == "mode       fatigue: against the own fresh level"
    assert plain[3] == "pauses     3 min between two alerts, 2 times as long after 3 alerts, 30 min at most"
    assert plain[5] == "fresh      not stored: the clip learns it anew in each run"


# over a link


def session(clip: ScriptedClip, record: bytes | None) -> Session:
    """Run for 5 s, the link being cut in the midst."""

    async def act() -> Session:
        link = ScriptedLink(clip)
        made = Session(link, Notebook(), monitor=record)
        going = asyncio.create_task(made.run())
        await made.streamed.wait()
        await asyncio.sleep(2.0)
        link.cut(reachable=True)
        await asyncio.sleep(3.0)
        made.end()
        await going
        return made

    return run_virtual(act())


def test_a_session_stores_it_once() -> None:
    clip, record = DetectingClip(info=DETECTS), to_record(Settings(), Profile(LEVEL))
    assert session(clip, record).monitor_error is None
    assert [payload for code, payload in clip.asked if code == ids.SET_MONITOR] == [record]


@pytest.mark.parametrize(("info", "record"), [(INFO, to_record(Settings())), (DETECTS, None)])
def test_a_session_stores_nothing_for_nobody_or_on_a_clip_that_cannot(info: dict[str, Any], record: bytes) -> None:
    clip = ScriptedClip(info=info)
    assert session(clip, record).monitor_error is None
    assert ids.SET_MONITOR not in [code for code, _ in clip.asked]


def test_a_refusal_is_told_and_the_run_goes_on() -> None:
    clip = DetectingClip(info=DETECTS, refuse={ids.SET_MONITOR: (ids.NOT_PAIRED, b"")})
    made = session(clip, to_record(Settings()))
    assert str(made.monitor_error).startswith("the clip does not store what its own alerts go by: this computer is not")
    assert len([code for code, _ in clip.asked if code == ids.SET_MONITOR]) == 1


def test_a_live_run_stores_it_for_a_person_alone() -> None:
    link = ScriptedLink(ScriptedClip())
    for person, record in (("Anna", to_record(Settings(), Profile(LEVEL))), ("", None)):
        run = LiveRun(Settings(), profile=Profile(LEVEL), person=person)
        assert run.session(link)._monitor == record


def test_what_cannot_be_stored_or_read_says_why() -> None:
    async def act(clip: ScriptedClip, info: dict[str, Any]) -> None:
        link = ScriptedLink(clip)
        line = Line(link, lambda arrival_s, message: None)
        await line.open(1.0)
        try:
            await set_monitor(line, info, to_record(Settings()))
            await get_monitor(line, info)
        finally:
            await line.close()

    with pytest.raises(ClipRefused, match="gives no alerts by itself"):
        run_virtual(act(ScriptedClip(), INFO))
    with pytest.raises(LinkLost, match="monitor cannot be read"):
        run_virtual(act(ScriptedClip(), DETECTS))  # answers nothing


# the command


@pytest.fixture
def clip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> DetectingClip:
    """A clip that the command finds, and a folder of its own for people."""
    made = DetectingClip(info=DETECTS)
    monkeypatch.setattr("hipdrop.people.data_folder", lambda: tmp_path)
    monkeypatch.setattr(clipmonitor, "chosen_link", lambda name: ScriptedLink(made))
    monkeypatch.setattr("hipdrop.links.remembered.remember", lambda name: None)
    monkeypatch.setattr(clipmonitor.asyncio, "run", run_virtual)
    return made


def test_the_command_stores_what_a_person_needs(clip: DetectingClip, capsys: pytest.CaptureFixture[str]) -> None:
    Person("Anna").keep(Profile(LEVEL, STRIDE), session=False)
    assert main(["clip", "monitor", "--person", "Anna", "--band", "5,5.5"]) == 0
    assert clip.record == to_record(
        Settings().replace({"monitor": {"mode": "target", "target_left_deg": 5.0, "target_right_deg": 5.5}}),
        Profile(LEVEL, STRIDE),
    )
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["runner     Anna", "mode       target: left leg up to 5.0 deg, right leg up to 5.5 deg"]
    assert main(["clip", "monitor", "--show"]) == 0
    assert capsys.readouterr().out.splitlines() == said[1:]
    assert main(["clip", "monitor", "--forget"]) == 0
    assert clip.record == to_record(Settings())


@pytest.mark.parametrize(
    "words", [["--show", "--person", "Anna"], ["--forget", "--show"], ["--forget", "--band", "5,5"]]
)
def test_the_command_refuses_what_does_not_go_together(
    clip: DetectingClip, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert main(["clip", "monitor", *words]) == 2
    assert "leave the rest out" in capsys.readouterr().err
    assert clip.asked == []


def test_the_record_fits_one_command_and_its_answer() -> None:
    assert len(commands.pack_command(ids.SET_MONITOR, 1, to_record(Settings()))) <= commands.MAX_SIZE
    answer = commands.pack_answer(ids.GET_MONITOR, 1, ids.OK, to_record(Settings()))
    assert decoding.answer(answer)[3] == to_record(Settings())
    assert clip_commands.FEATURE_WORDS[ids.HAS_DETECTION] == "own alerts"
