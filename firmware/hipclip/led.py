"""The LED: what the clip is doing, as patterns of light."""

import asyncio

from micropython import const

SAFE_MODE, FAULT, LOW_BATTERY, STREAMING, CONNECTED, ADVERTISING, PAIRING = range(7)
_FLASH = const(40)  # the eye sees it, and the battery does not
# turns of (lit_ms, dark_ms)
PATTERNS = {
    SAFE_MODE: ((1000, 0),),  # steady: it stays as it is when the firmware is left
    FAULT: ((120, 120), (120, 120), (120, 1200)),
    LOW_BATTERY: ((_FLASH, 200), (_FLASH, 2700)),
    STREAMING: ((_FLASH, 2960),),
    CONNECTED: ((800, 200),),
    ADVERTISING: ((500, 1500),),
    PAIRING: ((60, 140),),
}


class Led:
    """`light(on)` switches it, `state()` tells which pattern is due; dark while the settings say so."""

    def __init__(self, light, state, settings):
        self._light = light
        self._state = state
        self._settings = settings

    async def run(self):
        """Blink for ever; the App supervises it. A change is seen when a pattern is through, after 3 s at most."""
        try:
            while True:
                for lit_ms, dark_ms in PATTERNS[self._state()]:
                    self._light(self._settings.get("led_enabled"))
                    await asyncio.sleep_ms(lit_ms)
                    self._light(False)
                    await asyncio.sleep_ms(dark_ms)
        finally:
            self._light(False)
