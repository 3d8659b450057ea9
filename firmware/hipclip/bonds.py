"""The bonds: secrets that the radio's stack gives the clip to keep, and the window in which new ones are made.

`get` and `put` are called from within the handler of `BLE.irq`, so they write no flash and never raise: `turn` writes.
NimBLE makes of an answer that it did not expect more than one would think (ble_store.c, ble_store_util.c, ble_sm.c):
a secret that is refused has it delete all bonds one after another, a deletion that is refused has it try for ever. So
outside the window a secret is taken and not kept, and what is deleted is only hidden until a central leaves.
"""

import binascii
import os
import struct
import time

from micropython import const

from hipclip.settings import replace

FILE = "bonds.bin"
_MOST = const(8)  # centrals; the oldest bond makes room
_LONGEST = const(160)  # a secret: NimBLE's record of one takes some 80 bytes
_IRK = const(10)  # kind of the clip's own identity key, which no central has made
_HEAD = const(3)  # kind, length of key, length of value
_WINDOW_MS = const(60000)
_UNDER_WAY_MS = const(30000)  # a pairing that began in the window may end so much later: Core 5.4, vol. 3 part H, 3.4


class Bonds:
    """`secrets` are (kind, key, value), the oldest first; the key of a central's is its address."""

    def __init__(self, path=FILE):
        self._path = path
        self.secrets = []
        self._hidden = []  # taken for deleted
        self._opened_ms = None  # when the window was opened last, None when that is long ago
        self.window = False
        self.changed = False  # not on the flash yet
        self.made = False  # a bond, since this was last looked at
        self.refused = 0  # secrets that came with the window closed
        self.damaged = self._load()

    # in the handler of the radio's events

    def get(self, kind, index, key):
        """Give the secret of this kind and key, or of no key that with this number; None if there is none."""
        key = None if key is None else bytes(key)
        for secret in self.secrets:
            if secret[0] == kind and secret not in self._hidden and key in (None, secret[1]):
                if key is not None or index == 0:
                    return secret[2]
                index -= 1
        return None

    def put(self, kind, key, value):
        """Keep a secret, or delete one: what the stack makes of the answer is said above."""
        key = bytes(key)
        old = [each for each in self.secrets if each[0] == kind and each[1] == key and each not in self._hidden]
        if value is None:
            if self.window:
                self._drop(old)
            else:
                self._hidden += old
            return bool(old)
        if kind != _IRK and (self._opened_ms is None or len(value) > _LONGEST):
            self.refused += 1
        elif len(value) <= _LONGEST:
            self._drop(old)
            self.secrets.append((kind, key, bytes(value)))
            self.changed = True
            self.made = self.made or kind != _IRK
            peers = self._peers()
            if len(peers) > _MOST:
                self._drop([each for each in self.secrets if each[1] == peers[0]])
        return True

    def left(self):
        """Show again what was taken for deleted: a central has gone."""
        self._hidden = []

    # in the clip's own time

    def open(self, now_ms):
        """Open the window."""
        self._opened_ms, self.window = now_ms, True

    def close(self):
        """Close the window; a pairing that has begun may end."""
        self.window = False

    def turn(self, now_ms):
        """Close the window when its time is over; write what has changed, OSError is the flash's."""
        if self._opened_ms is not None:
            open_ms = time.ticks_diff(now_ms, self._opened_ms)
            self.window = self.window and open_ms < _WINDOW_MS
            if open_ms >= _WINDOW_MS + _UNDER_WAY_MS:
                self._opened_ms = None
        if self.changed:
            self.changed = False
            self._save()

    def count(self):
        """How many centrals have a bond."""
        return len(self._peers())

    def forget(self):
        """Delete the bonds with all centrals."""
        self._drop([each for each in self.secrets if each[0] != _IRK])

    def _peers(self):
        """Keys of the centrals, the one that bonded longest ago first."""
        found = []
        for kind, key, _ in self.secrets:
            if kind != _IRK and key not in found:
                found.append(key)
        return found

    def _drop(self, secrets):
        if secrets:
            self.secrets = [each for each in self.secrets if each not in secrets]
            self.changed = True

    def _save(self):
        data = b"".join([struct.pack("BBB", k, len(key), len(value)) + key + value for k, key, value in self.secrets])
        replace(self._path, data + struct.pack("<I", binascii.crc32(data)), False)

    def _load(self):
        """Take over what was kept, whole or not at all; True when there was a file, and it was damaged."""
        try:
            if os.stat(self._path)[6] > 4 + (2 * _MOST + 1) * (_HEAD + 16 + _LONGEST):
                return True
            with open(self._path, "rb") as file:
                data = file.read()
        except OSError:  # none yet
            return False
        end = len(data) - 4
        if end < 0 or struct.unpack_from("<I", data, end)[0] != binascii.crc32(data[:end]):
            return True
        at = 0
        while at < end:
            kind, key_bytes, value_bytes = struct.unpack_from("BBB", data, at)
            at += _HEAD + key_bytes
            self.secrets.append((kind, data[at - key_bytes : at], data[at : at + value_bytes]))
            at += value_bytes
        return False
