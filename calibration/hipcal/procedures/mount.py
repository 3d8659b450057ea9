"""How the clip sits: standing still and three bends, or half a minute of running; then which side is left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from hipcal.bends import LEAST_DEG, mount_by_bends
from hipcal.levelled import LOOK_S, REST_S
from hipcal.model import Calibration
from hipcal.mount import MountEstimate
from hipcal.oneleg import OneLegEstimate, one_leg_check
from hipcal.procedures.base import Course, Picture, Prompt
from hipcal.procedures.cells import Cells, joined
from hipcal.procedures.quiet import HALF, HalfSeconds, Lean, Stir, is_quiet
from hipcal.refusal import Refusal
from hipcal.running import mount_by_running
from hipdrop.events import Side, Site
from hipdrop.samples import STANDARD_GRAVITY_MS2, SampleBlock

STAND_S = 3.0  # of standing at first: a second more than the estimators ask for
KEEP_S = 5.0  # of standing at most, before the wearer begins
AFTER_S = 1.0  # of standing behind the bends
BENDS = 3
UPRIGHT_DEG = 10.0  # as `bends` counts them: a bend is where the clip leans by more
RUN_S = 32.0  # with what it takes to get going: 50 steps and more at any cadence
RUNS_G = 0.35  # SD of |a| in half a second: running 0.7 and more, walking 0.2
LEG_S = 3.0
LEG_SHIFT_S = 1.0  # in which the weight comes over the leg
LEG_AFTER_S = 2.0
LEG_LONGEST_S = 9.0
COURSE_S = 20.0
_TIMES = {1: "once", 2: "twice", 3: "three times"}
_TRIES = 2  # of the one-leg check: who contradicts twice is believed


class Stage(Enum):
    """Where the procedure stands."""

    STAND = auto()
    BEND = auto()
    RUN = auto()
    AFTER = auto()
    LEG_STAND = auto()
    LEG = auto()


@dataclass(frozen=True, slots=True, eq=False)
class MountResult:
    """What the procedure has found.

    Attributes
    ----------
    estimate
        The mount.
    check
        What the stand on the left leg showed; None where it was left out.
    """

    estimate: MountEstimate
    check: OneLegEstimate | None = None


class MountProcedure:
    """Leads through it; see `hipcal.procedures.base.Procedure`.

    Parameters
    ----------
    method
        `bends` or `running`.
    one_leg
        Whether it ends with a stand on the left leg, which tells left from right.
    site
        Where the clip sits, if the wearer says so.
    calibration
        Of its sensor, to be taken off the samples first; None leaves them nominal.
    """

    def __init__(
        self, method: str = "bends", *, one_leg: bool = True, site: Site | None = None,
        calibration: Calibration | None = None,
    ) -> None:  # fmt: skip
        self._running, self._one_leg, self._site = method == "running", one_leg, site
        self._cells, self._halves = Cells(calibration), HalfSeconds()
        self._good = self._trouble = ""
        self._estimate: MountEstimate | None = None
        self._check: OneLegEstimate | None = None
        self._against = 0
        self._begin()
        self.result: MountResult | Refusal | None = None

    def _begin(self, stage: Stage = Stage.STAND) -> None:
        """Wait for quiet standing; nothing that was before counts."""
        self._stage = stage
        self._data: list[SampleBlock] = []
        self._quiet_s = self._run_s = 0.0
        self._lean: Lean | None = None
        self._course: list[tuple[float, float]] = []
        self._bends, self._deepest_deg = 0, 0.0
        self._stir: Stir | None = None
        self._stirred_s: float | None = None
        self._moves = False
        self._put_down = False

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
            self._data.append(cell)
            self._follow(cell)
            piece = self._halves.push(cell)
            if piece is not None:
                self._half_second(piece)

    def close(self) -> None:
        """End with what there is: without the check on one leg, or with a run that is a little short."""
        if self.done:
            return
        if self._estimate is None and self._stage in (Stage.BEND, Stage.RUN, Stage.AFTER):
            self._evaluate()
        if self._estimate is not None:
            self.result = self.result or MountResult(self._estimate, self._check)
        elif self.result is None:
            reason, _, remedy = self._trouble.partition("; ")
            self.result = Refusal(reason or "you did not stand still, or did not begin", remedy or self._remedy)

    def redo(self) -> None:
        """Begin again: with the stand on one leg if that is what is to be done now, else with the whole."""
        self._trouble = ""
        if self._stage in (Stage.LEG_STAND, Stage.LEG):
            self._begin(Stage.LEG_STAND)
            return
        self._estimate, self._good = None, ""
        self._begin()

    def enough(self) -> None:
        """Leave the check on one leg out."""
        if self._estimate is not None:
            self.result = MountResult(self._estimate, self._check)

    # ---- what to do ----

    @property
    def prompt(self) -> Prompt:
        """What to do now."""
        steps = 4 if self._one_leg else 3
        if self.done:
            return Prompt(Picture.DONE, "Done", step=steps, steps=steps, part=1.0, good=self._good)
        show = {
            Stage.STAND: self._stand_prompt,
            Stage.BEND: self._bend_prompt,
            Stage.RUN: self._run_prompt,
            Stage.AFTER: self._after_prompt,
            Stage.LEG_STAND: self._leg_stand_prompt,
            Stage.LEG: self._leg_prompt,
        }
        prompt = show[self._stage]()
        return replace(
            prompt, steps=steps, good=self._good, trouble=self._trouble, enough=self._estimate is not None,
            course=None if self._running or prompt.step > 3 else self._course_now(),
        )  # fmt: skip

    def _stand_prompt(self) -> Prompt:
        how = "Clip where you wear it, feet a hip's width apart, look ahead, arms hanging."
        return self._hold("Stand still", how, STAND_S, 1)

    def _bend_prompt(self) -> Prompt:
        if self._bends >= BENDS:
            return self._after_prompt()
        how = "Bend forward from the hips until your hands reach the knees, come up; no more than 5 s each."
        left = _TIMES[BENDS - self._bends]
        return Prompt(Picture.BEND, f"Bow {left}", how, step=2, part=self._bends / BENDS)

    def _run_prompt(self) -> Prompt:
        how = "Run straight ahead as you always do, half a minute, on a treadmill or the road."
        return Prompt(Picture.RUN, "Run", how, step=2, part=self._run_s / RUN_S)

    def _after_prompt(self) -> Prompt:
        return self._hold("Stand still", "As before, for a second.", AFTER_S, 3)

    def _leg_stand_prompt(self) -> Prompt:
        return self._hold("Stand still on both legs", "Then comes a stand on the left leg.", REST_S, 4)

    def _leg_prompt(self) -> Prompt:
        if self._put_down:
            how = "Put the right foot down and stand still on both legs."
            return self._hold("Both feet down, stand still", how, LEG_AFTER_S, 4)
        since_s = 0.0 if self._stirred_s is None else self._now_s - self._stirred_s
        how = "Lift the right foot, stay on the left leg for three seconds; hold on to something if you like."
        return Prompt(
            Picture.LEFT_LEG, "Stand on the left leg", how, step=4, part=min(1.0, since_s / LEG_S),
            held_s=since_s, hold_s=LEG_S if self._stirred_s is not None else 0.0,
        )  # fmt: skip

    def _hold(self, title: str, how: str, hold_s: float, step: int) -> Prompt:
        held_s = min(self._quiet_s, hold_s)
        return Prompt(Picture.STAND, title, how, step=step, part=held_s / hold_s, held_s=held_s, hold_s=hold_s,
                      moving=self._moves)  # fmt: skip

    def _course_now(self) -> Course:
        now_s = self._course[-1][0] if self._course else 0.0
        times_s = tuple(round(at_s - now_s, 3) for at_s, _ in self._course)
        return Course(times_s, tuple(round(lean, 1) for _, lean in self._course), self._bends, BENDS)

    @property
    def _remedy(self) -> str:
        what = "run for half a minute" if self._running else "bow three times, stand still again"
        return f"stand still for {STAND_S:.0f} s, {what}"

    # ---- what happens ----

    def _follow(self, cell: SampleBlock) -> None:
        """Follow how far the clip leans, and count bends."""
        self._now_s = float(cell.t_s[-1])
        if self._lean is None or self._stage not in (Stage.BEND, Stage.AFTER):
            return
        lean_deg = self._lean.push(cell)
        self._course = [(at_s, deg) for at_s, deg in self._course if at_s > self._now_s - COURSE_S]
        self._course.append((self._now_s, lean_deg))
        if lean_deg > UPRIGHT_DEG:
            self._deepest_deg = max(self._deepest_deg, lean_deg)
        elif self._deepest_deg:
            if self._deepest_deg >= LEAST_DEG:
                self._bends += 1
                self._trouble = ""
            else:
                self._trouble = f"that was {self._deepest_deg:.0f} deg; bow deeper, from the hips"
            self._deepest_deg = 0.0

    def _half_second(self, piece: SampleBlock) -> None:
        self._moves = not is_quiet(piece)
        self._quiet_s = 0.0 if self._moves else self._quiet_s + LOOK_S
        act = {
            Stage.STAND: self._stand,
            Stage.BEND: self._bend,
            Stage.RUN: self._run,
            Stage.AFTER: self._after,
            Stage.LEG_STAND: self._leg_stand,
            Stage.LEG: self._leg,
        }
        act[self._stage](piece)

    def _stand(self, piece: SampleBlock) -> None:
        """Keep the newest standing, until there is enough of it."""
        self._keep(self._quiet_s)
        if self._quiet_s >= STAND_S:
            self._trouble = ""
            self._lean = Lean(joined(self._data))
            self._stage = Stage.RUN if self._running else Stage.BEND

    def _bend(self, piece: SampleBlock) -> None:
        upright = self._lean is not None and self._lean.lean_deg < UPRIGHT_DEG
        if self._bends >= BENDS and upright:
            self._stage = Stage.AFTER
        elif not self._bends and not self._deepest_deg and self._quiet_s >= STAND_S:
            self._keep(KEEP_S)  # still waiting for the first bend
            self._lean = Lean(joined(self._data))

    def _after(self, piece: SampleBlock) -> None:
        if self._quiet_s >= AFTER_S:
            self._evaluate()

    def _run(self, piece: SampleBlock) -> None:
        size_g = (piece.acc_ms2**2).sum(axis=1) ** 0.5 / STANDARD_GRAVITY_MS2
        if size_g.std() > RUNS_G:
            self._run_s += LOOK_S
        elif not self._run_s and self._quiet_s >= STAND_S:
            self._keep(KEEP_S)
        if self._run_s >= RUN_S:
            self._evaluate()

    def _evaluate(self) -> None:
        """Estimate the mount; where that cannot be, say why and begin again."""
        data = joined(self._data)
        found = (
            mount_by_running(data.t_s, data.acc_ms2, data.gyr_rads, self._site)
            if self._running
            else mount_by_bends(data.t_s, data.acc_ms2, data.gyr_rads)
        )
        if isinstance(found, Refusal):
            self._again(str(found))
            return
        self._estimate, self._good, self._trouble = found, f"mount {found.verdict}", ""
        if self._one_leg:
            self._begin(Stage.LEG_STAND)
        else:
            self.result = MountResult(found)

    def _leg_stand(self, piece: SampleBlock) -> None:
        self._keep(self._quiet_s)
        if self._quiet_s >= REST_S:
            self._stir = Stir(joined(self._data))
            self._stage = Stage.LEG

    def _leg(self, piece: SampleBlock) -> None:
        """Time the stand from when the wearer stirs; with both feet down again and calm, look at it."""
        assert self._stir is not None
        stirs = self._stir.seen(piece)
        self._quiet_s = 0.0 if stirs else self._quiet_s + LOOK_S
        if self._stirred_s is None:
            if stirs:
                self._stirred_s = float(piece.t_s[0])
            else:
                self._keep(KEEP_S)
            return
        since_s = float(piece.t_s[-1]) - self._stirred_s
        if not self._put_down and since_s >= LEG_S + LEG_SHIFT_S:
            self._put_down, self._quiet_s = True, 0.0
        elif self._put_down and self._quiet_s >= LEG_AFTER_S:
            self._check_sides(last=since_s > LEG_LONGEST_S)
        elif since_s > LEG_LONGEST_S + LEG_AFTER_S:
            self._trouble = "that took too long; lift the foot, hold it for three seconds, put it down"
            self._begin(Stage.LEG_STAND)

    def _check_sides(self, last: bool) -> None:
        """Look at the stand; where it tells nothing, wait for more of it, or, at `last`, have it done again."""
        assert self._estimate is not None
        data = joined(self._data)
        mount = self._estimate.pelvis_from_sensor
        found = one_leg_check(data.t_s, data.acc_ms2, data.gyr_rads, mount, Side.LEFT)
        if isinstance(found, OneLegEstimate) and found.hold_s < LEG_S - LEG_SHIFT_S:
            found = Refusal(f"the stand lasted {found.hold_s:.1f} s only", "hold it for three seconds")
        if isinstance(found, Refusal):
            if last:
                self._trouble = str(found)
                self._begin(Stage.LEG_STAND)
            return
        self._trouble = ""
        if found.confirms:
            self._check, self._good = found, found.verdict
            self.result = MountResult(self._estimate, found)
            return
        self._against += 1
        self._trouble = found.verdict
        self._begin(Stage.LEG_STAND)
        if self._against >= _TRIES:
            self.result = Refusal(
                f"left and right are the wrong way round ({found.verdict.partition(':')[0]}, twice)",
                "wear the clip arrow up, button outwards, and bow forwards; then calibrate the mount again",
            )

    def _again(self, trouble: str) -> None:
        """Begin anew with this to say; the standing that goes on counts."""
        self._trouble = trouble
        stage = Stage.LEG_STAND if self._estimate is not None else Stage.STAND
        standing = self._data[-round(self._quiet_s / LOOK_S) * HALF :] if self._quiet_s else []
        quiet_s = self._quiet_s
        self._begin(stage)
        self._data, self._quiet_s = standing, quiet_s

    def _keep(self, newest_s: float) -> None:
        """Forget all but the newest."""
        count = round(newest_s / LOOK_S) * HALF
        self._data = self._data[-count:] if count else []
