"""`hipdrop calibrate repeatability`: how far the fresh level of a person differs from run to run."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hipdrop.commands.options import DebugOption, ShoeOption
from hipdrop.commands.replay import found
from hipdrop.commands.runner import who_runs
from hipdrop.errors import InputError, NotCalibrated, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hipcal.repeatability import FreshRun, RepeatabilityEstimate
    from hipdrop.after.reading import Recorded
    from hipdrop.people import Person
    from hipdrop.profile import Profile


def repeatability_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE FILE...",
            help="Fresh runs of one person in one shoe, the clip taken off and put on again before each.",
        ),
    ],
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="NAME", help="Keep it in this person's profile.", show_default=False),
    ] = None,
    shoe: ShoeOption = None,
    debug: DebugOption = False,
) -> None:
    """Tell how far two runs must differ before that means anything; with --person it is kept in the profile.

    Each run of four minutes or more; the fresh part is compared. The clip must have been taken off and put on again
    between them: no recording shows that.
    """
    from hipcal.refusal import Refusal
    from hipcal.repeatability import repeatability

    who = who_runs(person, shoe, recall=False)
    profile = None if who is None else _profile_of(who)
    runs = [_fresh(found(path), who) for path in files]
    estimate = repeatability(runs)
    if isinstance(estimate, Refusal):
        raise NotCalibrated(f"{estimate}; nothing is changed")
    print("\n".join(repeatability_lines(runs, estimate)))
    if who is not None and profile is not None:
        print(_keep(who, profile, estimate))


def _profile_of(who: Person) -> Profile:
    profile = who.profile()
    if profile is None or profile.baseline is None:
        raise UsageError(f"--person: {who.words} has no fresh level yet; hipdrop calibrate baseline")
    return profile


def _fresh(path: Path, who: Person | None) -> FreshRun:
    """Analyse a recording.

    Raises
    ------
    InputError
        It cannot be read, or shows no fresh level.
    UsageError
        It is of somebody else.
    """
    from hipcal.refusal import Refusal
    from hipcal.repeatability import FreshRun
    from hipcal.runner import runner_profile
    from hipdrop.after.analysis import analyse_file
    from hipdrop.events import Step
    from hipdrop.people import file_name

    analysis = analyse_file(path)
    recorded = analysis.recorded
    if who is not None and recorded.person and file_name(recorded.person) != file_name(who.name):
        raise UsageError(f"{path.name}: {recorded.person} ran, not {who.name}; leave it out, or name the right person")
    steps = [event for event in analysis.events if isinstance(event, Step)]
    level = runner_profile(steps, settings=recorded.settings.monitor)
    if isinstance(level, Refusal):
        raise InputError(path, str(level))
    return FreshRun(path.name, run_key(recorded), level.left.mean_deg, level.right.mean_deg, level.list_deg)


def run_key(recorded: Recorded) -> str:
    """Give what a run is known by, whatever its file is called: clip and time of day, or else its samples."""
    if recorded.began is not None:
        return f"{recorded.clip} {recorded.began.isoformat()}"
    digest = hashlib.sha256()
    for block in recorded.blocks:
        digest.update(block.acc_ms2.tobytes())
    return digest.hexdigest()


def repeatability_lines(runs: list[FreshRun], estimate: RepeatabilityEstimate) -> Iterator[str]:
    """Give the runs, and what they come to, line by line."""
    from hipcal.repeatability import LITERATURE_SDC_DEG

    width = max(12, *(len(run.name) for run in runs)) + 2
    yield f"{'fresh drop':{width}}{'left leg':>10}{'right leg':>11}{'both':>8}"
    for run in runs:
        yield f"{run.name:{width}}{run.left_deg:>10.1f}{run.right_deg:>11.1f}{run.both_deg:>8.1f}"
    yield ""
    yield f"{'degrees':{width}}{'mean':>10}{'SEM':>11}{'95 % of SEM':>18}{'SDC':>8}"
    measures = {"left leg": estimate.left, "right leg": estimate.right, "mean of both": estimate.both}
    measures |= {"list": estimate.list} if estimate.list is not None else {}
    for name, one in (measures | {"a leg": estimate.leg}).items():
        interval = f"{one.low_deg:.2f} to {one.high_deg:.2f}"
        yield f"{name:{width}}{one.mean_deg:>10.1f}{one.sem_deg:>11.2f}{interval:>18}{one.sdc_deg:>8.1f}"
    low, high = LITERATURE_SDC_DEG
    yield f"{'literature':{width}}{f'{low}-{high}':>47}  2D video a week apart, 21 other runners (Dingenen 2018)"
    yield ""
    yield from (f"apart        {words}; it is counted in" for words in estimate.outliers)
    yield f"repeats      {estimate.verdict}"


def _keep(who: Person, profile: Profile, estimate: RepeatabilityEstimate) -> str:
    """Put it into the profile, where it is worth more than the literature's figure."""
    from dataclasses import replace

    from hipcal.repeatability import FEWEST_TO_KEEP

    assert profile.baseline is not None, "refused before the analysis"
    if not estimate.worth_keeping:
        return f"not kept     {estimate.runs} runs; from {FEWEST_TO_KEEP} on it goes into the profile of {who.words}"
    baseline = profile.baseline.repeating(estimate.leg.sem_deg, estimate.runs)
    who.keep(replace(profile, baseline=baseline), session=False)
    return f"written      {who.profile_path}"
