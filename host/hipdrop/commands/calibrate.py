"""`hipdrop calibrate`: guided calibration of sensor, mount and runner, live or on a recording."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hipdrop.commands.guided import Way, keeper, known_and_said, led, outcome_of
from hipdrop.commands.options import (
    CalibrationOption,
    ClipOption,
    DebugOption,
    PersonOption,
    SensorErrorsOption,
    ShoeOption,
    SiteOption,
    ThemeOption,
)
from hipdrop.commands.repeatability import repeatability_command
from hipdrop.commands.runner import who_runs
from hipdrop.errors import UsageError

if TYPE_CHECKING:
    from hipcal.model import Calibration
    from hipcal.procedures.base import Procedure
    from hipcal.procedures.baseline import BaselineResult
    from hipcal.procedures.check import CheckResult
    from hipdrop.calibrating.run import CalibrationRun, Clip
    from hipdrop.links.storing import Asker
    from hipdrop.profile import CadenceCourse

MethodName = Literal["bends", "running"]
FromOption = Annotated[
    Path | None,
    typer.Option("--from", metavar="FILE", help="A recording of the whole, run.mcap or IMU CSV, in place of a clip."),
]
NoPlotOption = Annotated[bool, typer.Option("--no-plot", help="No window, the terminal alone.")]
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


@calibrate_app.command("baseline")
def baseline_command(
    clip: ClipOption = None,
    source: FromOption = None,
    person: PersonOption = None,
    shoe: ShoeOption = None,
    minutes: Annotated[
        float, typer.Option(min=4, max=30, help="Minutes of running; the first three eighths warm up.")
    ] = 8,
    site: SiteOption = None,
    no_plot: NoPlotOption = False,
    theme: ThemeOption = "light",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write the profile here, and nowhere else.")
    ] = None,
    record: RecordOption = None,
    sensor_errors: SensorErrorsOption = None,
    debug: DebugOption = False,
) -> None:
    """Learn the runner's own level when fresh: stand still, then run; kept by person and shoe.

    With the mount calibrated and left and right checked before, the runner's stride tells them apart from then on.
    """
    from hipcal.procedures.baseline import BaselineProcedure, BaselineResult

    who = None if out is not None else who_runs(person, shoe, recall=True)
    if out is None and who is None:
        raise UsageError("a baseline is somebody's: name who runs with --person NAME, or a file with --out")
    known = None if who is None else who.profile()

    def make(clip: Clip) -> Procedure:
        calibration = worn_now(known_and_said(clip), live=source is None)
        return BaselineProcedure(clip.rate_hz, minutes, site=site, known=known, calibration=calibration)

    async def keep(run: CalibrationRun, asker: Asker | None) -> list[str]:
        result = outcome_of(run, BaselineResult)
        if out is not None:
            result.profile.save(out)
        elif who is not None:
            who.keep(result.profile, session=False)
        return [*baseline_lines(result), f"written        {out or (who.profile_path if who else '')}"]

    led("baseline", make, keep, Way.of(clip, source, no_plot, theme, record, sensor_errors))


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


calibrate_app.command("repeatability")(repeatability_command)

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


def check_lines(result: CheckResult) -> list[str]:
    """Give what a check has shown, line by line."""
    x, y, z = result.bias_dps
    lines = [f"check          {result.verdict}", f"gyroscope      {x:+.2f}, {y:+.2f}, {z:+.2f} deg/s at rest"]
    return [*lines, *(f"due            {due}" for due in result.due)]


def baseline_lines(result: BaselineResult) -> list[str]:
    """Give what a fresh run has shown, line by line."""
    found, template = result.baseline, result.profile.template
    lines = [
        f"running        {result.running_s / 60:.1f} min, {result.steps} steps, {found.steps} of them in the baseline",
        f"left leg       right hip drops {found.left_deg:.1f} deg (SD {found.left_sd_deg:.1f})",
        f"right leg      left hip drops {found.right_deg:.1f} deg (SD {found.right_sd_deg:.1f})",
    ]
    if result.runner is not None:
        lines += [f"level          {result.runner.verdict}", *course_lines(result.runner.course)]
    if template is not None:
        sides = "left and right are sure" if template.confirmed else "left and right as the run itself tells them"
        lines.append(f"stride         {template.strides} strides; {sides}")
    return lines


def course_lines(course: CadenceCourse | None) -> list[str]:
    """Say how the drop went with the cadence, where the run shows it."""
    if course is None:
        return []
    legs = (("left", course.left), ("right", course.right))
    return [
        f"cadence        {name} leg {slope.deg_per_spm:+.2f} deg for a step a minute more "
        f"(95 % {slope.low_deg_per_spm:+.2f} to {slope.high_deg_per_spm:+.2f})"
        for name, slope in legs
        if slope is not None
    ]


def worn_now(calibration: Calibration | None, *, live: bool) -> Calibration | None:
    """Leave out a mount that is of another time: the clip has been taken off since, or not yet put on."""
    from dataclasses import replace

    from hipdrop.receive.calibrated import MOUNT_HOLDS_S

    if calibration is None or calibration.mount is None:
        return calibration
    age_s = (datetime.now().astimezone() - calibration.mount.measured).total_seconds()
    return calibration if live and age_s < MOUNT_HOLDS_S else replace(calibration, mount=None)
