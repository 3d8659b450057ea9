"""What the commands of `hipdrop calibrate` have in common: lead through a procedure, keep what it finds, say so."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from hipdrop.errors import LinkError, LinkLost, NotCalibrated, UsageError

if TYPE_CHECKING:
    from hipcal.model import Calibration
    from hipdrop.calibrating.run import CalibrationRun, Clip, Make
    from hipdrop.calibrating.terminal import View
    from hipdrop.links.base import Link
    from hipdrop.links.storing import Asker
    from hipdrop.receive.messages import ClipInfo

    Keep = Callable[[CalibrationRun, Asker | None], Awaitable[list[str]]]

Result = TypeVar("Result")


@dataclass(frozen=True)
class Way:
    """Where samples come from and who watches, as the options say."""

    clip: str | None = None
    source: Path | None = None
    window: str | None = None
    record: Path | None = None
    sensor_errors: str | None = None

    @classmethod
    def of(
        cls, clip: str | None, source: Path | None, no_plot: bool, theme: str, record: Path | None,
        sensor_errors: str | None,
    ) -> Way:  # fmt: skip
        """Take the options, and refuse those that do not fit together."""
        if source is not None and record is not None:
            raise UsageError("--record keeps what a clip sends, --from reads it: leave out one of the two")
        return cls(clip, source, None if no_plot else theme, record, sensor_errors)


def led(
    what: str, make: Make, keep: Keep, way: Way, link: Link | None = None,
    also: Callable[[CalibrationRun], View] | None = None, *, parts: bool = False,
) -> None:  # fmt: skip
    """Lead through a procedure, keep what it finds, and print what became of it.

    `link` goes before the clip named; `also` makes another view of a live one; `parts` is of `CalibrationRun`.

    Raises
    ------
    KeyboardInterrupt
        It was left.
    """
    from hipdrop.calibrating.guide import from_file
    from hipdrop.calibrating.run import CalibrationRun
    from hipdrop.commands.live import chosen_link

    if way.source is not None:
        recorded = from_file(way.source, make)
        if recorded.left:
            raise NotCalibrated(f"{way.source}: was left before its end; record it again")
        print("\n".join(asyncio.run(_keep_of_file(recorded, keep, way.clip))))
        return
    run = CalibrationRun(make, way.record, parts=parts)
    link = link or chosen_link(way.clip, sensor_errors=way.sensor_errors)
    _led_live(what, run, keep, link, way.window, [] if also is None else [also(run)], parts=parts)
    if run.left:
        if not run.keeps_if_left or not _keep_part(run, keep):
            print("hipdrop: left; nothing is changed", file=sys.stderr)
        raise KeyboardInterrupt
    if run.procedure is None:
        raise LinkLost(f"{link.name}: the clip has sent no samples; switch it off and on, and try again")


def _led_live(
    what: str, run: CalibrationRun, keep: Keep, link: Link, window: str | None, more: list[View], *, parts: bool
) -> None:
    """Lead over a link, and print what became of it; where the link fails, of what was done before."""
    from hipdrop.calibrating.guide import guide

    said: list[str] = []
    finishes = False

    async def finish(asker: Asker) -> None:
        nonlocal finishes
        finishes = True
        said.extend(await keep(run, asker))

    try:
        asyncio.run(guide(what, run, link, finish, window=window, also=more))
    except Exception:
        if parts and not finishes and not run.left:
            _keep_part(run, keep)
        raise
    finally:
        if said:
            print("\n".join(said), flush=True)


def _keep_part(run: CalibrationRun, keep: Keep) -> bool:
    """Keep what was done before the link was gone, and print it; give whether there was anything."""
    from hipcal.refusal import Refusal

    async def kept() -> list[str]:
        return await keep(run, None)

    run.cut()
    if run.procedure is None or run.procedure.result is None or isinstance(run.procedure.result, Refusal):
        return False
    print("\n".join(asyncio.run(kept())), flush=True)
    return True


async def _keep_of_file(run: CalibrationRun, keep: Keep, clip: str | None) -> list[str]:
    """Keep what a recording tells; on the clip as well where one is named."""
    from hipdrop.commands.clip import with_clip
    from hipdrop.commands.live import chosen_link
    from hipdrop.links.line import Line
    from hipdrop.receive.messages import ClipInfo

    if clip is None:
        return await keep(run, None)

    async def work(line: Line, link: Link) -> list[str]:
        info = ClipInfo.of(await line.info())
        if run.chain.info is None:
            run.chain.info = info  # a CSV does not say of which clip it is: the user does
        return await keep(run, line)

    return await with_clip(chosen_link(clip), work)


def outcome_of(run: CalibrationRun, kind: type[Result]) -> Result:
    """Give what the procedure has found.

    Raises
    ------
    NotCalibrated
        Nothing, and why.
    """
    result = None if run.procedure is None else run.procedure.result
    if isinstance(result, kind):
        return result
    reason = "the clip has sent no samples" if result is None else str(result)
    raise NotCalibrated(f"{reason}; nothing is changed")


def keeper(build: Callable[[Calibration, CalibrationRun], Calibration], out: Path | None) -> Keep:
    """Make what writes a calibration with new parts, here and on the clip."""

    async def keep(run: CalibrationRun, asker: Asker | None) -> list[str]:
        from hipcal.file import calibration_path, save
        from hipdrop.calibrating.fits import blank, known_of
        from hipdrop.calibrating.run import Clip
        from hipdrop.calibrating.words import calibration_lines

        info = run.chain.info
        if info is None:
            raise NotCalibrated("a CSV does not say of which clip it is: name it with --clip; nothing is changed")
        before, _ = known_of(Clip(info, run.record, 0.0))
        calibration = build(before or blank(info), run)
        if out is None and not info.serial:
            raise NotCalibrated("the clip has no serial number to keep it by; name a file with --out")
        path = out or calibration_path(info.serial)
        save(path, calibration)
        now = datetime.now().astimezone()
        stored = [] if out is not None or asker is None else [await store(asker, info, calibration)]
        return [*calibration_lines(calibration, now), f"written        {path}", *stored]

    return keep


async def store(asker: Asker, info: ClipInfo, calibration: Calibration) -> str:
    """Store a calibration on the clip as well; say so, or why not."""
    from hipdrop.links.storing import set_calibration, set_mount

    try:
        await set_calibration(asker, asdict(info), calibration)
        if calibration.mount is not None:
            await set_mount(asker, calibration.mount)
    except LinkError as error:
        return f"not on clip    {error}"
    return "on the clip    stored"


def known_and_said(clip: Clip) -> Calibration | None:
    """Give what is known of a clip; where it cannot be used, say why and go on without."""
    from hipdrop.calibrating.fits import known_of

    known, problem = known_of(clip)
    if problem:
        print(f"hipdrop: {problem}", file=sys.stderr)
    return known
