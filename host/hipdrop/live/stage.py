"""Draws what changed and nothing else: regions of the window with a ground that is kept and artists over it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

BASE_DPI, BASE_WIDTH, BASE_HEIGHT = 100.0, 1280, 800
LEAST_SCALE = 0.35
Rect = tuple[float, float, float, float]  # left, bottom, width, height as parts of the window


class Panel:
    """A region with artists of its own.

    Attributes
    ----------
    rect
        Where it is; all of `artists` must stay inside.
    artists
        What is drawn over the ground, in this order.
    ground_stale
        Whether what is under it (axes, ticks) has changed: the whole window is drawn once.
    moves
        Whether it is drawn in every frame in which it changes; of the others one a frame is, so that motion stays even.
    """

    moves = False

    def __init__(self, figure: Figure, rect: Rect) -> None:
        self.figure = figure
        self.rect = rect
        self.artists: list[Artist] = []
        self.ground_stale = False

    def show(self, now: Any, clock_s: float) -> bool:
        """Set the artists to what is known; give whether any has changed. `clock_s` runs on between snapshots."""
        raise NotImplementedError

    def add(self, artist: Any) -> Any:
        """Take an artist that is already in the figure as one that changes."""
        artist.set_animated(True)
        self.artists.append(artist)
        return artist

    def region(self) -> Bbox:
        """Give the region in whole pixels."""
        width, height = self.figure.bbox.width, self.figure.bbox.height
        left, bottom, wide, high = self.rect
        return Bbox.from_extents(
            round(left * width), round(bottom * height), round((left + wide) * width), round((bottom + high) * height)
        )


class Stage:
    """A figure whose panels are drawn anew by region; the rest of it when the window changes.

    Parameters
    ----------
    figure
        On a canvas that can blit (every Agg one).
    panels
        In drawing order, without overlap.

    Attributes
    ----------
    panels
        As given.
    full_draws, region_draws
        How often either was done.
    """

    def __init__(self, figure: Figure, panels: Sequence[Panel]) -> None:
        self._figure = figure
        self._canvas: Any = figure.canvas
        self.panels = panels
        self._grounds: list[Any] = []
        self._waiting: list[Panel] = []
        self.full_draws = 0
        self.region_draws = 0
        self._canvas.mpl_connect("resize_event", lambda event: self._scale())
        self._canvas.mpl_connect("draw_event", lambda event: self._keep_grounds())

    @property
    def settled(self) -> bool:
        """Whether all that was shown is drawn."""
        return not self._waiting

    def show(self, now: Any, clock_s: float) -> None:
        """Show a snapshot; costs by what has changed."""
        changed = [panel for panel in self.panels if panel.show(now, clock_s)]
        if any(panel.ground_stale for panel in self.panels) or not self._grounds:
            for panel in self.panels:
                panel.ground_stale = False
            self._canvas.draw()  # ends in _keep_grounds, which draws all panels
            self._canvas.blit(self._figure.bbox)
            return
        self._waiting += [panel for panel in changed if not panel.moves and panel not in self._waiting]
        for panel in [panel for panel in changed if panel.moves] + self._waiting[:1]:
            self._draw(panel)
            self._canvas.blit(panel.region())
            self.region_draws += 1
        del self._waiting[:1]

    def _keep_grounds(self) -> None:
        """After the window was drawn without the panels' artists: keep what lies under them, then draw them."""
        self.full_draws += 1
        self._waiting.clear()
        self._grounds = [self._canvas.copy_from_bbox(panel.region()) for panel in self.panels]
        for panel in self.panels:
            for artist in panel.artists:
                self._figure.draw_artist(artist)

    def _draw(self, panel: Panel) -> None:
        self._canvas.restore_region(self._grounds[self.panels.index(panel)])
        for artist in panel.artists:
            self._figure.draw_artist(artist)

    def _scale(self) -> None:
        """Let letters, lines and markers grow with the window."""
        width_px, height_px = self._figure.bbox.width, self._figure.bbox.height  # of the screen, not of the toolkit
        scale = max(min(width_px / BASE_WIDTH, height_px / BASE_HEIGHT), LEAST_SCALE)
        dpi = BASE_DPI * scale
        if abs(dpi - self._figure.dpi) < 0.5:
            return
        manager, self._canvas.manager = self._canvas.manager, None  # which would resize the window in its turn
        self._figure.dpi = dpi
        self._figure.set_size_inches(width_px / dpi, height_px / dpi, forward=False)
        self._canvas.manager = manager
