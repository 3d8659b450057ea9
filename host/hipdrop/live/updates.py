"""What a run tells its views: new events, the monitor's levels, and how link, clip and recording stand."""

from __future__ import annotations

from dataclasses import dataclass

from hipdrop.events import Event
from hipdrop.live.coaching import Coaching
from hipdrop.monitor.trace import Learning, LevelPoint
from hipdrop.waves import RecentStrides

STREAMING = "streaming"  # as in `hipdrop.links.states.State`; a replay streams from its file
CONNECTING = ("idle", "connecting", "reading the clip", "starting")
WAITING = "waiting to connect again"
FINISHING = "fetching what is missing"
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Facts:
    """How things stand beside the steps; times in seconds.

    Attributes
    ----------
    source
        The clip's name, or the file that is replayed.
    state
        State of the connection in the words of `hipdrop.links.states.State`.
    trouble
        Why the connection was lost, with the remedy.
    lost_for_s
        How long the connection has been gone; None while it stands.
    start_s, elapsed_s
        Time of the first sample on the axis of the events; time since it, the gone connection's included.
    rate_hz, mtu, battery_percent
        None where not known.
    received, lost, recovered, reconnects
        Samples that came, are missing, came late; times that the link came back.
    faults
        What the clip says is wrong with it.
    recording, not_recording
        The file, or why there is none (any more).
    muted
        Whether sound and haptics are off.
    replay_speed
        Times real time (infinite: as fast as can be); None in a live run.
    replay_paused
        Whether the replay waits.
    length_s
        How long the run that is replayed lasted; None in a live run.
    who
        Person, shoe, speed and slope, as far as they were told.
    notice
        Something to read once, such as that the sag of a demo is made up.
    coaching
        What a coach says; None without one.
    """

    source: str = ""
    state: str = "idle"
    trouble: str = ""
    lost_for_s: float | None = None
    start_s: float = 0.0
    elapsed_s: float = 0.0
    rate_hz: float | None = None
    received: int = 0
    lost: int = 0
    recovered: int = 0
    reconnects: int = 0
    battery_percent: int | None = None
    mtu: int | None = None
    faults: tuple[str, ...] = ()
    recording: str = ""
    not_recording: str = ""
    muted: bool = False
    replay_speed: float | None = None
    replay_paused: bool = False
    length_s: float | None = None
    who: str = ""
    notice: str = ""
    coaching: Coaching | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """News for a view, all that came since the last one.

    Attributes
    ----------
    events, points
        In their order, each once.
    learning
        As of `hipdrop.monitor.trace.MonitorView`.
    reached_s
        Time of the newest sample on the axis of the events.
    facts, strides
        As they stand now; None where they have not changed.
    restart
        Forget all before: the replay begins anew.
    """

    events: tuple[Event, ...] = ()
    points: tuple[LevelPoint, ...] = ()
    learning: Learning | None = None
    reached_s: float = 0.0
    facts: Facts | None = None
    strides: RecentStrides | None = None
    restart: bool = False
