"""Stand-in for a board's `bluetooth` in the role of a peripheral: the radio is played by the computer's side.

Behaves as the NimBLE bindings of the ESP32 and RP2 ports; what they do with values, buffers and connections is modelled
in hipdrop.virtual.nimble, with the same numbers. The roles of a central and L2CAP channels are not here.
"""

import errno
import struct
import sys

import _rpc
from micropython import const

FLAG_BROADCAST = const(0x0001)
FLAG_READ = const(0x0002)
FLAG_WRITE_NO_RESPONSE = const(0x0004)
FLAG_WRITE = const(0x0008)
FLAG_NOTIFY = const(0x0010)
FLAG_INDICATE = const(0x0020)
FLAG_AUTHENTICATED_SIGNED_WRITE = const(0x0040)
FLAG_AUX_WRITE = const(0x0100)
FLAG_READ_ENCRYPTED = const(0x0200)
FLAG_READ_AUTHENTICATED = const(0x0400)
FLAG_READ_AUTHORIZED = const(0x0800)
FLAG_WRITE_ENCRYPTED = const(0x1000)
FLAG_WRITE_AUTHENTICATED = const(0x2000)
FLAG_WRITE_AUTHORIZED = const(0x4000)

_OFF = const(0)
_ON = const(1)
_CONFIG = const(2)
_QUERY = const(3)
_SERVICES = const(4)
_ADVERTISE = const(5)
_NOTIFY = const(6)
_INDICATE = const(7)
_WRITE = const(8)
_READ = const(9)
_SET_BUFFER = const(10)
_DISCONNECT = const(11)
_PAIR = const(12)
_PASSKEY = const(13)
_READ_ANSWER = const(14)
_SECRET_ANSWER = const(15)

_ENOTCONN_STATUS = const(2)
# By status. Numbers differ between ports, and this one has no name for EBUSY.
_ERRORS = (0, errno.ENOMEM, errno.ENOTCONN, errno.EINVAL, errno.ENODEV, 16, errno.EOPNOTSUPP)
_OPTIONS = ("mtu", "gap_name", "bond", "mitm", "io", "le_secure", "addr_mode")
_SPENT = const(0xEE)  # what a view shows once the handler has returned

_message = bytearray(5 + 527)  # a notification at the largest MTU; no call allocates one
_view = memoryview(_message)


def _call(command, payload=b""):
    status, reply = _rpc.call(_rpc.BLE, command, payload)
    if status:
        raise OSError(_ERRORS[status])
    return reply


class UUID:
    """A UUID of 16 or 128 bits, bytes in the order of the air."""

    def __init__(self, value):
        if isinstance(value, int):
            self._raw = struct.pack("<H", value)
        elif isinstance(value, str):
            digits = value.replace("-", "")
            if len(digits) != 32:
                raise ValueError("UUID too short" if len(digits) < 32 else "UUID too long")
            self._raw = bytes(int(digits[i : i + 2], 16) for i in range(30, -2, -2))
        else:
            self._raw = bytes(value)
            if len(self._raw) not in (2, 4, 16):
                raise ValueError("UUID invalid")

    def __iter__(self):
        return iter(self._raw)

    def __len__(self):
        return len(self._raw)

    def __eq__(self, other):
        return isinstance(other, UUID) and self._raw == other._raw

    def __lt__(self, other):
        return self._raw < other._raw

    def __hash__(self):
        return hash(self._raw)

    def __repr__(self):
        text = "".join("%02x" % byte for byte in reversed(self._raw))
        if len(text) < 32:
            return "UUID(0x%s)" % text
        return "UUID('%s-%s-%s-%s-%s')" % (text[:8], text[8:12], text[12:16], text[16:20], text[20:])


