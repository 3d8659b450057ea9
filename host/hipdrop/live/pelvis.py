"""The pelvis from behind, which tilts as the runner's does: the mean of the last strides, at the runner's own pace."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.transforms import Affine2D

from hipdrop.events import Side
from hipdrop.live.bones import HIP_MM, hip_bone, sacral_holes, sacrum
from hipdrop.live.snapshot import Motion, Snapshot
from hipdrop.live.stage import Panel, Rect
from hipdrop.live.theme import MARKERS, MIDDLE_PT, SIGNS, TINY_PT, Theme
from hipdrop.samples import Array

DRAWN_TIMES = 2.0  # degrees are small; said on the picture
CATCH_UP = 0.12  # part of the lag behind the contacts that is made up for in a frame
LEAP_S = 1.0  # in a frame; live, frames are closer
SETTLE_S = 0.4  # in which the pelvis comes to rest after the last contact
STANCE_PART = 0.36  # of the stride on each foot: about 0.25 s of contact in 0.7 s
_SOCKETS = {Side.LEFT: (-HIP_MM[0], HIP_MM[1]), Side.RIGHT: HIP_MM}
_MIDDLE = (0.0, HIP_MM[1])
_FLOOR = -222.0


class StrideClock:
    """Runs evenly from frame to frame, and is drawn towards the contacts as they become known.

    Attributes
    ----------
    phase
        Part of the stride from left contact to left contact.
    swing
        0 at rest to 1 in full motion.
    """

    def __init__(self) -> None:
        self.phase = 0.0
        self.swing = 0.0

    def go(self, motion: Motion, run_s: float, passed_s: float) -> bool:
        """Let `passed_s` pass; it is `run_s` of the run now. Give whether anything moves."""
        if abs(passed_s) > LEAP_S:
            return self._leap(motion, run_s)
        if passed_s <= 0.0:
            return False
        moved = self.swing > 0.0
        part = passed_s / SETTLE_S
        if motion.stride_s <= 0.0:
            self.swing = max(0.0, self.swing - part)
            return moved
        due = motion.phase + (run_s - motion.at_s) / motion.stride_s
        self.phase += passed_s / motion.stride_s
        lag = (due - self.phase + 0.5) % 1.0 - 0.5
        self.phase = (self.phase + (lag if not moved else CATCH_UP * lag)) % 1.0
        self.swing = min(1.0, self.swing + part)
        return True

    def _leap(self, motion: Motion, run_s: float) -> bool:
        """Be where the run is, after a replay has gone elsewhere."""
        self.swing = 1.0 if motion.stride_s > 0.0 else 0.0
        if motion.stride_s > 0.0:
            self.phase = (motion.phase + (run_s - motion.at_s) / motion.stride_s) % 1.0
        return True


class PelvisPanel(Panel):
    """The only thing that moves all the time."""

    moves = True

    def __init__(self, figure: Figure, rect: Rect, theme: Theme) -> None:
        super().__init__(figure, rect)
        ax: Axes = figure.add_axes(rect)
        ax.set(xlim=(-300, 300), ylim=(_FLOOR - 10, 132), aspect="equal")
        ax.axis("off")
        self._turned = Affine2D()
        self.clock = StrideClock()
        self._clock_s = math.nan
        self._drawn: tuple[float, int] | None = None
        top = rect[1] + rect[3] - 0.006
        style: dict[str, Any] = {"fontsize": TINY_PT, "color": theme.faint, "va": "top"}
        figure.text(rect[0] + 0.006, top, "pelvis from behind", **style)
        figure.text(rect[0] + rect[2] - 0.006, top, f"tilt drawn\n{DRAWN_TIMES:g} times as large", ha="right", **style)
        ax.plot([-280, 280], [_FLOOR] * 2, color=theme.faint, lw=1.5)
        ax.plot([-200, 200], [_MIDDLE[1]] * 2, color=theme.faint, lw=1.2, ls=(0, (5, 4)))  # level
        self._legs = {side: self._leg(ax, side, theme) for side in (Side.LEFT, Side.RIGHT)}
        self._bones(ax, theme)
        for side in (Side.LEFT, Side.RIGHT):
            self._hip(ax, side, theme)

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Turn the pelvis; on between snapshots."""
        passed_s = clock_s - self._clock_s if self._clock_s == self._clock_s else 0.0
        self._clock_s = clock_s
        if not self.clock.go(now.motion, clock_s, passed_s) and self._drawn is not None:
            return False
        turn_deg = self.turn_deg(now)
        drawn = (round(turn_deg, 1), self._standing())
        if drawn == self._drawn:
            return False
        self._drawn = drawn
        self._turned.clear().rotate_deg_around(*_MIDDLE, turn_deg)
        for side, line in self._legs.items():
            hip = self._turned.transform(_SOCKETS[side])
            stands = self.clock.swing == 0.0 or self._standing() == (1 if side is Side.LEFT else 2)
            _put_leg(line, hip, side, stands)
        return True

    def turn_deg(self, now: Snapshot) -> float:
        """Give the turn on the page: the stride's mean obliquity, and about it the mean course of the last strides.

        Obliquity > 0, right side down, is clockwise on the page, which is a turn < 0.
        """
        waves = now.strides.last_deg
        if not len(waves):
            return 0.0
        course = waves.mean(axis=0)
        at = self.clock.phase * (len(course) - 1)
        tilt_deg = now.motion.list_deg + float(np.interp(at, np.arange(len(course)), course))
        return -DRAWN_TIMES * self.clock.swing * tilt_deg

    def _standing(self) -> int:
        """0 nobody (flight), 1 the left leg, 2 the right one."""
        phase = self.clock.phase
        if self.clock.swing == 0.0:
            return 0
        return 1 if phase < STANCE_PART else 2 if 0.5 <= phase < 0.5 + STANCE_PART else 0

    def _bones(self, ax: Axes, theme: Theme) -> None:
        turned = self._turned + ax.transData
        style = {"fc": theme.bone, "ec": theme.ink, "lw": 1.6, "transform": turned}
        for bone in (hip_bone(mirrored=True), hip_bone(mirrored=False), sacrum()):
            self.add(ax.add_patch(PathPatch(bone, **style)))
        (holes,) = ax.plot(*sacral_holes(), ".", color=theme.ink, ms=5, transform=turned)
        self.add(holes)

    def _leg(self, ax: Axes, side: Side, theme: Theme) -> Line2D:
        (line,) = ax.plot([], [], color=theme.legs[side], lw=11, solid_capstyle="round", solid_joinstyle="round")
        self.add(line)
        return line

    def _hip(self, ax: Axes, side: Side, theme: Theme) -> None:
        x, y = _SOCKETS[side]
        (joint,) = ax.plot([x], [y], MARKERS[side], color=theme.legs[side], ms=16, mec=theme.paper, mew=1.5)
        joint.set_transform(self._turned + ax.transData)
        self.add(joint)
        name, out = f"{SIGNS[side]} {side}", 1.0 if x > 0 else -1.0
        ax.text(x + 84 * out, -176, name, color=theme.legs[side], fontsize=MIDDLE_PT, weight="bold",
                ha="left" if x > 0 else "right", va="center")  # fmt: skip


def _put_leg(line: Line2D, hip: Array, side: Side, stands: bool) -> None:
    """Stand on the floor, or swing with a bent knee."""
    out = 1.0 if side is Side.RIGHT else -1.0
    foot = (out * 62.0, _FLOOR + 8) if stands else (out * 96.0, _FLOOR + 58)
    knee = (out * 74.0, -132.0) if stands else (out * 104.0, -118.0)
    line.set_data([hip[0], knee[0], foot[0]], [hip[1], knee[1], foot[1]])
    line.set_alpha(1.0 if stands else 0.4)
