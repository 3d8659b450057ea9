"""The window's drawing: what to do in large letters, a picture of it, and how it goes. It computes nothing."""

from __future__ import annotations

import textwrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure

from hipcal.procedures.base import Course, Picture
from hipdrop.calibrating.ball import BallDrawing
from hipdrop.calibrating.buttons import ButtonPanel
from hipdrop.calibrating.clipbox import ClipBox
from hipdrop.calibrating.people import Figure
from hipdrop.calibrating.snapshot import Snapshot, held_words, hold_word, side_words
from hipdrop.events import Side
from hipdrop.live.stage import BASE_DPI, BASE_HEIGHT, BASE_WIDTH, Panel, Rect, Stage
from hipdrop.live.textpanel import TextPanel, fit
from hipdrop.live.theme import HUGE_PT, LARGE_PT, MIDDLE_PT, SMALL_PT, Theme
from hipdrop.wording import clock

SIZE_IN = (BASE_WIDTH / BASE_DPI, BASE_HEIGHT / BASE_DPI)
HEAD: Rect = (0.0, 0.80, 1.0, 0.20)
WANTED: Rect = (0.01, 0.235, 0.37, 0.55)
NOW: Rect = (0.39, 0.235, 0.22, 0.55)
RIGHT: Rect = (0.62, 0.235, 0.37, 0.55)
BAR: Rect = (0.012, 0.155, 0.976, 0.07)
WORDS: Rect = (0.012, 0.055, 0.976, 0.095)
COURSE_S = 20.0
TITLE_PT, HOW_PT = HUGE_PT - 6, MIDDLE_PT + 1
HOW_CHARS, HOW_CHARS_ALONE = 64, 88  # of a line, beside the large word and without it
MORE_LINES = 0.8  # so much smaller are more than two lines
LARGE_COUNT_PT = 96
SIDE_PT = 30  # both legs, within its panel
COVERED = 0.92  # of the bar: what stands at its end lies on it
_FLAT = (0.0, 0.0, 1.0)


class CalibrationPlot:
    """All panels on a figure.

    Parameters
    ----------
    figure
        Empty, on a canvas that can blit.
    """

    def __init__(self, figure: MplFigure, theme: Theme) -> None:
        figure.set_facecolor(theme.paper)
        self.words = WordsPanel(figure, WORDS, theme)
        self.buttons = ButtonPanel(figure, theme)
        panels = [
            HeadPanel(figure, HEAD, theme),
            WantedPanel(figure, WANTED, theme),
            NowPanel(figure, NOW, theme),
            RightPanel(figure, RIGHT, theme),
            BarPanel(figure, BAR, theme),
            self.words,
            self.buttons,
        ]
        self.stage = Stage(figure, panels)

    def show(self, now: Snapshot) -> None:
        """Show a snapshot."""
        self.stage.show(now, 0.0)


