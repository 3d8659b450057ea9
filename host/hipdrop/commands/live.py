"""`hipdrop live`: a run as it happens, from a clip on Bluetooth, on the cable, or a virtual one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hipdrop.commands.options import (
    BandOption,
    CalibrationOption,
    ClipOption,
    ConfigOption,
    DebugOption,
    ModeOption,
    NoCalibrationOption,
    OutOption,
    PersonOption,
    ProfileOption,
    SaveProfileOption,
    SensorErrorsOption,
    ShoeOption,
    SiteOption,
    SlopeOption,
    SpeedMsOption,
    ThemeOption,
)
from hipdrop.commands.replay import check_save_profile, keep_profile, load_calibration, load_profile, prepare_places
from hipdrop.commands.runner import keep_person, treadmill, who_runs, with_mode, with_session
from hipdrop.errors import LinkLost, OutputError, UsageError

if TYPE_CHECKING:
    from hipdrop.alert_settings import AlertSettings
    from hipdrop.alerts import Outbox
    from hipdrop.events import Site, Treadmill, UseCalibration
    from hipdrop.links.base import Link
    from hipdrop.liverun import LiveRun
    from hipdrop.people import Person
    from hipdrop.profile import Profile
    from hipdrop.settings import Settings
    from hipdrop.virtual.imu import Feed

StreamName = Literal["raw", "tilt", "auto"]
RECORDING_NAME = "run.mcap"
NoPlotOption = Annotated[bool, typer.Option("--no-plot", help="No window and no picture, the terminal alone.")]
NoRecordOption = Annotated[bool, typer.Option("--no-record", help="Keep no recording of the run.")]
StreamOption = Annotated[
    StreamName,
    typer.Option("--stream", help="What the clip sends; auto: raw where the connection carries it, else tilt."),
]


def live_command(
    clip: ClipOption = None,
    no_plot: NoPlotOption = False,
    theme: ThemeOption = "light",
    duration: Annotated[
        float | None,
        typer.Option("--duration", metavar="S", help="End after so many seconds; else by Ctrl-C.", show_default=False),
    ] = None,
    out: OutOption = None,
    no_record: NoRecordOption = False,
    stream: StreamOption = "auto",
    site: SiteOption = None,
    person: PersonOption = None,
    shoe: ShoeOption = None,
    mode: ModeOption = None,
    band: BandOption = None,
    speed_ms: SpeedMsOption = None,
    slope: SlopeOption = None,
    calibration: CalibrationOption = None,
    no_calibration: NoCalibrationOption = False,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    save_profile: SaveProfileOption = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="A virtual clip, a short baseline and a sag: all there is in two minutes.")
    ] = False,
    fault: Annotated[
        list[str] | None,
        typer.Option("--fault", metavar="SPEC", help="What goes wrong with a virtual clip, such as link-lost:5@30."),
    ] = None,
    sensor_errors: SensorErrorsOption = None,
    debug: DebugOption = False,
) -> None:
    """Watch a run as it happens: steps, drop per leg, alerts, which the clip buzzes.

    Ctrl-C ends it: what the link has lost is fetched from the clip, then the summary comes, as from replay. The run is
    recorded, with --out as run.mcap there, else among your recordings (hipdrop recordings); hipdrop replay takes it.
    """
    if duration is not None and not duration > 0:
        raise UsageError(f"--duration {duration:g}: give seconds over 0")
    check_save_profile(save_profile, out or Path(), [config])
    check_recording(None if no_record else out)
    given = load_calibration(calibration, none=no_calibration)
    from hipdrop.demo import demo_feed
    from hipdrop.live.feed import LiveFacts
    from hipdrop.live.watching import Window, watch
    from hipdrop.settings import Settings

    link = demo_link(clip, demo_feed) if demo else chosen_link(clip, fault or [], sensor_errors)
    settings = with_mode(Settings() if config is None else Settings.load(config), mode, band)
    settings = in_a_hurry(settings) if demo else settings
    who = who_runs(person, shoe, recall=not link.name.startswith("virtual"))
    settings = with_session(settings, who)
    known = load_profile(profile) or (None if who is None else who.profile())
    said = treadmill(speed_ms, slope)
    prepare_places(out or (None if no_plot else Path()), save_profile)
    recording = None if no_record else place_of_recording(out)
    run = new_run(settings, site, known, recording, who, given, said)
    try:
        with sounding(settings.alerts, run.outbox):
            facts = LiveFacts(run, who_line(run, said), demo_words() if demo else "")
            window = None if no_plot else Window(theme, out or Path())
            streamed = asyncio.run(watch(run, link, stream, duration, facts, window))
        if not streamed:
            raise KeyboardInterrupt  # before there was a run
        if run.current is not None and run.current.monitor_error is not None:
            print(f"hipdrop: {run.current.monitor_error}", file=sys.stderr)
    finally:
        if run.chain.pipeline is not None:  # whatever went wrong: what was run is not lost
            report(run, Path(link.name), out, picture=not no_plot, known=known, save_profile=save_profile, who=who)
    if run.chain.pipeline is None:
        raise LinkLost(f"{link.name}: the clip has sent no samples; switch it off and on, and wait for a second or two")


def new_run(
    settings: Settings, site: Site | None, known: Profile | None, recording: Path | None, who: Person | None,
    given: UseCalibration | None, said: Treadmill | None,
) -> LiveRun:  # fmt: skip
    """Make the run; who runs is written before it: what cannot be written shall not be known at its end."""
    from hipdrop.calibrations import calibration_of_clip
    from hipdrop.liverun import LiveRun

    if who is not None:
        who.keep(None, session=False)
    run = LiveRun(
        settings,
        site=site,
        profile=known,
        recording=recording,
        person="" if who is None else who.name,
        shoe="" if who is None else who.shoe,
        calibration=calibration_of_clip(given),
    )
    if said is not None:
        run.user(said)
    return run


def check_recording(out: Path | None) -> None:
    """Refuse before the run what could not be recorded: a recording is never overwritten."""
    path = None if out is None else out / RECORDING_NAME
    if path is not None and path.exists():
        raise OutputError(path, "is there already, and no recording is ever overwritten; name another folder")


def place_of_recording(out: Path | None) -> Path | None:
    """Give the file to record into; None where the user's own folder cannot be made, which is no reason not to run."""
    if out is not None:
        return out / RECORDING_NAME
    from datetime import datetime

    from hipdrop.recording.library import new_path, recordings_folder

    folder = recordings_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(f"hipdrop: {folder}: cannot be made ({error.strerror or error}); not recorded", file=sys.stderr)
        return None
    return new_path(folder, datetime.now())


