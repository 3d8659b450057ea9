"""`hipdrop coach`: a run by turns with walking, led by tone and buzz, and what comes next."""

from __future__ import annotations

import asyncio
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hipdrop.commands.checkin import WHO_TRAINS, of_demo
from hipdrop.commands.coachkeep import keep_session
from hipdrop.commands.live import (
    NoPlotOption,
    NoRecordOption,
    StreamName,
    StreamOption,
    check_recording,
    chosen_link,
    demo_link,
    new_run,
    place_of_recording,
    report,
    sounding,
    who_line,
)
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
    SensorErrorsOption,
    ShoeOption,
    SiteOption,
    SlopeOption,
    SpeedMsOption,
    ThemeOption,
)
from hipdrop.commands.replay import load_calibration, load_profile, prepare_places
from hipdrop.commands.runner import treadmill, who_runs, with_mode, with_session
from hipdrop.errors import LinkLost, NotReady, UsageError

if TYPE_CHECKING:
    from hipdrop.links.base import Link
    from hipdrop.liverun import LiveRun
    from hipdrop.people import Person
    from hipdrop.training.coach import Coach

coach_app = typer.Typer(help="Back to running by turns of running and walking.", no_args_is_help=True)
DEMO_WALK_RUN, DEMO_REPEATS = "0.5:0.25", 3
DEMO_NOTICE = "a demo: short phases and a sag, all made up"
STAIRS = "Do you walk and climb stairs without pain? (y or n) "

WalkRunOption = Annotated[
    str | None,
    typer.Option(
        "--walk-run",
        metavar="RUN:WALK",
        help="Minutes of running, then of walking: 4:1 is run 4, walk 1; hipdrop coach next proposes some.",
        show_default=False,
    ),
]


@coach_app.command("run")
def run_command(
    walk_run: WalkRunOption = None,
    repeats: Annotated[int, typer.Option("--repeats", metavar="N", help="How often.")] = 6,
    walks_pain_free: Annotated[
        bool,
        typer.Option("--walks-pain-free", help="Walking and stairs do not hurt today; without it you are asked."),
    ] = False,
    clip: ClipOption = None,
    no_plot: NoPlotOption = False,
    theme: ThemeOption = "light",
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
    demo: Annotated[
        bool, typer.Option("--demo", help="A virtual clip and short phases: all there is in three minutes.")
    ] = False,
    sensor_errors: SensorErrorsOption = None,
    debug: DebugOption = False,
) -> None:
    """Run and walk by turns, told by tone and buzz; a live run in all else, recorded and replayed as one.

    Each phase waits for you and counts what was done. Pain above 3 of 10 (P and a number, or the clip's button) or a
    limp (L) ends the set; a hip that drops is shown and ends nothing.
    """
    from hipdrop.training.coach import Coach
    from hipdrop.training.coached import coached_settings
    from hipdrop.training.walkrun import WalkRun

    if demo:
        of_demo(person)
        if shoe is not None:
            raise UsageError("--demo is made up and kept of nobody: leave out --shoe")
    elif walk_run is None:
        raise UsageError("say how: --walk-run 4:1 is run 4 min, walk 1 min; hipdrop coach next proposes the next one")
    plan = WalkRun.parse(walk_run or DEMO_WALK_RUN, repeats if walk_run else DEMO_REPEATS)
    check_recording(None if no_record else out)
    given = load_calibration(calibration, none=no_calibration)
    from hipdrop.settings import Settings
    from hipdrop.training.coachdemo import demo_feed

    link = demo_link(clip, demo_feed) if demo else chosen_link(clip, sensor_errors=sensor_errors)
    settings = with_mode(Settings() if config is None else Settings.load(config), mode, band)
    if demo:
        from hipdrop.demo import demo_settings

        settings = demo_settings(settings)
    who = who_runs(person, shoe, recall=not link.name.startswith("virtual"))
    if not demo:
        if who is None and person is None:
            raise UsageError(WHO_TRAINS)
        _may_start(who, walks_pain_free)
    settings = coached_settings(with_session(settings, who), plan)
    known = load_profile(profile) or (None if who is None else who.profile())
    said = treadmill(speed_ms, slope)
    prepare_places(out or (None if no_plot else Path()), None)
    recording = None if no_record else place_of_recording(out)
    run = new_run(settings, site, known, recording, who, given, said)
    print(f"hipdrop: {plan.words}; walk yourself warm, the first run begins when you run", file=sys.stderr)
    coach, began = Coach(plan), datetime.now().astimezone()
    words = DEMO_NOTICE if demo else ""
    try:
        if not _watched(run, coach, link, stream, who_line(run, said), words, None if no_plot else (theme, out)):
            raise KeyboardInterrupt  # before there was a run
    finally:
        if run.chain.pipeline is not None:
            report(run, Path(link.name), out, picture=not no_plot, known=known, save_profile=None, who=who)
            keep_session(run, coach, who, began)
    if run.chain.pipeline is None:
        raise LinkLost(f"{link.name}: the clip has sent no samples; switch it off and on, and wait for a second or two")


