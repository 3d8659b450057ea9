"""The button: what the wearer means by pressing it."""

import asyncio
import time

from micropython import const

PRESS, DOUBLE, TRIPLE, LONG = 1, 2, 3, 4
_TURN_MS = const(10)
_DEBOUNCE_MS = const(30)  # contacts of small buttons bounce for 5 to 20 ms
_DOUBLE_MS = const(400)  # from one release to the next press
_LONG_MS = const(3000)


class Button:
    """`pressed` gives the level; `on_event(event, ago_ms)` is told what was meant and how long ago its press began."""

    def __init__(self, pressed, on_event):
        self._pressed = pressed
        self._on_event = on_event
        self._down = pressed()  # one that is held at boot is not meant for us
        self._ignored = self._down
        self._level = self._down
        self._changed_ms = self._began_ms = self._released_ms = time.ticks_ms()
        self._clicks = 0

    async def run(self):
        """Watch for ever; the App supervises it."""
        while True:
            self.turn(time.ticks_ms())
            await asyncio.sleep_ms(_TURN_MS)

    def turn(self, now_ms):
        """Look at the button once."""
        level = self._pressed()
        if level != self._level:
            self._level, self._changed_ms = level, now_ms
        stable = time.ticks_diff(now_ms, self._changed_ms) >= _DEBOUNCE_MS
        if stable and level != self._down:
            self._down = level
            if level:
                self._press()
            else:
                self._release(now_ms)
        elif self._down and not self._ignored and time.ticks_diff(now_ms, self._began_ms) >= _LONG_MS:
            self._tell(LONG, now_ms)
            self._ignored = True
        elif not self._down and self._clicks and time.ticks_diff(now_ms, self._released_ms) > _DOUBLE_MS:
            self._tell(PRESS if self._clicks == 1 else DOUBLE, now_ms)

    def _press(self):
        self._ignored = False
        if not self._clicks:
            self._began_ms = self._changed_ms

    def _release(self, now_ms):
        if self._ignored:
            return
        self._released_ms = self._changed_ms
        self._clicks += 1
        if self._clicks == 3:
            self._tell(TRIPLE, now_ms)

    def _tell(self, event, now_ms):
        self._clicks = 0
        self._on_event(event, time.ticks_diff(now_ms, self._began_ms))
