"""Frames in a ring of equal slots: the newest is being filled, the others are kept to be sent, and sent again."""


class FrameRing:
    """Frames are numbered on and on; the sequence on the wire is the number modulo 65536."""

    def __init__(self, memory):
        self._memory = memory
        self._view = memoryview(memory)
        self.next = 0  # number of the frame being filled
        self.begin(len(memory) - 1)

    def begin(self, slot_bytes):
        """Empty the ring and cut it anew into slots for frames of up to slot_bytes; numbers go on."""
        self._step = slot_bytes + 1  # a byte before each frame holds its length: 250 at most
        self.capacity = len(self._memory) // self._step - 1  # frames kept beside the one being filled
        self.oldest = self.next
        self._at = 0
        self.slot_offset = 1  # in memory, of the frame being filled

    @property
    def memory(self):
        """The bytes that `slot_offset` points into."""
        return self._memory

    def commit(self, length):
        """Keep the frame being filled, now `length` bytes long, and begin the next in the oldest slot."""
        self._memory[self.slot_offset - 1] = length
        self.next += 1
        self._at = self._at + 1 if self._at < self.capacity else 0
        self.slot_offset = self._at * self._step + 1
        if self.next - self.oldest > self.capacity:
            self.oldest += 1

    def frame(self, number):
        """Give frame `number`, oldest <= number < next, as a view that is good until its slot is filled anew."""
        if not self.oldest <= number < self.next:
            raise IndexError("frame %d is not kept" % number)
        begin = (self._at - (self.next - number)) % (self.capacity + 1) * self._step
        return self._view[begin + 1 : begin + 1 + self._memory[begin]]
