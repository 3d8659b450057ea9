"""`hipdrop clip pair`: make, or forget, the bond without which a clip takes no orders."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from hipdrop.commands.live import chosen_link
from hipdrop.commands.options import ClipOption, DebugOption
from hipdrop.errors import ClipRefused, LinkError, LinkLost, NotPermitted, UsageError
from hipwire import decoding, ids

if TYPE_CHECKING:
    from hipdrop.links.base import Link
    from hipdrop.links.ble import BleLink
    from hipdrop.links.line import Line

PRESS = "press the clip's button three times: its light flickers, and for a minute it can be paired with"
PATIENCE_S = 60.0  # for the button
LOOK_S = 1.0
APART_S = 3.0  # an ESP32-S3 that is met again sooner may fail to encrypt (esp-rs/esp-hal#5877)
STORE_S = 3.0  # for an answer that comes when the flash is written
PAIRED = "paired: from now on this computer may start the clip, change its settings and fetch its runs"
NOT_KEPT = "put a newer MicroPython on it, or use the cable (docs/security.md)"
BY_HAND = "remove the clip from the system's Bluetooth settings by hand, this program cannot"


def pair_command(
    clip: ClipOption = None,
    window: Annotated[bool, typer.Option("--window", help="Open the clip's window by cable, for another one.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Have the clip forget all its bonds.")] = False,
    debug: DebugOption = False,
) -> None:
    """Pair this computer with a clip: press its button three times when told so."""
    if window and forget:
        raise UsageError("--window and --forget exclude each other: first forget, then open the window")
    link = chosen_link(clip)
    if forget:
        asyncio.run(forget_bonds(link))
    elif window:
        asyncio.run(open_window(link))
    else:
        asyncio.run(pair(link))


async def open_window(link: Link) -> None:
    """Open the window of a clip on the cable, or of one that this computer is paired with."""
    from hipdrop.commands.clip import with_clip

    async def work(line: Line, _link: Link) -> None:
        await line.ask(ids.PAIR, bytes([ids.PAIR_OPEN]))
        print("for a minute the clip can be paired with: hipdrop clip pair --clip ble:NAME, or a phone's Bluetooth")

    await with_clip(link, work)


async def forget_bonds(link: Link) -> None:
    """Have the clip forget all bonds, and this computer its own."""
    from hipdrop.commands.clip import with_clip
    from hipdrop.links.ble import BleLink

    async def work(line: Line, _link: Link) -> None:
        await line.ask(ids.PAIR, bytes([ids.PAIR_FORGET]), timeout_s=STORE_S)
        print("the clip has forgotten all bonds: every computer and phone has to pair again")
        if isinstance(link, BleLink) and not await link.forget():
            print(BY_HAND)

    await with_clip(link, work)


async def pair(link: Link) -> None:
    """Lead through pairing; says what to do at each point.

    Raises
    ------
    LinkError
        It is no Bluetooth link, or the clip is not there, cannot pair, or has not kept the bond.
    """
    from hipdrop.links.ble import BleLink
    from hipdrop.links.connection import OPEN_S
    from hipdrop.links.line import Line
    from hipdrop.links.remembered import remember

    if not isinstance(link, BleLink):
        raise UsageError(f"{link.name}: a cable needs no pairing; pair by --clip ble:NAME, or use --window or --forget")
    async with link:
        line = Line(link, lambda arrival_s, message: None)
        try:
            await _open(line, link, OPEN_S)
            if not await link.secure():
                await _pair_open(line, link, OPEN_S)
                await _prove(line, link, OPEN_S)
        finally:
            await line.close()
    remember(link.name)
    print(PAIRED)


async def _open(line: Line, link: BleLink, timeout_s: float) -> None:
    """Connect; where a bond that the clip has forgotten is in the way, forget it here too."""
    try:
        await line.open(timeout_s)
    except LinkLost:
        if not await link.forget():
            raise
        await line.open(timeout_s)


async def _pair_open(line: Line, link: BleLink, timeout_s: float) -> None:
    if not link.pairs:
        raise NotPermitted(f"{link.name}: this clip's Bluetooth cannot pair; what needs a bond goes by cable alone")
    await _wait_for_window(line)
    if await link.pair():
        return
    await line.close()  # a bond that only one side has is in the way, or a pairing from before the window
    if not await link.forget():
        raise NotPermitted(f"{link.name}: {BY_HAND}, then: {PRESS}; and hipdrop clip pair once more")
    await line.open(timeout_s)
    if not await link.pair():
        await link.forget()
        raise NotPermitted(f"{link.name}: the clip has not kept the bond; {PRESS}; then hipdrop clip pair once more")


async def _prove(line: Line, link: BleLink, timeout_s: float) -> None:
    """See that both sides still know the bond when they meet again: some builds of MicroPython do not (#19405)."""
    await line.close()
    await asyncio.sleep(APART_S)
    with suppress(LinkError):
        await line.open(timeout_s)
        if await link.secure():
            return
    await link.forget()
    raise NotPermitted(f"{link.name}: its Bluetooth pairs and keeps no bond: {NOT_KEPT}")


async def _wait_for_window(line: Line) -> None:
    """Have the button pressed; where the clip tells strangers nothing, go on and see."""
    loop = asyncio.get_running_loop()
    told, until_s = False, loop.time() + PATIENCE_S
    while loop.time() < until_s:
        try:
            status = decoding.status(await line.ask(ids.GET_STATUS))
        except ClipRefused:
            print(PRESS)
            return
        if status["access"] & ids.ACCESS_WINDOW:
            return
        if not told:
            print(PRESS)
            told = True
        await asyncio.sleep(LOOK_S)
    raise LinkError(f"the clip's button was not pressed three times within {PATIENCE_S:.0f} s; hipdrop clip pair again")
