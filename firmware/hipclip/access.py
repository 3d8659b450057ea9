"""Who may do what, said in this one place: by the setting `access`, a bond, and whose stream it is.

`access` 0: whoever connects may everything. 1: reading is open, all else needs a bond. 2: reading needs one too. The
cable may everything: whoever holds the clip in the hand could press its button as well.
"""

from hipwire import ids

# what tells without changing anything; START joins these where a stream runs
_READING = (ids.GET_INFO, ids.GET_STATUS, ids.GET_SETTINGS, ids.GET_CALIBRATION, ids.RESEND)
# what nobody but the owner of a stream may do while the owner takes it
_OF_THE_OWNER = (
    ids.STOP, ids.SET_MOUNT, ids.SET_SETTINGS, ids.SET_CALIBRATION, ids.SET_CLOCK, ids.SET_MONITOR, ids.RUN
)  # fmt: skip


class Access:
    """`clip` is the App. `pairs` is set by the radio's side where its stack can pair."""

    def __init__(self, clip):
        self._clip = clip
        self._owner = None  # the connection that started the stream
        self.pairs = False

    def level(self):
        """Give the setting."""
        return self._clip.settings.get("access")

    def bits(self):
        """What the status tells of it."""
        ble, level = self._clip.ble, self.level()
        window = ids.ACCESS_WINDOW if ble and ble.pairing.bonds.window else 0
        return window | (ids.ACCESS_CONTROL if level else 0) | (ids.ACCESS_READING if level > 1 else 0)

    def features(self):
        """Bit of what the info message tells of it."""
        return ids.HAS_PAIRING if self.pairs else 0

    def open_window(self):
        """Let centrals pair for a minute, where the stack can."""
        if self.pairs:
            self._clip.ble.pairing.command(ids.PAIR_OPEN)

    def reads(self, outlet):
        """Whether a connection may be told what the clip measures and does."""
        return outlet.wired or outlet.bonded or self.level() < 2

    def refusal(self, code, outlet):
        """Result with which a command over this connection is refused; OK when it is not."""
        if outlet.wired:
            return ids.OK
        if not outlet.bonded and (code == ids.PAIR or not self._open(code)):
            return ids.NOT_PAIRED if self.pairs else ids.NOT_ALLOWED
        if code in _OF_THE_OWNER and self._owned() and outlet is not self._owner:
            return ids.BUSY
        return ids.OK

    def _open(self, code):
        """Whether a command is open to those without a bond."""
        level = self.level()
        if level == 1:
            return code in _READING or (code == ids.START and self._clip.stream.running)
        return level == 0

    def _owned(self):
        owner = self._owner
        return owner is not None and self._clip.stream.running and owner.streaming and not owner.closed

    def started(self, outlet):
        """Note who started or joined a stream: it is theirs where nobody has it, if they may have it."""
        if not self._owned() and (outlet.wired or outlet.bonded or self.level() == 0):
            self._owner = outlet
