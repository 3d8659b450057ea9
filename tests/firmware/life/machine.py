"""As much of a board's `machine` as making a board takes: it notes what is made, and readings can be set."""

made = []
level = 1
reading_uv = 1950000
reading_u16 = 38726


class Pin:
    IN, OUT, PULL_UP = "in", "out", "pull up"

    def __init__(self, number, *how, value=None):
        self.number = number
        made.append(("Pin", number, how, value))

    def value(self, set_to=None):
        if set_to is None:
            return level
        made.append(("value", self.number, set_to))
        return None


class I2C:
    def __init__(self, number, scl, sda, freq):
        made.append(("I2C", number, scl.number, sda.number, freq))


class PWM:
    def __init__(self, pin, freq, duty_u16):
        self.tones = [(freq, duty_u16)]
        made.append(("PWM", pin.number, duty_u16))

    def freq(self, hz):
        self.tones.append(hz)

    def duty_u16(self, duty):
        self.tones.append(duty)


class ADC:
    def __init__(self, pin):
        made.append(("ADC", pin.number))

    def read_u16(self):
        return reading_u16


class CalibratedADC:
    """The ESP32's."""

    ATTN_11DB = 3

    def __init__(self, pin, atten):
        made.append(("ADC", pin.number, atten))

    def read_uv(self):
        return reading_uv


class WDT:
    def __init__(self, timeout):
        made.append(("WDT", timeout))

    def feed(self):
        made.append("fed")


class Timer:
    PERIODIC = 1

    def __init__(self, number):
        made.append(("Timer", number))

    def init(self, mode, period, callback):
        made.append(("init", mode, period))
        callback(self)
