"""The clip's Bluetooth side: services, advertising, connections. Written on `bluetooth`, in which nothing may raise.

An exception in the handler of `BLE.irq` would switch it off for good, so it only puts what happened into queues, and
`turn()` works on them. MicroPython tells nothing of subscriptions, and refuses a notification at once (ENOMEM) when
the radio's buffers are full.
"""

import asyncio
import errno
import struct
import time
from collections import deque

import bluetooth
from micropython import const

from hipclip import seldom
from hipclip.outlet import Outlet
from hipwire import frames, ids

_CENTRAL_CONNECT = const(1)
_CENTRAL_DISCONNECT = const(2)
_GATTS_WRITE = const(3)
_MTU_EXCHANGED = const(21)
_ENCRYPTION_UPDATE = const(28)
_TURN_AWAY = const(-3)  # ours: a write that came when too many waited

_TURN_MS = const(10)  # between looks at the queues; a command waits so long at most
_MOST_CONNECTIONS = const(3)  # NimBLE of the ESP32 has 4
_ADVERTISE_EVERY_US = const(100_000)
_ADVERTISE_BESIDE_US = const(500_000)  # beside a connection, whose packets shall not wait for it
_CONTROL_BYTES = const(256)  # longest write that is kept; 20 without it, and a command has 240 at most
_LEAST_MTU = const(23)
_EVENTS = const(32)  # of the queue; commands leave room for connects and disconnects
_COMMANDS = const(16)  # more in the queue than this, and a command is only turned away
_TURNED_AWAY = const(24)  # more than this, and it is only counted
_ANSWERS = const(8)  # waiting for a central that does not take them
_ADVERTISE_AGAIN_MS = const(1000)
_CADENCE_EVERY_MS = const(1000)
_RSC_RUNNING = const(0x04)  # flag of the measurement and bit of the feature: walking or running status


class Connection(Outlet):
    """One central."""

    def __init__(self, server, number):
        super().__init__(_LEAST_MTU - frames.NOTIFY_OVERHEAD)
        self._server = server
        self.number = number
        self.answers = []  # that the radio had no room for yet
        self.since_ms = time.ticks_ms()
        self.proved = False  # a bond, before what it sent after that

    @property
    def bonded(self):
        """Whether it is, and was when it sent what is being worked on, encrypted by a bond: handles are used again."""
        return self.proved and self._server.access.encrypted.get(self.number, False)

    def send(self, view):
        """Notify a frame on the data characteristic; where it may not be told, it is as if it had been."""
        return not self._server.access.reads(self) or self._server.notify(self, self._server.data, view)

    def send_status(self, view):
        """Notify a status frame."""
        return not self._server.access.reads(self) or self._server.notify(self, self._server.status, view)

    def drop(self):
        """End a connection that takes nothing; the central may come back."""
        self.closed = True
        self._server.disconnect(self.number)


