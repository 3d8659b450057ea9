"""The window's drawing: which panel is where. It shows snapshots and computes nothing."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from hipdrop.events import Side
from hipdrop.live.cadenceline import CadenceLine
from hipdrop.live.droplines import DropPanel, DropScale
from hipdrop.live.keys import buttons
from hipdrop.live.pelvis import PelvisPanel
from hipdrop.live.readouts import CadencePanel, FootPanel, LegPanel, StatePanel
from hipdrop.live.replayfoot import ReplayFoot
from hipdrop.live.snapshot import Snapshot
from hipdrop.live.stage import BASE_DPI, BASE_HEIGHT, BASE_WIDTH, Rect, Stage
from hipdrop.live.textpanel import width_of
from hipdrop.live.theme import SMALL_PT, TINY_PT, Theme
from hipdrop.live.waveplot import WavePanel
from hipdrop.wording import NOT_A_DIAGNOSIS

SIZE_IN = (BASE_WIDTH / BASE_DPI, BASE_HEIGHT / BASE_DPI)
STATE: Rect = (0.0, 0.836, 1.0, 0.164)
PELVIS: Rect = (0.008, 0.562, 0.402, 0.270)
LEGS: dict[Side, Rect] = {Side.LEFT: (0.008, 0.357, 0.198, 0.20), Side.RIGHT: (0.212, 0.357, 0.198, 0.20)}
WAVE: Rect = (0.008, 0.118, 0.402, 0.232)
RECENT_X, RECENT_WIDE = 0.418, 0.404
WHOLE_X, WHOLE_WIDE = 0.822, 0.174
TOP_Y, LOWER_Y, DROP_HIGH = 0.548, 0.270, 0.278
CADENCE: Rect = (0.424, 0.120, 0.098, 0.144)
CADENCE_LINE: Rect = (0.522, 0.118, 0.474, 0.146)
FOOT: Rect = (0.012, 0.050, 0.976, 0.064)
BUTTONS_Y, BUTTONS_HIGH, PAD = 0.007, 0.038, 0.009


class LivePlot:
    """All panels on a figure.

    Parameters
    ----------
    figure
        Empty, on a canvas that can blit.
    replay, coached
        Which buttons there are.

    Attributes
    ----------
    state, pelvis, legs, foot
        Panels of their own; `state.held` says that the view is paused, `foot.prompt` what keys do.
    stage
        Draws what changed.
    """

    def __init__(self, figure: Figure, theme: Theme, replay: bool = False, coached: bool = False) -> None:
        figure.set_facecolor(theme.paper)
        scale = DropScale()
        self.state = StatePanel(figure, STATE, theme)
        self.foot = ReplayFoot(figure, FOOT, theme) if replay else FootPanel(figure, FOOT, theme)
        self.pelvis = PelvisPanel(figure, PELVIS, theme)
        self.legs = [LegPanel(figure, rect, theme, side, scale) for side, rect in LEGS.items()]
        self.pace = CadencePanel(figure, CADENCE, theme)
        panels = [
            self.state,
            self.pelvis,
            *self.legs,
            WavePanel(figure, WAVE, theme),
            self.pace,
            CadenceLine(figure, CADENCE_LINE, theme),
            self.foot,
        ]
        for side, y in ((Side.LEFT, TOP_Y), (Side.RIGHT, LOWER_Y)):
            panels.append(DropPanel(figure, (RECENT_X, y, RECENT_WIDE, DROP_HIGH), theme, side, scale, whole=False))
            panels.append(DropPanel(figure, (WHOLE_X, y, WHOLE_WIDE, DROP_HIGH), theme, side, scale, whole=True))
        self.buttons = _draw_buttons(figure, theme, buttons(replay, coached))
        self.stage = Stage(figure, panels)

    def show(self, now: Snapshot, clock_s: float) -> None:
        """Show a snapshot; `clock_s` is the time of the run by now."""
        self.stage.show(now, clock_s)

    def key_at(self, x: float, y: float) -> str | None:
        """Give the key whose button is at a place, parts of the window."""
        if not BUTTONS_Y <= y <= BUTTONS_Y + BUTTONS_HIGH:
            return None
        return next((key for key, left, right in self.buttons if left <= x <= right), None)

    def moment_at(self, x: float, y: float) -> float | None:
        """Give the time of the run that a replay shall go to where it is clicked at a place, parts of the window."""
        return self.foot.moment_at(x, y) if isinstance(self.foot, ReplayFoot) else None


def _draw_buttons(figure: Figure, theme: Theme, named: list[tuple[str, str]]) -> list[tuple[str, float, float]]:
    """Draw them; give key and left and right edge of each."""
    placed, x = [], 0.012
    y = BUTTONS_Y + BUTTONS_HIGH / 2
    for key, label in named:
        text = figure.text(x + PAD, y, label, va="center", color=theme.calm[1], fontsize=SMALL_PT, zorder=3)
        wide = width_of(text) + 2 * PAD
        figure.add_artist(
            FancyBboxPatch(
                (x, BUTTONS_Y), wide, BUTTONS_HIGH, boxstyle="round,pad=0,rounding_size=0.006", fc=theme.calm[0],
                ec=theme.faint, lw=0.8, transform=figure.transFigure, mutation_aspect=BASE_WIDTH / BASE_HEIGHT,
            )
        )  # fmt: skip
        placed.append((key, x, x + wide))
        x += wide + 0.006
    figure.text(0.988, y, NOT_A_DIAGNOSIS.split(":")[0], ha="right", va="center", color=theme.faint,
                fontsize=TINY_PT)  # fmt: skip
    return placed
