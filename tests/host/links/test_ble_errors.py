"""Bluetooth's errors in our words. The first ones are bleak's own, on a system bus that lacks this or that."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from hipdrop.errors import AdapterOff, ClipBusy, ClipNotFound, LinkError, LinkLost, NoAdapter, NotPermitted
from hipdrop.links.ble import BleLink, scan
from hipdrop.links.ble_errors import explain

Reason = BleakBluetoothNotAvailableReason

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="BlueZ and its D-Bus are Linux's")
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={folder}/bus</listen>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>"""


@pytest.fixture
def empty_bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A system bus that nobody serves Bluetooth on."""
    program = shutil.which("dbus-daemon")
    if program is None:
        reason = "no dbus-daemon: apt-get install dbus"
        if os.environ.get("CI"):
            pytest.fail(f"{reason} (CI is set, where a skipped check counts as failed)")
        pytest.skip(reason)
    (tmp_path / "bus.conf").write_text(BUS.format(folder=tmp_path))
    command = [program, f"--config-file={tmp_path}/bus.conf", "--nofork", "--print-address=1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
        assert daemon.stdout is not None
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", daemon.stdout.readline().partition(",")[0])
        yield
        daemon.terminate()


@on_linux
def test_a_computer_without_a_system_bus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    with pytest.raises(NoAdapter, match=r"systemctl start bluetooth.* serial:PORT"):
        asyncio.run(scan(0.1))
    with pytest.raises(NoAdapter, match="cable"):
        asyncio.run(BleLink("Hip").open(0.1))


@on_linux
def test_a_system_bus_without_bluetooth(empty_bus: None) -> None:
    with pytest.raises(NoAdapter, match="systemctl start bluetooth"):
        asyncio.run(scan(0.1))


class BluezDaemon:
    """What bleak sees of BlueZ until it scans: adapters, and the answer to StartDiscovery."""

    def __init__(self, adapters: dict[str, dict[str, Any]], refusal: tuple[str, str] = ("", "")) -> None:
        self._adapters = adapters
        self._refusal = refusal

    async def __aenter__(self) -> BluezDaemon:
        from dbus_fast import BusType
        from dbus_fast.aio import MessageBus

        self._bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
        self._bus.add_message_handler(self._answer)
        await self._bus.request_name("org.bluez")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._bus.disconnect()

    def _answer(self, message: Any) -> Any:
        from dbus_fast import Message, Variant

        if message.member == "GetManagedObjects":
            objects = {
                path: {"org.bluez.Adapter1": {name: Variant(*value) for name, value in properties.items()}}
                for path, properties in self._adapters.items()
            }
            return Message.new_method_return(message, "a{oa{sa{sv}}}", [objects])
        if message.member == "StartDiscovery":
            return Message.new_error(message, *self._refusal)
        return Message.new_method_return(message) if message.member == "SetDiscoveryFilter" else None


def adapter(powered: bool, role: str = "central") -> dict[str, dict[str, Any]]:
    """One adapter, with its properties' D-Bus types."""
    return {"/org/bluez/hci0": {"Powered": ("b", powered), "Roles": ("as", [role]), "Address": ("s", "00:11:22")}}


@on_linux
@pytest.mark.parametrize(
    ("daemon", "kind"),
    [
        (BluezDaemon({}), NoAdapter),
        (BluezDaemon(adapter(True, "peripheral")), NoAdapter),
        (BluezDaemon(adapter(False)), AdapterOff),
        (BluezDaemon(adapter(True), ("org.bluez.Error.NotReady", "Resource Not Ready")), AdapterOff),
        (BluezDaemon(adapter(True), ("org.freedesktop.DBus.Error.AccessDenied", "no")), NotPermitted),
        (BluezDaemon(adapter(True), ("org.bluez.Error.InProgress", "busy")), ClipBusy),
    ],
)
def test_what_bleak_makes_of_the_states_of_bluez(empty_bus: None, daemon: BluezDaemon, kind: type[LinkError]) -> None:
    async def act() -> None:
        async with daemon:
            for attempt in (scan(0.1), BleLink("Hip").open(0.1)):
                with pytest.raises(LinkError) as caught:
                    await attempt
                assert type(caught.value) is kind

    asyncio.run(act())


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (BleakBluetoothNotAvailableError("none", Reason.NO_BLUETOOTH), NoAdapter, "plug in"),
        (BleakBluetoothNotAvailableError("old", Reason.NO_BLE_CENTRAL_ROLE), NoAdapter, "plug in"),
        (BleakBluetoothNotAvailableError("odd", Reason.UNKNOWN), NoAdapter, "odd"),
        (BleakBluetoothNotAvailableError("off", Reason.POWERED_OFF), AdapterOff, "switch it on"),
        (BleakBluetoothNotAvailableError("no", Reason.DENIED_BY_USER), NotPermitted, "allow|right to use"),
        (BleakBluetoothNotAvailableError("no", Reason.DENIED_BY_SYSTEM), NotPermitted, "allow|right to use"),
        (BleakDBusError("org.bluez.Error.NotReady", ["Resource Not Ready"]), AdapterOff, "switched off"),
        (BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", []), NotPermitted, "Bluetooth does not let"),
        (BleakDBusError("org.bluez.Error.InProgress", ["br-connection-busy"]), ClipBusy, "other phone"),
        (BleakDBusError("org.freedesktop.DBus.Error.UnknownObject", []), ClipNotFound, "hipdrop scan"),
        (BleakDBusError("org.bluez.Error.Failed", ["le-connection-abort"]), LinkLost, "le-connection-abort"),
        (BleakDeviceNotFoundError("AA:BB", "not found"), ClipNotFound, "hipdrop scan"),
        (BleakGATTProtocolError(0x0F), NotPermitted, "Insufficient Encryption"),
        (BleakGATTProtocolError(0x0E), LinkLost, "Unlikely Error"),
        (BleakError("Not connected"), LinkLost, "Not connected"),
        (TimeoutError(), ClipBusy, "takes no connection"),
        (ConnectionRefusedError(111, "refused"), NoAdapter, "systemctl"),
    ],
)
def test_each_error_has_its_class_and_its_remedy(error: Exception, kind: type[LinkError], words: str) -> None:
    ours = explain("ble:Hip", error)
    assert type(ours) is kind
    assert ours.exit_code == 1
    import re

    assert re.search(words, str(ours))
    assert "\n" not in str(ours)


def test_every_reason_of_bleak_is_known() -> None:
    for reason in Reason:
        assert isinstance(explain("x", BleakBluetoothNotAvailableError("why", reason)), LinkError)