def demo_link(clip: str | None, feed: Callable[[], Feed]) -> Link:
    """Give the virtual clip of a demo."""
    from hipdrop.links.virtual import VirtualLink

    if clip not in (None, "virtual"):
        raise UsageError(f"--demo runs on a virtual clip, not on {clip}; leave out one of the two")
    return VirtualLink(feed())


def in_a_hurry(settings: Settings) -> Settings:
    """Give the settings of the demo, and say so."""
    from hipdrop.demo import WORDS, demo_settings

    print(f"hipdrop: {WORDS}", file=sys.stderr)
    return demo_settings(settings)


def demo_words() -> str:
    """Give what the window says of a demo."""
    from hipdrop.demo import NOTICE

    return NOTICE


def chosen_link(clip: str | None, faults: list[str] | None = None, sensor_errors: str | None = None) -> Link:
    """Give the link to the clip that is named, else to the one that was used last, and say which that is."""
    from hipdrop.links import open_link
    from hipdrop.links.remembered import recall

    if faults or sensor_errors is not None:
        from hipdrop.simulate.sensorerrors import SensorErrors
        from hipdrop.virtual.faults import parse_fault

        errors = None if sensor_errors is None else SensorErrors.parse(sensor_errors)
        return open_link(clip or recall(), [parse_fault(text) for text in faults or ()], errors)
    name = clip or recall()
    if clip is None:
        print(f"hipdrop: {name}, the clip that was used last", file=sys.stderr)
    return open_link(name)


@contextmanager
def sounding(
    settings: AlertSettings, outbox: Outbox, off: str = "set sound = false in [alerts]"
) -> Iterator[None]:  # fmt: skip
    """Have the signals played on this computer, if that is wanted; `off` is how a user says that it is not."""
    from hipdrop.alerts import Speaker
    from hipdrop.alerts.sound import tell

    if not settings.sound:
        yield
        return
    with Speaker(settings.sound_volume_percent, lambda why: tell(f"{why}, or {off}")) as speaker:
        outbox.players.append(speaker)
        yield


def who_line(run: LiveRun, said: Treadmill | None) -> str:
    """Say who runs, in what, and how the treadmill goes."""
    parts = [*run.runner]
    if said is not None:
        parts += [f"{said.speed_ms:g} m/s"] if said.speed_ms is not None else []
        parts += [f"slope {said.slope_percent:g} %"] if said.slope_percent is not None else []
    return ", ".join(part for part in parts if part)


def report(
    run: LiveRun, source: Path, out: Path | None, *, picture: bool, known: Profile | None, save_profile: Path | None,
    who: Person | None = None,
) -> None:  # fmt: skip
    """Write the files and print the summary, as replay does."""
    from hipdrop.events import BaselineReady
    from hipdrop.results import PICTURE_NAME, result_files, write_files
    from hipdrop.summary import summarize
    from hipdrop.wording import haptic_warnings, summary_lines

    pipeline, settings, folder = run.chain.pipeline, run.chain.used_settings, out or Path()
    assert pipeline is not None
    facts = run.chain.facts(source)
    events = run.events
    summary = summarize(facts, events, *(() if who is None else (who.name, who.shoe)))
    summary = replace(summary, warnings=(*summary.warnings, *haptic_warnings(run.haptics)))
    contents = result_files(summary, events, settings) if out else {}
    if picture:
        from hipdrop.overview import draw_overview

        contents[PICTURE_NAME] = draw_overview(summary, events, settings, pipeline.wave())
    try:  # a full disk, or a terminal that is gone, costs one of the two: this run cannot be had again
        for note in facts.notes:
            print(f"hipdrop: {source}: {note}", file=sys.stderr)
        print("\n".join(summary_lines(summary)), flush=True)
    finally:
        write_files(folder, contents)
    from hipdrop.after.history.keeping import keep_live

    if keep_live(run, summary):
        print("history    kept: hipdrop history shows your runs")
    written = [str(folder / name) for name in contents] + ([str(run.recording)] if run.recording else [])
    baselines = [event for event in events if isinstance(event, BaselineReady)]
    if who is not None:
        keep_person(who, settings, summary.running_s, baselines, pipeline.template(), known)
    if save_profile is not None and keep_profile(save_profile, baselines, pipeline.template(), known):
        written.append(str(save_profile))
    if written:
        print(f"written    {', '.join(written)}")
