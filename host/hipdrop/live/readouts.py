"""What is read from three metres: state, time, the level of each leg, cadence; and the foot of the window."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from matplotlib.figure import Figure

from hipdrop.events import Side
from hipdrop.live.droplines import DropScale
from hipdrop.live.factwords import link_line, pace_words, recording_line
from hipdrop.live.snapshot import PhaseKind, Snapshot
from hipdrop.live.stage import Rect
from hipdrop.live.textpanel import TextPanel, fit, width_of
from hipdrop.live.theme import HUGE_PT, LARGE_PT, MIDDLE_PT, SIGNS, SMALL_PT, TINY_PT, Theme
from hipdrop.monitor import words
from hipdrop.wording import clock, degrees

GROUNDS = {
    PhaseKind.ALERT: "alert",
    PhaseKind.RECOVERED: "good",
    PhaseKind.LINK_LOST: "trouble",
    PhaseKind.WITHHELD: "trouble",
    PhaseKind.COACH: "trouble",
}
EDGE, GAP = 0.012, 0.02  # parts of the window
NAN = float("nan")


class StatePanel(TextPanel):
    """What is going on, on a ground that tells how pressing it is; time and what is off, at the right.

    Attributes
    ----------
    held
        Whether the view stands still while the run goes on.
    """

    def __init__(self, figure: Figure, rect: Rect, theme: Theme) -> None:
        super().__init__(figure, rect)
        self.held = False
        self._theme = theme
        self._ground = self.box(0, 0, 1, 1, theme.calm[0])
        self._bar = self.box(0, 0, 0, 0.07, theme.fresh)
        self.said = self.text(EDGE, 0.72, LARGE_PT, theme.ink, weight="bold")
        self.detail = self.text(EDGE, 0.28, MIDDLE_PT, theme.ink, linespacing=1.15)
        self.time = self.text(1 - EDGE, 0.72, LARGE_PT, theme.ink, ha="right", weight="bold")
        self._beside = self.text(1 - EDGE, 0.28, MIDDLE_PT, theme.ink, ha="right", weight="bold")

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Say it."""
        phase, facts = now.phase, now.facts
        part = None if phase.part is None else round(phase.part, 3)
        beside = ", ".join(
            word for word, holds in (("view paused", self.held), ("muted", facts.muted), (pace_words(facts), True))
            if holds and word
        )  # fmt: skip
        elapsed = clock(max(facts.elapsed_s, now.reached_s))
        if facts.coaching is not None and phase.kind is not PhaseKind.COACH:
            beside = ", ".join(part for part in (facts.coaching.beside, beside, f"total {elapsed}") if part)
            elapsed = facts.coaching.headline
        if not self.changed(phase.text, phase.detail, part, elapsed, beside):
            return False
        ground, ink = getattr(self._theme, GROUNDS.get(phase.kind, "calm"))
        self._ground.set_facecolor(ground)
        for text in (self.said, self.detail, self.time, self._beside):
            text.set_color(ink)
        self.time.set_text(elapsed)
        fit(self.said, phase.text, LARGE_PT, 1 - 2 * EDGE - GAP - width_of(self.time))
        fit(self._beside, beside, MIDDLE_PT, 0.3 if facts.coaching is None else 0.5)
        fit(self.detail, two_lines(phase.detail), MIDDLE_PT, 1 - 2 * EDGE - GAP - width_of(self._beside))
        self._bar.set_width((part or 0.0) * self.rect[2])
        return True


def two_lines(detail: str) -> str:
    """Break a text after what was found, before what to try."""
    first, _, rest = detail.partition("; ")
    return "\n".join(line for line in (first, rest) if line)


