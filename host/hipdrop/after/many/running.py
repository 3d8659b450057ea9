"""From recordings to the table: plan, analyse, put in as they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hipdrop.after.many.dataset import Dataset
from hipdrop.after.many.plan import Plan, find_files, make_plan
from hipdrop.after.many.pools import Pool
from hipdrop.after.many.work import Failed, Part
from hipdrop.errors import UsageError
from hipdrop.settings import Settings

Tell = Callable[[str, float], None]


@dataclass
class Outcome:
    """What became of the recordings.

    Attributes
    ----------
    added, steps
        Runs that were analysed and put in, and their steps.
    there
        Runs that were in already.
    same
        Files with the same bytes as another one: they count once.
    failed
        Those that could not be analysed.
    kept
        All runs in the table now, those of earlier calls too.
    """

    added: int = 0
    steps: int = 0
    there: int = 0
    same: list[str] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    kept: int = 0


def run_table(
    given: Sequence[Path], out: Path, pool: Pool, tell: Tell, settings: Settings | None = None, threads: int = 1
) -> Outcome:
    """Bring the table of a folder up to date.

    Parameters
    ----------
    given
        As of `hipdrop.after.many.plan.find_files`.
    out
        Folder of the table.
    pool
        Where the recordings are analysed.
    tell
        Is told what is being done, and how much of it is.
    settings
        In place of the recordings' own.
    threads
        By which files are hashed.

    Raises
    ------
    UsageError
        No recording is meant.
    OutputError
        The table cannot be written; what was put in before stays.
    """
    files = find_files(given)
    if not files:
        raise UsageError(f"{', '.join(map(str, given))}: no recordings there (.mcap, .csv, .csv.gz)")
    with Dataset(out) as dataset:
        plan = make_plan(files, dataset.kept, settings, threads, tell)
        outcome = Outcome(there=plan.there, same=plan.same, failed=list(plan.failed))
        for failed in plan.failed:
            dataset.remove_file(failed.path, plan.runs)
        _analyse(plan, dataset, pool, tell, outcome)
        outcome.failed.sort(key=lambda one: one.path)
        outcome.kept = len(dataset.kept)
    return outcome


def _analyse(plan: Plan, dataset: Dataset, pool: Pool, tell: Tell, outcome: Outcome) -> None:
    tasks = {task.path: task for task in plan.tasks}
    total, done = sum(task.bytes for task in plan.tasks) or 1, 0
    tell("analysing", 0.0 if tasks else 1.0)
    for result in pool(plan.tasks):
        if isinstance(result, Part):
            task = result.task
            dataset.put(result)
            outcome.added += 1
            outcome.steps += result.steps
        else:
            task = tasks[result.path]
            outcome.failed.append(result)
            if task.run in dataset.kept:  # made under other settings, which it no longer says
                dataset.remove(task.run)
        dataset.remove_file(task.path, plan.runs)
        done += task.bytes
        tell("analysing", done / total)
