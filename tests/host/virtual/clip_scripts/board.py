"""What a board's modules do here: one line each."""

import asyncio
import errno
import gc
import os
import time

import machine
import micropython


def said(call, *arguments):
    """Give what a call gives, or the name of its error."""
    try:
        return call(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]


gc.collect()
print("heap", gc.mem_alloc(), gc.mem_alloc() + gc.mem_free())
i2c = machine.I2C(0, scl=machine.Pin(6), sda=machine.Pin(5), freq=400_000)
print("identity", said(i2c.readfrom_mem, 0x6A, 0x0F, 1))
print("nobody", said(i2c.readfrom_mem, 0x33, 0x0F, 1), said(i2c.writeto_mem, 0x33, 0x0F, b"1"))
buffer = bytearray(14)
micropython.heap_lock()
i2c.readfrom_mem_into(0x6A, 0x20, buffer)
time.ticks_us()
time.ticks_diff(time.ticks_ms(), 5)
micropython.heap_unlock()
print("nothing allocated")
print("battery", machine.ADC(machine.Pin(1), atten=machine.ADC.ATTN_11DB).read_uv())
motor = machine.PWM(machine.Pin(3), freq=200, duty_u16=0)
time.sleep_ms(250)
motor.duty_u16(32768)
time.sleep_ms(250)
motor.freq(250)
motor.duty_u16(0)
print(
    "pins",
    machine.Pin(4, machine.Pin.IN, machine.Pin.PULL_UP).value(),
    machine.Pin(5, machine.Pin.IN).value(),
    machine.Pin(6, machine.Pin.OUT, value=1).value(),
)
print("flash", os.statvfs("/")[:4], len(os.urandom(16)), os.listdir())  # noqa: PTH208
print("id", len(machine.unique_id()), machine.reset_cause())
print("time", time.time(), time.gmtime()[:6])
calls = []
machine.Timer(0).init(mode=machine.Timer.PERIODIC, period=300, callback=lambda _timer: calls.append(time.ticks_ms()))
time.sleep_ms(1000)
print("timer", calls)
before_ms = time.ticks_ms()
gc.collect()
print("collected in", time.ticks_diff(time.ticks_ms(), before_ms))
try:
    bytearray(300_000)
except MemoryError:
    print("no room for 300 kB")


async def spin():
    """Wait without sleeping, as one should not."""
    began_ms = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), began_ms) < 20:
        await asyncio.sleep_ms(0)
    print("it passes for who waits without sleeping")


asyncio.run(spin())
