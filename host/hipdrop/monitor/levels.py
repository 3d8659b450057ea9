"""How loud a channel of the monitor is: the states, what moves them, and the one function that moves them."""

from __future__ import annotations

from enum import Enum


class Level(Enum):
    """State of one channel (left, right, or both)."""

    LEARNING = "learning"  # there is nothing to judge by yet
    NORMAL = "normal"
    RAISED = "raised"  # over the limit, the evidence is still being gathered
    WITHHELD = "withheld"  # the evidence suffices, but the alert is kept back
    ALERT = "alert"  # the alert has been raised and has not been cleared


class Finding(Enum):
    """What a step, or an input, means to a channel."""

    READY = "ready"  # a baseline or a band is there
    ABOVE = "above"  # the level is over the limit
    EASED = "eased"  # no step of the evidence window is over the limit any more
    HELD = "held"  # over the limit for long enough, nothing keeps the alert back
    KEPT_BACK = "kept back"  # over the limit for long enough, but something keeps the alert back
    JOINED = "joined"  # a leg's evidence suffices and the other leg sags too: it is spoken for both
    CLEARED = "cleared"  # under the clearing level for long enough
    FORGOTTEN = "forgotten"  # the baseline or the band is gone


TRANSITIONS: dict[Level, dict[Finding, Level]] = {
    Level.LEARNING: {Finding.READY: Level.NORMAL},
    Level.NORMAL: {
        Finding.ABOVE: Level.RAISED,
        Finding.JOINED: Level.ALERT,
        Finding.FORGOTTEN: Level.LEARNING,
    },
    Level.RAISED: {
        Finding.HELD: Level.ALERT,
        Finding.JOINED: Level.ALERT,
        Finding.KEPT_BACK: Level.WITHHELD,
        Finding.EASED: Level.NORMAL,
        Finding.FORGOTTEN: Level.LEARNING,
    },
    Level.WITHHELD: {
        Finding.HELD: Level.ALERT,
        Finding.JOINED: Level.ALERT,
        Finding.EASED: Level.NORMAL,
        Finding.FORGOTTEN: Level.LEARNING,
    },
    Level.ALERT: {Finding.CLEARED: Level.NORMAL, Finding.FORGOTTEN: Level.LEARNING},
}


def advance(level: Level, finding: Finding) -> Level:
    """Give the next level; every change of level goes through here, what the table does not list changes nothing."""
    return TRANSITIONS[level].get(finding, level)
