"""`hipdrop simulate`: write a simulated run and its truth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hipdrop.errors import UsageError
from hipdrop.events import Site

if TYPE_CHECKING:
    from hipdrop.simulate import RunnerConfig

_RUNNER = "Clip and runner"
_ROUTE = "Course of the run"
_DROP = "Drop"
_FAULTS = "Faults of the clip"


def simulate_command(
    out: Annotated[Path, typer.Option("--out", "-o", help="IMU CSV to write; .gz compresses it.")],
    truth: Annotated[Path | None, typer.Option(help="CSV for contacts and drops as they truly are.")] = None,
    minutes: Annotated[float, typer.Option(help="Length of the recording.")] = 5.0,
    seed: Annotated[int, typer.Option(help="Seed of every random draw; the same seed gives the same bytes.")] = 1,
    runner: Annotated[
        str, typer.Option(help="Measured runner: rbds001_2.5ms or rbds001_3.5ms.", rich_help_panel=_RUNNER)
    ] = "rbds001_2.5ms",
    speed: Annotated[
        float | None,
        typer.Option(help="Running speed, 1.8 (grounded) to 4.5 m/s; else the trial's.", rich_help_panel=_RUNNER),
    ] = None,
    cadence: Annotated[float, typer.Option(help="Factor on the cadence.", rich_help_panel=_RUNNER)] = 1.0,
    site: Annotated[Site, typer.Option(help="Where the clip sits.", rich_help_panel=_RUNNER)] = Site.SACRUM,
    mount: Annotated[
        str,
        typer.Option(
            help="nominal, upside-down, on-side, back-to-front, random, or nine numbers: R_sensor_from_pelvis by rows.",
            rich_help_panel=_RUNNER,
        ),
    ] = "nominal",
    rate: Annotated[float, typer.Option(help="Samples per second, 50 to 1000.", rich_help_panel=_RUNNER)] = 208.0,
    stand: Annotated[
        float, typer.Option(help="Seconds of quiet standing first; 0 starts in mid-run.", rich_help_panel=_ROUTE)
    ] = 8.0,
    walk: Annotated[
        list[str] | None,
        typer.Option(help="Walking: START+LENGTH in minutes, or RUN/WALK repeated.", rich_help_panel=_ROUTE),
    ] = None,
    stop: Annotated[
        list[str] | None,
        typer.Option(help="Standing: START+LENGTH in minutes, or RUN/STAND repeated.", rich_help_panel=_ROUTE),
    ] = None,
    turns: Annotated[
        str, typer.Option(help="oval (400 m track) or a constant turn in deg/s, left > 0.", rich_help_panel=_ROUTE)
    ] = "0",
    schedule: Annotated[
        Path | None,
        typer.Option(help="CSV of speed, cadence, turn rate and incline to follow.", rich_help_panel=_ROUTE),
    ] = None,
    sag: Annotated[
        list[str] | None,
        typer.Option(help="Added drop SIDE:DEG@START_MIN+RAMP_MIN, side left, right or both.", rich_help_panel=_DROP),
    ] = None,
    drop_left: Annotated[
        float | None, typer.Option(help="Mean drop of left steps from the start, -3 to 6 deg.", rich_help_panel=_DROP)
    ] = None,
    drop_right: Annotated[
        float | None, typer.Option(help="Mean drop of right steps from the start, -3 to 6 deg.", rich_help_panel=_DROP)
    ] = None,
    wander: Annotated[
        str,
        typer.Option(help="Slow wander of the drop: SD in deg, or SD/TIME with minutes.", rich_help_panel=_DROP),
    ] = "0",
    wobble: Annotated[
        float, typer.Option(help="Clip wobble: peak after a contact in deg.", rich_help_panel=_FAULTS)
    ] = 0.0,
    drop_frames: Annotated[
        float, typer.Option(help="Share of frames of 19 samples that are lost, such as 0.01.", rich_help_panel=_FAULTS)
    ] = 0.0,
    rate_error: Annotated[
        float, typer.Option(help="Error of the clip's rate as a fraction, such as 0.02.", rich_help_panel=_FAULTS)
    ] = 0.0,
    sensor_errors: Annotated[
        str,
        typer.Option(
            metavar="SEED|none|SPEC",
            help="Errors of the sensor: a random chip of this seed, or NAME=X,Y,Z/.. (docs/simulate.md).",
            rich_help_panel=_FAULTS,
        ),
    ] = "none",
    gyro_bias: Annotated[
        str, typer.Option(help="Gyroscope offset X,Y,Z in deg/s, sensor axes, on top.", rich_help_panel=_FAULTS)
    ] = "0,0,0",
    acc_offset: Annotated[
        str, typer.Option(help="Accelerometer offset X,Y,Z in mg, sensor axes, on top.", rich_help_panel=_FAULTS)
    ] = "0,0,0",
    slip: Annotated[
        str | None, typer.Option(help="The clip turns on the belt: DEG@MIN or DEG@MIN:AXIS.", rich_help_panel=_FAULTS)
    ] = None,
) -> None:
    """Simulate a run of known truth from a real runner's coefficients: an IMU CSV for `hipdrop replay`."""
    from hipdrop.simulate.config import RunnerConfig
    from hipdrop.simulate.sensorerrors import SensorErrors
    from hipdrop.simulate.specs import Sag, Slip, parse_bouts

    wander_deg, wander_s = _wander(wander)
    config = RunnerConfig(
        runner=runner,
        speed_ms=speed,
        cadence_scale=cadence,
        minutes=minutes,
        seed=seed,
        rate_hz=rate,
        rate_error=rate_error,
        stand_s=stand,
        walk=tuple(bout for text in walk or () for bout in parse_bouts(text, minutes)),
        stops=tuple(bout for text in stop or () for bout in parse_bouts(text, minutes)),
        site=site,
        mount=mount,
        sags=tuple(Sag.parse(text) for text in sag or ()),
        drop_left_deg=drop_left,
        drop_right_deg=drop_right,
        wander_deg=wander_deg,
        wander_s=wander_s,
        turns=turns if turns == "oval" else _number(turns, "--turns", "oval or a number of deg/s"),
        schedule=schedule,
        drop_frames=drop_frames,
        wobble_deg=wobble,
        slip=None if slip is None else Slip.parse(slip),
        sensor_errors=SensorErrors.parse(sensor_errors),
        gyro_bias_dps=_triple(gyro_bias, "--gyro-bias"),
        acc_offset_mg=_triple(acc_offset, "--acc-offset"),
    )
    typer.echo(_written(config, out, truth))


