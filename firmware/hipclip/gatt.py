"""The clip's Bluetooth services as tables, and what it advertises."""

import struct

import bluetooth

from hipclip.commands import cut
from hipwire import ids

NAME_MOST = 31 - 3 - 4 - 2  # of the advertisement's 31 bytes, beside flags, 0x1814 and its own head
_READ = bluetooth.FLAG_READ
_NOTIFY = bluetooth.FLAG_NOTIFY
_WRITE = bluetooth.FLAG_WRITE | bluetooth.FLAG_WRITE_NO_RESPONSE


def _service(uuid, *characteristics):
    """Make the description of a service, in the form that gatts_register_services takes."""
    return (bluetooth.UUID(uuid), tuple([(bluetooth.UUID(each), flags) for each, flags in characteristics]))


SERVICES = (
    _service(
        ids.SERVICE_UUID,
        (ids.DATA_UUID, _NOTIFY),
        (ids.CONTROL_UUID, _WRITE | _NOTIFY),
        (ids.INFO_UUID, _READ),
        (ids.STATUS_UUID, _READ | _NOTIFY),
    ),
    _service(ids.RUNNING_SPEED_AND_CADENCE, (ids.RSC_MEASUREMENT, _NOTIFY), (ids.RSC_FEATURE, _READ)),
    _service(
        ids.DEVICE_INFORMATION,
        (ids.MANUFACTURER_NAME, _READ),
        (ids.MODEL_NUMBER, _READ),
        (ids.SERIAL_NUMBER, _READ),
        (ids.FIRMWARE_REVISION, _READ),
        (ids.HARDWARE_REVISION, _READ),
    ),
)
BATTERY_SERVICE = _service(ids.BATTERY, (ids.BATTERY_LEVEL, _READ | _NOTIFY))  # where the board measures it
RSC_RUNNING = 0x04  # flag of the measurement and bit of the feature: walking or running status


def advertisement(name):
    """Give advertising data and scan response: flags, running speed and cadence, name; the own service."""
    head = b"\x02\x01\x06" + b"\x03\x03" + struct.pack("<H", ids.RUNNING_SPEED_AND_CADENCE)
    text = name.encode()
    kind = 9 if len(text) <= NAME_MOST else 8  # complete or shortened
    text = cut(text, NAME_MOST)
    own = bytes(reversed(bytes.fromhex(ids.SERVICE_UUID.replace("-", ""))))
    return head + bytes([len(text) + 1, kind]) + text, bytes([len(own) + 1, 7]) + own
