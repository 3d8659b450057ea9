"""What every board has, made from the pins that its own file names; nothing else of the firmware knows a pin."""

import time

import machine
from micropython import const

from hipclip.haptics import Buzzer, Motor
from hipwire import frames, ids

_I2C_HZ = const(400000)  # the fast mode that all three chips take
_FASTEST_PERCENT = const(105)  # a sensor's oscillator may be that quick, and a ring shall hold its seconds all the same
_AVERAGED = const(16)  # readings of the battery: the radio's current pulses show in single ones
_LOOK_MS = const(200)  # between looks at the button while off, where the board cannot wake by itself


def ring_bytes(seconds, rate_mhz):
    """Memory for full raw frames of so many seconds, each with its length, and the one that is being filled."""
    samples = seconds * rate_mhz * _FASTEST_PERCENT // 100000
    return (-(-samples // frames.RAW_MAX_SAMPLES) + 1) * (frames.RAW_MAX_SIZE + 1)


class Board:
    """A child names its parts in capitals; None: the board has no such part."""

    NAME = "board"
    IMU = None  # class of its driver
    I2C_ID = 0
    SDA = SCL = None
    LED = None
    LED_ON = 1  # level at which it is lit
    BUTTON = None
    PRESSED = 0
    PULLED_UP = True  # by the chip; False where the board has a resistor for it
    MOTOR = None
    BUZZER = None
    INT1 = None  # of the sensor, which is high when it has felt motion
    BATTERY = None  # pin of the ADC
    BATTERY_FACTOR = 2  # of the divider before it
    RING_S = 0
    # Bytes of garbage until it is collected. A collection takes 2 ms of a small heap; looking for room in one that is
    # full of garbage takes longer the larger it is.
    GC_THRESHOLD = 32768
    TELLS_WATCHDOG = True  # whether its reset cause tells the watchdog from machine.reset()

    def __init__(self):
        self._battery = self._adc()
        self._button = self._input()
        dark = 1 - self.LED_ON
        self._led = None if self.LED is None else machine.Pin(self.LED, machine.Pin.OUT, value=dark)

    @property
    def FEATURES(self):  # noqa: N802 - read like the constants beside it
        """Feature bits of docs/wire-format.md that are the board's own."""
        bits = ids.HAS_MOTOR if self.MOTOR is not None else 0
        bits |= ids.HAS_BUZZER if self.BUZZER is not None else 0
        bits |= ids.HAS_BUTTON if self.BUTTON is not None else 0
        return bits | (ids.HAS_BATTERY if self.BATTERY is not None else 0)

    def i2c(self):
        """Give the bus of the sensor."""
        return machine.I2C(self.I2C_ID, scl=machine.Pin(self.SCL), sda=machine.Pin(self.SDA), freq=_I2C_HZ)

    def ring(self):
        """Make the memory of the ring."""
        return bytearray(ring_bytes(self.RING_S, self.IMU.RATE_MHZ))

    def light(self, on):
        """Switch the LED."""
        if self._led is not None:
            self._led.value(self.LED_ON if on else 1 - self.LED_ON)

    def vibrator(self):
        """Give the motor or the buzzer, None without one."""
        for pin, kind in ((self.MOTOR, Motor), (self.BUZZER, Buzzer)):
            if pin is not None:  # a duty of 0 from the start: some ports begin with half
                return kind(machine.PWM(machine.Pin(pin), freq=kind.PWM_HZ, duty_u16=0))
        return None

    def pressed(self):
        """Whether the button is down now."""
        return self._button is not None and self._button.value() == self.PRESSED

    def battery_mv(self):
        """Voltage of the battery, None where it is not measured."""
        if self._battery is None:
            return None
        total = 0
        for _ in range(_AVERAGED):
            total += self._pin_uv()
        return total * self.BATTERY_FACTOR // (1000 * _AVERAGED)

    def sleep(self):
        """Turn off; the button turns on again, as after a reset. Does not come back."""
        for wanted in (False, True, False):  # let go, pressed, let go: held at boot it would mean safe mode
            while self.pressed() != wanted:
                machine.lightsleep(_LOOK_MS)
        machine.reset()

    def sleep_until_moved(self, imu):
        """Sleep until the sensor feels motion or the button is pressed, and start anew; it looks by itself here."""
        from hipclip.drivers import wake

        while not self.pressed():
            machine.lightsleep(_LOOK_MS)
            try:
                if wake.moved(imu):
                    break
            except OSError:  # it does not answer: the button is left
                pass
        machine.reset()

    def _pin_uv(self):
        if hasattr(self._battery, "read_uv"):
            return self._battery.read_uv()  # by the chip's own calibration
        return self._battery.read_u16() * 3300000 // 65535

    def _adc(self):
        if self.BATTERY is None:
            return None
        if hasattr(machine.ADC, "ATTN_11DB"):  # ESP32: half a battery's 4.2 V needs the widest range
            return machine.ADC(machine.Pin(self.BATTERY), atten=machine.ADC.ATTN_11DB)
        return machine.ADC(machine.Pin(self.BATTERY))

    def _input(self):
        if self.BUTTON is None:
            return None
        if self.PULLED_UP:
            return machine.Pin(self.BUTTON, machine.Pin.IN, machine.Pin.PULL_UP)
        return machine.Pin(self.BUTTON, machine.Pin.IN)

    def _sleep_deeply(self):
        """Sleep until the button is pressed; the ESP32 starts anew then."""
        import esp32

        while self.pressed():  # or it would wake at once
            time.sleep_ms(10)
        if self.PULLED_UP:  # the pull of the normal pin is off in deep sleep
            machine.Pin(self.BUTTON, machine.Pin.IN, machine.Pin.PULL_UP, hold=True)
        esp32.wake_on_ext0(machine.Pin(self.BUTTON), level=self.PRESSED)
        if self.INT1 is not None:
            esp32.wake_on_ext1((machine.Pin(self.INT1, machine.Pin.IN),), esp32.WAKEUP_ANY_HIGH)
        machine.deepsleep()