def _written(config: RunnerConfig, out: Path, truth: Path | None) -> str:
    """Simulate, write, and say what was written."""
    from hipdrop.commands.progress import progress
    from hipdrop.simulate import simulate

    if truth is not None and truth.absolute() == out.absolute():
        raise UsageError(f"--out and --truth are both {out}; name two files")
    with progress() as tell:
        run = simulate(config, lambda share: tell("simulating", share))
        run.write(out, truth, lambda share: tell("writing", share))
    steps = int(run.contacts.running.sum())
    also = "" if truth is None else f", truth in {truth}"
    return f"{out}: {config.minutes:g} min, {int(run.kept.sum())} samples, {steps} running steps{also}"


def _number(text: str, option: str, wanted: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{option} is {text!r}; give {wanted}") from None


def _triple(text: str, option: str) -> tuple[float, float, float]:
    parts = [_number(part, option, "three numbers, X,Y,Z") for part in text.split(",")]
    if len(parts) != 3:
        raise UsageError(f"{option} is {text!r}; give three numbers, X,Y,Z")
    return parts[0], parts[1], parts[2]


def _wander(text: str) -> tuple[float, float]:
    """Read SD or SD/MINUTES as degrees and seconds."""
    size, _, time_min = text.partition("/")
    wanted = "an SD in deg, or SD/MINUTES such as 0.4/5"
    return _number(size, "--wander", wanted), 60.0 * _number(time_min or "5", "--wander", wanted)
