"""What a check-in has to add of itself: load and habits from the history, and stop signs of the last time."""

from __future__ import annotations

import sys
from datetime import date

from hipdrop.after.history.advice import Advice, day_words
from hipdrop.errors import HipdropError
from hipdrop.training.checkin import CheckIn, last_stop_before


def look_out(person: str, today: date) -> list[Advice]:
    """Give what there is to look out for, the most pressing first.

    Of the history it takes what is there; where that cannot be read it says so on standard error and goes on.
    """
    found = []
    last = last_stop_before(person, today)
    if last is not None:
        day, stop = last
        text = f"On {day_words(day)} you said yes to stop signs: {stop.words}. Train when that has been done."
        found.append(Advice("stop-sign-before", text, {"day": day.isoformat()}))
    return found + of_history(person, today)


def of_history(person: str, today: date) -> list[Advice]:
    """Give the warnings of the history (docs/load.md): sudden load, worn shoes, always the same side or way round."""
    from hipdrop.after.history.store import History, history_path
    from hipdrop.after.history.warn import warnings

    if not history_path().exists():
        return []
    try:
        with History() as history:
            return warnings(history.runs(person), today, history.started_km(person))
    except HipdropError as error:
        print(f"hipdrop: load and habits are not known: {error}", file=sys.stderr)
        return []


def of_answers(check_in: CheckIn) -> list[str]:
    """Say what the answers themselves mean for today."""
    said = []
    if check_in.sore:
        said.append(
            f"Pain of {check_in.pain} of 10: a coached run starts and goes on at 3 or less. Ask your physio what "
            "of your plan is for such days."
        )
    after, morning = check_in.pain_after_last_run, check_in.pain_next_morning
    if after is not None and morning is not None and morning > after:
        said.append(
            f"The morning after the last run was worse ({morning} of 10) than its end ({after}): that run was too "
            "much by the pain rule. Let the next one be shorter."
        )
    return said
