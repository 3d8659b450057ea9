"""Sudden load: a run, a week, or a leg that has had much more than before (docs/load.md says from which studies)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta

from hipdrop.after.history.advice import Advice, Number, day_words
from hipdrop.after.history.runs import Run
from hipdrop.after.history.weeks import WEEK, Load, in_days
from hipdrop.events import Side

LEAST_RUN_MIN = 5.0  # less is no run to compare with; it counts in the week all the same

# Schuster Brandt Frandsen and others (2025), doi 10.1136/bjsports-2024-109380: 5205 runners, 588 071 sessions.
LONGEST_DAYS = 30
SPIKES = ((1.0, 2.28), (0.3, 1.52), (0.1, 1.64))  # over the longest run by more than this; hazard rate ratio
# Nielsen and others (2014), doi 10.2519/jospt.2014.5164: 874 novice runners.
WEEK_RISE = 0.3
LEAST_WEEK_MIN = 20.0  # per cent of less say nothing
USUAL_DAYS = 28

# A runner's level wanders by 0.2 deg (docs/algorithms.md): so much more per minute is more than chance.
LEAST_EXCESS_DEG = 0.2


def longest_run(runs: Sequence[Run], today: date) -> Advice | None:
    """Say that the latest run of the last seven days that was so was much longer than all of the 30 days before it.

    By distance where all of them know it, as the study has it, else by minutes of running.
    """
    for run in reversed(in_days(runs, today, 7)):
        since = run.day - timedelta(days=LONGEST_DAYS)
        before = [one for one in runs if one.began < run.began and one.day >= since and one.minutes >= LEAST_RUN_MIN]
        if not before or run.minutes < LEAST_RUN_MIN:
            continue
        far = all(one.distance_m == one.distance_m for one in [run, *before])
        longest = max(before, key=lambda one: one.distance_m if far else one.minutes)
        rise = (run.distance_m / longest.distance_m if far else run.minutes / longest.minutes) - 1.0
        ratio = next((ratio for over, ratio in SPIKES if _exceeds(rise, over)), None)
        if ratio is not None:
            return _longest_advice(run, longest, rise, ratio, far)
    return None


def _longest_advice(run: Run, longest: Run, rise: float, ratio: float, far: bool) -> Advice:
    def long(one: Run) -> str:
        return f"{one.distance_m / 1e3:.1f} km" if far else f"{one.minutes:.0f} min"

    text = (
        f"The run of {day_words(run.day)} ({long(run)}) was {100 * rise:.0f} % longer than the longest of the "
        f"{LONGEST_DAYS} days before it ({long(longest)} on {day_words(longest.day)}). Among 5205 runners such runs "
        f"came with {ratio:.2f} times the rate of overuse injuries (Frandsen 2025, by distance). Stay within 10 % of "
        "the longest run of the last month."
    )
    numbers: dict[str, Number] = {
        "day": run.day.isoformat(), "minutes": run.minutes, "longest_day": longest.day.isoformat(),
        "longest_minutes": longest.minutes, "longer_percent": 100 * rise, "hazard_rate_ratio": ratio,
        "by": "distance" if far else "minutes",
    }  # fmt: skip
    if far:
        numbers |= {"distance_m": run.distance_m, "longest_distance_m": longest.distance_m}
    return Advice("longest-run", text, numbers)


def week_rise(runs: Sequence[Run], today: date) -> Advice | None:
    """Say that the last seven days hold over 30 % more minutes, or steps, than the seven before.

    And than the mean week of the four before them: who runs every second day has three runs in one week and four in the
    next, and that is no rise.
    """
    now, before = _two_weeks(runs, today)
    if before.minutes < LEAST_WEEK_MIN:
        return None
    usual, usual_weeks = Load.of(in_days(runs, today - WEEK, USUAL_DAYS)), _weeks_known(runs, today)
    minutes, steps = now.minutes / before.minutes - 1.0, now.steps / max(before.steps, 1) - 1.0
    usual_min, usual_steps = usual.minutes / usual_weeks, usual.steps / usual_weeks
    longer = min(minutes, now.minutes / usual_min - 1.0)
    more = min(steps, now.steps / max(usual_steps, 1.0) - 1.0)
    if not _exceeds(max(longer, more), WEEK_RISE):
        return None
    text = (
        f"The last 7 days hold {now.minutes:.0f} min and {now.steps} steps, {_more(minutes)} and {_more(steps)} than "
        f"the 7 days before ({before.minutes:.0f} min, {before.steps} steps; a usual week {usual_min:.0f} min); drop "
        f"above the fresh level {_drop_words(before)} then, {_drop_words(now)} now. Novices whose week grew by more "
        "than 30 % had 1.6 times the rate of injuries such as iliotibial band syndrome, which may be chance (95 % "
        "interval 0.96 to 2.66, Nielsen 2014); a larger study has found no such link (Frandsen 2025). Let the next "
        "week be no longer."
    )
    return Advice("week", text, {
        "minutes": now.minutes, "minutes_before": before.minutes, "more_percent": 100 * minutes,
        "usual_minutes": usual_min, "steps": now.steps, "steps_before": before.steps, "more_steps_percent": 100 * steps,
        **_drop_numbers(now, ""), **_drop_numbers(before, "_before"),
    })  # fmt: skip


def _weeks_known(runs: Sequence[Run], today: date) -> float:
    """Give how many of the four weeks before the last seven days the history knows, one at least."""
    days = (today - WEEK - min(run.day for run in runs)).days + 1
    return min(max(days, 7), USUAL_DAYS) / 7.0


def drop_load(runs: Sequence[Run], today: date) -> list[Advice]:
    """Say of either leg that it has gathered over 30 % more drop-minutes, and so per minute that it is no chance."""
    now, before = _two_weeks(runs, today)
    if min(now.judged_minutes, before.judged_minutes) < LEAST_WEEK_MIN:
        return []
    found = []
    for side in (Side.LEFT, Side.RIGHT):
        after, earlier = now.drop_minutes(side), before.drop_minutes(side)
        more_deg = after / now.judged_minutes - earlier / before.judged_minutes
        if after > (1.0 + WEEK_RISE) * earlier and _exceeds(more_deg, LEAST_EXCESS_DEG):
            text = (
                f"The drop on the {side} leg was above its fresh level by {after:.0f} degree-minutes in the last 7 "
                f"days, {earlier:.0f} in the 7 before: {more_deg:.1f}° more on average. No study says how much is too "
                "much; it is you against yourself. End runs earlier, or break them up, until it is down again."
            )
            found.append(Advice("drop-load", text, {
                "side": str(side), "drop_minutes": after, "drop_minutes_before": earlier, "minutes": now.judged_minutes,
                "minutes_before": before.judged_minutes, "more_deg": more_deg,
            }))  # fmt: skip
    return found


def _two_weeks(runs: Sequence[Run], today: date) -> tuple[Load, Load]:
    return Load.of(in_days(runs, today, 7)), Load.of(in_days(runs, today - WEEK, 7))


def _exceeds(value: float, limit: float) -> bool:
    """Say whether a value is over a limit by more than rounding."""
    return value > limit and not math.isclose(value, limit, rel_tol=1e-9)


def _more(rise: float) -> str:
    return f"{abs(100 * rise):.0f} % {'more' if rise >= 0 else 'fewer'}"


def _drop_words(load: Load) -> str:
    if not load.judged_minutes:
        return "not known"
    return f"{load.left_drop_minutes:.0f}/{load.right_drop_minutes:.0f} degree-minutes (left/right leg)"


def _drop_numbers(load: Load, suffix: str) -> dict[str, Number]:
    values = (load.left_drop_minutes, load.right_drop_minutes)
    names = (f"left_drop_minutes{suffix}", f"right_drop_minutes{suffix}")
    return dict(zip(names, values, strict=True)) if load.judged_minutes else {}
