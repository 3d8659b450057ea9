"""The zero-phase twin: the same chain over a whole recording, with an orientation that has seen the future as well."""

from __future__ import annotations

from collections.abc import Iterable
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
from hipdrop.samples import Array, SampleBlock
from hipdrop.settings import Settings
from hipdrop.stance import ZeroPhaseContacts
from hipdrop.waves import MeanWave


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """Events of a whole run and the mean course of its obliquity."""

    events: list[Event]
    wave: MeanWave | None


def analyse(
    blocks: Iterable[SampleBlock], rate_hz: float, settings: Settings | None = None, *,
    site: Site | None = None, mount: Array | None = None, profile: Profile | None = None,
) -> Analysis:  # fmt: skip
    """Run a whole recording through the chain with zero phase throughout.

    1. A causal pass finds the gaps, what fills them, and the gyroscope bias.
    2. `offlineVQF` (Laidig and Seel, 2023, doi 10.1016/j.inffus.2022.10.014) runs forwards and backwards over each
       stretch without long gaps.
    3. The same chain makes steps of it. Its low-passes are symmetric kernels, so they are zero-phase already; contact
       and toe-off are stamped by the rules for after the run (`hipdrop.stance`).

    Parameters are those of `hipdrop.pipeline.Pipeline`.
    """
    settings = settings or Settings()
    blocks = list(blocks)
    heard = _Recorder(rate_hz, settings)
    first = Pipeline(rate_hz, settings, site=site, mount=mount, profile=profile, orientation=heard)
    for block in blocks:
        first.push(block)
    first.close()
    second = Pipeline(
        rate_hz, settings, site=site, mount=mount, profile=profile, orientation=_Replayed(rate_hz, settings, heard)
    )
    events = [event for block in blocks for event in second.push(block)]
    return Analysis(events + second.close(), second.wave())


class _Recorder(OrientationStage):
    """The causal stage, which keeps all that it is given."""

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


class _Replayed(OrientationStage):
    """Gives the columns of the acausal filter for the very samples that the causal pass was given."""

    def __init__(self, rate_hz: float, settings: Settings, heard: _Recorder) -> None:
        super().__init__(rate_hz, settings.orientation, settings.contacts)
        stretches = [heard.pieces[a:b] for a, b in pairwise([*heard.cuts, len(heard.pieces)]) if a < b]
        columns = [zero_phase_columns(pieces, heard.bias(), rate_hz, settings) for pieces in stretches]
        self._stretches = [one[col.VERT] for one in columns]
        self._columns = np.hstack([np.empty((col.COUNT, 0)), *columns])
        self._next = 0

    @property
    def smooth_delay(self) -> int:
        return len(hann_kernel(self._contacts.smooth_half_s, self._rate_hz)) // 2

    def detector(self) -> ContactDetector:
        return ZeroPhaseContacts(self._rate_hz, self.smooth_delay, self._contacts, self._stretches)

    def push(self, block: SampleBlock, out: Array) -> None:
        out[:] = self._columns[:, self._next : self._next + len(block)]
        self._next += len(block)

    def take_off_rest_bias(self, residual_rads: Array) -> tuple[float, float, float] | None:
        return None  # it is off already

    def take_off_run_bias(self, level_rads: Array) -> tuple[float, float, float] | None:
        return None


def zero_phase_columns(pieces: list[SampleBlock], bias_rads: Array, rate_hz: float, settings: Settings) -> Array:
    """Make the columns (col.COUNT, N) of a stretch without gaps, given in pieces, with the acausal filter.

    SMOOTH is made by the same linear-phase kernel and delayed by the same constant as in the causal stage.
    """
    t_s = np.concatenate([piece.t_s for piece in pieces])
    acc = np.ascontiguousarray(np.concatenate([piece.acc_ms2 for piece in pieces]))
    gyr = np.ascontiguousarray(np.concatenate([piece.gyr_rads for piece in pieces]) - bias_rads)
    out = np.empty((col.COUNT, len(t_s)))
    quat = offlineVQF(gyr, acc, None, 1.0 / rate_hz)["quat6D"]
    fill_columns(out, t_s, acc, gyr, up_from_quaternion(quat))
    out[col.SMOOTH] = CausalFir(hann_kernel(settings.contacts.smooth_half_s, rate_hz)).push(out[col.VERT])
    return out
