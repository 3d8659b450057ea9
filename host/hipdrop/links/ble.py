"""The link over Bluetooth Low Energy, by bleak."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bleak import BleakClient, BleakScanner

from hipdrop.errors import ClipNotFound, LinkLost
from hipdrop.links.base import Link
from hipdrop.links.ble_errors import FAULTS, NOT_FOUND_REMEDY, explain, needs_pairing
from hipwire import ids

if TYPE_CHECKING:
    from bleak.backends.client import BaseBleakClient
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData, BaseBleakScanner

PAIR_S = 30.0  # the Security Manager's own time-out (Core 5.4, vol. 3 part H, 3.4), and somebody may have to say yes
CLOSE_S = 3.0  # a stack that has lost the clip may take its time
RSC_UUID = f"0000{ids.RUNNING_SPEED_AND_CADENCE:04x}-0000-1000-8000-00805f9b34fb"

Backends = tuple["type[BaseBleakScanner] | None", "type[BaseBleakClient] | None"]
OWN_BLUETOOTH: Backends = (None, None)


@dataclass(frozen=True)
class Sighting:
    """A device that advertises what a clip advertises.

    Attributes
    ----------
    sure
        It names hipdrop's own service; without, it may be another maker's footpod.
    """

    name: str
    address: str
    rssi_dbm: int
    sure: bool


async def scan(seconds: float, backends: Backends = OWN_BLUETOOTH) -> list[Sighting]:
    """Listen for clips; the strongest first.

    Raises
    ------
    LinkError
        Bluetooth cannot be used.
    """
    try:
        async with BleakScanner(backend=backends[0]) as scanner:
            await asyncio.sleep(seconds)
            seen = list(scanner.discovered_devices_and_advertisement_data.values())
    except FAULTS as error:
        raise explain("scan", error) from error
    found = [_sighting(device, advertised) for device, advertised in seen if _advertises(advertised)]
    return sorted(found, key=lambda one: (not one.sure, -one.rssi_dbm, one.name))


def _advertises(advertised: AdvertisementData) -> bool:
    return bool({ids.SERVICE_UUID, RSC_UUID} & set(advertised.service_uuids))


def _sighting(device: BLEDevice, advertised: AdvertisementData) -> Sighting:
    name = advertised.local_name or device.name or ""
    return Sighting(name, device.address, advertised.rssi, ids.SERVICE_UUID in advertised.service_uuids)


class BleLink(Link):
    """A clip in the air.

    Parameters
    ----------
    who
        Its name or its address (on macOS the identifier that stands for it), in any case.
    backends
        Scanner and client of bleak to use in place of this computer's Bluetooth.
    """

    def __init__(self, who: str, backends: Backends = OWN_BLUETOOTH) -> None:
        super().__init__(f"ble:{who}")
        self._who = who.casefold()
        self._backends = backends
        self._client: BleakClient | None = None
        self._device: BLEDevice | None = None  # found last
        self._secured = False  # once: then at each connection

    async def open(self, timeout_s: float) -> None:
        """Find the clip, connect, and subscribe to all that it sends, before anything is asked of it."""
        try:
            device = await BleakScanner.find_device_by_filter(self._matches, timeout_s, **self._scanner())
            if device is None:
                raise ClipNotFound(f"{self.name}: no such clip heard in {timeout_s:.0f} s; {NOT_FOUND_REMEDY}")
            self._device = device
            self._inbox.open()
            self._client = BleakClient(device, self._gone, timeout=timeout_s, backend=self._backends[1])
            await self._client.connect()
            await self._subscribe(self._client)
            if self._secured:
                await self.secure()
        except FAULTS as error:
            await self.close()
            raise explain(self.name, error) from error
        except BaseException:
            await self.close()
            raise

    def _scanner(self) -> BleakScanner.ExtraArgs:
        return {} if self._backends[0] is None else {"backend": self._backends[0]}

    def _matches(self, device: BLEDevice, advertised: AdvertisementData) -> bool:
        names = (device.address, advertised.local_name or "")
        return self._who in (name.casefold() for name in names)

    async def _subscribe(self, client: BleakClient) -> None:
        data = client.services.get_characteristic(ids.DATA_UUID)
        if data is None:
            raise ClipNotFound(f"{self.name}: is no hipdrop clip, or has no firmware; put it on: hipdrop clip install")
        for uuid in (ids.CONTROL_UUID, ids.STATUS_UUID, ids.DATA_UUID, ids.EVENTS_UUID):
            if client.services.get_characteristic(uuid) is not None:  # clips of 1.1 tell no events
                await client.start_notify(uuid, self._notified)
        # mtu_size is 23 for ever on BlueZ, this is right on all systems
        self.max_message = data.max_write_without_response_size

    def _notified(self, _: object, data: bytearray) -> None:
        """Keep a message: a plain function, since of coroutines bleak would make tasks, whose order is open."""
        self._inbox.put(bytes(data))

    def _gone(self, client: BleakClient) -> None:
        if client is self._client:
            self._inbox.lose(LinkLost(f"{self.name}: the connection is lost"))

    async def close(self) -> None:
        """Disconnect, as far as the system lets us."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(*FAULTS):
                async with asyncio.timeout(CLOSE_S):
                    await client.disconnect()

    async def send(self, message: bytes) -> None:
        """Write a command, and know that it has arrived."""
        client = self._client
        if client is None or self._inbox.lost:
            raise LinkLost(f"{self.name}: not connected")
        try:
            await client.write_gatt_char(ids.CONTROL_UUID, message, response=True)
        except FAULTS as error:
            raise explain(self.name, error) from error

    async def read_info(self) -> bytes | None:
        """Read the info characteristic, which works where an answer would not fit into a notification."""
        try:
            try:
                return bytes(await self._connected().read_gatt_char(ids.INFO_UUID))
            except FAULTS as error:
                if not needs_pairing(error) or not await self.secure():
                    raise
            return bytes(await self._connected().read_gatt_char(ids.INFO_UUID))
        except FAULTS as error:
            raise explain(self.name, error) from error

    def _connected(self) -> BleakClient:
        if self._client is None:
            raise LinkLost(f"{self.name}: not connected")
        return self._client

    # --- pairing ------------------------------------------------------------------------------------------------

    @property
    def pairs(self) -> bool:
        """Whether the clip can pair; known when it is open."""
        return self._connected().services.get_characteristic(ids.KEY_UUID) is not None

    async def secure(self) -> bool:
        """Read what the clip tells over a bond alone, for which systems encrypt, and macOS asks its user to pair."""
        try:
            async with asyncio.timeout(PAIR_S):
                await self._connected().read_gatt_char(ids.KEY_UUID)
        except FAULTS:
            return False
        self._secured = True
        return True

    async def pair(self) -> bool:
        """Pair with the clip, and see whether it has kept the bond: it does while its window is open."""
        try:
            async with asyncio.timeout(PAIR_S):
                await self._connected().pair()
        except NotImplementedError:  # macOS pairs when something is read that takes it
            pass
        except FAULTS:
            return False
        return await self.secure()

    async def forget(self) -> bool:
        """Have the system forget its bond with the clip, and disconnect; False where only the user can (macOS)."""
        if self._device is None:
            return False
        client = self._client or BleakClient(self._device, backend=self._backends[1])
        self._secured = False
        try:
            await client.unpair()
        except (NotImplementedError, *FAULTS):
            return False
        return True
