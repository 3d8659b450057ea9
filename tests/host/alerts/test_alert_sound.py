"""The speaker: miniaudio's real library on its null device, its WAV writer, and no device or package at all."""

from __future__ import annotations

import array
import os
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hipdrop.alerts import sound
from hipdrop.alerts.signals import Signal
from hipdrop.alerts.sound import NO_DEVICE, NO_PACKAGE, Speaker, feed_of
from hipdrop.alerts.tones import RATE_HZ, tone

NULL = ("NULL",)


@pytest.fixture(scope="module")
def miniaudio() -> Any:
    if os.environ.get("CI"):
        import miniaudio as package

        return package
    return pytest.importorskip("miniaudio", reason='no package miniaudio: pip install "hipdrop[sound]"')


def test_the_device_takes_every_tone_in_full(miniaudio: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    handed_out: list[bytes] = []

    def listening(samples: sound.Samples, through: threading.Event) -> Any:
        inner = feed_of(samples, through)
        wanted = yield next(inner)
        while True:
            piece = inner.send(wanted)
            handed_out.append(piece)
            wanted = yield piece

    monkeypatch.setattr(sound, "feed_of", listening)
    notices: list[str] = []
    with Speaker(60, notices.append, NULL) as speaker:
        for signal in (Signal.LEFT, Signal.RIGHT):
            speaker.play(signal)
    assert (speaker.played, speaker.silent, notices) == (2, "", [])
    assert b"".join(handed_out) == tone(Signal.LEFT, 60).tobytes() + tone(Signal.RIGHT, 60).tobytes()


def test_without_an_output_there_is_one_notice(miniaudio: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with Speaker(60, backends=("CUSTOM",)) as speaker:  # a backend that has no device
        for _ in range(3):
            speaker.play(Signal.LEFT)
    assert (speaker.played, speaker.silent) == (0, NO_DEVICE)
    assert capfd.readouterr().err == f"hipdrop: {NO_DEVICE}\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ALSA is Linux's")
def test_a_linux_without_sound_card_writes_one_line(miniaudio: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with Speaker(60, backends=("ALSA",)) as speaker:
        pass
    if not speaker.silent:
        pytest.skip("this computer has a sound card, which plays")
    assert capfd.readouterr().err == f"hipdrop: {NO_DEVICE}\n"


def test_without_the_package_there_is_one_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    notices: list[str] = []
    with Speaker(60, notices.append) as speaker:
        speaker.play(Signal.LEFT)
    assert (notices, speaker.silent) == ([NO_PACKAGE], NO_PACKAGE)


def test_a_device_that_stops_taking_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stuck:
        """A driver whose callback never comes."""

        def start(self, feed: object) -> None:
            pass

        def stop(self) -> None:
            pass

    monkeypatch.setattr(sound, "PATIENCE_S", -0.4)  # of 0.5 s for the tone
    monkeypatch.setattr(Speaker, "_opened", lambda self: Stuck())
    notices: list[str] = []
    speaker = Speaker(60, notices.append)
    speaker.play(Signal.LEFT)
    speaker.play(Signal.RIGHT)
    speaker._queue.put(None)
    speaker._work()
    assert (speaker.played, notices) == (0, [NO_DEVICE])


def test_a_tone_too_many_is_let_go_and_nobody_waits() -> None:
    speaker = Speaker(60)  # its thread has not begun: nothing is taken out
    for _ in range(100):
        speaker.play(Signal.LEFT)
    assert speaker._queue.qsize() == sound.MOST_WAITING


def test_the_feed_gives_what_is_asked_for_and_then_silence() -> None:
    samples, through = tone(Signal.LEFT), threading.Event()
    feed = feed_of(samples, through)
    assert next(feed) == b""
    pieces = []
    for wanted in (1, 1000, len(samples), 10):
        assert not through.is_set()
        pieces.append(feed.send(wanted))
    assert b"".join(pieces) == samples.tobytes()
    assert through.is_set()
    assert feed.send(1920) == b""


def test_miniaudio_reads_our_samples_as_we_mean_them(miniaudio: Any, tmp_path: Path) -> None:
    samples, path = tone(Signal.RIGHT, 50), tmp_path / "right.wav"
    data = array.array("h", samples.tobytes())
    written = miniaudio.DecodedSoundFile("right", 2, RATE_HZ, miniaudio.SampleFormat.SIGNED16, data)
    miniaudio.wav_write_file(str(path), written)
    read = miniaudio.wav_read_file_s16(str(path))
    assert (read.nchannels, read.sample_rate) == (2, RATE_HZ)
    assert np.array_equal(np.array(read.samples).reshape(-1, 2), samples)
