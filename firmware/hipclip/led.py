"""The LED: what the clip is doing, as patterns of light."""

import asyncio

from micropython import const

SAFE_MODE, FAULT, LOW_BATTERY, STREAMING, CONNECTED, ADVERTISING, PAIRING, RECORDING, NOT_RECORDING = range(9)
_UNIT_MS = const(20)
# lit and dark by turns, in units: as bytes they take a tenth of the memory. A flash is 40 ms: the eye sees it, and the
# battery does not
PATTERNS = (
    b"\x32\x00",  # safe mode: steady, it stays as it is when the firmware is left
    b"\x06\x06\x06\x06\x06\x3c",  # fault: three short
    b"\x02\x0a\x02\x87",  # low battery: two flashes in 3 s
    b"\x02\x94",  # streaming: one flash in 3 s
    b"\x28\x0a",  # connected: on, with short gaps
    b"\x19\x4b",  # advertising: half a second in two
    b"\x03\x07",  # pairing window open: quick
    b"\x0c\x8a",  # a run is recorded: a quarter of a second in three
    b"\x0c\x0c\x0c\x72",  # a run goes on and is not recorded: twice that
)


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
                pattern = PATTERNS[self._state()]
                for k in range(0, len(pattern), 2):
                    self._light(self._settings.get("led_enabled"))
                    await asyncio.sleep_ms(_UNIT_MS * pattern[k])
                    self._light(False)
                    await asyncio.sleep_ms(_UNIT_MS * pattern[k + 1])
        finally:
            self._light(False)
