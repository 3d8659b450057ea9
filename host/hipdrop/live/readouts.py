"""What is read from three metres: the state, the time, the level of each leg, the cadence."""

from __future__ import annotations

import textwrap
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from hipdrop.events import Side
from hipdrop.live.droplines import DropScale
from hipdrop.live.snapshot import PhaseKind, Snapshot
from hipdrop.live.stage import Panel, Rect
from hipdrop.live.theme import HUGE_PT, LARGE_PT, MIDDLE_PT, SIGNS, SMALL_PT, TINY_PT, Theme
from hipdrop.monitor import words
from hipdrop.wording import clock, degrees, link_words

GROUNDS = {
    PhaseKind.ALERT: "alert",
    PhaseKind.RECOVERED: "good",
    PhaseKind.LINK_LOST: "trouble",
    PhaseKind.WITHHELD: "trouble",
}
DETAIL_CHARS = 110
NAN = float("nan")


class TextPanel(Panel):
    """Texts that are drawn anew when one of them changes."""

    def __init__(self, figure: Figure, rect: Rect) -> None:
        super().__init__(figure, rect)
        self._seen: tuple[object, ...] = ()

    def text(self, x: float, y: float, size_pt: float, colour: str, **style: Any) -> Any:
        """Make a text at a place of the window, parts of the panel."""
        left, bottom, wide, high = self.rect
        style = {"va": "center", **style}
        return self.add(
            self.figure.text(left + x * wide, bottom + y * high, "", fontsize=size_pt, color=colour, **style)
        )

    def box(self, x: float, y: float, wide: float, high: float, colour: str, **style: Any) -> Any:
        """Make a rectangle, parts of the panel."""
        left, bottom, width, height = self.rect
        patch = Rectangle(
            (left + x * width, bottom + y * height), wide * width, high * height, fc=colour, lw=0,
            transform=self.figure.transFigure, **style,
        )  # fmt: skip
        return self.add(self.figure.add_artist(patch))

    def changed(self, *seen: object) -> bool:
        """Give whether these are others than the last time."""
        if seen == self._seen:
            return False
        self._seen = seen
        return True


