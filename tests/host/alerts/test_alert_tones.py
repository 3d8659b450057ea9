"""The tones by their samples: pitch, length, side."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from hipdrop.alerts.signals import Signal
from hipdrop.alerts.tones import (
    AGAIN_S,
    GAP_S,
    HIGH_HZ,
    LONG_S,
    LOW_HZ,
    MIDDLE_HZ,
    NOTES,
    PAN,
    PANS,
    RATE_HZ,
    SHORT_S,
    tone,
)

LENGTHS_S = {
    Signal.LEFT: LONG_S,
    Signal.RIGHT: 2 * SHORT_S + GAP_S,
    Signal.BOTH: LONG_S + 3 * GAP_S + 2 * SHORT_S,
    Signal.RECOVERED: 2 * SHORT_S + LONG_S,
    Signal.RUN: 4 * SHORT_S + 3 * GAP_S,
    Signal.WALK: 2 * LONG_S + 2 * GAP_S,
    Signal.END: 4 * LONG_S + 4 * GAP_S + AGAIN_S,
}


def mono(signal: Signal) -> NDArray[np.float64]:
    return tone(signal).astype(np.float64).sum(axis=1)


def pitch_hz(wave: NDArray[np.float64]) -> float:
    """Strongest frequency, by the FFT of a windowed and padded wave: to a hertz."""
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 2 * RATE_HZ))
    return float(np.argmax(spectrum)) / 2


def pitches_hz(signal: Signal) -> list[float]:
    """Pitch of each note of a signal, cut out by its place in time."""
    wave, at, found = mono(signal), 0, []
    for note in NOTES[signal]:
        count = round(note.length_s * RATE_HZ)
        if note.pitch_hz:
            found.append(pitch_hz(wave[at : at + count]))
        at += count
    return found


@pytest.mark.parametrize("signal", Signal)
def test_it_lasts_as_long_as_its_notes(signal: Signal) -> None:
    assert tone(signal).shape == (round(LENGTHS_S[signal] * RATE_HZ), 2)


@pytest.mark.parametrize(
    ("signal", "pitches"),
    [
        (Signal.LEFT, [LOW_HZ]),
        (Signal.RIGHT, [HIGH_HZ, HIGH_HZ]),
        (Signal.BOTH, [LOW_HZ, HIGH_HZ, HIGH_HZ]),
        (Signal.RECOVERED, [660.0, 825.0, 990.0]),
        (Signal.RUN, [MIDDLE_HZ, MIDDLE_HZ, MIDDLE_HZ, HIGH_HZ]),
        (Signal.WALK, [MIDDLE_HZ, LOW_HZ]),
        (Signal.END, [MIDDLE_HZ, LOW_HZ, MIDDLE_HZ, LOW_HZ]),
    ],
)
def test_its_notes_have_their_pitch(signal: Signal, pitches: list[float]) -> None:
    assert pitches_hz(signal) == pytest.approx(pitches, abs=1.0)


@pytest.mark.parametrize("signal", Signal)
def test_it_comes_from_its_side_and_is_as_loud_as_the_others(signal: Signal) -> None:
    samples = tone(signal).astype(np.float64)
    left, right = np.sqrt((samples**2).mean(axis=0))
    louder, softer = math.cos((1 - PAN) * math.pi / 4), math.sin((1 - PAN) * math.pi / 4)
    ratio = {-PAN: louder / softer, 0.0: 1.0, PAN: softer / louder}[PANS[signal]]
    assert left / right == pytest.approx(ratio, rel=1e-3)
    assert np.abs(samples).max(axis=0) @ np.abs(samples).max(axis=0) == pytest.approx(32767.0**2, rel=1e-2)


def test_the_sides_are_left_and_right() -> None:
    assert tone(Signal.LEFT)[:, 0].max() > 5 * tone(Signal.LEFT)[:, 1].max() > 0
    assert tone(Signal.RIGHT)[:, 1].max() > 5 * tone(Signal.RIGHT)[:, 0].max() > 0


def test_the_rests_are_silent_and_nothing_clicks() -> None:
    wave = mono(Signal.RIGHT)
    rest = slice(round(SHORT_S * RATE_HZ), round((SHORT_S + GAP_S) * RATE_HZ))
    assert not wave[rest].any()
    for signal in Signal:
        steepest = 2 * math.pi * max(note.pitch_hz for note in NOTES[signal]) / RATE_HZ * np.abs(mono(signal)).max()
        assert np.abs(np.diff(mono(signal), prepend=0.0, append=0.0)).max() <= 1.02 * steepest


@pytest.mark.parametrize("percent", [1, 25, 100])
def test_the_volume_is_a_part_of_full_scale(percent: int) -> None:
    peak = np.abs(tone(Signal.LEFT, percent).astype(np.int32)).max()
    assert peak == pytest.approx(32767 * percent / 100 * math.cos((1 - PAN) * math.pi / 4), rel=1e-2)


def test_no_two_signals_are_alike() -> None:
    assert len({(NOTES[signal], PANS[signal]) for signal in Signal}) == len(Signal)
