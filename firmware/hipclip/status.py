"""What the clip tells of itself: the info message, the status frame, the log."""

import gc
import os
import time

import machine
from micropython import const

from hipclip import seldom, stream
from hipwire import frames, ids

_LOG_ENTRIES = const(16)
TICKS_MASK = frames.TICKS_PERIOD - 1  # ticks_us of a board wraps there by itself
_STORAGE_EVERY_MS = const(60000)  # statvfs walks the whole file system: seldom, never in a stream


class Log:
    """The last 16 log frames, in memory made once. `clock` (a SampleClock) is set when there is one."""

    def __init__(self):
        self._view = memoryview(bytearray(frames.LOG_MAX_SIZE * _LOG_ENTRIES))
        self._lengths = bytearray(_LOG_ENTRIES)
        self.next = 0
        self.clock = None

    @property
    def oldest(self):
        """Number of the oldest frame that is kept."""
        return max(0, self.next - _LOG_ENTRIES)

    def add(self, code, severity=ids.LOG_INFO, value=0, text=""):
        """Keep an entry; it takes the place of the oldest."""
        slot = self.next % _LOG_ENTRIES
        index = self.clock.index if self.clock else 0
        ticks_us = time.ticks_us() & TICKS_MASK
        self._lengths[slot] = frames.pack_log_into(
            self._slot(slot), self.next, index, ticks_us, code, severity, value, text.encode()
        )
        self.next += 1

    def frame(self, number):
        """Give entry `number`, which is at least `oldest` and below `next`."""
        slot = number % _LOG_ENTRIES
        return self._slot(slot)[: self._lengths[slot]]

    def _slot(self, slot):
        return self._view[frames.LOG_MAX_SIZE * slot : frames.LOG_MAX_SIZE * (slot + 1)]


class Status:
    """Makes status frames and the info message of the clip, from what its parts know."""

    def __init__(self, clip):
        self._clip = clip
        self._buffer = bytearray(frames.STATUS_SIZE)
        self._sequence = 0
        self._uptime_ms = 0
        self._uptime_at_ms = time.ticks_ms()
        self._storage_at_ms = None
        self._storage_free_kb = 0

    def frame(self):
        """Give a fresh status frame, in a buffer that the next one overwrites."""
        self.into(self._buffer)
        return self._buffer

    def into(self, buffer):
        """Write a fresh status frame of frames.STATUS_SIZE bytes."""
        clip, counts = self._clip, self._clip.counters
        clock, ring = clip.sampler.clock, clip.stream.ring
        row = (
            clip.boot_id, clip.stream.kind if clip.stream.running else stream.NONE,
            known(clip.battery.percent, frames.UNKNOWN_BATTERY_PERCENT), known(clip.battery.mv, 0),
            self._temperature_cdeg(), len(clip.ble.connections) if clip.ble else 0, self.faults(), clock.rate_mhz,
            counts.samples_lost, counts.samples_saturated, counts.fifo_overruns, counts.bus_errors,
            counts.frames_dropped, counts.notify_refused, counts.commands_refused, ring.next - ring.oldest,
            ring.oldest & 0xFFFF, counts.marks, counts.mark_index, gc.mem_free(), self._storage(), self._uptime_s(),
            clip.settings.get("mount_id"), machine.reset_cause(), 0, clock.uncertainty_ppm,
        )  # fmt: skip
        ticks_us = time.ticks_us() & TICKS_MASK
        frames.pack_status_rows_into(buffer, self._sequence, clock.index, ticks_us, row, self._alone())
        self._sequence += 1

    def _alone(self):
        """What the clip does by itself, in the order of docs/wire-format.md."""
        clip = self._clip
        log, control, (clock_s, clock_ms) = clip.runlog, clip.runcontrol, clip.clock.now()
        return (
            log.state, control.reason(), log.runs, log.number, control.monitor.alerts if control.monitor else 0,
            log.bytes, clock_s, clock_ms, log.lost, clip.clock.set_s, clip.access.bits(), control.bits(),
            log.total_kb // 4,
        )  # fmt: skip

    def faults(self):
        """Bits of what is wrong now or was at the last boot."""
        clip = self._clip
        bits = clip.boot_faults  # of crash, safe mode and watchdog: they stay for this boot
        if clip.sampler.failed:
            bits |= ids.FAULT_SENSOR
        if clip.settings.damaged or clip.calibration.damaged or clip.monitoring.damaged:
            bits |= ids.FAULT_SETTINGS
        if clip.battery.low:
            bits |= ids.FAULT_BATTERY
        return bits

    def info(self):
        """Make the info message."""
        return seldom.load("about").info(self._clip)

    def texts(self):
        """Serial, firmware, board and chip."""
        return seldom.load("about").texts(self._clip)

    def _temperature_cdeg(self):
        try:
            return self._clip.imu.temperature_cdeg()
        except OSError:
            self._clip.counters.bus_errors += 1
            return frames.UNKNOWN_TEMPERATURE_CDEG

    def _storage(self):
        now_ms = time.ticks_ms()
        old = self._storage_at_ms is None or time.ticks_diff(now_ms, self._storage_at_ms) > _STORAGE_EVERY_MS
        if old and not self._clip.stream.running:
            self._storage_at_ms = now_ms
            try:
                found = os.statvfs("/")
                self._storage_free_kb = found[0] * found[3] // 1024
            except OSError:
                self._storage_free_kb = 0
        return self._storage_free_kb

    def _uptime_s(self):
        now_ms = time.ticks_ms()
        self._uptime_ms += time.ticks_diff(now_ms, self._uptime_at_ms)
        self._uptime_at_ms = now_ms
        return self._uptime_ms // 1000


def known(value, unknown):
    """Give the value, or what the wire says for one that is not known."""
    return unknown if value is None else value
