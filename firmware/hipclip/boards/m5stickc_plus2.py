"""M5StickC Plus2: case, LiPo, buzzer and MPU6886 in one, nothing to solder. It streams and buzzes, and keeps no log."""

import machine

from hipclip.boards.base import Board as Base
from hipclip.drivers.mpu6886 import Mpu6886

HOLD = 4  # high keeps the power on


class Board(Base):
    """The sensor's FIFO of 1 kB lasts 0.35 s, less than a flash erase may take: no flash log can be kept on it."""

    NAME = "M5StickC Plus2"
    IMU = Mpu6886
    SDA = 21
    SCL = 22
    LED = 19
    BUTTON = 37  # A, the large one; it has its own resistor, and the pin has none to offer
    PULLED_UP = False
    BUZZER = 2
    BATTERY = 38
    RING_S = 8  # 22 kB: what the stock ESP32 image, which leaves the PSRAM alone, can spare

    def __init__(self):
        self._hold = machine.Pin(HOLD, machine.Pin.OUT, value=1)  # first of all: without it the stick goes dark
        super().__init__()

    def sleep(self):
        """Let the power go; on the cable that does nothing, so it sleeps deeply until button A is pressed."""
        self._hold.value(0)
        self._sleep_deeply()
