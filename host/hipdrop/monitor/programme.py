"""A retraining programme: its feedback is withdrawn step by step, its measurement goes on."""

from __future__ import annotations

from hipdrop.settings import MonitorSettings


class Programme:
    """Says when in a session of a programme there is feedback.

    Feedback that is withdrawn lasts: in full in the first four of eight sessions, then less and less (Willy 2012,
    PMC3501612); feedback that is always or never there is the worst (review PMC7083994). The falling share is a
    straight line from all of the running time in the last full session to `fade_last_percent` in the last one; each
    block of `fade_block_min` begins with its share. Line and blocks are ours: no study compares schedules.

    Attributes
    ----------
    session
        Number of this session, from 1.
    share
        Part of the running time with feedback, 0 to 1.
    """

    __slots__ = ("_block_s", "_sessions", "session", "share")

    def __init__(self, settings: MonitorSettings) -> None:
        self.session = max(1, settings.training_session)
        self._sessions = settings.programme_sessions
        self._block_s = 60.0 * settings.fade_block_min
        self.share = share_of_feedback(settings, self.session)

    def wait_s(self, running_s: float) -> float:
        """Give the running time until there is feedback again, 0 while there is; inf if there is none at all."""
        if self.share >= 1:
            return 0.0
        into_s = running_s % self._block_s
        if into_s < self.share * self._block_s:
            return 0.0
        return self._block_s - into_s if self.share > 0 else float("inf")

    def keeps_back(self, running_s: float) -> str:
        """Say why there is no feedback at this running time; empty if there is."""
        wait_s = self.wait_s(running_s)
        if not wait_s:
            return ""
        until = "" if wait_s == float("inf") else f", again after {max(1, round(wait_s))} s of running"
        name = f"session {self.session} of {self._sessions}"
        return f"programme: {name} has feedback in {100 * self.share:.0f} % of the time{until}"


def share_of_feedback(settings: MonitorSettings, session: int) -> float:
    """Give the part of the running time with feedback in a session of the programme."""
    full, sessions = settings.full_feedback_sessions, settings.programme_sessions
    if not sessions or session <= full:
        return 1.0
    faded = min(1.0, (session - full) / max(sessions - full, 1))
    return 1.0 - faded * (1.0 - settings.fade_last_percent / 100)
