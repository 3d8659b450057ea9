"""The clip's GATT database: values as MicroPython's NimBLE bindings keep them, on Bumble's GATT server.

A value written by a central is cut to the buffer of its characteristic, 20 bytes until it is made longer, and a read
asks the firmware first (extmod/modbluetooth.c, characteristic_access_cb of extmod/nimble/modbluetooth_nimble.c).
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bumble import att, gatt
from bumble.core import UUID
from bumble.device import Connection

from hipdrop.virtual.blecommands import Event, Flag, StackError, Status

if TYPE_CHECKING:
    from hipdrop.virtual.nimble import NimbleStack

DEFAULT_VALUE_BYTES = 20  # MP_BLUETOOTH_DEFAULT_ATTR_LEN
_READ = gatt.Characteristic.Properties.READ
_WRITES = gatt.Characteristic.Properties.WRITE | gatt.Characteristic.Properties.WRITE_WITHOUT_RESPONSE
# Access is checked here, with NimBLE's error codes, so that Bumble need not.
_OPEN = att.Attribute.Permissions.READABLE | att.Attribute.Permissions.WRITEABLE


@dataclass
class Value:
    """One characteristic or descriptor."""

    attribute: gatt.Characteristic[bytes] | gatt.Descriptor
    flags: int
    data: bytes = b""
    size: int = DEFAULT_VALUE_BYTES
    append: bool = False

    def take(self, data: bytes) -> bytes:
        """Take of what a central writes as much as there is room for; give what was taken."""
        before = self.data if self.append else b""
        taken = data[: max(0, self.size - len(before))]
        self.data = before + taken
        return taken


class Database:
    """Services of the clip, with what the firmware and the centrals read from them and write to them.

    Parameters
    ----------
    stack
        Whose database it is.
    """

    def __init__(self, stack: NimbleStack) -> None:
        self._stack = stack
        self._server = stack.device.gatt_server
        self._values: dict[int, Value] = {}
        self._reads: dict[int, asyncio.Future[int]] = {}  # that wait for the firmware, by connection
        self._default_attributes = len(self._server.attributes)

    def reset(self) -> None:
        """Forget all services but Generic Access and Generic Attribute."""
        del self._server.attributes[self._default_attributes :]
        self._server.services = [s for s in self._server.services if s in self._server.attributes]
        self._server.attributes_by_handle.clear()
        self._values.clear()

    def register(self, payload: bytes) -> bytes:
        """Replace all services; gives the handles of characteristics and descriptors in their order."""
        self.reset()
        services: list[tuple[UUID, list[gatt.Characteristic[bytes]]]] = []
        made: list[Value] = []
        at = 0
        while at < len(payload):
            kind, flags, length = struct.unpack_from("<BHB", payload, at)
            uuid = UUID.from_bytes(payload[at + 4 : at + 4 + length])
            at += 4 + length
            if kind == 0:
                services.append((uuid, []))
            elif kind == 1:
                properties = gatt.Characteristic.Properties(flags & 0xFF)
                characteristic: gatt.Characteristic[bytes] = gatt.Characteristic(uuid, properties, _OPEN)
                services[-1][1].append(characteristic)
                made.append(Value(characteristic, flags))
            else:
                descriptor = gatt.Descriptor(uuid, _OPEN)
                owner = services[-1][1][-1]
                owner.descriptors = [*owner.descriptors, descriptor]
                made.append(Value(descriptor, flags))
        for uuid, characteristics in services:
            self._server.add_service(gatt.Service(uuid, characteristics))
        for value in made:
            self._bind(value)
        return struct.pack(f"<{len(made)}H", *(value.attribute.handle for value in made))

    def _bind(self, value: Value) -> None:
        async def read(connection: Connection) -> bytes:
            await self._before_read(connection, value)
            return value.data

        def write(connection: Connection, data: bytes) -> None:
            self._on_write(connection, value, data)

        access: Any = att.AttributeValue(read, write)
        value.attribute.value = access
        self._values[value.attribute.handle] = value

    # --- by the firmware ----------------------------------------------------------------------------------------

    def value(self, handle: int) -> Value:
        """Find a value by its handle."""
        if handle not in self._values:
            raise StackError(Status.EINVAL)
        return self._values[handle]

    def read(self, payload: bytes) -> bytes:
        """Give a value; one that appends is empty afterwards."""
        value = self.value(int.from_bytes(payload, "little"))
        data = value.data
        if value.append:
            value.data = b""
        return data

    def write(self, handle: int, data: bytes) -> None:
        """Set a value; its buffer grows to it."""
        value = self.value(handle)
        value.data = data
        value.size = max(value.size, len(data))

    def set_buffer(self, payload: bytes) -> None:
        """Set the length of a buffer, which empties it."""
        handle, size, append = struct.unpack("<HHB", payload)
        value = self.value(handle)
        value.size, value.append, value.data = size, bool(append), b""

    # --- by a central -------------------------------------------------------------------------------------------

    async def _before_read(self, connection: Connection, value: Value) -> None:
        """Refuse what may not be read, then let the firmware refuse or put in a newer value."""
        self._check(connection, value.flags, _READ, Flag.READ_ENCRYPTED, Flag.READ_AUTHENTICATED)
        answer = self._reads[connection.handle] = asyncio.get_running_loop().create_future()
        self._stack.tell(Event.GATTS_READ_REQUEST, connection, struct.pack("<H", value.attribute.handle))
        error = await answer
        if error:
            raise att.ATT_Error(att.ErrorCode(error))

    def on_read_answer(self, payload: bytes) -> None:
        """Let a read go on, or refuse it with the error that the firmware gave."""
        number, error = struct.unpack("<HB", payload)
        self._answer(self._stack.handle_of(number), error)

    def fail_waiting(self) -> None:
        """Let no read wait any more: the firmware cannot answer."""
        for handle in list(self._reads):
            self._answer(handle, att.ErrorCode.UNLIKELY_ERROR)

    def _answer(self, handle: int, error: int) -> None:
        read = self._reads.pop(handle, None)
        if read is not None and not read.done():
            read.set_result(error)

    def _on_write(self, connection: Connection, value: Value, data: bytes) -> None:
        self._check(connection, value.flags, _WRITES, Flag.WRITE_ENCRYPTED, Flag.WRITE_AUTHENTICATED)
        # The value goes with the event: the next write may be here before the firmware has read this one.
        # A value that appends is read whole from here instead.
        taken = value.take(data)
        head = struct.pack("<HB", value.attribute.handle, value.append)
        self._stack.tell(Event.GATTS_WRITE, connection, head if value.append else head + taken)

    def _check(self, connection: Connection, flags: int, allowed: int, encrypted: int, authenticated: int) -> None:
        """Refuse access as ble_att_svr_check_perms() of NimBLE does."""
        if not flags & allowed:
            reading = allowed == _READ
            raise att.ATT_Error(att.ErrorCode.READ_NOT_PERMITTED if reading else att.ErrorCode.WRITE_NOT_PERMITTED)
        bonds = self._stack.bonds
        if flags & (encrypted | authenticated) and not connection.encryption:
            if bonds.knows(connection):
                raise att.ATT_Error(att.ErrorCode.INSUFFICIENT_ENCRYPTION)
            raise att.ATT_Error(att.ErrorCode.INSUFFICIENT_AUTHENTICATION)
        if flags & authenticated and not bonds.is_authenticated(connection):
            raise att.ATT_Error(att.ErrorCode.INSUFFICIENT_AUTHENTICATION)
