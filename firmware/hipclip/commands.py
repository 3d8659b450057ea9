"""Answers the host's commands, the same over BLE and USB. The table is in docs/wire-format.md."""

import struct
import time  # noqa: F401 - the clock of those commands that are not kept in memory

from micropython import const

from hipclip import seldom
from hipwire import VERSION, commands, errors, frames, ids, records

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
    """Table of the commands that come often; `clip` is the App, from whose parts they take what they need."""

    def __init__(self, clip):
        self._clip = clip
        self.unreadable = 0  # messages that name no command and so get no answer
        self._table = {
            ids.BUZZ: self._buzz,
            ids.GET_INFO: self._get_info,
            ids.GET_STATUS: self._get_status,
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
        if ids.START <= code <= ids.RESEND:
            name = "streamcommands"
        elif ids.GET_RUNS <= code <= ids.ERASE_RUN or code == ids.RUN:
            name = "runcommands"
        else:
            name = "storecommands"
        return seldom.load(name).handle(self._clip, code, payload, outlet)

    # what the clip does and tells

    def _buzz(self, payload, outlet):
        clip, buzz = self._clip, records.unpack(records.BUZZ, payload)
        if not ids.BUZZ_LEFT <= buzz["pattern"] <= ids.BUZZ_NOT_RECORDING:
            raise RefusedError(ids.MALFORMED)
        if buzz["strength_percent"] > 100 or buzz["repeats"] == 0:
            raise RefusedError(ids.MALFORMED)
        if not clip.board.FEATURES & (ids.HAS_MOTOR | ids.HAS_BUZZER):
            raise RefusedError(ids.UNSUPPORTED)
        clip.haptics.play(buzz["pattern"], buzz["strength_percent"], buzz["repeats"])
        if clip.runcontrol.monitor and buzz["pattern"] <= ids.BUZZ_BOTH:
            clip.runcontrol.monitor.spoke()
        return b""

    def _get_info(self, payload, outlet):
        return self._clip.status.info()

    def _get_status(self, payload, outlet):
        return bytes(self._clip.status.frame())
