"""Raw frames, written straight into the slots of the ring: one copy of the samples, no object per sample or frame."""

import struct

from hipwire import frames, ids

_COPY = ["%ds" % (frames.RAW_SAMPLE_SIZE * n) for n in range(frames.RAW_MAX_SAMPLES + 1)]  # formats of n samples


class RawWriter:
    """A sink of the sampler; `wanted` is the number of samples that complete the frame being filled."""

    def __init__(self, ring):
        self._ring = ring
        self._samples = 0
        self._filled = 0
        self._flags = self._index = self._ticks_us = 0
        self.wanted = 0
        self.index_next = 0  # of the sample behind the last one written

    def begin(self, samples_per_frame):
        """Empty the ring and begin a stream of frames with so many samples each."""
        self._ring.begin(frames.HEADER_SIZE + frames.RAW_SAMPLE_SIZE * samples_per_frame)
        self._samples = self.wanted = samples_per_frame
        self._filled = self._flags = 0

    def take(self, block, n, index, ticks_us, flags):
        """Add n samples, no more than are wanted; behind a gap a new frame begins."""
        if flags & ids.GAP:
            self.flush()
        if n > self.wanted:
            raise ValueError("%d samples for %d places" % (n, self.wanted))
        if self._filled == 0:
            self._index, self._ticks_us = index, ticks_us
        at = self._ring.slot_offset + frames.HEADER_SIZE + frames.RAW_SAMPLE_SIZE * self._filled
        struct.pack_into(_COPY[n], self._ring.memory, at, block)
        self._flags |= flags
        self._filled += n
        self.wanted -= n
        self.index_next = index + n
        if self.wanted == 0:
            self.flush()

    def flush(self):
        """Close the frame being filled, if there is a sample in it."""
        if self._filled == 0:
            return
        ring = self._ring
        frames.pack_header_into(
            ring.memory, ids.RAW, self._flags, ring.next & 0xFFFF, self._index, self._ticks_us, ring.slot_offset
        )
        ring.commit(frames.HEADER_SIZE + frames.RAW_SAMPLE_SIZE * self._filled)
        self._filled = self._flags = 0
        self.wanted = self._samples
