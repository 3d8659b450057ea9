"""What is soldered to the virtual clip's processor: sensor, pins, battery, motor."""

from __future__ import annotations

import os
import random
import struct
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from hipdrop.virtual.rpc import STATUS_NACK, Answer, Op

PULL_UP = 2  # of the byte that asks for an input: 0 and 1 put a level out
KEPT_PULSES = 10_000


class Sensor(Protocol):
    """A model of an IMU, seen through its registers (`hipdrop.virtual.imu`)."""

    NAME: str
    address: int
    rate_error: float

    @property
    def finished(self) -> bool:
        """Whether the motion that it is fed with is over and read."""

    def read(self, register: int, n: int, now_us: int) -> bytes:
        """Read n bytes from a register on; raises Nack."""

    def write(self, register: int, data: bytes, now_us: int) -> None:
        """Write bytes from a register on; raises Nack."""

    def be_silent(self, until_us: int) -> None:
        """Acknowledge nothing until then."""

    def wakes_us(self, from_us: int) -> int | None:
        """Give the clock when it raises its interrupt, None: never."""


class Level(NamedTuple):
    """A pin that the clip has set."""

    clock_us: int
    pin: int
    level: int


class Pulse(NamedTuple):
    """What a motor or buzzer was told: from this moment on so many Hz and so much of the time."""

    clock_us: int
    pin: int
    frequency_hz: int
    duty: float


class Peripherals:
    """Answers what the clip asks of its surroundings.

    Parameters
    ----------
    sensor
        On the I2C bus.
    battery_v
        Voltage of the battery; may be changed at any time.
    battery_divider
        By which the board divides it for its measuring input.
    seed
        Of the clip's random numbers; none: real ones.
    """

    def __init__(self, sensor: Sensor, battery_v: float, battery_divider: float, seed: int | None) -> None:
        from hipdrop.virtual.imu.base import Nack

        self._nack = Nack
        self.sensor = sensor
        self.battery_v = battery_v
        self.battery_divider = battery_divider
        self.inputs: dict[int, int] = {}
        self.levels: deque[Level] = deque(maxlen=KEPT_PULSES)
        self.pulses: deque[Pulse] = deque(maxlen=KEPT_PULSES)
        self._random = None if seed is None else random.Random(seed)
        self._by_op: dict[int, Callable[[int, bytes, int], Answer]] = {
            Op.I2C_READ: self._i2c_read, Op.I2C_WRITE: self._i2c_write, Op.PIN: self._pin,
            Op.ADC: self._adc, Op.PWM: self._pwm, Op.RANDOM: self._random_bytes,
        }  # fmt: skip

    def answer(self, op: int, argument: int, payload: bytes, clock_us: int) -> Answer:
        """Answer one of the clip's calls, at its clock."""
        return self._by_op[op](argument, payload, clock_us)

    def _i2c_read(self, register: int, payload: bytes, now_us: int) -> Answer:
        """Read from the bus."""
        address, n = struct.unpack("<BH", payload)
        if address != self.sensor.address:
            return STATUS_NACK, b""
        try:
            return 0, self.sensor.read(register, n, now_us)
        except self._nack:
            return STATUS_NACK, b""

    def _i2c_write(self, register: int, payload: bytes, now_us: int) -> Answer:
        """Write to the bus; without data it is the question whether anybody is there."""
        if payload[0] != self.sensor.address:
            return STATUS_NACK, b""
        try:
            self.sensor.write(register, payload[1:], now_us)
        except self._nack:
            return STATUS_NACK, b""
        return 0, b""

    def _pin(self, number: int, payload: bytes, now_us: int) -> Answer:
        """Put a level out, or give an input's."""
        if payload[0] > 1:
            return self.inputs.get(number, int(payload[0] == PULL_UP)), b""
        self.levels.append(Level(now_us, number, payload[0]))
        return 0, b""

    def _adc(self, _pin: int, _payload: bytes, _now_us: int) -> Answer:
        """Measure the battery, the one thing that is measured."""
        return 0, struct.pack("<I", round(1e6 * self.battery_v / self.battery_divider))

    def _pwm(self, pin: int, payload: bytes, now_us: int) -> Answer:
        """Write down what the motor does."""
        frequency_hz, duty = struct.unpack("<IH", payload)
        self.pulses.append(Pulse(now_us, pin, frequency_hz, duty / 65535))
        return 0, b""

    def _random_bytes(self, n: int, _payload: bytes, _now_us: int) -> Answer:
        """Give random bytes."""
        return 0, os.urandom(n) if self._random is None else self._random.randbytes(n)
