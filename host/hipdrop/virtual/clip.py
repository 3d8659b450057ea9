"""The virtual clip: the real firmware under the real MicroPython, everything around it modelled."""

from __future__ import annotations

import asyncio
import select
import struct
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Protocol, Self

from hipdrop.errors import VirtualClipError
from hipdrop.virtual import flash
from hipdrop.virtual.blecommands import Status
from hipdrop.virtual.conversation import Conversation
from hipdrop.virtual.faults import Fault, schedule
from hipdrop.virtual.loop import VirtualLoop
from hipdrop.virtual.peripherals import Peripherals, Sensor
from hipdrop.virtual.power import ResetCause, Watchdog
from hipdrop.virtual.process import ClipProcess, SerialPort, find_micropython
from hipdrop.virtual.rpc import Answer, Kind, Op
from hipdrop.virtual.rtc import Rtc

START_PATIENCE_S = 20.0
EXIT_S = 1.0
HEAP_KB = 280  # a run of its own beside a stream with a ring of 20 s; 256 with one of 11 s (docs/alone.md)
GC_PAUSE_S = 0.3  # ESP32 with slow RAM: 100 to 290 ms (micropython#8428)


class Radio(Protocol):
    """The clip's radio (`hipdrop.virtual.radio`)."""

    emit: Callable[[int, bytes], None]

    def handle(self, command: int, payload: bytes) -> Answer:
        """Carry out a command of the clip's `bluetooth`."""

    def clip_off(self) -> None:
        """Be silent at once: the clip has no power."""


