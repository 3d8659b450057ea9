"""One connected host as the sender sees it: what it can take, and what it has had."""

from micropython import const

_PACE_LEAST = const(125)  # percent of the live rate at which frames are sent again; docs/wire-format.md asks for 120
_PACE_MOST = const(400)
_PACE_STEP = const(5)  # additive increase with each frame, halved when the link refuses: the scheme of TCP


class Outlet:
    """Base of a connection over BLE and over USB, which add `send`, `send_status` and `drop`.

    `send(view)` gives False when there is no room now: the frame is kept and tried again.
    """

    wired = False  # REPL and RESET are for a cable only
    bonded = False
    pace_most = _PACE_MOST

    def __init__(self, max_message):
        self.max_message = max_message
        self.closed = False
        self.greeted = False  # has sent a command, so it listens: the clip cannot see who subscribes
        self.streaming = False
        self.cursor = 0  # number of the next live frame
        self.log_cursor = self.event_cursor = 0
        self.status_due = False
        self.resend_next = 0
        self.resend_end = 0
        self.resent_ms = 0
        self.pace_percent = self.pace_most
        self.fetch = None  # of a run, while one is on its way
        self.refused_ms = None  # when the link began to refuse, None while it accepts

    @property
    def resending(self):
        """True until the range that RESEND named is through."""
        return self.resend_next < self.resend_end

    def follow(self, number):
        """Begin with live frame `number`."""
        self.cursor = number
        self.streaming = True

    def halt(self):
        """Send no more frames, old or new."""
        self.streaming = False
        self.resend_next = self.resend_end = 0

    def resend(self, first, end, now_ms):
        """Send frames `first` to before `end` again, beside the live ones."""
        self.resend_next, self.resend_end = first, end
        self.resent_ms = now_ms
        self.pace_percent = self.pace_most

    def quicken(self):
        """Speed the backfill up a little: the link has taken a frame of it."""
        self.pace_percent = min(self.pace_most, self.pace_percent + _PACE_STEP)

    def note(self, accepted, now_ms):
        """Remember since when the link refuses; slow the backfill down while it does. Gives `accepted`."""
        if accepted:
            self.refused_ms = None
        else:
            if self.refused_ms is None:
                self.refused_ms = now_ms
            self.pace_percent = max(_PACE_LEAST, self.pace_percent // 2)
        return accepted
