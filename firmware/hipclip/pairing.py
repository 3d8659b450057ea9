"""Pairing as the radio tells of it: who is encrypted, by a bond or not, and when a bond can be made.

Pairing is "just works": the clip has neither display nor keys. NimBLE refuses no pairing, so outside the window it is
one without a bond: encrypted, and trusted with nothing.
"""

import time

from micropython import const

from hipclip.bonds import Bonds
from hipwire import ids

_READ_REQUEST = const(4)
_GET_SECRET = const(29)
_SET_SECRET = const(30)

_NO_KEYS = const(3)  # neither display nor keyboard (BLE_SM_IO_CAP_NO_IO)
_MAY_NOT_READ = const(5)  # insufficient authentication (Core 5.4, vol. 3 part F, 3.4.1.1): has a system pair
_HAS_NO_BOND = const(8)  # insufficient authorisation: it is encrypted, and pairing again would change nothing
_STRANGER_MS = const(30000)  # what a central that may not even read gets to show its bond


class Pairing:
    """`encrypted` has the handles of encrypted connections, and whether it is by the keys of a bond."""

    def __init__(self, clip, radio):
        self._clip = clip
        self._radio = radio
        self._bonding = False
        self.bonds = Bonds()
        self.encrypted = {}
        self.key = None  # handle of the characteristic that nobody reads without a bond

    def begin(self):
        """Have the stack pair by LE Secure Connections, without bonds; False where it cannot pair."""
        if self.bonds.damaged:
            self._clip.log.add(ids.LOG_PAIRED, ids.LOG_WARNING, text="the bonds are damaged and gone")
        try:
            self._radio.config(le_secure=True, mitm=False, io=_NO_KEYS, bond=False)
            self._clip.access.pairs = True
        except (ValueError, OSError):  # BTstack knows no such options
            pass
        return self._clip.access.pairs

    def on_event(self, event, data):
        """Give the answer to an event of the radio; called within its handler."""
        if event == _SET_SECRET:
            try:
                return self.bonds.put(data[0], data[1], data[2])
            except Exception:  # no memory: what the stack wants to hear, see bonds.py
                return data[2] is not None
        if event == _GET_SECRET:
            return self.bonds.get(data[0], data[1], data[2])
        if event == _READ_REQUEST:
            return self._refusal(data[0], data[1])
        return None

    def _refusal(self, number, handle):
        """Error with which a central that may not read this is refused, None for one that may."""
        bonded = self.encrypted.get(number)
        if bonded or (handle != self.key and self._clip.access.level() < 2):
            return None
        return _MAY_NOT_READ if bonded is None else _HAS_NO_BOND

    def secured(self, number, encrypted, bonded):
        """Note that a connection is encrypted, or is no more; gives whether by a bond. Called within the handler."""
        self.encrypted.pop(number, None)
        if encrypted:
            self.encrypted[number] = bool(bonded)
            self.bonds.refused += not bonded
        return bool(encrypted and bonded)

    def parted(self, number):
        """Let a connection's state go; called within the handler."""
        self.encrypted.pop(number, None)
        self.bonds.left()

    def turn(self, connections):
        """Write a new bond, let the stack make one only while the window is open, part from strangers."""
        clip, bonds, now_ms = self._clip, self.bonds, time.ticks_ms()
        try:
            bonds.turn(now_ms)
        except OSError as error:
            clip.log.add(ids.LOG_PAIRED, ids.LOG_ERROR, text="bond not written: %s" % error)
        if bonds.made:
            bonds.made = False
            bonds.close()
            clip.log.add(ids.LOG_PAIRED, value=bonds.count(), text="paired")
            clip.haptics.play(ids.BUZZ_PAIRED)
        if self._bonding != bonds.window:
            self._bonding = bonds.window
            self._radio.config(bond=self._bonding)
        clip.counters.commands_refused += bonds.refused
        bonds.refused = 0
        for connection in connections.values():
            if bonds.window or connection.closed or clip.access.reads(connection):
                connection.since_ms = now_ms
            elif time.ticks_diff(now_ms, connection.since_ms) > _STRANGER_MS:
                connection.drop()

    def command(self, action):
        """Carry out PAIR."""
        bonds = self.bonds
        if action == ids.PAIR_OPEN:
            bonds.open(time.ticks_ms())
        elif action == ids.PAIR_CLOSE:
            bonds.close()
        else:
            bonds.forget()
            for number in self.encrypted:  # who is connected by a bond has none any more
                self.encrypted[number] = False
