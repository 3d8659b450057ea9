"""Tones on this computer, by miniaudio, in a thread of its own: nothing waits for a sound card."""

from __future__ import annotations

import ctypes
import queue
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from hipdrop.alerts.signals import Signal
from hipdrop.alerts.tones import RATE_HZ, Samples, tone

PERIOD_MS = 40  # of the device; short enough to be heard with the alert, long enough to outlast other threads
PATIENCE_S = 2.0  # a device that takes so much longer than the tone lasts is stuck
MOST_WAITING = 4  # tones; an alert comes at most every few minutes
NO_PACKAGE = 'no sound: the package miniaudio is missing; pip install "hipdrop[sound]"'
NO_DEVICE = "no sound: this computer has no audio output that works; plug one in"
# Not NULL, which plays into nothing and says nothing; not JACK, which writes on the terminal where it does not run.
BACKENDS = ("WASAPI", "DSOUND", "WINMM", "COREAUDIO", "PULSEAUDIO", "ALSA", "SNDIO", "OSS")

Tell = Callable[[str], None]


def tell(notice: str) -> None:
    """Say on standard error why there is no sound."""
    print(f"hipdrop: {notice}", file=sys.stderr, flush=True)


class Speaker:
    """Plays signals one after the other; without package or device it is silent and has said so once.

    Parameters
    ----------
    volume_percent
        Of what the computer's own volume allows.
    notice
        Told why there is no sound, from another thread.
    backends
        Names of miniaudio's backends, tried in this order.

    Attributes
    ----------
    played
        How many signals the device has taken in full.
    silent
        Why there is no sound; empty while there may be.
    """

    def __init__(self, volume_percent: float, notice: Tell = tell, backends: tuple[str, ...] = BACKENDS) -> None:
        self.played = 0
        self.silent = ""
        self._volume_percent = volume_percent
        self._notice = notice
        self._backends = backends
        self._queue: queue.Queue[Signal | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._work, name="hipdrop sound", daemon=True)

    def play(self, signal: Signal) -> None:
        """Have a signal played soon; never waits."""
        if not self.silent and not self._queue.full():
            self._queue.put_nowait(signal)

    def close(self) -> None:
        """Let what waits be played, and end."""
        if self._thread.is_alive():
            with suppress(queue.Full):  # a driver that hangs: the thread ends with the program
                self._queue.put(None, timeout=PATIENCE_S)
            self._thread.join(PATIENCE_S)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _work(self) -> None:
        device = self._opened()
        while (signal := self._queue.get()) is not None:
            if device is not None and not self._sound(device, tone(signal, self._volume_percent)):
                device = None
        if device is not None:
            device.close()

    def _opened(self) -> Any | None:
        """Open the device; it stays stopped while there is nothing to play."""
        try:
            import miniaudio
        except (ImportError, OSError):  # OSError: its library does not load
            self._fall_silent(NO_PACKAGE)
            return None
        _hush_alsa()
        there = miniaudio.get_enabled_backends()
        backends = [miniaudio.Backend[name] for name in self._backends if miniaudio.Backend[name] in there]
        try:
            return miniaudio.PlaybackDevice(
                miniaudio.SampleFormat.SIGNED16, 2, RATE_HZ, PERIOD_MS, backends=backends, app_name="hipdrop"
            )
        except (miniaudio.MiniaudioError, OSError):
            self._fall_silent(NO_DEVICE)
            return None

    def _sound(self, device: Any, samples: Samples) -> bool:
        """Play to the end; give whether it worked."""
        through = threading.Event()
        feed = feed_of(samples, through)
        next(feed)
        try:
            device.start(feed)
            done = through.wait(len(samples) / RATE_HZ + PATIENCE_S)
            device.stop()  # plays what it still holds
        except Exception:  # whatever a driver does: the run goes on
            done = False
        if not done:
            self._fall_silent(NO_DEVICE)
            return False
        self.played += 1
        return True

    def _fall_silent(self, why: str) -> None:
        self.silent = why
        self._notice(why)


def feed_of(samples: Samples, through: threading.Event) -> Generator[bytes, int, None]:
    """Give the device what it asks for, frame counts in, bytes out; then nothing, which is silence.

    `through` is set when it comes back after all was handed out.
    """
    at = 0
    wanted = yield b""
    while True:
        piece = samples[at : at + wanted]
        at += len(piece)
        if not len(piece):
            through.set()
        wanted = yield piece.tobytes()


_Handler = ctypes.CFUNCTYPE(
    None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
)  # and more arguments, which are left alone
_keep_quiet = _Handler(lambda *what: None)


def _hush_alsa() -> None:
    """Keep ALSA from writing a dozen lines on the terminal where it finds no card; our own notice says it in one."""
    if sys.platform.startswith("linux"):
        try:
            ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_keep_quiet)
        except (OSError, AttributeError):
            return  # no ALSA, or one that has no such function: then nothing is written either, or little is lost
