"""The tones as samples: told apart by side, by pitch, and by rhythm, which is the clip's own (docs/alerts.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hipdrop.alerts.signals import Signal
from hipdrop.samples import Array

RATE_HZ = 48_000
LONG_S, SHORT_S, GAP_S = 0.5, 0.16, 0.16  # as the clip's motor plays them
AGAIN_S = 0.7  # and from one repeat to the next
RAMP_S = 0.01  # a tone that begins at once clicks
# Small speakers are weak below 500 Hz, old ears above 4 kHz, and a treadmill is loudest below 500 Hz.
LOW_HZ, HIGH_HZ = 660.0, 990.0  # a fifth apart
MIDDLE_HZ = 825.0
PAN = 0.8  # not 1: who wears one earphone shall hear both sides

Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Note:
    """One tone of a signal; without pitch it is a rest."""

    length_s: float
    pitch_hz: float = 0.0


REST = Note(GAP_S)
_LEFT = (Note(LONG_S, LOW_HZ),)
_RIGHT = (Note(SHORT_S, HIGH_HZ), REST, Note(SHORT_S, HIGH_HZ))
# Of the coach; the patterns of the clip that stand for it have the same rhythm: four short to run, two long to walk.
_QUICK = (Note(SHORT_S, MIDDLE_HZ), REST) * 3
_SLOW = (Note(LONG_S, MIDDLE_HZ), REST, REST, Note(LONG_S, LOW_HZ))
NOTES: dict[Signal, tuple[Note, ...]] = {
    Signal.LEFT: _LEFT,
    Signal.RIGHT: _RIGHT,
    Signal.BOTH: (*_LEFT, REST, REST, *_RIGHT),
    Signal.RECOVERED: (Note(SHORT_S, LOW_HZ), Note(SHORT_S, 1.25 * LOW_HZ), Note(LONG_S, 1.5 * LOW_HZ)),  # rising triad
    Signal.RUN: (*_QUICK, Note(SHORT_S, HIGH_HZ)),
    Signal.WALK: _SLOW,
    Signal.END: (*_SLOW, Note(AGAIN_S), *_SLOW),
}
PANS: dict[Signal, float] = dict.fromkeys(Signal, 0.0) | {Signal.LEFT: -PAN, Signal.RIGHT: PAN}


def tone(signal: Signal, volume_percent: float = 100.0) -> Samples:
    """Give the samples of a signal.

    Returns
    -------
    Samples
        (N, 2) left and right at `RATE_HZ`; panned by constant power: as loud on the side as in the middle.
    """
    angle = (PANS[signal] + 1) * math.pi / 4
    mono = np.concatenate([_wave(note) for note in NOTES[signal]])
    peak = 32767 * volume_percent / 100
    return np.rint(peak * np.outer(mono, (math.cos(angle), math.sin(angle)))).astype(np.int16)


def _wave(note: Note) -> Array:
    """Give a sine with raised-cosine ends, or silence."""
    count = round(note.length_s * RATE_HZ)
    if not note.pitch_hz:
        return np.zeros(count)
    at = np.arange(count) / RATE_HZ
    from_end = np.minimum(at, at[::-1]) / RAMP_S
    rise: Array = 0.5 - 0.5 * np.cos(np.pi * np.minimum(from_end, 1.0))
    return rise * np.sin(2 * np.pi * note.pitch_hz * at)
