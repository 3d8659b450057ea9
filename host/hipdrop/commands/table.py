"""`hipdrop report --table`: many recordings, analysed at once, as a Parquet data set."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from hipdrop.commands.replay import load_settings
from hipdrop.errors import HipdropError, UsageError

if TYPE_CHECKING:
    from hipdrop.after.many.pools import Pool
    from hipdrop.after.many.running import Outcome

TABLE_NAME = "hipdrop-table"


def make_table(
    given: list[Path], out: Path | None, *, workers: int | None, scheduler: str | None, config: Path | None
) -> None:
    """Bring a table up to date and say what is in it now; fails at the end if any recording did."""
    if find_spec("pyarrow") is None:
        raise UsageError("--table needs pyarrow, which is not installed: pip install 'hipdrop[export]'")
    if workers is not None and scheduler is not None:
        raise UsageError("--workers is of this computer, --scheduler of a cluster; give one of them")
    from hipdrop.after.many.pools import cores
    from hipdrop.after.many.running import run_table
    from hipdrop.commands.progress import progress

    folder, count = out or Path(TABLE_NAME), workers or cores()
    settings = None if config is None else load_settings(config)
    try:
        with _pool(count, scheduler) as pool, progress() as tell:
            outcome = run_table(given, folder, pool, tell, settings, count)
    except KeyboardInterrupt:
        print("hipdrop: stopped; what was done stays, the same command goes on from there", file=sys.stderr)
        raise
    _say(outcome, folder)


def _pool(workers: int, scheduler: str | None) -> AbstractContextManager[Pool]:
    if scheduler is None:
        from hipdrop.after.many.pools import on_cores

        return nullcontext(partial(on_cores, workers=workers))
    from hipdrop.after.many.cluster import cluster

    return cluster(scheduler)


def _say(outcome: Outcome, folder: Path) -> None:
    print(f"analysed   {_count(outcome.added, 'recording')} with {_count(outcome.steps, 'step')}")
    if outcome.there:
        print(f"done       {outcome.there} before, with the same version and settings")
    if outcome.same:
        print(f"twice      {len(outcome.same)} with the same content as another one, counted once")
    print(f"written    {folder}: {_count(outcome.kept, 'run')}")
    for failed in outcome.failed:
        print(f"hipdrop: {failed.problem}", file=sys.stderr)
    if outcome.failed:
        number = len(outcome.failed)
        whole = number + outcome.added + outcome.there
        raise HipdropError(f"{number} of {whole} recordings could not be analysed; all others are in {folder}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
