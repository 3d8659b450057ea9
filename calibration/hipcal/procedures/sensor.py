"""The sensor: the clip lies on a table for its gyroscope, then is held in six poses or more for its accelerometer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hipcal.coverage import ALIKE_DEG, in_words, next_direction
from hipcal.gyro import SHORTEST_S, GyroEstimate, gyro_bias
from hipcal.model import Vector
from hipcal.poses import FEWEST, AccEstimate, fit_accelerometer
from hipcal.procedures.base import Ball, Picture, Prompt
from hipcal.procedures.cells import Cells, joined
from hipcal.refusal import Refusal
from hipcal.still import CELL_S, Still, StillWatch
from hipdrop.samples import Array, SampleBlock

MOST_POSES = 20
HOLD_S = 2.0  # over which the tremor of a hand averages to under 1 mg (hipcal.still); 20 poses in under 3 min
_SECOND = round(1.0 / CELL_S)
_REST = round(SHORTEST_S / CELL_S) + 1  # cells that are looked at for the bias; one is room for a first that is short
_FACES = {1: "arrow", 2: "button", 0: "plug"}  # of the case (docs/hardware.md), by the axis of the chip
_HOW = "Turn it until it is as in the picture, with {}. Rest your hand on something and hold it still."
_TABLE = "Lay the clip on a firm table and let go of it. It takes 5 seconds."


@dataclass(frozen=True, slots=True, eq=False)
class SensorResult:
    """What the procedure has found.

    Attributes
    ----------
    gyro, acc
        The estimates.
    rest
        From when to when the clip lay still, s on the axis of the samples.
    poses
        The same of each pose.
    """

    gyro: GyroEstimate
    acc: AccEstimate
    rest: tuple[float, float]
    poses: tuple[tuple[float, float], ...]


class SensorProcedure:
    """Leads through it; see `hipcal.procedures.base.Procedure`.

    Parameters
    ----------
    poses
        After so many it ends by itself, 6 to 20; from six on it may be ended.
    """

    def __init__(self, poses: int = MOST_POSES) -> None:
        self._most = min(MOST_POSES, max(FEWEST, poses))
        self._cells = Cells()
        self._watch = StillWatch()
        self._good = self._trouble = ""
        self._up: Vector | None = None
        self._moving = True
        self._lain: list[SampleBlock] = []  # cells of the rest that goes on
        self._gyro: GyroEstimate | None = None
        self._rest = (0.0, 0.0)
        self._poses: list[Still] = []
        self._taken = False  # whether the part that is still now is a pose already, or was refused
        self._growing = False  # whether the newest pose is that part
        self._fit: AccEstimate | Refusal | None = None
        self.result: SensorResult | Refusal | None = None

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.result is not None

    def push(self, block: SampleBlock) -> None:
        """Take nominal samples in sensor axes."""
        for cell in self._cells.push(block):
            if not self.done:
                self._cell(cell)

    def close(self) -> None:
        """End with the poses that there are."""
        if not self.done:
            for still in self._watch.close():
                self._ended(still)
            self.result = self._outcome()

    def redo(self) -> None:
        """Throw the last pose away; without one, the rest on the table."""
        self._trouble = ""
        if self._poses:
            self._poses.pop()
            self._good = f"the last pose is gone, {_poses(len(self._poses))} left"
            self._judge()
        elif self._gyro is not None:
            self._gyro, self._good = None, ""
        self._lain = []
        self._taken, self._growing = True, False  # what is held now is no new pose

    def enough(self) -> None:
        """End with the poses that there are, if they will do."""
        if isinstance(self._fit, AccEstimate):
            self.result = self._outcome()

    @property
    def prompt(self) -> Prompt:
        """What to do now."""
        if self.done:
            return Prompt(Picture.DONE, "Done", step=2, steps=2, part=1.0, good=self._good, trouble=self._trouble)
        if self._gyro is None:
            return self._table()
        wanted = _vector(next_direction(_directions(self._poses)))
        waits = not self._taken  # what is held now is done with: it is to be turned
        return Prompt(
            Picture.POSE,
            title_of(wanted),
            _HOW.format(in_words(np.array(wanted)) + " (axes of the chip)"),
            step=2,
            steps=2,
            part=min(1.0, self._watch.held_s / HOLD_S) if waits else 1.0,
            held_s=self._watch.held_s if waits else 0.0,
            hold_s=HOLD_S if waits else 0.0,
            moving=self._moving,
            trouble=self._trouble,
            good=self._good,
            enough=isinstance(self._fit, AccEstimate),
            ball=Ball(tuple(_vector(row) for row in _directions(self._poses)), self._up, wanted),
        )

    def _table(self) -> Prompt:
        lain_s = min(SHORTEST_S, CELL_S * len(self._lain))
        return Prompt(
            Picture.TABLE, "Lay the clip on the table", _TABLE, steps=2, part=lain_s / SHORTEST_S, held_s=lain_s,
            hold_s=SHORTEST_S, moving=self._moving, trouble=self._trouble, good=self._good,
        )  # fmt: skip

    def _cell(self, cell: SampleBlock) -> None:
        mean = cell.acc_ms2.mean(axis=0)
        length = float(np.linalg.norm(mean))
        self._up = _vector(mean / length) if length > 0.0 else None
        if cell.gap_s:
            self._lain = []
            self._trouble = f"{cell.gap_s:.1f} s of samples are missing; bring the clip nearer to the computer"
        ended = self._watch.push(cell)
        self._moving = self._watch.moving
        if self._gyro is None:
            self._lie(cell)
            self._taken = not self._moving  # a clip that still lies there is no pose
            return
        for still in ended:
            self._ended(still)
        if self._moving:
            self._taken = self._growing = False
        elif not self._taken and self._watch.held_s >= HOLD_S - 0.5 * CELL_S:
            self._take()

    def _lie(self, cell: SampleBlock) -> None:
        """Wait for a rest, and look at it once a second."""
        if self._moving:
            self._lain = []
            return
        self._lain.append(cell)
        if len(self._lain) < _REST or (len(self._lain) - _REST) % _SECOND:
            return
        rest = joined(self._lain[-_REST:])
        found = gyro_bias(rest.t_s, rest.acc_ms2, rest.gyr_rads)
        if isinstance(found, Refusal):
            self._trouble = str(found)
            return
        self._gyro, self._trouble = found, ""
        self._rest = float(rest.t_s[0]), float(rest.t_s[-1])
        self._good = f"gyroscope {found.verdict}"
        self._lain = []

    def _take(self) -> None:
        """Take what is held as a pose, if it is another than those before."""
        pose = self._watch.so_far
        if pose is None:
            return
        self._taken = True
        number = _alike(pose, self._poses)
        if number is not None:
            self._trouble = f"that is pose {number + 1} again; turn it further, as in the picture"
            return
        self._poses.append(pose)
        self._growing = True
        self._judge()
        self._good = f"{_poses(len(self._poses))} of {self._most}{self._expected()}"
        if len(self._poses) >= self._most:
            self.result = self._outcome()

    def _ended(self, still: Still) -> None:
        """Put the whole of a pose in the place of what there was when it was taken."""
        if self._growing and self._poses:
            self._poses[-1] = still
            self._judge()
        self._taken = self._growing = False

    def _judge(self) -> None:
        self._fit, self._trouble = None, ""
        if len(self._poses) >= FEWEST:
            self._fit = fit_accelerometer(np.array([pose.acc_ms2 for pose in self._poses]))
            if isinstance(self._fit, Refusal):
                self._trouble = str(self._fit)

    def _expected(self) -> str:
        if not isinstance(self._fit, AccEstimate):
            return ""
        return f"; error to be expected {self._fit.expected_deg:.2f} deg, uncorrected {self._fit.uncorrected_deg:.1f}"

    def _outcome(self) -> SensorResult | Refusal:
        if self._gyro is None:
            reason = self._trouble.partition(";")[0] or "the clip never lay still on a table for 5 s"
            return Refusal(reason, "lay it on something firm, let go of it, then hold the poses")
        fit = self._fit if self._fit is not None else fit_accelerometer(np.array([p.acc_ms2 for p in self._poses]))
        if isinstance(fit, Refusal):
            return fit
        self._good = f"accelerometer {fit.verdict}"
        return SensorResult(self._gyro, fit, self._rest, tuple((pose.start_s, pose.stop_s) for pose in self._poses))


def title_of(up: Vector) -> str:
    """Say how to hold the clip so that this direction of the chip points up, by the faces of the case."""
    size = np.abs(up) / np.linalg.norm(up)
    named = [axis for axis in _FACES if size[axis] > 0.38]  # as `coverage.in_words`
    parts = []
    for sign, word in ((1.0, "up"), (-1.0, "down")):
        faces = [_FACES[axis] for axis in named if sign * up[axis] > 0.0]
        parts += [f"{' and '.join(faces)} {word}"] if faces else []
    words = ", ".join(parts)
    return words[0].upper() + words[1:]


def _alike(pose: Still, before: list[Still]) -> int | None:
    """Give the number of the pose before that has the same direction; None where it is new."""
    if not before:
        return None
    cosines = _directions(before) @ _directions([pose])[0]
    nearest = int(np.argmax(cosines))
    return nearest if cosines[nearest] > np.cos(np.deg2rad(ALIKE_DEG)) else None


def _directions(poses: list[Still]) -> Array:
    means = np.array([pose.acc_ms2 for pose in poses]).reshape(-1, 3)
    directions: Array = means / np.linalg.norm(means, axis=1, keepdims=True)
    return directions


def _vector(values: Array) -> Vector:
    x, y, z = values.tolist()
    return x, y, z


def _poses(count: int) -> str:
    return f"{count} pose{'s' if count != 1 else ''}"
