"""Virtual time: asyncio on the clip's clock, host and clip in lock-step.

While the clip computes, time stands still. When it waits, the host first does everything that can be done now; then
time goes to whichever comes first, the host's next timer or the end of the clip's waiting; and only then one of them
goes on. So nothing depends on how quick the computer is: two runs are equal to the bit. Without a clip, time jumps from
timer to timer.
"""

from __future__ import annotations

import asyncio
import math
import select
import selectors
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar, TypeVarTuple

from hipdrop.errors import VirtualClipError

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
PATIENCE_S = 60.0
BEGINS_UNIX_S = 1_795_345_200.0  # 2026-11-22 11:00 UTC
BUSY_TURNS = 1_000_000  # without a rest: something on the host waits without sleeping
_NEARLY_US = 1e-4  # what the float of a timer can be above a whole microsecond


class Stepper(Protocol):
    """What runs in a process of its own, and shares the clock."""

    filenos: tuple[int, ...]  # that it speaks through: these alone are listened to while it computes

    @property
    def due_us(self) -> int | None:
        """Time from which on it can be let go; none while it computes."""

    def release(self) -> None:
        """Let it go."""

    def give_up(self, waited_s: float) -> None:
        """End it after this silence."""


class _LockStepSelector(selectors.PollSelector):
    """Where the loop waits for the outside, time passes.

    poll(), not epoll: it asks each file anew, and a pseudo-terminal hands its data on when asked.
    """

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop
        self._turns = 0
        self._inside = select.poll()

    def listen_to(self, fileno: int) -> None:
        """Count a file among those of the steppers."""
        self._inside.register(fileno, select.POLLIN)

    def forget(self, fileno: int) -> None:
        """Count it no more."""
        self._inside.unregister(fileno)

    def inside(self, timeout_s: float) -> list[tuple[selectors.SelectorKey, int]]:
        """Give what has come from the steppers, or from another thread, waiting for it in real time."""
        keys = self.get_map()
        ready = self._inside.poll(timeout_s * 1000.0)
        return [(keys[fileno], selectors.EVENT_READ) for fileno, _ in ready if fileno in keys]

    def outside(self, timeout_s: float) -> list[tuple[selectors.SelectorKey, int]]:
        """Give what has arrived, waiting for it in real time."""
        return super().select(timeout_s)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Called by asyncio once a turn; 0: there is something to do, else the time to the next timer."""
        loop = self._loop
        if timeout == 0:
            self._turns += 1
            if self._turns > BUSY_TURNS:
                self._turns = 0
                raise VirtualClipError("something waits for the virtual clock without sleeping")
            return [] if loop.steppers else self.outside(0)
        self._turns = 0
        return loop.rest(timeout)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is that of the clip, or jumps.

    Parameters
    ----------
    patience_s
        Real time to wait for the outside before giving up.
    """

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self.now_us = 0
        self.steppers: list[Stepper] = []
        self._patience_s = patience_s
        self._standing = 0
        self._abort: Exception | None = None
        self._lock_step = _LockStepSelector(self)
        super().__init__(self._lock_step)
        for key in self._lock_step.get_map().values():  # all that is there yet: what wakes the loop from other threads
            self._lock_step.listen_to(key.fd)

    def time(self) -> float:
        """Give the time, s."""
        return self.now_us / 1e6

    def unix_s(self) -> float:
        """Give the time of day, s since 1970: the loop begins at the same one always."""
        return BEGINS_UNIX_S + self.time()

    def attach(self, stepper: Stepper) -> None:
        """Share the clock with it; it computes now."""
        self.steppers.append(stepper)
        for fileno in stepper.filenos:
            self._lock_step.listen_to(fileno)

    def detach(self, stepper: Stepper) -> None:
        """Go on without it."""
        if stepper in self.steppers:
            self.steppers.remove(stepper)
            for fileno in stepper.filenos:
                self._lock_step.forget(fileno)

    def abort(self, error: Exception) -> None:
        """End what runs here with this error."""
        self._abort = error

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Have time stand still while real things are waited for."""
        self._standing += 1
        try:
            yield
        finally:
            self._standing -= 1

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """Run in a thread; for those on the loop it takes no time."""
        future = super().run_in_executor(executor, func, *args)
        self._standing += 1
        future.add_done_callback(self._thread_done)
        return future

    def _thread_done(self, _future: asyncio.Future[Any]) -> None:
        self._standing -= 1

    async def shutdown_default_executor(self, *_: Any) -> None:
        """Wait for the threads, in real time."""
        with self.standing_still():
            await super().shutdown_default_executor()

    def rest(self, timeout_s: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        """Nothing is left to be done now: let time pass, or the steppers go, and wait for them."""
        if self._abort is not None:
            error, self._abort = self._abort, None
            raise error
        due = [stepper.due_us for stepper in self.steppers]
        waits = [due_us for due_us in due if due_us is not None]
        if self._standing or len(waits) < len(due):
            return self._wait(self._standing > 0)
        first_us = min(waits, default=None)
        if first_us is None or first_us > self.now_us:  # time is about to pass: what else has come?
            events = self._lock_step.outside(0)
            if events:
                return events
            if timeout_s is not None:
                timer_us = self.now_us + max(0, math.ceil(timeout_s * 1e6 - _NEARLY_US))
                if first_us is None or timer_us <= first_us:
                    self.now_us = timer_us
                    return []
            if first_us is not None:
                self.now_us = first_us
        for stepper, due_us in zip(self.steppers.copy(), waits, strict=True):
            if due_us <= self.now_us:
                stepper.release()
        return self._wait(first_us is None)

    def _wait(self, for_all: bool) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait in real time: for everything, or for the steppers alone, between whose steps nothing else may come."""
        began_s = time.monotonic()
        wait = self._lock_step.outside if for_all else self._lock_step.inside
        events = wait(self._patience_s)
        waited_s = time.monotonic() - began_s
        if events or waited_s < self._patience_s:
            return events
        for stepper in self.steppers:
            if stepper.due_us is None:
                stepper.give_up(waited_s)
                return []
        raise VirtualClipError(f"nothing has happened for {waited_s:.0f} s of real time, and nothing is due")


def run_virtual(main: Coroutine[Any, Any, T], *, debug: bool | None = None, patience_s: float = PATIENCE_S) -> T:
    """Run a coroutine in virtual time, and give its result.

    Parameters
    ----------
    main
        What to run; a `VirtualClip` that it starts owns the clock.
    debug
        As of `asyncio.run`.
    patience_s
        Real time without any sign of life before giving up.

    Raises
    ------
    VirtualClipError
        The clip has died or says nothing any more.
    """
    with asyncio.Runner(debug=debug, loop_factory=lambda: VirtualLoop(patience_s)) as runner:
        return runner.run(main)
