"""What the clip says by vibration or sound: patterns as tables, a motor or a buzzer that plays them."""

import asyncio
import time

from micropython import const

from hipwire import ids

OFF = 100  # the clip turns itself off; ours alone, no host can ask for it
_LOW_HZ = const(1500)  # tones of a buzzer, a fifth or more apart
_MIDDLE_HZ = const(2500)
_HIGH_HZ = const(4000)
_LONG = const(500)  # a coin motor takes some 100 ms to spin up and to stop, so pulses and gaps are well above that
_SHORT = const(160)
_GAP = const(160)

# (on_ms, off_ms, strength_percent, tone_hz). Left is one long, right is two short; both is the one after the other.
_LEFT = ((_LONG, 0, 100, _LOW_HZ),)
_RIGHT = ((_SHORT, _GAP, 100, _HIGH_HZ), (_SHORT, 0, 100, _HIGH_HZ))
PATTERNS = {
    ids.BUZZ_LEFT: _LEFT,
    ids.BUZZ_RIGHT: _RIGHT,
    ids.BUZZ_BOTH: ((_LONG, 2 * _GAP, 100, _LOW_HZ),) + _RIGHT,
    ids.BUZZ_RECOVERED: ((_SHORT, _GAP, 80, _LOW_HZ), (_LONG, 0, 80, _HIGH_HZ)),
    ids.BUZZ_PAIRED: ((_SHORT, _GAP, 80, _MIDDLE_HZ),) * 3 + ((_SHORT, 0, 80, _HIGH_HZ),),
    ids.BUZZ_LOW_BATTERY: ((_LONG, 2 * _GAP, 80, _MIDDLE_HZ), (_LONG, 0, 80, _LOW_HZ)),
    OFF: ((2 * _LONG, 0, 80, _LOW_HZ),),
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
        self._pattern = ()
        self._strength_percent = 0
        self._repeats = 0
        self.playing = False

    def play(self, pattern, strength_percent=100, repeats=1):
        """Begin a pattern; strength 0, or the buzz switched off in the settings, ends the one that plays."""
        strength_percent = strength_percent * self._settings.get("buzz_strength_percent") // 100
        wanted = self._vibrator and strength_percent and self._settings.get("buzz_enabled")
        self._pattern = PATTERNS[pattern] if wanted else ()
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
            for on_ms, off_ms, strength_percent, tone_hz in self._pattern:
                self._vibrator.on(strength_percent * self._strength_percent // 100, tone_hz)
                if not await self._pause(on_ms):
                    return
                self._vibrator.off()
                if not await self._pause(off_ms):
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