class LegPanel(TextPanel):
    """The level of one leg now: its change against baseline or band, which is what is claimed, both levels, a bar."""

    def __init__(self, figure: Figure, rect: Rect, theme: Theme, side: Side, scale: DropScale) -> None:
        super().__init__(figure, rect)
        self._side, self._scale, self._theme = side, scale, theme
        colour = theme.legs[side]
        left, bottom, wide, high = rect
        title = f"{SIGNS[side]} {words.drops(side)}"
        figure.text(left + 0.02 * wide, bottom + 0.92 * high, title, va="center", fontsize=SMALL_PT, weight="bold",
                    color=colour)  # fmt: skip
        self._ground = self.box(0, 0, 1, 0.84, theme.calm[0])
        self.level = self.text(0.03, 0.60, HUGE_PT, colour, weight="bold")
        self._now = self.text(0.03, 0.30, MIDDLE_PT - 3, theme.ink)
        self.box(0.03, 0.065, 0.94, 0.12, theme.paper)
        self._band = self.box(0.03, 0.065, 0.0, 0.12, theme.fresh, alpha=0.35)
        self._bar = self.box(0.03, 0.095, 0.0, 0.06, colour)
        self._tick = self.box(0.03, 0.04, 0.010, 0.17, theme.fresh)

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Say it; on alert the ground does too."""
        leg = now.leg(self._side)
        level, reference, limit = leg.now_deg, leg.reference_now_deg, leg.limit_now_deg
        alert = self._side in now.alerted or Side.BOTH in now.alerted
        judged = reference == reference and level == level
        change = degrees(round(leg.change_deg, 1) + 0.0, signed=True)
        said = f"now {degrees(level)}, {'band to' if now.by_band else 'fresh'} {degrees(reference)}"
        if not self.changed(said, change, alert, degrees(limit), self._scale.high_deg):
            return False
        ground, ink = self._theme.alert if alert else self._theme.calm
        self._ground.set_facecolor(ground)
        colour = ink if alert else self._theme.legs[self._side]
        self.level.set(text=change if judged else degrees(level) if level == level else "-", color=colour)
        self._now.set(text=said if judged else "drop of late" if level == level else "no steps yet", color=ink)
        self._set(self._bar, 0.0, level)
        self._set(self._band, reference, limit)
        self._set(self._tick, reference, NAN)
        return True

    def _set(self, box: Any, from_deg: float, to_deg: float) -> None:
        """Lay a box from one angle to another; a tick keeps its width."""
        left, _, wide, _ = self.rect
        whole = 0.94 * wide / self._scale.high_deg
        box.set_visible(from_deg == from_deg)
        if from_deg != from_deg:
            return
        box.set_x(left + 0.03 * wide + whole * max(from_deg, 0.0))
        if to_deg == to_deg:
            box.set_width(whole * max(min(to_deg, self._scale.high_deg) - max(from_deg, 0.0), 0.0))


class CadencePanel(TextPanel):
    """Steps a minute."""

    def __init__(self, figure: Figure, rect: Rect, theme: Theme) -> None:
        super().__init__(figure, rect)
        left, bottom, _, high = rect
        figure.text(left, bottom + 0.90 * high, "cadence", va="center", fontsize=SMALL_PT, weight="bold",
                    color=theme.ink)  # fmt: skip
        figure.text(left, bottom + 0.16 * high, "steps a minute", fontsize=TINY_PT, va="center", color=theme.faint)
        self.now = self.text(0.0, 0.52, LARGE_PT, theme.ink, weight="bold")

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Say it; a dash while nobody runs."""
        runs = now.motion.stride_s > 0
        text = f"{now.cadence_now_spm:.0f}" if runs and now.cadence_now_spm > 0 else "-"
        if not self.changed(text):
            return False
        self.now.set_text(text)
        return True


class FootPanel(TextPanel):
    """Link, losses, battery, recording, in two lines; and what was asked or answered last.

    Attributes
    ----------
    prompt
        What the keys say (`hipdrop.live.keys`).
    """

    def __init__(self, figure: Figure, rect: Rect, theme: Theme) -> None:
        super().__init__(figure, rect)
        self._theme = theme
        self.prompt = ""
        self._link = self.text(0.0, 0.76, SMALL_PT, theme.ink)
        self._recording = self.text(0.0, 0.24, SMALL_PT, theme.ink)
        self._prompt = self.text(1.0, 0.24, MIDDLE_PT, theme.ink, ha="right", weight="bold")
        self._who = self.text(1.0, 0.76, SMALL_PT, theme.faint, ha="right")

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Say it."""
        if not self.changed(now.facts_version, self.prompt, now.facts.state):
            return False
        facts, room = now.facts, self.rect[2]
        bad = bool(facts.not_recording) and facts.replay_speed is None
        self._recording.set(color=self._theme.pain if bad else self._theme.ink, weight="bold" if bad else "normal")
        self._who.set(color=self._theme.pain if facts.faults else self._theme.faint,
                      weight="bold" if facts.faults else "normal")  # fmt: skip
        fit(self._who, ", ".join(facts.faults) or facts.who, SMALL_PT, 0.5 * room)
        fit(self._link, link_line(replace(facts, faults=())), SMALL_PT, room - GAP - width_of(self._who))
        fit(self._prompt, self.prompt or facts.notice, MIDDLE_PT, 0.62 * room)
        fit(self._recording, recording_line(facts), SMALL_PT, room - GAP - width_of(self._prompt))
        return True
