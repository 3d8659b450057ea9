"""Commands about what the clip remembers and who may: loaded when one comes, and let go of after it."""

import json

from micropython import const

from hipclip.commands import RefusedError, text_payload
from hipwire import commands, errors, ids, records

_MOST_BRACKETS = const(32)  # in settings, which are flat; each level of nesting would take some 100 bytes


def handle(clip, code, payload, outlet):
    """Carry out one of the commands; give what goes into the answer."""
    if code == ids.GET_SETTINGS:
        return _part_of_settings(clip, payload, outlet)
    if code == ids.GET_CALIBRATION:
        return clip.calibration.record
    if code == ids.GET_MONITOR:
        return clip.monitoring.record
    if code == ids.SET_CLOCK:
        return clip.clock.command(payload)
    if code == ids.SET_MOUNT:
        _set_mount(clip, payload)
    elif code == ids.SET_SETTINGS:
        _set_settings(clip, payload, outlet)
    elif code == ids.SET_CALIBRATION:
        _check_no_tilt(clip)
        _keep(clip.calibration, payload)
    elif code == ids.SET_MONITOR:
        _keep(clip.monitoring, payload)
    elif code == ids.PAIR:
        result = clip.access.command(payload[0] if payload else 255)
        if result:
            raise RefusedError(result)
    elif code == ids.REPL or code == ids.RESET:
        if not outlet.wired:
            raise RefusedError(ids.NOT_ALLOWED)
        outlet.leaving = "repl" if code == ids.REPL else "reset"  # the link does it when the answer has left
    else:
        raise RefusedError(ids.UNKNOWN_COMMAND)
    return b""


def _set_mount(clip, payload):
    mount = records.unpack(records.MOUNT, payload)
    _check_no_tilt(clip)
    if mount["mount_id"] == 0:
        mount = dict.fromkeys(mount, 0)
    try:
        _change(clip, mount)
    except ValueError:  # no unit quaternion
        raise RefusedError(ids.MALFORMED)


def _check_no_tilt(clip):
    """Refuse what would change the meaning of tilt frames in mid-stream."""
    if clip.runcontrol.active or (clip.stream.running and clip.stream.kind == ids.TILT):
        raise RefusedError(ids.BUSY)


def _keep(kept, record):
    try:
        kept.change(record)
    except errors.WireError:  # a ValueError too
        raise
    except ValueError as error:
        raise RefusedError(ids.BAD_SETTING, text_payload(error))


def _part_of_settings(clip, payload, outlet):
    offset = records.unpack(records.OFFSET, payload)["offset"]
    whole = json.dumps(clip.settings.values).encode()
    if offset > len(whole):
        raise RefusedError(ids.MALFORMED)
    room = min(commands.MAX_SIZE, outlet.max_message) - commands.ANSWER_SIZE - records.size(records.CHUNK)
    head = records.pack(records.CHUNK, {"total": len(whole), "offset": offset})
    return head + whole[offset : offset + room]


def _set_settings(clip, payload, outlet):
    try:
        if payload.count(b"[") + payload.count(b"{") > _MOST_BRACKETS:
            raise ValueError("too many brackets")
        changes = json.loads(payload.decode())
        if not isinstance(changes, dict):
            raise ValueError("not a JSON object")
        if any("mount" in name for name in changes):  # another way to SET_MOUNT
            _check_no_tilt(clip)
            refusal = clip.access.refusal(ids.SET_MOUNT, outlet)
            if refusal:
                raise RefusedError(refusal)
        _change(clip, changes)
    except ValueError as error:  # of JSON, UTF-8 and the table of settings
        raise RefusedError(ids.BAD_SETTING, text_payload(str(error) or "not UTF-8"))


def _change(clip, changes):
    clip.settings.change(changes)
    if clip.ble:
        clip.ble.info_changed()
