"""Sets of an exercise, step by step: into position and quiet, then the repetitions or the time; leg by leg."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from hipcal.levelled import LOOK_S, rate_of
from hipcal.model import Calibration
from hipcal.procedures.base import Call, Course, Picture, Prompt, Sound
from hipcal.procedures.cells import Cells, joined
from hipcal.procedures.quiet import HALF, HalfSeconds, is_quiet
from hipcal.refusal import Refusal
from hipdrop.events import Side
from hipdrop.samples import Array, SampleBlock
from hipdrop.training.levelled import Levelled
from hipdrop.training.posture import Posture
from hipdrop.training.reps import RepCounter
from hipdrop.training.setresult import DoneSet, SetsResult, repetition_words, set_words
from hipdrop.training.table import Exercise, said
from hipdrop.training.watch import PelvisWatch

QUIET_S = 5.0  # less leaves too much of the gyroscope's bias (docs/single-leg-test.md)
AFTER_S = 1.5  # behind the last repetition: its hold
COURSE_S = 20.0
PICTURES: dict[tuple[str, Side | None], Picture] = {
    ("pelvic-drop", Side.LEFT): Picture.DROP_LEFT,
    ("pelvic-drop", Side.RIGHT): Picture.DROP_RIGHT,
    ("bridge", None): Picture.BRIDGE,
    ("clamshell", Side.LEFT): Picture.CLAMSHELL_LEFT,
    ("clamshell", Side.RIGHT): Picture.CLAMSHELL_RIGHT,
    ("side-lying", Side.LEFT): Picture.LEG_LIFT_LEFT,
    ("side-lying", Side.RIGHT): Picture.LEG_LIFT_RIGHT,
    ("side-step", None): Picture.SIDE_STEP,
    ("balance", Side.LEFT): Picture.BALANCE_LEFT,
    ("balance", Side.RIGHT): Picture.BALANCE_RIGHT,
}


class Stage(Enum):
    """Where a set stands."""

    QUIET = auto()
    WORK = auto()


@dataclass(slots=True)
class _Work:
    """What has been seen of the set that goes on."""

    stage: Stage = Stage.QUIET
    data: list[SampleBlock] = field(default_factory=list)
    quiet_s: float = 0.0
    moves: bool = False
    levelled: Levelled | None = None
    counter: RepCounter | None = None
    watch: PelvisWatch | None = None
    begun_s: float = 0.0
    now_s: float = 0.0
    faulty: int = 0  # repetitions whose fault has been heard
    course: deque[tuple[float, float]] = field(default_factory=deque)


class SetsProcedure:
    """Leads through sets; see `hipcal.procedures.base.Procedure`.

    Parameters
    ----------
    exercise
        Which.
    pelvis_from_sensor
        (3, 3) mount.
    legs
        That work, one after the other; None is both at once.
    sets
        With each of them.
    repetitions, seconds
        Of a set; without it what the table says.
    calibration
        Of the sensor, to be taken off the samples first; None leaves them nominal.
    """

    def __init__(
        self, exercise: Exercise, pelvis_from_sensor: Array, *, legs: list[Side | None], sets: int | None = None,
        repetitions: int | None = None, seconds: float | None = None, calibration: Calibration | None = None,
    ) -> None:  # fmt: skip
        self._exercise, self._mount = exercise, pelvis_from_sensor
        self._tasks = [leg for _ in range(sets or exercise.sets) for leg in legs]
        self._repetitions = repetitions or exercise.repetitions or 0
        self._seconds = seconds or exercise.seconds or 0.0
        self._cells, self._halves = Cells(calibration), HalfSeconds()
        self._found: list[DoneSet] = []
        self._good = self._trouble = ""
        self._call = Call()
        self._work = _Work()
        self.result: SetsResult | Refusal | None = None

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.result is not None

    def push(self, block: SampleBlock) -> None:
        """Take nominal samples in sensor axes."""
        for cell in self._cells.push(block):
            if self.done:
                return
            if cell.gap_s:
                self._again(f"{cell.gap_s:.1f} s of samples are missing; bring the clip nearer to the computer")
            piece = self._halves.push(cell)
            self._work.now_s = float(cell.t_s[-1])
            if self._work.stage is Stage.WORK:
                self._works(cell)
            else:
                self._work.data.append(cell)
                if piece is not None:
                    self._waits(piece)

    def close(self) -> None:
        """End with the sets that there are."""
        if not self.done:
            if self._work.stage is Stage.WORK:
                self._set_ends()
            if not self.done:
                self._finish()

    def redo(self) -> None:
        """Do the set that goes on again; in the quiet before it, the last one."""
        if self._work.stage is Stage.QUIET and self._found:
            self._found.pop()
        self._good = ""
        self._again("")

    def enough(self) -> None:
        """In a set: it is over. Before one: leave out the rest."""
        if self._work.stage is Stage.WORK:
            self._set_ends()
        elif self._found:
            self._finish()

    # ---- what to do ----

    @property
    def _leg(self) -> Side | None:
        return self._tasks[len(self._found)]

    @property
    def prompt(self) -> Prompt:
        """What to do now."""
        steps = len(self._tasks)
        if self.done:
            return Prompt(Picture.DONE, "Done", step=steps, steps=steps, part=1.0, good=self._good, call=self._call)
        show = self._quiet_prompt if self._work.stage is Stage.QUIET else self._work_prompt
        leg = self._leg
        return replace(
            show(), step=len(self._found) + 1, steps=steps, good=self._good, trouble=self._trouble, call=self._call,
            side="both" if leg is None else str(leg), course=self._course(),
        )  # fmt: skip

    def _quiet_prompt(self) -> Prompt:
        held_s = min(self._work.quiet_s, QUIET_S)
        leg = self._leg
        which = "" if leg is None else f", {leg} leg"
        how = f"{said(self._exercise.position, leg)} Then keep still; clip {self._exercise.clip.partition(':')[0]}."
        return Prompt(
            self._picture, f"{self._exercise.title}{which}: into position", how, part=held_s / QUIET_S, held_s=held_s,
            hold_s=QUIET_S, moving=self._work.moves, enough=bool(self._found),
        )  # fmt: skip

    def _work_prompt(self) -> Prompt:
        leg, work = self._leg, self._work
        which = "" if leg is None else f", {leg} leg"
        how = said(self._exercise.how, leg)
        if work.counter is not None:
            count = work.counter.count
            title = f"{self._exercise.title}{which}: {count} of {self._repetitions}"
            return Prompt(self._picture, title, how, part=count / self._repetitions, enough=True, large=str(count))
        since_s = min(work.now_s - work.begun_s, self._seconds)
        left = int(self._seconds - since_s + 0.999)
        cue = said("; ".join(self._exercise.cues), leg)
        return Prompt(
            self._picture, f"{self._exercise.title}{which}", f"{how} {cue[0].upper()}{cue[1:]}.",
            part=since_s / self._seconds, enough=True, large=f"{left // 60}:{left % 60:02d}",
        )  # fmt: skip

    @property
    def _picture(self) -> Picture:
        return PICTURES[self._exercise.name, self._leg]

    def _course(self) -> Course:
        work, exercise = self._work, self._exercise
        times_s = tuple(round(at_s - work.now_s, 2) for at_s, _ in work.course)
        counts = (0, 0) if work.counter is None else (work.counter.count, self._repetitions)
        return Course(
            times_s, tuple(round(deg, 1) for _, deg in work.course), *counts, said(exercise.course, self._leg),
            *exercise.course_deg, "repetitions",
        )  # fmt: skip

    # ---- what happens ----

    def _waits(self, piece: SampleBlock) -> None:
        """Keep the newest quiet seconds until there are enough of them, in the right position."""
        work = self._work
        work.moves = not is_quiet(piece)
        work.quiet_s = 0.0 if work.moves else work.quiet_s + LOOK_S
        count = round(min(work.quiet_s, QUIET_S) / LOOK_S) * HALF
        work.data = work.data[-count:] if count else []
        if work.quiet_s >= QUIET_S:
            self._begin(joined(work.data))

    def _begin(self, quiet: SampleBlock) -> None:
        levelled = Levelled(quiet, self._mount)
        posture = Posture.of(levelled.standing, self._leg)
        self._trouble = posture.trouble(self._exercise.start)
        if self._trouble:
            self._work.quiet_s = 0.0
            return
        rate_hz = rate_of(quiet.t_s)
        counted = self._exercise.count is not None
        self._work = _Work(
            Stage.WORK, levelled=levelled, begun_s=float(quiet.t_s[-1]), now_s=self._work.now_s,
            counter=RepCounter(self._exercise, posture, rate_hz) if counted else None,
            watch=None if counted else PelvisWatch(self._exercise, posture, rate_hz),
        )  # fmt: skip
        self._says(Sound.GO)

    def _works(self, cell: SampleBlock) -> None:
        work = self._work
        assert work.levelled is not None
        levels = work.levelled.push(cell)
        if work.counter is not None:
            work.counter.push(levels)
            self._seen(work.now_s, work.counter.out_deg)
            self._counted(work.counter)
        elif work.watch is not None:
            out = work.watch.out
            work.watch.push(levels)
            self._seen(work.now_s, work.watch.angle_deg)
            self._watched(work.watch, out)

    def _seen(self, at_s: float, deg: float) -> None:
        course = self._work.course
        course.append((at_s, deg))
        while course[0][0] <= at_s - COURSE_S:
            course.popleft()

    def _counted(self, counter: RepCounter) -> None:
        """Say what was right or wrong with the newest repetition; end the set with the last one."""
        found = counter.repetitions
        if len(found) > self._work.faulty:
            self._work.faulty = len(found)
            words = repetition_words(len(found), found[-1], self._exercise, self._leg)
            self._good, self._trouble = ("", words) if found[-1].faults else (words, "")
            if found[-1].faults:
                self._says(Sound.AWAY)
        if len(found) >= self._repetitions and not counter.is_out and counter.now_s - found[-1].end_s >= AFTER_S:
            self._set_ends()

    def _watched(self, watch: PelvisWatch, before: str) -> None:
        self._trouble = watch.out
        if watch.out and watch.out != before:
            self._says(Sound.AWAY)
        if self._work.now_s - self._work.begun_s >= self._seconds:
            self._set_ends()

    def _says(self, sound: Sound) -> None:
        self._call = Call(self._call.number + 1, sound)

    def _set_ends(self) -> None:
        """Keep the set, if anything was done in it; go on to the next."""
        work, leg = self._work, self._leg
        if work.counter is not None:
            work.counter.close()
            done = DoneSet(leg, work.begun_s, work.now_s, repetitions=tuple(work.counter.repetitions))
        else:
            assert work.watch is not None
            work.watch.close()
            done = DoneSet(
                leg, work.begun_s, work.now_s, moments=tuple(work.watch.moments), watched_s=work.watch.watched_s,
                within_s=work.watch.within_s,
            )  # fmt: skip
        if not done.repetitions and not done.watched_s:
            self._again("no repetition was seen; do them as deep and as slowly as it says")
            return
        self._says(Sound.OVER)
        self._good, self._trouble = set_words(done, self._exercise), ""
        self._found.append(done)
        self._work = _Work(now_s=work.now_s)
        if len(self._found) == len(self._tasks):
            self._finish()

    def _finish(self) -> None:
        if self._found:
            self.result = SetsResult(self._exercise.name, tuple(self._found))
            return
        reason, _, remedy = self._trouble.partition("; ")
        rest = f"get into position, keep still for {QUIET_S:.0f} s, then begin"
        self.result = Refusal(reason or "no set was done", remedy or rest)

    def _again(self, trouble: str) -> None:
        """Begin the set anew, with this to say."""
        self._work, self._trouble = _Work(now_s=self._work.now_s), trouble
