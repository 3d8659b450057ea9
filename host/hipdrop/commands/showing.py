"""A recording in a window: who gets one, and what comes of the run."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hipdrop.commands.part import Part

if TYPE_CHECKING:
    from hipdrop.commands.sources import Source
    from hipdrop.events import Event

REPROCESSED = "reprocessed: what other settings would have shown"


def someone_watches() -> bool:
    """Say whether the summary goes to a screen: a script that keeps it wants no window."""
    return sys.stdout.isatty()


def watch(
    source: Source, pace: float, part: Part, *, theme: str, pictures: Path, who: tuple[str, str], reprocess: bool
) -> list[Event] | None:
    """Show a recording in a window, then compute what is left; give all events of it, None where no window came."""
    from hipdrop.live.replaying import Replay
    from hipdrop.live.replayview import replay_view
    from hipdrop.live.replaywindow import ReplayWindow
    from hipdrop.live.updates import Facts

    tape = source.tape()
    facts = Facts(
        source=source.recording.path.name,
        who=", ".join(name for name in who if name),
        notice=REPROCESSED if reprocess else "",
    )

    def begin() -> Replay:
        return Replay(tape, speed=pace, from_s=part.from_s, to_s=part.to_s, facts=facts)

    window = ReplayWindow(begin, say, theme=theme, pictures=str(pictures))
    asyncio.run(window.run())
    replay = window.replay
    if replay is None:
        return None
    if not replay.ended:
        with replay_view(replay.facts, lambda: replay.player.current.pipeline) as show:
            replay.finish(show)
    source.played(replay.player.current)
    return replay.events


def say(text: str) -> None:
    """Tell the user in one line."""
    print(f"hipdrop: {text}", file=sys.stderr)
