"""Seeed XIAO ESP32S3 with an LSM6DSOX breakout, a coin motor, a button and a LiPo: the clip that we build."""

from hipclip.boards.base import Board as Base
from hipclip.drivers.lsm6dsox import Lsm6dsox


class Board(Base):
    """Pins by their GPIO number; docs/hardware.md has the drawing with the names printed on the board."""

    NAME = "XIAO ESP32S3"
    IMU = Lsm6dsox
    SDA = 5  # D4
    SCL = 6  # D5
    LED = 21  # on the board, lit by a low level
    LED_ON = 0
    BUTTON = 4  # D3, to ground; a pin that wakes from deep sleep and is none of the strapping pins
    INT1 = 7  # D8; wakes from deep sleep as well
    MOTOR = 2  # D1, through a transistor
    BATTERY = 1  # D0, behind two equal resistors
    RING_S = 30  # 83 kB of the 8 MB PSRAM
    # A collection takes 100 to 290 ms with PSRAM (micropython#8428), and the tilt filter makes 280 kB of garbage a
    # second: at 32 kB nothing else would be done. At this one in 3.6 s, which the FIFO of 1.2 s bears.
    GC_THRESHOLD = 1000000

    def sleep(self):
        """Sleep deeply; a press starts the clip anew."""
        self.INT1 = None
        self._sleep_deeply()

    def sleep_until_moved(self, imu):
        """Sleep deeply; a press or motion starts the clip anew."""
        self._sleep_deeply()