class BLE:
    """The one radio."""

    _the_one = None

    def __new__(cls):
        if cls._the_one is None:
            cls._the_one = self = object.__new__(cls)
            self._active = False
            self._handler = None
            self._written = {}  # handle -> what a central has written to it last
        return cls._the_one

    def active(self, state=None):
        """Switch on or off, or ask."""
        if state is not None:
            _call(_ON if state else _OFF)
            self._active = bool(state)
            self._written.clear()
            if state:
                _rpc.handlers[_rpc.BLE] = self._dispatch
        return self._active

    def irq(self, handler):
        """Set the handler of events."""
        if handler is not None and not callable(handler):
            raise ValueError("invalid handler")
        self._handler = handler

    def config(self, *names, **options):
        """Ask for one option, or set some."""
        if not options:
            return self._query(names)
        if names:
            raise TypeError("can't specify pos and kw args")
        for name, value in options.items():
            if name not in _OPTIONS:  # among them rxbuf: events are handed over at once on these ports
                raise ValueError("unknown config param")
            if name == "mtu":
                value = struct.pack("<H", value)
            elif name == "gap_name":
                value = value.encode() if isinstance(value, str) else bytes(value)
            else:
                value = bytes((int(value),))
            _call(_CONFIG, bytes((_OPTIONS.index(name),)) + value)
        return None

    def _query(self, names):
        if len(names) != 1:
            raise TypeError("must query one param")
        if names[0] == "mac":
            reply = _call(_QUERY, b"\x07")
            return reply[0], bytes(reply[1:])
        if names[0] == "mtu":
            return struct.unpack("<H", _call(_QUERY, b"\x00"))[0]
        if names[0] == "gap_name":
            return bytes(_call(_QUERY, b"\x01"))
        raise ValueError("unknown config param")

    def gap_advertise(self, interval_us=500_000, adv_data=None, *, resp_data=None, connectable=True):
        """Advertise; what is None stays as it was. An interval of None stops it."""
        adv = b"" if adv_data is None else bytes(adv_data)
        resp = b"" if resp_data is None else bytes(resp_data)
        head = struct.pack(
            "<IBBB", interval_us or 0, connectable,
            255 if adv_data is None else len(adv), 255 if resp_data is None else len(resp),
        )  # fmt: skip
        _call(_ADVERTISE, head + adv + resp)

    def gap_disconnect(self, conn_handle):
        """Disconnect; False if there is no such connection."""
        status, _ = _rpc.call(_rpc.BLE, _DISCONNECT, struct.pack("<H", conn_handle))
        if status and status != _ENOTCONN_STATUS:
            raise OSError(_ERRORS[status])
        return not status

    def gap_pair(self, conn_handle):
        """Ask the central to pair."""
        _call(_PAIR, struct.pack("<H", conn_handle))

    def gap_passkey(self, conn_handle, action, passkey):
        """Answer a passkey action."""
        _call(_PASSKEY, struct.pack("<HBI", conn_handle, action, passkey))

    def gatts_register_services(self, services):
        """Replace all services; gives a tuple of handles for each, descriptors behind their characteristic."""
        message = bytearray()
        for uuid, characteristics in services:
            _append(message, 0, 0, uuid)
            for characteristic in characteristics:
                _append(message, 1, characteristic[1], characteristic[0])
                for descriptor in characteristic[2] if len(characteristic) > 2 else ():
                    _append(message, 2, descriptor[1], descriptor[0])
        reply = bytes(_call(_SERVICES, message))
        self._written.clear()
        handles = iter(struct.unpack("<%dH" % (len(reply) // 2), reply))
        return tuple(
            tuple(
                next(handles)
                for characteristic in characteristics
                for _ in range(1 + (len(characteristic[2]) if len(characteristic) > 2 else 0))
            )
            for _, characteristics in services
        )

    def gatts_read(self, value_handle):
        """Give the value of a characteristic."""
        written = self._written.get(value_handle)
        return bytes(_call(_READ, struct.pack("<H", value_handle))) if written is None else written

    def gatts_write(self, value_handle, data, send_update=False):
        """Set the value of a characteristic, and send it to all who have subscribed."""
        _call(_WRITE, struct.pack("<HB", value_handle, send_update) + bytes(data))
        self._written.pop(value_handle, None)

    def gatts_notify(self, conn_handle, value_handle, data=None):
        """Notify one central, of the value if there are no data."""
        _call(_NOTIFY, _notification(conn_handle, value_handle, data))

    def gatts_indicate(self, conn_handle, value_handle, data=None):
        """Indicate to one central, the value if there are no data."""
        _call(_INDICATE, _notification(conn_handle, value_handle, data))

    def gatts_set_buffer(self, value_handle, length, append=False):
        """Set how much of a write is kept; the value becomes empty."""
        _call(_SET_BUFFER, struct.pack("<HHB", value_handle, length, append))
        self._written.pop(value_handle, None)

    def _dispatch(self, event, payload):
        """Hand one event to the handler; the computer's side waits for some answers even if there is no handler."""
        if event == 29:  # get secret
            key = memoryview(payload)[2:]
            secret = self._invoke(event, (payload[0], payload[1], key if len(key) else None), payload)
            _call(_SECRET_ANSWER, b"\x01" + bytes(secret) if secret else b"\x00")
        elif event == 30:  # set secret
            end = 2 + payload[1]
            view = memoryview(payload)
            kept = self._invoke(event, (payload[0], view[2:end], view[end:] if len(view) > end else None), payload)
            _call(_SECRET_ANSWER, b"\x01" if kept else b"\x00")
        else:
            connection = payload[0] | payload[1] << 8
            if event <= 2:  # central connected, disconnected
                self._invoke(event, (connection, payload[2], memoryview(payload)[3:9]), payload)
            elif event == 3:  # written by a central
                handle, appends = struct.unpack_from("<HB", payload, 2)
                if not appends:
                    self._written[handle] = bytes(memoryview(payload)[5:])
                self._invoke(event, (connection, handle), payload)
            elif event == 4:  # read request
                refusal = self._invoke(event, struct.unpack("<HH", payload), payload)
                refusal = int(refusal) if isinstance(refusal, (int, bool)) else 0
                _call(_READ_ANSWER, struct.pack("<HB", connection, refusal))
            else:
                self._invoke(event, struct.unpack(_FIELDS[event], payload), payload)

    def _invoke(self, event, data, payload):
        if self._handler is None:
            return None
        try:
            return self._handler(event, data)
        except Exception as error:
            print("Unhandled exception in IRQ callback handler", file=sys.stderr)
            sys.print_exception(error, sys.stderr)
            self._handler = None
        finally:
            for i in range(len(payload)):
                payload[i] = _SPENT


# indicate done, MTU exchanged, connection update, encryption update, passkey action
_FIELDS = {20: "<HHB", 21: "<HH", 27: "<HHHHB", 28: "<HBBBB", 31: "<HBI"}


def _append(message, kind, flags, uuid):
    message += struct.pack("<BHB", kind, flags, len(uuid)) + bytes(uuid)


def _notification(conn_handle, value_handle, data):
    struct.pack_into("<HHB", _message, 0, conn_handle, value_handle, data is not None)
    if data is None:
        return _view[:5]
    end = 5 + min(len(data), len(_message) - 5)
    _message[5:end] = data if end == 5 + len(data) else memoryview(data)[: end - 5]
    return _view[:end]