@coach_app.command("next")
def next_command(
    person: PersonOption = None,
    ladder: Annotated[
        Path | None,
        typer.Option(
            "--ladder", metavar="FILE", help="TOML with walk_run, a physio's list of sessions.", show_default=False
        ),
    ] = None,
    debug: DebugOption = False,
) -> None:
    """Propose the next session, once you have said how the morning after the last one was (hipdrop check-in)."""
    from hipdrop.training import ladder as ladders
    from hipdrop.training.checkin import Stop, of_data
    from hipdrop.training.repeats import session_of
    from hipdrop.training.store import entries

    rungs = ladders.LADDER if ladder is None else ladders.read_ladder(ladder)
    who = who_runs(person, None, recall=True)
    if who is None:
        raise UsageError("say whose next session with --person NAME: of nobody nothing is kept")
    answers = [of_data(one.data, one.at) for one in entries(who.name, "check-in")]
    if answers and isinstance(answers[-1], Stop):
        raise NotReady(f"no session: {answers[-1].words}")
    sessions = [one for one in map(session_of, entries(who.name, "coached-run")) if one is not None]
    check_ins = [one.answers if isinstance(one, Stop) else one for one in answers]
    proposal = ladders.propose(sessions, check_ins, rungs)
    if proposal.plan is None:
        print(f"no proposal yet: {proposal.why}")
        return
    plan, day = proposal.plan, proposal.from_day
    print(f"next       {plan.words}" + (f", from {day:%a %d %b} on" if day is not None else ""))
    print(f"why        {proposal.why}")
    print(f"start      hipdrop coach run {plan.options}")
    print("           a proposal, for a plan that your physio and you make")


def _watched(
    run: LiveRun, coach: Coach, link: Link, stream: StreamName, who: str, notice: str,
    window: tuple[Literal["light", "dark"], Path | None] | None,
) -> bool:  # fmt: skip
    from hipdrop.live.feed import LiveFacts
    from hipdrop.live.watching import Window, watch
    from hipdrop.training.coached import CoachedRun

    coached = CoachedRun(run, coach)
    with sounding(run.chain.used_settings.alerts, run.outbox):
        facts = LiveFacts(run, who, notice, coaching=coached.coaching)
        seen = None if window is None else Window(window[0], window[1] or Path())
        return asyncio.run(watch(run, link, stream, None, facts, seen, coached))


def _may_start(who: Person | None, walks_pain_free: bool) -> None:
    """Let only those start who may: check-in, pain of 3 or less, walking and stairs without pain.

    Raises
    ------
    StopSigns, NotReady
        Not today.
    UsageError
        Nobody has answered, and there is no terminal to ask on.
    """
    from hipdrop.commands.checkin import checked_in
    from hipdrop.training.checkin import SAFE_PAIN

    name = None if who is None else who.name
    check_in = checked_in(name)
    if check_in.sore:
        raise NotReady(f"no coached run today: pain {check_in.pain} of 10; it starts at {SAFE_PAIN} or less")
    if not walks_pain_free and not _says_yes(STAIRS):
        raise NotReady("no coached run today: it starts when walking and stairs do not hurt; walk, and try again then")
    if name is not None:
        _look_back(name, check_in.at.date())


def _says_yes(question: str) -> bool:
    from hipdrop.training.questions import BadAnswer, yes_no

    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("no terminal to ask on whether walking and stairs hurt: say --walks-pain-free if they do not")
    while True:
        print(question, end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            raise KeyboardInterrupt
        try:
            return yes_no(line.strip())
        except BadAnswer as error:
            print(f"  please answer with {error}", file=sys.stderr)


def _look_back(person: str, today: date) -> None:
    """Say where there was no day of rest since the last session."""
    from hipdrop.training.ladder import REST_DAYS
    from hipdrop.training.store import entries

    since = today - timedelta(days=REST_DAYS)
    if entries(person, "coached-run", since):
        print("hipdrop: look out: there was no day of rest since your last coached run", file=sys.stderr)
