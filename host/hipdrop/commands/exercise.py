"""`hipdrop exercise`: sets of one of six exercises, guided, live or on a recording."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from hipdrop.commands.calibrate import FromOption, NoPlotOption, RecordOption
from hipdrop.commands.checkin import of_demo
from hipdrop.commands.guided import Way, known_and_said, led, outcome_of
from hipdrop.commands.options import (
    CalibrationOption,
    ClipOption,
    DebugOption,
    PersonOption,
    SensorErrorsOption,
    ThemeOption,
)
from hipdrop.commands.test_ import who_trains, worn_mount
from hipdrop.commands.trainkeep import Place, place_of
from hipdrop.errors import UsageError

if TYPE_CHECKING:
    from hipcal.model import Calibration, MountFit
    from hipcal.procedures.base import Procedure
    from hipdrop.calibrating.run import CalibrationRun, Clip
    from hipdrop.events import Side
    from hipdrop.links.storing import Asker
    from hipdrop.training.table import Exercise

Name = Literal["pelvic-drop", "bridge", "clamshell", "side-lying", "side-step", "balance"]
SideName = Literal["left", "right", "both"]


def exercise_command(
    name: Annotated[Name, typer.Argument(help="Which (docs/exercises.md).")],
    clip: ClipOption = None,
    source: FromOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="A virtual clip on a simulated person.")] = False,
    person: PersonOption = None,
    sets: Annotated[int | None, typer.Option(min=1, max=20, help="With each leg.")] = None,
    reps: Annotated[int | None, typer.Option(min=1, max=100, help="Of a set, where they are counted.")] = None,
    seconds: Annotated[float | None, typer.Option(min=5, max=600, help="Of a set, where they are not.")] = None,
    side: Annotated[SideName, typer.Option(help="Which leg works; both: one after the other.")] = "both",
    bends: Annotated[bool, typer.Option("--bends", help="Three bends first, though the mount is known.")] = False,
    calibration: CalibrationOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No tones, no buzzes.")] = False,
    no_plot: NoPlotOption = False,
    theme: ThemeOption = "light",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write the figures here as JSON, and nowhere else."),
    ] = None,
    record: RecordOption = None,
    sensor_errors: SensorErrorsOption = None,
    debug: DebugOption = False,
) -> None:
    """Do sets of an exercise: pelvic-drop and bridge are counted, in the others the clip watches the pelvis.

    Where it is not known how the clip sits, and for the bridge, it begins with three bends. Ctrl-C or Q leaves it, and
    keeps nothing; where the link is lost, the sets that were done are kept.
    """
    from hipcal.file import load
    from hipdrop.alert_settings import AlertSettings
    from hipdrop.alerts.outbox import Outbox
    from hipdrop.calibrating.calling import CallView
    from hipdrop.commands.live import sounding
    from hipdrop.training.table import exercises

    exercise = exercises()[name]
    _check(exercise, reps, seconds, side)
    if demo:
        of_demo(person)
    way = Way.of(clip, source, no_plot, theme, record, sensor_errors)
    who = who_trains(person, live=source is None and not demo)
    sets_of = Sets(exercise, exercise.legs(side), sets or exercise.sets, reps, seconds)
    place = place_of(who, out, demo=demo)
    session = ExerciseSession(sets_of, source, bends, place, None if calibration is None else load(calibration))
    settings, outbox = AlertSettings(sound=not quiet, haptic=not quiet), Outbox()
    link = None
    if demo:
        from hipdrop.links.virtual import VirtualLink

        if clip is not None or source is not None:
            raise UsageError("--demo brings its own clip: leave out --clip and --from")
        link = VirtualLink(sets_of.demo().feed)
    with ExitStack() as stack:
        if source is None:
            stack.enter_context(sounding(settings, outbox, off="give --quiet"))
        led(
            f"exercise {name}", session.make, session.keep, way, link, lambda run: CallView(run, settings, outbox),
            parts=True,
        )  # fmt: skip


def _check(exercise: Exercise, reps: int | None, seconds: float | None, side: str) -> None:
    """Refuse what does not fit the exercise."""
    if reps is not None and exercise.count is None:
        raise UsageError(f"{exercise.name} is timed, not counted: give --seconds in place of --reps")
    if seconds is not None and exercise.count is not None:
        raise UsageError(f"{exercise.name} is counted, not timed: give --reps in place of --seconds")
    if side != "both" and "both" in exercise.sides:
        raise UsageError(f"{exercise.name} is done with both legs at once: leave out --side")


class Sets:
    """What is to be done."""

    def __init__(
        self, exercise: Exercise, legs: list[Side | None], sets: int, reps: int | None, seconds: float | None
    ) -> None:
        self.exercise, self.legs, self.sets, self.reps, self.seconds = exercise, legs, sets, reps, seconds

    def procedure(self, mount: Any, known: Calibration | None) -> Procedure:
        """Lead through it."""
        from hipdrop.training.procedures.sets import SetsProcedure

        return SetsProcedure(
            self.exercise, mount, legs=self.legs, sets=self.sets, repetitions=self.reps, seconds=self.seconds,
            calibration=known,
        )  # fmt: skip

    def demo(self) -> Any:
        """Give somebody who does it."""
        from hipdrop.simulate.exercise_demo import demo_exercise

        exercise = self.exercise
        return demo_exercise(
            exercise.name, self.legs, self.sets, repetitions=self.reps or exercise.repetitions or 0,
            seconds=self.seconds or exercise.seconds or 0.0,
        )  # fmt: skip


class ExerciseSession:
    """Sets from the options to their figures."""

    def __init__(
        self, sets: Sets, source: Path | None, bends: bool, place: Place, given: Calibration | None
    ) -> None:  # fmt: skip
        self._sets, self._source, self._bends = sets, source, bends
        self._place, self._given = place, given

    def make(self, clip: Clip) -> Procedure:
        """Make the procedure: with the mount that is known, else with three bends first."""
        from hipdrop.training.procedures.mounted import BendsFirst

        named, known = self._given is not None, self._given or known_and_said(clip)
        anew = self._bends or (self._sets.exercise.moved and not named)
        mount: MountFit | None = None if anew else worn_mount(known, self._source, named=named)
        if mount is None:
            return BendsFirst(lambda found: self._sets.procedure(found, known), known, self._sets.exercise.where)
        return self._sets.procedure(mount.pelvis_from_sensor, known)

    async def keep(self, run: CalibrationRun, asker: Asker | None) -> list[str]:
        """Keep each set, and say how it was."""
        from hipdrop.training.setresult import SetsResult, as_data, lines_of

        result = outcome_of(run, SetsResult)
        sets = [as_data(done, self._sets.exercise) for done in result.sets]
        last_s = result.sets[-1].end_s
        times = [run.measured - timedelta(seconds=round(last_s - done.end_s)) for done in result.sets]
        entries = list(zip(times, sets, strict=True))
        whole = {"hipdrop_sets": 1, "sets": [{"at": at.isoformat(), **kept} for at, kept in entries]}
        return self._place.keep(list(lines_of(sets)), "set", entries, whole)
