"""The zero-phase twin: the same chain over a whole recording, with an orientation that has seen the future as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from vqf import offlineVQF

from hipdrop import columns as col
from hipdrop.contacts import ContactDetector
from hipdrop.events import Event, Site
from hipdrop.filters import CausalFir, hann_kernel
from hipdrop.orientation import OrientationStage, fill_columns, up_from_quaternion
from hipdrop.pipeline import Pipeline
from hipdrop.profile import Profile
from hipdrop.receive.tilt import TiltBlock, TiltStage
from hipdrop.samples import Array, SampleBlock
from hipdrop.settings import Settings
from hipdrop.stance import ZeroPhaseContacts
from hipdrop.waves import MeanWave


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What a whole run comes to.

    Attributes
    ----------
    events
        Of the run, with zero phase.
    causal
        What the live chain makes of the same samples.
    wave
        Mean course of obliquity.
    columns
        (col.COUNT, N) what the steps were read from (`hipdrop.columns`), what fills short gaps included.
    up_shift
        As of `hipdrop.orientation.OrientationStage`.
    """

    events: list[Event]
    causal: list[Event]
    wave: MeanWave | None
    columns: Array
    up_shift: float


def analyse(
    blocks: Sequence[SampleBlock], rate_hz: float, settings: Settings | None = None, *,
    site: Site | None = None, mount: Array | None = None, profile: Profile | None = None,
) -> Analysis:  # fmt: skip
    """Run a whole recording through the chain with zero phase throughout.

    1. A causal pass finds the gaps, what fills them, and the gyroscope bias.
    2. `offlineVQF` (Laidig and Seel, 2023, doi 10.1016/j.inffus.2022.10.014) runs forwards and backwards over each
       stretch without long gaps. Of a tilt stream the clip's own up vector stays: what it was made of is not there.
    3. The same chain makes steps of it. Its low-passes are symmetric kernels, so they are zero-phase already; contact
       and toe-off are stamped by the rules for after the run (`hipdrop.stance`).

    Parameters are those of `hipdrop.pipeline.Pipeline`.
    """
    settings = settings or Settings()
    tilt = any(isinstance(block, TiltBlock) for block in blocks)
    heard = _TiltRecorder(rate_hz, settings) if tilt else _RawRecorder(rate_hz, settings)
    mount = np.eye(3) if tilt else mount

    def chain(stage: OrientationStage) -> Pipeline:
        return Pipeline(rate_hz, settings, site=site, mount=mount, profile=profile, orientation=stage)

    first = chain(heard)
    causal = [event for block in blocks for event in first.push(block)] + first.close()
    after = _Replayed(rate_hz, settings, heard)
    second = chain(after)
    events = [event for block in blocks for event in second.push(block)] + second.close()
    return Analysis(events, causal, second.wave(), after.columns, after.up_shift)


class _Records(OrientationStage):
    """A causal stage that keeps all that it is given."""

    def __init__(self, rate_hz: float, settings: Settings) -> None:
        super().__init__(rate_hz, settings.orientation, settings.contacts)
        self.pieces: list[SampleBlock] = []
        self.cuts: list[int] = [0]  # index of the first piece of each stretch

    def push(self, block: SampleBlock, out: Array) -> None:
        self.pieces.append(block)
        super().push(block, out)

    def restart_smoothing(self) -> None:
        self.cuts.append(len(self.pieces))
        super().restart_smoothing()

    def bias(self) -> Array:
        """All that was taken off the rates by the end, (3,) rad/s."""
        return np.zeros(3) if self._bias_rads is None else self._bias_rads


class _RawRecorder(_Records, OrientationStage):
    """For raw samples."""


class _TiltRecorder(_Records, TiltStage):
    """For the clip's own tilt."""


class _Replayed(OrientationStage):
    """Gives the columns of the acausal filter for the very samples that the causal pass was given."""

    senses = False

    def __init__(self, rate_hz: float, settings: Settings, heard: _Records) -> None:
        super().__init__(rate_hz, settings.orientation, settings.contacts)
        self.up_shift = heard.up_shift
        stretches = [heard.pieces[a:b] for a, b in pairwise([*heard.cuts, len(heard.pieces)]) if a < b]
        columns = [zero_phase_columns(pieces, heard.bias(), rate_hz, settings) for pieces in stretches]
        self._stretches = [one[col.VERT] for one in columns]
        self.columns = np.hstack([np.empty((col.COUNT, 0)), *columns])
        self._next = 0

    @property
    def smooth_delay(self) -> int:
        return len(hann_kernel(self._contacts.smooth_half_s, self._rate_hz)) // 2

    def detector(self) -> ContactDetector:
        return ZeroPhaseContacts(self._rate_hz, self.smooth_delay, self._contacts, self._stretches)

    def push(self, block: SampleBlock, out: Array) -> None:
        out[:] = self.columns[:, self._next : self._next + len(block)]
        self._next += len(block)

    def take_off_rest_bias(self, residual_rads: Array) -> tuple[float, float, float] | None:
        return None  # it is off already

    def take_off_run_bias(self, level_rads: Array) -> tuple[float, float, float] | None:
        return None


def zero_phase_columns(pieces: Sequence[SampleBlock], bias_rads: Array, rate_hz: float, settings: Settings) -> Array:
    """Make the columns (col.COUNT, N) of a stretch without gaps, given in pieces, with the acausal filter.

    SMOOTH is made by the same linear-phase kernel and delayed by the same constant as in the causal stage.
    """
    t_s = np.concatenate([piece.t_s for piece in pieces])
    acc = np.ascontiguousarray(np.concatenate([piece.acc_ms2 for piece in pieces]))
    gyr = np.ascontiguousarray(np.concatenate([piece.gyr_rads for piece in pieces]) - bias_rads)
    out = np.empty((col.COUNT, len(t_s)))
    if isinstance(pieces[0], TiltBlock):
        up = np.concatenate([piece.up for piece in pieces if isinstance(piece, TiltBlock)]).T
    else:
        up = up_from_quaternion(offlineVQF(gyr, acc, None, 1.0 / rate_hz)["quat6D"])
    fill_columns(out, t_s, acc, gyr, up)
    out[col.SMOOTH] = CausalFir(hann_kernel(settings.contacts.smooth_half_s, rate_hz)).push(out[col.VERT])
    return out
