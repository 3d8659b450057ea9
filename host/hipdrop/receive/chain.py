"""From messages of the clip to events: what a live run and its replay share.

The chain does no I/O and reads no clock. It decides by the messages, their arrival times and the user's inputs alone,
in their order: pushed again, the same give the same events to the bit. Times on the host's clock are whole
microseconds, since that is what the recording keeps.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hipdrop.events import CalibrationUsed, Event, Site, UseCalibration, UserInput
from hipdrop.profile import Profile
from hipdrop.receive.boot import Boot
from hipdrop.receive.calibrated import NOMINAL, Choice, Chosen
from hipdrop.receive.counters import LinkCounters, RunFacts
from hipdrop.receive.decode import Frame, read_frame
from hipdrop.receive.feed import Feed, Pressed, Reboot
from hipdrop.receive.messages import ClipInfo, ClipStatus, Started, read_info, read_started, read_status
from hipdrop.receive.order import Taken
from hipdrop.receive.rate import RateFinder
from hipdrop.receive.resend import Resend
from hipdrop.receive.streams import AnyPipeline, Stream, stream_of
from hipdrop.samples import Array
from hipdrop.settings import Settings
from hipwire import decoding, errors, ids, records

NOMINAL_HZ = 208.0  # until the info message says another

Keep = Callable[[Boot, Frame, int], None]
Streams = Callable[[int, ClipInfo, Settings], Stream]


def microseconds(time_s: float) -> int:
    """Give a time on the host's clock as the chain takes it and the recording keeps it."""
    return round(time_s * 1e6)


