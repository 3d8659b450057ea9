"""The errors of Bluetooth, as bleak raises them, in words with a remedy."""

from __future__ import annotations

import sys

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)

from hipdrop.errors import AdapterOff, ClipBusy, ClipNotFound, LinkError, LinkLost, NoAdapter, NotPermitted
from hipdrop.links.requests import PAIRING_REMEDY

_NO_ADAPTER = "this computer has no Bluetooth that hipdrop can use; plug in a Bluetooth adapter, or use the cable"
_NO_SERVICE = (
    "Bluetooth is not served on this computer; start it (sudo systemctl start bluetooth, package bluez), "
    "or use the cable: --clip serial:PORT"
)
_OFF = "Bluetooth is switched off; switch it on and try again"
_DENIED = {
    "darwin": "allow Bluetooth for your terminal: System Settings, Privacy & Security, Bluetooth",
    "win32": "allow it: Settings, Privacy & security, Radios",
}
_DENIED_ELSEWHERE = "ask for the right to use it: your user has to be in the group bluetooth, or sit at this computer"

_Reason = BleakBluetoothNotAvailableReason
_REASONS: dict[BleakBluetoothNotAvailableReason, type[LinkError]] = {
    _Reason.NO_BLUETOOTH: NoAdapter,
    _Reason.NO_BLE_CENTRAL_ROLE: NoAdapter,
    _Reason.POWERED_OFF: AdapterOff,
    _Reason.DENIED_BY_USER: NotPermitted,
    _Reason.DENIED_BY_SYSTEM: NotPermitted,
    _Reason.DENIED_BY_UNKNOWN: NotPermitted,
}
_DBUS: dict[str, type[LinkError]] = {
    "org.bluez.Error.NotReady": AdapterOff,
    "org.bluez.Error.NotPermitted": NotPermitted,
    "org.bluez.Error.NotAuthorized": NotPermitted,
    "org.bluez.Error.AuthenticationFailed": NotPermitted,
    "org.bluez.Error.AuthenticationRejected": NotPermitted,
    "org.freedesktop.DBus.Error.AccessDenied": NotPermitted,
    "org.bluez.Error.InProgress": ClipBusy,
    "org.bluez.Error.AlreadyConnected": ClipBusy,
    "org.bluez.Error.DoesNotExist": ClipNotFound,
    "org.freedesktop.DBus.Error.UnknownObject": ClipNotFound,
}
_NOT_SERVED = ("org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner")
_Code = BleakGATTProtocolErrorCode
_NEEDS_PAIRING = (
    _Code.INSUFFICIENT_AUTHENTICATION,
    _Code.INSUFFICIENT_AUTHORIZATION,
    _Code.INSUFFICIENT_ENCRYPTION,
    _Code.INSUFFICIENT_ENCRYPTION_KEY_SIZE,
)
# What bleak lets through unchanged: no socket of the system bus, a time-out, a link that ends under a call
FAULTS = (BleakError, OSError, EOFError, TimeoutError)


def explain(who: str, error: BaseException) -> LinkError:
    """Give our error for one of Bluetooth's.

    Parameters
    ----------
    who
        The clip as the user calls it, or what was done.
    error
        One of `FAULTS`.
    """
    if isinstance(error, LinkError):
        return error
    if isinstance(error, BleakBluetoothNotAvailableError):
        return _worded(_REASONS.get(error.reason, NoAdapter), who, str(error.args[0]))
    if isinstance(error, BleakDBusError):
        if error.dbus_error in _NOT_SERVED:
            return NoAdapter(_NO_SERVICE)
        return _worded(_DBUS.get(error.dbus_error, LinkLost), who, str(error))
    if isinstance(error, BleakDeviceNotFoundError):
        return _worded(ClipNotFound, who, str(error))
    if isinstance(error, BleakGATTProtocolError):
        if needs_pairing(error):
            return NotPermitted(f"{who}: this computer is not paired with it ({error.args[1]}); {PAIRING_REMEDY}")
        return _worded(LinkLost, who, str(error.args[1]))
    if isinstance(error, TimeoutError):
        return _worded(ClipBusy, who, "")
    if isinstance(error, OSError):  # of the system bus: it has no socket, or nobody listens
        return NoAdapter(_NO_SERVICE)
    return _worded(LinkLost, who, str(error))


def needs_pairing(error: BaseException) -> bool:
    """Whether the clip asks for a bond."""
    return isinstance(error, BleakGATTProtocolError) and error.code in _NEEDS_PAIRING


def _worded(kind: type[LinkError], who: str, detail: str) -> LinkError:
    said = f" ({detail})" if detail else ""
    texts = {
        NoAdapter: f"{_NO_ADAPTER}{said}",
        AdapterOff: _OFF,
        NotPermitted: f"{who}: Bluetooth does not let this program in{said}; "
        + _DENIED.get(sys.platform, _DENIED_ELSEWHERE),
        ClipNotFound: f"{who}: the clip is not there{said}; {NOT_FOUND_REMEDY}",
        ClipBusy: f"{who}: it is busy with something else and takes no connection{said}; end the connection on the "
        "other phone or computer, go nearer, and try again",
        LinkLost: f"{who}: the connection is lost{said}; go nearer, or switch the clip off and on",
    }
    return kind(texts[kind])


NOT_FOUND_REMEDY = "switch it on and go near; hipdrop scan shows which clips are in reach"
