"""From a run to its views: what is new since the last time, as updates, made once for all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hipdrop.events import Event, Step
from hipdrop.links.states import State
from hipdrop.live.chainfacts import chain_facts
from hipdrop.live.coaching import Coaching
from hipdrop.live.updates import Facts, Update
from hipdrop.live.views import View
from hipdrop.receive.chain import Chain
from hipdrop.receive.streams import AnyPipeline
from hipdrop.waves import RecentStrides

if TYPE_CHECKING:
    from hipdrop.liverun import LiveRun
    from hipdrop.monitor.trace import MonitorView


class PipelineFeed:
    """What a pipeline has found since the last time."""

    def __init__(self) -> None:
        self._count = 0

    def update(
        self, pipeline: AnyPipeline | None, events: Sequence[Event], reached_s: float, facts: Facts | None = None,
        *, strides: bool = True,
    ) -> Update:  # fmt: skip
        """Give the news beside new events; of the last strides, where they are wanted."""
        if pipeline is None:
            return Update(tuple(events), reached_s=reached_s, facts=facts)
        judged: MonitorView = pipeline.judged(self._count)
        self._count = judged.count
        stepped = any(isinstance(event, Step) for event in events)
        recent: RecentStrides | None = pipeline.recent_strides() if stepped and strides else None
        return Update(tuple(events), judged.points, judged.learning, reached_s, facts, recent)


class LiveFacts:
    """How link, clip and recording of a live run stand.

    Parameters
    ----------
    who, notice
        As of `hipdrop.live.updates.Facts`.
    coaching
        Gives what a coach says now.
    now
        The host's clock, s.
    """

    def __init__(
        self, run: LiveRun, who: str = "", notice: str = "", now: Callable[[], float] = time.monotonic, *,
        coaching: Callable[[], Coaching | None] = lambda: None,
    ) -> None:  # fmt: skip
        self._run = run
        self._coaching = coaching
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
        run, session, now_s = self._run, self._run.current, self._now()
        chain: Chain = run.chain
        if self._began_s is None and chain.reached_s > 0:
            self._began_s = now_s - chain.reached_s
        ending = session is not None and session.ending and self._state is not State.CLOSED
        facts = Facts(
            source="" if session is None else session.link.name,
            state=State.FINISHING.value if ending else self._state.value,
            trouble="" if session is None or session.error is None else str(session.error),
            lost_for_s=None if self._lost_s is None else float(int(now_s - self._lost_s)),
            elapsed_s=0.0 if self._began_s is None else float(int(now_s - self._began_s)),
            recording="" if run.recording is None else run.recording.name,
            not_recording="" if run.recording_error is None else str(run.recording_error),
            muted=run.outbox.muted,
            who=self._who,
            notice=self._notice,
            coaching=self._coaching(),
        )
        return chain_facts(chain, facts)


class RunFeed:
    """Tells all views of a live run what is new.

    Parameters
    ----------
    run, facts
        What is told of.

    Attributes
    ----------
    views
        Whom it is told.
    """

    def __init__(self, run: LiveRun, facts: LiveFacts) -> None:
        self.views: list[View] = []
        self._run, self._facts = run, facts
        self._pipeline = PipelineFeed()

    def events(self, events: Sequence[Event]) -> None:
        """Tell new events."""
        self._tell(events, None)

    def state(self, state: State) -> None:
        """Tell the new state of the connection."""
        self._facts.state(state)
        self.refresh()

    def refresh(self) -> None:
        """Tell how things stand."""
        self._tell((), self._facts.facts())

    def _tell(self, events: Sequence[Event], facts: Facts | None) -> None:
        chain = self._run.chain
        strides = any(view.strides for view in self.views)
        update = self._pipeline.update(chain.pipeline, events, chain.reached_s, facts, strides=strides)
        for view in self.views:
            view.show(update)
