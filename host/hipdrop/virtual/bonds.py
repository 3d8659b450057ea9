"""Pairing as the clip sees it: its options, passkeys, and the secrets that its firmware keeps.

The keys themselves are Bumble's; to the firmware they are bytes that it stores and gives back
(ble_secret_store_read and ble_secret_store_write of extmod/nimble/modbluetooth_nimble.c).
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections import deque
from typing import TYPE_CHECKING

from bumble.device import Connection
from bumble.hci import Address
from bumble.keys import KeyStore, PairingKeys
from bumble.pairing import PairingConfig, PairingDelegate

from hipdrop.virtual.blecommands import Event, Key

if TYPE_CHECKING:
    from hipdrop.virtual.nimble import NimbleStack

_OUR_SECRET = 1  # BLE_STORE_OBJ_TYPE_OUR_SEC
_INPUT, _DISPLAY, _COMPARE = 2, 3, 4  # MP_BLUETOOTH_PASSKEY_ACTION_…
NO_INPUT_OUTPUT = 3  # BLE_SM_IO_CAP_NO_IO


def address_field(address: Address) -> bytes:
    """Give an address as MicroPython's events have it: type, then six bytes, the first one written first."""
    return bytes([address.address_type & 1]) + bytes(address.address_bytes[::-1])


class Bonds(KeyStore):
    """Options of pairing, and a key store that asks the firmware.

    Parameters
    ----------
    stack
        Whose firmware it asks.
    """

    def __init__(self, stack: NimbleStack) -> None:
        self._stack = stack
        self._secrets: deque[asyncio.Future[bytes | None]] = deque()
        self._passkeys: dict[int, asyncio.Future[int]] = {}
        self._authenticated: set[int] = set()
        self._known: set[str] = set()
        self.reset()
        stack.device.keystore = self
        stack.device.pairing_config_factory = self._pairing_config

    def reset(self) -> None:
        """Go back to NimBLE's defaults: no bonding, no protection against a man in the middle, no keys to press."""
        self.bond = self.mitm = self.secure = False
        self.io = NO_INPUT_OUTPUT
        self._known.clear()

    def configure(self, key: int, value: int) -> None:
        """Set one option."""
        if key == Key.BOND:
            self.bond = bool(value)
        elif key == Key.MITM:
            self.mitm = bool(value)
        elif key == Key.LE_SECURE:
            self.secure = bool(value)
        elif key == Key.IO:
            self.io = value

    def _pairing_config(self, connection: Connection) -> PairingConfig:
        return PairingConfig(self.secure, self.mitm, self.bond, _Delegate(self, connection))

    def knows(self, connection: Connection) -> bool:
        """Whether the other side has bonded since the clip was switched on."""
        return str(connection.peer_address) in self._known

    def is_authenticated(self, connection: Connection) -> bool:
        """Whether the keys of the connection come from a pairing with a passkey."""
        return connection.handle in self._authenticated

    def forget_connection(self, connection: Connection) -> None:
        """Let a connection's state go."""
        self._authenticated.discard(connection.handle)
        passkey = self._passkeys.pop(connection.handle, None)
        if passkey is not None:
            passkey.cancel()

    def encryption_fields(self, connection: Connection) -> bytes:
        """Give encrypted, authenticated, bonded and key size of a connection."""
        return bytes([connection.encryption != 0, self.is_authenticated(connection), self.bond, 16])

    # --- secrets ------------------------------------------------------------------------------------------------

    async def update(self, name: str, keys: PairingKeys) -> None:
        """Have the firmware store keys, if it wants to bond."""
        if self.bond:
            self._known.add(name)
            key, value = address_field(Address(name)), json.dumps(keys.to_dict()).encode()
            self._stack.tell_all(Event.SET_SECRET, bytes([_OUR_SECRET, len(key)]) + key + value)

    async def get(self, name: str) -> PairingKeys | None:
        """Ask the firmware for keys."""
        if not (self.bond and self._stack.active):
            return None
        answer: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._secrets.append(answer)
        self._stack.tell_all(Event.GET_SECRET, bytes([_OUR_SECRET, 0]) + address_field(Address(name)))
        value = await answer
        if value is None:
            return None
        keys = PairingKeys.from_dict(json.loads(value))
        self._known.add(name)
        self._note_authenticated(name, keys)
        return keys

    def _note_authenticated(self, name: str, keys: PairingKeys) -> None:
        if keys.ltk is not None and keys.ltk.authenticated:
            connections = self._stack.connections.values()
            self._authenticated.update(c.handle for c in connections if str(c.peer_address) == name)

    def on_secret(self, payload: bytes) -> None:
        """Take the firmware's answer: a byte that says whether there is a secret, and the secret."""
        if self._secrets:
            answer = self._secrets.popleft()
            if not answer.done():
                answer.set_result(payload[1:] if payload[0] else None)

    def fail_waiting(self) -> None:
        """Let nothing wait any more: the firmware cannot answer."""
        while self._secrets:
            self.on_secret(b"\0")
        for passkey in self._passkeys.values():
            passkey.cancel()
        self._passkeys.clear()

    # --- passkeys -----------------------------------------------------------------------------------------------

    async def ask(self, connection: Connection, action: int, number: int = 0) -> int:
        """Tell the firmware that a passkey is needed, and wait for its `gap_passkey`."""
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._passkeys[connection.handle] = answer
        self._authenticated.add(connection.handle)
        self._stack.tell(Event.PASSKEY_ACTION, connection, struct.pack("<BI", action, number))
        return await answer

    def on_passkey(self, payload: bytes) -> None:
        """Take the firmware's answer."""
        number, _action, passkey = struct.unpack("<HBI", payload)
        answer = self._passkeys.pop(self._stack.connection(number).handle, None)
        if answer is not None and not answer.done():
            answer.set_result(passkey)


class _Delegate(PairingDelegate):
    """Puts Bumble's questions to the firmware."""

    def __init__(self, bonds: Bonds, connection: Connection) -> None:
        super().__init__(PairingDelegate.IoCapability(bonds.io))
        self._bonds = bonds
        self._connection = connection

    async def generate_passkey(self) -> int:
        return await self._bonds.ask(self._connection, _DISPLAY)

    async def get_number(self) -> int | None:
        return await self._bonds.ask(self._connection, _INPUT)

    async def compare_numbers(self, number: int, digits: int) -> bool:
        return bool(await self._bonds.ask(self._connection, _COMPARE, number))
