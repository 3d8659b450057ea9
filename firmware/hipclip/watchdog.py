"""The board's watchdog: once begun it cannot be stopped, so at the prompt a timer feeds it."""

import sys

import machine

TIMEOUT_MS = 8000  # the RP2040 can do 8.3 s
FEED_MS = 1000
_wdt = None


def begin():
    """Start it, unless it runs."""
    global _wdt
    if _wdt is None:
        _wdt = machine.WDT(timeout=TIMEOUT_MS)


def feed(_timer=None):
    """Keep the clip from being reset for TIMEOUT_MS from now."""
    if _wdt is not None:
        _wdt.feed()


def stay_fed():
    """Have it fed by a timer: who works at the prompt, or installs firmware, is not to be thrown out."""
    if _wdt is not None:
        feed()
        timer = machine.Timer(-1 if sys.platform == "rp2" else 0)
        timer.init(mode=machine.Timer.PERIODIC, period=FEED_MS, callback=feed)
