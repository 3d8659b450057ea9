"""The page as a browser lays it out, on a desk, on a phone, in light and in dark: nothing clipped, nothing overlaps."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from reported import html_of, page_of

from hipdrop.after.report.page import render
from hipdrop.events import Side
from hipdrop.live.theme import DARK, LIGHT
from screens import missing

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
QUIETLY = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
           "--disable-background-networking", "--disable-component-update", "--virtual-time-budget=4000")  # fmt: skip
LOOK = """
<script>
addEventListener("load", () => {
  const clipped = [...document.querySelectorAll("body, body *:not(svg):not(svg *)")]
    .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline")
    .map(e => e.tagName + ": " + e.textContent.slice(0, 60));
  const outside = [], covered = [], tiny = [];
  for (const svg of document.querySelectorAll("figure svg")) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].map(e => [e.textContent, e.getBoundingClientRect()]);
    for (const [word, r] of texts) {
      if (r.left < frame.left - 1 || r.right > frame.right + 1 || r.top < frame.top - 2 || r.bottom > frame.bottom + 2)
        outside.push(word);
      if (r.height < 8) tiny.push(word);
    }
    texts.forEach(([a, r], i) => texts.slice(i + 1).forEach(([b, s]) => {
      if (Math.min(r.right, s.right) - Math.max(r.left, s.left) > 1 &&
          Math.min(r.bottom, s.bottom) - Math.max(r.top, s.top) > 4) covered.push(a + " / " + b);
    }));
  }
  const style = getComputedStyle(document.body);
  const line = document.querySelector(".line.left");
  parent.postMessage(JSON.stringify({
    clipped, outside, covered, tiny, pictures: document.querySelectorAll("figure svg").length,
    width: innerWidth, wide: document.documentElement.scrollWidth, paper: style.backgroundColor, ink: style.color,
    left: line ? getComputedStyle(line).stroke : "",
  }), "*");
});
</script></body>"""
FRAME = """<!DOCTYPE html><meta charset="utf-8"><body style="margin:0"><pre id="told"></pre>
<script>addEventListener("message", e => document.getElementById("told").append(e.data + "\\n"));</script>"""
INNER = '<iframe src="page.html" style="width:{}px;height:3000px;border:0"></iframe>'
WIDTHS = (1280, 760, 400)


@dataclass(frozen=True)
class Browser:
    """A browser without a window."""

    program: str
    folder: Path

    def look(self, page: str, widths: tuple[int, ...], *options: str) -> list[dict[str, Any]]:
        """Lay a page out, so wide each time, and give what is found on it."""
        (self.folder / "page.html").write_text(page.replace("</body>", LOOK), "utf-8")
        (self.folder / "frame.html").write_text(FRAME + "".join(map(INNER.format, widths)), "utf-8")
        address = (self.folder / "frame.html").as_uri()
        command = [
            self.program,
            *QUIETLY,
            f"--user-data-dir={self.folder / 'profile'}",
            *options,
            "--dump-dom",
            address,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        told = re.search(r'<pre id="told">(.+?)</pre>', done.stdout, re.DOTALL)
        assert told is not None, done.stderr[-500:]
        found = [json.loads(line) for line in html.unescape(told[1]).splitlines()]
        assert sorted(one["width"] for one in found) == sorted(widths)
        return found


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        missing("no Chromium to lay the report out: apt install chromium")
    return Browser(str(program), tmp_path)


def compared() -> str:
    """Give the page of three runs."""
    runs = [page_of(name) for name in ("full", "week", "short")]
    return render([type(run)(**{**vars(run), "prefix": f"run{n}."}) for n, run in enumerate(runs, 1)])


@pytest.mark.parametrize("name", ["full", "still", "compared"])
def test_nothing_is_clipped_and_no_letters_cover_others(browser: Browser, name: str) -> None:
    for found in browser.look(compared() if name == "compared" else html_of(name), WIDTHS):
        for fault in ("clipped", "outside", "covered", "tiny"):
            assert found[fault] == [], (fault, found["width"])
        assert found["wide"] <= found["width"]
        assert (found["pictures"] > 10) == (name != "still")


def test_light_and_dark_are_those_of_the_window(browser: Browser) -> None:
    from matplotlib.colors import to_rgb

    light, dark = (browser.look(html_of("full"), (800,), *how)[0] for how in ((), ("--force-dark-mode",)))
    for found, theme in ((light, LIGHT), (dark, DARK)):
        for name, colour in (("paper", theme.paper), ("ink", theme.ink), ("left", theme.legs[Side.LEFT])):
            seen = tuple(int(part) / 255 for part in re.findall(r"\d+", found[name])[:3])
            assert seen == pytest.approx(to_rgb(colour), abs=1e-6), name


def test_printed_it_is_pages_of_a4(browser: Browser) -> None:
    (browser.folder / "page.html").write_text(html_of("full"), "utf-8")
    paper = browser.folder / "paper.pdf"
    options = (f"--user-data-dir={browser.folder / 'profile'}", "--no-pdf-header-footer", f"--print-to-pdf={paper}")
    command = [browser.program, *QUIETLY, *options, (browser.folder / "page.html").as_uri()]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    printed = paper.read_bytes()
    sizes = {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox ?\[([^\]]+)\]", printed)}
    assert len(sizes) == 1
    assert sizes.pop() == pytest.approx((0.0, 0.0, 595.0, 842.0), abs=1.5)
    assert 3 <= len(re.findall(rb"/Type /Page\b", printed)) <= 8
