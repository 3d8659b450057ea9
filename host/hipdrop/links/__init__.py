"""Ways to a clip: Bluetooth, cable, and the virtual clip, opened by a name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hipdrop.errors import UsageError

if TYPE_CHECKING:
    from hipdrop.links.base import Link
    from hipdrop.simulate.sensorerrors import SensorErrors
    from hipdrop.virtual.faults import Fault

HOW = "name a clip as ble:NAME, ble:ADDRESS, serial:PORT, virtual or virtual:FILE; hipdrop scan shows those in reach"


def open_link(name: str, faults: Sequence[Fault] = (), sensor_errors: SensorErrors | None = None) -> Link:
    """Give the link to a clip; nothing is opened yet.

    Parameters
    ----------
    name
        `ble:NAME-or-ADDRESS`, `serial:PORT`, `virtual` or `virtual:FILE`.
    faults
        What shall go wrong with a virtual clip.
    sensor_errors
        What the sensor of a virtual clip makes wrong.

    Raises
    ------
    UsageError
        It is none of these.
    """
    kind, colon, which = name.partition(":")
    if faults and kind != "virtual":
        raise UsageError("--fault is for the virtual clip alone: --clip virtual")
    if sensor_errors is not None and kind != "virtual":
        raise UsageError("--sensor-errors is for the virtual clip alone: --clip virtual")
    if kind == "virtual" and bool(colon) == bool(which):
        from hipdrop.links.virtual import VirtualLink

        return VirtualLink(Path(which) if which else None, faults, sensor_errors=sensor_errors)
    if kind == "ble" and which:
        from hipdrop.links.ble import BleLink

        return BleLink(which)
    if kind == "serial" and which:
        from hipdrop.links.serial import SerialLink

        return SerialLink(which)
    raise UsageError(f"--clip {name}: {HOW}")
