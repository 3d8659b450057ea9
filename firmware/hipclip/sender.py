"""Gives every connected host its frames: live ones first, then the log, then what is sent again.

Back-pressure: a link that has no room refuses, and the frame stays in the ring for the next turn. Only when the ring
has overwritten frames that a streaming host did not have are they gone, oldest first, and counted.
"""

import time

from micropython import const

from hipwire import ids
from hipwire.frames import LOG_MAX_SIZE, RAW_MAX_SIZE

_IDLE_MS = const(100)
_RETRY_MS = const(8)  # about half a connection interval: buffers become free with each one
_STALL_MS = const(3000)
_LIVE_IN_A_TURN = const(4)  # 4 frames of 250 B take USB about 16 ms on a board; then the next host has its turn
_RESENT_IN_A_TURN = const(4)


class Sender:
    """`turn()` is called after every read of the sampler and as often as it asks for."""

    def __init__(self, stream, log, counters, status):
        self.outlets = []  # who is connected; the links add and remove
        self.events = None  # of the clip by itself, once there are some
        self.publishers = []  # called with each status frame
        self._stream = stream
        self._log = log
        self._counters = counters
        self._status = status
        self._copy = bytearray(RAW_MAX_SIZE)
        self._copy_view = memoryview(self._copy)
        self._first = 0
        self._status_frame = b""

    def add(self, outlet):
        """Take up a host that has connected."""
        outlet.closed = False
        outlet.log_cursor = self._log.oldest
        outlet.event_cursor = self.events.next if self.events else 0
        if outlet not in self.outlets:
            self.outlets.append(outlet)

    def remove(self, outlet):
        """Forget a host; its frames stay in the ring for when it comes back."""
        outlet.closed = True  # taken out of the list at the next turn: this may be called from within one

    @property
    def listening(self):
        """Whether a connected host takes the stream."""
        return any(outlet.streaming and not outlet.closed for outlet in self.outlets)

    @property
    def fetching(self):
        """Whether a run is on its way to a host."""
        return any(outlet.fetch for outlet in self.outlets)

    def status_now(self):
        """Send a fresh status frame to every host at the next turn."""
        self._status_frame = self._status.frame()
        for outlet in self.outlets:
            outlet.status_due = True
        for publish in self.publishers:
            publish(self._status_frame)

    def turn(self):
        """Push what waits; give the milliseconds until this should be called again at the latest."""
        now_ms = time.ticks_ms()
        for k in range(len(self.outlets) - 1, -1, -1):
            if self.outlets[k].closed:
                gone = self.outlets.pop(k)
                if gone.fetch:
                    gone.fetch.close(gone)
        self._stream.watch(now_ms, self.listening)
        count = len(self.outlets)
        if not count:
            return _IDLE_MS
        self._first = (self._first + 1) % count  # nobody is always first at the radio's buffers
        wait_ms = _IDLE_MS
        for k in range(count):
            wait_ms = min(wait_ms, self._serve(self.outlets[(self._first + k) % count], now_ms))
        return wait_ms

    def _serve(self, outlet, now_ms):
        """One host's turn; gives when it needs the next."""
        if outlet.closed:
            return _IDLE_MS
        done = self._send_status(outlet, now_ms) and self._send_live(outlet, now_ms)
        done = done and self._send_log(outlet, now_ms) and self._send_events(outlet, now_ms)
        if done:
            wait_ms = self._send_again(outlet, now_ms)
            if outlet.streaming and outlet.cursor < self._stream.ring.next:
                wait_ms = 1
            elif outlet.fetch:
                wait_ms = min(wait_ms, outlet.fetch.turn(outlet, now_ms))
        else:
            wait_ms = _RETRY_MS
        if outlet.refused_ms is not None and time.ticks_diff(now_ms, outlet.refused_ms) > _STALL_MS:
            self._log.add(ids.LOG_STALL, ids.LOG_WARNING)
            outlet.refused_ms = None
            outlet.drop()
        return wait_ms

    def _send_status(self, outlet, now_ms):
        fits = len(self._status_frame) <= outlet.max_message
        if outlet.status_due and fits and not outlet.note(outlet.send_status(self._status_frame), now_ms):
            return False
        outlet.status_due = False
        return True

    def _send_live(self, outlet, now_ms):
        """Push the frames that this host has not had; False when the link refuses."""
        if not outlet.streaming:
            return True
        ring = self._stream.ring
        if outlet.cursor < ring.oldest:
            self._counters.frames_dropped += ring.oldest - outlet.cursor
            outlet.cursor = ring.oldest
        end = min(ring.next, outlet.cursor + _LIVE_IN_A_TURN)
        while outlet.cursor < end:
            if not outlet.note(outlet.send(ring.frame(outlet.cursor)), now_ms):
                return False
            outlet.cursor += 1
        if outlet.cursor == ring.next and not self._stream.running:
            outlet.streaming = False  # STOP: it now has the last frame too
        return True

    def _send_log(self, outlet, now_ms):
        """Push one log frame that this host has not had."""
        log = self._log
        if not outlet.greeted or outlet.log_cursor >= log.next or outlet.max_message < LOG_MAX_SIZE:
            return True
        outlet.log_cursor = max(outlet.log_cursor, log.oldest)
        if not outlet.note(outlet.send(log.frame(outlet.log_cursor)), now_ms):
            return False
        outlet.log_cursor += 1
        return True

    def _send_events(self, outlet, now_ms):
        """Push the events that a host on the cable has not had; by radio they have a characteristic of their own."""
        events = self.events
        if not events or not outlet.wired or not outlet.greeted:
            return True
        outlet.event_cursor = max(outlet.event_cursor, events.oldest)
        while outlet.event_cursor < events.next:
            if not outlet.note(outlet.send(events.frame(outlet.event_cursor)), now_ms):
                return False
            outlet.event_cursor += 1
        return True

    def _send_again(self, outlet, now_ms):
        """Push the frames of the range whose time has come; gives the milliseconds until the next one's."""
        ring = self._stream.ring
        for _ in range(_RESENT_IN_A_TURN):
            if outlet.resending and outlet.resend_next < ring.oldest:
                gone = min(ring.oldest, outlet.resend_end)
                self._counters.frames_dropped += gone - outlet.resend_next
                outlet.resend_next = gone
            if not outlet.resending:
                return _IDLE_MS
            every_ms = max(1, self._stream.frame_ms * 100 // outlet.pace_percent)
            late_ms = time.ticks_diff(now_ms, outlet.resent_ms) - every_ms
            if late_ms < 0:
                return -late_ms
            if not outlet.note(outlet.send(self._marked(ring.frame(outlet.resend_next))), now_ms):
                return _RETRY_MS
            outlet.resend_next += 1
            # from when it was due, so that coarse turns keep the pace; a long pause is not caught up with in a burst
            behind_ms = min(late_ms, _RESENT_IN_A_TURN * every_ms)
            outlet.resent_ms = time.ticks_add(now_ms, -behind_ms)
            outlet.quicken()
        return 1

    def _marked(self, frame):
        """Give a copy of the frame with RESENT set: the one in the ring may still be somebody's live frame."""
        self._copy_view[: len(frame)] = frame
        self._copy[1] |= ids.RESENT
        return self._copy_view[: len(frame)]
