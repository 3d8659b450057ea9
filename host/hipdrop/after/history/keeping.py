"""A live run comes into the history by itself at its end."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from hipdrop.errors import HipdropError
from hipdrop.liverun import LiveRun
from hipdrop.summary import RunSummary


def keep_live(run: LiveRun, summary: RunSummary) -> bool:
    """Keep a live run as it was; say whether it is in the history now. Nothing that happens here harms the run.

    What is recorded is kept, so that the history can always be made anew from the recordings; a virtual clip's run is
    not history. The analysis, which takes seconds of a long run, waits until the history is looked at.
    """
    from hipdrop.after.history.identity import VIRTUAL_BOARD, key_of

    recording, info = run.recording, run.chain.info
    if recording is None or info is None or info.board == VIRTUAL_BOARD:
        return False
    from hipdrop.after.history.runs import BeganFrom
    from hipdrop.after.history.store import History
    from hipdrop.after.history.summing import Start, of_live
    from hipdrop.recording.library import look_at

    try:
        began = datetime.fromtimestamp(look_at(recording, 0.0).start_unix_s, UTC).astimezone()
        key = key_of(info.serial, recording)
        kept = of_live(summary, run.events, Start(key, began, BeganFrom.LIVE, info.serial, str(recording.resolve())))
        with History() as history:
            history.add(kept)
    except (HipdropError, OSError) as error:
        print(f"hipdrop: not in the history yet: {error}; then hipdrop history add {recording}", file=sys.stderr)
        return False
    return True
