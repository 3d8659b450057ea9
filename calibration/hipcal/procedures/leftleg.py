"""The last step of the mount: a stand on the left leg, which tells left from right."""

from __future__ import annotations

from hipcal.levelled import LOOK_S, REST_S
from hipcal.oneleg import OneLegEstimate, one_leg_check
from hipcal.procedures.base import Picture, Prompt
from hipcal.procedures.cells import joined
from hipcal.procedures.quiet import HALF, KEEP_S, Stir, is_quiet
from hipcal.refusal import Refusal
from hipdrop.events import Side
from hipdrop.samples import Array, SampleBlock

HOLD_S = 3.0
SHIFT_S = 1.0  # in which the weight comes over the leg
AFTER_S = 2.0
LONGEST_S = 9.0
TRIES = 2  # who contradicts twice is believed


class LeftLegStand:
    """Waits for quiet standing, times the stand, and looks at it.

    Parameters
    ----------
    pelvis_from_sensor
        (3, 3) mount to be checked.

    Attributes
    ----------
    found
        What it has shown, when it confirms the mount.
    against
        How often it has contradicted it.
    trouble
        What went wrong with the last try.
    """

    def __init__(self, pelvis_from_sensor: Array) -> None:
        self._mount = pelvis_from_sensor
        self.found: OneLegEstimate | None = None
        self.against = 0
        self.redo()

    def redo(self, trouble: str = "") -> None:
        """Begin with standing on both legs."""
        self.trouble = trouble
        self._data: list[SampleBlock] = []
        self._quiet_s = 0.0
        self._moves = False
        self._stir: Stir | None = None  # once there was enough standing
        self._stirred_s: float | None = None
        self._put_down = False
        self._now_s = 0.0

    @property
    def refusal(self) -> Refusal | None:
        """Why the mount cannot be believed; None while nothing speaks against it."""
        if not self.against:
            return None
        times = "twice" if self.against >= TRIES else "once"
        return Refusal(
            f"left and right are the wrong way round ({self.trouble.partition(':')[0]}, {times})",
            "wear the clip arrow up, button outwards, and bow forwards; then calibrate the mount again",
        )

    @property
    def prompt(self) -> Prompt:
        """What to do now."""
        if self._stir is None:
            return self._hold("Stand still on both legs", "Then comes a stand on the left leg.", REST_S)
        if self._put_down:
            return self._hold(
                "Both feet down, stand still", "Put the right foot down and stand still on both legs.", AFTER_S
            )
        since_s = 0.0 if self._stirred_s is None else self._now_s - self._stirred_s
        how = "Lift the right foot, stay on the left leg for three seconds; hold on to something if you like."
        return Prompt(
            Picture.LEFT_LEG, "Stand on the left leg", how, part=min(1.0, since_s / HOLD_S), held_s=since_s,
            hold_s=HOLD_S if self._stirred_s is not None else 0.0,
        )  # fmt: skip

    def cell(self, cell: SampleBlock) -> None:
        """Take the next cell."""
        self._data.append(cell)
        self._now_s = float(cell.t_s[-1])

    def half_second(self, piece: SampleBlock) -> None:
        """Look at half a second of cells, which have been taken."""
        self._moves = not is_quiet(piece)
        if self._stir is None:
            self._quiet_s = 0.0 if self._moves else self._quiet_s + LOOK_S
            self._data = self._data[-round(self._quiet_s / LOOK_S) * HALF :] if self._quiet_s else []
            if self._quiet_s >= REST_S:
                self._stir = Stir(joined(self._data))
            return
        stirs = self._stir.seen(piece)
        self._quiet_s = 0.0 if stirs else self._quiet_s + LOOK_S
        if self._stirred_s is not None:
            self._stand(float(piece.t_s[-1]) - self._stirred_s)
        elif stirs:
            self._stirred_s = float(piece.t_s[0])
        else:
            self._data = self._data[-round(KEEP_S / LOOK_S) * HALF :]

    def _stand(self, since_s: float) -> None:
        """Time the stand from when the wearer stirs; with both feet down again and calm, look at it."""
        if not self._put_down and since_s >= HOLD_S + SHIFT_S:
            self._put_down, self._quiet_s = True, 0.0
        elif self._put_down and self._quiet_s >= AFTER_S:
            self._look(last=since_s > LONGEST_S)
        elif since_s > LONGEST_S + AFTER_S:
            self.redo("that took too long; lift the foot, hold it for three seconds, put it down")

    def _look(self, *, last: bool) -> None:
        """Look at the stand; where it tells nothing, wait for more of it, or, at `last`, have it done again."""
        data = joined(self._data)
        found = one_leg_check(data.t_s, data.acc_ms2, data.gyr_rads, self._mount, Side.LEFT)
        if isinstance(found, OneLegEstimate) and found.hold_s < HOLD_S - SHIFT_S:
            found = Refusal(f"the stand lasted {found.hold_s:.1f} s only", "hold it for three seconds")
        if isinstance(found, Refusal):
            if last:
                self.redo(str(found))
        elif found.confirms:
            self.found, self.against, self.trouble = found, 0, ""
        else:
            self.against += 1
            self.redo(found.verdict)

    def _hold(self, title: str, how: str, hold_s: float) -> Prompt:
        held_s = min(self._quiet_s, hold_s)
        return Prompt(Picture.STAND, title, how, part=held_s / hold_s, held_s=held_s, hold_s=hold_s,
                      moving=self._moves)  # fmt: skip
