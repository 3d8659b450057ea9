"""Arduino Nano RP2040 Connect: its LSM6DSOX is on the board; motor, button and power supply are added."""

from hipclip.boards.base import Board as Base
from hipclip.drivers.lsm6dsox import Lsm6dsox


class Board(Base):
    """No charger: the battery with its own charger and 5 V converter feeds VIN, see docs/hardware.md."""

    NAME = "Arduino Nano RP2040 Connect"
    IMU = Lsm6dsox
    SDA = 12
    SCL = 13
    LED = 6  # D13
    BUTTON = 25  # D2, to ground
    MOTOR = 15  # D3, through a transistor
    BATTERY = 26  # A0, behind two equal resistors
    RING_S = 15  # 42 kB of the 264 kB of RAM, of which radio and interpreter leave some 180
    TELLS_WATCHDOG = False  # machine.reset() uses the watchdog on this chip
