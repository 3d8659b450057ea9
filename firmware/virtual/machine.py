"""Stand-in for a board's `machine`: pins, buses and watchdog are played by the computer's side.

Numbers are those of the ESP32 port. What is not here, hipclip does not use.
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


class Pin:
    """A pin; the computer's side sees what is put out, and says what comes in."""

    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2

    _inputs = {}  # number -> Pin that hears of changes

    def __init__(self, number, mode=-1, pull=-1, *, value=None):
        self.number = number
        self._level = 0
        self._handler = None
        self._out = False
        self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, *, value=None):
        """Set direction, pull and level."""
        if mode == Pin.IN:
            self._out = False
            Pin._inputs[self.number] = self
            self._level = _rpc.call(_rpc.PIN, self.number, bytes((2 if pull == Pin.PULL_UP else 3,)))[0]
        elif mode != -1:
            self._out = True
            self._put(1 if value else 0)

    def _put(self, level):
        self._level = level
        _rpc.call(_rpc.PIN, self.number, bytes((level,)))

    def value(self, level=None):
        """Give the level, or put it out."""
        if level is None:
            return self._level
        level = 1 if level else 0
        if self._out and level != self._level:
            self._put(level)
        return None

    __call__ = value

    def on(self):
        """Put out 1."""
        self.value(1)

    def off(self):
        """Put out 0."""
        self.value(0)

    def toggle(self):
        """Put out the other level."""
        self.value(not self._level)

    def irq(self, handler=None, trigger=IRQ_RISING | IRQ_FALLING, wake=None, hard=False):
        """Have handler(pin) called when the level changes."""
        self._handler = handler
        self._trigger = trigger
        return self

    def _changed(self, level):
        was, self._level = self._level, level
        if self._handler and level != was and self._trigger & (Pin.IRQ_RISING if level else Pin.IRQ_FALLING):
            self._handler(self)


def _pin_changed(number, payload):
    pin = Pin._inputs.get(number)
    if pin:
        pin._changed(payload[0])


_rpc.handlers[_rpc.PIN] = _pin_changed


class I2C:
    """A bus with the modelled sensor on it."""

    def __init__(self, id=-1, *, scl=None, sda=None, freq=400_000, timeout=50_000):
        pass

    def readfrom_mem_into(self, address, register, buffer, *, addrsize=8):
        """Read registers into a buffer, without a copy between."""
        if _rpc.read_i2c(address, register, buffer):
            raise OSError(errno.ENODEV)  # what boards raise when nobody acknowledges

    def readfrom_mem(self, address, register, n, *, addrsize=8):
        """Read n bytes from a register on."""
        buffer = bytearray(n)
        self.readfrom_mem_into(address, register, buffer)
        return bytes(buffer)

    def writeto_mem(self, address, register, data, *, addrsize=8):
        """Write bytes from a register on."""
        if _rpc.call(_rpc.I2C_WRITE, register, bytes((address,)) + data)[0]:
            raise OSError(errno.ENODEV)

    def scan(self):
        """Give the addresses that acknowledge."""
        return [a for a in range(0x08, 0x78) if _rpc.call(_rpc.I2C_WRITE, 0, bytes((a,)))[0] == 0]


SoftI2C = I2C


def _number(pin):
    return pin.number if isinstance(pin, Pin) else pin


class ADC:
    """A measuring input."""

    ATTN_0DB = 0
    ATTN_2_5DB = 1
    ATTN_6DB = 2
    ATTN_11DB = 3

    def __init__(self, pin, *, atten=ATTN_11DB):
        self._pin = _number(pin)

    def atten(self, _atten):
        """Range; the stand-in has the widest."""

    def read_uv(self):
        """Voltage at the pin, microvolts."""
        return int.from_bytes(_rpc.call(_rpc.ADC, self._pin)[1], "little")

    def read_u16(self):
        """Part of 3.3 V, 65535 being all of it."""
        return min(65535, self.read_uv() * 65535 // 3_300_000)


class PWM:
    """A pulsed output: motor or buzzer. The computer's side keeps a log of what it did."""

    def __init__(self, pin, freq=5000, duty_u16=0):
        self._pin = _number(pin)
        self._state = [-1, -1]
        self.init(freq, duty_u16)

    def init(self, freq=None, duty_u16=None):
        """Set frequency (Hz), duty (of 65535), or both."""
        wanted = [self._state[0] if freq is None else freq, self._state[1] if duty_u16 is None else duty_u16]
        if wanted != self._state:
            self._state = wanted
            _rpc.call(_rpc.PWM, self._pin, struct.pack("<IH", *wanted))

    def freq(self, freq=None):
        """Give or set the frequency."""
        if freq is None:
            return self._state[0]
        self.init(freq=freq)
        return None

    def duty_u16(self, duty=None):
        """Give or set the duty."""
        if duty is None:
            return self._state[1]
        self.init(duty_u16=duty)
        return None

    def deinit(self):
        """Stop."""
        self.init(duty_u16=0)


class WDT:
    """Resets the clip unless it is fed in time, by the clip's clock."""

    def __init__(self, id=0, timeout=5000):
        self._timeout = struct.pack("<I", timeout)
        self.feed()

    def feed(self):
        """Begin to count anew."""
        _rpc.call(_rpc.WATCHDOG, 0, self._timeout)


def reset():
    """Begin anew."""
    _rpc.call(_rpc.RESET, HARD_RESET)


def soft_reset():
    """Begin anew."""
    _rpc.call(_rpc.RESET, SOFT_RESET)


def deepsleep(ms=0):
    """Be off for so long, 0: until a pin wakes it; then begin anew."""
    _rpc.call(_rpc.RESET, DEEPSLEEP_RESET, struct.pack("<I", ms))


def reset_cause():
    """Why the clip began anew."""
    return time.RESET_CAUSE


def lightsleep(ms=0):
    """Wait."""
    time.sleep_ms(ms)


def idle():
    """Let a moment pass."""
    time.sleep_us(100)


def unique_id():
    """Six bytes, as of an ESP32."""
    return b"\x02hclip"


def freq(hz=None):
    """Clock of the processor, Hz; nothing depends on it here."""
    return 240_000_000


def disable_irq():
    """Do nothing: events arrive at scheduling points alone."""
    return 0


def enable_irq(_state):
    """Do nothing."""
