"""When the clip may sleep: nobody is connected, no run goes on, and it has lain still for long."""

from micropython import const

_LONG_MS = const(100000000)


class Sleep:
    """A sink of the sampler that feels whether the clip lies still; `clip` is the App."""

    def __init__(self, clip):
        self._clip = clip
        self._limit = 0  # counts
        self._x = self._y = self._z = 0
        self._moved = False
        self._still_ms = 0
        clip.sampler.sinks.append(self)

    def take(self, block, n, index, ticks_us, flags):
        """Look at the first sample of a block."""
        x, y, z = _i16(block, 0), _i16(block, 2), _i16(block, 4)
        limit = self._limit
        if abs(x - self._x) > limit or abs(y - self._y) > limit or abs(z - self._z) > limit:
            self._x, self._y, self._z = x, y, z
            self._moved = True

    def due(self, spent_ms):
        """Whether it is time, so long after this was asked last."""
        clip = self._clip
        get = clip.settings.get
        self._limit = get("wake_mg") * 1000000 // clip.imu.ACC_NG_PER_LSB
        busy = clip.sender.outlets or clip.stream.running or clip.runcontrol.active or clip.haptics.playing
        if self._moved or busy or clip.sampler.failed or (clip.ble and clip.ble.connections):
            self._moved = False
            self._still_ms = 0
        else:
            self._still_ms = min(self._still_ms + spent_ms, _LONG_MS)
        return get("sleep_after_s") and self._still_ms >= get("sleep_after_s") * 1000


def _i16(block, at):
    value = block[at] | block[at + 1] << 8
    return value - 65536 if value & 0x8000 else value
