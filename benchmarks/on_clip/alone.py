"""A run of the clip alone under MicroPython, taken apart: alone.py FIFO_FILE MODE, in an empty folder.

The firmware's own driver, sampler, tilt filter, detection, monitor and log, glued as `hipclip.runcontrol` does it, on
a sensor that plays a file and a real littlefs. MODE `time`: garbage is collected between blocks, apart; prints the
microseconds of each part. `memory`: prints the bytes of garbage of each part. `whole`: nothing is taken apart and the
collector comes by itself, as on a board; prints the microseconds of all.
"""

import gc
import os
import sys
import time  # the checks' clock, turned by hand

import utime
import vfs
from disk import Disk

from hipclip.calibration import Calibration
from hipclip.counters import Counters
from hipclip.detect import Detector
from hipclip.detect.events import Events
from hipclip.detect.monitor import Monitor
from hipclip.drivers.lsm6dsox import Lsm6dsox
from hipclip.monitorset import MonitorRecord
from hipclip.rawframes import RawWriter
from hipclip.ring import FrameRing
from hipclip.runlog import FOLDER, RunLog
from hipclip.sampleclock import SampleClock
from hipclip.sampler import Sampler
from hipclip.tiltsource import TiltSource
from hipwire import frames, ids

PARTS = ("device", "sampling", "tilt", "detection", "monitor", "log", "flash", "peer")
DEVICE, SAMPLING, TILT, DETECTION, MONITOR, LOG, FLASH, PEER = range(8)
RATE_HZ = 208
STATUS_US = 10000000
LEAST_FREE = 102400  # bytes of memory before a block of up to 10 samples, which makes some 60 kB of garbage
COLLECTED = 2000000  # bytes of garbage, with objects twice as large as on the XIAO, which collects at half of that


