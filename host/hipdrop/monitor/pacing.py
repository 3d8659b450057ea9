"""How often the monitor may speak: a pause after each alert, which grows with the alerts and the sessions."""

from __future__ import annotations

import math

from hipdrop.settings import MonitorSettings


class AlertPacing:
    """Cool-down and fade, common to both legs: the runner hears one thing at a time.

    Feedback that is withdrawn step by step lasts (Willy 2012, PMC3501612: in full in the first
    four of eight training sessions, then less and less). Here each alert beyond `fade_after_alerts` in a run, and each
    session beyond `full_feedback_sessions`, multiplies the pause by `fade_factor`.
    """

    __slots__ = ("_alerts", "_last_s", "_settings")

    def __init__(self, settings: MonitorSettings) -> None:
        self._settings = settings
        self._alerts = 0
        self._last_s = -math.inf

    def spoke(self, t_s: float) -> None:
        """Note that an alert was raised."""
        self._alerts += 1
        self._last_s = t_s

    def keeps_back(self, t_s: float) -> str:
        """Say why an alert must not be raised at `t_s`; empty if it may."""
        settings = self._settings
        since_s = t_s - self._last_s
        if since_s < settings.cool_down_s:
            return f"cool-down: the last alert was less than {settings.cool_down_s / 60:g} min ago"
        pause_s = self.pause_s()
        if since_s < pause_s:
            return f"fade: the feedback grows rarer, at least {pause_s / 60:.0f} min between two alerts by now"
        return ""

    def pause_s(self) -> float:
        """Give the least time between the last alert and the next."""
        settings = self._settings
        rarer = max(self._alerts - settings.fade_after_alerts, 0)
        rarer += max(settings.training_session - settings.full_feedback_sessions, 0)
        longest_s = max(settings.fade_longest_s, settings.cool_down_s)
        return min(settings.cool_down_s * settings.fade_factor ** min(rarer, 60), longest_s)
