"""How often the monitor may speak: a pause after each alert, which grows with the alerts of the run."""

from __future__ import annotations

import math

from hipdrop.monitor.programme import Programme
from hipdrop.settings import MonitorSettings


class AlertPacing:
    """Cool-down and fade, common to both legs: the runner hears one thing at a time.

    Each alert beyond `fade_after_alerts` in a run multiplies the pause by `fade_factor`; over the sessions of a
    retraining programme the feedback fades by its schedule (`hipdrop.monitor.programme`).

    Attributes
    ----------
    alerts
        How many were raised in this run.
    """

    __slots__ = ("_last_s", "_programme", "_settings", "alerts")

    def __init__(self, settings: MonitorSettings) -> None:
        self._settings = settings
        self._programme = Programme(settings)
        self.alerts = 0
        self._last_s = -math.inf

    def spoke(self, t_s: float) -> None:
        """Note that an alert was raised."""
        self.alerts += 1
        self._last_s = t_s

    def keeps_back(self, t_s: float, running_s: float) -> str:
        """Say why an alert must not be raised at `t_s`, after so much running time; empty if it may."""
        settings = self._settings
        since_s = t_s - self._last_s
        if since_s < settings.cool_down_s:
            return f"cool-down: the last alert was less than {settings.cool_down_s / 60:g} min ago"
        pause_s = self.pause_s()
        if since_s < pause_s:
            return f"fade: the feedback grows rarer, at least {pause_s / 60:.0f} min between two alerts by now"
        return self._programme.keeps_back(running_s)

    def pause_s(self) -> float:
        """Give the least time between the last alert and the next."""
        settings = self._settings
        rarer = max(self.alerts - settings.fade_after_alerts, 0)
        longest_s = max(settings.fade_longest_s, settings.cool_down_s)
        return min(settings.cool_down_s * settings.fade_factor ** min(rarer, 60), longest_s)
