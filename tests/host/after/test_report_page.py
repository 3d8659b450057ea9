"""The page of one run: its figures are the analysis', it is whole by itself, and it says what it leaves out."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from reported import MARK_S, PAIN_S, analysed, figures, html_of, page_of, read_page

from hipdrop.after.analysis import LEGS, parts
from hipdrop.after.report.detectable import drop_changes, other_changes
from hipdrop.after.report.page import render, run_page
from hipdrop.after.report.svg import WIDE
from hipdrop.after.steptable import StepTable
from hipdrop.events import AlertRaised, Flag, Side, Step
from hipdrop.summary import summarize
from hipdrop.wording import NOT_A_DIAGNOSIS, clock, degrees

NAMES = ["full", "short", "still", "brief", "tilt"]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    value: str = request.param
    return value


def test_every_figure_of_the_drop_is_the_summary_s() -> None:
    found, summary = figures(read_page(html_of("full"))), analysed("full").summary
    for drop in summary.drops:
        for which, value in (("fresh", drop.fresh_deg), ("end", drop.end_deg), ("change", drop.change_deg)):
            shown, text = found[f"drop.{drop.side}.{which}"]
            assert shown == pytest.approx(value, rel=1e-5)
            assert text == degrees(value, signed=which == "change")
    assert {key: value for key, (value, _) in found.items() if key.startswith("flags.")} == {
        f"flags.{flag}": count for flag, count in summary.flags.items()
    }


def test_every_other_figure_is_the_median_of_the_counted_steps() -> None:
    found, steps = figures(read_page(html_of("full"))), analysed("full").steps
    fresh, end = parts(steps)
    for which, part in (("fresh", fresh), ("end", end)):
        counted = part.where(part.valid)
        assert found[f"cadence_spm.{which}"][0] == pytest.approx(np.nanmedian(counted.cadence_spm), rel=1e-5)
        assert found[f"oscillation_mm.{which}"][0] == pytest.approx(np.nanmedian(counted.oscillation_mm), rel=1e-5)
        for side in LEGS:
            own = part.counted(side)
            assert found[f"contact_ms.{side}.{which}"][0] == pytest.approx(np.nanmedian(own.contact_ms), rel=1e-5)
            assert found[f"flight_ms.{side}.{which}"][0] == pytest.approx(np.nanmedian(own.flight_ms), rel=1e-5)


def test_every_figure_reads_as_its_value(name: str) -> None:
    for key, (value, text) in figures(read_page(html_of(name))).items():
        shown = NUMBER.search(text)
        assert shown is not None, key
        decimals = len(shown[0].partition(".")[2])
        assert float(shown[0]) == pytest.approx(value, abs=0.5000001 * 10.0**-decimals), key


def test_beside_every_difference_stands_the_smallest_detectable_one() -> None:
    found = figures(read_page(html_of("full")))
    changes = {key.removesuffix(".change") for key in found if key.endswith(".change")}
    detectable = {
        key.removesuffix(".detectable"): value for key, (value, _) in found.items() if key.endswith(".detectable")
    }
    assert len(changes) >= 3 + 6
    assert changes == set(detectable)
    assert all(value > 0.0 for value in detectable.values())
    for change in [*drop_changes(analysed("full")).values(), *other_changes(analysed("full"))]:
        assert detectable[change.key] == pytest.approx(change.detectable, rel=1e-5)


def test_the_words_tell_the_run() -> None:
    found, text = analysed("full"), read_page(html_of("full")).text
    summary, onset = found.summary, found.onsets[Side.LEFT]
    assert onset is not None
    for part in (
        f"{summary.steps} steps", f"{summary.counted} of them counted", "Ada", "<blue> & fast", "3.00 m/s (10.8 km/h)",
        f"began to grow at {clock(onset.t_s)} (95 % interval {clock(onset.earliest_s)} to {clock(onset.latest_s)})",
        f"Marked at {clock(MARK_S)}: hill",
        f"Pain was marked at {clock(PAIN_S)}, {clock(abs(PAIN_S - onset.t_s))} min after",
        NOT_A_DIAGNOSIS, "samples missing", "Dingenen 2018", "2.8°",
    ):  # fmt: skip
        assert part in text, part
    raised = [alert for alert in found.alerts if isinstance(alert, AlertRaised)]
    assert raised
    assert all(f"Alert at {clock(alert.t_s)}: {alert.reason}" in text for alert in raised)


def test_pain_stands_beside_the_onset_in_the_picture() -> None:
    page = read_page(html_of("full"))
    (picture,) = (e for e in page.all("figure") if e.attributes["data-picture"] == "drop-left")
    signs = [e.attributes["class"] for e in picture.all("path") if "sign" in e.attributes.get("class", "")]
    assert {"sign pain", "sign onset", "sign alert", "sign mark"} <= set(signs)
    labels = [e.text for e in picture.all("text")]
    assert clock(PAIN_S) in labels
    assert {"pause", "gap"} <= {e.attributes["class"] for e in picture.all("rect")}


def test_the_dots_are_the_counted_steps_in_their_places() -> None:
    page, found = read_page(html_of("full")), analysed("full")
    for side in LEGS:
        (picture,) = (e for e in page.all("figure") if e.attributes["data-picture"] == f"drop-{side}")
        (dots,) = (e for e in picture.all("path") if e.attributes.get("class") == f"dots {side}")
        places = re.findall(r"M([\d.]+) ([\d.]+)h", dots.attributes["d"])
        steps = found.steps.counted(side)
        assert 0 <= len(steps) - len(places) <= 0.01 * len(steps)  # the wildest lie outside the axes
        x, y = np.array(places, dtype=float).T
        due_x = WIDE.left + (WIDE.width - WIDE.left - WIDE.right) * steps.contact_s / found.summary.recording.duration_s
        of_step = np.abs(due_x[:, None] - x).argmin(axis=0)
        assert np.abs(due_x[of_step] - x).max() < 0.06  # a decimal is written
        slope, level = np.polyfit(steps.drop_deg[of_step], y, 1)
        assert slope < -10.0
        assert np.abs(slope * steps.drop_deg[of_step] + level - y).max() < 0.11


def test_the_page_is_whole_by_itself(name: str) -> None:
    html = html_of(name)
    assert not re.search(r"https?:|//[a-z]|@import|url\(|<script|<link|<iframe|<img", html)
    page = read_page(html)
    for element in page.all():
        assert not {"src", "href", "onload", "xlink:href"} & set(element.attributes), element
        assert "id" not in element.attributes  # so none is there twice
    assert not re.search(r"\b(?:nan|NaN|inf|None)\b", page.text)
    assert not re.search(r"nan|inf(?!o)", " ".join(e.attributes.get("d", "") for e in page.all("path")))


def test_headings_step_down_one_by_one_and_pictures_have_words(name: str) -> None:
    page = read_page(html_of(name))
    levels = [int(e.tag[1]) for e in page.all() if re.fullmatch(r"h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    for figure in page.all("figure"):
        (svg,) = figure.all("svg")
        assert svg.attributes["role"] == "img"
        assert len(svg.attributes["aria-label"]) > 20


def test_no_picture_is_empty_and_what_is_left_out_says_why() -> None:
    full, short = read_page(html_of("full")), read_page(html_of("short"))
    for page in (full, short):
        for figure in page.all("figure"):
            drawn = [
                e for e in figure.all() if e.attributes.get("class", "").split()[:1] in (["dots"], ["line"], ["bone"])
            ]
            assert any("zero" not in e.attributes["class"] for e in drawn), figure.attributes
    missing = {e.attributes["data-missing"]: e.text for e in short.all("p") if "data-missing" in e.attributes}
    assert "stand for some seconds" in missing["list"]
    assert {e.attributes["data-picture"] for e in full.all("figure")} >= {
        *(f"{kind}-{side}" for kind in ("drop", "stride", "pelvis") for side in LEGS), "list", "cadence", "contact",
        "flight", "oscillation", "drop-symmetry", "contact-symmetry",
    }  # fmt: skip


def test_a_run_that_is_too_short_says_so() -> None:
    text = read_page(html_of("short")).text
    assert "cannot be dated" in text
    assert "no baseline" in text


def test_a_recording_without_a_step_says_so() -> None:
    page = read_page(html_of("still"))
    assert "No running was found" in page.text
    assert not list(page.all("figure"))
    assert not list(page.all("table"))


def test_a_few_strides_whose_mount_is_not_known_say_so() -> None:
    found, page = analysed("brief"), read_page(html_of("brief"))
    assert found.summary.steps > 0
    assert found.summary.mount is None
    assert "how the clip sits was not found" in page.text
    assert not list(page.all("figure"))
    assert [e.attributes["data-missing"] for e in page.all("p") if "data-missing" in e.attributes]


def test_a_clip_that_sends_its_own_tilt_is_reported_as_such() -> None:
    page = read_page(html_of("tilt"))
    assert "its own tilt, not raw ones" in page.text
    assert {"drop-left", "drop-right"} <= {e.attributes["data-picture"] for e in page.all("figure")}


def test_of_one_leg_alone_the_other_s_pictures_are_left_out() -> None:
    found = analysed("short")
    right = [event for event in found.events if isinstance(event, Step) and event.side is Side.RIGHT]
    void = {id(event): replace(event, flags=(*event.flags, Flag.SIDE)) for event in right}
    events = [void.get(id(event), event) for event in found.events]
    steps, none = StepTable.of_events(events), {Side.RIGHT: None}
    one_sided = replace(
        found, events=events, steps=steps, summary=summarize(found.recorded.facts, events),
        fresh={**found.fresh, **none}, tired={**found.tired, **none},
    )  # fmt: skip
    page = read_page(render([run_page(one_sided)]))
    drawn = {e.attributes["data-picture"] for e in page.all("figure")}
    missing = {e.attributes["data-missing"]: e.text for e in page.all("p") if "data-missing" in e.attributes}
    assert {"drop-left", "stride-left", "pelvis-left", "contact"} <= drawn
    assert {"drop-right", "stride-right", "pelvis-right", "drop-symmetry", "contact-symmetry"} <= set(missing)
    assert "no step of the right leg counts" in missing["drop-right"]
    assert "they are not compared" in page.text


def test_several_runs_are_compared_each_with_what_can_be_told() -> None:
    runs = [page_of("full"), page_of("week")]
    numbered = [type(run)(**{**vars(run), "prefix": f"run{n}."}) for n, run in enumerate(runs, 1)]
    page = read_page(render(numbered))
    found, week = figures(page), analysed("week").summary
    full = analysed("full").summary
    off = week.drops[0].fresh_deg - full.drops[0].fresh_deg
    assert off > 2.8
    assert found["run2.left.fresh_change"][0] == pytest.approx(off, rel=1e-4)
    assert found["run2.left.between"][0] == 2.8
    assert found["run2.drop.left.fresh"][0] == pytest.approx(week.drops[0].fresh_deg, rel=1e-5)
    assert "differs from the first run by more than chance on the left leg in run 2" in page.text
    assert "Not all runs are in the same shoe" in page.text
    assert len(list(page.all("article"))) == 2
    keys = [e.attributes["data-picture"] for e in page.all("figure")]
    assert {"levels-left", "levels-right", "strides-left-fresh", "strides-right-tired"} <= set(keys)


def test_runs_of_different_people_are_shown_and_not_compared() -> None:
    page = read_page(render([page_of("full"), page_of("short")]))
    assert "of another than the first are shown, not compared" in page.text
    assert not [key for key in (e.attributes["data-key"] for e in page.all("data")) if key.endswith("_change")]


def test_what_could_not_be_read_is_named() -> None:
    page = read_page(render([page_of("short")], ["x.csv: is no <recording>"]))
    assert [e.text for e in page.all("p") if "data-refused" in e.attributes] == ["Left out: x.csv: is no <recording>"]


def test_on_paper_every_drawing_has_its_own_colours() -> None:
    page = render([page_of("short")], paper=True)
    drawings = list(read_page(page).all("svg"))
    assert drawings
    for drawing in drawings:
        (style,) = drawing.all("style")
        assert "var(" not in style.text
