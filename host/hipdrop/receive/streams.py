"""The two streams: what their frames hold, and which pipeline they go into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from hipdrop.events import Event, Site
from hipdrop.monitor import MonitorView
from hipdrop.pipeline import Pipeline
from hipdrop.profile import Profile
from hipdrop.receive.calibrated import NOMINAL, Chosen
from hipdrop.receive.decode import Frame, counts_of
from hipdrop.receive.messages import ClipInfo
from hipdrop.receive.scale import Scale, within_range
from hipdrop.samples import Array, SampleBlock
from hipdrop.settings import Settings
from hipdrop.sides import StrideTemplate
from hipdrop.waves import MeanWave, RecentStrides
from hipwire import ids


class AnyPipeline(Protocol):
    """What the chain needs of a pipeline; `hipdrop.pipeline.Pipeline` is one."""

    def push(self, item: Any) -> list[Event]:
        """Take a block or a user's input."""

    def close(self) -> list[Event]:
        """Give what is still open."""

    def wave(self) -> MeanWave | None:
        """Mean course of obliquity over the stride."""

    def recent_strides(self) -> RecentStrides:
        """The last strides, and the baseline's mean one."""

    def judged(self, since: int = 0) -> MonitorView:
        """What the monitor judges by and has found since a point of its trace."""

    @property
    def landed_s(self) -> float:
        """When a foot landed last."""

    def template(self) -> StrideTemplate | None:
        """The stride as this run showed it."""


class Block(Protocol):
    """What a stream makes of frames; `hipdrop.samples.SampleBlock` is one."""

    @property
    def t_s(self) -> Array:
        """Time of each sample."""

    def __len__(self) -> int: ...

    def slice(self, start: int, stop: int) -> Block:
        """Give samples [start, stop)."""


class Stream(Protocol):
    """One kind of stream of one clip.

    Attributes
    ----------
    kind
        Kind of its frames.
    stride
        Steps of the index (raw samples) from sample to sample.
    settings
        All parameters, within the range of the clip.
    """

    kind: int
    stride: int
    settings: Settings

    def block(self, batch: Sequence[Frame], t_s: Array, first: int, gap_s: float) -> Block:
        """Make a block of frames without a gap between them."""

    def pipeline(self, rate_hz: float, site: Site | None, mount: Array | None, profile: Profile | None) -> AnyPipeline:
        """Make the pipeline for this rate of samples."""


class RawStream:
    """Raw samples into the whole pipeline."""

    kind = ids.RAW
    stride = 1

    def __init__(self, info: ClipInfo, settings: Settings, chosen: Chosen = NOMINAL) -> None:
        self.settings = within_range(settings, info)
        self._scale = Scale(info)
        self._chosen = chosen

    def block(self, batch: Sequence[Frame], t_s: Array, first: int, gap_s: float) -> SampleBlock:
        """Make a block in SI units, corrected where there is a calibration."""
        counts = counts_of(batch, ids.RAW)
        nominal = SampleBlock(t_s, self._scale.acc_ms2(counts), self._scale.gyr_rads(counts), first, gap_s)
        calibration = self._chosen.calibration
        return nominal if calibration is None else calibration.applied(nominal)

    def pipeline(self, rate_hz: float, site: Site | None, mount: Array | None, profile: Profile | None) -> Pipeline:
        """Make the pipeline; a mount that is not given for sure is taken in doubt from the calibration."""
        stored = self._chosen.mount
        if mount is not None or stored is None:
            return Pipeline(rate_hz, self.settings, site=site, mount=mount, profile=profile)
        return Pipeline(
            rate_hz, self.settings, site=site, profile=profile, mount=stored.pelvis_from_sensor,
            mount_site=None if stored.site is None else Site(stored.site), mount_doubted=True,
            sides_checked=stored.sides_checked,
        )  # fmt: skip


def stream_of(kind: int, info: ClipInfo, settings: Settings, chosen: Chosen = NOMINAL) -> Stream:
    """Choose by the kind of frames, raw or tilt."""
    if kind == ids.RAW:
        return RawStream(info, settings, chosen)
    from hipdrop.receive.tilt import TiltStream

    return TiltStream(info.tilt_divider, settings)
