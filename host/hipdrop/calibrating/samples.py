"""Messages of a clip into nominal samples: counts times scale, in order, with whatever is missing as a gap.

The chain of a live run does the work (boots, clock, lost frames); no pipeline stands behind it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Never

from hipdrop.events import Event, Site
from hipdrop.monitor import MonitorView
from hipdrop.profile import Profile
from hipdrop.receive.chain import Chain
from hipdrop.receive.decode import Frame, counts_of
from hipdrop.receive.messages import ClipInfo
from hipdrop.receive.scale import Scale
from hipdrop.receive.streams import AnyPipeline, Block, Stream, stream_of
from hipdrop.samples import Array, SampleBlock
from hipdrop.settings import Settings
from hipdrop.sides import StrideTemplate
from hipdrop.waves import MeanWave, RecentStrides
from hipwire import ids

Take = Callable[[SampleBlock], None]


class Handover:
    """Stands where a pipeline does, and hands the samples on."""

    def __init__(self, take: Take) -> None:
        self._take = take

    def push(self, item: Any) -> list[Event]:
        """Hand samples on; what else enters a run is nothing to a calibration."""
        if isinstance(item, SampleBlock):
            self._take(item)
        return []

    def close(self) -> list[Event]:
        """Nothing is kept back."""
        return []

    def wave(self) -> MeanWave | None:
        """There is no run."""
        return None

    @property
    def landed_s(self) -> float:
        """Nobody runs."""
        return -math.inf

    def template(self) -> StrideTemplate | None:
        """There is no run."""
        return None

    def recent_strides(self) -> RecentStrides:
        """There is no run to be asked of."""
        _no_run()

    def judged(self, since: int = 0) -> MonitorView:
        """There is no run to be asked of."""
        _no_run()


def _no_run() -> Never:
    raise NotImplementedError("a calibration has no strides")


class NominalStream:
    """Raw samples as the clip's own scale gives them, whatever calibration there is."""

    kind = ids.RAW
    stride = 1

    def __init__(self, info: ClipInfo, settings: Settings, take: Take) -> None:
        self.settings = settings
        self._scale = Scale(info)
        self._take = take

    def block(self, batch: Sequence[Frame], t_s: Array, first: int, gap_s: float) -> Block:
        """Make a block in SI units."""
        counts = counts_of(batch, ids.RAW)
        return SampleBlock(t_s, self._scale.acc_ms2(counts), self._scale.gyr_rads(counts), first, gap_s)

    def pipeline(self, rate_hz: float, site: Site | None, mount: Array | None, profile: Profile | None) -> AnyPipeline:
        """Hand the samples on."""
        return Handover(self._take)


def nominal_chain(take: Take, settings: Settings | None = None) -> Chain:
    """Give a chain that hands the samples on and makes no events.

    Of a tilt stream it takes nothing but what the clip says of itself: there are no samples in sensor axes in it.
    """

    def streams(kind: int, info: ClipInfo, settings: Settings) -> Stream:
        return NominalStream(info, settings, take) if kind == ids.RAW else stream_of(kind, info, settings)

    return Chain(settings, streams=streams)
