"""Pairing as the clip sees it: its options, passkeys, and the secrets that its firmware keeps.

The keys themselves are Bumble's; to the firmware they are bytes that it stores and gives back
(ble_secret_store_read, _write and _delete of extmod/nimble/modbluetooth_nimble.c). What NimBLE does with its answers is
that of ble_sm.c, ble_store.c and ble_store_util.c: no pairing is refused, a peer that pairs again has its bond deleted
before, and a secret that the firmware refuses has the oldest bond deleted until it is taken.
"""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from typing import TYPE_CHECKING, NamedTuple, Self

from bumble.device import Connection
from bumble.hci import Address
from bumble.keys import KeyStore, PairingKeys
from bumble.pairing import PairingConfig, PairingDelegate

from hipdrop.virtual.blecommands import Event, Key

if TYPE_CHECKING:
    from hipdrop.virtual.nimble import NimbleStack

_OUR_SECRET, _PEER_SECRET = 1, 2  # BLE_STORE_OBJ_TYPE_…_SEC
_SECRET = struct.Struct("<7s16sH8s16s??")
_MOST_TRIES = 100  # of what NimBLE does until the firmware's answer is another: more is for ever
_INPUT, _DISPLAY, _COMPARE = 2, 3, 4  # MP_BLUETOOTH_PASSKEY_ACTION_…
NO_INPUT_OUTPUT = 3  # BLE_SM_IO_CAP_NO_IO


class Secret(NamedTuple):
    """What struct ble_store_value_sec has of one side's keys."""

    peer: bytes
    ltk: bytes
    ediv: int
    rand: bytes
    irk: bytes
    authenticated: bool
    secure: bool

    @classmethod
    def of(cls, peer: bytes, keys: PairingKeys, kind: int) -> Self:
        """Give our side's or the peer's, as `kind` says."""
        legacy = keys.ltk_peripheral if kind == _OUR_SECRET else keys.ltk_central
        key = keys.ltk or legacy
        irk = keys.irk.value if keys.irk and kind == _PEER_SECRET else b""
        if key is None:
            return cls(peer, b"", 0, b"", irk, False, False)
        return cls(peer, key.value, key.ediv or 0, key.rand or b"", irk, key.authenticated, keys.ltk is not None)

    def packed(self) -> bytes:
        """Give the bytes that the firmware keeps."""
        return _SECRET.pack(*self)

    @classmethod
    def unpacked(cls, value: bytes) -> Self:
        """Read such bytes."""
        return cls(*_SECRET.unpack(value))

    def keys(self) -> PairingKeys:
        """Give Bumble's keys: those that encrypt again."""
        key = PairingKeys.Key(self.ltk, self.authenticated, self.ediv, self.rand)
        return PairingKeys(ltk=key) if self.secure else PairingKeys(ltk_peripheral=key)


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
        session = self._stack.device.smp_manager.sessions.get(connection.handle)
        bonded = session.bonding if session is not None else True  # without pairing: encrypted by an earlier one's keys
        return bytes([connection.encryption != 0, self.is_authenticated(connection), bonded, 16])

    # --- secrets ------------------------------------------------------------------------------------------------

    async def update(self, name: str, keys: PairingKeys) -> None:
        """Have the firmware store keys, if both sides bond."""
        sessions = self._stack.device.smp_manager.sessions.values()
        if not any(str(session.connection.peer_address) == name and session.bonding for session in sessions):
            return
        self._known.add(name)
        peer = address_field(Address(name))
        for kind in (_OUR_SECRET, _PEER_SECRET):
            secret = Secret.of(peer, keys, kind).packed()
            for _ in range(_MOST_TRIES):
                if await self._ask(Event.SET_SECRET, bytes([kind, len(peer)]) + peer + secret) is not None:
                    break
                if not await self._delete_oldest():
                    return

    async def get(self, name: str) -> PairingKeys | None:
        """Ask the firmware for keys."""
        value = await self._read(_OUR_SECRET, 0, address_field(Address(name)))
        if value is None:
            return None
        keys = Secret.unpacked(value).keys()
        self._known.add(name)
        self._note_authenticated(name, keys)
        return keys

    async def before_pairing(self, connection: Connection) -> None:
        """Delete the bond of a peer that pairs again (ble_sm_chk_repeat_pairing, BLE_GAP_EVENT_REPEAT_PAIRING)."""
        peer = address_field(connection.peer_address)
        for _ in range(_MOST_TRIES):
            if await self._read(_PEER_SECRET, 0, peer) is None:
                return
            await self._delete(peer)
        raise RuntimeError("the firmware keeps a secret that it has been told to delete: NimBLE would hang here")

    async def _delete(self, peer: bytes) -> None:
        """Delete all of a peer, until the firmware says that there is no more (ble_store_util_delete_all)."""
        for kind in (_OUR_SECRET, _PEER_SECRET):
            for _ in range(_MOST_TRIES):
                if await self._ask(Event.SET_SECRET, bytes([kind, len(peer)]) + peer) is None:
                    break
            else:
                raise RuntimeError("the firmware deletes the same secret for ever: NimBLE would hang here")

    async def _delete_oldest(self) -> bool:
        """Make room as ble_store_util_status_rr does; False where nothing is left."""
        value = await self._read(_OUR_SECRET, 0, b"")
        if value is not None:
            await self._delete(Secret.unpacked(value).peer)
        return value is not None

    async def _read(self, kind: int, index: int, key: bytes) -> bytes | None:
        return await self._ask(Event.GET_SECRET, bytes([kind, index]) + key)

    async def _ask(self, event: Event, payload: bytes) -> bytes | None:
        """Give what the firmware's handler answers: a secret, nothing for "yes", None for "no"."""
        if not self._stack.active:
            return None
        answer: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._secrets.append(answer)
        self._stack.tell_all(event, payload)
        return await answer

    def _note_authenticated(self, name: str, keys: PairingKeys) -> None:
        key = keys.ltk or keys.ltk_peripheral
        if key is not None and key.authenticated:
            connections = self._stack.connections.values()
            self._authenticated.update(c.handle for c in connections if str(c.peer_address) == name)

    def on_secret(self, payload: bytes) -> None:
        """Take the firmware's answer: a byte that says yes or no, and the secret that was asked for."""
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

    async def accept(self) -> bool:
        await self._bonds.before_pairing(self._connection)
        return True

    async def generate_passkey(self) -> int:
        return await self._bonds.ask(self._connection, _DISPLAY)

    async def get_number(self) -> int | None:
        return await self._bonds.ask(self._connection, _INPUT)

    async def compare_numbers(self, number: int, digits: int) -> bool:
        return bool(await self._bonds.ask(self._connection, _COMPARE, number))
