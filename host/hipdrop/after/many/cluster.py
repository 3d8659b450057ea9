"""Recordings analysed by the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import hipdrop
from hipdrop.after.many.pools import Pool, Result
from hipdrop.after.many.work import Failed, Part, Task, analyse_task
from hipdrop.errors import ClusterError, UsageError

WAIT_S = 30.0  # for a scheduler to answer, and for the first worker


@contextmanager
def cluster(address: str, wait_s: float = WAIT_S) -> Iterator[Pool]:
    """Connect to the scheduler at an address such as `tcp://10.0.0.5:8786`; give what analyses recordings there.

    The workers read the recordings themselves, by the same paths as here.

    Raises
    ------
    UsageError
        The library is not installed.
    ClusterError
        Nobody answers there, no worker is there, or one has another version of hipdrop.
    """
    if find_spec("distributed") is None:
        raise UsageError("--scheduler needs Dask, which is not installed: pip install 'hipdrop[cluster]'")
    from distributed import Client

    try:
        client = Client(address, timeout=wait_s)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        problem = "no scheduler answers there; start one with dask scheduler, and name what it prints"
        raise ClusterError(f"{address}: {problem}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=wait_s)
        except TimeoutError as error:
            raise ClusterError(f"{address}: no worker is there; start some with dask worker {address}") from error

        def analyse(tasks: Sequence[Task]) -> Iterator[Result]:
            from distributed import as_completed

            futures = {client.submit(analyse_task, task, pure=False): task for task in tasks}
            for future in as_completed(list(futures)):  # type: ignore[no-untyped-call]
                task = futures.pop(future)
                yield _result(task, future)

        yield analyse


def _result(task: Task, future: Any) -> Result:
    if future.cancelled():
        raise ClusterError("the scheduler is gone; what was done stays, the same command goes on from there")
    error = future.exception()
    if error is not None:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        return Failed(task.path, f"{task.path}: the cluster failed on it ({said})")
    result: Result = future.result()
    if isinstance(result, Part) and result.version != hipdrop.__version__:
        problem = f"a worker has hipdrop {result.version}, here is {hipdrop.__version__}; install the same everywhere"
        raise ClusterError(problem)
    return result