class HeadPanel(TextPanel):
    """What to do, on a ground that says whether it is held still."""

    def __init__(self, figure: MplFigure, rect: Rect, theme: Theme) -> None:
        super().__init__(figure, rect)
        self._theme = theme
        self._ground = self.box(0, 0, 1, 1, theme.calm[0])
        self._title = self.text(0.012, 0.74, TITLE_PT, theme.ink, weight="bold")
        self._how = self.text(0.012, 0.26, HOW_PT, theme.ink, linespacing=1.3)
        self._step = self.text(0.988, 0.80, MIDDLE_PT, theme.ink, ha="right")
        self._word = self.text(0.988, 0.40, LARGE_PT, theme.ink, ha="right", weight="bold")

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Say it."""
        prompt = now.prompt
        word = hold_word(prompt)
        step = f"step {prompt.step} of {prompt.steps}   {clock(now.elapsed_s)}"
        if not self.changed(prompt.title, prompt.how, step, word):
            return False
        ground, ink = self._theme.calm
        if word:
            ground, ink = self._theme.alert if prompt.moving else self._theme.good
        self._ground.set_facecolor(ground)
        lines, how_pt = textwrap.wrap(prompt.how, HOW_CHARS if word else HOW_CHARS_ALONE), HOW_PT
        if len(lines) > 2:
            how_pt = MORE_LINES * HOW_PT
        for text, said, size_pt, room in (
            (self._title, prompt.title, TITLE_PT, 0.78),
            (self._how, "\n".join(lines), how_pt, 0.70 if word else 0.97),
            (self._step, step, MIDDLE_PT, 0.2),
            (self._word, word, LARGE_PT, 0.28),
        ):
            text.set_color(ink)
            fit(text, said, size_pt, room)
        return True


class _Drawing(Panel):
    """A panel with a drawing on axes of its own, and a heading."""

    def __init__(self, figure: MplFigure, rect: Rect, theme: Theme, heading: str) -> None:
        super().__init__(figure, rect)
        left, bottom, wide, high = rect
        self.ax: Axes = figure.add_axes((left, bottom, wide, high - 0.045))
        style: dict[str, Any] = {"va": "top", "fontsize": SMALL_PT, "color": theme.faint}
        self.heading = self.add(figure.text(left + 0.006, bottom + high - 0.012, heading, **style))
        self._seen: object = self

    def changed(self, *seen: object) -> bool:
        """Give whether these are others than the last time."""
        if seen == self._seen:
            return False
        self._seen = seen
        return True


class WantedPanel(_Drawing):
    """The clip as it is wanted, or the wearer."""

    def __init__(self, figure: MplFigure, rect: Rect, theme: Theme) -> None:
        super().__init__(figure, rect, theme, "")
        self._box = ClipBox(self.ax, theme, theme.fresh)
        left, bottom, wide, high = rect
        self._figure = Figure(figure.add_axes((left, bottom, wide, high - 0.045)), theme)
        (self._table,) = self.ax.plot([-38, 38], [-19, -19], color=theme.ink, lw=6, solid_capstyle="round")
        style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 120, "color": theme.fresh}
        self._tick = self.ax.text(0, 0, "\N{CHECK MARK}", family="DejaVu Sans", **style)
        for artist in (self._table, *self._box.artists, *self._figure.artists, self._tick):
            self.add(artist)

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Draw what is wanted."""
        prompt = now.prompt
        wanted = None if prompt.ball is None else prompt.ball.wanted
        still = bool(prompt.hold_s)
        if not self.changed(prompt.picture, wanted, still):
            return False
        on_table = prompt.picture is Picture.TABLE
        self._box.show(_FLAT if on_table else wanted if prompt.picture is Picture.POSE else None)
        self._table.set_visible(on_table)
        self._tick.set_visible(prompt.picture is Picture.DONE)
        self._figure.show(prompt.picture, still=still)
        self.heading.set_text("hold it like this" if prompt.picture is Picture.POSE and wanted else "")
        return True


