"""What asyncio does, and when (ms of the clip's clock): one line each."""

import asyncio
import time


def say(*words):
    """Write a line with the time."""
    print(time.ticks_ms(), *words)


async def sleeper(ms, name):
    """Sleep, and say so."""
    await asyncio.sleep_ms(ms)
    say("slept", name)
    return name


async def setter(event, ms):
    """Set an event after a while."""
    await asyncio.sleep_ms(ms)
    event.set()


async def stubborn():
    """Notice that it is cancelled."""
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        say("cancelled")
        raise


async def locked(lock, name):
    """Hold a lock for 20 ms."""
    async with lock:
        await asyncio.sleep_ms(20)
        say("locked", name)


async def failing():
    """Raise after a while."""
    await asyncio.sleep_ms(7)
    raise ValueError("of the task")


async def main():
    """One thing after another."""
    await sleeper(13, "alone")
    say("gathered", *await asyncio.gather(sleeper(30, "a"), sleeper(10, "b"), sleeper(30, "c"), sleeper(30, "d")))
    event = asyncio.Event()
    task = asyncio.create_task(setter(event, 57))
    await event.wait()
    say("event")
    flag = asyncio.ThreadSafeFlag()
    task = asyncio.create_task(setter(flag, 20))
    await flag.wait()
    say("flag", flag.is_set())
    try:
        await asyncio.wait_for_ms(asyncio.Event().wait(), 200)
    except asyncio.TimeoutError:  # noqa: UP041 - it is not the builtin one there
        say("timeout")
    task = asyncio.create_task(stubborn())
    await asyncio.sleep_ms(3)
    say("cancel", task.cancel())
    try:
        await task
    except asyncio.CancelledError:
        say("done", task.done(), task.cancel())
    lock = asyncio.Lock()
    await asyncio.gather(*(locked(lock, name) for name in "xyz"))
    task = asyncio.create_task(failing())
    try:
        await task
    except ValueError as error:
        say("raised", error)
    task = asyncio.create_task(sleeper(1, "waited for after its end"))
    await asyncio.sleep_ms(5)
    say("result", await task)
    say("exceptions gathered", *await asyncio.gather(failing(), sleeper(9, "e"), return_exceptions=True))
    await asyncio.sleep(3600)
    say("an hour")


asyncio.run(main())
