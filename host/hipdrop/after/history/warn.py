"""All that is to be looked out for, from the runs of one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from hipdrop.after.history.advice import Advice
from hipdrop.after.history.direction import same_lean, same_turn
from hipdrop.after.history.load import drop_load, longest_run, week_rise
from hipdrop.after.history.runs import Run
from hipdrop.after.history.shoes import worn_shoes


def warnings(runs: Sequence[Run], today: date, started_km: Mapping[str, float] | None = None) -> list[Advice]:
    """Give what is to be said of the runs of one person, the most pressing first.

    Parameters
    ----------
    runs
        In any order; later ones than today do not count.
    started_km
        How far shoes had been run before the history knew them, by `Run.worn`.
    """
    past = sorted((run for run in runs if run.day <= today), key=lambda run: run.began)
    found = [longest_run(past, today), week_rise(past, today), *drop_load(past, today)]
    found += [*worn_shoes(past, today, started_km or {}), same_lean(past, today), same_turn(past, today)]
    return [advice for advice in found if advice is not None]
