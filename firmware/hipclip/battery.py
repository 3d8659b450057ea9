"""How full the battery is, when it is low, and when it is empty."""

from micropython import const

# Percent at the voltage of a LiPo cell under a small load: the curve that Peter Bigot drew for the battery sample of
# Zephyr (samples/boards/nordic/battery) from a discharge of a 2000 mAh cell over 16 h; in mV, linear in between.
# No cell of a clip was measured.
CURVE = ((3950, 100), (3550, 6), (3100, 0))
_NO_CELL_MV = const(2500)  # below any cell that its own protection has not cut off: nothing is connected
_RISE_PERCENT = const(10)  # above `low` before it is no longer low: the voltage recovers by itself when the load falls
_SURE = const(3)  # readings in a row below `empty`, since the motor pulls the voltage down for a moment


def percent_of(mv):
    """Percent at a voltage, by the curve."""
    high_mv, high = CURVE[0]
    if mv >= high_mv:
        return high
    for low_mv, low in CURVE[1:]:
        if mv >= low_mv:
            return low + (high - low) * (mv - low_mv) // (high_mv - low_mv)
        high_mv, high = low_mv, low
    return 0


class Battery:
    """`percent` and `mv` are None while they are not known; `low` and `empty` then stay as they are."""

    def __init__(self, read_mv, settings):
        self._read_mv = read_mv
        self._settings = settings
        self.mv = None
        self.percent = None
        self.low = False
        self.empty = False
        self._below = 0

    def sample(self):
        """Measure; True when the battery has just become low."""
        mv = self._read_mv()
        if mv is None or mv < _NO_CELL_MV:
            self.mv = self.percent = None
            return False
        self.mv, self.percent = mv, percent_of(mv)
        was_low = self.low
        margin = _RISE_PERCENT if was_low else 0
        self.low = self.percent < self._settings.get("low_battery_percent") + margin
        self._below = self._below + 1 if self.percent < self._settings.get("empty_battery_percent") else 0
        self.empty = self._below >= _SURE
        return self.low and not was_low
