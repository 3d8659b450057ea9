"""Puts asyncio on the clip's clock; to be imported before anything else imports asyncio.

The scheduler built into the unix port stamps tasks with the computer's clock, and its order among tasks that are due in
the same millisecond depends on it. Here stands one with the same interface, the clip's clock, and first come, first
served; everything else of asyncio is the frozen original.
"""

import asyncio
import time
from asyncio import core

from micropython import const

_LONGEST_US = const(3_600_000_000)
_REAL_INPUT_US = const(2000)  # real time: how often serial input is looked for while a task waits for it
_ZERO_WAITS = 1000  # in a row: somebody waits without sleeping, and on a board time would pass


class TaskQueue:
    """Tasks in the order of their time, first come, first served: a list linked through the tasks."""

    def __init__(self):
        self.head = None

    def peek(self):
        """Give the first task."""
        return self.head

    def push(self, task, at_ms=None):
        """Put a task in its place; due at once unless a time is given."""
        task.data = None
        task.ph_key = at_ms = core.ticks() if at_ms is None else at_ms
        before, after = None, self.head
        while after is not None and core.ticks_diff(after.ph_key, at_ms) <= 0:
            before, after = after, after.next
        task.next = after
        if before is None:
            self.head = task
        else:
            before.next = task

    def pop(self):
        """Take the first task out."""
        task = self.head
        self.head = task.next
        task.next = None
        return task

    def remove(self, task):
        """Take a task out, wherever it is."""
        if task is self.head:
            self.pop()
            return
        before = self.head
        while before.next is not task:
            before = before.next
        before.next = task.next
        task.next = None


class Task:
    """A coroutine that the scheduler runs; `state` and `data` are as asyncio.core uses them."""

    def __init__(self, coro, _globals=None):
        self.coro = coro
        self.data = None  # what it waits on, or what is to be thrown into it, or what it ended with
        self.state = True  # True: runs; a TaskQueue: is waited for; None, False: has ended
        self.ph_key = 0
        self.next = None

    def __iter__(self):
        if not self.state:
            self.state = False
        elif self.state is True:
            self.state = TaskQueue()
        elif type(self.state) is not TaskQueue:
            raise RuntimeError("can't wait")
        return self

    def __next__(self):
        if not self.state:
            raise self.data
        self.state.push(core.cur_task)
        core.cur_task.data = self

    def done(self):
        """Whether it has ended."""
        return not self.state

    def cancel(self):
        """Have CancelledError raised where it waits."""
        if not self.state:
            return False
        if self is core.cur_task:
            raise RuntimeError("can't cancel self")
        task = self
        while isinstance(task.data, Task):
            task = task.data
        if hasattr(task.data, "remove"):
            task.data.remove(task)
            core._task_queue.push(task)
        elif core.ticks_diff(task.ph_key, core.ticks()) > 0:
            core._task_queue.remove(task)
            core._task_queue.push(task)
        task.data = core.CancelledError
        return True


_poll_inputs = core.IOQueue.wait_io_event
_zero_waits = 0


def _wait_io_event(self, dt_ms):
    """Let time pass until the next task is due, or something happens; -1: until there is a task again."""
    _wait(self, dt_ms)
    while dt_ms < 0 and core._task_queue.head is None:
        _wait(self, dt_ms)


def _wait(self, dt_ms):
    global _zero_waits
    if dt_ms == 0:
        _zero_waits += 1
        time.wait(1000 if time.VIRTUAL and _zero_waits % _ZERO_WAITS == 0 else 0)
    else:
        _zero_waits = 0
        us = _LONGEST_US if dt_ms < 0 else (dt_ms - 1) * 1000 + time.to_next_ms()
        time.wait(min(us, _REAL_INPUT_US) if self.map and not time.VIRTUAL else us, bool(self.map))
    if self.map:
        _poll_inputs(self, 0)


core.IOQueue.wait_io_event = _wait_io_event
core.TaskQueue = asyncio.TaskQueue = TaskQueue
core.Task = asyncio.Task = Task
core.new_event_loop()


class ThreadSafeFlag(asyncio.Event):
    """Handlers run at scheduling points here, so an event does; the original needs a poll that the unix port lacks."""

    async def wait(self):
        """Wait until it is set, and clear it."""
        await super().wait()
        self.clear()


asyncio.ThreadSafeFlag = ThreadSafeFlag
