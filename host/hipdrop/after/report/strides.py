"""Pictures of the stride: obliquity over it, fresh against tired, and the pelvis from behind at its deepest."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.path import Path

from hipdrop.after.analysis import LEGS, RunAnalysis
from hipdrop.after.course import LEAST_STRIDES
from hipdrop.after.report.detectable import Change
from hipdrop.after.report.pictures import Picture
from hipdrop.after.report.svg import LARGE, Plot, Size, drawing, limits
from hipdrop.events import Side
from hipdrop.live.bones import HIP_MM, hip_bone, sacral_holes, sacrum
from hipdrop.samples import Array
from hipdrop.wording import degrees

STRIDE = "% of the stride, from the contact of this leg"
OVER_MEAN = "other hip down, degrees over the stride's mean"
DRAWN_TIMES = 2.0  # as in the live window
LEAST_DEG = 4.0  # between the limits of the axis
PELVIS = Size("half", 480.0, 300.0)
PAGE_PER_MM = 1.05
MIDDLE = (240.0, 118.0)  # of the picture, between the crests
FLOOR_Y = 282.0
COMMANDS = {int(Path.MOVETO): "M", int(Path.LINETO): "L", int(Path.CURVE3): "Q"}


def stride_pictures(analysis: RunAnalysis) -> list[Picture]:
    """Draw the mean stride of either leg, fresh and tired, with the spread from stride to stride, on one scale."""
    seen = [
        edge for parts in (analysis.fresh, analysis.tired) for course in parts.values() if course is not None
        for edge in (course.mean_deg - course.sd_deg, course.mean_deg + course.sd_deg)
    ]  # fmt: skip
    out = []
    for side in LEGS:
        key, title = f"stride-{side}", f"Stride of the {side} leg: fresh and tired"
        fresh, tired = analysis.fresh[side], analysis.tired[side]
        if fresh is None or tired is None:
            out.append(
                Picture(key, title, why=f"fewer than {LEAST_STRIDES} whole strides count at the start or the end")
            )
            continue
        plot = stride_axes(limits(*seen, least=LEAST_DEG))
        for course, look in ((fresh, "fresh"), (tired, "tired")):
            low, high = course.mean_deg - course.sd_deg, course.mean_deg + course.sd_deg
            plot.area(course.phase_percent, low, high, f"spread {side} {look}")
        for course, look in ((fresh, "fresh"), (tired, "tired")):
            plot.line(course.phase_percent, course.mean_deg, f"{side} {look}")
        alt = f"{title}. Deepest {degrees(fresh.peak_deg)} fresh, {degrees(tired.peak_deg)} tired."
        caption = f"{fresh.strides} fresh and {tired.strides} tired strides; shaded: one SD from stride to stride."
        out.append(Picture(key, title, plot.markup(alt), caption, looks=tuple(plot.looks)))
    return out


def stride_axes(y: tuple[float, float]) -> Plot:
    """Begin a picture over the stride."""
    plot = Plot(LARGE, (0.0, 100.0), y, STRIDE, OVER_MEAN)
    plot.line(np.array([0.0, 100.0]), np.zeros(2), "zero")
    return plot


def pelvis_pictures(changes: dict[Side, Change]) -> list[Picture]:
    """Draw the pelvis at peak drop on either leg, fresh behind tired."""
    out = []
    for side in LEGS:
        drop = changes[side]
        key, title = f"pelvis-{side}", f"On the {side} leg, at the deepest point, from behind"
        if not math.isfinite(drop.change):
            out.append(Picture(key, title, why="too few steps count at the start or the end"))
            continue
        fresh, tired = degrees(drop.fresh), degrees(drop.end)
        alt = (
            f"Pelvis from behind on the {side} leg: {side.other} hip {fresh} down when fresh, {tired} down when tired."
        )
        parts = _standing(side, drop.fresh, drop.end)
        caption = (
            f"Tilt drawn {DRAWN_TIMES:g} times as large. Dashed: fresh, {fresh}; full: tired, {tired} (smallest "
            f"detectable change {degrees(changes[side].detectable)})."
        )
        out.append(Picture(key, title, drawing(PELVIS, parts, alt), caption))
    return out


def _standing(side: Side, fresh_deg: float, tired_deg: float) -> list[str]:
    """Draw floor, level, legs and both pelvises, turned about the hip that stands."""
    out = -1.0 if side is Side.LEFT else 1.0
    hip = (out * HIP_MM[0], HIP_MM[1])
    turn = out * DRAWN_TIMES  # the other hip down: clockwise on the page where the left leg stands
    x, y = _page(np.array([hip]))[0]
    tired = f'transform="rotate({-turn * tired_deg:.2f} {x:.1f} {y:.1f})"'
    fresh = f'transform="rotate({-turn * fresh_deg:.2f} {x:.1f} {y:.1f})"'
    bones = "".join(_path(bone) for bone in (hip_bone(mirrored=True), hip_bone(mirrored=False), sacrum()))
    level = f'<path class="level" d="M20 {y:.1f}H460"/>'
    floor = f'<path class="floor" d="M20 {FLOOR_Y}H460"/>'
    holes = "".join(f"M{a:.1f} {b:.1f}h.1" for a, b in _page(np.stack(sacral_holes(), axis=1)).tolist())
    other = _page(np.array([(-hip[0], hip[1])]))[0]
    return [
        floor, _leg(side, (x, y), stands=True),
        f"<g {tired}>{_leg(side.other, (other[0], other[1]), stands=False)}</g>",
        level,
        f'<g {tired}><path class="bone" d="{bones}"/><path class="holes" d="{holes}"/></g>',
        f'<g {fresh}><path class="ghost" d="{bones}"/></g>',
        f"<g {tired}>{_joint(side.other, other[0], other[1])}</g>", _joint(side, x, y),
        '<text class="name left" x="20" y="268">left</text><text class="name right end" x="460" y="268">right</text>',
    ]  # fmt: skip


def _leg(side: Side, hip: tuple[float, float], *, stands: bool) -> str:
    """Draw a leg, standing on the floor or swinging with a bent knee."""
    out = -1.0 if side is Side.LEFT else 1.0
    foot = (MIDDLE[0] + out * (66.0 if stands else 104.0), FLOOR_Y - (6.0 if stands else 44.0))
    knee = (MIDDLE[0] + out * (80.0 if stands else 112.0), 214.0 if stands else 208.0)
    places = "L".join(f"{a:.1f} {b:.1f}" for a, b in (hip, knee, foot))
    return f'<path class="leg {side}{"" if stands else " swings"}" d="M{places}"/>'


def _joint(side: Side, x: float, y: float) -> str:
    """Mark a hip: a circle on the left, a square on the right."""
    if side is Side.LEFT:
        return f'<circle class="joint left" cx="{x:.1f}" cy="{y:.1f}" r="10"/>'
    return f'<rect class="joint right" x="{x - 9:.1f}" y="{y - 9:.1f}" width="18" height="18"/>'


def _page(places_mm: Array) -> Array:
    """Give places (N, 2) of the picture for those of the body, mm."""
    return np.asarray(np.array(MIDDLE) + PAGE_PER_MM * places_mm * np.array([1.0, -1.0]))


def _path(bone: Path) -> str:
    """Write an outline of `hipdrop.live.bones` as the data of an SVG path."""
    out = []
    for places, code in bone.iter_segments(simplify=False):
        page = _page(np.asarray(places).reshape(-1, 2)).ravel()
        out.append("z" if code == Path.CLOSEPOLY else COMMANDS[int(code)] + " ".join(f"{value:.1f}" for value in page))
    return "".join(out)
