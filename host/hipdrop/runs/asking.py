"""What a clip is asked about its runs: which there are, whether it gives them, and to erase one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hipdrop.errors import ClipRefused
from hipdrop.links.line import Line
from hipdrop.links.requests import RECORDING
from hipdrop.links.storing import STORE_S
from hipdrop.links.timing import unix_now_s
from hipdrop.runs.kept import ClipRun
from hipwire import decoding, errors, ids, records
from hipwire import runs as wire

LIST_S = 4.0  # for an answer that reads two records of eleven files


async def asked_info(line: Line) -> dict[str, Any]:
    """Ask a clip what it is.

    Raises
    ------
    ClipRefused
        It keeps no runs.
    """
    info = await line.info()
    if not info["features"] & ids.HAS_FLASH_LOG:
        problem = (
            f"this clip keeps no runs ({info['board']}, firmware {info['firmware']}): its board cannot, or an older "
            "firmware is on it; record with hipdrop live"
        )
        raise ClipRefused(problem, ids.UNSUPPORTED)
    return info


async def list_runs(line: Line) -> list[ClipRun]:
    """Ask the clip for its runs, the oldest first.

    Raises
    ------
    LinkError
        No answer, or a refusal.
    """
    found: list[ClipRun] = []
    size, more = records.size(wire.RUN_ENTRY), 1
    while more:
        first = found[-1].number + 1 if found else 0
        payload = records.pack(wire.RUNS_FROM, {"number": first})
        answer = await line.ask(ids.GET_RUNS, payload, timeout_s=LIST_S)
        head = records.unpack(wire.RUNS_HEAD, answer)
        at = records.size(wire.RUNS_HEAD)
        entries = [records.unpack(wire.RUN_ENTRY, answer, at + size * k) for k in range(head["count"])]
        found += [ClipRun(**entry) for entry in entries]
        more = head["more"] if entries else 0
    return found


async def check_idle(line: Line) -> None:
    """Refuse early what the clip would refuse for each run.

    Raises
    ------
    ClipRefused
        It records.
    """
    if decoding.status(await line.ask(ids.GET_STATUS))["log_state"]:
        raise ClipRefused(f"the clip does not give its runs: {RECORDING}", ids.BUSY)


def check_numbers(numbers: Sequence[int], runs: Sequence[ClipRun]) -> None:
    """See that the clip has these runs.

    Raises
    ------
    ClipRefused
        It has not.
    """
    missing = sorted({*numbers} - {run.number for run in runs})
    if missing:
        there = ", ".join(str(run.number) for run in runs) or "none"
        raise ClipRefused(f"the clip has no run {missing[0]}; it has {there}", ids.GONE)


async def booted_unix_s(line: Line, run: ClipRun) -> float | None:
    """Give when the clip was switched on, where it has been on since the run."""
    try:
        status = decoding.status(await line.ask(ids.GET_STATUS))
    except (ClipRefused, errors.WireError):
        return None
    return unix_now_s() - status["uptime_s"] - 0.5 if status["boot_id"] == run.boot_id else None


async def erase(line: Line, run: ClipRun) -> None:
    """Erase a run on the clip.

    Raises
    ------
    LinkError
        It refuses, or does not answer.
    """
    payload = records.pack(wire.ERASE, {"run": run.number, "bytes": run.bytes})
    try:
        await line.ask(ids.ERASE_RUN, payload, timeout_s=STORE_S)
    except ClipRefused as error:
        if error.result != ids.GONE:  # asked again after a lost answer: it is
            raise
