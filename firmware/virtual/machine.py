"""Stand-in for a board's `machine`: pins, bus and watchdog are played by the computer's side.

Numbers are those of the ESP32 port. What is not here hipclip does not use: it all lies in the clip's heap.
"""

import errno
import struct
import time

import _rpc

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

_inputs = {}  # pin -> its level, as the computer's side tells it


class Pin:
    """A pin; the computer's side sees what is put out, and says what comes in."""

    IN = 1
    OUT = 3
    PULL_UP = 2

    def __init__(self, number, mode=0, pull=0, value=0):
        self.number = number
        self._level = value
        if mode == Pin.IN:
            _inputs[number] = self._ask(2 if pull == Pin.PULL_UP else 3)
        elif mode:
            self._ask(value)

    def _ask(self, what):
        return _rpc.call(_rpc.PIN, self.number, bytes((what,)))[0]

    def value(self, level=None):
        """Give the level, or put it out."""
        if level is not None and level != self._level:
            self._level = level
            self._ask(1 if level else 0)
        return _inputs.get(self.number, self._level)


def _pin_changed(number, payload):
    _inputs[number] = payload[0]


_rpc.handlers[_rpc.PIN] = _pin_changed


class I2C:
    """A bus with the modelled sensor on it."""

    def __init__(self, _id, scl=None, sda=None, freq=400_000):
        pass

    def readfrom_mem_into(self, address, register, buffer):
        """Read registers into a buffer, without a copy between."""
        if _rpc.read_i2c(address, register, buffer):
            raise OSError(errno.ENODEV)  # what boards raise when nobody acknowledges

    def readfrom_mem(self, address, register, n):
        """Read n bytes from a register on."""
        buffer = bytearray(n)
        self.readfrom_mem_into(address, register, buffer)
        return bytes(buffer)

    def writeto_mem(self, address, register, data):
        """Write bytes from a register on."""
        if _rpc.call(_rpc.I2C_WRITE, register, bytes((address,)) + data)[0]:
            raise OSError(errno.ENODEV)


class ADC:
    """A measuring input."""

    ATTN_11DB = 3

    def __init__(self, pin, atten=3):
        self._pin = pin.number

    def read_uv(self):
        """Voltage at the pin, microvolts."""
        return int.from_bytes(_rpc.call(_rpc.ADC, self._pin)[1], "little")


class PWM:
    """A pulsed output: motor or buzzer. The computer's side keeps a log of what it did."""

    def __init__(self, pin, freq, duty_u16):
        self._pin = pin.number
        self._hz = freq
        self.duty_u16(duty_u16)

    def freq(self, hz):
        """Set the frequency; the duty stays."""
        self._hz = hz
        self.duty_u16(self._duty)

    def duty_u16(self, duty):
        """Set the duty, of 65535."""
        self._duty = duty
        _rpc.call(_rpc.PWM, self._pin, struct.pack("<IH", self._hz, duty))


class WDT:
    """Resets the clip unless it is fed in time, by the clip's clock."""

    def __init__(self, timeout):
        self._timeout = struct.pack("<I", timeout)
        self.feed()

    def feed(self):
        """Begin to count anew."""
        _rpc.call(_rpc.WATCHDOG, 0, self._timeout)


class Timer:
    """Calls back again and again."""

    PERIODIC = 1

    def __init__(self, _id):
        pass

    def init(self, mode, period, callback):
        """Begin; the period is in ms."""
        _rpc.handlers[_rpc.TIMER] = lambda _number, _payload: callback(self)
        _rpc.call(_rpc.TIMER, 0, struct.pack("<I", period))


class RTC:
    """The wall clock and the bytes beside it, which outlive deep sleep and resets."""

    def datetime(self, moment):
        """Set it to (year, month, day, weekday, hour, minute, second, microsecond)."""
        _rpc.call(_rpc.RTC, 1, struct.pack("<8I", *moment))

    def memory(self, data=None):
        """Keep some bytes, or give them."""
        if data is None:
            return bytes(_rpc.call(_rpc.RTC, 2)[1])
        _rpc.call(_rpc.RTC, 3, data)
        return None


def reset():
    """Begin anew."""
    _rpc.call(_rpc.RESET, HARD_RESET)


def deepsleep(ms=0):
    """Be off for so long, 0: until a pin wakes it; then begin anew."""
    _rpc.call(_rpc.RESET, DEEPSLEEP_RESET, struct.pack("<I", ms))


def reset_cause():
    """Why the clip began anew."""
    return time.RESET_CAUSE


lightsleep = time.sleep_ms


def unique_id():
    """Six bytes, as of an ESP32."""
    return b"\x02hclip"
