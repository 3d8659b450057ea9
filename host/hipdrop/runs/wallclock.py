"""When it was: the clip's clock between two settings of it, with its drift taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

SAME_SETTING_S = 1.5  # the clip tells when it was set in whole seconds


class Known(StrEnum):
    """How it is known when a run began, the better one last."""

    UNKNOWN = "unknown"  # the clip's clock was not set, and it has been without power since
    ESTIMATED = "estimated"  # by how long the clip had been on
    CLOCK = "clock"  # by its clock as it was
    CORRECTED = "corrected"  # by its clock, less its drift
    SAID = "said"  # typed in


@dataclass(frozen=True, slots=True)
class Setting:
    """The clip's clock from one setting to the next.

    Attributes
    ----------
    set_s
        What it was set to, seconds since 1970: the true time then.
    was_s
        What it showed when it was set again.
    now_s
        The true time then.
    """

    set_s: float
    was_s: float
    now_s: float

    @property
    def drift_ppm(self) -> float:
        """By how much it was fast; 0 where it had no time to drift."""
        for_s = self.now_s - self.set_s
        return 1e6 * (self.was_s - self.now_s) / for_s if for_s > 0.0 else 0.0

    def true_s(self, shown_s: float) -> float:
        """Give the true time at which it showed `shown_s`: a drift that is always the same is a straight line."""
        shown_for_s = self.was_s - self.set_s
        if shown_for_s <= 0.0:
            return shown_s
        return self.set_s + (shown_s - self.set_s) * (self.now_s - self.set_s) / shown_for_s


@dataclass(frozen=True, slots=True)
class Shown:
    """What the clip's clock showed at a moment of its sample clock.

    Attributes
    ----------
    device_us
        The moment, on the clock of the samples.
    clock_s
        What the wall clock showed, seconds since 1970; 0 where it had not been set.
    set_s
        When it had been set, by itself, in whole seconds.
    uptime_s
        For how long the clip had been on.
    """

    device_us: int
    clock_s: float
    set_s: int
    uptime_s: int


@dataclass(frozen=True, slots=True)
class When:
    """When a run began: seconds since 1970, and how that is known."""

    unix_s: float
    known: Known


def setting_of(shown: Shown, settings: Sequence[Setting]) -> Setting | None:
    """Give the stretch between two settings in which the clip showed this, if this computer knows of it."""
    close = (one for one in settings if abs(one.set_s - shown.set_s) < SAME_SETTING_S)
    return next((one for one in close if one.set_s - SAME_SETTING_S < shown.clock_s < one.was_s + SAME_SETTING_S), None)


def began(
    first_us: int, shown: Sequence[Shown], settings: Sequence[Setting], booted_unix_s: float | None, fetched_s: float,
    lasted_s: float,
) -> When:  # fmt: skip
    """Give when a run began.

    Parameters
    ----------
    first_us
        Time of its first sample on the clock of the samples.
    shown
        What the clip told of its clocks during the run, in order.
    settings
        What is known of the clip's clock between settings.
    booted_unix_s
        When the clip was switched on, if it has been on since the run.
    fetched_s, lasted_s
        When the run was fetched, and how long it is: without anything else it is taken to have ended just then.
    """
    timed = next((one for one in shown if one.clock_s > 0.0), None)
    if timed is not None:
        setting = setting_of(timed, settings)
        ago_s = (timed.device_us - first_us) / 1e6
        if setting is None:
            return When(timed.clock_s - ago_s, Known.CLOCK)
        return When(setting.true_s(timed.clock_s) - ago_s, Known.CORRECTED)
    if shown and booted_unix_s is not None:
        ago_s = (shown[0].device_us - first_us) / 1e6
        return When(booted_unix_s + shown[0].uptime_s - ago_s, Known.ESTIMATED)
    return When(fetched_s - lasted_s, Known.UNKNOWN)