class Bus:
    """An LSM6DSOX that takes its samples from a file, in time."""

    def __init__(self, path):
        self._file = open(path, "rb")  # noqa: PTH123, SIM115 - MicroPython
        self.samples = os.stat(path)[6] // 14  # noqa: PTH116
        self._since_us = self._given = self.transactions = self.bytes = 0

    @property
    def over(self):
        """Whether all samples were read."""
        return self._given >= 2 * self.samples - 64  # short of its end, where the clock would count what does not come

    def readfrom_mem_into(self, _address, register, buffer):
        """Read from a register on."""
        self.transactions += 1
        self.bytes += len(buffer) + 3  # the address twice, and the register
        if register == 0x78:
            self._file.readinto(buffer)
            self._given += len(buffer) // 7
        elif register == 0x3A:
            taken = min(self.samples, (time.now_us - self._since_us) * RATE_HZ // 1000000)
            words = 2 * taken - self._given
            buffer[0], buffer[1] = words & 255, words >> 8
        else:
            buffer[0] = 0x6C if register == 0x0F else 0

    def writeto_mem(self, _address, register, data):
        """Write a register; the FIFO begins to fill when its mode is set."""
        if register == 0x0A and data[0]:
            self._since_us = time.now_us


class Meter:
    """What each part takes, without the parts that it calls."""

    def __init__(self, reading):
        self._reading = reading
        self._inner = 0
        self.spent = [0] * len(PARTS)
        self.calls = [0] * len(PARTS)

    def watch(self, owner, name, part):
        """Put a method of `owner` down to a part."""
        action, reading, spent = getattr(owner, name), self._reading, self.spent

        def watched(*given):
            outer, self._inner = self._inner, 0
            before = reading()
            result = action(*given)
            whole = reading() - before
            spent[part] += whole - self._inner
            self.calls[part] += 1
            self._inner = outer + whole
            return result

        setattr(owner, name, watched)


class Alone:
    """The clip, as far as it works on a run."""

    def __init__(self, fifo, mode):
        self.bus = Bus(fifo)
        self.disk = Disk()
        self.meter = Meter(gc.mem_alloc if mode == "memory" else utime.ticks_us)
        for owner, names in ((self.bus, ("readfrom_mem_into",)), (self.disk, ("readblocks", "writeblocks", "ioctl"))):
            for name in names:
                self.meter.watch(owner, name, DEVICE)
        vfs.mount(vfs.VfsLfs2(self.disk), FOLDER)
        self.disk.erase_us = 45000
        imu = Lsm6dsox(self.bus)
        clock = SampleClock(imu.rate_mhz)
        self.sampler = Sampler(imu, clock, Counters())
        settings = {"log_enabled": True, "log_raw": False, "mount_id": 5, "mount_w": 32767}
        settings.update({"mount_x": 0, "mount_y": 0, "mount_z": 0})  # the file is in pelvis axes
        self.source = TiltSource(self.sampler, settings, Calibration(imu))
        self.events = Events()
        self.events.clock = clock
        self.monitor = Monitor(MonitorRecord("none"), self.events, clock.rate_mhz)
        self.detector = Detector(clock.rate_mhz, self.monitor)
        self.log = RunLog(settings, self.sampler)
        self.events.listeners.append(lambda number: self.log.put(self.events.frame(number)))
        self.peer = self.tidy = None
        self._status = bytearray(frames.STATUS_SIZE)
        frames.pack_header_into(self._status, ids.STATUS, 0, 0, 0, 0)

    def take_apart(self):
        """Measure the parts one by one, and packing raw samples, which nothing of the run needs, beside them."""
        self.peer = RawWriter(FrameRing(bytearray(9 * 241)))
        self.peer.begin(frames.RAW_MAX_SAMPLES)
        self.sampler.sinks.append(self.peer)
        self.tidy = Tidy()
        self.sampler.sinks.append(self.tidy)
        for owner, name, part in (
            (self.sampler, "read", SAMPLING), (self.sampler, "due_ms", SAMPLING), (self.source, "take", TILT),
            (self.detector, "take", DETECTION), (self.monitor, "step", MONITOR), (self.log, "take", LOG),
            (self.log, "put", LOG), (self.log, "turn", FLASH), (self.peer, "take", PEER), (self.tidy, "take", DEVICE),
        ):  # fmt: skip
            self.meter.watch(owner, name, part)

    def take(self, block, n, index, ticks_us, flags):
        """Follow the tilt source."""
        source = self.source
        if source.count:
            first = source.index
            ticks_us = (ticks_us - (index - first) * 1000000 // RATE_HZ) & frames.TICKS_PERIOD - 1
            self.log.take(source.values, source.count, first, ticks_us, flags)
            self.detector.take(source.values, source.count, first)

    def run(self):
        """Go through the file."""
        self.sampler.start()
        self.source.append(self)
        assert self.log.begin([self._status])
        due_us = [time.now_us] * 3  # sampler, log, status
        while not self.bus.over:
            time.now_us = max(time.now_us, min(due_us))
            if time.now_us >= due_us[0]:
                self.sampler.read()
                due_us[0] = time.now_us + 1000 * self.sampler.due_ms()
            if time.now_us >= due_us[1]:
                due_us[1] = time.now_us + 1000 * self.log.turn()
            if time.now_us >= due_us[2]:
                due_us[2] += STATUS_US
                self.log.put(self._status)


class Tidy:
    """A sink before all others that collects the garbage, on the clock; nobody else does."""

    def __init__(self):
        self.us = self.times = 0
        gc.disable()

    def take(self, *_block):
        """Collect if there is little memory left."""
        if gc.mem_free() < LEAST_FREE:
            self.us += collect_us()
            self.times += 1


def collect_us():
    """Collect; give what it took."""
    begun = utime.ticks_us()
    gc.collect()
    return utime.ticks_us() - begun


def main():
    """Run once and print."""
    fifo, mode = sys.argv[1:]
    open("flash.img", "wb").close()  # noqa: PTH123
    vfs.VfsLfs2.mkfs(Disk("flash.img"))
    clip = Alone(fifo, mode)
    if mode == "whole":
        gc.threshold(COLLECTED)
    else:
        clip.take_apart()
    gc.collect()
    clip.meter.spent[DEVICE] = 0
    begun, cpu_s = utime.ticks_us(), utime.clock()
    clip.run()
    print("wall", utime.ticks_us() - begun)
    print("cpu", int(1e6 * (utime.clock() - cpu_s)))  # other programs on the computer take their turns meanwhile
    for name, value in zip(PARTS, clip.meter.spent):  # noqa: B905 - MicroPython has no strict
        print(name, value)
    if clip.tidy:
        print("collecting", clip.tidy.us)
        print("collections", clip.tidy.times)
        print("steps", clip.meter.calls[MONITOR])
    else:
        print("collecting", collect_us())
        print("collections", 1)
    print("alerts", clip.monitor.alerts)
    print("transactions", clip.bus.transactions)
    print("bus_bytes", clip.bus.bytes)
    print("erases", clip.disk.erases)
    print("pages", clip.disk.puts - 16 * clip.disk.erases)
    print("lost", clip.sampler.counters.samples_lost + clip.log.lost)
    print("samples", clip.sampler.clock.index)


main()
