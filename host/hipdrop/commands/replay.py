"""`hipdrop replay`: a recorded run through the pipeline."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hipdrop.commands.options import ConfigOption, DebugOption, OutOption, SiteOption
from hipdrop.data import sample_file
from hipdrop.errors import InputError, UsageError

if TYPE_CHECKING:
    from hipdrop.events import BaselineReady, Event, Site
    from hipdrop.imucsv import Recording
    from hipdrop.pipeline import Pipeline
    from hipdrop.profile import Profile
    from hipdrop.samples import SampleBlock
    from hipdrop.settings import Settings
    from hipdrop.sides import StrideTemplate

MAX_SPEED_BLOCK = 4096  # samples; longer ones are no faster
PACED_BLOCK_S = 0.1  # what a clip sends at once


def replay_command(
    input_file: Annotated[
        Path | None,
        typer.Argument(metavar="INPUT", help="IMU CSV, plain or .gz (docs/input-format.md).", show_default=False),
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Replay the sample run that ships with hipdrop.")] = False,
    speed: Annotated[
        str, typer.Option("--speed", metavar="N|max", help="Times as fast as it was run, or as fast as can be.")
    ] = "max",
    no_plot: Annotated[bool, typer.Option("--no-plot", help="Draw no picture.")] = False,
    out: OutOption = None,
    site: SiteOption = None,
    block: Annotated[
        int | None,
        typer.Option("--block", metavar="N", min=1, help="Samples per block; changes no result.", show_default=False),
    ] = None,
    config: ConfigOption = None,
    profile: Annotated[
        Path | None,
        typer.Option("--profile", metavar="FILE", help="The runner's fresh level and stride, from an earlier run."),
    ] = None,
    save_profile: Annotated[
        Path | None, typer.Option("--save-profile", metavar="FILE", help="Write them as this run showed them.")
    ] = None,
    debug: DebugOption = False,
) -> None:
    """Replay a recorded run: steps, drop per leg, alerts.

    Ends with a summary on standard output and the picture overview.png: in DIR with --out, else in the current folder.
    """
    pace = parse_speed(speed)
    if (input_file is None) != sample:
        raise UsageError("name one recording, or --sample for the run that ships with hipdrop")
    from hipdrop.settings import Settings

    check_save_profile(save_profile, out or Path(), [input_file, config])
    settings = Settings() if config is None else Settings.load(config)
    known = load_profile(profile)
    with ExitStack() as stack:
        path = input_file or stack.enter_context(sample_file())
        replay(
            path,
            settings,
            site=site,
            pace=pace,
            block=block,
            out=out,
            picture=not no_plot,
            known=known,
            save_profile=save_profile,
        )


def load_profile(path: Path | None) -> Profile | None:
    """Read the profile, if one is named; without one nothing of it is imported."""
    if path is None:
        return None
    from hipdrop.profile import Profile

    return Profile.load(path)


def check_save_profile(path: Path | None, folder: Path, read: Iterable[Path | None]) -> None:
    """Refuse a profile in the place of a result, or of a file that is read.

    Raises
    ------
    UsageError
        It would overwrite one.
    """
    from hipdrop.results import PICTURE_NAME, RESULT_NAMES

    taken = [folder / name for name in (*RESULT_NAMES, PICTURE_NAME)] + [file for file in read if file]
    if path is not None and path.resolve() in [file.resolve() for file in taken]:
        raise UsageError(
            f"--save-profile {path}: this is the place of another file; name one of its own, such as me.json"
        )


def parse_speed(text: str) -> float:
    """Read `--speed`: a number over 0, or `max` (infinity).

    Raises
    ------
    UsageError
        It is neither.
    """
    try:
        pace = math.inf if text == "max" else float(text)
    except ValueError:
        pace = math.nan
    if not pace > 0:
        raise UsageError(f"--speed {text}: give a number over 0, for example 10, or max")
    return pace


def replay(
    path: Path,
    settings: Settings,
    *,
    site: Site | None,
    pace: float,
    block: int | None,
    out: Path | None,
    picture: bool,
    known: Profile | None = None,
    save_profile: Path | None = None,
) -> None:
    """Read, run, write, and print the summary; nothing is written unless all could be computed."""
    from hipdrop.events import BaselineReady
    from hipdrop.imucsv import read_imu_csv
    from hipdrop.pipeline import Pipeline
    from hipdrop.results import PICTURE_NAME, result_files, write_files
    from hipdrop.summary import summarize
    from hipdrop.wording import summary_lines

    recording = read_imu_csv(path)
    for note in recording.notes:
        print(f"hipdrop: {path.name}: {note}", file=sys.stderr)
    folder = out or Path()
    prepare_places(folder if out or picture else None, save_profile)
    settings = within_range(settings, recording)
    pipeline = Pipeline(recording.rate_hz, settings, site=site, profile=known)
    events = run(pipeline, recording, pace, block)
    summary = summarize(recording, events)
    contents = result_files(summary, events, settings) if out else {}
    if picture:
        from hipdrop.overview import draw_overview

        contents[PICTURE_NAME] = draw_overview(summary, events, settings, pipeline.wave())
    write_files(folder, contents)
    written = [str(folder / name) for name in contents]
    if save_profile is not None:
        baselines = [event for event in events if isinstance(event, BaselineReady)]
        if keep_profile(save_profile, baselines, pipeline.template(), known):
            written.append(str(save_profile))
    print("\n".join(summary_lines(summary)))
    if written:
        print(f"written    {', '.join(written)}")


def prepare_places(folder: Path | None, save_profile: Path | None) -> None:
    """Try the places of the results and of the profile, before the run; nothing is left where one cannot be written."""
    from hipdrop.profile import prepare_file
    from hipdrop.results import prepare_folder

    beside = folder is not None and save_profile is not None and save_profile.parent.resolve() == folder.resolve()
    if save_profile is not None and (not beside or save_profile.exists()):
        prepare_file(save_profile)  # first: the folder of the results may have to be made
    if folder is not None:
        prepare_folder(folder)


def within_range(settings: Settings, recording: Recording) -> Settings:
    """Take the range at which the recording is cut off, where it is narrower than the one that is set."""
    from hipdrop.samples import STANDARD_GRAVITY_MS2

    drop = settings.drop
    acc_g, gyr_dps = drop.acc_range_g, drop.gyr_range_dps
    if recording.acc_limit_ms2 is not None:
        acc_g = min(acc_g, recording.acc_limit_ms2 / STANDARD_GRAVITY_MS2)
    if recording.gyr_limit_rads is not None:
        gyr_dps = min(gyr_dps, math.degrees(recording.gyr_limit_rads))
    return settings.replace({"drop": {"acc_range_g": acc_g, "gyr_range_dps": gyr_dps}})


def keep_profile(
    path: Path, baselines: Sequence[BaselineReady], template: StrideTemplate | None, known: Profile | None
) -> bool:
    """Write what the run showed over what was known before: the profile given, else the one in the file.

    A run that showed nothing, and has no profile given to hand on, leaves the file alone.

    Returns
    -------
    bool
        Whether it was written.
    """
    from hipdrop.profile import Profile

    if Profile.learned(baselines, template, known).empty:
        print(f"hipdrop: {path}: not written, the run showed too little for a profile", file=sys.stderr)
        return False
    if known is None and path.exists():
        with suppress(InputError):  # a damaged one is replaced
            known = Profile.load(path)
    Profile.learned(baselines, template, known).save(path)
    return True


def run(pipeline: Pipeline, recording: Recording, pace: float, block: int | None) -> list[Event]:
    """Push a whole recording and give all events; a terminal shows how it goes."""
    from hipdrop.terminal import run_view

    paced_length = max(1, round(PACED_BLOCK_S * recording.rate_hz))
    length = block or (MAX_SPEED_BLOCK if math.isinf(pace) else paced_length)
    events: list[Event] = []
    with run_view(recording) as show:
        for piece in paced((piece for whole in recording.blocks for piece in whole.cut(length)), pace):
            new = pipeline.push(piece)
            events += new
            show(float(piece.t_s[-1]), new)
        events += pipeline.close()
    return events


def paced(
    pieces: Iterable[SampleBlock],
    pace: float,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[SampleBlock]:
    """Yield each block when its last sample is due at `pace` times real time, gaps included."""
    begin_s, first_s = now(), math.nan
    for piece in pieces:
        if math.isfinite(pace):
            first_s = float(piece.t_s[0]) if math.isnan(first_s) else first_s
            wait_s = begin_s + (float(piece.t_s[-1]) - first_s) / pace - now()
            if wait_s > 0:
                sleep(wait_s)
        yield piece
