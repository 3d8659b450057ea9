"""The one channel to the computer that plays the board: calls with an answer, and events that it sends unasked.

A frame is op u8, argument u8, length u16, clock u64 (us), payload. The answer to a call carries its status as argument
and the computer's clock; an event is 0x80 | kind, its number as argument. No call allocates but for what it returns.
"""

import struct

import uos
import uselect
from micropython import const

I2C_READ = const(1)
I2C_WRITE = const(2)
BLE = const(3)
TIME = const(4)
PIN = const(5)
ADC = const(6)
PWM = const(7)
RESET = const(8)
BOOT = const(9)
WATCHDOG = const(10)
RANDOM = const(11)
STORAGE = const(12)
ENDED = const(13)
TIMER = const(14)  # an event too
RTC = const(20)

# kinds of events, beside BLE and PIN
STALL = const(9)
GC_PAUSE = const(10)
SLOW_ERASE = const(11)

_HEADER = "<BBHQ"
_HEADER_BYTES = const(12)
_KEPT_BYTES = const(64)  # of a reply that nobody has given a place for; longer ones are allocated

_channel = open(int(uos.getenv("HIPCLIP_CHANNEL")), "r+b", buffering=0)
_poll = uselect.poll()
_poll.register(_channel, uselect.POLLIN)
_out = bytearray(_HEADER_BYTES)
_in = bytearray(_HEADER_BYTES)
_i2c_out = bytearray(_HEADER_BYTES + 3)
_time_out = bytearray(_HEADER_BYTES + 8)
_kept = memoryview(bytearray(_KEPT_BYTES))

events = []  # (kind, number, payload); time.py hands them out, at scheduling points alone
handlers = {}  # kind -> f(number, payload)
_reply = _kept


def now_us():
    """Give the clip's clock; time.py puts its own here."""
    return 0


def clock_us():
    """Give the clock of the last reply."""
    return (_in[4] | _in[5] << 8 | _in[6] << 16 | _in[7] << 24) | (_in[8] | _in[9] << 8 | _in[10] << 16) << 32


def call(op, arg=0, payload=b""):
    """Send a request; give its status and the reply, which is valid until the next call."""
    struct.pack_into(_HEADER, _out, 0, op, arg, len(payload), now_us())
    _write(_out)
    if payload:
        _write(payload)
    status = _answer(None)
    return status, _reply


def read_i2c(address, register, buffer):
    """Read registers right into the caller's buffer; give the status."""
    struct.pack_into("<BBHQBH", _i2c_out, 0, I2C_READ, register, 3, now_us(), address, len(buffer))
    _write(_i2c_out)
    return _answer(buffer)


def advance(until_us, wakes):
    """Ask for time to pass until `until_us`; give the clock, which is earlier where something has happened.

    `wakes`: input on the serial port ends it as well.
    """
    struct.pack_into("<BBHQQ", _time_out, 0, TIME, wakes, 8, now_us(), until_us)
    _write(_time_out)
    _answer(None)
    return clock_us()


def listen(timeout_ms):
    """Collect events for at most this long, real time; give whether there were any."""
    found = False
    while _poll.poll(0 if found else timeout_ms):
        _frame(None)
        found = True
    return found


def _answer(into):
    while True:
        status = _frame(into)
        if status >= 0:
            return status


def _frame(into):
    """Take one frame; give the status of a reply, -1 for an event."""
    global _reply
    _read(_in)
    length = _in[2] | _in[3] << 8
    if _in[0] & 0x80:
        payload = bytearray(length)
        _read(payload)
        events.append((_in[0] & 0x7F, _in[1], payload))
        return -1
    if length:
        if into is None:
            into = _kept[:length] if length <= _KEPT_BYTES else memoryview(bytearray(length))
        _read(into)
    _reply = into if length else _kept[:0]
    return _in[1]


def _read(buffer):
    if _channel.readinto(buffer) != len(buffer):
        raise SystemExit  # the computer's side is gone


def _write(data):
    try:
        _channel.write(data)
    except OSError:
        raise SystemExit
