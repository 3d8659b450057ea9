"""Give back what comes over the serial port, in reverse order, by lines of 256 bytes; also say when a pin changes."""

import asyncio
import struct
import sys
import time

import _rpc
import machine
import micropython

micropython.kbd_intr(-1)
pin = machine.Pin(2, machine.Pin.IN, machine.Pin.PULL_UP)
know_pin = _rpc.handlers[_rpc.PIN]


def pin_changed(number, payload):
    """Tell when, and what a read of the pin now gives."""
    know_pin(number, payload)
    sys.stdout.buffer.write(b"P" + struct.pack("<IB", time.ticks_us(), pin.value()))


_rpc.handlers[_rpc.PIN] = pin_changed


async def main():
    """Echo for good."""
    reader = asyncio.StreamReader(sys.stdin.buffer)
    while True:
        block = await reader.readexactly(256)
        sys.stdout.buffer.write(b"E" + struct.pack("<I", time.ticks_us()) + bytes(reversed(block)))


asyncio.run(main())
