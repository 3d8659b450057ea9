"""`hipdrop calibrate`: guided calibration of sensor, mount and runner, live or on a recording."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from hipdrop.commands.options import CalibrationOption, ClipOption, DebugOption, SensorErrorsOption, SiteOption
from hipdrop.errors import LinkError, LinkLost, NotCalibrated, UsageError

if TYPE_CHECKING:
    from hipcal.model import Calibration
    from hipcal.procedures.base import Procedure
    from hipcal.procedures.check import CheckResult
    from hipdrop.calibrating.run import CalibrationRun, Clip, Make
    from hipdrop.links.storing import Asker
    from hipdrop.receive.messages import ClipInfo

    Keep = Callable[[CalibrationRun, Asker | None], Awaitable[list[str]]]

Result = TypeVar("Result")
MethodName = Literal["bends", "running"]
FromOption = Annotated[
    Path | None,
    typer.Option("--from", metavar="FILE", help="A recording of the whole, run.mcap or IMU CSV, in place of a clip."),
]
NoPlotOption = Annotated[bool, typer.Option("--no-plot", help="No window, the terminal alone.")]
ThemeOption = Annotated[Literal["light", "dark"], typer.Option("--theme", help="Colours of the window.")]
FileOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help="Write the calibration here, and nowhere else."),
]
RecordOption = Annotated[
    Path | None, typer.Option("--record", metavar="FILE", help="Record what the clip sends, and keys: for --from.")
]

calibrate_app = typer.Typer(
    help="Calibrate the sensor, how the clip sits, and the runner, step by step.", rich_markup_mode=None
)


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


@calibrate_app.command("sensor")
def sensor_command(
    clip: ClipOption = None,
    source: FromOption = None,
    poses: Annotated[
        int, typer.Option("--poses", min=6, max=20, help="End by itself after so many; from six on Enter ends it.")
    ] = 20,
    no_plot: NoPlotOption = False,
    theme: ThemeOption = "light",
    out: FileOption = None,
    record: RecordOption = None,
    sensor_errors: SensorErrorsOption = None,
    debug: DebugOption = False,
) -> None:
    """Take the errors off gyroscope and accelerometer: five seconds on a table, then six poses by hand or more.

    Ctrl-C or Q leaves it, and changes nothing. It takes one to three minutes.
    """
    from hipcal.procedures.sensor import SensorProcedure, SensorResult
    from hipdrop.calibrating.fits import with_sensor

    def build(before: Calibration, run: CalibrationRun) -> Calibration:
        result = outcome_of(run, SensorResult)
        return with_sensor(before, result, run.measured, run.temperatures_c)

    way = Way.of(clip, source, no_plot, theme, record, sensor_errors)
    led("sensor", lambda clip: SensorProcedure(poses), keeper(build, out), way)


@calibrate_app.command("mount")
def mount_command(
    clip: ClipOption = None,
    source: FromOption = None,
    method: Annotated[MethodName, typer.Option(help="Three forward bends, or half a minute of running.")] = "bends",
    site: SiteOption = None,
    no_one_leg: Annotated[
        bool, typer.Option("--no-one-leg", help="Leave out the stand on the left leg, which tells left from right.")
    ] = False,
    no_plot: NoPlotOption = False,
    theme: ThemeOption = "light",
    out: FileOption = None,
    record: RecordOption = None,
    sensor_errors: SensorErrorsOption = None,
    debug: DebugOption = False,
) -> None:
    """Find how the clip sits: stand still, bow three times, stand still; then stand on the left leg.

    It holds until the clip is taken off. Ctrl-C or Q leaves it, and changes nothing.
    """
    from hipcal.procedures.mount import MountProcedure, MountResult
    from hipdrop.calibrating.fits import with_mount

    def make(clip: Clip) -> Procedure:
        known = known_and_said(clip)
        return MountProcedure(method, one_leg=not no_one_leg, site=site, calibration=known)

    def build(before: Calibration, run: CalibrationRun) -> Calibration:
        result = outcome_of(run, MountResult)
        return with_mount(before, result, run.measured, None if site is None else str(site))

    led("mount", make, keeper(build, out), Way.of(clip, source, no_plot, theme, record, sensor_errors))


@calibrate_app.command("check")
def check_command(
    clip: ClipOption = None,
    source: FromOption = None,
    calibration: CalibrationOption = None,
    no_plot: NoPlotOption = False,
    theme: ThemeOption = "light",
    record: RecordOption = None,
    sensor_errors: SensorErrorsOption = None,
    debug: DebugOption = False,
) -> None:
    """See whether the calibration still holds: ten seconds of standing still, or on a table."""
    from hipcal.file import load
    from hipcal.procedures.check import CheckProcedure, CheckResult

    given = None if calibration is None else load(calibration)

    def make(clip: Clip) -> Procedure:
        return CheckProcedure(given or known_and_said(clip))

    async def keep(run: CalibrationRun, asker: Asker | None) -> list[str]:
        return check_lines(outcome_of(run, CheckResult))

    led("check", make, keep, Way.of(clip, source, no_plot, theme, record, sensor_errors))


@calibrate_app.command("show")
def show_command(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A calibration; without it all that are kept.")
    ] = None,
    clip: ClipOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="As it stands in the file.")] = False,
    debug: DebugOption = False,
) -> None:
    """Show what is known of a clip's sensor and how it sits, and how old that is."""
    import json

    from hipcal.file import as_dict
    from hipdrop.calibrating.words import calibration_lines

    if file is not None and clip is not None:
        raise UsageError("show takes a file or --clip, not both")
    found = shown(file, clip)
    if as_json:
        plain = [as_dict(calibration) for calibration in found]
        print(json.dumps(plain[0] if len(plain) == 1 else plain, indent=1))
        return
    now = datetime.now().astimezone()
    print("\n\n".join("\n".join(calibration_lines(calibration, now)) for calibration in found) or NOTHING_KEPT)


