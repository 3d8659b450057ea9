"""bleak's scanner and client on the virtual radio: the host's code meets the same bleak as on a real adapter.

Errors are those that bleak raises on BlueZ: an unknown address is `BleakDeviceNotFoundError`, a device that does not
answer TimeoutError, an ATT error `BleakGATTProtocolError`, a connection that ends under a call `BleakError`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import CharacteristicPropertyName
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bumble import att, core, hci
from bumble.core import AdvertisingData, PhysicalTransport
from bumble.device import Advertisement, Connection, Peer
from bumble.gatt import Characteristic
from bumble.gatt_client import CharacteristicProxy

from hipdrop.virtual.central import LEAST_MTU, Central

Backends = tuple[type[BaseBleakScanner], type[BaseBleakClient]]
_T = TypeVar("_T")
_Properties = Characteristic.Properties
_PROPERTY_NAMES: dict[Characteristic.Properties, CharacteristicPropertyName] = {
    _Properties.BROADCAST: "broadcast",
    _Properties.READ: "read",
    _Properties.WRITE_WITHOUT_RESPONSE: "write-without-response",
    _Properties.WRITE: "write",
    _Properties.NOTIFY: "notify",
    _Properties.INDICATE: "indicate",
}
_Type = AdvertisingData.Type
_SERVICE_LISTS = (
    _Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    _Type.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    _Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    _Type.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)
_NOT_CONNECTED = "Not connected"


def _uuid_text(uuid: core.UUID) -> str:
    """Write a UUID as bleak does: 128 bits, small letters."""
    digits = uuid.to_bytes(force_128=True)[::-1].hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


async def _cancellable(operation: Awaitable[_T]) -> _T:
    """Await, and be cancelled even where asyncio.wait_for() of Python 3.11 forgets that because a result has come."""
    task = asyncio.current_task()
    assert task is not None
    cancelled = task.cancelling()
    result = await operation
    if task.cancelling() > cancelled:
        raise asyncio.CancelledError
    return result


def _advertised(advertisement: Advertisement) -> AdvertisementData:
    data = advertisement.data
    name = data.get(_Type.COMPLETE_LOCAL_NAME) or data.get(_Type.SHORTENED_LOCAL_NAME)
    lists: list[Any] = [uuids for kind in _SERVICE_LISTS for uuids in data.get_all(kind)]
    return AdvertisementData(
        local_name=name if isinstance(name, str) else None,
        manufacturer_data={},
        service_data={},
        service_uuids=[_uuid_text(uuid) for uuids in lists for uuid in uuids],
        tx_power=None,
        rssi=advertisement.rssi,
        platform_data=(advertisement,),
    )


class VirtualScanner(BaseBleakScanner):
    """Listens through one central; subclasses say which."""

    central: Central

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: str = "active",
        **_: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._active = scanning_mode == "active"

    async def start(self) -> None:
        """Start to listen."""
        self.seen_devices = {}
        device = self.central.device
        device.on(device.EVENT_ADVERTISEMENT, self._on_advertisement)
        self.central.scanners += 1
        if self.central.scanners == 1:
            await device.start_scanning(active=self._active, filter_duplicates=False)

    async def stop(self) -> None:
        """Stop to listen."""
        device = self.central.device
        device.remove_listener(device.EVENT_ADVERTISEMENT, self._on_advertisement)
        self.central.scanners -= 1
        if not self.central.scanners:
            await device.stop_scanning()

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        advertised = _advertised(advertisement)
        if self.is_allowed_uuid(advertised.service_uuids):
            address = advertisement.address.to_string(False)
            name = advertised.local_name
            device = self.create_or_update_device(address, address, name, advertisement.address, advertised)
            self.call_detection_callbacks(device, advertised)


class VirtualClient(BaseBleakClient):
    """Connects through one central; subclasses say which."""

    central: Central

    def __init__(
        self, address_or_ble_device: BLEDevice | str, *, services: set[str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(address_or_ble_device, **kwargs)
        self._device = address_or_ble_device if isinstance(address_or_ble_device, BLEDevice) else None
        self._wanted_services = services
        self._connection: Connection | None = None
        self._notified: dict[int, Callable[[bytes], None]] = {}

    @property
    def name(self) -> str:
        """Name of the device."""
        return (self._device.name if self._device else None) or self.address.replace(":", "-")

    @property
    def mtu_size(self) -> int:
        """The MTU that was agreed on."""
        return self._connection.att_mtu if self._connection else LEAST_MTU

    @property
    def is_connected(self) -> bool:
        """Whether the connection stands."""
        return self._connection is not None

    # --- connection ---------------------------------------------------------------------------------------------

    async def connect(self, pair: bool, **_: Any) -> None:
        """Connect, agree on an MTU, encrypt if the two have bonded, and find the services."""
        self._connection = connection = await self._establish()
        connection.on(Connection.EVENT_DISCONNECTION, self._on_disconnection)
        try:
            async with asyncio.timeout(self._timeout):
                peer = Peer(connection)
                if self.central.mtu > LEAST_MTU:
                    await self._call(peer.request_mtu(self.central.mtu))
                if pair or await self._bonded(connection):
                    await self.pair()
                await self._call(self._discover(peer))
        except BaseException:
            await self.disconnect()
            raise

    async def _establish(self) -> Connection:
        address = hci.Address(self.address)
        device = self.central.device
        if any(connection.peer_address == address for connection in device.connections.values()):
            raise BleakError(f"{self.address} is connected already")
        # A task of its own: cancelled between a command and its answer, Bumble's host breaks.
        attempt = asyncio.create_task(device.connect(address, transport=PhysicalTransport.LE, timeout=self._timeout))
        try:
            return await asyncio.shield(attempt)
        except core.TimeoutError:
            if self._device is None:
                text = f"Device with address {self.address} was not found"
                raise BleakDeviceNotFoundError(self.address, text) from None
            raise TimeoutError(f"{self.address} does not answer") from None
        except core.InvalidStateError:
            raise BleakError("another attempt to connect is in progress") from None
        except asyncio.CancelledError:
            await self._give_up(attempt)
            raise

    async def _give_up(self, attempt: asyncio.Task[Connection]) -> None:
        """End an attempt to connect, and the connection if it has just come about; takes a few turns of the loop."""
        controller = self.central.controller
        while not attempt.done():
            controller.on_hci_le_create_connection_cancel_command(hci.HCI_LE_Create_Connection_Cancel_Command())
            await asyncio.sleep(0)
        if not attempt.cancelled() and attempt.exception() is None:
            await attempt.result().disconnect()

    async def _discover(self, peer: Peer) -> None:
        found = BleakGATTServiceCollection()
        for service in await peer.discover_services():
            uuid = _uuid_text(service.uuid)
            if self._wanted_services and uuid not in self._wanted_services:
                continue
            entry = BleakGATTService(service, service.handle, uuid)
            found.add_service(entry)
            for characteristic in await peer.discover_characteristics(service=service):
                await self._add_characteristic(found, entry, characteristic)
        self.services = found

    async def _add_characteristic(
        self, found: BleakGATTServiceCollection, service: BleakGATTService, characteristic: CharacteristicProxy[bytes]
    ) -> None:
        names = [name for bit, name in _PROPERTY_NAMES.items() if characteristic.properties & bit]
        uuid = _uuid_text(characteristic.uuid)
        entry = BleakGATTCharacteristic(
            characteristic, characteristic.handle, uuid, names, lambda: self.mtu_size - 3, service
        )  # fmt: skip
        found.add_characteristic(entry)
        for descriptor in await characteristic.discover_descriptors():
            found.add_descriptor(
                BleakGATTDescriptor(descriptor, descriptor.handle, _uuid_text(descriptor.type), entry)
            )  # fmt: skip

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self.services = None
        self._notified.clear()
        if self._disconnected_callback:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        """Disconnect, if connected."""
        connection = self._connection
        if connection is not None and connection.handle in self.central.device.connections:
            await asyncio.shield(asyncio.ensure_future(connection.disconnect()))

    async def _bonded(self, connection: Connection) -> bool:
        store = self.central.device.keystore
        return store is not None and await store.get(str(connection.peer_address)) is not None

    async def pair(self, *_args: Any, **_kwargs: Any) -> None:
        """Encrypt the connection with the keys of an earlier pairing, or pair."""
        connection = self._connected()
        if connection.encryption:
            return
        bonded = await self._bonded(connection)
        await self._call(connection.encrypt() if bonded else connection.pair())

    async def unpair(self) -> None:
        """Forget the keys."""
        if self.central.device.keystore is not None:
            await self.central.device.keystore.delete(str(hci.Address(self.address)))

    # --- values -------------------------------------------------------------------------------------------------

    def _connected(self) -> Connection:
        if self._connection is None:
            raise BleakError(_NOT_CONNECTED)
        return self._connection

    async def _call(self, operation: Awaitable[_T]) -> _T:
        """Await something of Bumble's; its errors become bleak's."""
        task = asyncio.current_task()
        assert task is not None
        cancelled = task.cancelling()
        try:
            return await _cancellable(operation)
        except att.ATT_Error as error:
            raise BleakGATTProtocolError(int(error.error_code)) from error
        except core.TimeoutError as error:
            raise TimeoutError("no answer from the device") from error
        except (core.BaseBumbleError, hci.HCI_Error) as error:
            raise BleakError(str(error)) from error
        except asyncio.CancelledError:
            if task.cancelling() > cancelled:
                raise
            # Bumble cancels what waits on a connection when that ends
            raise BleakError("disconnected") from None

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **_: Any
    ) -> bytearray:
        """Read a value, in parts if it is long."""
        self._connected()
        return bytearray(await self._call(characteristic.obj.read_value()))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **_: Any
    ) -> bytearray:
        """Read a descriptor."""
        self._connected()
        return bytearray(await self._call(descriptor.obj.read_value()))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        """Write a value, with a response in parts if it is long."""
        self._connected()
        if not response and len(data) > self.mtu_size - 3:
            raise BleakError(f"{len(data)} bytes do not fit into a write without response of MTU {self.mtu_size}")
        await self._call(characteristic.obj.write_value(bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write a descriptor."""
        self._connected()
        await self._call(descriptor.obj.write_value(bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: Callable[[bytearray], None], **_: Any
    ) -> None:
        """Subscribe; notifications go before indications."""
        self._connected()

        def on_value(value: bytes) -> None:
            callback(bytearray(value))

        notifies = bool(characteristic.obj.properties & _Properties.NOTIFY)
        await self._call(characteristic.obj.subscribe(on_value, prefer_notify=notifies))
        self._notified[characteristic.handle] = on_value

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Unsubscribe."""
        self._connected()
        await self._call(characteristic.obj.unsubscribe(self._notified.pop(characteristic.handle, None)))


def make_backends(central: Central) -> Backends:
    """Make bleak's scanner and client classes for one central: bleak takes classes, not objects."""
    return (
        type("VirtualScanner", (VirtualScanner,), {"central": central}),
        type("VirtualClient", (VirtualClient,), {"central": central}),
    )
