"""A computer or phone in the virtual air."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bumble.device import Device, DeviceConfiguration
from bumble.hci import Address
from bumble.pairing import PairingConfig, PairingDelegate
from bumble.transport.common import AsyncPipeSink

from hipdrop.virtual.air import Air, AirController

# Random static addresses (two high bits set): Bumble's link gets no data through to public ones.
_CENTRAL_ADDRESS = "E0:48:4F:53:54:{:02X}"
USUAL_MTU = 517  # what BlueZ, Android and Apple's systems ask for
LEAST_MTU = 23  # Core 5.4, volume 3 part G, 5.2.1


def make_device(air: Air, name: str, address: str) -> tuple[Device, AirController]:
    """Make one Bluetooth device: Bumble's host and a controller in the air."""
    controller = AirController(name, air)
    configuration = DeviceConfiguration(name=name, address=Address(address))
    return Device.from_config_with_hci(configuration, controller, AsyncPipeSink(controller)), controller


class Central:
    """A computer or phone that looks for clips.

    Parameters
    ----------
    air
        What it sends into.
    number
        Tells it from others.

    Attributes
    ----------
    mtu
        What it asks for; at the least one it asks for none.
    passkey
        Asked when pairing needs the number that the clip shows; without it this central has no keys to press.
    """

    def __init__(self, air: Air, number: int) -> None:
        self.device, self.controller = make_device(air, f"central {number}", _CENTRAL_ADDRESS.format(number))
        self.mtu = USUAL_MTU
        self.scanners = 0
        self.passkey: Callable[[], Awaitable[int | None]] | None = None
        self.device.pairing_config_factory = self._pairing_config

    def _pairing_config(self, _connection: object) -> PairingConfig:
        return PairingConfig(sc=True, mitm=self.passkey is not None, bonding=True, delegate=_Keyboard(self.passkey))


class _Keyboard(PairingDelegate):
    """Somebody who types the number that the clip shows, if there is anybody."""

    def __init__(self, passkey: Callable[[], Awaitable[int | None]] | None) -> None:
        keys = PairingDelegate.IoCapability
        super().__init__(keys.NO_OUTPUT_NO_INPUT if passkey is None else keys.KEYBOARD_INPUT_ONLY)
        self._passkey = passkey

    async def get_number(self) -> int | None:
        return None if self._passkey is None else await self._passkey()
