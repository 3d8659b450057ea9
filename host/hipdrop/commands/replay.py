"""`hipdrop replay`: a recorded run through the pipeline."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hipdrop.commands.options import (
    BandOption,
    CalibrationOption,
    ConfigOption,
    DebugOption,
    ModeOption,
    NoCalibrationOption,
    OutOption,
    PersonOption,
    ProfileOption,
    SaveProfileOption,
    ShoeOption,
    SiteOption,
    ThemeOption,
)
from hipdrop.commands.part import Part, parse_speed
from hipdrop.commands.runner import who_runs, with_mode
from hipdrop.commands.showing import someone_watches, watch
from hipdrop.data import sample_file
from hipdrop.errors import InputError, UsageError

if TYPE_CHECKING:
    from hipdrop.events import BaselineReady, Site, UseCalibration
    from hipdrop.people import Person
    from hipdrop.profile import Profile
    from hipdrop.settings import Settings
    from hipdrop.sides import StrideTemplate


WHOLE = Part()


def replay_command(
    input_file: Annotated[
        Path | None,
        typer.Argument(
            metavar="INPUT",
            help="run.mcap of a live run, or an IMU CSV, plain or .gz (docs/input-format.md).",
            show_default=False,
        ),
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Replay the sample run that ships with hipdrop.")] = False,
    speed: Annotated[
        str | None,
        typer.Option(
            "--speed",
            metavar="N|max",
            help="Times as fast as it was run, or as fast as can be; without it 1 in a window, else max.",
            show_default=False,
        ),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="T", help="Begin here, such as 12:30; all before is computed.", show_default=False
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="T", help="Pause here, such as 15:00; the results end here.", show_default=False),
    ] = None,
    reprocess: Annotated[
        bool,
        typer.Option("--reprocess", help="What other settings would have made of the recording of a live run."),
    ] = False,
    swap: Annotated[
        bool, typer.Option("--swap", help="Left and right the other way round: of an IMU CSV, or with --reprocess.")
    ] = False,
    no_plot: Annotated[bool, typer.Option("--no-plot", help="No window and no picture, the terminal alone.")] = False,
    theme: ThemeOption = "light",
    out: OutOption = None,
    site: SiteOption = None,
    block: Annotated[
        int | None,
        typer.Option("--block", metavar="N", min=1, help="Samples per block; changes no result.", show_default=False),
    ] = None,
    person: PersonOption = None,
    shoe: ShoeOption = None,
    mode: ModeOption = None,
    band: BandOption = None,
    calibration: CalibrationOption = None,
    no_calibration: NoCalibrationOption = False,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    save_profile: SaveProfileOption = None,
    debug: DebugOption = False,
) -> None:
    """Replay a recorded run: steps, drop per leg, alerts, in the window of live.

    The recording of a live run is replayed with its own settings and gives the very events of that run; so does a part
    of it, since all before is computed too. When the window is closed, the rest is computed at once. Ends with a
    summary on standard output and the picture overview.png: in DIR with --out, else in the current folder. Where that
    output is no terminal, there is no window.
    """
    pace = None if speed is None else parse_speed(speed)
    part = Part.parse(from_, to)
    if (input_file is None) != sample:
        raise UsageError("name one recording, or --sample for the run that ships with hipdrop")
    check_save_profile(save_profile, out or Path(), [input_file, config])
    settings = chosen_settings(config, mode, band)
    given = load_calibration(calibration, none=no_calibration)
    who = None if person is None and shoe is None else who_runs(person, shoe, recall=False)
    known = load_profile(profile) or (None if who is None else who.profile())
    with ExitStack() as stack:
        path = found(input_file) if input_file else stack.enter_context(sample_file())
        replay(
            path,
            settings,
            site=site,
            pace=pace,
            block=block,
            out=out,
            picture=not no_plot,
            window=theme if not no_plot and someone_watches() else None,
            known=known,
            save_profile=save_profile,
            part=part,
            reprocess=reprocess,
            swap=swap,
            calibration=given,
            who=who,
        )


def found(path: Path) -> Path:
    """Give the file of this name: here, else among the user's recordings."""
    if path.exists():
        return path
    from hipdrop.recording.library import find_recording

    return find_recording(path)