class StatePanel(TextPanel):
    """What is going on, on a ground that tells how pressing it is; time and what is off, at the right."""

    def __init__(self, figure: Figure, rect: Rect, theme: Theme) -> None:
        super().__init__(figure, rect)
        self._theme = theme
        self._ground = self.box(0, 0, 1, 1, theme.calm[0])
        self._bar = self.box(0, 0, 0, 0.07, theme.fresh)
        self._text = self.text(0.012, 0.71, LARGE_PT + 4, theme.ink, weight="bold")
        self._detail = self.text(0.012, 0.29, MIDDLE_PT, theme.ink, linespacing=1.25)
        self._time = self.text(0.99, 0.71, LARGE_PT + 4, theme.ink, ha="right", weight="bold")
        self._beside = self.text(0.99, 0.29, MIDDLE_PT, theme.ink, ha="right")

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Say it."""
        phase, facts = now.phase, now.facts
        part = None if phase.part is None else round(phase.part, 3)
        beside = ", ".join(word for word, holds in (("muted", facts.muted), (_pace(now), True)) if holds and word)
        elapsed = clock(max(facts.elapsed_s, now.reached_s))
        if not self.changed(phase.text, phase.detail, part, elapsed, beside):
            return False
        ground, ink = getattr(self._theme, GROUNDS.get(phase.kind, "calm"))
        self._ground.set_facecolor(ground)
        for text, said in (
            (self._text, phase.text),
            (self._detail, two_lines(phase.detail)),
            (self._time, elapsed),
            (self._beside, beside),
        ):
            text.set(text=said, color=ink)
        self._bar.set_width((part or 0.0) * self.rect[2])
        return True


def two_lines(detail: str) -> str:
    """Break a text after what was found, before what to try; cut off what is too long for the window."""
    first, _, rest = detail.partition("; ")
    cut = (textwrap.shorten(line, DETAIL_CHARS, placeholder=" ...") for line in (first, rest) if line)
    return "\n".join(cut)


def _pace(now: Snapshot) -> str:
    speed = now.facts.replay_speed
    if speed is None:
        return ""
    name = "replay" if speed == 1 else f"replay, {speed:g} times as fast"
    return f"{name}, paused" if now.facts.replay_paused else name


class LegPanel(TextPanel):
    """The level of one leg now, against its baseline or band: a number, a change, a bar."""

    def __init__(self, figure: Figure, rect: Rect, theme: Theme, side: Side, scale: DropScale) -> None:
        super().__init__(figure, rect)
        self._side, self._scale, self._theme = side, scale, theme
        colour = theme.legs[side]
        left, bottom, wide, high = rect
        title = f"{SIGNS[side]} {words.drops(side)}"
        figure.text(left + 0.03 * wide, bottom + 0.92 * high, title, va="center", fontsize=SMALL_PT, weight="bold",
                    color=colour)  # fmt: skip
        self._ground = self.box(0, 0, 1, 0.82, theme.calm[0])
        self.level = self.text(0.03, 0.52, HUGE_PT, colour, weight="bold")
        self._change = self.text(0.97, 0.62, LARGE_PT - 4, theme.ink, ha="right", weight="bold")
        self._than = self.text(0.97, 0.36, TINY_PT, theme.faint, ha="right")
        self.box(0.03, 0.08, 0.94, 0.12, theme.grid)
        self._band = self.box(0.03, 0.08, 0.0, 0.12, theme.fresh, alpha=0.35)
        self._bar = self.box(0.03, 0.11, 0.0, 0.06, colour)
        self._tick = self.box(0.03, 0.04, 0.008, 0.20, theme.fresh)

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Say it; on alert the ground does too."""
        leg = now.leg(self._side)
        level, reference, limit = leg.now_deg, leg.reference_now_deg, leg.limit_now_deg
        alert = self._side in now.alerted or Side.BOTH in now.alerted
        known = reference == reference
        seen = (
            degrees(level),
            degrees(round(leg.change_deg, 1) + 0.0, signed=True) if known else "",
            degrees(reference),
            alert,
        )
        if not self.changed(*seen, self._scale.high_deg):
            return False
        ground, ink = self._theme.alert if alert else self._theme.calm
        self._ground.set_facecolor(ground)
        self.level.set(text=seen[0], color=ink if alert else self._theme.legs[self._side])
        self._change.set(text=seen[1], color=ink)
        self._than.set(
            text=f"against {seen[2]}" if known else "drop of late", color=ink if alert else self._theme.faint
        )
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
        figure.text(left, bottom + 0.86 * high, "cadence", va="center", fontsize=SMALL_PT, color=theme.ink)
        self._now = self.text(0.0, 0.50, LARGE_PT + 6, theme.ink, weight="bold")
        self._unit = self.text(0.0, 0.14, TINY_PT, theme.faint)

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Say it; a dash while nobody runs."""
        runs = now.motion.stride_s > 0
        text = f"{now.cadence_now_spm:.0f}" if runs and now.cadence_now_spm > 0 else "-"
        if not self.changed(text):
            return False
        self._now.set_text(text)
        self._unit.set_text("steps a minute")
        return True


class FootPanel(TextPanel):
    """Link, losses, battery, recording, in two lines; and what was asked or answered last."""

    def __init__(self, figure: Figure, rect: Rect, theme: Theme) -> None:
        super().__init__(figure, rect)
        self._theme = theme
        self.prompt = ""  # what the keys say (hipdrop.live.keys)
        self._link = self.text(0.0, 0.78, SMALL_PT, theme.ink)
        self._recording = self.text(0.0, 0.26, SMALL_PT, theme.ink)
        self._prompt = self.text(1.0, 0.26, MIDDLE_PT, theme.ink, ha="right", weight="bold")
        self._who = self.text(1.0, 0.78, SMALL_PT, theme.faint, ha="right")

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Say it."""
        if not self.changed(now.facts_version, self.prompt, now.facts.state):
            return False
        facts = now.facts
        self._link.set_text(link_line(now))
        kept = f"recording {facts.recording}" if facts.recording else ""
        kept = f"not recorded: {facts.not_recording}" if facts.not_recording else kept
        self._recording.set(
            text=kept if facts.replay_speed is None else facts.source,
            color=self._theme.pain if facts.not_recording else self._theme.ink,
            weight="bold" if facts.not_recording else "normal",
        )
        self._prompt.set_text(self.prompt or facts.notice)
        self._who.set_text(facts.who)
        return True


def link_line(now: Snapshot) -> str:
    """Say rate, losses, battery and faults."""
    facts = now.facts
    rate = f"{facts.rate_hz:.1f} Hz" if facts.rate_hz else "rate not known yet"
    lost = {
        "samples_lost": facts.lost, "samples_received": facts.received, "samples_recovered": facts.recovered,
        "reconnects": facts.reconnects,
    }  # fmt: skip
    parts = [facts.source, rate, link_words(lost)]
    if facts.battery_percent is not None:
        parts.append(f"battery {facts.battery_percent} %")
    return ", ".join([*(part for part in parts if part), *facts.faults])
