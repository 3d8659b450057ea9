"""Give back what comes over the serial port, in reverse order, by lines of 256 bytes; also say when a pin changes."""

import asyncio
import struct
import sys
import time

import machine
import micropython

micropython.kbd_intr(-1)
pin = machine.Pin(2, machine.Pin.IN, machine.Pin.PULL_UP)
pin.irq(lambda p: sys.stdout.buffer.write(b"P" + struct.pack("<IB", time.ticks_us(), p.value())))


async def main():
    """Echo for good."""
    reader = asyncio.StreamReader(sys.stdin.buffer)
    while True:
        block = await reader.readexactly(256)
        sys.stdout.buffer.write(b"E" + struct.pack("<I", time.ticks_us()) + bytes(reversed(block)))


asyncio.run(main())