def load_settings(path: Path | None) -> Settings | None:
    """Read the settings, if a file is named."""
    if path is None:
        return None
    from hipdrop.settings import Settings

    return Settings.load(path)


def chosen_settings(path: Path | None, mode: str | None, band: str | None) -> Settings | None:
    """Give the settings of the file with mode and band over them; None if nothing is said."""
    settings = load_settings(path)
    if mode is None and band is None:
        return settings
    from hipdrop.settings import Settings

    return with_mode(settings or Settings(), mode, band)


def load_profile(path: Path | None) -> Profile | None:
    """Read the profile, if one is named; without one nothing of it is imported."""
    if path is None:
        return None
    from hipdrop.profile import Profile

    return Profile.load(path)


def load_calibration(path: Path | None, *, none: bool) -> UseCalibration | None:
    """Read the calibration, if one is named or none is wanted."""
    if path is None and not none:
        return None
    from hipdrop.calibrations import named_calibration

    return named_calibration(path, none=none)


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


def replay(
    path: Path,
    settings: Settings | None,
    *,
    site: Site | None,
    pace: float | None,
    block: int | None,
    out: Path | None,
    picture: bool,
    window: str | None = None,
    known: Profile | None = None,
    save_profile: Path | None = None,
    part: Part = WHOLE,
    reprocess: bool = False,
    swap: bool = False,
    calibration: UseCalibration | None = None,
    who: Person | None = None,
) -> None:
    """Read, run, write, and print the summary; nothing is written unless all could be computed.

    `window` is the theme of a window; None: there shall be none.
    """
    from hipdrop.commands.sources import open_source
    from hipdrop.events import BaselineReady
    from hipdrop.results import PICTURE_NAME, result_files, write_files
    from hipdrop.summary import summarize
    from hipdrop.wording import summary_lines

    source = open_source(path, settings, site, known, reprocess=reprocess, calibration=calibration, swap=swap)
    told = source.recording.notes
    _tell(path, told)
    folder = out or Path()
    prepare_places(folder if out or picture else None, save_profile)
    runner = (source.person, source.shoe) if who is None else (who.name, who.shoe)
    every = None
    if window is not None:
        every = watch(source, pace or 1.0, part, theme=window, pictures=folder, who=runner, reprocess=reprocess)
    if every is None:
        every = source.run(pace or math.inf, block, part)
    recording = part.recording(source.recording)
    _tell(path, recording.notes[len(told) :])
    events = part.events(every, recording.start_s)
    summary = summarize(recording, events, *runner)
    contents = result_files(summary, events, source.settings) if out else {}
    if picture:
        from hipdrop.overview import draw_overview

        contents[PICTURE_NAME] = draw_overview(
            summary, events, source.settings, source.pipeline.wave() if part.whole else None
        )
    write_files(folder, contents)
    written = [str(folder / name) for name in contents]
    if save_profile is not None:
        baselines = [event for event in every if isinstance(event, BaselineReady)]
        if keep_profile(save_profile, baselines, source.pipeline.template(), source.profile):
            written.append(str(save_profile))
    print("\n".join(summary_lines(summary)))
    if written:
        print(f"written    {', '.join(written)}")


def _tell(path: Path, notes: Iterable[str]) -> None:
    for note in notes:
        print(f"hipdrop: {path.name}: {note}", file=sys.stderr)


def prepare_places(folder: Path | None, save_profile: Path | None) -> None:
    """Try the places of the results and of the profile, before the run; nothing is left where one cannot be written."""
    from hipdrop.profile import prepare_file
    from hipdrop.results import prepare_folder

    beside = folder is not None and save_profile is not None and save_profile.parent.resolve() == folder.resolve()
    if save_profile is not None and (not beside or save_profile.exists()):
        prepare_file(save_profile)  # first: the folder of the results may have to be made
    if folder is not None:
        prepare_folder(folder)


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
