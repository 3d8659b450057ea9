"""A clock that the checks turn by hand; ticks wrap at 2^30 as on a board of 32 bits. Found before the built-in one."""

PERIOD = 1 << 30
now_us = 0  # never wraps: the truth


def ticks_us():
    """Microseconds, modulo 2^30."""
    return now_us & PERIOD - 1


def ticks_ms():
    """Milliseconds, modulo 2^30."""
    return now_us // 1000 & PERIOD - 1


def ticks_diff(a, b):
    """Signed difference of two ticks."""
    return (a - b + PERIOD // 2 & PERIOD - 1) - PERIOD // 2


def ticks_add(ticks, delta):
    """Ticks moved by delta."""
    return ticks + delta & PERIOD - 1


def sleep_us(us):
    """Let time pass."""
    global now_us
    now_us += us


def sleep_ms(ms):
    """Let time pass."""
    sleep_us(ms * 1000)


stall = sleep_us  # time in which nothing else runs
