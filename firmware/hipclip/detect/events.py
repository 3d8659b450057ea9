"""What the clip has found, as the event messages of docs/wire-format.md, in memory made once."""

from micropython import const

from hipwire import frames

_SIZE = const(20)


class Events:
    """The newest `most` events by their number, which counts from boot.

    Who wants each at once puts a function into `listeners`: it is called with the number. `clock` (a SampleClock) gives
    the index of an event that has none of its own.
    """

    def __init__(self, most=16):
        self._view = memoryview(bytearray(_SIZE * most))
        self._most = most
        self.next = 0
        self.clock = None
        self.listeners = []

    @property
    def oldest(self):
        """Number of the oldest event that is kept."""
        return max(0, self.next - self._most)

    def add(self, code, index=None, side=0, detail=0, flags=0, a=0, b=0, c=0, d=0):
        """Keep an event, in the place of the oldest; a to c are whole numbers, saturated."""
        if index is None:
            index = self.clock.index if self.clock else 0
        number = self.next
        at = _SIZE * (number % self._most)
        frames.pack_event_into(self._view, at, code, number, index, side, detail, flags, a, b, c, d)
        self.next = number + 1
        for listener in self.listeners:
            listener(number)

    def frame(self, number):
        """Give event `number`, which is at least `oldest` and below `next`."""
        at = _SIZE * (number % self._most)
        return self._view[at : at + _SIZE]
