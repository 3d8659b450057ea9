"""The stream of the clip: which kind runs, in frames of what length, and the ring that keeps them."""

import struct
import time

from hipclip.rawframes import RawWriter
from hipclip.ring import FrameRing
from hipwire import frames, ids

NONE = 0
DIVIDER = 2  # raw samples for one tilt sample: 104 Hz of 208


def samples_that_fit(kind, max_message):
    """Samples of a full frame that a connection takes: none when it takes too few."""
    room = max_message - frames.HEADER_SIZE
    if kind == ids.TILT:
        return frames.TILT_MAX_SAMPLES if room >= frames.TILT_MAX_SAMPLES * frames.TILT_SAMPLE_SIZE else 0
    samples = min(frames.RAW_MAX_SAMPLES, room // frames.RAW_SAMPLE_SIZE)
    return samples if samples >= frames.RAW_MIN_SAMPLES else 0


def frame_bytes(kind, samples):
    """Length of a frame of so many samples."""
    return frames.HEADER_SIZE + samples * (frames.TILT_SAMPLE_SIZE if kind == ids.TILT else frames.RAW_SAMPLE_SIZE)


def least_mtu(kind):
    """MTU below which no connection can take this kind of stream."""
    least = frames.TILT_MAX_SAMPLES if kind == ids.TILT else frames.RAW_MIN_SAMPLES
    return frame_bytes(kind, least) + frames.NOTIFY_OVERHEAD


class Stream:
    """One stream runs at a time, for all who joined it; it goes on while a host is away.

    Raw and tilt have a ring each, since their sequences count apart, in the same memory, since only one of them runs.
    """

    def __init__(self, memory, sampler, log, settings, make_tilt=None):
        self._sampler = sampler
        self._log = log
        self._settings = settings
        self._rings = {ids.RAW: FrameRing(memory)}
        self._rings[ids.RAW].begin(frames.RAW_MAX_SIZE)
        samples_kept = self._rings[ids.RAW].capacity * frames.RAW_MAX_SAMPLES
        self.ring_s = samples_kept * 1000 // sampler.imu.RATE_MHZ  # how long full raw frames are kept
        self._writers = {ids.RAW: RawWriter(self._rings[ids.RAW])}
        self._memory = memory
        self._make_tilt = make_tilt  # gives the source of the tilt samples, whose sinks are as those of the sampler
        self._sinks = {ids.RAW: sampler.sinks}
        if make_tilt and settings.get("mount_id"):
            self._add_tilt()
        self.ring = self._rings[ids.RAW]  # of the stream that runs or ran last
        self.writer = self._writers[ids.RAW]
        self.kind = NONE  # of the stream that runs or ran last
        self.running = False
        self.samples = 0
        self.slot_bytes = 0
        self.frame_ms = 91  # how long a full frame lasts, nominally
        self._divider = 1
        self._heard_ms = 0

    def can(self, kind):
        """Whether this board makes such a stream."""
        return kind == ids.RAW or (kind == ids.TILT and self._make_tilt is not None)

    @property
    def features(self):
        """Bits of the streams that this board makes."""
        return ids.HAS_RAW | (ids.HAS_TILT if self.can(ids.TILT) else 0)

    def _add_tilt(self):
        """Make what the tilt stream needs; without a mount nobody can ask for it, and its 10 kB stay free."""
        from hipclip.tiltframes import TiltWriter

        ring = FrameRing(self._memory)
        self._sinks[ids.TILT] = source = self._make_tilt()
        self._writers[ids.TILT] = TiltWriter(ring, source, self._sampler.clock)
        self._rings[ids.TILT] = ring

    def start(self, kind, samples):
        """Begin a stream in an empty ring; what the last one left there is gone."""
        self.stop()
        if kind not in self._writers:
            self._add_tilt()
        self.kind, self.samples = kind, samples
        self.slot_bytes = frame_bytes(kind, samples)
        self._divider = DIVIDER if kind == ids.TILT else 1
        self.frame_ms = max(1, samples * self._divider * 1000000 // self._sampler.imu.RATE_MHZ)
        self.ring, self.writer = self._rings[kind], self._writers[kind]
        self._sinks[kind].append(self.writer)
        self.writer.begin(samples)
        self._heard_ms = time.ticks_ms()
        self.running = True
        self._log.add(ids.LOG_STARTED, text="tilt" if kind == ids.TILT else "raw")

    def stop(self):
        """End the stream; the samples of the last frame are put into the ring."""
        if not self.running:
            return
        self._sinks[self.kind].remove(self.writer)
        self.writer.flush()
        self.running = False
        self._log.add(ids.LOG_STOPPED)

    def watch(self, now_ms, listening):
        """End a stream that no host has taken for `keep_streaming_s`."""
        if listening or not self.running:
            self._heard_ms = now_ms
        elif time.ticks_diff(now_ms, self._heard_ms) > self._settings.get("keep_streaming_s") * 1000:
            self.stop()

    def first_index(self, number):
        """Index of the first sample of a frame that is kept, or of the one being filled."""
        if number < self.ring.next:
            return struct.unpack_from("<I", self.ring.frame(number), 4)[0]
        filled = self.samples * self._divider - self.writer.wanted  # in raw samples; a frame spans no gap
        half = filled % self._divider  # the first of the two samples of a tilt sample, which has an even index
        if filled > half:
            return self.writer.index_next - (filled - half)
        return -(-(self._sampler.clock.index - half) // self._divider) * self._divider

    def number_of(self, sequence):
        """Give the youngest frame number with this sequence that is not beyond the ring."""
        return self.ring.next - (self.ring.next - sequence & 0xFFFF)
