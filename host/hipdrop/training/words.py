"""What the single-leg test has shown, in words: feedback, not a diagnosis."""

from __future__ import annotations

from hipdrop.training.singleleg import SingleLegEstimate
from hipdrop.training.squats import SquatsEstimate


def try_words(found: SingleLegEstimate | SquatsEstimate) -> str:
    """Say in a line what one try showed."""
    if isinstance(found, SquatsEstimate):
        return (
            f"{found.leg} leg: {len(found.drops_deg)} squats, {found.leg.other} hip {found.mean_drop_deg:.1f} deg down"
        )
    way = "raised" if found.raise_deg >= 0.0 else "dropped"
    touches = f", foot down {_times(len(found.touch_downs_s))}" if found.touch_downs_s else ""
    hip = f"{found.leg.other} hip {way} {abs(found.raise_deg):.1f} deg"
    return f"{found.leg} leg: {hip}, held {found.hold_s:.0f} s{touches}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