class Chain:
    """Messages in, events out.

    Parameters
    ----------
    settings
        All parameters; the clip's range goes over them (`used_settings`).
    site, profile, mount
        As of `hipdrop.pipeline.Pipeline`.
    keep
        Gets each frame when it comes for the first time, with the boot that it belongs to and its arrival in us.
    streams
        Makes of kind, info and settings what blocks and pipeline are made with, in place of the run's own streams.
    calibration
        Goes over all that enters, and over what the clip holds.

    Attributes
    ----------
    info, status
        What the clip said last of itself; None before.
    stream_kind
        Raw or tilt (`hipwire.ids`), the one that the run is made of; None before it begins.
    counters
        What the link did.
    """

    def __init__(
        self, settings: Settings | None = None, *,
        site: Site | None = None, profile: Profile | None = None, mount: Array | None = None, keep: Keep | None = None,
        streams: Streams | None = None, calibration: UseCalibration | None = None,
    ) -> None:  # fmt: skip
        self._settings = settings or Settings()
        self._keep = keep
        self._streams = streams
        self._site, self._profile, self._mount = site, profile, mount
        self.info: ClipInfo | None = None
        self.status: ClipStatus | None = None
        self.stream_kind: int | None = None
        self.counters = LinkCounters()
        self._choice = Choice(calibration)
        self._feed = Feed()
        self._stream: Stream | None = None
        self._boot_id: int | None = None
        self._boot: Boot | None = None
        self._before: Boot | None = None  # the boot before, until the new one has released a frame
        self._rate: RateFinder | None = None
        self._marks: set[int] = set()  # numbers of the marks of this boot that are in
        self._resend = Resend(microseconds(self._settings.link.resend_patience_s))
        self._readers: dict[int, Callable[[bytes, int], None]] = {
            ids.RAW: self._samples, ids.TILT: self._samples, ids.STATUS: self._status, ids.LOG: self._log,
            ids.INFO: self._info, ids.ANSWER: self._answer,
        }  # fmt: skip

    def push(self, arrival_s: float, message: bytes) -> list[Event]:
        """Take a message as it came; give what has become known. What breaks the wire format is counted."""
        self.take(arrival_s, message)
        return self._feed.run()

    def take(self, arrival_s: float, message: bytes) -> None:
        """Take a message without running the pipeline: what has become known comes with the next `push` or `user`.

        Many at a time are quicker, and give the same events.
        """
        now_us = microseconds(arrival_s)
        uninformed = self.info is None
        try:
            kind = decoding.kind(message)
            if kind in self._readers:
                self._readers[kind](message, now_us)
        except errors.WireError as error:
            self.counters.refuse(error)
        if self._boot is not None:
            self._hand_over(self._boot, now_us=now_us)
        if not uninformed:  # between the clip's first word and the first sample there is room for its calibration
            self._begin_pipeline()

    def run(self) -> list[Event]:
        """Give what has become known by the messages taken."""
        return self._feed.run()

    def user(self, item: UserInput) -> list[Event]:
        """Take what the user does now."""
        if isinstance(item, UseCalibration) and self._feed.pipeline is None:
            self._choice.enter(item)
        else:
            self._feed.add(item)
        return self._feed.run()

    def connected(self, mtu: int | None = None) -> None:
        """Note that a link stands (again); `mtu` where the link has one."""
        self.counters.connected(mtu)
        self._resend.forget()

    def lost(self) -> None:
        """Note that the link is gone."""
        self.counters.lost = True

    def counted(self, overflowed: int, bad_frames: int) -> None:
        """Note what the link itself has lost, over the whole run."""
        self.counters.overflowed, self.counters.bad_frames = overflowed, bad_frames

    def close(self) -> list[Event]:
        """Give what is still open; no more will come."""
        if self._boot is not None:
            self._hand_over(self._boot, flush=True)
        self._begin_pipeline(at_end=True)
        return self._feed.close()

    def missing(self, now_s: float) -> tuple[int, int] | None:
        """Give first sequence number and count of what to ask the clip for now, and take it as asked for; else None.

        No event depends on it: how a request ended is learnt from the messages.
        """
        asked = None if self._boot is None else self._resend.next(self._boot.order.holes, microseconds(now_s))
        return None if asked is None else (asked[0] & 0xFFFF, asked[1])

    @property
    def complete(self) -> bool:
        """Whether nothing is missing that the clip may still hold."""
        return self._boot is None or all(hole.gone for hole in self._boot.order.holes)

    @property
    def pipeline(self) -> AnyPipeline | None:
        """The pipeline; None until the sample rate is known."""
        return self._feed.pipeline

    @property
    def rate_hz(self) -> float | None:
        """Rate that the pipeline was made for; None before."""
        return self._feed.rate_hz

    @property
    def reached_s(self) -> float:
        """Time of the newest sample in the pipeline, seconds since the first one of the run."""
        return self._feed.reached_s

    @property
    def used_settings(self) -> Settings:
        """The settings within the range of the clip."""
        return self._settings if self._stream is None else self._stream.settings

    @property
    def chosen(self) -> Chosen:
        """What the samples are corrected by, as far as is known by now."""
        if self._streams is not None or self.info is None or self.stream_kind is None:
            return NOMINAL
        return self._choice.choose(self.info, self.stream_kind, self._site)

    @property
    def calibration(self) -> CalibrationUsed | None:
        """What the run says of its calibration; None without one."""
        return next((event for event in self.chosen.said if isinstance(event, CalibrationUsed)), None)

    def host_s(self, t_s: float) -> float | None:
        """Give the host's time at a time of the run, in the boot that runs; None before the first sample."""
        if self._feed.origin_us is None or self._boot is None:
            return None
        return self._boot.host.host_us(self._feed.origin_us + microseconds(t_s)) / 1e6

    def facts(self, path: Path, notes: tuple[str, ...] = ()) -> RunFacts:
        """Give what `hipdrop.summary.summarize` and the views need to know of the run."""
        rate_hz = self.rate_hz or NOMINAL_HZ
        link = self.link_table()
        notes += self.counters.notes
        return RunFacts(
            path, [], rate_hz, rate_hz, notes, samples_in=self._feed.samples, last_s=self.reached_s, link=link
        )

    def link_table(self) -> dict[str, int | float | None]:
        """Give `link` of summary.json."""
        return self.counters.table(self._boot, self._feed)

    def link_counts(self) -> dict[str, int | float | None]:
        """Give the counts of it, for whoever asks several times a second."""
        return self.counters.counts(self._boot, self._feed)

    # ---- messages ----

    def _samples(self, message: bytes, now_us: int) -> None:
        frame = read_frame(message)
        if self.stream_kind is None:
            self.stream_kind = frame.kind
        if frame.kind != self.stream_kind:
            self.counters.other_stream += 1
            return
        boot = self._running_boot()
        taken, device_us = boot.take(frame, now_us)
        if taken in (Taken.RECOVERED, Taken.LATE):
            self._resend.progressed(now_us)
        if taken in (Taken.DUPLICATE, Taken.STRAY):
            return
        if self._rate is not None:
            self._rate.frame(frame.index, device_us)
        if self._keep is not None:
            self._keep(boot, frame, now_us)

    def _status(self, message: bytes, now_us: int) -> None:
        self.status = read_status(message)
        self._enter(self.status.boot_id)
        self._told_rate(self.status.rate_mhz, self.status.rate_uncertainty_ppm)
        if self.status.marks:
            self._marked(self.status.marks, self.status.mark_index)

    def _log(self, message: bytes, now_us: int) -> None:
        code, _, value, _ = decoding.log(message)
        if code == ids.LOG_MARK:
            self._marked(value, decoding.header(message)[3])

    def _info(self, message: bytes, now_us: int) -> None:
        self.info = read_info(message)
        self._enter(self.info.boot_id)

    def _answer(self, message: bytes, now_us: int) -> None:
        code, _, result, payload = decoding.answer(message)
        if code == ids.GET_INFO and result == ids.OK:
            self._info(payload, now_us)
        elif code == ids.GET_STATUS and result == ids.OK:
            self._status(payload, now_us)
        elif code == ids.START and result == ids.OK:
            self._started(read_started(payload), now_us)
        elif code == ids.STOP and result == ids.OK and self._boot is not None:
            end = records.unpack(records.STOPPED, payload)
            self._boot.order.announce(end["next_sequence"], end["next_index"], 0, now_us)
            self._boot.reach(end["next_index"])
        elif code == ids.RESEND and self._boot is not None:
            self._resend_answer(self._boot, result, payload, now_us)
        elif code == ids.GET_CALIBRATION and result == ids.OK and self._feed.pipeline is None:
            self._choice.told(payload)

    def _started(self, started: Started, now_us: int) -> None:
        self._enter(started.boot_id)
        self._told_rate(started.rate_mhz, started.rate_uncertainty_ppm)
        if self.stream_kind is None:
            self.stream_kind = started.stream
        if started.stream == self.stream_kind:
            self._running_boot().announce(started, now_us)
            self._resend.forget()

    def _resend_answer(self, boot: Boot, result: int, payload: bytes, now_us: int) -> None:
        """The ring of the clip forgets its oldest first: what is below the oldest that will come, is gone."""
        if result == ids.OK:
            values = records.unpack(records.RANGE, payload)
            first = boot.order.number_of(values["first_sequence"])
            boot.order.give_up(first)
            self._resend.accepted(first, values["count"], now_us)
        elif result == ids.GONE and len(payload) >= 2:
            boot.order.give_up(boot.order.number_of(payload[0] | payload[1] << 8))
            self._resend.refused(now_us, wait=False)
        else:
            self._resend.refused(now_us, wait=True)

    def _marked(self, number: int, index: int) -> None:
        if number not in self._marks:
            self._marks.add(number)
            self._feed.add(Pressed(index, anew=self._before is not None))

    # ---- boots, rate, pipeline ----

    def _enter(self, boot_id: int) -> None:
        """A message names its boot: another one than before means that the clip has started anew."""
        if boot_id == self._boot_id:
            return
        known, self._boot_id = self._boot_id is not None, boot_id
        if not known:
            return
        if self._boot is not None:
            self._hand_over(self._boot, flush=True)
            self.counters.leave(self._boot)
            self._before = self._boot if self._boot.newest is not None else self._before
        self._boot, self._rate = None, None
        self._marks.clear()
        self._resend.forget()

    def _running_boot(self) -> Boot:
        if self._boot is None:
            divider = self.info.tilt_divider if self.info and self.stream_kind == ids.TILT else 1
            self._boot = Boot(self._nominal_hz, divider, microseconds(self._settings.link.backfill_wait_s))
            self._rate = self._rate or RateFinder(self._nominal_hz)
        return self._boot

    @property
    def _nominal_hz(self) -> float:
        return self.info.rate_hz if self.info else NOMINAL_HZ

    def _told_rate(self, rate_mhz: int, uncertainty_ppm: int) -> None:
        if self._rate is None:
            self._rate = RateFinder(self._nominal_hz)
        self._rate.told(rate_mhz, uncertainty_ppm)

    def _hand_over(self, boot: Boot, now_us: int = 0, *, flush: bool = False) -> None:
        """Put the frames that need not wait into the feed."""
        timed = boot.timed(boot.order.flush() if flush else boot.order.release(now_us))
        if not timed:
            return
        if self._before is not None and self._before.newest is not None:
            away_us = boot.host_us(timed[0], end=False) - self._before.host_us(self._before.newest, end=True)
            self._feed.add(Reboot(away_us / 1e6))
            self._before = None
        self._feed.add(timed)

    def _begin_pipeline(self, *, at_end: bool = False) -> None:
        """Make the pipeline once it is known what the counts mean and how fast they come."""
        if self._feed.pipeline is not None or self.info is None or self._rate is None or self.stream_kind is None:
            return
        rate_hz = self._rate.best_hz if at_end else self._rate.rate_hz
        if rate_hz is None:
            return
        chosen = self.chosen
        if self._streams is not None:
            self._stream = self._streams(self.stream_kind, self.info, self._settings)
        else:
            self._stream = stream_of(self.stream_kind, self.info, self._settings, chosen)
        rate_hz /= self._stream.stride
        self._feed.begin(self._stream, rate_hz, self._site, self._mount, self._profile, chosen.said)
