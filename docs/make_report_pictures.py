"""Picture of the report for the documentation: docs/pictures/report.png, as Chromium shows the page.

    python docs/make_report_pictures.py

A simulated run with a sag of the left leg, a walk break and a stop, analysed and laid out as any other.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from hipdrop.after.report.making import report_files, run_pages
from hipdrop.simulate import RunnerConfig, Sag, simulate
from hipdrop.simulate.specs import Bout

PICTURE = Path(__file__).with_name("pictures") / "report.png"
RUN = RunnerConfig(
    minutes=30.0, seed=4, wander_deg=0.2, sags=(Sag.parse("left:2@16+5"),), walk=(Bout(11.0, 1.0),),
    stops=(Bout(24.0, 0.5),),
)  # fmt: skip
SIZE = (1180, 1480)
QUIETLY = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
           "--hide-scrollbars")  # fmt: skip


def main() -> None:
    """Simulate, analyse and take the picture."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("Chromium is missing: apt install chromium")
    with TemporaryDirectory() as name:
        folder = Path(name)
        simulate(RUN).write_csv(folder / "run.csv")
        pages, _ = run_pages([folder / "run.csv"], None, lambda what, share: None)
        for file, contents in report_files(pages, (), tables=False, paper=False)[""].items():
            (folder / file).write_bytes(contents)
        options = (
            f"--user-data-dir={folder / 'profile'}",
            f"--window-size={SIZE[0]},{SIZE[1]}",
            f"--screenshot={PICTURE}",
        )
        page = (folder / "report.html").as_uri()
        subprocess.run([browser, *QUIETLY, *options, page], check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    main()
