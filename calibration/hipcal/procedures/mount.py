"""How the clip sits: standing still and three bends, or half a minute of running; then which side is left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from hipcal.bends import mount_by_bends
from hipcal.levelled import LOOK_S
from hipcal.model import Calibration
from hipcal.mount import MountEstimate
from hipcal.oneleg import OneLegEstimate
from hipcal.procedures.base import Course, Picture, Prompt
from hipcal.procedures.bending import BendWatch
from hipcal.procedures.cells import Cells, joined
from hipcal.procedures.leftleg import TRIES, LeftLegStand
from hipcal.procedures.quiet import HALF, KEEP_S, HalfSeconds, is_quiet
from hipcal.refusal import Refusal
from hipcal.running import mount_by_running
from hipdrop.events import Site
from hipdrop.samples import STANDARD_GRAVITY_MS2, SampleBlock

STAND_S = 3.0  # of standing at first: a second more than the estimators ask for
AFTER_S = 1.0  # of standing behind the bends
BENDS = 3
RUN_S = 32.0  # with what it takes to get going: 50 steps and more at any cadence
RUNS_G = 0.35  # SD of |a| in half a second: running 0.7 and more, walking 0.2
WHERE_WORN = "where you wear it"
_TIMES = {1: "once", 2: "twice", 3: "three times"}


class Stage(Enum):
    """Where the procedure stands."""

    STAND = auto()
    BEND = auto()
    RUN = auto()
    AFTER = auto()


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
    where
        Where the clip is to be, in words.
    """

    def __init__(
        self, method: str = "bends", *, one_leg: bool = True, site: Site | None = None,
        calibration: Calibration | None = None, where: str = WHERE_WORN,
    ) -> None:  # fmt: skip
        self._where = where
        self._running, self._one_leg, self._site = method == "running", one_leg, site
        self._cells, self._halves = Cells(calibration), HalfSeconds()
        self._good = self._trouble = ""
        self._estimate: MountEstimate | None = None
        self._leg: LeftLegStand | None = None
        self._begin()
        self.result: MountResult | Refusal | None = None

    def _begin(self) -> None:
        """Wait for quiet standing; nothing that was before counts."""
        self._stage = Stage.STAND
        self._data: list[SampleBlock] = []
        self._quiet_s = self._run_s = 0.0
        self._watch: BendWatch | None = None
        self._moves = False

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
                self._missing(cell.gap_s)
            piece = self._halves.push(cell)
            if self._leg is not None:
                self._on_one_leg(self._leg, cell, piece)
                continue
            self._data.append(cell)
            self._follow(cell)
            if piece is not None:
                self._half_second(piece)

    def close(self) -> None:
        """End with what there is: without the check on one leg, or with a run that is a little short."""
        if self.done:
            return
        if self._estimate is None and self._stage in (Stage.BEND, Stage.RUN, Stage.AFTER):
            self._evaluate()
        if self._estimate is not None:
            self.result = self.result or self._unchecked()
        else:
            reason, _, remedy = self._trouble.partition("; ")
            self.result = Refusal(reason or "you did not stand still, or did not begin", remedy or self._remedy)

    def redo(self) -> None:
        """Begin again: with the stand on one leg if that is what is to be done now, else with the whole."""
        self._trouble = ""
        if self._leg is not None:
            self._leg.redo()
            return
        self._good = ""
        self._begin()

    def enough(self) -> None:
        """Leave the check on one leg out; not where it has spoken against the mount."""
        if self._leg is not None and not self._leg.against:
            self.result = self._unchecked()

    def _unchecked(self) -> MountResult | Refusal:
        """Give what there is without the check: a mount that it has contradicted is none."""
        assert self._estimate is not None
        refusal = None if self._leg is None else self._leg.refusal
        return refusal or MountResult(self._estimate)

    # ---- what to do ----

    @property
    def prompt(self) -> Prompt:
        """What to do now."""
        steps = 4 if self._one_leg else 3
        if self.done:
            return Prompt(Picture.DONE, "Done", step=steps, steps=steps, part=1.0, good=self._good)
        if self._leg is not None:
            enough, trouble = not self._leg.against, self._trouble or self._leg.trouble
            return replace(self._leg.prompt, step=steps, steps=steps, good=self._good, trouble=trouble, enough=enough)
        show = {
            Stage.STAND: self._stand_prompt,
            Stage.BEND: self._bend_prompt,
            Stage.RUN: self._run_prompt,
            Stage.AFTER: self._after_prompt,
        }
        course = None if self._running else Course() if self._watch is None else self._watch.course(BENDS)
        return replace(show[self._stage](), steps=steps, good=self._good, trouble=self._trouble, course=course)

    def _stand_prompt(self) -> Prompt:
        how = f"Clip {self._where}, feet a hip's width apart, look ahead, arms hanging."
        return self._hold("Stand still", how, STAND_S, 1)

    def _bend_prompt(self) -> Prompt:
        bends = 0 if self._watch is None else self._watch.bends
        if bends >= BENDS:
            return self._after_prompt()
        how = "Bend forward from the hips until your hands reach the knees, come up; no more than 5 s each."
        left = _TIMES[BENDS - bends]
        return Prompt(Picture.BEND, f"Bow {left}", how, step=2, part=bends / BENDS)

    def _run_prompt(self) -> Prompt:
        how = "Run straight ahead as you always do, half a minute, on a treadmill or the road."
        return Prompt(Picture.RUN, "Run", how, step=2, part=self._run_s / RUN_S)

    def _after_prompt(self) -> Prompt:
        return self._hold("Stand still", "As before, for a second.", AFTER_S, 3)

    def _hold(self, title: str, how: str, hold_s: float, step: int) -> Prompt:
        held_s = min(self._quiet_s, hold_s)
        return Prompt(Picture.STAND, title, how, step=step, part=held_s / hold_s, held_s=held_s, hold_s=hold_s,
                      moving=self._moves)  # fmt: skip

    @property
    def _remedy(self) -> str:
        what = "run for half a minute" if self._running else "bow three times, stand still again"
        return f"stand still for {STAND_S:.0f} s, {what}"

    # ---- what happens ----

    def _follow(self, cell: SampleBlock) -> None:
        """Follow how far the clip leans."""
        if self._watch is None or self._stage not in (Stage.BEND, Stage.AFTER):
            return
        before = self._watch.bends, self._watch.trouble
        self._watch.push(cell)
        if (self._watch.bends, self._watch.trouble) != before:
            self._trouble = self._watch.trouble

    def _half_second(self, piece: SampleBlock) -> None:
        self._moves = not is_quiet(piece)
        self._quiet_s = 0.0 if self._moves else self._quiet_s + LOOK_S
        act = {
            Stage.STAND: self._stand,
            Stage.BEND: self._bend,
            Stage.RUN: self._run,
            Stage.AFTER: self._after,
        }
        act[self._stage](piece)

    def _stand(self, piece: SampleBlock) -> None:
        """Keep the newest standing, until there is enough of it."""
        self._keep(self._quiet_s)
        if self._quiet_s >= STAND_S:
            self._trouble = ""
            self._watch = BendWatch(joined(self._data))
            self._stage = Stage.RUN if self._running else Stage.BEND

    def _bend(self, piece: SampleBlock) -> None:
        assert self._watch is not None
        if self._watch.bends >= BENDS and self._watch.upright:
            self._stage = Stage.AFTER
        elif not self._watch.begun and self._quiet_s >= STAND_S:
            self._keep(KEEP_S)  # still waiting for the first bend
            self._watch = BendWatch(joined(self._data))

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
            self._leg = LeftLegStand(found.pelvis_from_sensor)
        else:
            self.result = MountResult(found)

    def _on_one_leg(self, leg: LeftLegStand, cell: SampleBlock, piece: SampleBlock | None) -> None:
        """Go on with the stand on the left leg."""
        leg.cell(cell)
        if piece is None:
            return
        self._trouble = ""
        leg.half_second(piece)
        if leg.found is not None and self._estimate is not None:
            self._good = leg.found.verdict
            self.result = MountResult(self._estimate, leg.found)
        elif leg.against >= TRIES:
            self.result = leg.refusal

    def _missing(self, gap_s: float) -> None:
        """Begin anew: over a gap nothing can be followed."""
        trouble = f"{gap_s:.1f} s of samples are missing; bring the clip nearer to the computer"
        if self._leg is not None:
            self._leg.redo(trouble)
        else:
            self._begin()
            self._trouble = trouble

    def _again(self, trouble: str) -> None:
        """Begin anew with this to say; the standing that goes on counts."""
        quiet_s = self._quiet_s
        self._keep(quiet_s)
        standing = self._data
        self._begin()
        self._data, self._quiet_s, self._trouble = standing, quiet_s, trouble

    def _keep(self, newest_s: float) -> None:
        """Forget all but the newest."""
        count = round(newest_s / LOOK_S) * HALF
        self._data = self._data[-count:] if count else []
