"""A sink that writes everything down and asks for the holes in what came."""

from __future__ import annotations

from hipwire import commands, decoding, frames, ids, records

ASK_AGAIN_S = 2.0


class Notebook:
    """Frames by sequence (below 65536 in a test), answers, comings and goings."""

    def __init__(self) -> None:
        self.frames: dict[int, float] = {}
        self.messages: list[bytes] = []
        self.history: list[tuple[str, float]] = []
        self.mtu = 0
        self._asked_s = -1e9
        self._given_up: set[int] = set()
        self._end: int | None = None

    def message(self, arrival_s: float, message: bytes) -> None:
        self.messages.append(message)
        if message[0] & 0x0F == ids.RAW:
            self.frames[decoding.header(message)[2]] = arrival_s
        elif message[:2] == bytes([frames.first_byte(ids.ANSWER), ids.STOP]) and message[4] == ids.OK:
            self._end = records.unpack(records.STOPPED, message, commands.ANSWER_SIZE)["next_sequence"]

    def connected(self, at_s: float, mtu: int) -> None:
        self.history.append(("connected", at_s))
        self.mtu = mtu

    def lost(self, at_s: float) -> None:
        self.history.append(("lost", at_s))

    def holes(self) -> list[int]:
        """Sequences that have not come, up to the last that came or the end of the stream."""
        if not self.frames:
            return []
        last = max(self.frames) + 1 if self._end is None else self._end
        return [k for k in range(min(self.frames), last) if k not in self.frames and k not in self._given_up]

    def give_up(self, sequences: range) -> None:
        """Know that these cannot be had."""
        self._given_up.update(sequences)

    def missing(self, at_s: float) -> tuple[int, int] | None:
        holes = self.holes()
        if not holes or at_s < self._asked_s + ASK_AGAIN_S:
            return None
        self._asked_s = at_s
        count = 1
        while holes[0] + count in holes:
            count += 1
        return holes[0], count

    @property
    def complete(self) -> bool:
        return not self.holes()
