"""Full-rate sampling as the firmware does it: FIFO bursts, frames to the serial port, a blinking light."""

import asyncio
import gc
import struct
import sys
import time

import machine

ADDRESS = 0x6A
SET_UP = ((0x12, 0x01), (0x12, 0x44), (0x10, 0x54), (0x11, 0x5C), (0x09, 0x55), (0x0A, 0x06))
TURN_MS = 10
MOST = 32

i2c = machine.I2C(0)
status = bytearray(2)
views = [memoryview(bytearray(14 * MOST))[: 14 * n] for n in range(MOST + 1)]


async def sample():
    """Read what is there; tell of every 19 samples when, how many, what, and the free memory."""
    count = told = 0
    while True:
        await asyncio.sleep_ms(TURN_MS)
        i2c.readfrom_mem_into(ADDRESS, 0x3A, status)
        n = min((status[0] | (status[1] & 3) << 8) // 2, MOST)
        if n:
            i2c.readfrom_mem_into(ADDRESS, 0x78, views[n])
            count += n
        if count - told >= 19:
            told = count
            sys.stdout.buffer.write(struct.pack("<II", time.ticks_us(), count) + views[n][:14] + b"%6d" % gc.mem_free())


async def blink():
    """Toggle the light."""
    pin = machine.Pin(21, machine.Pin.OUT)
    while True:
        await asyncio.sleep_ms(500)
        pin.value(1 - pin.value())


async def main():
    """Set the sensor up, and go."""
    for register, value in SET_UP:
        i2c.writeto_mem(ADDRESS, register, bytes((value,)))
        time.sleep_ms(1)
    await asyncio.gather(blink(), sample())


asyncio.run(main())
