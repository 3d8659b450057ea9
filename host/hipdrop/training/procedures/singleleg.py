"""The single-leg test, step by step: stand quietly, raise and hold, put the foot down; one leg and then the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from hipcal.levelled import LOOK_S
from hipcal.model import Calibration
from hipcal.procedures.base import Course, Picture, Prompt
from hipcal.procedures.cells import Cells, joined
from hipcal.procedures.quiet import HALF, HalfSeconds, Stir, is_quiet
from hipcal.refusal import Refusal
from hipdrop.events import Side
from hipdrop.samples import Array, SampleBlock
from hipdrop.training.live_height import LiveHeight
from hipdrop.training.singleleg import STAND_S, SingleLegEstimate, single_leg_test
from hipdrop.training.squats import SQUATS, SquatsEstimate, single_leg_squats
from hipdrop.training.words import try_words

TRIES = 3
HOLD_S = 30.0
SHIFT_S = 1.5  # in which the weight comes over the leg and the foot leaves the ground
AFTER_S = 3.0  # on both legs behind it
KEEP_S = 8.0  # of standing at most
WAITS_S = 20.0  # for the foot to come down when told
LOOKS_S = 2.0  # how often it is looked whether the foot is down already
SQUATS_S = 120.0  # for all of them: 20 of 5 s, and getting there

Outcome = SingleLegEstimate | SquatsEstimate


class Stage(Enum):
    """Where a task stands."""

    STAND = auto()
    GO = auto()
    DOWN = auto()


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: a try of raising and holding, or squats, on a leg."""

    leg: Side
    number: int
    squats: bool = False

    @property
    def longest_s(self) -> float:
        """After which the foot is to come down."""
        return SQUATS_S if self.squats else HOLD_S + SHIFT_S

    def outcome(self, block: SampleBlock, mount: Array) -> Outcome | Refusal:
        """Look at its samples."""
        look: Callable[[SampleBlock, Array, Side], Outcome | Refusal]
        look = single_leg_squats if self.squats else single_leg_test
        return look(block, mount, self.leg)


def tasks(tries: int, *, squats: bool) -> list[Task]:
    """Give what is to be done: left and right by turns, so that one leg rests while the other stands."""
    legs = (Side.LEFT, Side.RIGHT)
    raises = [Task(leg, number) for number in range(1, tries + 1) for leg in legs]
    return raises + ([Task(leg, 1, squats=True) for leg in legs] if squats else [])


@dataclass(frozen=True, slots=True)
class SingleLegResult:
    """What the test has found; tries and squats in the order they were done."""

    tries: tuple[SingleLegEstimate, ...]
    squats: tuple[SquatsEstimate, ...] = ()

    def of(self, leg: Side) -> list[SingleLegEstimate]:
        """Give the tries on a leg."""
        return [one for one in self.tries if one.leg is leg]


@dataclass(slots=True)
class _Watch:
    """What has been seen of the task that goes on."""

    stage: Stage = Stage.STAND
    data: list[SampleBlock] = field(default_factory=list)
    quiet_s: float = 0.0
    moves: bool = False
    stir: Stir | None = None
    height: LiveHeight | None = None
    stirred_s: float | None = None
    now_s: float = 0.0
    looked_s: float = 0.0

    @property
    def since_s(self) -> float:
        """Since the wearer stirred."""
        return 0.0 if self.stirred_s is None else self.now_s - self.stirred_s


