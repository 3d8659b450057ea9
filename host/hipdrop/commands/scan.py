"""`hipdrop scan`: which clips are in reach."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from hipdrop.commands.options import DebugOption
from hipdrop.errors import ClipNotFound, UsageError

if TYPE_CHECKING:
    from hipdrop.links.ble import Sighting

MOST_SECONDS = 600.0


def scan_command(
    seconds: Annotated[float, typer.Option(metavar="S", help="How long to listen.")] = 5.0,
    debug: DebugOption = False,
) -> None:
    """List the clips in reach over Bluetooth, the nearest first."""
    if not 0 < seconds <= MOST_SECONDS:
        raise UsageError(f"--seconds {seconds:g}: give seconds over 0, {MOST_SECONDS:.0f} at most")
    from hipdrop.links.ble import scan

    found = asyncio.run(scan(seconds))
    if not found:
        raise ClipNotFound(
            f"no clip heard in {seconds:g} s; switch it on, go near, and disconnect it from other phones and computers"
        )
    print("\n".join(lines(found)))


def lines(found: Sequence[Sighting]) -> Iterator[str]:
    """Give the table of what was heard."""
    name_width = max(4, *(len(one.name) for one in found))
    address_width = max(7, *(len(one.address) for one in found))
    yield f"{'name':{name_width}}  {'address':{address_width}}  signal"
    for one in found:
        note = "" if one.sure else "  a footpod, or a clip that did not tell all"
        yield f"{one.name or '-':{name_width}}  {one.address:{address_width}}  {one.rssi_dbm} dBm{note}"
