"""What is said and shown of a set: into position, then what to do, and how it goes."""

from __future__ import annotations

from collections.abc import Iterable

from hipcal.procedures.base import Course, Picture, Prompt
from hipdrop.events import Side
from hipdrop.training.table import Exercise, said

COURSE_S = 20.0
PICTURES: dict[tuple[str, Side | None], Picture] = {
    ("pelvic-drop", Side.LEFT): Picture.DROP_LEFT,
    ("pelvic-drop", Side.RIGHT): Picture.DROP_RIGHT,
    ("bridge", None): Picture.BRIDGE,
    ("clamshell", Side.LEFT): Picture.CLAMSHELL_LEFT,
    ("clamshell", Side.RIGHT): Picture.CLAMSHELL_RIGHT,
    ("side-lying", Side.LEFT): Picture.LEG_LIFT_LEFT,
    ("side-lying", Side.RIGHT): Picture.LEG_LIFT_RIGHT,
    ("side-step", None): Picture.SIDE_STEP,
    ("balance", Side.LEFT): Picture.BALANCE_LEFT,
    ("balance", Side.RIGHT): Picture.BALANCE_RIGHT,
}


def position_prompt(exercise: Exercise, leg: Side | None, held_s: float, hold_s: float) -> Prompt:
    """Say which position, and how much of the quiet seconds is over."""
    how = f"{said(exercise.position, leg)} Clip {exercise.where}. Then keep still."
    title = f"{_title(exercise, leg)}: into position"
    picture = PICTURES[exercise.name, leg]
    return Prompt(picture, title, how, part=held_s / hold_s, held_s=held_s, hold_s=hold_s, side=_side(leg))


def counted_prompt(exercise: Exercise, leg: Side | None, count: int, wanted: int) -> Prompt:
    """Say what to do, and how many there are."""
    return _work_prompt(exercise, leg, min(1.0, count / wanted), str(count))


def timed_prompt(exercise: Exercise, leg: Side | None, since_s: float, seconds: float) -> Prompt:
    """Say what to do, and how long it still takes."""
    done_s = min(since_s, seconds)
    left_s = int(seconds - done_s + 0.999)
    return _work_prompt(exercise, leg, done_s / seconds, f"{left_s // 60}:{left_s % 60:02d}")


def course_of(
    exercise: Exercise, leg: Side | None, seen: Iterable[tuple[float, float]], now_s: float, counts: tuple[int, int]
) -> Course:
    """Give the angle as it went; `seen` are times and degrees, `counts` what is counted and how many are wanted."""
    times_s, angles_deg = zip(*seen, strict=True)
    return Course(
        tuple(round(at_s - now_s, 2) for at_s in times_s), tuple(round(deg, 1) for deg in angles_deg), *counts,
        said(exercise.course, leg), *exercise.course_deg, "repetitions",
    )  # fmt: skip


def _work_prompt(exercise: Exercise, leg: Side | None, part: float, large: str) -> Prompt:
    cue = said("; ".join(exercise.cues), leg)
    how = f"{said(exercise.how, leg)} {cue[0].upper()}{cue[1:]}."
    picture = PICTURES[exercise.name, leg]
    return Prompt(picture, _title(exercise, leg), how, part=part, enough=True, large=large, side=_side(leg))


def _title(exercise: Exercise, leg: Side | None) -> str:
    return exercise.title if leg is None else f"{exercise.title}, {leg} leg"


def _side(leg: Side | None) -> str:
    return "both" if leg is None else str(leg)
