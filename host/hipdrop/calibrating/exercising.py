"""The exercises as figures, at rest in their position and at work; seen from behind, the bridge from the left."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from hipcal.procedures.base import Picture
from hipdrop.calibrating.pen import Pen
from hipdrop.events import Side

Draw = Callable[[Pen, bool], None]
DROP_DEG = 13.0  # to be seen
_STEP_CM = 18.0


def _upper(pen: Pen, x: float, y: float) -> None:
    """Draw trunk, arms and head from behind, the middle of the pelvis there."""
    pen.line([(x, y + 3), (x, y + 54)], 17.0)
    pen.line([(x - 22, y + 52), (x + 22, y + 52)], 9.0)
    for side in (-1, 1):
        pen.line([(x + side * 22, y + 50), (x + side * 34, y + 20), (x + side * 30, y - 8)], 7.0)
    pen.head(x, y + 76)


def _named(pen: Pen, leg: Side, x: float, y: float, where: str = "") -> None:
    pen.label(x, y, f"{leg}{where}", pen.theme.legs[leg])


def pelvic_drop(leg: Side, pen: Pen, still: bool) -> None:
    """Stand on a step, the free hip sinking."""
    out = -1.0 if leg is Side.LEFT else 1.0
    drop_deg = 0.0 if still else DROP_DEG
    down = math.radians(drop_deg)
    hip_y = _STEP_CM + 84
    free_x, free_y = out * 12 - out * 26 * math.cos(down), hip_y - 26 * math.sin(down)
    edge = -out * (30 if still else 4)
    step = [(out * 34, 0), (out * 34, _STEP_CM - 3), (edge, _STEP_CM - 3), (edge, 0)]
    pen.line([(float(x), y) for x, y in step], 4.0, pen.theme.faint)
    pen.line([(out * 10, _STEP_CM + 4), (out * 12, _STEP_CM + 44), (out * 12, hip_y)], 11.0, pen.theme.legs[leg])
    pen.line([(free_x, free_y), (free_x, free_y - 42), (free_x - out * 2, free_y - 82)], 11.0,
             pen.theme.legs[leg.other])  # fmt: skip
    pen.line([(out * 14, hip_y), (free_x, free_y)], 13.0)
    _upper(pen, 0.0, hip_y - 3)
    pen.clip(0.0, hip_y + 2, 15.0, turn_deg=out * drop_deg)
    if not still:
        beside = free_x - out * 24
        pen.arrow((beside, free_y + 20), (beside, free_y - 22), both=True)
    _named(pen, leg, 92.0 if out > 0 else -42.0, 30.0)


def balance(leg: Side, pen: Pen, still: bool) -> None:
    """Stand on one leg, the pelvis level."""
    out = -1.0 if leg is Side.LEFT else 1.0
    free = ((12, 92), (11, 50), (10, 5)) if still else ((12, 92), (18, 56), (14, 34))
    pen.line([(out * 10, 5), (out * 11, 50), (out * 12, 92)], 11.0, pen.theme.legs[leg])
    pen.line([(-out * x, y) for x, y in free], 11.0, pen.theme.legs[leg.other])
    pen.line([(-14, 92), (14, 92)], 13.0)
    pen.line([(-60, 92), (60, 92)], 1.5, pen.theme.faint)
    _upper(pen, 0.0, 92.0)
    pen.clip(0.0, 98.0, 15.0)
    _named(pen, leg, 72.0 if out > 0 else -30.0, 18.0)


def side_step(pen: Pen, still: bool) -> None:
    """Knees a little bent, a band about the legs, steps to either side."""
    left, right = (pen.theme.legs[leg] for leg in (Side.LEFT, Side.RIGHT))
    pen.line([(-30, 5), (-27, 44), (-12, 84)], 11.0, left)
    pen.line([(30, 5), (27, 44), (12, 84)], 11.0, right)
    pen.line([(-29, 26), (29, 26)], 5.0, pen.theme.fresh)
    pen.line([(-14, 84), (14, 84)], 13.0)
    pen.line([(-60, 84), (60, 84)], 1.5, pen.theme.faint)
    _upper(pen, 0.0, 84.0)
    pen.clip(0.0, 90.0, 15.0)
    if not still:
        pen.arrow((-92, 60), (-52, 60), both=True)
        pen.arrow((52, 60), (92, 60), both=True)


def bridge(pen: Pen, still: bool) -> None:
    """Lie on the back, hips up: shoulders, hips and knees in line."""
    low, knee, shin = (-6.0, 10.0), [(38.0, 50.0), (44.0, 5.0)], [(42.0, 50.0), (44.0, 5.0), (54.0, 4.0)]
    hip = low if still else (-2.0, 31.0)
    if not still:
        pen.line([(-48, 12), low, *knee], 10.0, alpha=0.2)
    pen.line([(-48, 12), hip], 17.0)
    pen.line([hip, *shin], 11.0, pen.theme.legs[Side.LEFT])
    pen.line([(-46, 12), (-20, 5), (4, 5)], 7.0)
    pen.head(-68, 13)
    if still:
        pen.clip(-11, 23, 7.0, turn_deg=90.0)
        return
    pen.clip(-7, 43, 7.0, turn_deg=112.0)
    pen.arrow((-4, 52), (-4, 84))


def _on_side(pen: Pen, leg: Side) -> float:
    """Draw trunk, lower arm and head of who lies on the other side; give which way the head lies."""
    head = -1.0 if leg is Side.RIGHT else 1.0
    pen.line([(head * 4, 20), (head * 52, 20)], 20.0)
    pen.line([(head * 48, 12), (head * 78, 5), (head * 92, 5)], 7.0)
    pen.line([(head * 46, 24), (head * 26, 22), (head * 16, 6)], 7.0, alpha=0.7)
    pen.head(head * 76, 22)
    return head


def clamshell(leg: Side, pen: Pen, still: bool) -> None:
    """Lie on the side, feet together, the upper knee lifted."""
    head = _on_side(pen, leg)
    pen.line([(head * 2, 12), (-head * 34, 7), (-head * 62, 7)], 11.0, pen.theme.legs[leg.other])
    knee_cm = 22 if still else 58
    pen.line([(head * 2, 26), (-head * 32, knee_cm), (-head * 62, 15)], 11.0, pen.theme.legs[leg])
    pen.clip(head * 5, 20, 9.0, high=16.0)
    if not still:
        pen.arrow((-head * 14, 70), (-head * 36, 84), bow=0.3 * head)
    _named(pen, leg, 60.0, 112.0, " leg on top")


def leg_lift(leg: Side, pen: Pen, still: bool) -> None:
    """Lie on the side, the straight upper leg lifted."""
    head = _on_side(pen, leg)
    pen.line([(head * 2, 12), (-head * 26, 8), (-head * 44, 6)], 11.0, pen.theme.legs[leg.other])
    pen.line([(head * 2, 26), (-head * 80, 20 if still else 60)], 11.0, pen.theme.legs[leg])
    pen.clip(head * 5, 20, 9.0, high=16.0)
    if not still:
        pen.arrow((-head * 84, 30), (-head * 84, 50))
    _named(pen, leg, 60.0, 112.0, " leg on top")


EXERCISES: dict[Picture, Draw] = {
    Picture.DROP_LEFT: partial(pelvic_drop, Side.LEFT),
    Picture.DROP_RIGHT: partial(pelvic_drop, Side.RIGHT),
    Picture.BRIDGE: bridge,
    Picture.CLAMSHELL_LEFT: partial(clamshell, Side.LEFT),
    Picture.CLAMSHELL_RIGHT: partial(clamshell, Side.RIGHT),
    Picture.LEG_LIFT_LEFT: partial(leg_lift, Side.LEFT),
    Picture.LEG_LIFT_RIGHT: partial(leg_lift, Side.RIGHT),
    Picture.SIDE_STEP: side_step,
    Picture.BALANCE_LEFT: partial(balance, Side.LEFT),
    Picture.BALANCE_RIGHT: partial(balance, Side.RIGHT),
}
