"""What the monitor says, in plain words: a training aid speaks here, not a diagnosis."""

from __future__ import annotations

from hipdrop.events import Flag, Side
from hipdrop.settings import MonitorSettings

# The first of these that a skipped step bears names the reason: what the wearer can mend comes first.
SKIPPED: dict[Flag, str] = {
    Flag.WOBBLE: "the belt is loose: the clip shakes too much to count the steps",
    Flag.SLIP: "the clip has moved on the body",
    Flag.MOUNT: "how the clip sits on the body is not known well enough",
    Flag.SIDE: "which leg stands is not sure",
    Flag.SATURATED: "the sensor is at the end of its range",
    Flag.GAP: "samples are missing",
    Flag.STOP: "only steps next to a stop lately",
    Flag.START: "the run has only just begun",
    Flag.IRREGULAR: "the steps come irregularly",
    Flag.TURN: "only turning steps lately, and a bend shifts left and right",
}


def why_skipped(flags: tuple[Flag, ...]) -> str:
    """Say why steps with these flags do not count."""
    return next((words for flag, words in SKIPPED.items() if flag in flags), "the drop could not be measured")


def legs(side: Side) -> str:
    """Name the standing leg, or both."""
    return "both legs" if side is Side.BOTH else f"{side} leg"


def drops(side: Side) -> str:
    """Say what is seen when this leg stands."""
    return "both legs: the hips drop" if side is Side.BOTH else f"{side} leg: {side.other} hip drops"


def cadence_words(cadence_spm: float, baseline_spm: float, same_percent: float) -> str:
    """Set the cadence beside an alert; a baseline of NaN is none."""
    words = f"cadence {cadence_spm:.0f} steps/min"
    if not baseline_spm > 0:
        return words
    percent = 100 * (cadence_spm / baseline_spm - 1)
    if abs(percent) <= same_percent:
        return f"{words}, as when fresh"
    return f"{words}, {abs(percent):.0f} % {'above' if percent > 0 else 'below'} fresh"


def cue(settings: MonitorSettings, alerts: int, cadence_spm: float, baseline_spm: float) -> str:
    """Give the one thing to try: rest at the first of the `alerts`, then quicker steps, unless they are quick already.

    The steps are counted from the fresh cadence, or from the present one where there is no fresh one.
    """
    from_spm = baseline_spm if baseline_spm > 0 else cadence_spm
    low_spm = from_spm * (1 + settings.cue_least_percent / 100)
    high_spm = from_spm * (1 + settings.cue_most_percent / 100)
    quicker = alerts > 0 and not cadence_spm >= low_spm  # quicker steps, where the cadence is NaN, have no number
    text = settings.cue_then if quicker else settings.cue_first
    return text.replace("{low}", _whole(low_spm)).replace("{high}", _whole(high_spm))


def _whole(spm: float) -> str:
    return f"{spm:.0f}" if spm == spm else "more"
