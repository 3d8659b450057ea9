"""The clip's Bluetooth services as tables, and what it advertises."""

import struct

import bluetooth
from micropython import const

from hipclip.commands import cut
from hipwire import ids

_NAME_MOST = const(31 - 3 - 4 - 2)  # of the advertisement's 31 bytes, beside flags, 0x1814 and its own head
_NOTIFY = bluetooth.FLAG_NOTIFY
_WRITE = bluetooth.FLAG_WRITE | bluetooth.FLAG_WRITE_NO_RESPONSE


def _service(uuid, *characteristics):
    """Make the description of a service, in the form that gatts_register_services takes."""
    return (bluetooth.UUID(uuid), tuple([(bluetooth.UUID(each), flags) for each, flags in characteristics]))


def services(battery_measured, pairs, closed):
    """Give all services, made for registering alone: own, running speed and cadence, device information, battery.

    Where the stack `pairs` there is a characteristic that has a system do so; `closed`: all else that is read does too.
    """
    encrypted = bluetooth.FLAG_READ | bluetooth.FLAG_READ_ENCRYPTED
    read = encrypted if closed else bluetooth.FLAG_READ
    own = _service(
        ids.SERVICE_UUID,
        (ids.DATA_UUID, _NOTIFY),
        (ids.CONTROL_UUID, _WRITE | _NOTIFY),
        (ids.INFO_UUID, read),
        (ids.STATUS_UUID, read | _NOTIFY),
        (ids.EVENTS_UUID, _NOTIFY),
        *(((ids.KEY_UUID, encrypted),) if pairs else ()),
    )
    running = _service(ids.RUNNING_SPEED_AND_CADENCE, (ids.RSC_MEASUREMENT, _NOTIFY), (ids.RSC_FEATURE, read))
    texts = (
        ids.MANUFACTURER_NAME, ids.MODEL_NUMBER, ids.SERIAL_NUMBER, ids.FIRMWARE_REVISION, ids.HARDWARE_REVISION
    )  # fmt: skip
    device = _service(ids.DEVICE_INFORMATION, *[(uuid, read) for uuid in texts])
    battery = _service(ids.BATTERY, (ids.BATTERY_LEVEL, read | _NOTIFY))
    return (own, running, device, battery) if battery_measured else (own, running, device)


def advertisement(name):
    """Give advertising data and scan response: flags, running speed and cadence, name; the own service."""
    head = b"\x02\x01\x06" + b"\x03\x03" + struct.pack("<H", ids.RUNNING_SPEED_AND_CADENCE)
    text = name.encode()
    kind = 9 if len(text) <= _NAME_MOST else 8  # complete or shortened
    text = cut(text, _NAME_MOST)
    own = bytes(reversed(bytes.fromhex(ids.SERVICE_UUID.replace("-", ""))))
    return head + bytes([len(text) + 1, kind]) + text, bytes([len(own) + 1, 7]) + own
