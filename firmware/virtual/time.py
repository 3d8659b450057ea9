"""Stand-in for a board's `time`: the clip's clock, real or virtual, with the integer range of a 32-bit board.

The virtual clock stands still while the firmware computes and is moved on by its waiting alone; the computer's side is
asked for it, so that both go in lock-step. What a board does in interrupts happens at these scheduling points.
"""

import sys

import _rpc
import utime as builtin
from micropython import const

_PERIOD = const(1 << 30)
_EPOCH_2000 = const(946_684_800)  # boards count from 2000, the unix port from 1970

_status, _boot = _rpc.call(_rpc.BOOT)
VIRTUAL = _boot[0] == 1
RESET_CAUSE = _boot[1]
_ticks0_us = int.from_bytes(_boot[2:6], "little")  # start near 2^30 to have the wrap soon
_start_us = _rpc.clock_us()
_now_us = _start_us
_real_us = builtin.ticks_us()


def now_us():
    """Give the clip's clock, which goes on over resets and never wraps."""
    if VIRTUAL:
        return _now_us
    return _start_us + builtin.ticks_diff(builtin.ticks_us(), _real_us)


_rpc.now_us = now_us


def ticks_us():
    """Microseconds modulo 2^30 since this boot."""
    return (now_us() - _start_us + _ticks0_us) & (_PERIOD - 1)


def ticks_ms():
    """Milliseconds modulo 2^30 since this boot."""
    return ((now_us() - _start_us + _ticks0_us) // 1000) & (_PERIOD - 1)


def ticks_add(ticks, delta):
    """Give ticks moved by delta."""
    return (ticks + delta) & (_PERIOD - 1)


def ticks_diff(end, start):
    """Give end - start, between -2^29 and 2^29."""
    return ((end - start + _PERIOD // 2) & (_PERIOD - 1)) - _PERIOD // 2


def to_next_ms():
    """Microseconds until ticks_ms() moves on."""
    return 1000 - (now_us() - _start_us + _ticks0_us) % 1000


def wait(us, wakes=0):
    """Let at most this time pass, less where an event comes, and hand events out."""
    global _now_us
    if us > 0:
        if VIRTUAL:
            _now_us = _rpc.advance(_now_us + us, wakes)
        else:
            _real_wait(us)
    elif not VIRTUAL:
        _rpc.listen(0)
    if _rpc.events:
        deliver()


def deliver():
    """Hand out the events that have come. A handler that raises is reported, as a board does."""
    while _rpc.events:
        kind, number, payload = _rpc.events.pop(0)
        try:
            _rpc.handlers[kind](number, payload)
        except Exception as error:
            sys.print_exception(error, sys.stderr)


def stall(us):
    """Let time pass in which nothing runs and no event arrives: a collection of garbage, an erase of flash."""
    global _now_us
    if VIRTUAL:
        until_us = _now_us + us
        while _now_us < until_us:
            _now_us = _rpc.advance(until_us, 0)
    else:
        builtin.sleep_us(us)


def _real_wait(us):
    end_us = now_us() + us
    while us > 0:
        if _rpc.listen(us // 1000):
            return
        us = end_us - now_us()
        if 0 < us < 1000:
            builtin.sleep_us(us)
            return


def sleep_us(us):
    """Sleep; events are handed out meanwhile."""
    end_us = now_us() + us
    wait(us)
    while now_us() < end_us:
        wait(end_us - now_us())


def sleep_ms(ms):
    """Sleep; events are handed out meanwhile."""
    sleep_us(ms * 1000)


def sleep(s):
    """Sleep; events are handed out meanwhile."""
    sleep_us(int(s * 1_000_000))


def time_ns():
    """Nanoseconds since 2000, by the RTC."""
    return 1000 * int.from_bytes(_rpc.call(_rpc.RTC, 0)[1], "little") - _EPOCH_2000 * 1_000_000_000


def time():
    """Seconds since 2000, by the RTC."""
    return time_ns() // 1_000_000_000


def gmtime(seconds=None):
    """Give (year, month, day, hour, minute, second, weekday, day of the year)."""
    return builtin.gmtime((time() if seconds is None else seconds) + _EPOCH_2000)[:8]


def _stalled(_number, payload):
    stall(int.from_bytes(payload, "little"))


_rpc.handlers[_rpc.STALL] = _stalled
