"""The clip: all its parts, put together, and the tasks that keep them going."""

import asyncio
import gc
import os
import time

import machine
from micropython import const

from hipclip import FIRMWARE_VERSION, led, seldom, stream, watchdog
from hipclip.access import Access
from hipclip.battery import Battery
from hipclip.button import DOUBLE, LONG, TRIPLE, Button
from hipclip.cadence import Cadence
from hipclip.calibration import Calibration
from hipclip.clock import Clock
from hipclip.commands import Commands
from hipclip.counters import Counters
from hipclip.haptics import OFF as OFF_PATTERN
from hipclip.haptics import Haptics
from hipclip.monitorset import MonitorRecord
from hipclip.runcontrol import RunControl
from hipclip.runlog import RunLog
from hipclip.sampleclock import SampleClock
from hipclip.sampler import Sampler
from hipclip.sender import Sender
from hipclip.settings import Settings
from hipclip.sleep import Sleep
from hipclip.status import Log, Status
from hipclip.tasks import Supervisor
from hipclip.usb import UsbLink
from hipwire import frames, ids

OFF, REPL, RESET, SLEEP = "off", "repl", "reset", "sleep"  # how `main` may end
_TIDY_MS = const(10000)
_SLICE_MS = const(4)  # how soon a frame leaves while the sender tries others again
_SOON_MS = const(20)  # a wait up to this is kept; a longer one ends with the sampler's next turn, 60 ms away at most
_BATTERY_MS = const(10000)
_LOOK_MS = const(250)
_STALE_MS = const(5000)  # a sampler or sender that has had no turn for so long has hung
_FLUSH_MS = const(1000)  # what the last frames get before the clip is off