class BleServer:
    """Serves several centrals; `clip` is the App. `turn()` does the work, `run()` calls it for ever."""

    def __init__(self, clip):
        self._clip = clip
        self.connections = {}  # Connection by connection handle
        self.handler_errors = 0  # exceptions in the handler
        self.overflows = 0  # events and answers that there was no room for
        self.refusals = 0  # of the radio, to advertise
        self._events = deque((), _EVENTS)  # noqa: RUF037 - the form that MicroPython takes
        self._told = 0
        self._event = 0  # number of the next
        self._advertising = False
        self._advertise_ms = None  # when it was last refused
        self._cadence_ms = time.ticks_ms()
        self._battery_percent = None
        self.access = clip.access
        self._radio = bluetooth.BLE()
        self._begin()

    def _begin(self):
        radio, clip = self._radio, self._clip
        radio.irq(self._on_event)  # first: the stack asks for the identity key when it begins
        radio.active(True)
        radio.config(mtu=clip.settings.get("mtu"))
        pairs = self.access.begin(radio)
        measured = bool(clip.board.FEATURES & ids.HAS_BATTERY)
        closed = pairs and self.access.level() > 1
        handles = radio.gatts_register_services(seldom.load("gatt").services(measured, pairs, closed))
        self.data, self.control, self._info, self.status, self.events = handles[0][:5]
        self._measurement, feature = handles[1]
        self._battery = handles[3][0] if measured else None
        radio.gatts_set_buffer(self.control, _CONTROL_BYTES)
        self._write(feature, struct.pack("<H", _RSC_RUNNING))
        if pairs:
            self.access.key = handles[0][5]
            self._write(handles[0][5], b"\1")
        self._describe(handles[2])
        self.info_changed()
        self.publish_status(clip.status.frame())
        clip.sender.publishers.append(self.publish_status)

    def _describe(self, device):
        """Fill Device Information from the info message, so that both say the same."""
        serial, firmware, board, chip = self._clip.status.texts()
        texts = ("hipdrop", "hipdrop clip", serial, firmware, board + ", " + chip)
        for handle, text in zip(device, texts):  # noqa: B905 - MicroPython has no `strict`
            self._write(handle, text.encode())

    def _on_event(self, event, data):
        """Handle an event of the radio: only note it, and never raise. `data` is valid only in here."""
        try:
            if event == _GATTS_WRITE:
                queued = self._on_write(data[0], data[1])
            elif event in (_CENTRAL_CONNECT, _CENTRAL_DISCONNECT):
                self.access.secured(data[0], 0, 0)
                queued = self._note((event, data[0], 0))
            elif event == _MTU_EXCHANGED:
                queued = self._note((event, data[0], data[1]))
            elif event == _ENCRYPTION_UPDATE:
                queued = self._note((event, data[0], self.access.secured(data[0], data[1], data[3])))
            else:
                return self.access.answer(event, data)
            if not queued:
                self.overflows += 1
        except Exception:
            self.handler_errors += 1
        return None

    def _note(self, entry, most=_EVENTS):
        """Queue what happened; False when there are so many already. A deque would drop its oldest without a word."""
        if len(self._events) < most:
            self._events.append(entry)
            return True
        return False

    def _on_write(self, number, handle):
        if handle != self.control:
            return True
        message = self._radio.gatts_read(handle)  # a copy, at most _CONTROL_BYTES long
        queued = self._note((_GATTS_WRITE, number, message), _COMMANDS)
        return queued or self._note((_TURN_AWAY, number, message[:4]), _TURNED_AWAY)

    async def run(self):
        """Serve for ever; the App supervises it."""
        while True:
            self.turn()
            await asyncio.sleep_ms(_TURN_MS)

    def turn(self):
        """Work on what the radio told, in its order; send answers; advertise."""
        for connection in self.connections.values():
            self._send_answers(connection)
        while self._events:
            self._take(*self._events.popleft())
        if not self._advertising and len(self.connections) < _MOST_CONNECTIONS:
            self._advertise()
        self._tell_cadence()
        self._tell_errors()
        self._tell_events()
        self.access.turn(self.connections)

    def _take(self, event, number, value):
        if event == _CENTRAL_DISCONNECT:
            self._forget(number)
        elif event == _CENTRAL_CONNECT:
            self._forget(number)  # a handle that comes again belongs to somebody new
            self._connection(number)
        elif event == _MTU_EXCHANGED:
            self._connection(number).max_message = max(_LEAST_MTU, value) - frames.NOTIFY_OVERHEAD
        elif event == _ENCRYPTION_UPDATE:
            self._connection(number).proved = value
        else:
            connection, commands = self._connection(number), self._clip.commands
            turned_away = event == _TURN_AWAY
            self._answer(connection, commands.turn_away(value) if turned_away else commands.handle(value, connection))

    def _connection(self, number):
        """Give the connection with this handle; it is made when its first event was missed."""
        if number not in self.connections:
            self.connections[number] = Connection(self, number)
            self._clip.sender.add(self.connections[number])
            self._advertising = False  # the radio stops it with every connection
        return self.connections[number]

    def _forget(self, number):
        connection = self.connections.pop(number, None)
        if connection:
            self._clip.sender.remove(connection)
            self._advertising = False

    def _answer(self, connection, answer):
        if not answer:
            return
        if len(connection.answers) >= _ANSWERS:  # it asks and takes no answers
            self.overflows += 1
            return
        connection.answers.append(answer)
        self._send_answers(connection)

    def _send_answers(self, connection):
        while connection.answers:
            accepted = self.notify(connection, self.control, connection.answers[0])
            if not connection.note(accepted, time.ticks_ms()):
                return
            connection.answers.pop(0)

    def notify(self, connection, handle, view):
        """Hand a notification to the radio; False when it has no room for it now."""
        if connection.closed:
            return False
        try:
            self._radio.gatts_notify(connection.number, handle, view)
            return True
        except OSError as error:
            if error.errno == errno.ENOTCONN:  # 107 or 128, by port
                connection.closed = True
                self._note((_CENTRAL_DISCONNECT, connection.number, 0))
        except MemoryError:  # BTstack copies to the heap what its buffers cannot take
            pass
        self._clip.counters.notify_refused += 1
        return False

    def disconnect(self, number):
        """Part from a central, whose disconnection follows; one that is gone already has none to follow."""
        try:
            parting = self._radio.gap_disconnect(number)
        except OSError:
            parting = False
        if not parting:
            self._note((_CENTRAL_DISCONNECT, number, 0))

    def _advertise(self):
        """Advertise; where the radio refuses, try again after a while."""
        now_ms = time.ticks_ms()
        if self._advertise_ms is not None and time.ticks_diff(now_ms, self._advertise_ms) < _ADVERTISE_AGAIN_MS:
            return
        data, response = seldom.load("gatt").advertisement(self._clip.settings.get("ble_name"))
        every_us = _ADVERTISE_BESIDE_US if self.connections else _ADVERTISE_EVERY_US
        try:
            self._radio.gap_advertise(every_us, data, resp_data=response)
            self._advertising, self._advertise_ms = True, None
        except OSError:
            self.refusals += 1
            self._advertise_ms = now_ms

    def _tell_cadence(self):
        """Notify running and the cadence each second, when and only when the cadence is known."""
        now_ms = time.ticks_ms()
        if time.ticks_diff(now_ms, self._cadence_ms) < _CADENCE_EVERY_MS:
            return
        self._cadence_ms = now_ms
        cadence = self._clip.cadence
        if cadence and cadence.steps_per_minute:
            steps = min(255, int(cadence.steps_per_minute + 0.5))
            self.tell(self._measurement, struct.pack("<BHB", _RSC_RUNNING, 0, steps))

    def tell(self, handle, data):
        """Set a value, and notify all who have subscribed; where reading needs a bond, all who have one."""
        if self.access.level() < 2:
            self._write(handle, data, True)
            return
        self._write(handle, data)
        for connection in self.connections.values():
            if self.access.reads(connection):
                self.notify(connection, handle, data)

    def _tell_events(self):
        """Notify what the clip has found, to those who have subscribed to it."""
        events = self._clip.runcontrol.events
        if events:
            self._event = max(self._event, events.oldest)
            while self._event < events.next:
                self.tell(self.events, events.frame(self._event))
                self._event += 1

    def _tell_errors(self):
        """Log what went wrong in the handler, where nothing can be logged; again only when it has doubled."""
        count = self.handler_errors + self.overflows + self.refusals
        if count > 2 * self._told:
            text = "bluetooth errors %d %d %d" % (self.handler_errors, self.overflows, self.refusals)
            self._clip.log.add(ids.LOG_TASK, ids.LOG_WARNING, count, text)
            self._told = count

    def _write(self, handle, data, notify=False):
        """Set the value of a characteristic; `notify` tells those who have subscribed, and only those."""
        try:
            self._radio.gatts_write(handle, data, notify)
        except OSError:
            self._clip.counters.notify_refused += 1

    def info_changed(self):
        """Set the info characteristic anew, and the name for the next advertisement."""
        self._write(self._info, self._clip.status.info())
        self._radio.config(gap_name=self._clip.settings.get("ble_name"))
        self._advertising = False

    def publish_status(self, frame):
        """Set the status characteristic for those who read it, and the battery for those who subscribed to it."""
        self._write(self.status, frame)
        percent = self._clip.battery.percent
        if self._battery is not None and percent is not None and percent != self._battery_percent:
            self._battery_percent = percent
            self.tell(self._battery, bytes([percent]))

    def stop(self):
        """Part from all and fall silent."""
        self._radio.gap_advertise(None)
        for number in list(self.connections):
            self.disconnect(number)
        self._radio.active(False)
