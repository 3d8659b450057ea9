"""The bonds: secrets that the radio's stack gives the clip to keep, and the window in which new ones are made.

`get` and `put` are called from within the handler of `BLE.irq`, so they write no flash and never raise: `turn` writes.
NimBLE makes of an answer that it did not expect more than one would think (ble_store.c, ble_store_util.c, ble_sm.c):
a secret that is refused has it delete all bonds one after another, a deletion that is refused has it try for ever. So
outside the window a secret is taken and not kept, and what is deleted is only hidden until a central leaves.
"""

import binascii
import struct
import time

from micropython import const

from hipclip.settings import replace

FILE = "bonds.bin"
_MOST = const(8)  # centrals; the oldest bond makes room
_LONGEST = const(160)  # a secret: NimBLE's record of one takes some 80 bytes
_IRK = const(10)  # kind of the clip's own identity key, which no central has made
_HEAD = const(3)  # of a secret: kind, length of key, length of value
_WINDOW_MS = const(60000)
_UNDER_WAY_MS = const(30000)  # a pairing that began in the window may end so much later: Core 5.4, vol. 3 part H, 3.4


class Bonds:
    """`data` has the secrets one behind the other, the oldest first; the key of a central's is its address."""

    def __init__(self):
        self.data = b""
        self.hidden = []  # kind and key of what is taken for deleted; empty again when a central has gone
        self._opened_ms = None  # when the window was opened last, None when that is long ago
        self.window = False
        self._changed = False  # not on the flash yet
        self.made = False  # a bond, since this was last looked at
        self.refused = 0  # secrets that came with the window closed
        self.damaged = self._load()

    # in the handler of the radio's events

    def get(self, kind, index, key):
        """Give the secret of this kind and key, or of no key that with this number; None if there is none."""
        for each, own, value in self._each():
            if each == kind and (kind, own) not in self.hidden and (key is None or own == bytes(key)):
                if key is not None or not index:
                    return value
                index -= 1
        return None

    def put(self, kind, key, value):
        """Keep a secret, or delete one: what the stack makes of the answer is said above."""
        key = bytes(key)
        if value is None:
            if self.get(kind, 0, key) is None:
                return False
            if self.window:
                self.drop(kind, key)
            else:
                self.hidden.append((kind, key))
        elif len(value) > _LONGEST or len(key) > _LONGEST or (kind != _IRK and self._opened_ms is None):
            self.refused += 1
        else:
            self.drop(kind, key)
            self.data += struct.pack("BBB", kind, len(key), len(value)) + key + bytes(value)
            self.made = self.made or kind != _IRK
            peers = self.peers()
            if len(peers) > _MOST:
                self.drop(None, peers[0])
        return True

    # in the clip's own time

    def open(self, now_ms):
        """Open the window. It is closed by `window`, whereafter a pairing that has begun may still end."""
        self._opened_ms, self.window = now_ms, True

    def turn(self, now_ms):
        """Close the window when its time is over; write what has changed, OSError is the flash's."""
        if self._opened_ms is not None:
            open_ms = time.ticks_diff(now_ms, self._opened_ms)
            self.window = self.window and open_ms < _WINDOW_MS
            if open_ms >= _WINDOW_MS + _UNDER_WAY_MS:
                self._opened_ms = None
        if self._changed:
            self._changed, data = False, self.data
            replace(FILE, data + struct.pack("<I", binascii.crc32(data)), False)

    def peers(self):
        """Keys of the centrals, the one that bonded longest ago first."""
        found = []
        for kind, key, _ in self._each():
            if kind != _IRK and key not in found:
                found.append(key)
        return found

    def _each(self):
        """Kind, key and value of all secrets."""
        at, data = 0, self.data
        while at < len(data):
            behind = at + _HEAD + data[at + 1]
            end = behind + data[at + 2]
            yield data[at], data[at + _HEAD : behind], data[behind:end]
            at = end

    def drop(self, kind, key):
        """Delete the secrets of a key, of one kind or of all; whatever this is for is written then."""
        left, self._changed = b"", True
        for each, own, value in self._each():
            if own != key or kind not in (None, each):
                left += struct.pack("BBB", each, len(own), len(value)) + own + value
        self.data = left

    def _load(self):
        """Take over what was kept, whole or not at all; True when there was a file, and it was damaged."""
        try:
            with open(FILE, "rb") as file:
                data = file.read(4 + (2 * _MOST + 1) * (_HEAD + 16 + _LONGEST))
        except OSError:  # none yet
            return False
        good = data[-4:] == struct.pack("<I", binascii.crc32(data[:-4]))
        self.data = data[:-4] if good else b""
        return not good
