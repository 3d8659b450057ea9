"""Where recordings are analysed: processes on this computer, or the workers of a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from hipdrop.after.many.work import Failed, Part, Task, analyse_task

Result = Part | Failed
Pool = Callable[[Sequence[Task]], Iterator[Result]]

# One thread each for the algebra of NumPy and SciPy: the processes share the cores already
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def cores() -> int:
    """Count the cores that this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def on_cores(tasks: Sequence[Task], workers: int) -> Iterator[Result]:
    """Analyse recordings in processes of this computer, and give each result when it is there.

    A recording whose process dies (the system ends those that take all memory) is tried once more, alone; if it dies
    again, it has failed, and the others go on.
    """
    waiting = deque(tasks)
    while waiting:
        suspects = yield from _until_broken(waiting, min(workers, len(waiting)))
        for task in suspects:
            if (yield from _until_broken(deque([task]), 1)):
                problem = "its process was ended, most likely for want of memory; analyse it where there is more"
                yield Failed(task.path, f"{task.path}: {problem}")


def _until_broken(waiting: deque[Task], workers: int) -> Generator[Result, None, list[Task]]:
    """Analyse from the queue until it is empty; return those that were being analysed when a process died.

    The processes live to the end: their memory stays as it is after the first recording (docs/many.md), and renewing
    them after some tasks, as `max_tasks_per_child` does, stops for ever in Python 3.11 to 3.14 (python/cpython#115634).
    """
    before = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")  # forks of a program with threads may stand still
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker)
    running: dict[Future[Result], Task] = {}
    try:
        while waiting and len(running) < workers:
            _submit(pool, waiting, running)
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
                del running[future]
                if waiting:
                    _submit(pool, waiting, running)
    except BrokenProcessPool:
        pass
    except BaseException:
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()  # what they would have made is nowhere yet
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    return list(running.values())


def _submit(pool: ProcessPoolExecutor, waiting: deque[Task], running: dict[Future[Result], Task]) -> None:
    """Hand out the next recording; where the pool is broken it stays in the queue."""
    with _for_children():
        future = pool.submit(analyse_task, waiting[0])
    running[future] = waiting.popleft()


@contextmanager
def _for_children() -> Iterator[None]:
    """Let processes that are started meanwhile have one thread each for algebra, and know nothing of Ctrl-C."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    in_main = threading.current_thread() is threading.main_thread()
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN) if in_main else None
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if in_main:
            signal.signal(signal.SIGINT, heard)


def _begin_worker() -> None:
    """End this process with its parent, even where that was killed: it would wait for tasks for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