class NowPanel(_Drawing):
    """The clip as it is held now, as far as gravity tells; or a count to be read from afar, and which leg works."""

    def __init__(self, figure: MplFigure, rect: Rect, theme: Theme) -> None:
        super().__init__(figure, rect, theme, "")
        self._box = ClipBox(self.ax, theme, theme.grid if theme.paper == "#ffffff" else theme.faint)
        self._theme = theme
        style: dict[str, Any] = {"ha": "center", "va": "center", "weight": "bold", "family": "DejaVu Sans"}
        self._large = self.ax.text(0, 12, "", color=theme.ink, fontsize=LARGE_COUNT_PT, **style)
        self._side = self.ax.text(0, -24, "", fontsize=SIDE_PT, **style)
        for artist in (*self._box.artists, self._large, self._side):
            self.add(artist)

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Draw it."""
        ball, prompt = now.prompt.ball, now.prompt
        up = None if ball is None else ball.now
        if not self.changed(up, prompt.large, prompt.side):
            return False
        self._box.show(up)
        self._large.set_text(prompt.large)
        self._large.set_fontsize(LARGE_COUNT_PT if len(prompt.large) < 3 else 0.6 * LARGE_COUNT_PT)
        side = Side(prompt.side) if prompt.side else None
        self._side.set_text("" if side is None else side_words(side))
        self._side.set_color(self._theme.legs.get(side, self._theme.ink) if side else self._theme.ink)
        self.heading.set_text("as it is now" if up is not None else "")
        return True


class RightPanel(_Drawing):
    """The ball with the directions covered; for bends, how far the clip has leaned."""

    def __init__(self, figure: MplFigure, rect: Rect, theme: Theme) -> None:
        super().__init__(figure, rect, theme, "")
        self._ball = BallDrawing(self.ax, theme)
        self._ball_ground = list(self.ax.get_children())
        left, bottom, wide, high = rect
        self._course_ax = figure.add_axes((left + 0.045, bottom + 0.07, wide - 0.06, high - 0.13))
        self._course_ax.set(xlim=(-COURSE_S, 0.0), ylim=(0.0, 90.0), xlabel="seconds", ylabel="degrees")
        self._course_ax.grid(color=theme.grid)
        self._course_ax.set_facecolor(theme.paper)
        self._course_ax.tick_params(colors=theme.faint, labelsize=SMALL_PT)
        for spine in self._course_ax.spines.values():
            spine.set_color(theme.faint)
        for label in (self._course_ax.xaxis.label, self._course_ax.yaxis.label):
            label.set(color=theme.faint, fontsize=SMALL_PT)
        (line,) = self._course_ax.plot([], [], color=theme.ink, lw=2.5)
        self._line = line
        style: dict[str, Any] = {"fontsize": LARGE_PT, "weight": "bold", "ha": "right", "va": "top"}
        self._count = self._course_ax.text(
            0.97, 0.95, "", transform=self._course_ax.transAxes, color=theme.fresh, **style
        )
        for artist in (*self._ball.artists, self._line, self._count):
            self.add(artist)
        self._which: tuple[object, ...] = ()

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Draw what there is to be seen."""
        ball, course = now.prompt.ball, now.prompt.course
        if not self.changed(ball, course):
            return False
        which = "course" if course is not None else "ball" if ball is not None else ""
        ground = (which,) if course is None else (which, course.heading, course.low_deg, course.high_deg)
        if ground != self._which:
            self._which, self.ground_stale = ground, True
            self._course_ax.set_visible(which == "course")
            for artist in self._ball_ground:
                artist.set_visible(which == "ball" and artist is not self.ax.patch)
            if course is not None:
                self.heading.set_text(course.heading)
                self._course_ax.set_ylim(course.low_deg, course.high_deg)
            else:
                self.heading.set_text("which way was up: ring wanted, black now" if which else "")
        self._ball.show(ball if which == "ball" else None)
        self._draw_course(course or Course())
        return True

    def _draw_course(self, course: Course) -> None:
        self._line.set_data(course.t_s, course.lean_deg)
        self._line.set_visible(bool(course.t_s))
        self._count.set_text(f"{course.bends} of {course.bends_wanted}" if course.bends_wanted else "")


class BarPanel(TextPanel):
    """How much of the step is done, and how long it was held."""

    def __init__(self, figure: MplFigure, rect: Rect, theme: Theme) -> None:
        super().__init__(figure, rect)
        self._theme = theme
        self.box(0, 0.25, 1, 0.5, theme.grid)
        self._bar = self.box(0, 0.25, 0, 0.5, theme.fresh)
        self._text = self.text(0.99, 0.5, MIDDLE_PT, theme.ink, ha="right", weight="bold")

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Fill it."""
        part, held = round(min(1.0, max(0.0, now.prompt.part)), 3), held_words(now.prompt)
        if not self.changed(part, held):
            return False
        self._bar.set_width(part * self.rect[2])
        self._text.set(text=held, color=self._theme.paper if part > COVERED else self._theme.ink)
        return True


class WordsPanel(TextPanel):
    """What went well and what went badly; the clip at the right."""

    def __init__(self, figure: MplFigure, rect: Rect, theme: Theme) -> None:
        super().__init__(figure, rect)
        self._good = self.text(0, 0.74, MIDDLE_PT, theme.fresh)
        self._trouble = self.text(0, 0.24, MIDDLE_PT, theme.pain, weight="bold")
        self._source = self.text(1, 0.74, SMALL_PT, theme.faint, ha="right")
        self._link = self.text(1, 0.24, SMALL_PT, theme.pain, ha="right", weight="bold")

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Say it."""
        prompt = now.prompt
        if not self.changed(prompt.good, prompt.trouble, now.source, now.link):
            return False
        good = f"\N{CHECK MARK} {prompt.good}" if prompt.good else ""
        for text, said, size_pt, room in (
            (self._good, good, MIDDLE_PT, 0.74),
            (self._trouble, prompt.trouble, MIDDLE_PT, 0.74 if now.link else 0.97),
            (self._source, now.source, SMALL_PT, 0.22),
            (self._link, now.link, SMALL_PT, 0.22),
        ):
            fit(text, said, size_pt, room)
        return True
