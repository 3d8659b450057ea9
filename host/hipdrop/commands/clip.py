"""`hipdrop clip`: what is done with a clip outside a run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from hipdrop.commands.cliperase import erase_command
from hipdrop.commands.clipmonitor import monitor_command
from hipdrop.commands.clippair import pair_command
from hipdrop.commands.cliprun import runs_command, sync_command
from hipdrop.commands.clipsettings import settings_command
from hipdrop.commands.install import install_command
from hipdrop.commands.live import chosen_link
from hipdrop.commands.options import ClipOption, DebugOption
from hipdrop.errors import LinkError
from hipwire import ids

if TYPE_CHECKING:
    from hipcal.model import AccFit, Calibration, GyroFit
    from hipdrop.links.base import Link
    from hipdrop.links.line import Line
    from hipdrop.receive.messages import ClipStatus

Result = TypeVar("Result")
Pattern = Literal["left", "right", "both", "recovered"]
PATTERNS: dict[str, int] = {
    "left": ids.BUZZ_LEFT,
    "right": ids.BUZZ_RIGHT,
    "both": ids.BUZZ_BOTH,
    "recovered": ids.BUZZ_RECOVERED,
}
FEATURE_WORDS = {
    ids.HAS_RAW: "raw stream",
    ids.HAS_TILT: "tilt stream",
    ids.HAS_MOTOR: "motor",
    ids.HAS_BUZZER: "buzzer",
    ids.HAS_BUTTON: "button",
    ids.HAS_BATTERY: "battery measured",
    ids.HAS_FLASH_LOG: "flash log",
    ids.HAS_PAIRING: "pairing",
    ids.HAS_CALIBRATION: "calibration",
    ids.HAS_DETECTION: "own alerts",
}
STATUS_ANSWER_BYTES = 85  # an answer that holds a status frame; smaller connections do not carry it

clip_app = typer.Typer(help="Ask a clip, let it buzz, put the firmware on it.", rich_markup_mode=None)
clip_app.command("install")(install_command)
clip_app.command("monitor")(monitor_command)
clip_app.command("settings")(settings_command)
clip_app.command("pair")(pair_command)
clip_app.command("runs")(runs_command)
clip_app.command("sync")(sync_command)
clip_app.command("erase")(erase_command)


@clip_app.command("info")
def info_command(clip: ClipOption = None, debug: DebugOption = False) -> None:
    """Show what a clip is and how it is."""
    info, status, calibration = asyncio.run(with_clip(chosen_link(clip), _ask_all))
    print("\n".join([*info_lines(info, status), *calibration_lines(info, calibration)]))


@clip_app.command("buzz")
def buzz_command(
    pattern: Annotated[Pattern, typer.Argument(help="Which alert: left, right, both or recovered.")],
    clip: ClipOption = None,
    strength: Annotated[int, typer.Option(min=1, max=100, metavar="PERCENT", help="How strongly.")] = 80,
    debug: DebugOption = False,
) -> None:
    """Let a clip give an alert, to learn how it feels."""
    from hipdrop.alerts.haptic import buzz_payload

    async def buzz(line: Line, link: Link) -> None:
        await line.ask(ids.BUZZ, buzz_payload(PATTERNS[pattern], strength))

    asyncio.run(with_clip(chosen_link(clip), buzz))


async def with_clip(link: Link, work: Callable[[Line, Link], Awaitable[Result]]) -> Result:
    """Connect to a clip, do something with it, and disconnect."""
    from hipdrop.links.connection import OPEN_S
    from hipdrop.links.line import Line
    from hipdrop.links.remembered import remember

    async with link:
        line = Line(link, lambda arrival_s, message: None)
        await line.open(OPEN_S)
        try:
            result = await work(line, link)
        finally:
            await line.close()
    remember(link.name)
    return result


async def _ask_all(line: Line, link: Link) -> tuple[dict[str, Any], ClipStatus | None, Calibration | str | None]:
    """Ask for all that `clip info` shows; in place of a calibration that cannot be had, why."""
    from hipdrop.links.storing import get_calibration
    from hipdrop.receive.messages import read_status

    info = await line.info()
    status = None if link.max_message < STATUS_ANSWER_BYTES else read_status(await line.ask(ids.GET_STATUS))
    try:
        return info, status, await get_calibration(line, info)
    except LinkError as error:
        return info, status, str(error)


def info_lines(info: dict[str, Any], status: ClipStatus | None) -> Iterator[str]:
    """Give what a clip says of itself, line by line."""
    from hipwire import VERSION

    yield f"serial     {info['serial']}"
    yield f"firmware   {info['firmware']}, wire format {VERSION}.{info['revision']}"
    yield f"board      {info['board']} with {info['chip']}"
    yield f"samples    {info['rate_mhz'] / 1000:g} Hz, {info['acc_range_g']} g, {info['gyr_range_dps']} deg/s"
    yield f"can        {', '.join(word for bit, word in FEATURE_WORDS.items() if info['features'] & bit)}"
    yield f"mount      {'number ' + str(info['mount_id']) if info['mount_id'] else 'not told yet'}"
    yield f"keeps      {info['ring_s']} s of the stream for a lost link"
    if status is not None:
        yield from _status_lines(status)


def calibration_lines(info: dict[str, Any], calibration: Calibration | str | None) -> Iterator[str]:
    """Give what a clip has stored of its sensor's errors, or why it is not known."""
    from hipdrop.links.storing import keeps_calibration

    if not keeps_calibration(info):
        yield "calibrated not kept by this firmware; put a newer one on it: hipdrop clip install"
    elif calibration is None:
        yield "calibrated no: the sensor's errors are not stored on the clip"
    elif isinstance(calibration, str):
        yield f"calibrated {calibration}"
    else:
        yield from _stored_lines(calibration)


def _stored_lines(calibration: Calibration) -> Iterator[str]:
    acc, gyro = calibration.acc, calibration.gyro
    if acc is not None:
        yield (
            f"calibrated accelerometer on {_when(acc)}: {acc.parameters} parameters of {acc.poses} poses, "
            f"{acc.residual_ms2:.3f} m/s² left"
        )
    if gyro is not None:
        bias = ", ".join(f"{value:.2f}" for value in gyro.bias_dps)
        yield f"calibrated gyroscope on {_when(gyro)}: bias {bias} deg/s, {gyro.rest_s:.0f} s at rest"


def _when(fit: AccFit | GyroFit) -> str:
    """Give day, local time and temperature of a measurement."""
    warmth = "" if fit.temperature_c is None else f" at {fit.temperature_c:.0f} °C"
    return f"{fit.measured.astimezone():%Y-%m-%d %H:%M}{warmth}"


def _status_lines(status: ClipStatus) -> Iterator[str]:
    from hipdrop.wording import FAULT_WORDS, length

    if status.battery_known:
        yield f"battery    {status.battery_percent} % ({status.battery_mv / 1000:.2f} V)"
    yield f"rate       {status.rate_mhz / 1000:.2f} Hz as measured"
    yield f"on for     {length(status.uptime_s)}, {status.connections} connected"
    faults = [text for bit, text in FAULT_WORDS.items() if status.faults & bit]
    yield f"faults     {', '.join(faults) or 'none'}"
