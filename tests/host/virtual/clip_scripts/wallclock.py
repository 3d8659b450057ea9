"""Set the wall clock in the first life, show it in each; each life writes a line to the flash."""

# ruff: noqa: PTH123, UP031

import struct
import sys
import time

import machine

from hipclip.clock import Clock

clock = Clock()
try:
    with open("lives.txt") as file:
        lives = len(file.readlines())
except OSError:
    lives = 0
said = [clock.set_s] + list(clock.now())  # noqa: RUF005 - the form that MicroPython takes
if lives == 0:
    said += struct.unpack("<IHI", clock.command(struct.pack("<IH", 1795345234, 250)))
    time.sleep(2)
    said += struct.unpack("<IHI", clock.command(struct.pack("<IH", 1772236799, 250)))  # the end of a February
    time.sleep(1)
    said += clock.now()
with open("lives.txt", "a") as file:
    file.write(" ".join(["%d" % value for value in said]) + "\n")
if lives == 0:
    machine.reset()
elif lives == 1:
    machine.deepsleep(100000000)
elif lives == 2:
    sys.exit()
time.sleep(1000)