class VirtualClip:
    """A clip to be used with `async with`, or `start` and `stop`.

    It goes by the clock of the running loop: in lock-step with a `VirtualLoop`, else in real time.

    Parameters
    ----------
    imu
        Model of the sensor.
    radio
        Its radio; without one it has the serial port alone.
    flash_folder
        What stands for its flash; a new one, which goes with the clip, unless given.
    main
        Script to run in place of the firmware.
    micropython
        The `micropython` program; found unless given.
    heap_kb
        Its heap. Objects are twice the size of a 32-bit board's, byte buffers are not.
    t0_us
        Its ticks at power-up; a little under 2^30 makes them wrap soon.
    battery_v, battery_divider
        Voltage of the battery, and by how much the board divides it before measuring.
    seed
        Of its random numbers; none: 0 in virtual time, so that runs can be repeated, and real ones in real time.
    environment
        Variables for the stand-ins.
    faults
        What shall go wrong, and when.
    clock_drift_ppm
        By how much its wall clock is fast.
    access
        Who may command it (the setting `access`), where its flash has no settings: 0, everybody.

    Attributes
    ----------
    flash
        Folder in place of its flash.
    finished
        Set when the sensor's motion is over and read.
    at_prompt
        Set when main.py has ended.
    failed
        Gets the exception if the clip dies.
    lives
        How often it has begun.
    rtc
        Its wall clock.
    """

    def __init__(
        self, imu: Sensor, radio: Radio | None = None, *, flash_folder: Path | None = None, main: Path | None = None,
        micropython: str | None = None, heap_kb: int = HEAP_KB, t0_us: int = 0, battery_v: float = 4.0,
        battery_divider: float = 2.0, seed: int | None = None, environment: dict[str, str] | None = None,
        faults: Sequence[Fault] = (), clock_drift_ppm: float = 0.0, access: int = 0,
    ) -> None:  # fmt: skip
        self.imu = imu
        self.radio = radio
        self.flash = flash_folder or Path()
        self.lives = 0
        self.serial_port = ""
        self.finished = asyncio.Event()
        self.at_prompt = asyncio.Event()
        self._own_flash = flash_folder is None
        self._cleared = ExitStack()  # away when it is stopped
        self._main = main
        self._micropython = micropython
        self._heap_kb = heap_kb
        self._t0_us = t0_us
        self._battery = battery_v, battery_divider
        self._seed = seed
        self._access = access
        self._environment = {"HIPCLIP_CHIP": imu.NAME.lower().replace("-", "")} | (environment or {})
        self._faults = faults
        self._process: ClipProcess | None = None
        self._talk: Conversation | None = None
        self.started = False
        self._body: asyncio.Task[object] | None = None
        self._watchdog = Watchdog(lambda: self._restart(ResetCause.WATCHDOG))
        self._alarm: asyncio.TimerHandle | None = None
        self._scheduled: list[asyncio.TimerHandle] = []
        self._gc_pause_us = 0
        self._erase_us = 0
        self.rtc = Rtc(clock_drift_ppm)

    # --- life -------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Put the firmware on the flash and switch on; returns when MicroPython runs.

        Raises
        ------
        VirtualClipError
            Something is missing, or MicroPython has ended at once.
        """
        loop = asyncio.get_running_loop()
        self._loop = loop
        seed = 0 if self._seed is None and isinstance(loop, VirtualLoop) else self._seed
        self.peripherals = Peripherals(self.imu, *self._battery, seed)
        self.failed: asyncio.Future[None] = loop.create_future()
        self._booted: asyncio.Future[None] = loop.create_future()
        self._command = find_micropython(self._micropython)
        self.started = True
        try:
            if self._own_flash:
                self.flash = Path(self._cleared.enter_context(tempfile.TemporaryDirectory(prefix="hipclip-")))
            flash.prepare(self.flash, self._main, self._access)
            self._port = self._cleared.enter_context(closing(SerialPort()))
            self.serial_port = self._port.name
            self._epoch_us = round(loop.time() * 1e6)
            if self.radio is not None:
                self.radio.emit = self._emit_radio
            self._begin(ResetCause.POWER_ON)
            async with asyncio.timeout(START_PATIENCE_S):
                await self._booted
            self._scheduled = schedule(self._faults, self)
        except TimeoutError as error:
            await self.stop()
            raise VirtualClipError(f"MicroPython does not start within {START_PATIENCE_S:.0f} s") from error
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Switch off and clear away."""
        if not self.started:
            return
        self.started = False
        self._end()
        for handle in (*self._scheduled, self._alarm):
            if handle is not None:
                handle.cancel()
        self.failed.cancel()
        self._booted.cancel()
        self._cleared.close()

    async def __aenter__(self) -> Self:
        await self.start()
        self._body = asyncio.current_task()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        error = self.error
        await self.stop()
        if error is not None and (kind is None or issubclass(kind, asyncio.CancelledError)):
            if self._body is not None:
                self._body.uncancel()
            raise error

    @property
    def error(self) -> BaseException | None:
        """What the clip died of, if it did."""
        return self.failed.exception() if self.failed.done() and not self.failed.cancelled() else None

    @property
    def clock_us(self) -> int:
        """The clip's clock, microseconds since it was started; goes on over resets."""
        return round(self._loop.time() * 1e6) - self._epoch_us

    @property
    def running(self) -> bool:
        """Whether it is switched on."""
        return self._talk is not None

    @property
    def pid(self) -> int | None:
        """Process number of its MicroPython, while it is switched on."""
        return self._process.pid if self.running and self._process is not None else None

    def reset(self) -> None:
        """Cut the power and switch on again."""
        self._restart(ResetCause.POWER_ON)

    def _begin(self, cause: ResetCause) -> None:
        self._cause = cause
        self._process = ClipProcess(
            self._command, self.flash, flash.stand_ins(), self._port, self._heap_kb, self._environment
        )
        self._talk = Conversation(self, self._epoch_us, self._process.ours, self._process.stderr_fileno)

    def _end(self, grace_s: float = 0.0) -> int:
        """Cut the power; gives the exit code of the process."""
        self._watchdog.stop()
        if self._talk is not None:
            self._talk.close()
            self._talk = None
        code = self._process.end(grace_s) if self._process is not None else 0
        if self.radio is not None:
            self.radio.clip_off()
        return code

    def _restart(self, cause: ResetCause) -> None:
        if not self.started or self.error is not None:
            return
        self._end()
        if self._alarm is not None:
            self._alarm.cancel()
        if cause is ResetCause.POWER_ON:
            self.rtc.lose_power(self.clock_us)
        self._t0_us = 0  # only power-up has the ticks begin elsewhere
        try:
            self._begin(cause)
        except VirtualClipError as error:
            self._fail(error)

    def has_ended(self) -> None:
        """The process has gone by itself: tell what it last said."""
        code = self._end(grace_s=EXIT_S)
        said = self._last_words()
        self._fail(VirtualClipError(f"the clip's MicroPython has ended (exit code {code}); it said: {said}"))

    def is_silent(self, waited_s: float) -> None:
        """The process says nothing any more: end it, and tell."""
        self._end()
        problem = (
            f"the clip's firmware has neither slept nor done anything for {waited_s:.0f} s of real time: in virtual "
            f"time a loop that waits for the clock without sleeping never ends; it said: {self._last_words()}"
        )
        self._fail(VirtualClipError(problem))

    def is_broken(self, error: Exception) -> None:
        """A model has failed: end the process, and tell."""
        self._end()
        problem = VirtualClipError(f"a model of the virtual clip has failed: {error!r}")
        problem.__cause__ = error
        self._fail(problem)

    def input_waits(self) -> bool:
        """Whether there is something on the serial port for the clip."""
        return bool(select.select([self._port.clip_end], [], [], 0)[0])

    def _last_words(self) -> str:
        said = self._process.said if self._process is not None else ""
        return " / ".join(line.strip() for line in said.splitlines()[-6:]) or "nothing"

    def _fail(self, error: VirtualClipError) -> None:
        if not self._booted.done():
            self._booted.set_exception(error)
            return
        if not self.failed.done():
            self.failed.set_exception(error)
            self.failed.exception()  # it is read where somebody looks: not a forgotten one
        if self._body is not None:
            self._body.cancel()
        elif isinstance(self._loop, VirtualLoop):
            self._loop.abort(error)

    # --- calls of the clip --------------------------------------------------------------------------------------------

    def answer(self, op: int, argument: int, payload: bytes, clock_us: int) -> Answer | None:
        """Do what the process asks for."""
        match op:
            case Op.BLE:
                return self.radio.handle(argument, payload) if self.radio is not None else (Status.ENODEV, b"")
            case Op.WATCHDOG:
                self._watchdog.feed(struct.unpack("<I", payload)[0] / 1000.0)
            case Op.TIMER:
                period_s = struct.unpack("<I", payload)[0] / 1000.0
                self._loop.call_later(period_s, self._tick, self._talk, period_s)
            case Op.BOOT:
                return self._boot()
            case Op.STORAGE:
                return 0, struct.pack("<II", flash.BLOCKS, flash.free_blocks(self.flash))
            case Op.RTC:
                return self.rtc.answer(argument, payload, clock_us)
            case Op.ENDED:
                self.at_prompt.set()
            case Op.RESET:
                self._reset_asked(ResetCause(argument), payload)
                return None
            case _:
                answer = self.peripherals.answer(op, argument, payload, clock_us)
                if op == Op.I2C_READ and self.imu.finished:
                    self.finished.set()
                return answer
        return 0, b""

    def _boot(self) -> Answer:
        self.lives += 1
        if not self._booted.done():
            self._booted.set_result(None)
        if self._gc_pause_us:
            self._emit(Kind.GC_PAUSE, 0, struct.pack("<I", self._gc_pause_us))
        if self._erase_us:
            self._emit(Kind.SLOW_ERASE, 0, struct.pack("<I", self._erase_us))
        return 0, struct.pack("<BBI", isinstance(self._loop, VirtualLoop), self._cause, self._t0_us)

    def _tick(self, life: Conversation | None, period_s: float) -> None:
        if life is not None and life is self._talk:  # a timer does not outlive a reset
            self._emit(Kind.TIMER, 0, b"")
            self._loop.call_later(period_s, self._tick, life, period_s)

    def _reset_asked(self, cause: ResetCause, payload: bytes) -> None:
        if cause != ResetCause.DEEP_SLEEP:
            self._restart(cause)
            return
        self._end()
        sleep_ms = struct.unpack("<I", payload)[0]
        wakes_us = self.imu.wakes_us(self.clock_us)  # its interrupt is wired to a pin that wakes the clip
        if sleep_ms:
            self._alarm = self._loop.call_later(sleep_ms / 1000.0, self._restart, ResetCause.DEEP_SLEEP)
        elif wakes_us is not None:
            wait_s = (wakes_us - self.clock_us) * 1e-6
            self._alarm = self._loop.call_later(wait_s, self._restart, ResetCause.DEEP_SLEEP)

    # --- what can be done to it ---------------------------------------------------------------------------------------

    def _emit(self, kind: Kind, number: int, payload: bytes) -> None:
        if self._talk is not None:
            self._talk.emit(kind, number, payload)

    def _emit_radio(self, number: int, payload: bytes) -> None:
        self._emit(Kind.BLE, number, payload)

    def set_pin(self, pin: int, level: int) -> None:
        """Set the level of an input, such as a button; wakes a sleeping clip."""
        self.peripherals.inputs[pin] = level
        if self.running:
            self._emit(Kind.PIN, pin, bytes([level]))
        elif self.started:
            self._restart(ResetCause.DEEP_SLEEP)

    def set_battery(self, battery_v: float) -> None:
        """Set the battery's voltage."""
        self.peripherals.battery_v = battery_v

    def stall(self, time_s: float) -> None:
        """Have the clip do nothing for so long, as an erase of flash does."""
        self._emit(Kind.STALL, 0, struct.pack("<I", round(time_s * 1e6)))

    def pause_collections(self, time_s: float = GC_PAUSE_S) -> None:
        """Have each gc.collect() of the firmware take so long, from now on."""
        self._gc_pause_us = round(time_s * 1e6)
        self._emit(Kind.GC_PAUSE, 0, struct.pack("<I", self._gc_pause_us))

    def slow_erases(self, time_s: float) -> None:
        """Have each erase of a block of flash take so long, from now on."""
        self._erase_us = round(time_s * 1e6)
        self._emit(Kind.SLOW_ERASE, 0, struct.pack("<I", self._erase_us))

    def cut_power(self, time_s: float) -> None:
        """Cut the power at once, whatever the clip is writing, and switch on again after this time."""
        if self.started:
            self._end()
            self._alarm = self._loop.call_later(time_s, self._restart, ResetCause.POWER_ON)
