"""What is said and kept of a coached run at its end."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hipdrop.liverun import LiveRun
    from hipdrop.people import Person
    from hipdrop.training.coach import Coach

AFTER = "How much does it hurt now? (0 none to 10 worst, Enter: not said) "


def keep_session(run: LiveRun, coach: Coach, who: Person | None, began: datetime) -> None:
    """Say what was done, ask how it is now, and keep both."""
    from hipdrop.training.repeats import as_data, repeats_of
    from hipdrop.wording import clock

    done = repeats_of(coach, run.events)
    print(f"session    {coach.plan.words}: {_outcome(coach)}")
    for number, one in enumerate(done, 1):
        pace = "-" if one.cadence_spm is None else f"{one.cadence_spm:.0f}/min"
        drops = [f"{side} {'-' if deg is None else f'{deg:.1f} deg'}" for side, deg in
                 (("left", one.left_drop_deg), ("right", one.right_drop_deg))]  # fmt: skip
        hurts = "" if one.pain is None else f", pain {one.pain}"
        minutes = f"run {clock(one.run_s)}, walk {clock(one.walk_s)}"
        print(f"repeat {number:<3} {minutes}, {pace}, drop {', '.join(drops)}{hurts}")
    if not done:
        return
    if who is None:
        print("kept       nothing: nobody is named (--person NAME), as in a demo")
        return
    from hipdrop.training import store

    recording = "" if run.recording is None else run.recording.name
    data = as_data(coach, run.events, recording, who.shoe)
    store.add(who.name, "coached-run", {**data, "pain_after": _pain_after()}, began)
    print("kept       tomorrow: hipdrop check-in, which asks how the morning is; then hipdrop coach next")


def _outcome(coach: Coach) -> str:
    from hipdrop.training.coach import Outcome

    if coach.outcome is Outcome.LEFT:
        return f"left in repeat {coach.repeat} of {coach.plan.repeats}"
    return "done" if coach.outcome is Outcome.DONE else f"ended in repeat {coach.repeat}: {coach.why}"


def _pain_after() -> int | None:
    """Ask how much it hurts now; None where nobody answers."""
    from hipdrop.training.questions import BadAnswer, pain

    if sys.stdin is None or not sys.stdin.isatty():
        return None
    while True:
        print(AFTER, end="", file=sys.stderr, flush=True)
        text = sys.stdin.readline().strip()
        try:
            return pain(text) if text else None
        except BadAnswer as error:
            print(f"  please answer with {error}", file=sys.stderr)