NOTHING_KEPT = "no clip has been calibrated; hipdrop calibrate sensor"


def shown(file: Path | None, clip: str | None) -> list[Calibration]:
    """Give what is to be shown: a file, what is known of a clip that is asked who it is, or all that is kept."""
    from hipcal.file import calibration_path, load

    if file is not None:
        return [load(file)]
    if clip is not None:
        known = asyncio.run(_of_clip(clip))
        return [] if known is None else [known]
    return [load(path) for path in sorted(calibration_path("x").parent.glob("*.json"))]


async def _of_clip(name: str) -> Calibration | None:
    from hipdrop.calibrating.fits import known_of
    from hipdrop.calibrating.run import Clip
    from hipdrop.commands.clip import with_clip
    from hipdrop.commands.live import chosen_link
    from hipdrop.links.base import Link
    from hipdrop.links.line import Line
    from hipdrop.links.storing import keeps_calibration
    from hipdrop.receive.messages import ClipInfo
    from hipwire import ids

    async def ask(line: Line, link: Link) -> Clip:
        info = await line.info()
        record = await line.ask(ids.GET_CALIBRATION) if keeps_calibration(info) else None
        return Clip(ClipInfo.of(info), record, 0.0)

    known, problem = known_of(await with_clip(chosen_link(name), ask))
    if problem:
        print(f"hipdrop: {problem}", file=sys.stderr)
    return known


# ---- what the commands have in common ----


def led(what: str, make: Make, keep: Keep, way: Way) -> None:
    """Lead through a procedure, keep what it finds, and print what became of it.

    Raises
    ------
    KeyboardInterrupt
        It was left.
    """
    from hipdrop.calibrating.guide import from_file, guide
    from hipdrop.calibrating.run import CalibrationRun
    from hipdrop.commands.live import chosen_link

    said: list[str] = []
    if way.source is not None:
        run = from_file(way.source, make)
        if run.left:
            raise NotCalibrated(f"{way.source}: was left before its end; record it again")
        said = asyncio.run(_keep_of_file(run, keep, way.clip))
    else:
        run = CalibrationRun(make, way.record)

        async def finish(asker: Asker) -> None:
            said.extend(await keep(run, asker))

        link = chosen_link(way.clip, sensor_errors=way.sensor_errors)
        asyncio.run(guide(what, run, link, finish, window=way.window))
        if run.left:
            print("hipdrop: left; nothing is changed", file=sys.stderr)
            raise KeyboardInterrupt
        if run.procedure is None:
            raise LinkLost(f"{link.name}: the clip has sent no samples; switch it off and on, and try again")
    print("\n".join(said))


async def _keep_of_file(run: CalibrationRun, keep: Keep, clip: str | None) -> list[str]:
    """Keep what a recording tells; on the clip as well where one is named."""
    from hipdrop.commands.clip import with_clip
    from hipdrop.commands.live import chosen_link
    from hipdrop.links.base import Link
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


def check_lines(result: CheckResult) -> list[str]:
    """Give what a check has shown, line by line."""
    x, y, z = result.bias_dps
    lines = [f"check          {result.verdict}", f"gyroscope      {x:+.2f}, {y:+.2f}, {z:+.2f} deg/s at rest"]
    return [*lines, *(f"due            {due}" for due in result.due)]
