"""What the link did, for status and summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hipdrop.imucsv import Recording
from hipdrop.receive.boot import Boot
from hipdrop.receive.feed import Feed
from hipwire import errors

LOST_AT_THE_END = "the connection was lost and did not come back: what the clip has felt since then is not here"


@dataclass(slots=True)
class LinkCounters:
    """Counts over the whole run; samples of the boot that runs are in `Boot`."""

    malformed: int = 0
    unknown: int = 0  # kinds that this host does not know
    other_version: int = 0
    other_stream: int = 0  # frames of the stream that the run is not made of
    links: int = 0
    mtu: int | None = None
    overflowed: int = 0  # messages that this computer did not take in time
    bad_frames: int = 0  # that came broken over a cable
    lost: bool = False  # the link, and it has not come back
    boots: list[Boot] = field(default_factory=list)

    def refuse(self, error: errors.WireError) -> None:
        """Count a message that could not be used."""
        if error.reason == errors.KIND:
            self.unknown += 1
        elif error.reason == errors.VERSION:
            self.other_version += 1
        else:
            self.malformed += 1

    def connected(self, mtu: int | None) -> None:
        """Count a link."""
        self.links += 1
        self.lost = False
        self.mtu = mtu if mtu is not None else self.mtu

    @property
    def notes(self) -> tuple[str, ...]:
        """What no count can say: how much the clip has felt since it was last heard."""
        return (LOST_AT_THE_END,) if self.lost else ()

    def leave(self, boot: Boot) -> None:
        """Keep a boot that has ended."""
        self.boots.append(boot)

    def table(self, running: Boot | None, feed: Feed) -> dict[str, int | float | None]:
        """Give all as it stands in summary.json."""
        boots = self._boots_and(running)
        longest = max(boots, key=lambda boot: len(boot.host), default=None)
        drift_ppm, jitter_ms = longest.host.report() if longest else (None, None)
        return {**self.counts(running, feed), "drift_ppm": drift_ppm, "jitter_ms": jitter_ms}

    def _boots_and(self, running: Boot | None) -> list[Boot]:
        return [*self.boots, *([running] if running else [])]

    def counts(self, running: Boot | None, feed: Feed) -> dict[str, int | float | None]:
        """Give what costs nothing, also behind hours; samples missing between two boots count as lost."""
        boots = self._boots_and(running)
        return {
            "samples_received": sum(boot.received for boot in boots),
            "samples_lost": sum(boot.lost for boot in boots) + feed.away,
            "samples_recovered": sum(boot.recovered for boot in boots),
            "gaps": feed.gaps,
            "reconnects": max(0, self.links - 1),
            "mtu": self.mtu,
            "rate_hz": feed.rate_hz,
            "duplicates": sum(boot.duplicates for boot in boots),
            "malformed": self.malformed
            + self.unknown
            + self.other_version
            + feed.contradictions
            + sum(boot.strays for boot in boots),
            "lost_on_clip": sum(boot.lost_on_clip for boot in boots),
            "boots": len(boots),
            "overflowed": self.overflowed,
            "bad_frames": self.bad_frames,
        }


@dataclass(frozen=True)
class RunFacts(Recording):
    """What is said of a run that came over a link; its samples are in its recording.

    Attributes
    ----------
    samples_in
        Samples that the pipeline has had.
    last_s
        Time of the last of them; the first is at 0.
    link
        What the link did, `link` of summary.json.
    """

    samples_in: int = 0
    last_s: float = 0.0
    link: Mapping[str, int | float | None] = field(default_factory=dict)

    @property
    def start_s(self) -> float:
        """Time of the first sample."""
        return 0.0

    @property
    def duration_s(self) -> float:
        """Time from the first sample to the last, gaps included."""
        return self.last_s

    @property
    def samples(self) -> int:
        """Number of samples that the pipeline has had."""
        return self.samples_in
