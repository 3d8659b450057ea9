"""`hipdrop clip settings`: what a clip remembers of its wearer's wishes (docs/alone.md)."""

from __future__ import annotations

import asyncio
import json
import struct
from typing import TYPE_CHECKING, Annotated

import typer

from hipdrop.commands.live import chosen_link
from hipdrop.commands.options import ClipOption, DebugOption
from hipdrop.errors import LinkLost, UsageError

if TYPE_CHECKING:
    from hipdrop.links.base import Link
    from hipdrop.links.line import Line

Value = bool | int | str
NOT_HERE = "mount_"  # what is found by calibrating, and stored with its identity


def settings_command(
    changes: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="What to change, such as log_raw=true.")
    ] = None,
    clip: ClipOption = None,
    debug: DebugOption = False,
) -> None:
    """Change settings of a clip, such as when it begins a run by itself; then show them all."""
    wanted = dict(parsed(text) for text in changes or [])

    async def work(line: Line, link: Link) -> dict[str, Value]:
        from hipwire import ids

        if wanted:
            await line.ask(ids.SET_SETTINGS, json.dumps(wanted).encode())
        return await settings_of(line)

    from hipdrop.commands.clip import with_clip

    found = asyncio.run(with_clip(chosen_link(clip), work))
    width = max(map(len, found))
    print("\n".join(f"{key:{width}}  {json.dumps(found[key])}" for key in sorted(found)))


def parsed(text: str) -> tuple[str, Value]:
    """Read KEY=VALUE: true, false and whole numbers, else a text; the clip itself says what it may be.

    Raises
    ------
    UsageError
        It is not of that form, or set elsewhere.
    """
    key, equals, value = text.partition("=")
    if not (equals and key.isidentifier()):
        raise UsageError(f"{text!r} is no change of a setting; write KEY=VALUE, such as log_raw=true")
    if key.startswith(NOT_HERE):
        raise UsageError(f"{key} is not set by hand: hipdrop calibrate mount")
    if value in ("true", "false"):
        return key, value == "true"
    return key, int(value) if value.removeprefix("-").isdecimal() else value


async def settings_of(line: Line) -> dict[str, Value]:
    """Ask a clip for its settings.

    Raises
    ------
    LinkLost
        No answer, or one that cannot be read.
    """
    from hipwire import ids, records

    text, total = b"", 1
    while len(text) < total:
        answer = await line.ask(ids.GET_SETTINGS, struct.pack("<H", len(text)))
        chunk = records.unpack(records.CHUNK, answer)
        total, part = chunk["total"], answer[records.size(records.CHUNK) :]
        if not part:
            break
        text += part
    try:
        found: dict[str, Value] = json.loads(text)
    except ValueError as error:
        raise LinkLost(f"the clip's settings cannot be read ({error}); ask again") from error
    return found
