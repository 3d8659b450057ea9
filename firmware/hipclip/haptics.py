"""What the clip says by vibration or sound: patterns as tables, a motor or a buzzer that plays them."""

import asyncio
import time

from micropython import const

from hipwire import ids

OFF = 100  # the clip turns itself off; ours alone, no host can ask for it
_UNIT_MS = const(20)
_UNIT_HZ = const(500)
_MIDDLE_HZ = const(2500)
# Pulses of four bytes: on and off in units of 20 ms, strength in percent, the buzzer's tone in units of 500 Hz (1.5,
# 2.5, 4 kHz: a fifth or more apart). A coin motor takes some 100 ms to spin up and to stop: pulses and gaps are longer.
_LEFT = b"\x19\x00\x64\x03"
_RIGHT = b"\x08\x08\x64\x08\x08\x00\x64\x08"
PATTERNS = {
    ids.BUZZ_LEFT: _LEFT,  # one long
    ids.BUZZ_RIGHT: _RIGHT,  # two short
    ids.BUZZ_BOTH: b"\x19\x10\x64\x03" + _RIGHT,  # the one after the other
    ids.BUZZ_RECOVERED: b"\x08\x08\x50\x03\x19\x00\x50\x08",  # short, long, rising
    ids.BUZZ_PAIRED: b"\x08\x08\x50\x05" * 3 + b"\x08\x00\x50\x08",  # four short
    ids.BUZZ_LOW_BATTERY: b"\x19\x10\x50\x05\x19\x00\x50\x03",  # two long, falling
    ids.BUZZ_RUN_BEGUN: b"\x08\x08\x50\x03\x08\x08\x50\x05\x08\x00\x50\x08",  # three short, rising
    ids.BUZZ_RUN_ENDED: b"\x19\x08\x50\x08\x08\x00\x50\x03",  # long, short, falling
    ids.BUZZ_NOT_RECORDING: b"\x19\x10\x50\x03" * 2 + b"\x19\x00\x50\x03",  # three long, low
    OFF: b"\x32\x00\x50\x03",  # very long
}
_BETWEEN_MS = const(700)  # from one repeat to the next, longer than any gap within
_SLICE_MS = const(20)  # how soon a newer pattern is heard


class Motor:
    """A coin motor behind a transistor."""

    PWM_HZ = 20000  # above hearing
    LEAST_PERCENT = 40  # of its voltage, below which a coin motor may not start

    def __init__(self, pwm):
        self._pwm = pwm

    def on(self, strength_percent, tone_hz):
        """Vibrate; a motor has no tone."""
        percent = self.LEAST_PERCENT + strength_percent * (100 - self.LEAST_PERCENT) // 100
        self._pwm.duty_u16(percent * 65535 // 100)

    def off(self):
        """Stop."""
        self._pwm.duty_u16(0)


class Buzzer:
    """A passive buzzer: a square wave of half duty is the loudest."""

    PWM_HZ = _MIDDLE_HZ  # until it has a tone

    def __init__(self, pwm):
        self._pwm = pwm

    def on(self, strength_percent, tone_hz):
        """Sound."""
        self._pwm.freq(tone_hz)
        self._pwm.duty_u16(strength_percent * 32767 // 100)

    def off(self):
        """Fall silent."""
        self._pwm.duty_u16(0)


class Haptics:
    """Plays one pattern at a time; a newer one takes its place. Off whenever `run` is left, however that happens."""

    def __init__(self, vibrator, settings):
        self._vibrator = vibrator
        self._settings = settings
        self._asked = asyncio.Event()
        self._pattern = b""
        self._strength_percent = 0
        self._repeats = 0
        self.playing = False

    def play(self, pattern, strength_percent=100, repeats=1):
        """Begin a pattern; strength 0, or the buzz switched off in the settings, ends the one that plays."""
        strength_percent = strength_percent * self._settings.get("buzz_strength_percent") // 100
        wanted = self._vibrator and strength_percent and self._settings.get("buzz_enabled")
        self._pattern = PATTERNS[pattern] if wanted else b""
        self._strength_percent, self._repeats = strength_percent, repeats
        self.playing = True
        self._asked.set()

    async def run(self):
        """Play what is asked for, for ever; the App supervises it."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                await self._play()
            finally:
                self.stop()

    def stop(self):
        """Switch the output off at once."""
        self.playing = self._asked.is_set()
        if self._vibrator:
            self._vibrator.off()

    async def _play(self):
        for repeat in range(self._repeats):
            if repeat and not await self._pause(_BETWEEN_MS):
                return
            pattern = self._pattern
            for k in range(0, len(pattern), 4):
                self._vibrator.on(pattern[k + 2] * self._strength_percent // 100, _UNIT_HZ * pattern[k + 3])
                if not await self._pause(_UNIT_MS * pattern[k]):
                    return
                self._vibrator.off()
                if not await self._pause(_UNIT_MS * pattern[k + 1]):
                    return

    async def _pause(self, for_ms):
        """Wait; False as soon as a newer pattern is asked for."""
        until_ms = time.ticks_add(time.ticks_ms(), for_ms)
        while not self._asked.is_set():
            left_ms = time.ticks_diff(until_ms, time.ticks_ms())
            if left_ms <= 0:
                return True
            await asyncio.sleep_ms(min(_SLICE_MS, left_ms))
        return False
