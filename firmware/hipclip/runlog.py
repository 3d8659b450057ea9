"""The log of runs on the flash: never blocks sampling, never raises into it, loses less than 10 s to a power cut.

Sinks fill records in memory; a task writes them, one operation of the flash a turn, and empties the sensor's FIFO
before and behind each: an erase of 400 ms fits into the FIFO, and a board whose FIFO is shorter does not log.
"""

import asyncio
import binascii
import os
import struct
import time

from micropython import const

from hipclip.runrecords import RAW_KEPT, RECORD_BYTES, Pages, TiltFiller
from hipwire import frames, ids

FOLDER = "/runs"
COUNTER = "/last"  # in it: holds the highest number ever, once the newest run was erased
_MOST_NUMBER = const(65535)
_ENOSPC = const(28)  # littlefs's own number on every port; not in the module errno
_LEAST_FIFO_MS = const(460)  # an erase, 400 ms at most (data sheets of NOR flash), and a turn of the sampler
_FLUSH_MS = const(7000)  # with a record in memory (1 s), a late turn and two erases: under 10 s
_RESERVE = const(65536)  # file systems get slow when they are nearly full
_RAW_RESERVE = const(4063232)  # that, and an hour of tilt: 3600 s * 1110 B
_PAGES = const(3)  # one filled, two for the time of an erase
_RAW_PAGES = const(3)  # one filled; erases of 400 ms come once a second then
_FIRST_BYTES = const(4)  # littlefs keeps whole words in a block, so this part ends in the block where it begins
_IDLE_MS = const(200)
_BUSY_MS = const(10)


def path(number, folder=FOLDER):
    """Give the file of a run."""
    return "%s/%05d.run" % (folder, number)


def number_of(name):
    """Give the number of a run's file, 0 for another file."""
    return int(name[:5]) if len(name) == 9 and name[5:] == ".run" and name[:5].isdigit() else 0


def counter(folder):
    """Give the highest number that an erased run had, as far as it is to be remembered; a damaged one is none."""
    try:
        with open(folder + COUNTER) as file:
            highest = int(file.read(8))
    except (OSError, ValueError):
        return 0
    return highest if highest <= _MOST_NUMBER else 0


def survey(folder=FOLDER):
    """Give how many runs are kept, the newest's number, and the number for the next: 0 when there is none left."""
    count = newest = 0
    for entry in os.ilistdir(folder):
        number = number_of(entry[0])
        if number:
            count += 1
            newest = max(newest, number)
    highest = max(newest, counter(folder))
    if highest < _MOST_NUMBER:
        return count, newest, highest + 1
    return count, newest, 0 if count else 1


