"""Stretches of samples that void the steps they touch, each with its reason."""

from __future__ import annotations

from hipdrop.events import Flag


class Voids:
    """Half-open stretches of sample indices with the flag that they put on a step."""

    def __init__(self) -> None:
        self._stretches: list[tuple[float, float, Flag]] = []

    def add(self, start: float, stop: float, flag: Flag) -> None:
        """Void samples [start, stop)."""
        if self._stretches:
            last_start, last_stop, last_flag = self._stretches[-1]
            if last_flag is flag and start <= last_stop:
                self._stretches[-1] = (last_start, max(stop, last_stop), flag)
                return
        self._stretches.append((start, stop, flag))

    def __bool__(self) -> bool:
        return bool(self._stretches)

    def touching(self, start: float, stop: float) -> set[Flag]:
        """Flags of the stretches that overlap [start, stop)."""
        return {flag for a, b, flag in self._stretches if a < stop and b > start}

    def forget_before(self, index: float) -> None:
        """Drop what ended before a sample index."""
        if self._stretches and self._stretches[0][1] < index:
            self._stretches = [s for s in self._stretches if s[1] >= index]
