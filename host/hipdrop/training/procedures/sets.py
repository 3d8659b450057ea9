"""Sets of an exercise, step by step: into position and quiet, then the repetitions or the time; leg by leg."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from hipcal.levelled import LOOK_S, rate_of
from hipcal.model import Calibration
from hipcal.procedures.base import Call, Picture, Prompt, Sound
from hipcal.procedures.cells import Cells, joined
from hipcal.procedures.quiet import HALF, HalfSeconds, is_quiet
from hipcal.refusal import Refusal
from hipcal.still import CELL_S
from hipdrop.events import Side
from hipdrop.samples import Array, SampleBlock
from hipdrop.training.levelled import Levelled
from hipdrop.training.posture import Posture
from hipdrop.training.procedures.setprompts import COURSE_S, counted_prompt, course_of, position_prompt, timed_prompt
from hipdrop.training.reps import RepCounter
from hipdrop.training.setresult import DoneSet, SetsResult, repetition_words, set_words
from hipdrop.training.table import Exercise
from hipdrop.training.watch import PelvisWatch

QUIET_S = 5.0  # less leaves too much of the gyroscope's bias (docs/single-leg-test.md)
AFTER_S = 1.5  # behind the last repetition: its hold
LEFT_S = 1.0  # so long in another position, and it was left


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
    posture: Posture | None = None
    left_s: float = 0.0
    counter: RepCounter | None = None
    watch: PelvisWatch | None = None
    begun_s: float = 0.0
    now_s: float = 0.0
    heard: int = 0  # repetitions that were told of
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
                missing = f"{cell.gap_s:.1f} s of samples are missing"
                self._breaks_off(missing, "bring the clip nearer to the computer")
                if self.done:
                    return
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
        return replace(
            self._shown(), step=len(self._found) + 1, steps=steps, good=self._good, trouble=self._trouble,
            call=self._call,
        )  # fmt: skip

    def _shown(self) -> Prompt:
        work, exercise, leg = self._work, self._exercise, self._leg
        if work.stage is Stage.QUIET:
            shown = position_prompt(exercise, leg, min(work.quiet_s, QUIET_S), QUIET_S)
            return replace(shown, moving=work.moves, enough=bool(self._found))
        counts = (0, 0)
        if work.counter is not None:
            counts = work.counter.count, self._repetitions
            shown = counted_prompt(exercise, leg, *counts)
        else:
            shown = timed_prompt(exercise, leg, work.now_s - work.begun_s, self._seconds)
        return replace(shown, course=course_of(exercise, leg, work.course, work.now_s, counts) if work.course else None)

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
            Stage.WORK, levelled=levelled, posture=posture, begun_s=float(quiet.t_s[-1]), now_s=self._work.now_s,
            counter=RepCounter(self._exercise, posture, rate_hz) if counted else None,
            watch=None if counted else PelvisWatch(self._exercise, posture, rate_hz),
        )  # fmt: skip
        self._says(Sound.GO)

    def _works(self, cell: SampleBlock) -> None:
        work = self._work
        assert work.levelled is not None
        assert work.posture is not None
        levels = work.levelled.push(cell)
        if self._exercise.start != "stand" and work.posture.is_left(levels):
            work.left_s += CELL_S
            if work.left_s >= LEFT_S:
                self._breaks_off("you have left the position", "lie down again, or press Enter before you get up")
            return
        work.left_s = 0.0
        if work.counter is not None:
            work.counter.push(levels)
            self._seen(work.now_s, work.counter.out_deg)
            self._counted(work.counter)
        elif work.watch is not None:
            out = work.watch.out
            work.watch.push(levels)
            self._seen(work.now_s, work.watch.angle_deg)
            self._watched(work.watch, out)

    def _breaks_off(self, why: str, remedy: str) -> None:
        """Nobody knows what is done then: a set of which the half is done is over, another one begins anew."""
        if self._work.stage is Stage.WORK and self._part_done() >= 0.5:
            if self._work.watch is not None:
                self._work.watch.forget()
            self._set_ends()
            self._trouble = f"{why}, so that set ended there; R does it again"
        else:
            self._again(f"{why}; {remedy}")

    def _part_done(self) -> float:
        work = self._work
        if work.counter is not None:
            return len(work.counter.repetitions) / self._repetitions
        return 0.0 if work.watch is None else work.watch.watched_s / self._seconds

    def _seen(self, at_s: float, deg: float) -> None:
        course = self._work.course
        course.append((at_s, deg))
        while course[0][0] <= at_s - COURSE_S:
            course.popleft()

    def _counted(self, counter: RepCounter) -> None:
        """Say what was right or wrong with the newest repetition; end the set with the last one."""
        found = counter.repetitions
        if len(found) > self._work.heard:
            self._work.heard = len(found)
            words = repetition_words(len(found), found[-1], self._exercise, self._leg)
            self._good, self._trouble = ("", words) if found[-1].faults else (words, "")
            if found[-1].faults:
                self._says(Sound.AWAY)
        if len(found) >= self._repetitions and not counter.is_out and counter.now_s - found[-1].end_s >= AFTER_S:
            self._set_ends()

    def _watched(self, watch: PelvisWatch, before: str) -> None:
        self._trouble = f"{watch.out}: bring the pelvis back" if watch.out else ""
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
