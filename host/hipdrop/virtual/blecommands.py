"""What passes between `firmware/virtual/bluetooth.py` and the clip's virtual Bluetooth stack: numbers of both sides."""

from __future__ import annotations

from enum import IntEnum


class Command(IntEnum):
    """What the stand-in for `bluetooth` asks for; the same numbers are in firmware/virtual/bluetooth.py."""

    OFF = 0
    ON = 1
    CONFIG = 2
    QUERY = 3
    SERVICES = 4
    ADVERTISE = 5
    NOTIFY = 6
    INDICATE = 7
    WRITE = 8
    READ = 9
    SET_BUFFER = 10
    DISCONNECT = 11
    PAIR = 12
    PASSKEY = 13
    READ_ANSWER = 14
    SECRET_ANSWER = 15


class Status(IntEnum):
    """How a command went; the stand-in raises OSError with the port's own number of that name."""

    OK = 0
    ENOMEM = 1
    ENOTCONN = 2
    EINVAL = 3
    ENODEV = 4
    EBUSY = 5
    EOPNOTSUPP = 6


class Key(IntEnum):
    """Options of `BLE.config`."""

    MTU = 0
    GAP_NAME = 1
    BOND = 2
    MITM = 3
    IO = 4
    LE_SECURE = 5
    ADDR_MODE = 6
    MAC = 7


class Event(IntEnum):
    """Numbers of MicroPython's `_IRQ_…` events."""

    CENTRAL_CONNECT = 1
    CENTRAL_DISCONNECT = 2
    GATTS_WRITE = 3
    GATTS_READ_REQUEST = 4
    GATTS_INDICATE_DONE = 20
    MTU_EXCHANGED = 21
    CONNECTION_UPDATE = 27
    ENCRYPTION_UPDATE = 28
    GET_SECRET = 29
    SET_SECRET = 30
    PASSKEY_ACTION = 31


class Flag(IntEnum):
    """Flags of characteristics beyond the eight of the specification (extmod/modbluetooth.h)."""

    READ_ENCRYPTED = 0x0200
    READ_AUTHENTICATED = 0x0400
    WRITE_ENCRYPTED = 0x1000
    WRITE_AUTHENTICATED = 0x2000


class StackError(Exception):
    """A command that the stack refuses."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.name)
        self.status = status
