"""How far the stream has come, and what of its end is missing."""

from __future__ import annotations

import struct

from hipwire import frames, records

SEQUENCES = 0x10000


class Tail:
    """Watches the numbers of the live frames; once the stream is stopped it knows which last frames have not come.

    Holes between frames are seen by whoever puts frames in order; the end of a stream has no frame behind it.
    """

    def __init__(self) -> None:
        self.stopped = False
        self._boot_id: int | None = None
        self._newest = -1  # sequence of the newest frame seen, or of the one before the stream
        self._end = 0

    def started(self, answer: bytes) -> None:
        """Take the payload of the answer to START."""
        values = records.unpack(records.STARTED, answer)
        if values["boot_id"] != self._boot_id:
            self._boot_id = values["boot_id"]
            self._newest = values["next_sequence"] - 1

    def stop(self, answer: bytes) -> None:
        """Take the payload of the answer to STOP."""
        self._end = records.unpack(records.STOPPED, answer)["next_sequence"]
        self.stopped = True

    def see(self, frame: bytes) -> None:
        """Take a frame of the stream."""
        if len(frame) >= frames.HEADER_SIZE:
            (sequence,) = struct.unpack_from("<H", frame, 2)
            if 0 < (sequence - self._newest) % SEQUENCES < SEQUENCES // 2:
                self._newest = sequence

    @property
    def missing(self) -> tuple[int, int] | None:
        """First sequence and count of what has not come, None if all has or the stream goes on."""
        count = (self._end - 1 - self._newest) % SEQUENCES
        if not self.stopped or not 0 < count < SEQUENCES // 2:
            return None
        return (self._newest + 1) % SEQUENCES, count
