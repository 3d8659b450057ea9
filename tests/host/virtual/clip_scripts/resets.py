"""Begin anew in every way that there is, one a life; each life writes a line to the flash."""

# ruff: noqa: PTH116, PTH123, UP031

import os
import sys
import time

import machine

try:
    with open("lives.txt") as file:
        lives = len(file.readlines())
except OSError:
    lives = 0
with open("lives.txt", "a") as file:
    file.write("%d %d %d\n" % (machine.reset_cause(), time.ticks_us(), time.time()))
time.sleep(1)
if lives == 0:
    machine.reset()
elif lives == 1:
    sys.exit()
elif lives == 2:
    dog = machine.WDT(timeout=2000)
    for _ in range(4):
        time.sleep_ms(1500)
        dog.feed()
    time.sleep(100)
elif lives == 3:
    machine.deepsleep(5000)
elif lives == 4:
    machine.deepsleep()
elif lives == 5:
    time.sleep(1000)
os.stat("main.py")
