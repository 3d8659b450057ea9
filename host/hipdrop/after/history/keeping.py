"""A live run comes into the history by itself at its end."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hipdrop.errors import HipdropError
from hipdrop.events import Event
from hipdrop.liverun import LiveRun
from hipdrop.receive.messages import ClipInfo
from hipdrop.summary import RunSummary

if TYPE_CHECKING:
    from hipdrop.after.history.runs import BeganFrom


def keep_live(run: LiveRun, summary: RunSummary) -> bool:
    """Keep a live run as it was; say whether it is in the history now. Nothing that happens here harms the run.

    What is recorded is kept, so that the history can always be made anew from the recordings; a virtual clip's run is
    not history. The analysis, which takes seconds of a long run, waits until the history is looked at.
    """
    from hipdrop.after.history.runs import BeganFrom

    if run.recording is None or run.chain.info is None:
        return False
    return keep_run(run.recording, run.chain.info, summary, run.events, BeganFrom.LIVE)


def keep_run(
    recording: Path, info: ClipInfo, summary: RunSummary, events: Sequence[Event], began_from: BeganFrom
) -> bool:
    """Keep a run by its recording and what was said of it, as `keep_live` does."""
    from hipdrop.after.history.identity import VIRTUAL_BOARD, key_of

    if info.board == VIRTUAL_BOARD:
        return False
    from hipdrop.after.history.store import History
    from hipdrop.after.history.summing import Start, of_live
    from hipdrop.recording.library import look_at

    try:
        began = datetime.fromtimestamp(look_at(recording, 0.0).start_unix_s, UTC).astimezone()
        key = key_of(info.serial, recording)
        kept = of_live(summary, events, Start(key, began, began_from, info.serial, str(recording.resolve())))
        with History() as history:
            history.add(kept)
    except (HipdropError, OSError) as error:
        print(f"hipdrop: not in the history yet: {error}; then hipdrop history add {recording}", file=sys.stderr)
        return False
    return True
