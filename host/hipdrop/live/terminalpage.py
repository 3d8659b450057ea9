"""A snapshot as a page of lines for a terminal: what matters most stays where the room is short."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hipdrop.live.bigletters import WIDE, big
from hipdrop.live.factwords import link_line, pace_words, recording_line
from hipdrop.live.snapshot import PhaseKind, Snapshot
from hipdrop.live.terminallegs import LEG_STYLES, leg_rows
from hipdrop.live.terminallines import Charset, Line, Span, between, fit, shorten, wrap
from hipdrop.wording import FLAG_WORDS, alert_name, clock, degrees

Ranked = tuple[int, Line]  # the higher the rank of a line, the sooner it gives way

STYLES = {
    PhaseKind.ALERT: "bold black on yellow",
    PhaseKind.RECOVERED: "bold black on green",
    PhaseKind.LINK_LOST: "bold black on magenta",
    PhaseKind.WITHHELD: "bold black on magenta",
    PhaseKind.COACH: "bold black on magenta",
}
CALM, HEADING, FAINT = "bold reverse", "bold", "dim"
DETAIL_LINES, LINK_LINES, ALERT_LINES, ALERTS = 4, 2, 3, 12
BAR = (8, 40)  # least and most characters of a bar of progress
BIG_FROM = 20  # lines, from which on there is room for big letters
PERCENT = 8  # characters of the figure behind it
MIDDLE = 72  # columns, from which on more is said of a step
NONE: Line = (Span(""),)


def page(now: Snapshot, width: int, height: int, charset: Charset, foot: Line, said: str = "") -> list[Line]:
    """Lay out a snapshot in exactly `height` lines of exactly `width` columns.

    Parameters
    ----------
    now
        What is shown.
    width, height
        Of the terminal.
    charset
        What it can show.
    foot
        The last line: keys, the answer to one, or how far a replay is.
    said
        What the program has said meanwhile.
    """
    above: list[Ranked] = [
        (0, state_line(now, width, charset)),
        *detail_lines(now, width, charset),
        *coach_lines(now, width, height, charset),
        (17, NONE),
        *leg_rows(now, width, height, charset),
        *figure_lines(now, width, charset),
        (18, NONE),
        *alert_lines(now, width, charset),
        (18, NONE),
        *step_lines(now, width, height, charset),
    ]
    below = [*link_lines(now, width, said, charset), (1, foot)]
    ranks = sorted(rank for rank, _ in (*above, *below))
    lines = _kept(above, below, ranks, height)
    return [fit(line, width) for line in lines]


def _kept(above: list[Ranked], below: list[Ranked], ranks: list[int], height: int) -> list[Line]:
    """Keep the lines that fit, and let the lower ones lie at the bottom."""
    last = ranks[height] if len(ranks) > height else ranks[-1] + 1  # the rank of which not all fit
    spare = height - sum(rank < last for rank in ranks)
    kept: list[list[Line]] = [[], []]
    for part, lines in zip(kept, (above, below), strict=True):
        for rank, line in lines:
            if rank < last or (rank == last and spare > 0):
                spare -= rank == last
                part.append(line)
    return [*kept[0], *[NONE] * (height - len(kept[0]) - len(kept[1])), *kept[1]]


def state_line(now: Snapshot, width: int, charset: Charset) -> Line:
    """Say what is going on, with its progress; time and what is off at the right."""
    phase, facts = now.phase, now.facts
    elapsed = clock(max(facts.elapsed_s, now.reached_s))
    right = "  ".join(part for part in ("muted" if facts.muted else "", pace_words(facts), elapsed) if part)
    left, right = f" {charset.text(phase.text)} ", f"{right} "
    room = min(width - len(left) - len(right) - PERCENT, BAR[1])
    if phase.part is not None and room >= BAR[0]:
        left += f"{charset.progress(phase.part, room)} {100 * phase.part:.0f} %"
    return between(left, right, width, STYLES.get(phase.kind, CALM))


def detail_lines(now: Snapshot, width: int, charset: Charset) -> Iterator[Ranked]:
    """Say more of it: what was found, and what to try."""
    text = charset.text(now.phase.detail)
    for number, line in enumerate(wrap(text, width - 2, DETAIL_LINES) or [""]):
        yield (3 if number == 0 else 8 + number // 2), (Span(f" {line}"),)
    if not text:
        yield 14, NONE  # the second line of most of them: what is below does not move


def coach_lines(now: Snapshot, width: int, height: int, charset: Charset) -> Iterator[Ranked]:
    """Say what a coach says, in letters that are read from afar where there is room for them."""
    coaching = now.facts.coaching
    if coaching is None:
        return
    texts = (coaching.headline, coaching.due) if coaching.pressing else (coaching.headline,)
    text = next((text for text in texts if WIDE * len(text) < width and height >= BIG_FROM), "")
    if text:
        yield 2, NONE
        for line in big(text, charset.bar[0]):
            yield 2, (Span(f" {line}", HEADING),)
        yield 2, NONE
        yield 2, (Span(shorten(charset.text(f" {coaching.beside}"), width), HEADING),)
    else:
        yield 2, (Span(shorten(charset.text(f" {coaching.headline}, {coaching.beside}"), width), CALM),)


def figure_lines(now: Snapshot, width: int, charset: Charset) -> Iterator[Ranked]:
    """Say cadence, list and steps, and what was marked."""
    runs = now.motion.stride_s > 0 and now.cadence_now_spm > 0
    parts = [f"cadence {now.cadence_now_spm:.0f}/min" if runs else "cadence -"]
    list_deg = now.last_steps[-1].list_deg if now.last_steps else float("nan")
    if list_deg == list_deg:
        parts.append(f"list {degrees(abs(list_deg))} {'right' if list_deg > 0 else 'left'} side down")
    parts.append(f"{now.steps} steps")
    yield 6, (Span(shorten(charset.text("   ".join(parts)), width)),)
    moments = [(mark.t_s, _marked(mark.note, mark.pain)) for mark in now.marks]
    moments += [(onset.t_s, f"onset, {onset.side} leg") for onset in now.onsets]
    if moments:
        newest = sorted(moments, reverse=True)
        text = "; ".join(f"{clock(t_s)} {what}" for t_s, what in newest)
        yield 12, (Span("marked   ", HEADING), Span(shorten(charset.text(text), width - 9)))


def _marked(note: str, pain: bool) -> str:
    return "pain" if pain else f"mark: {note}" if note else "mark"


def alert_lines(now: Snapshot, width: int, charset: Charset) -> Iterator[Ranked]:
    """Say the last alerts with their cues, the newest first."""
    if not now.alerts:
        yield 9, (Span("no alert so far", FAINT),)
    lines = 0
    for alert in reversed(now.alerts[-ALERTS:]):
        head = f"{clock(alert.t_s - now.facts.start_s):>7}  {alert_name(alert):9}"
        most = 1 if alert.reason == now.phase.detail else ALERT_LINES
        for line in wrap(charset.text(alert.reason), width - len(head), most):
            yield (9 if lines == 0 else 13 if lines < 3 else 19), (Span(head, HEADING), Span(line))
            head = " " * len(head)
            lines += 1


def step_lines(now: Snapshot, width: int, most: int, charset: Charset) -> Iterator[Ranked]:
    """Give the last steps, the newest first."""
    if not now.last_steps:
        return
    contact, why = ("  contact", "  not counted because") if width >= MIDDLE else ("", "  not counted")
    heads = f"{'step':>7}{'time':>9}  {'leg':8}{'drop':>8}{'cadence':>10}{contact}{why}"
    yield 11, (Span(heads, HEADING),)
    for number, step in enumerate(reversed(now.last_steps[-most:])):
        sign, leg = charset.signs[step.side], step.side.value if step.side_sure else f"{step.side.value}?"
        cadence = f"{step.cadence_spm:.0f}/min" if step.cadence_spm == step.cadence_spm else "-"
        contact = f"{step.contact_ms:.0f} ms" if step.contact_ms == step.contact_ms else "-"
        flags = ", ".join(FLAG_WORDS[flag] for flag in step.flags)
        drop = charset.text(degrees(step.drop_deg))
        yield (
            (11 if number < 3 else 14 if number < 5 else 18 if number < 8 else 20),
            (
                Span(f"{step.number:>7}{clock(step.t_s - now.facts.start_s):>9}  "),
                Span(f"{sign} {leg:6}{drop:>8}", LEG_STYLES[step.side] if step.valid else FAINT),
                Span(f"{cadence:>10}" + (f"{contact:>9}" if width >= MIDDLE else "")),
                Span(f"  {flags}", FAINT),
            ),
        )


def link_lines(now: Snapshot, width: int, said: str, charset: Charset) -> Iterator[Ranked]:
    """Say link and clip, recording and runner, and what is to be read once."""
    facts = now.facts
    for number, line in enumerate(wrap(charset.text(link_line(facts)), width, LINK_LINES)):
        yield (4 if number == 0 else 8), (Span(line),)
    style = HEADING if facts.not_recording else ""
    kept = recording_line(facts) if facts.replay_speed is None else ""  # the line above names what is replayed
    kept, who = charset.text(kept), charset.text(facts.who)
    if kept or who:
        yield 7, between(kept, who, width, style)
    for text in _filled(said, facts.notice):
        yield 10, (Span(shorten(charset.text(text), width), HEADING),)


def _filled(*texts: str) -> Iterable[str]:
    return (text for text in texts if text)
