"""What a set has shown: as it is kept, and in words. Feedback for a plan, not a diagnosis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from hipdrop.events import Side
from hipdrop.training.repetition import WHOLE, Fault, Repetition
from hipdrop.training.table import Exercise, exercises
from hipdrop.training.watch import Moment

NOT_A_DIAGNOSIS = "Feedback for a plan that you and your physio make; not a diagnosis."
WAY = 1.0 + 2.0 * WHOLE  # of a smooth way as a whole
_REMEDIES = {
    Fault.SHALLOW: "go further",
    Fault.QUICK: "take two seconds each way",
    Fault.LEANING: "keep the rest of the body where it is",
}


@dataclass(frozen=True, slots=True)
class DoneSet:
    """A set.

    Attributes
    ----------
    leg
        Which worked; None for both.
    start_s, end_s
        When it began and was over.
    repetitions
        Where they are counted.
    moments
        Out of range, where the pelvis is watched.
    watched_s, within_s
        How long it was watched, and how much of that all was in range.
    """

    leg: Side | None
    start_s: float
    end_s: float
    repetitions: tuple[Repetition, ...] = ()
    moments: tuple[Moment, ...] = ()
    watched_s: float = 0.0
    within_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SetsResult:
    """All sets of an exercise, in the order they were done."""

    exercise: str
    sets: tuple[DoneSet, ...]


def ways(exercise: Exercise, one: Repetition) -> tuple[float, float]:
    """Give how long the ways down and up took, each as a whole, if it was smooth."""
    assert exercise.count is not None
    out_s, back_s = WAY * one.out_s, WAY * one.back_s
    return (out_s, back_s) if exercise.count.down == "out" else (back_s, out_s)


def repetition_words(number: int, one: Repetition, exercise: Exercise, leg: Side | None) -> str:
    """Say how a repetition was."""
    down_s, up_s = ways(exercise, one)
    if not one.faults:
        return f"number {number}: {one.depth_deg:.0f} deg, down in {down_s:.1f} s, up in {up_s:.1f} s"
    faults = " and ".join(_fault_words(fault, one) for fault in one.faults)
    return f"number {number} was {faults}: {_REMEDIES[one.faults[0]]}"


def _fault_words(fault: Fault, one: Repetition) -> str:
    if fault is Fault.SHALLOW:
        return f"{fault} ({one.depth_deg:.0f} deg)"
    if fault is Fault.QUICK:
        return f"{fault} ({WAY * min(one.out_s, one.back_s):.1f} s)"
    return f"done {fault}"


def set_words(done: DoneSet, exercise: Exercise) -> str:
    """Say in a line how a set was."""
    which = "" if done.leg is None else f"{done.leg} leg: "
    if exercise.count is None:
        return f"{which}{done.watched_s:.0f} s, {_share(done)} in range{_moments(done)}"
    clean = sum(not one.faults for one in done.repetitions)
    return f"{which}{_times(len(done.repetitions), 'repetition')}, {clean} without a fault"


def _share(done: DoneSet) -> str:
    return f"{100.0 * done.within_s / max(done.watched_s, 1e-9):.0f} %"


def _moments(done: DoneSet) -> str:
    counts = Counter(moment.what for moment in done.moments)
    return "".join(f", {what} {_times(count, 'time')}" for what, count in counts.items())


def _times(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def as_data(done: DoneSet, exercise: Exercise) -> dict[str, Any]:
    """Give a set as it is kept (training.schema.json, docs/exercises.md)."""
    counted = exercise.count is not None
    kept: dict[str, Any] = {
        "exercise": exercise.name,
        "side": "both" if done.leg is None else str(done.leg),
        "repetitions": len(done.repetitions) if counted else None,
        "duration_s": round(done.end_s - done.start_s, 1),
    }
    if not counted:
        moments = [_rounded(asdict(moment)) for moment in done.moments]
        return kept | {"held_s": round(done.watched_s, 1), "within_s": round(done.within_s, 1), "moments": moments}
    return kept | {
        "faults": {str(fault): sum(fault in one.faults for one in done.repetitions) for fault in Fault},
        "each": [_repetition(one, exercise) for one in done.repetitions],
    }


def _repetition(one: Repetition, exercise: Exercise) -> dict[str, Any]:
    down_s, up_s = ways(exercise, one)
    plain = {key: value for key, value in asdict(one).items() if key not in ("out_s", "back_s", "faults")}
    return {**_rounded(plain), **_rounded({"down_s": down_s, "up_s": up_s}), "faults": [str(one) for one in one.faults]}


def _rounded(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {key: round(value, 2) if isinstance(value, float) else value for key, value in plain.items()}


def lines_of(sets: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Give the results page of sets as they are kept, line by line."""
    for number, kept in enumerate(sets, 1):
        exercise = exercises()[kept["exercise"]]
        which = "both legs" if kept["side"] == "both" else f"{kept['side']} leg"
        yield f"set {number:<11}{exercise.title.lower()}, {which}, {kept['duration_s']:.0f} s"
        yield from _counted_lines(kept["each"], exercise) if exercise.count else _watched_lines(kept)
    yield NOT_A_DIAGNOSIS


def _counted_lines(each: Sequence[Mapping[str, Any]], exercise: Exercise) -> Iterator[str]:
    assert exercise.count is not None
    yield f"  counted      {_times(len(each), 'repetition')}, {sum(not one['faults'] for one in each)} without a fault"
    depths = [one["depth_deg"] for one in each]
    yield f"  depth        {median(depths):.1f} deg ({min(depths):.1f} to {max(depths):.1f})"
    down_s, up_s = (median(one[key] for one in each) for key in ("down_s", "up_s"))
    yield f"  tempo        down {down_s:.1f} s, up {up_s:.1f} s"
    holds = [one for one in each if one["hold_deg"] is not None]
    if holds:
        where = "at level" if exercise.count.hold_at == "start" else "up"
        steady_deg = median(one["steadiness_deg"] for one in holds)
        yield f"  hold         {median(one['hold_s'] for one in holds):.1f} s {where}, steady to {steady_deg:.2f} deg"
    for fault in Fault:
        numbers = [str(number) for number, one in enumerate(each, 1) if fault in one["faults"]]
        if numbers:
            yield f"  {fault:13}{'number' if len(numbers) == 1 else 'numbers'} {', '.join(numbers)}"


def _watched_lines(kept: Mapping[str, Any]) -> Iterator[str]:
    share = 100.0 * kept["within_s"] / max(kept["held_s"], 1e-9)
    within_s, watched_s = kept["within_s"], kept["held_s"]
    yield f"  in range     {within_s:.0f} of {watched_s:.0f} s ({share:.0f} %); repetitions are not counted"
    for moment in kept["moments"]:
        worst = f"{abs(moment['worst_deg']):.0f} deg, for {moment['for_s']:.0f} s"
        when = f"at {moment['at_s']:.0f} s"
        yield f"  {when:13}{moment['what']}: {worst}"
