"""The board of the virtual clip: a XIAO ESP32S3 whose sensor is the one that HIPCLIP_CHIP names."""

import os

import machine

from hipclip.boards.xiao_esp32s3 import Board as Xiao

DRIVERS = {"lsm6dsox": "Lsm6dsox", "lsm6ds3trc": "Lsm6ds3trc", "mpu6886": "Mpu6886"}


def driver(chip):
    """Give the class of a chip's driver."""
    module = __import__("hipclip.drivers." + chip, None, None, (DRIVERS[chip],))
    return getattr(module, DRIVERS[chip])


class Board(Xiao):
    """Pins and polarity of the XIAO, with a small heap instead of 8 MB."""

    NAME = "virtual clip"
    RING_S = int(os.getenv("HIPCLIP_RING_S") or 20)  # 56 kB
    GC_THRESHOLD = 32768

    def __init__(self):
        self.IMU = driver(os.getenv("HIPCLIP_CHIP") or "lsm6dsox")
        super().__init__()

    def sleep(self):
        """End as a board does that sleeps deeply: only the button or a reset starts it again."""
        machine.deepsleep()

    def sleep_until_moved(self, imu):
        """As that: the sensor's INT1 is wired to a pin that wakes it."""
        machine.deepsleep()
