"""Who may do what, said in this one place: by the setting `access`, a bond, and whose stream it is.

`access` 0: whoever connects may everything. 1: reading is open, all else needs a bond. 2: reading needs one too. The
cable may everything: whoever holds the clip in the hand could press its button as well.

Pairing is "just works": the clip has neither display nor keys. NimBLE refuses no pairing, so outside the window it is
one without a bond: encrypted, and trusted with nothing.
"""

import time

from micropython import const

from hipclip.bonds import Bonds
from hipwire import ids

# what tells without changing anything; START joins these where a stream runs
_READING = (ids.GET_INFO, ids.GET_STATUS, ids.GET_SETTINGS, ids.GET_CALIBRATION, ids.RESEND)
# what nobody but the owner of a stream may do while the owner takes it
_OF_THE_OWNER = (ids.STOP, ids.SET_MOUNT, ids.SET_CALIBRATION, ids.SET_CLOCK, ids.SET_MONITOR, ids.RUN)
_READ_REQUEST = const(4)
_GET_SECRET = const(29)
_SET_SECRET = const(30)
_NO_KEYS = const(3)  # neither display nor keyboard (BLE_SM_IO_CAP_NO_IO)
_MAY_NOT_READ = const(5)  # insufficient authentication (Core 5.4, vol. 3 part F, 3.4.1.1): has a system pair
_HAS_NO_BOND = const(8)  # insufficient authorisation: it is encrypted, and pairing again would change nothing
_STRANGER_MS = const(30000)  # what a central that may not even read gets to show its bond


class Access:
    """`clip` is the App. Outlets tell of themselves whether they are `wired` or `bonded`."""

    def __init__(self, clip):
        self._clip = clip
        self._owner = None  # the connection that started the stream
        self._radio = None  # where its stack can pair
        self._bonding = False
        self.bonds = Bonds()
        self.encrypted = {}  # whether by the keys of a bond, by handle of an encrypted connection
        self.key = None  # handle of the characteristic that nobody reads without a bond

    def level(self):
        """Give the setting."""
        return self._clip.settings.get("access")

    def bits(self):
        """What the status tells of it."""
        level = self.level()
        window = ids.ACCESS_WINDOW if self._bonding else 0
        return window | (ids.ACCESS_CONTROL if level else 0) | (ids.ACCESS_READING if level > 1 else 0)

    def features(self):
        """Bit of what the info message tells of it."""
        return ids.HAS_PAIRING if self._radio else 0

    # commands

    def reads(self, outlet):
        """Whether a connection may be told what the clip measures and does."""
        return outlet.wired or outlet.bonded or self.level() < 2

    def refusal(self, code, outlet):
        """Result with which a command over this connection is refused; OK when it is not."""
        if outlet.wired:
            return ids.OK
        level = self.level() if code != ids.PAIR else 2
        if level and not outlet.bonded:
            joins = code == ids.START and self._clip.stream.running
            if level > 1 or not (joins or code in _READING):
                return ids.NOT_PAIRED if self._radio else ids.NOT_ALLOWED
        if code in _OF_THE_OWNER and self._owned() and outlet is not self._owner:
            return ids.BUSY
        return ids.OK

    def _owned(self):
        owner = self._owner
        return owner is not None and self._clip.stream.running and owner.streaming and not owner.closed

    def started(self, outlet):
        """Note who started or joined a stream: it is theirs where nobody has it, if they may have it."""
        if not self._owned() and (outlet.wired or outlet.bonded or self.level() == 0):
            self._owner = outlet

    def command(self, action):
        """Carry out PAIR, the wearer's or a host's; gives its result."""
        if not self._radio:
            return ids.UNSUPPORTED
        if action == ids.PAIR_OPEN:
            self.bonds.open(time.ticks_ms())
        elif action == ids.PAIR_CLOSE:
            self.bonds.window = False
        elif action == ids.PAIR_FORGET:
            for peer in self.bonds.peers():
                self.bonds.drop(None, peer)
            for number in self.encrypted:  # who is connected by a bond has none any more
                self.encrypted[number] = False
        else:
            return ids.MALFORMED
        return ids.OK

    # the radio's side

    def begin(self, radio):
        """Have the stack pair by LE Secure Connections, without bonds; False where it cannot pair."""
        try:
            radio.config(le_secure=True, mitm=False, io=_NO_KEYS, bond=False)
            self._radio = radio
        except (ValueError, OSError):  # BTstack knows no such options
            pass
        if self.bonds.damaged:
            self._clip.log.add(ids.LOG_PAIRED, ids.LOG_WARNING, text="the bonds are damaged and gone")
        return self._radio

    def answer(self, event, data):
        """Give the answer to an event of the radio; called within its handler."""
        if event == _SET_SECRET:
            try:
                return self.bonds.put(data[0], data[1], data[2])
            except Exception:  # no memory: what the stack wants to hear, see bonds.py
                return data[2] is not None
        if event == _GET_SECRET:
            return self.bonds.get(data[0], data[1], data[2])
        if event == _READ_REQUEST:
            bonded = self.encrypted.get(data[0])
            if not bonded and (data[1] == self.key or self.level() > 1):
                return _MAY_NOT_READ if bonded is None else _HAS_NO_BOND
        return None

    def secured(self, number, encrypted, bonded):
        """Note how a connection is encrypted; gives whether by a bond. Called within the handler."""
        self.encrypted.pop(number, None)
        self.bonds.hidden = []
        if encrypted:
            self.encrypted[number] = bool(bonded)
            self.bonds.refused += not bonded
        return bool(encrypted and bonded)

    def turn(self, connections):
        """Write a new bond, let the stack make one only while the window is open, part from strangers."""
        clip, bonds, now_ms = self._clip, self.bonds, time.ticks_ms()
        try:
            bonds.turn(now_ms)
        except OSError as error:
            clip.log.add(ids.LOG_PAIRED, ids.LOG_ERROR, text="bond not written: %s" % error)
        if bonds.made:
            bonds.made = bonds.window = False
            clip.log.add(ids.LOG_PAIRED, value=len(bonds.peers()), text="paired")
            clip.haptics.play(ids.BUZZ_PAIRED)
        if self._bonding != bonds.window:
            self._bonding = bonds.window
            self._radio.config(bond=self._bonding)
        clip.counters.commands_refused += bonds.refused
        bonds.refused = 0
        for connection in connections.values():
            if bonds.window or connection.closed or self.reads(connection):
                connection.since_ms = now_ms
            elif time.ticks_diff(now_ms, connection.since_ms) > _STRANGER_MS:
                connection.drop()
