"""From a run to its views: what is new since the last time, as updates."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hipdrop.events import Event, Step
from hipdrop.links.states import State
from hipdrop.live.updates import Facts, Update
from hipdrop.liveview import FAULT_WORDS
from hipdrop.receive.chain import Chain
from hipdrop.receive.streams import AnyPipeline
from hipdrop.waves import RecentStrides

if TYPE_CHECKING:
    from hipdrop.links.connection import Session
    from hipdrop.liverun import LiveRun
    from hipdrop.monitor.trace import MonitorView


class PipelineFeed:
    """What a pipeline has found since the last time."""

    def __init__(self) -> None:
        self._count = 0

    def update(
        self, pipeline: AnyPipeline | None, events: Sequence[Event], reached_s: float, facts: Facts | None = None
    ) -> Update:
        """Give the news beside new events."""
        if pipeline is None:
            return Update(tuple(events), reached_s=reached_s, facts=facts)
        judged: MonitorView = pipeline.judged(self._count)
        self._count = judged.count
        stepped = any(isinstance(event, Step) for event in events)
        strides: RecentStrides | None = pipeline.recent_strides() if stepped else None
        return Update(tuple(events), judged.points, judged.learning, reached_s, facts, strides)


class LiveFacts:
    """How link, clip and recording of a live run stand.

    Parameters
    ----------
    who, notice
        As of `hipdrop.live.updates.Facts`.
    now
        The host's clock, s.
    """

    def __init__(
        self, run: LiveRun, who: str = "", notice: str = "", now: Callable[[], float] = time.monotonic
    ) -> None:
        self.session: Session | None = None
        self._run = run
        self._who, self._notice, self._now = who, notice, now
        self._state = State.IDLE
        self._lost_s: float | None = None
        self._began_s: float | None = None

    def state(self, state: State) -> None:
        """Take the new state of the connection."""
        if state is State.WAITING and self._lost_s is None:
            self._lost_s = self._now()
        elif state in (State.STREAMING, State.FINISHING, State.CLOSED):
            self._lost_s = None
        self._state = state

    def facts(self) -> Facts:
        """Give them as they stand now."""
        run, session, now_s = self._run, self.session, self._now()
        chain: Chain = run.chain
        if self._began_s is None and chain.reached_s > 0:
            self._began_s = now_s - chain.reached_s
        link, status = chain.link_table(), chain.status
        trouble = "" if session is None or session.error is None else str(session.error)
        return Facts(
            source="" if session is None else session.link.name,
            state=self._state.value,
            trouble=trouble,
            lost_for_s=None if self._lost_s is None else float(int(now_s - self._lost_s)),
            elapsed_s=0.0 if self._began_s is None else float(int(now_s - self._began_s)),
            rate_hz=chain.rate_hz,
            received=int(link["samples_received"] or 0),
            lost=int(link["samples_lost"] or 0),
            recovered=int(link["samples_recovered"] or 0),
            reconnects=int(link["reconnects"] or 0),
            battery_percent=status.battery_percent if status is not None and status.battery_known else None,
            mtu=chain.counters.mtu,
            faults=tuple(text for bit, text in FAULT_WORDS.items() if status is not None and status.faults & bit),
            recording="" if run.recording is None else run.recording.name,
            not_recording="" if run.recording_error is None else str(run.recording_error),
            muted=run.outbox.muted,
            who=self._who,
            notice=self._notice,
        )
