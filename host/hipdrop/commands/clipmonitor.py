"""`hipdrop clip monitor`: what a clip judges by where no computer is (docs/clip-detection.md)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from hipdrop.commands.live import chosen_link
from hipdrop.commands.options import (
    BandOption,
    ClipOption,
    ConfigOption,
    DebugOption,
    ModeOption,
    PersonOption,
    ProfileOption,
    ShoeOption,
    SiteOption,
)
from hipdrop.commands.replay import load_profile
from hipdrop.commands.runner import who_runs, with_mode, with_session
from hipdrop.errors import UsageError

if TYPE_CHECKING:
    from hipdrop.links.base import Link
    from hipdrop.links.line import Line


def monitor_command(
    clip: ClipOption = None,
    person: PersonOption = None,
    shoe: ShoeOption = None,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    mode: ModeOption = None,
    band: BandOption = None,
    site: SiteOption = None,
    forget: Annotated[
        bool, typer.Option("--forget", help="Let the clip forget person and settings: the defaults, learned anew.")
    ] = False,
    show: Annotated[bool, typer.Option("--show", help="Change nothing; show what the clip goes by.")] = False,
    debug: DebugOption = False,
) -> None:
    """Tell a clip who runs and what it shall go by when it gives alerts by itself; then show it."""
    from hipdrop.links.monitoring import record_lines, to_record
    from hipdrop.links.storing import get_monitor, set_monitor
    from hipdrop.settings import Settings
    from hipwire import monitoring

    given = [person, shoe, config, profile, mode, band, site]
    if (show or forget) and (any(value is not None for value in given) or (show and forget)):
        raise UsageError(f"{'--show' if show else '--forget'} goes with nothing but --clip; leave the rest out")
    record: bytes | None = None
    who = ""
    if forget:
        record = bytes(monitoring.SIZE)
    elif not show:
        settings = with_mode(Settings() if config is None else Settings.load(config), mode, band)
        runner = who_runs(person, shoe, recall=True)
        settings = with_session(settings, runner)
        known = load_profile(profile) or (None if runner is None else runner.profile())
        record = to_record(settings, known, site)
        who = "" if runner is None else runner.words

    async def work(line: Line, link: Link) -> bytes:
        info = await line.info()
        if record is not None:
            await set_monitor(line, info, record)
        return await get_monitor(line, info)

    from hipdrop.commands.clip import with_clip

    found = asyncio.run(with_clip(chosen_link(clip), work))
    print("\n".join([*([f"runner     {who}"] if who else []), *record_lines(found)]))
