"""What is going on, in words: the one place that decides which of several things is said."""

from __future__ import annotations

from dataclasses import dataclass

from hipdrop.events import Activity, AlertEvent, AlertRaised, Side
from hipdrop.live import updates
from hipdrop.live.snapshot import Phase, PhaseKind
from hipdrop.live.updates import Facts
from hipdrop.monitor import words
from hipdrop.monitor.trace import Learning
from hipdrop.wording import clock


@dataclass(frozen=True, slots=True)
class Situation:
    """What the phase depends on.

    Attributes
    ----------
    activity
        None before the first second of samples.
    raised, withheld
        The newest open alert of each channel; the newest that is kept back.
    recovered
        A clearing of the last few seconds.
    """

    facts: Facts
    activity: Activity | None
    mounted: bool
    sides_known: bool
    learning: Learning | None
    raised: tuple[AlertRaised, ...]
    withheld: AlertEvent | None
    recovered: AlertEvent | None


def phase_of(now: Situation) -> Phase:
    """Choose what is said."""
    return (
        _of_link(now.facts)
        or _of_coach(now.facts)
        or _of_activity(now)
        or _of_finding(now)
        or _of_alerts(now)
        or _of_learning(now.learning)
    )


def _of_link(facts: Facts) -> Phase | None:
    state = facts.state
    if state == updates.CLOSED:
        return Phase(PhaseKind.ENDED, "the run has ended")
    if state == updates.FINISHING:
        patience = "up to half a minute; stop again: do not wait for it"
        return Phase(PhaseKind.FINISHING, "fetching what is missing", patience)
    if state == updates.WAITING or facts.lost_for_s is not None:
        since = "" if facts.lost_for_s is None else f" for {clock(facts.lost_for_s)}"
        return Phase(PhaseKind.LINK_LOST, f"link lost{since}", f"connecting again: {facts.trouble or facts.source}")
    if state in updates.CONNECTING:
        return Phase(PhaseKind.CONNECTING, "connecting", facts.source)
    return None


def _of_coach(facts: Facts) -> Phase | None:
    coaching = facts.coaching
    if coaching is None or not coaching.pressing:
        return None
    return Phase(PhaseKind.COACH, coaching.why, coaching.detail)


def _of_activity(now: Situation) -> Phase | None:
    if now.activity is Activity.RUN:
        return None
    if now.activity is None and now.facts.received and now.facts.rate_hz is None:
        return Phase(PhaseKind.WAITING, "samples come", f"{now.facts.received} so far: their rate is being measured")
    if now.activity is None:
        return Phase(PhaseKind.WAITING, "waiting for samples", now.facts.source)
    waits = "run a minute or two: hipdrop finds out how the clip sits" if not now.mounted else ""
    if now.raised:
        waits = f"the alert stands: {_legs(now.raised)}"
    elif now.withheld is not None:
        waits = f"alert withheld: {now.withheld.reason}"
    if now.activity is Activity.WALK:
        return Phase(PhaseKind.WALKING, "walking", waits)
    return Phase(PhaseKind.STANDING, "standing", waits)


def _of_finding(now: Situation) -> Phase | None:
    if not now.mounted:
        return Phase(PhaseKind.MOUNT, "finding mount", "how the clip sits on the body")
    if not now.sides_known:
        return Phase(PhaseKind.SIDES, "learning left and right", "which leg stands is not sure yet")
    return None


def _of_alerts(now: Situation) -> Phase | None:
    if now.raised:
        sides = tuple(alert.side for alert in now.raised)
        return Phase(PhaseKind.ALERT, f"ALERT: {_legs(now.raised)}", now.raised[-1].reason, sides=sides)
    if now.recovered is not None:
        side = now.recovered.side
        return Phase(PhaseKind.RECOVERED, f"recovered: {words.legs(side)}", now.recovered.reason, sides=(side,))
    if now.withheld is not None:
        text = f"alert withheld: {words.legs(now.withheld.side)}"
        return Phase(PhaseKind.WITHHELD, text, now.withheld.reason, sides=(now.withheld.side,))
    return None


def _of_learning(learning: Learning | None) -> Phase:
    if learning is None:
        return Phase(PhaseKind.RUNNING, "running")
    if learning.running_s < learning.from_s:
        done, whole = learning.running_s, learning.from_s
        text = f"warming up {clock(done)} of {clock(whole)}"
        return Phase(PhaseKind.WARMING_UP, text, "then the baseline is learned", done / whole)
    done, whole = learning.running_s - learning.from_s, learning.until_s - learning.from_s
    if done >= whole:
        detail = "too few steps have counted: run on, straight and evenly"
        return Phase(PhaseKind.BASELINE, "learning baseline", detail, 1.0)
    text = f"learning baseline {clock(done)} of {clock(whole)}"
    return Phase(PhaseKind.BASELINE, text, "run as you do when you are fresh", done / whole)


def _legs(alerts: tuple[AlertRaised, ...]) -> str:
    sides = {alert.side for alert in alerts}
    return words.legs(sides.pop() if len(sides) == 1 else Side.BOTH)