class SingleLegProcedure:
    """Leads through it; see `hipcal.procedures.base.Procedure`.

    Parameters
    ----------
    pelvis_from_sensor
        (3, 3) mount.
    tries
        On each leg.
    squats
        Whether 20 squats on each leg follow.
    calibration
        Of the sensor, to be taken off the samples first; None leaves them nominal.
    """

    def __init__(
        self, pelvis_from_sensor: Array, *, tries: int = TRIES, squats: bool = False,
        calibration: Calibration | None = None,
    ) -> None:  # fmt: skip
        self._mount = pelvis_from_sensor
        self._tasks = tasks(tries, squats=squats)
        self._at = 0
        self._cells, self._halves = Cells(calibration), HalfSeconds()
        self._found: list[Outcome] = []
        self._good = self._trouble = ""
        self._watch = _Watch()
        self.result: SingleLegResult | Refusal | None = None

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
            self._watch.data.append(cell)
            self._watch.now_s = float(cell.t_s[-1])
            if self._watch.height is not None:
                self._watch.height.push(cell)
            if piece is not None:
                self._half_second(piece)

    def close(self) -> None:
        """End with the tries that there are."""
        if not self.done and self._watch.stirred_s is not None:
            self._look(last=True)
        if not self.done:
            self._finish()

    def redo(self) -> None:
        """Do the one that goes on again; in the standing before it, the last one."""
        if self._watch.stage is Stage.STAND and self._found:
            self._found.pop()
            self._at -= 1
        self._good = ""
        self._again("")

    def enough(self) -> None:
        """Before a try: leave out what is still to be done. In it: the foot is down."""
        if self._watch.stage is Stage.GO:
            self._watch.stage, self._watch.quiet_s = Stage.DOWN, 0.0
        elif self._found:
            self._finish()

    # ---- what to do ----

    @property
    def prompt(self) -> Prompt:
        """What to do now."""
        steps = len(self._tasks)
        if self.done:
            return Prompt(Picture.DONE, "Done", step=steps, steps=steps, part=1.0, good=self._good)
        show = {Stage.STAND: self._stand_prompt, Stage.GO: self._go_prompt, Stage.DOWN: self._down_prompt}
        watch = self._watch
        course = Course(heading="height of the free hip", low_deg=-10.0, high_deg=10.0)
        return replace(
            show[watch.stage](), step=self._at + 1, steps=steps, good=self._good, trouble=self._trouble,
            course=course if watch.height is None else watch.height.course,
            enough=bool(self._found) if watch.stage is Stage.STAND else watch.stage is Stage.GO,
        )  # fmt: skip

    @property
    def _task(self) -> Task:
        return self._tasks[self._at]

    def _stand_prompt(self) -> Prompt:
        task = self._task
        then = f"squats on the {task.leg} leg" if task.squats else f"the {task.leg} leg, try {task.number}"
        how = f"Feet a hip's width apart, look ahead. Next: {then}."
        return self._hold("Stand still on both legs", how, STAND_S)

    def _go_prompt(self) -> Prompt:
        task, free = self._task, self._task.leg.other
        if task.squats:
            how = (
                f"Lift the {free} foot, then {SQUATS} slow squats; at the end put it down with a firm step, and Enter."
            )
            picture = Picture.SQUAT_LEFT if task.leg is Side.LEFT else Picture.SQUAT_RIGHT
            return Prompt(picture, f"Squat on the {task.leg} leg", how)
        how = (
            f"{str(free).capitalize()} foot a little to the front and up, {free} hip as high as it goes for "
            f"{HOLD_S:.0f} s. A hand on a support on the {task.leg} is fine."
        )
        picture = Picture.RAISE_LEFT if task.leg is Side.LEFT else Picture.RAISE_RIGHT
        held_s = min(max(0.0, self._watch.since_s - SHIFT_S), HOLD_S)
        return Prompt(picture, f"Stand on the {task.leg} leg", how, part=held_s / HOLD_S, held_s=held_s, hold_s=HOLD_S)

    def _down_prompt(self) -> Prompt:
        how = "Put the foot down with a firm step, where it was, and stand still on both legs."
        return self._hold("Both feet down, stand still", how, AFTER_S)

    def _hold(self, title: str, how: str, hold_s: float) -> Prompt:
        held_s = min(self._watch.quiet_s, hold_s)
        return Prompt(Picture.STAND, title, how, part=held_s / hold_s, held_s=held_s, hold_s=hold_s,
                      moving=self._watch.moves)  # fmt: skip

    # ---- what happens ----

    def _half_second(self, piece: SampleBlock) -> None:
        watch = self._watch
        watch.moves = not is_quiet(piece)
        if watch.stage is Stage.STAND:
            self._stand()
            return
        assert watch.stir is not None
        stirs = watch.stir.seen(piece)
        watch.quiet_s = 0.0 if stirs else watch.quiet_s + LOOK_S
        if watch.stirred_s is None:
            if stirs:
                watch.stirred_s = float(piece.t_s[0])
            else:
                self._keep(KEEP_S)
            return
        if watch.stage is Stage.GO and watch.since_s >= self._task.longest_s:
            watch.stage, watch.quiet_s = Stage.DOWN, 0.0
        elif watch.since_s > self._task.longest_s + WAITS_S:
            self._look(last=True)
        elif watch.quiet_s >= AFTER_S and watch.now_s - watch.looked_s >= LOOKS_S:
            self._look(last=False)

    def _stand(self) -> None:
        """Keep the newest standing until there is enough of it."""
        watch = self._watch
        watch.quiet_s = 0.0 if watch.moves else watch.quiet_s + LOOK_S
        self._keep(min(watch.quiet_s, KEEP_S))
        if watch.quiet_s >= STAND_S + LOOK_S:
            standing = joined(watch.data)
            watch.stir, watch.stage, watch.quiet_s = Stir(standing), Stage.GO, 0.0
            watch.height = LiveHeight(standing, self._mount, self._task.leg)

    def _look(self, *, last: bool) -> None:
        """Look at it; where nothing is to be seen yet, wait for more, or, at `last`, have it done again."""
        self._watch.looked_s = self._watch.now_s
        found = self._task.outcome(joined(self._watch.data), self._mount)
        if isinstance(found, Refusal):
            if last or (self._watch.stage is Stage.DOWN and self._watch.quiet_s >= 2.0 * AFTER_S):
                self._again(str(found))
        elif last or found.end_s <= self._watch.now_s - AFTER_S:
            self._found.append(found)
            self._good, self._trouble = try_words(found), ""
            self._at += 1
            self._watch = _Watch()
            if self._at == len(self._tasks):
                self._finish()

    def _finish(self) -> None:
        tries = tuple(one for one in self._found if isinstance(one, SingleLegEstimate))
        squats = tuple(one for one in self._found if isinstance(one, SquatsEstimate))
        if tries or squats:
            self.result = SingleLegResult(tries, squats)
            return
        reason, _, remedy = self._trouble.partition("; ")
        start_again = f"stand still for {STAND_S:.0f} s, lift one foot, hold it, put it down, stand still"
        self.result = Refusal(reason or "no stand on one leg was seen", remedy or start_again)

    def _again(self, trouble: str) -> None:
        """Begin the task anew, with this to say."""
        self._watch, self._trouble = _Watch(now_s=self._watch.now_s), trouble

    def _keep(self, newest_s: float) -> None:
        count = round(newest_s / LOOK_S) * HALF
        self._watch.data = self._watch.data[-count:] if count else []
