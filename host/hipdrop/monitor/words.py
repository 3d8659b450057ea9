"""What the monitor says, in plain words: a training aid speaks here, not a diagnosis."""

from __future__ import annotations

from hipdrop.events import Flag, Side

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
CUE_QUICKER = "try quicker, shorter steps"
CUE_EASE = "your steps are quicker already: ease the pace or take a walking break"


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


def cue(cadence_spm: float, baseline_spm: float, same_percent: float) -> str:
    """Give one thing to try; +10 % cadence lowered the drop by 3.1 deg (Bramah 2019)."""
    quicker = cadence_spm > baseline_spm * (1 + same_percent / 100)  # False where either is NaN
    return CUE_EASE if quicker else CUE_QUICKER
