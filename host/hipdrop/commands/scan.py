"""`hipdrop scan`: which clips are in reach."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hipdrop.commands.options import DebugOption
from hipdrop.errors import ClipNotFound, UsageError

if TYPE_CHECKING:
    from hipdrop.links.ble import Sighting

MOST_SECONDS = 600.0
LOOK_S = 0.2


def scan_command(
    seconds: Annotated[float, typer.Option(metavar="S", help="How long to listen.")] = 5.0,
    debug: DebugOption = False,
) -> None:
    """List the clips in reach over Bluetooth, the nearest first."""
    if not 0 < seconds <= MOST_SECONDS:
        raise UsageError(f"--seconds {seconds:g}: give seconds over 0, {MOST_SECONDS:.0f} at most")
    from hipdrop.links.ble import scan

    found = asyncio.run(_with_progress(scan(seconds), seconds))
    if not found:
        raise ClipNotFound(
            f"no clip heard in {seconds:g} s; switch it on, go near, and disconnect it from other phones and computers"
        )
    print("\n".join(lines(found)))


async def _with_progress(scanning: Coroutine[Any, Any, list[Sighting]], seconds: float) -> list[Sighting]:
    """Show how long the listening still takes."""
    from hipdrop.commands.progress import progress

    with progress() as tell:
        task = asyncio.create_task(scanning)
        begin_s = time.monotonic()
        while not task.done():
            tell("listening", min((time.monotonic() - begin_s) / seconds, 1.0))
            await asyncio.wait([task], timeout=LOOK_S)
        return task.result()


def lines(found: Sequence[Sighting]) -> Iterator[str]:
    """Give the table of what was heard."""
    name_width = max(4, *(len(one.name) for one in found))
    address_width = max(7, *(len(one.address) for one in found))
    yield f"{'name':{name_width}}  {'address':{address_width}}  signal"
    for one in found:
        note = "" if one.sure else "  a footpod, or a clip that did not tell all"
        yield f"{one.name or '-':{name_width}}  {one.address:{address_width}}  {one.rssi_dbm} dBm{note}"