class RunLog(Pages):
    """Keeps one run at a time.

    `begin`, then `take` and `put`, then `end`; `run` is the task that writes: before the power goes, `turn` until
    `state` says that no run is recorded. Raw samples it takes from the sampler by itself.
    `state`, `reason`, `number` (of the newest run), `bytes` (of it), `lost` (records), `runs` (kept), `free_kb` and
    `total_kb` are what the status tells; `reason` may be set by whoever decides not to begin. `fetching` keeps runs
    from beginning.
    `farewell`, if set, is called with the reason before a run's last record is closed, and may `put` last words.
    """

    def __init__(self, settings, sampler, folder=FOLDER):
        super().__init__(_PAGES)
        self._settings = settings
        self._sampler = sampler
        self._folder = folder
        self._tilt = TiltFiller(self)
        self._raw = self._raw_pages = None  # once a run was to have raw frames
        self.state = ids.NOT_RECORDING
        self._ending = self._closed = False  # the run; its last record too
        self._file = None
        self._dirty = False
        self._flushed_ms = 0
        self._left = 0  # bytes that are free, less what was written since they were counted
        self.fetching = False
        self.farewell = None
        self.reason = ids.WHY_WAITING
        self.bytes = self.runs = self.total_kb = 0
        try:
            self.measure()
        except OSError:
            self.reason = ids.WHY_FLASH_ERROR

    @property
    def possible(self):
        """Whether the sensor's FIFO outlasts an erase."""
        imu = self._sampler.imu
        return imu.FIFO_SAMPLES * 1000000 // imu.RATE_MHZ >= _LEAST_FIFO_MS

    def free_kb(self):
        """Free space, as counted by `measure` and less what was written since."""
        return self._left >> 10

    def measure(self):
        """Count runs and free space, some 100 ms; give the next run's number. OSError: the flash fails."""
        if self.state:
            return 0
        try:
            os.stat(self._folder)
        except OSError:
            os.mkdir(self._folder)
        self.runs, self.number, following = survey(self._folder)
        found = os.statvfs(self._folder)
        self._left = found[0] * found[3]
        self.total_kb = found[0] * found[2] >> 10
        return following

    # --- a run ----------------------------------------------------------------------------------------------------

    def begin(self, head):
        """Begin a run with these messages; False: not now, and `reason` says why. `number` is that of the run."""
        if self.state:
            return False
        self.reason = self.refusal()
        if self.reason:
            return False
        try:
            following = self.measure()
        except OSError:
            following = 0
            self.reason = ids.WHY_FLASH_ERROR
        if not following or self._left < 2 * _RESERVE:
            self.reason = self.reason or ids.WHY_FULL
            return False
        self._begin(following, head)
        return True

    def refusal(self):
        """Why no run can begin, 0: it can."""
        if not self._settings.get("log_enabled"):
            return ids.WHY_SWITCHED_OFF
        if not self.possible:
            return ids.WHY_SHORT_FIFO
        if not self._settings.get("mount_id"):
            return ids.WHY_NO_MOUNT
        return ids.WHY_FETCHED if self.fetching else 0

    def _begin(self, number, head):
        while self.full:  # of a run that the flash did not take
            self.free.append(self.full.pop())
        self.number = number
        self.sequence = self.bytes = self.marks = 0
        self.runs += 1
        has_raw = self._settings.get("log_raw") and self._left > _RAW_RESERVE
        if has_raw:
            self.marks = RAW_KEPT
        self._tilt.begin()
        for message in head:
            self._tilt.put(message)
        self._tilt.close()  # on the flash at once: so a run says what it is however it ends
        self._ending = self._closed = False
        self.state = ids.RECORDING
        if not has_raw:
            return
        if not self._raw:
            from hipclip.rawframes import RawWriter
            from hipclip.rawrecords import RawFiller

            for _ in range(_RAW_PAGES):
                self.free.append(bytearray(RECORD_BYTES))
            self._raw_pages = RawFiller(self)
            self._raw = RawWriter(self._raw_pages)
        self._raw.begin(frames.RAW_MAX_SAMPLES)
        self._sampler.sinks.append(self._raw)

    def take(self, values, count, index, ticks_us, flags):
        """Keep tilt samples: five `values` each; `index` and `ticks_us` are of the first one's first raw sample."""
        if self.state and not self._ending:
            self._tilt.take(values, count, index, ticks_us, flags)

    def put(self, message):
        """Keep another message: an event, a status, an entry of the log."""
        if self.state and not self._ending:
            self._tilt.put(message)

    def end(self, why):
        """End the run; the task writes what is left."""
        if not self.state or self._ending:
            return
        if self.farewell:
            self.farewell(why)
        self._end_raw()
        self._ending = True
        self.reason = why

    def _end_raw(self):
        raw = self._raw
        if raw in self._sampler.sinks:
            self._sampler.sinks.remove(raw)
            raw.flush()
            self._raw_pages.close()

    # --- the task -------------------------------------------------------------------------------------------------

    async def run(self):
        """Write what there is to write, for ever."""
        while True:
            await asyncio.sleep_ms(self.turn())

    def turn(self):
        """Do one thing with the flash, if there is one to do; give the milliseconds until the next turn."""
        if not self.state:
            return _IDLE_MS
        self._sampler.read()
        try:
            busy = self._work()
        except (OSError, MemoryError) as error:
            self._fail(error)
            busy = False
        self._sampler.read()
        return _BUSY_MS if busy else _IDLE_MS

    def _work(self):
        """Open, write, flush or close; False when there was nothing to do."""
        now_ms = time.ticks_ms()
        if self._file is None:
            self._file = open(path(self.number, self._folder), "wb")
            self._flushed_ms = time.ticks_add(now_ms, -_FLUSH_MS)
        elif self.full:
            self._write(self.full[0])
        elif self._closed:
            self._finish()
        elif self._ending:
            self._closed = self._tilt.close(True)
        elif time.ticks_diff(now_ms, self._flushed_ms) < _FLUSH_MS:
            return False
        elif self._dirty:
            self._file.flush()
            self._dirty = False
            self._flushed_ms = now_ms
        elif not self._tilt.close():  # for seven seconds no record was full: the sensor is silent
            self._flushed_ms = now_ms
        return True

    def _write(self, page):
        """Write a record. Behind a flush the file goes on in a new block: alone, so that no call erases two."""
        self._tilt.period = 2 * 1000000000 * 256 // self._sampler.clock.rate_mhz
        view = memoryview(page)
        crc = RECORD_BYTES - 4
        struct.pack_into("<I", page, crc, binascii.crc32(view[:crc]))
        if not self._dirty:
            self._file.write(view[:_FIRST_BYTES])
            self._sampler.read()
            view = view[_FIRST_BYTES:]
        self._file.write(view)
        self._dirty = True
        self.free.append(self.full.pop(0))
        self.bytes += RECORD_BYTES
        self._left -= RECORD_BYTES
        if self._left < _RAW_RESERVE:
            self._end_raw()
        if self._left < _RESERVE:
            self.end(ids.WHY_FULL)

    def _finish(self):
        file, self._file = self._file, None
        self.state = ids.NOT_RECORDING
        file.close()

    def _fail(self, error):
        """End a run that the flash does not take: what is there stays, what waits is lost."""
        self._end_raw()
        self.reason = ids.WHY_FULL if error.args and error.args[0] == _ENOSPC else ids.WHY_FLASH_ERROR
        self.lost += len(self.full) + (not self._closed)
        try:
            if self.state and self._file:
                self._finish()
        except OSError:
            pass
        self.state = ids.NOT_RECORDING
