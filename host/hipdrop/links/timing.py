"""The time of day for a clip that keeps runs: told at each connection, so that it knows when they were."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from hipdrop.errors import ClipRefused, LinkLost
from hipdrop.links.storing import Asker
from hipwire import errors, ids, records, runs

ANSWER_S = 0.75  # several times what an answer takes; the connection is good for all else without it


def unix_now_s() -> float:
    """Give the time of day, s since 1970; in virtual time it is that of the virtual loop."""
    now = getattr(asyncio.get_running_loop(), "unix_s", time.time)
    return float(now())


async def tell_time(asker: Asker, info: Mapping[str, Any]) -> bool:
    """Set the clip's clock, and keep what it showed; False where it has none, or does not let us."""
    if not info["features"] & ids.HAS_FLASH_LOG:
        return False
    now_s = unix_now_s()
    payload = records.pack(runs.CLOCK, {"unix_s": int(now_s), "ms": int(now_s % 1.0 * 1000)})
    try:
        answer = records.unpack(runs.CLOCK_WAS, await asker.ask(ids.SET_CLOCK, payload, timeout_s=ANSWER_S, tries=1))
    except (LinkLost, ClipRefused, errors.WireError):
        return False
    from hipdrop.runs.clockbook import note

    note(info["serial"], answer["set_s"], answer["was_s"] + answer["was_ms"] / 1000.0, now_s)
    return True
