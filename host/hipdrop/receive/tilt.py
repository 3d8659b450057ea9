"""The tilt stream into the same pipeline: the clip has made the orientation, what it left out stays out.

A tilt sample holds obliquity, tilt, vertical acceleration, roll rate and yaw rate in pelvis axes. Forward and sideways
acceleration are missing, so the mount is the clip's own and cannot be found anew, and left and right are told without
the sideways cue. A lost frame is not bridged: there is no orientation to carry over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hipdrop import columns as col
from hipdrop.events import Site
from hipdrop.orientation import OrientationStage, fill_columns
from hipdrop.pipeline import Pipeline
from hipdrop.profile import Profile
from hipdrop.receive.decode import Counts, Frame, counts_of
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array, SampleBlock
from hipdrop.settings import Settings
from hipwire import ids

_NONE = 1e-9  # settings are over 0; this much is nothing
_NEVER_DEG = 360.0
_SETTINGS = {
    "drop": {"bridge_s": _NONE},
    "sides": {"sideways_weight": _NONE},
    # heading and forward sign cannot be looked at again; a roll of the clip still shows
    "mount": {"slip_heading_deg": _NEVER_DEG, "doubt_deg": _NEVER_DEG},
}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TiltBlock(SampleBlock):
    """Samples in pelvis axes with the up vector (N, 3) that the clip has found."""

    up: Array

    def slice(self, start: int, stop: int) -> TiltBlock:
        """Give samples [start, stop) as a block of its own, without copying."""
        return TiltBlock(
            self.t_s[start:stop], self.acc_ms2[start:stop], self.gyr_rads[start:stop], self.first_index + start,
            self.gap_s if start == 0 else 0.0, up=self.up[start:stop],
        )  # fmt: skip


class TiltStage(OrientationStage):
    """The first stage where the clip has done its work: the up vector comes with the samples, at their time."""

    up_shift = 0.0
    senses = False

    def push(self, block: SampleBlock, out: Array) -> None:
        """Fill `out` (col.COUNT, n) from a block of n samples."""
        assert isinstance(block, TiltBlock)
        fill_columns(out, block.t_s, block.acc_ms2, block.gyr_rads, block.up.T)
        out[col.SMOOTH] = self._smooth.push(out[col.VERT])

    def take_off_rest_bias(self, residual_rads: Array) -> tuple[float, float, float] | None:
        """Leave it: the clip takes its bias off itself."""
        return None

    def take_off_run_bias(self, level_rads: Array) -> tuple[float, float, float] | None:
        """Leave it, likewise."""
        return None


class TiltStream:
    """Tilt samples into the pipeline; `stride` raw samples for each."""

    kind = ids.TILT

    def __init__(self, divider: int, settings: Settings) -> None:
        self.stride = divider
        self.settings = settings.replace(_SETTINGS)
        self._shift_s = 0.0

    def block(self, batch: Sequence[Frame], t_s: Array, first: int, gap_s: float) -> TiltBlock:
        """Make a block of frames without a gap between them."""
        return tilt_block(counts_of(batch, ids.TILT), t_s + self._shift_s, first, gap_s)

    def pipeline(self, rate_hz: float, site: Site | None, mount: Array | None, profile: Profile | None) -> Pipeline:
        """Make the pipeline; the mount is the one that the clip holds."""
        self._shift_s = 0.5 / (rate_hz * self.stride)  # half a raw sample (docs/wire-format.md)
        stage = TiltStage(rate_hz, self.settings.orientation, self.settings.contacts)
        return Pipeline(rate_hz, self.settings, site=site, mount=np.eye(3), profile=profile, orientation=stage)


def tilt_block(values: Counts, t_s: Array, first: int, gap_s: float) -> TiltBlock:
    """Make samples in pelvis axes of (N, 5) tilt values; what was not sent is as if it were 0.

    Specific force lies along up, and the yaw rate, which is about up, is put on the pelvis' own upward axis such that
    the rate about up is the one that was sent.
    """
    obliquity, tilt = np.radians(0.01 * values[:, 0]), np.radians(0.01 * values[:, 1])
    up = np.column_stack((np.cos(obliquity) * np.sin(tilt), np.cos(obliquity) * np.cos(tilt), -np.sin(obliquity)))
    acc_ms2 = ((1.0 + 0.001 * values[:, 2]) * STANDARD_GRAVITY_MS2)[:, None] * up
    roll, yaw = np.radians(0.1 * values[:, 3]), np.radians(0.1 * values[:, 4])
    upward = (yaw - roll * up[:, 0]) / np.maximum(up[:, 1], 0.5)  # a pelvis is never tilted by 60 deg
    return TiltBlock(t_s, acc_ms2, np.column_stack((roll, upward, np.zeros_like(roll))), first, gap_s, up=up)
