"""The log of runs on the flash: never blocks sampling, never raises into it, loses less than 10 s to a power cut.

Sinks fill records in memory; a task writes them, one operation of the flash a turn, and empties the sensor's FIFO
before and behind each: an erase of 400 ms fits into the FIFO, and a board whose FIFO is shorter does not log.
"""

import asyncio
import errno
import os
import time

from micropython import const

from hipclip import runs
from hipclip.rawframes import RawWriter
from hipclip.runrecords import RECORD_BYTES, Pages, RawFiller, TiltFiller, seal
from hipwire import frames, ids

_LEAST_FIFO_MS = const(460)  # an erase, 400 ms at most (data sheets of NOR flash), and a turn of the sampler
_FLUSH_MS = const(7000)  # with a record in memory (1 s), a late turn and two erases: under 10 s
_RESERVE = const(65536)  # file systems get slow when they are nearly full
_RAW_RESERVE = const(4063232)  # that, and an hour of tilt: 3600 s * 1110 B
_PAGES = const(3)  # one filled, two for the time of an erase
_RAW_PAGES = const(2)
_IDLE_MS = const(200)
_BUSY_MS = const(10)

_OFF = const(0)  # phases of a run
_ON = const(1)
_ENDING = const(2)


class RunLog:
    """Keeps one run at a time.

    `begin`, then `take` and `put`, then `end`; `run` is the task that writes: before the power goes, `turn` until
    `state` says that no run is recorded. Raw samples it takes from the sampler by itself.
    `state`, `reason`, `number`, `bytes`, `lost`, `runs` and `free_kb` are what the status tells; `reason` may be set by
    whoever decides not to begin. `fetching` keeps runs from beginning. `farewell`, if set, is called with the reason
    before a run's last record is closed, and may `put` last words.
    """

    def __init__(self, settings, sampler, folder=runs.FOLDER):
        self._settings = settings
        self._sampler = sampler
        self._folder = folder
        self._pages = Pages(_PAGES)
        self._tilt = TiltFiller(self._pages, self._pages.take())
        self._raw = self._raw_pages = None  # once a run was to have raw frames
        self._phase = _OFF
        self._file = None
        self._closed = self._dirty = False
        self._flushed_ms = 0
        self._free = 0  # bytes, less what was written since they were counted
        self.fetching = False
        self.farewell = None
        self.reason = ids.WHY_WAITING
        self.number = self.bytes = self.runs = 0
        try:
            self._survey()
        except OSError:
            self.reason = ids.WHY_FLASH_ERROR

    # --- what the status tells ------------------------------------------------------------------------------------

    @property
    def state(self):
        """Whether a run is being recorded."""
        return ids.RECORDING if self._phase else ids.NOT_RECORDING

    @property
    def lost(self):
        """Records that could not be written, since boot."""
        return self._pages.lost

    def free_kb(self):
        """Free space, as counted by `measure` and less what was written since."""
        return self._free >> 10

    def measure(self):
        """Count the free space and the runs: some 100 ms, so not while a run is recorded. OSError: the flash fails."""
        if not self._phase:
            self._survey()

    def _survey(self):
        """Look what is there; give the number of the next run."""
        try:
            os.stat(self._folder)
        except OSError:
            os.mkdir(self._folder)
        self.runs, self.number, following = runs.survey(self._folder)
        found = os.statvfs(self._folder)
        self._free = found[0] * found[3]
        return following

    # --- a run ----------------------------------------------------------------------------------------------------

    def begin(self, head):
        """Begin a run with these messages; False: not now, and `reason` says why. `number` is that of the run."""
        if self._phase:
            return False
        following = 0
        self.reason = self._refusal()
        if not self.reason:
            try:
                following = self._survey()
            except OSError:
                self.reason = ids.WHY_FLASH_ERROR
                return False
            if self._free < 2 * _RESERVE or not following:
                self.reason = ids.WHY_FULL
        if self.reason:
            return False
        self.number = following
        self.bytes = 0
        self.runs += 1
        has_raw = self._settings.get("log_raw") and self._free > _RAW_RESERVE
        self._pages.begin(following, has_raw)
        self._follow_rate()
        self._tilt.begin()
        for message in head:
            self._tilt.put(message)
        self._tilt.close()  # on the flash at once: so a run says what it is however it ends
        if has_raw:
            self._begin_raw()
        self._closed = False
        self._phase = _ON
        return True

    def _refusal(self):
        """Why no run can begin, 0: it can."""
        imu = self._sampler.imu
        if not self._settings.get("log_enabled"):
            return ids.WHY_SWITCHED_OFF
        if imu.FIFO_SAMPLES * 1000000 // imu.RATE_MHZ < _LEAST_FIFO_MS:
            return ids.WHY_SHORT_FIFO
        if not self._settings.get("mount_id"):
            return ids.WHY_NO_MOUNT
        return ids.WHY_FETCHED if self.fetching else 0

    def take(self, values, count, index, ticks_us, flags):
        """Keep tilt samples: five `values` each; `index` and `ticks_us` are of the first one's first raw sample."""
        if self._phase == _ON:
            self._tilt.take(values, count, index, ticks_us, flags)

    def put(self, message):
        """Keep another message: an event, a status, an entry of the log."""
        if self._phase == _ON:
            self._tilt.put(message)

    def end(self, why):
        """End the run; the task writes what is left."""
        if self._phase != _ON:
            return
        if self.farewell:
            self.farewell(why)
        self._end_raw()
        self._phase = _ENDING
        self.reason = why

    def _begin_raw(self):
        if not self._raw:
            self._pages.add(_RAW_PAGES)
            self._raw_pages = RawFiller(self._pages, self._pages.take())
            self._raw = RawWriter(self._raw_pages)
        self._raw.begin(frames.RAW_MAX_SAMPLES)
        self._sampler.sinks.append(self._raw)

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
        if not self._phase:
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
        pages, now_ms = self._pages, time.ticks_ms()
        if self._file is None:
            self._file = open(runs.path(self.number, self._folder), "wb")
            self._flushed_ms = time.ticks_add(now_ms, -_FLUSH_MS)
        elif pages.full:
            self._write(pages.full[0])
        elif self._phase == _ENDING:
            self._finish()
        elif time.ticks_diff(now_ms, self._flushed_ms) >= _FLUSH_MS:
            self._flush(now_ms)
        else:
            return False
        return True

    def _write(self, page):
        self._follow_rate()
        seal(page, memoryview(page)[: RECORD_BYTES - 4])
        self._file.write(page)
        self._dirty = True
        self._pages.wrote()
        self.bytes += RECORD_BYTES
        self._free -= RECORD_BYTES
        if self._free < _RAW_RESERVE:
            self._end_raw()
        if self._free < _RESERVE:
            self.end(ids.WHY_FULL)

    def _flush(self, now_ms):
        """Have the file system know what was written; without samples the record being filled is closed first."""
        if self._dirty:
            self._file.flush()
            self._dirty = False
        elif not self._tilt.empty:
            self._tilt.close()
            return
        self._flushed_ms = now_ms

    def _finish(self):
        """Close the last record; when that is written too, the file."""
        if not self._closed:
            self._tilt.close(True)
            self._closed = True
            return
        file, self._file = self._file, None
        self._phase = _OFF
        file.close()

    def _fail(self, error):
        """End a run that the flash does not take: what is there stays, what waits is lost."""
        full = error.args and error.args[0] == errno.ENOSPC
        self.reason = ids.WHY_FULL if full else ids.WHY_FLASH_ERROR
        self._end_raw()
        self._phase = _OFF
        self._pages.lost += len(self._pages.full) + (not self._closed)
        file, self._file = self._file, None
        try:
            if file:
                file.close()
        except OSError:
            pass

    def _follow_rate(self):
        self._tilt.period = 2 * 1000000000 * 256 // self._sampler.clock.rate_mhz
