"""Runs as reports are made of them, each analysed once, and a reader of the page."""

from __future__ import annotations

import atexit
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import numpy as np
from run_files import write_csv, write_run

from hipdrop.after.analysis import RunAnalysis, analyse_file, analyse_run
from hipdrop.after.reading import Recorded
from hipdrop.after.report.page import RunPage, render, run_page
from hipdrop.imucsv import Recording
from hipdrop.receive.tilt import TiltBlock
from hipdrop.settings import Settings
from hipdrop.simulate.specs import Bout, Sag
from synthetic import RATE_HZ, simulated

VOID = {"meta", "link", "br", "hr", "img", "path", "rect", "circle"}
EARLY = Settings().replace({"monitor": {"baseline_from_min": 0.5, "baseline_until_min": 3.0}})
PAIN_S, MARK_S = 560.0, 120.0


@cache
def analysed(name: str) -> RunAnalysis:
    """Analyse one of the runs below."""
    folder = Path(mkdtemp(prefix="hipdrop-report-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    path = folder / f"{name}.{'csv' if name in ('short', 'still') else 'mcap'}"
    if name == "full":  # sag, walk break, stop, gap, pain, mark, alert
        run = simulated(
            minutes=14.0, seed=1005, sags=(Sag.parse("left:3@6+2"),), walk=(Bout(3.5, 0.5),), stops=(Bout(11.0, 0.3),)
        )
        write_run(
            path, run, person="Ada", shoe="<blue> & fast", settings=EARLY, speed_ms=3.0, lost=slice(3000, 3060),
            pain_s=(PAIN_S,), notes=((MARK_S, "hill"),),
        )  # fmt: skip
    elif name == "week":  # the same runner a week later, without a sag
        write_run(path, simulated(minutes=6.0, seed=7, drop_left_deg=6.0), day=7, person="Ada", shoe="red")
    elif name == "tilt":
        return analyse_run(_of_tilt(path))
    elif name == "brief":  # too few strides for a mount
        write_run(path, simulated(minutes=0.165, seed=8))
    elif name == "short":  # too short for a baseline, and without a standing start
        write_csv(path, simulated(minutes=1.0, seed=2, stand_s=0.0))
    else:
        write_csv(path, simulated(minutes=0.7, seed=3, stand_s=42.0))
    return analyse_file(path)


def _of_tilt(path: Path) -> Recorded:
    """Make what a clip sends that computes its own tilt: where up is, in axes of the pelvis."""
    run = simulated(minutes=1.5, seed=9)
    (raw,), turned = run.blocks, run.pelvis_from_sensor.T
    roll, tilt = np.radians(run.obliquity_deg[run.kept]), np.radians(run.tilt_deg[run.kept])
    up = np.column_stack((np.cos(roll) * np.sin(tilt), np.cos(roll) * np.cos(tilt), -np.sin(roll)))
    block = TiltBlock(raw.t_s, raw.acc_ms2 @ turned, raw.gyr_rads @ turned, up=up)
    facts = Recording(path, [block], RATE_HZ, RATE_HZ, ())
    return Recorded(path, facts, [block], RATE_HZ, Settings(), None, None, None, None, tilt_only=True)


@cache
def page_of(name: str) -> RunPage:
    """Give what is said of one of the runs."""
    return run_page(analysed(name))


@cache
def html_of(name: str) -> str:
    """Give the page of one of the runs."""
    return render([page_of(name)])


@dataclass
class Element:
    """An element of a page."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    def all(self, tag: str = "") -> Iterator[Element]:
        """Give this element and all in it, of a kind."""
        if tag in ("", self.tag):
            yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.all(tag)

    @property
    def text(self) -> str:
        """All text in it."""
        parts = (child if isinstance(child, str) else child.text for child in self.children)
        return " ".join("".join(parts).split())


class Reader(HTMLParser):
    """Reads a page strictly: what is opened is closed, in its order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in {tag}: {attrs}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def read_page(html: str) -> Element:
    """Read a page."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader._open == [reader.root]
    return reader.root


def figures(page: Element) -> dict[str, tuple[float, str]]:
    """Give value and text of all figures by key."""
    found = [(e.attributes["data-key"], float(e.attributes["value"]), e.text) for e in page.all("data")]
    assert len({key for key, _, _ in found}) == len(found)
    assert all(math.isfinite(value) for _, value, _ in found)
    return {key: (value, text) for key, value, text in found}