class App:
    """What the clip consists of; the links, the commands and the status reach everything through it."""

    def __init__(self, board, ring_memory, crashes=0, crash_text=""):
        self.board = board
        gc.threshold(board.GC_THRESHOLD)
        self.boot_id = int.from_bytes(os.urandom(4), "little")
        self.counters = Counters()
        self.log = Log()
        self.settings = Settings()
        self.calibration = Calibration(board.IMU)
        self.monitoring = MonitorRecord()
        self.clock = Clock()
        self.access = Access(self)
        self.battery = Battery(board.battery_mv, self.settings)
        self.haptics = Haptics(board.vibrator(), self.settings)
        self._tell_boot(crashes, crash_text)
        self._build_signal(ring_memory)
        self.status = Status(self)
        self.sender = Sender(self.stream, self.log, self.counters, self.status)
        self.commands = Commands(self)
        self.runlog = RunLog(self.settings, self.sampler)
        self.runcontrol = RunControl(self)
        self._sleep = Sleep(self)
        self._supervisor = Supervisor(self.log)
        self._frames = asyncio.Event()  # set by the sampler when the sender may have something to do
        self._sampled_ms = self._sent_ms = time.ticks_ms()
        self._leaving = None
        self.usb = UsbLink(self)
        self.ble = None
        self.ble = self._make_ble()

    def _tell_boot(self, crashes, crash_text):
        """Log what the last boot came to, and remember its faults for this one."""
        self.boot_faults = 0
        self.log.add(ids.LOG_BOOT, text=FIRMWARE_VERSION)
        if crashes:
            self.boot_faults |= ids.FAULT_CRASH
            self.log.add(ids.LOG_CRASH, ids.LOG_ERROR, text=crash_text)
        if self.board.TELLS_WATCHDOG and machine.reset_cause() == machine.WDT_RESET:
            self.boot_faults |= ids.FAULT_WATCHDOG
            self.log.add(ids.LOG_CRASH, ids.LOG_ERROR, text="watchdog")
        for kept in (self.settings, self.calibration, self.monitoring):
            if kept.damaged:
                self.log.add(ids.LOG_SETTINGS, ids.LOG_WARNING, text=kept.error)

    def _build_signal(self, ring_memory):
        """Make sensor, clock, sampler, stream and cadence."""
        self.imu = self._find_imu(self.board.IMU, self.board.i2c())
        clock = SampleClock(self.imu.rate_mhz)
        self.log.clock = clock
        self.sampler = Sampler(self.imu, clock, self.counters)
        self.cadence = Cadence(clock, self.imu.ACC_NG_PER_LSB)
        self.sampler.sinks.append(self.cadence)
        self._tilt = None
        self.stream = stream.Stream(ring_memory, self.sampler, self.log, self.settings, self.tilt_source)

    def _find_imu(self, driver, i2c):
        """Give the sensor, or what stands for it until it answers."""
        try:
            return driver(i2c)
        except OSError as error:
            self.log.add(ids.LOG_BUS, ids.LOG_ERROR, text=str(error.args[-1]))
            return seldom.load("lateimu").LateImu(driver, i2c)

    def tilt_source(self):
        """Give what makes tilt samples; its 10 kB are free until somebody wants them."""
        if not self._tilt:
            from hipclip.tiltsource import TiltSource

            self._tilt = TiltSource(self.sampler, self.settings, self.calibration)
        return self._tilt

    def _make_ble(self):
        """Make the Bluetooth side; without a radio the cable is left."""
        try:
            from hipclip.ble import BleServer

            return BleServer(self)
        except (ImportError, OSError) as error:
            self.log.add(ids.LOG_TASK, ids.LOG_ERROR, text="no bluetooth: %s" % error)
            return None

    # --- life -----------------------------------------------------------------------------------------------------

    def main(self):
        """Run until the clip is to be turned off, reset or left to the prompt; gives which."""
        watchdog.begin()
        try:
            return asyncio.run(self._supervisor.run(self._jobs()))
        finally:
            self._close()

    def _jobs(self):
        """Name and coroutine function of each task."""
        light = led.Led(self.board.light, self._light, self.settings)
        button = Button(self.board.pressed, self.pressed)
        jobs = [
            ("sampler", self._sample), ("sender", self._send), ("usb", self.usb.run), ("status", self._tell_status),
            ("haptics", self.haptics.run), ("button", button.run), ("led", light.run), ("battery", self._watch_battery),
            ("watchdog", self._feed), ("flash", self.runlog.run),
        ]  # fmt: skip
        return jobs + ([("bluetooth", self.ble.run)] if self.ble else [])

    def leave(self, where):
        """End: reset the clip, or leave it to the prompt."""
        self._supervisor.end(where)

    def turn_off(self):
        """End in good order: the last frames and a word to the wearer, then off."""
        if self._leaving is None:
            self._leaving = asyncio.create_task(self._turn_off())

    async def _turn_off(self):
        try:
            self.stream.stop()
            self.runcontrol.end(ids.WHY_BATTERY if self.battery.empty else ids.WHY_BUTTON)
            self.haptics.play(OFF_PATTERN)
            self.sender.status_now()
            until_ms = time.ticks_add(time.ticks_ms(), _FLUSH_MS)
            while self.sender.listening or self.haptics.playing:
                if time.ticks_diff(until_ms, time.ticks_ms()) < 0:
                    break
                self._frames.set()
                await asyncio.sleep_ms(_SLICE_MS)
        finally:
            self._supervisor.end(OFF)

    def _close(self):
        """Leave nothing on, whatever has happened."""
        closing = [self.haptics.stop, self._end_run, self.usb.drop] + ([self.ble.stop] if self.ble else [])
        for close in closing:
            try:
                close()
            except OSError:  # a radio that fails is no reason to leave the motor on
                pass

    def _end_run(self):
        self.runcontrol.end(ids.WHY_WAITING)
        self.runcontrol.finish()

    def info_changed(self):
        """Have the links tell the info message anew."""
        if self.ble:
            self.ble.info_changed()

    # --- the wearer -----------------------------------------------------------------------------------------------

    def pressed(self, event, ago_ms):
        """Do what the button was pressed for: mark, start or stop, off."""
        if event == LONG:
            self.turn_off()
        elif event == DOUBLE:
            if self.sender.outlets or self.stream.running:
                self._start_or_stop()
            else:
                self.runcontrol.toggle()
        elif event == TRIPLE:
            self.access.command(ids.PAIR_OPEN)
        else:
            self._mark(ago_ms)
        self.sender.status_now()
        self._frames.set()

    def _mark(self, ago_ms):
        """Mark the sample of the moment when the button went down."""
        clock, counters = self.sampler.clock, self.counters
        back_us = clock.until_us(clock.index, time.ticks_us()) + 1000 * ago_ms
        counters.marks += 1
        counters.mark_index = max(0, clock.index - back_us * clock.rate_mhz // 1000000000)
        self.log.add(ids.LOG_MARK, value=counters.marks)
        self.runcontrol.marked(counters.marks, counters.mark_index)

    def _start_or_stop(self):
        """Stop the stream, or start a raw one that every host that is there can join."""
        if self.stream.running:
            self.stream.stop()
            return
        if self.battery.empty or self.sampler.failed:
            return
        samples = frames.RAW_MAX_SAMPLES
        for outlet in self.sender.outlets:
            samples = min(samples, stream.samples_that_fit(ids.RAW, outlet.max_message) or samples)
            outlet.halt()
        self.stream.start(ids.RAW, samples)

    def _light(self):
        """Which pattern the LED shows."""
        if self.access.bits() & ids.ACCESS_WINDOW:
            return led.PAIRING
        if self.status.faults() & (ids.FAULT_SENSOR | ids.FAULT_SETTINGS):
            return led.FAULT
        if self.battery.low:
            return led.LOW_BATTERY
        if self.runcontrol.active:
            return led.RECORDING if self.runlog.state else led.NOT_RECORDING
        if self.stream.running:
            return led.STREAMING
        return led.CONNECTED if self.sender.outlets else led.ADVERTISING

    # --- tasks ----------------------------------------------------------------------------------------------------

    async def _sample(self):
        """Empty the sensor's FIFO whenever a frame is due."""
        sampler = self.sampler
        try:
            sampler.start()
        except OSError:  # told by `read`, which starts it again
            self.counters.bus_errors += 1
        while True:
            sampler.read()
            self._sampled_ms = time.ticks_ms()
            self._frames.set()
            await asyncio.sleep_ms(sampler.due_ms())

    async def _send(self):
        """Give the sender its turns: after every read, and sooner where it asks for that."""
        fresh = self._frames
        while True:
            fresh.clear()
            wait_ms = self.sender.turn()
            self._sent_ms = time.ticks_ms()
            if wait_ms > _SOON_MS:
                await fresh.wait()
            while wait_ms > 0 and not fresh.is_set():  # in slices: a sleeping task cannot be woken
                await asyncio.sleep_ms(min(_SLICE_MS, wait_ms))
                wait_ms -= _SLICE_MS

    async def _tell_status(self):
        """Send the status every `status_interval_s`, and at once when a fault comes or goes; look after runs and heap.

        Garbage is collected while nothing is urgent; during a stream or a run only the threshold does.
        """
        faults = due_ms = tidy_ms = 0
        while True:
            self.runcontrol.turn(time.ticks_ms())
            if self._sleep.due(_LOOK_MS):
                self._supervisor.end(SLEEP)
            now = self.status.faults()
            if now != faults or due_ms <= 0:
                faults, due_ms = now, self.settings.get("status_interval_s") * 1000
                self.sender.status_now()
            if tidy_ms <= 0:
                tidy_ms = _TIDY_MS
                if not (self.stream.running or self.runcontrol.active):
                    gc.collect()
            await asyncio.sleep_ms(_LOOK_MS)
            due_ms -= _LOOK_MS
            tidy_ms -= _LOOK_MS

    async def _watch_battery(self):
        """Measure, warn once, and end before the cell's own protection does."""
        while True:
            if self.battery.sample():
                self.log.add(ids.LOG_BATTERY, ids.LOG_WARNING, self.battery.percent, "low")
                self.haptics.play(ids.BUZZ_LOW_BATTERY)
            self.sampler.flags = ids.LOW_BATTERY if self.battery.low else 0
            if self.battery.empty:
                self.log.add(ids.LOG_BATTERY, ids.LOG_ERROR, self.battery.percent, "empty, turning off")
                self.turn_off()
            await asyncio.sleep_ms(_BATTERY_MS)

    async def _feed(self):
        """Feed the watchdog while sampler and sender have their turns."""
        while True:
            now_ms = time.ticks_ms()
            if max(time.ticks_diff(now_ms, self._sampled_ms), time.ticks_diff(now_ms, self._sent_ms)) < _STALE_MS:
                watchdog.feed()
            await asyncio.sleep_ms(watchdog.FEED_MS)
