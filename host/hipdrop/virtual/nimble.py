"""The clip's Bluetooth stack: Bumble with the behaviour of MicroPython's NimBLE bindings.

Behind `firmware/virtual/bluetooth.py`, which turns each call of the board's `bluetooth` module into a command with a
payload. What is modelled (extmod/modbluetooth.c and extmod/nimble/modbluetooth_nimble.c of MicroPython 1.28):

- a limited number of notification buffers: ENOMEM at once, and the packet is not kept; all that was accepted arrives in
  order; a payload longer than MTU - 3 is cut without a word; a central gets notifications that it did not subscribe to;
- advertising stops with each connection; services can only be registered when nothing is connected or advertised;
- values, their buffers and who may read and write them: `hipdrop.virtual.gattdb`; pairing: `hipdrop.virtual.bonds`.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Coroutine
from functools import partial

from bumble import att, gatt, hci
from bumble.device import AdvertisingType, Connection, Device, LegacyAdvertiser

from hipdrop.virtual.air import AirController
from hipdrop.virtual.blecommands import Command, Event, Key, StackError, Status
from hipdrop.virtual.bonds import Bonds, address_field
from hipdrop.virtual.gattdb import Database

MAX_CONNECTIONS = 4  # CONFIG_BT_NIMBLE_MAX_CONNECTIONS of the esp32 port
DEFAULT_MTU = 256  # MYNEWT_VAL_BLE_ATT_PREFERRED_MTU
_MTU_RANGE = range(23, 528)  # BLE_ATT_MTU_DFLT to BLE_ATT_MTU_MAX
_ADVERTISEMENT_BYTES = 31  # BLE_HS_ADV_MAX_SZ
_MIN_INTERVAL_US = 20_000  # Core 5.4, volume 4 part E, 7.8.5
_KEEP = 0xFF  # in place of a length: the data stay as they are
_ATT_HEADER = struct.Struct("<HHB")  # L2CAP length and channel, ATT opcode


class NimbleStack:
    """Answers the clip's commands and tells it events.

    Parameters
    ----------
    device, controller
        The clip's radio.
    emit
        Takes the number of an event and its payload.
    buffers
        Notifications that can be under way at the same time.
    """

    def __init__(
        self, device: Device, controller: AirController, emit: Callable[[int, bytes], None], buffers: int
    ) -> None:
        self.device = device
        self.controller = controller
        self.emit = emit
        self.buffers = buffers
        self.refuse_until_s = 0.0
        self.active = False
        self.accepted = self.refused = 0
        self._gap_name = b""
        self.connections: dict[int, Connection] = {}  # that this life of the firmware knows, by Bumble's handle
        self._under_way: dict[int, int] = {}  # notifications, by connection
        self._tasks: set[asyncio.Task[None]] = set()
        self.database = Database(self)
        self.bonds = Bonds(self)
        self._commands: dict[int, Callable[[bytes], bytes | None]] = {
            Command.CONFIG: self._config, Command.QUERY: self._query, Command.SERVICES: self._register,
            Command.ADVERTISE: self._advertise, Command.NOTIFY: self._notify, Command.INDICATE: self._indicate,
            Command.WRITE: self._write, Command.READ: self.database.read, Command.SET_BUFFER: self.database.set_buffer,
            Command.DISCONNECT: self._disconnect, Command.PAIR: self._pair, Command.PASSKEY: self.bonds.on_passkey,
            Command.READ_ANSWER: self.database.on_read_answer, Command.SECRET_ANSWER: self.bonds.on_secret,
        }  # fmt: skip
        device.on(Device.EVENT_CONNECTION, self._on_connection)
        controller.on_sent = self._on_sent

    def handle(self, command: int, payload: bytes) -> tuple[int, bytes]:
        """Carry out one command of the clip; gives its status and its reply."""
        if command == Command.ON:
            self._switch_on()
        elif command == Command.OFF:
            self._switch_off()
        elif not self.active:
            return Status.ENODEV, b""
        else:
            try:
                return Status.OK, self._commands[command](bytes(payload)) or b""
            except StackError as error:
                return error.status, b""
        return Status.OK, b""

    def tell(self, event: int, connection: Connection, fields: bytes = b"") -> None:
        """Tell the firmware about one connection, if it is one that it knows."""
        if self.connections.get(connection.handle) is connection:
            self.tell_all(event, struct.pack("<H", connection.handle - 1) + fields)

    def tell_all(self, event: int, payload: bytes) -> None:
        """Tell the firmware, unless it has switched Bluetooth off."""
        if self.active:
            self.emit(event, payload)

    @staticmethod
    def handle_of(number: int) -> int:
        """Give Bumble's handle of a connection: NimBLE counts them from 0."""
        return number + 1

    def connection(self, number: int) -> Connection:
        """Find a connection by the firmware's number."""
        connection = self.connections.get(self.handle_of(number))
        if connection is None:
            raise StackError(Status.ENOTCONN)
        return connection

    # --- on, off and options ------------------------------------------------------------------------------------

    def _switch_on(self) -> None:
        if self.active:  # as mp_bluetooth_init() does
            self.power_cut()
        self.active = True
        self.database.reset()
        self.device.gatt_server.max_mtu = DEFAULT_MTU
        self._set_name(b"MPY")
        self.bonds.reset()
        self.controller.le_legacy_advertiser.advertising_data = b""
        self.controller.le_legacy_advertiser.scan_response_data = b""

    def _switch_off(self) -> None:
        reason = hci.HCI_ErrorCode.REMOTE_USER_TERMINATED_CONNECTION_ERROR
        self._fall_silent()
        for handle in [connection.handle for connection in self.controller.le_connections.values()]:
            command = hci.HCI_Disconnect_Command(connection_handle=handle, reason=reason)
            self.controller.on_hci_disconnect_command(command)

    def power_cut(self) -> None:
        """Be off at once: no more packets, no good-bye, nothing more told to the firmware."""
        reason = hci.HCI_ErrorCode.CONNECTION_TERMINATED_BY_LOCAL_HOST_ERROR
        self._fall_silent()
        self.controller.air.sever(self.controller)
        for connection in list(self.controller.le_connections.values()):
            self.controller.on_le_disconnected(connection, reason)

    def _fall_silent(self) -> None:
        self.active = False
        self.controller.le_legacy_advertiser.stop()
        self.connections.clear()
        self._under_way.clear()
        self.database.fail_waiting()
        self.bonds.fail_waiting()

    def _config(self, payload: bytes) -> None:
        key, value = payload[0], payload[1:]
        if key == Key.MTU:
            mtu = int.from_bytes(value, "little")
            if mtu not in _MTU_RANGE:
                raise StackError(Status.EINVAL)
            self.device.gatt_server.max_mtu = mtu
        elif key == Key.GAP_NAME:
            self._set_name(value)
        elif key != Key.ADDR_MODE:  # the address stays the one that the radio was made with
            self.bonds.configure(key, value[0])

    def _set_name(self, name: bytes) -> None:
        self._gap_name = name
        found = self.device.gatt_server.get_characteristic_attributes(
            gatt.GATT_GENERIC_ACCESS_SERVICE, gatt.GATT_DEVICE_NAME_CHARACTERISTIC
        )
        assert found is not None
        found[1].value = name

    def _query(self, payload: bytes) -> bytes:
        if payload[0] == Key.MTU:
            return self.device.gatt_server.max_mtu.to_bytes(2, "little")
        if payload[0] == Key.GAP_NAME:
            return self._gap_name
        return address_field(self.device.random_address)

    def _register(self, payload: bytes) -> bytes:
        if self.controller.le_connections or self.controller.le_legacy_advertiser.enabled:
            raise StackError(Status.EBUSY)  # ble_gatts_mutable()
        return self.database.register(payload)

    def _advertise(self, payload: bytes) -> None:
        advertiser = self.controller.le_legacy_advertiser
        interval_us, connectable, data_length, response_length = struct.unpack_from("<IBBB", payload)
        advertiser.stop()
        if not interval_us:
            return
        if not connectable:
            raise StackError(Status.EOPNOTSUPP)  # Bumble's controller has no such advertisement
        at = 7
        for name, length in (("advertising_data", data_length), ("scan_response_data", response_length)):
            if length != _KEEP:
                if length > _ADVERTISEMENT_BYTES:
                    raise StackError(Status.EINVAL)
                setattr(advertiser, name, payload[at : at + length])
                at += length
        if interval_us < _MIN_INTERVAL_US:
            raise StackError(Status.EINVAL)
        if len(self.controller.le_connections) >= MAX_CONNECTIONS:
            raise StackError(Status.ENOMEM)
        advertiser.advertising_interval_min = interval_us // 1000  # Bumble takes it for milliseconds
        advertiser.own_address_type = hci.Address.RANDOM_DEVICE_ADDRESS
        advertiser.start()
        self.device.legacy_advertiser = LegacyAdvertiser(  # for Bumble's host to know what it is connected through
            self.device, AdvertisingType.UNDIRECTED_CONNECTABLE_SCANNABLE, hci.OwnAddressType.RANDOM, hci.Address.ANY,
            auto_restart=False,
        )  # fmt: skip

    # --- notifications ------------------------------------------------------------------------------------------

    @property
    def under_way(self) -> int:
        """Notifications that have not been sent yet."""
        return sum(self._under_way.values())

    def _take_buffer(self) -> None:
        refusing = asyncio.get_running_loop().time() < self.refuse_until_s
        if refusing or self.under_way >= self.buffers:
            self.refused += 1
            raise StackError(Status.ENOMEM)

    def _notify(self, payload: bytes) -> None:
        number, handle, custom = struct.unpack_from("<HHB", payload)
        self._take_buffer()  # before the connection is looked at, as in NimBLE
        connection = self.connection(number)
        self._send(connection, handle, payload[5:] if custom else self.database.value(handle).data)

    def _send(self, connection: Connection, handle: int, data: bytes) -> None:
        cut = data[: connection.att_mtu - 3]
        pdu = att.ATT_Handle_Value_Notification(attribute_handle=handle, attribute_value=cut)
        self._under_way[connection.handle] = self._under_way.get(connection.handle, 0) + 1
        self.accepted += 1
        self.device.gatt_server.send_gatt_pdu(connection, bytes(pdu))

    def _on_sent(self, address: hci.Address, pdu: bytes) -> None:
        _, channel, opcode = _ATT_HEADER.unpack_from(pdu)
        if channel == att.ATT_CID and opcode == att.Opcode.ATT_HANDLE_VALUE_NOTIFICATION:
            connection = self.controller.le_connections.get(address)
            if connection is not None and self._under_way.get(connection.handle):
                self._under_way[connection.handle] -= 1

    def _indicate(self, payload: bytes) -> None:
        number, handle, custom = struct.unpack_from("<HHB", payload)
        self._take_buffer()
        connection = self.connection(number)
        value = self.database.value(handle)
        self._spawn(self._indicated(connection, handle, payload[5:] if custom else value.data))

    async def _indicated(self, connection: Connection, handle: int, data: bytes) -> None:
        attribute = self.database.value(handle).attribute
        status = 0
        try:
            await self.device.gatt_server.indicate_subscriber(connection, attribute, data, force=True)
        except TimeoutError:
            status = 13  # BLE_HS_ETIMEOUT
        self.tell(Event.GATTS_INDICATE_DONE, connection, struct.pack("<HB", handle, status))

    def _write(self, payload: bytes) -> None:
        handle, send_update = struct.unpack_from("<HB", payload)
        self.database.write(handle, payload[3:])
        for connection in list(self.connections.values()) if send_update else ():
            subscription = self.device.gatt_server.subscribers.get(connection, {}).get(handle, b"\0\0")
            if subscription[0] & 2 and not subscription[0] & 1:
                self._spawn(self._indicated(connection, handle, payload[3:]))
            elif subscription[0] & 1 and self.under_way < self.buffers:  # NimBLE drops what it has no buffer for
                self._send(connection, handle, payload[3:])

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- connections --------------------------------------------------------------------------------------------

    def _on_connection(self, connection: Connection) -> None:
        if connection.handle not in [c.handle for c in self.controller.le_connections.values()]:
            return  # Bumble's host hears of a connection a moment after its controller; it has gone again
        self.connections[connection.handle] = connection
        self.tell(Event.CENTRAL_CONNECT, connection, address_field(connection.peer_address))
        connection.on(Connection.EVENT_DISCONNECTION, partial(self._on_disconnection, connection))
        connection.on(Connection.EVENT_CONNECTION_ATT_MTU_UPDATE, partial(self._on_mtu, connection))
        connection.on(Connection.EVENT_CONNECTION_ENCRYPTION_CHANGE, partial(self._on_encryption, connection))

    def _on_disconnection(self, connection: Connection, _reason: int) -> None:
        self.bonds.forget_connection(connection)
        self.tell(Event.CENTRAL_DISCONNECT, connection, address_field(connection.peer_address))
        if self.connections.get(connection.handle) is connection:
            del self.connections[connection.handle]
            self._under_way.pop(connection.handle, None)

    def _on_mtu(self, connection: Connection) -> None:
        self.tell(Event.MTU_EXCHANGED, connection, struct.pack("<H", connection.att_mtu))

    def _on_encryption(self, connection: Connection) -> None:
        self.tell(Event.ENCRYPTION_UPDATE, connection, self.bonds.encryption_fields(connection))

    def tell_parameters(self, interval_s: float, supervision_s: float) -> None:
        """Tell the firmware new connection parameters: interval in 1.25 ms, latency, time-out in 10 ms, status."""
        fields = struct.pack("<HHHB", round(interval_s / 0.00125), 0, round(supervision_s / 0.01), 0)
        for connection in self.connections.values():
            self.tell(Event.CONNECTION_UPDATE, connection, fields)

    def _disconnect(self, payload: bytes) -> None:
        connection = self.connection(int.from_bytes(payload, "little"))
        self._spawn(self._disconnected(connection))

    async def _disconnected(self, connection: Connection) -> None:
        if self.device.connections.get(connection.handle) is connection:
            await connection.disconnect()

    def _pair(self, payload: bytes) -> None:
        self.connection(int.from_bytes(payload, "little")).request_pairing()

    async def close(self) -> None:
        """Stop what still runs."""
        self.power_cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
