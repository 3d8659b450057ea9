"""Answers the host's commands, the same over BLE and USB. The table is in docs/wire-format.md."""

import json
import struct
import sys
import time

from micropython import const

import hipclip
from hipclip import stream
from hipwire import VERSION, commands, errors, frames, ids, records

_MOST_BRACKETS = const(32)  # in settings, which are flat; each level of nesting would take some 100 bytes
_LONGEST_TEXT = const(96)  # of an answer; also bounds what a fault's message can allocate


class RefusedError(Exception):
    """A command that is answered with a result other than OK."""

    def __init__(self, result, payload=b""):
        super().__init__(result)
        self.result = result
        self.payload = payload


def cut(data, room):
    """Shorten UTF-8 to `room` bytes, between characters."""
    end = min(len(data), room)
    while 0 < end < len(data) and data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end]


def text_payload(text):
    """UTF-8 of a text for an answer."""
    return cut(str(text).encode(), _LONGEST_TEXT)


def mtu_payload(mtu):
    """What goes with MTU_TOO_SMALL."""
    return records.pack(records.NEEDED, {"mtu": mtu})


class Commands:
    """Table of commands; `clip` is the App, from whose parts they take what they need."""

    def __init__(self, clip):
        self._clip = clip
        self.unreadable = 0  # messages that name no command and so get no answer
        self._table = {
            ids.START: self._start,
            ids.STOP: self._stop,
            ids.RESEND: self._resend,
            ids.SET_MOUNT: self._set_mount,
            ids.BUZZ: self._buzz,
            ids.GET_SETTINGS: self._get_settings,
            ids.SET_SETTINGS: self._set_settings,
            ids.GET_INFO: self._get_info,
            ids.GET_STATUS: self._get_status,
            ids.REPL: self._repl,
            ids.RESET: self._reset,
            ids.SET_CALIBRATION: self._set_calibration,
            ids.GET_CALIBRATION: self._get_calibration,
            ids.SET_MONITOR: self._set_monitor,
            ids.GET_MONITOR: self._get_monitor,
            ids.SET_CLOCK: self._set_clock,
            ids.PAIR: self._pair,
        }

    def handle(self, message, outlet):
        """Give the answer to a message, nothing to one that is no command. Never raises."""
        try:
            if len(message) < commands.COMMAND_SIZE or message[0] & 0x0F != ids.COMMAND:
                self.unreadable += 1
                return b""
            _, code, request = struct.unpack_from("<BBH", message, 0)
            outlet.greeted = True
            result, payload = self._result(message, code, outlet)
            room = outlet.max_message - commands.ANSWER_SIZE
            if len(payload) > room and result == ids.OK:
                result = ids.MTU_TOO_SMALL
                payload = mtu_payload(commands.ANSWER_SIZE + len(payload) + frames.NOTIFY_OVERHEAD)
            payload = cut(payload, room)
            if result != ids.OK:
                self._clip.counters.commands_refused += 1
            return commands.pack_answer(code, request, result, payload)
        except Exception:  # no memory even for the refusal: the host's request times out, sampling goes on
            self.unreadable += 1
            return b""

    def turn_away(self, message):
        """Give the answer BUSY to a command that there was no room for; nothing to what is no command."""
        if len(message) < commands.COMMAND_SIZE or message[0] != frames.first_byte(ids.COMMAND):
            return b""
        self._clip.counters.commands_refused += 1
        _, code, request = struct.unpack_from("<BBH", message, 0)
        return commands.pack_answer(code, request, ids.BUSY)

    def _result(self, message, code, outlet):
        """Carry the command out; gives result and payload of the answer."""
        if message[0] >> 4 != VERSION:
            return ids.WRONG_VERSION, bytes([VERSION])
        if len(message) > commands.MAX_SIZE:
            return ids.MALFORMED, b""
        refusal = self._clip.access.refusal(code, outlet)
        if refusal:
            return refusal, b""
        try:
            payload = bytes(message[commands.COMMAND_SIZE :])
            if code in self._table:
                return ids.OK, self._table[code](payload, outlet)
            return ids.OK, self._seldom(code, payload, outlet)
        except RefusedError as refusal:
            return refusal.result, refusal.payload
        except errors.WireError:
            return ids.MALFORMED, b""
        except Exception as error:  # whatever it is: a fault of ours must not end the link, and is told to both ends
            text = "%s: %s" % (type(error).__name__, error)
            self._clip.log.add(ids.LOG_TASK, ids.LOG_ERROR, code, "command " + text)
            return ids.FAILED, text_payload(text)

    def _seldom(self, code, payload, outlet):
        """Carry out a command whose module lies in memory only then."""
        if not (ids.GET_RUNS <= code <= ids.ERASE_RUN or code == ids.RUN):
            raise RefusedError(ids.UNKNOWN_COMMAND)
        from hipclip import runcommands

        try:
            return runcommands.handle(self._clip, code, payload, outlet)
        finally:
            del hipclip.runcommands, sys.modules["hipclip.runcommands"]

    # stream

    def _start(self, payload, outlet):
        clip, running = self._clip, self._clip.stream
        kind = records.unpack(records.START, payload)["stream"]
        if kind not in (ids.RAW, ids.TILT):
            raise RefusedError(ids.MALFORMED)
        if not running.can(kind):
            raise RefusedError(ids.UNSUPPORTED)
        if clip.battery.empty:
            raise RefusedError(ids.BATTERY_EMPTY)
        if clip.sampler.failed:
            raise RefusedError(ids.SENSOR_FAILED, text_payload(clip.imu.NAME + " does not answer"))
        if running.running and running.kind != kind:
            raise RefusedError(ids.BUSY)
        if kind == ids.TILT and not clip.settings.get("mount_id"):
            raise RefusedError(ids.NO_MOUNT)
        if running.running:
            self._check_room(outlet)
        else:
            samples = stream.samples_that_fit(kind, outlet.max_message)
            if not samples:
                raise RefusedError(ids.MTU_TOO_SMALL, mtu_payload(stream.least_mtu(kind)))
            self._begin(kind, samples)
        clip.access.started(outlet)
        if not outlet.streaming:
            outlet.follow(running.ring.next)
        return self._started(outlet)

    def _begin(self, kind, samples):
        """Start a stream in an empty ring: nobody can have anything of the last one any more."""
        clip = self._clip
        for outlet in clip.sender.outlets:
            if outlet.streaming:
                clip.counters.frames_dropped += max(0, clip.stream.ring.next - outlet.cursor)
            outlet.halt()
        clip.stream.start(kind, samples)

    def _started(self, outlet):
        clip, running = self._clip, self._clip.stream
        clock, first = clip.sampler.clock, max(outlet.cursor, running.ring.oldest)
        return records.pack(records.STARTED, {
            "boot_id": clip.boot_id,
            "stream": running.kind,
            "samples": running.samples,
            "next_sequence": first & 0xFFFF,
            "next_index": running.first_index(first),
            "oldest_sequence": running.ring.oldest & 0xFFFF,
            "rate_uncertainty_ppm": clock.uncertainty_ppm,
            "rate_mhz": clock.rate_mhz,
        })  # fmt: skip

    def _check_room(self, outlet):
        """Refuse a connection that cannot take the frames of the stream that runs or ran last."""
        if self._clip.stream.slot_bytes > outlet.max_message:
            raise RefusedError(ids.MTU_TOO_SMALL, mtu_payload(self._clip.stream.slot_bytes + frames.NOTIFY_OVERHEAD))

    def _stop(self, payload, outlet):
        running = self._clip.stream
        if not running.running:
            raise RefusedError(ids.NOT_STREAMING)
        running.stop()
        following = running.ring.next
        return records.pack(
            records.STOPPED, {"next_sequence": following & 0xFFFF, "next_index": running.first_index(following)}
        )

    def _resend(self, payload, outlet):
        wanted = records.unpack(records.RANGE, payload)
        kept = self._clip.stream
        if wanted["count"] == 0:
            raise RefusedError(ids.MALFORMED)
        if kept.kind == stream.NONE:
            raise RefusedError(ids.NOT_STREAMING)
        if outlet.resending:
            raise RefusedError(ids.BUSY)
        self._check_room(outlet)
        first = kept.number_of(wanted["first_sequence"])
        end = min(first + wanted["count"], kept.ring.next)
        first = max(first, kept.ring.oldest)
        if first >= end:
            raise RefusedError(ids.GONE, struct.pack("<H", kept.ring.oldest & 0xFFFF))
        outlet.resend(first, end, time.ticks_ms())
        return records.pack(records.RANGE, {"first_sequence": first & 0xFFFF, "count": end - first})

    # what the clip remembers

    def _set_mount(self, payload, outlet):
        mount = records.unpack(records.MOUNT, payload)
        self._check_no_tilt()
        if mount["mount_id"] == 0:
            mount = dict.fromkeys(mount, 0)
        try:
            self._change(mount)
        except ValueError:  # no unit quaternion
            raise RefusedError(ids.MALFORMED)
        return b""

    def _check_no_tilt(self):
        """Refuse what would change the meaning of a tilt stream's frames in mid-stream."""
        if self._clip.stream.running and self._clip.stream.kind == ids.TILT:
            raise RefusedError(ids.BUSY)

    def _set_calibration(self, payload, outlet):
        self._check_no_tilt()
        return self._keep(self._clip.calibration, payload)

    def _set_monitor(self, payload, outlet):
        return self._keep(self._clip.monitoring, payload)

    def _keep(self, kept, record):
        try:
            kept.change(record)
        except errors.WireError:  # a ValueError too
            raise
        except ValueError as error:
            raise RefusedError(ids.BAD_SETTING, text_payload(error))
        return b""

    def _get_calibration(self, payload, outlet):
        return self._clip.calibration.record

    def _get_monitor(self, payload, outlet):
        return self._clip.monitoring.record

    def _set_clock(self, payload, outlet):
        return self._clip.clock.command(payload)

    def _pair(self, payload, outlet):
        result = self._clip.access.command(payload[0] if payload else 255)
        if result:
            raise RefusedError(result)
        return b""

    def _get_settings(self, payload, outlet):
        offset = records.unpack(records.OFFSET, payload)["offset"]
        whole = json.dumps(self._clip.settings.values).encode()
        if offset > len(whole):
            raise RefusedError(ids.MALFORMED)
        room = min(commands.MAX_SIZE, outlet.max_message) - commands.ANSWER_SIZE - records.size(records.CHUNK)
        head = records.pack(records.CHUNK, {"total": len(whole), "offset": offset})
        return head + whole[offset : offset + room]

    def _set_settings(self, payload, outlet):
        try:
            if payload.count(b"[") + payload.count(b"{") > _MOST_BRACKETS:
                raise ValueError("too many brackets")
            changes = json.loads(payload.decode())
            if not isinstance(changes, dict):
                raise ValueError("not a JSON object")
            if any(["mount" in name for name in changes]):  # another way to SET_MOUNT
                self._check_no_tilt()
                refusal = self._clip.access.refusal(ids.SET_MOUNT, outlet)
                if refusal:
                    raise RefusedError(refusal)
            self._change(changes)
        except ValueError as error:  # of JSON, UTF-8 and the table of settings
            raise RefusedError(ids.BAD_SETTING, text_payload(str(error) or "not UTF-8"))
        return b""

    def _change(self, changes):
        self._clip.settings.change(changes)
        if self._clip.ble:
            self._clip.ble.info_changed()

    # what the clip does and tells

    def _buzz(self, payload, outlet):
        clip, buzz = self._clip, records.unpack(records.BUZZ, payload)
        if not ids.BUZZ_LEFT <= buzz["pattern"] <= ids.BUZZ_LOW_BATTERY:
            raise RefusedError(ids.MALFORMED)
        if buzz["strength_percent"] > 100 or buzz["repeats"] == 0:
            raise RefusedError(ids.MALFORMED)
        if not clip.board.FEATURES & (ids.HAS_MOTOR | ids.HAS_BUZZER):
            raise RefusedError(ids.UNSUPPORTED)
        clip.haptics.play(buzz["pattern"], buzz["strength_percent"], buzz["repeats"])
        return b""

    def _get_info(self, payload, outlet):
        return self._clip.status.info()

    def _get_status(self, payload, outlet):
        return bytes(self._clip.status.frame())

    def _repl(self, payload, outlet):
        return self._leave(outlet, "repl")

    def _reset(self, payload, outlet):
        return self._leave(outlet, "reset")

    def _leave(self, outlet, where):
        if not outlet.wired:
            raise RefusedError(ids.NOT_ALLOWED)
        outlet.leaving = where  # the link carries it out when the answer has left
        return b""
