"""`hipdrop test`: guided tests on a clip that is worn, live or on a recording."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hipdrop.commands.calibrate import FromOption, NoPlotOption, RecordOption
from hipdrop.commands.checkin import of_demo
from hipdrop.commands.guided import Way, known_and_said, led, outcome_of
from hipdrop.commands.options import (
    CalibrationOption,
    ClipOption,
    DebugOption,
    PersonOption,
    SensorErrorsOption,
    SiteOption,
    ThemeOption,
)
from hipdrop.commands.trainkeep import Place, place_of
from hipdrop.errors import UsageError

if TYPE_CHECKING:
    from hipcal.model import Calibration, MountFit
    from hipcal.procedures.base import Procedure
    from hipdrop.calibrating.run import CalibrationRun, Clip
    from hipdrop.links.base import Link
    from hipdrop.links.storing import Asker

WHAT = "test single-leg"
test_app = typer.Typer(help="Guided tests with the clip on: what it shows, over days.", rich_markup_mode=None)


@test_app.callback()
def _tests() -> None:
    """Guided tests with the clip on."""


@test_app.command("single-leg")
def single_leg_command(
    clip: ClipOption = None,
    source: FromOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="A virtual clip on a simulated person.")] = False,
    person: PersonOption = None,
    tries: Annotated[int, typer.Option(min=1, max=5, help="On each leg, by turns.")] = 3,
    squats: Annotated[bool, typer.Option("--squats", help="Then 20 squats on each leg.")] = False,
    bends: Annotated[bool, typer.Option("--bends", help="Three bends first, though the mount is known.")] = False,
    site: SiteOption = None,
    calibration: CalibrationOption = None,
    no_plot: NoPlotOption = False,
    theme: ThemeOption = "light",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write the figures here as JSON, and nowhere else."),
    ] = None,
    record: RecordOption = None,
    sensor_errors: SensorErrorsOption = None,
    debug: DebugOption = False,
) -> None:
    """Stand on one leg, raise the other hip and hold it for 30 s: how high, how long, how steady; left and right.

    Where it is not known how the clip sits, it begins with three bends. Ctrl-C or Q leaves it, and keeps nothing; where
    the link is lost, what was done before is kept.
    """
    from hipcal.file import load

    if demo:
        of_demo(person)
    link = _demo_link(clip, source, tries, squats) if demo else None
    way = Way.of(clip, source, no_plot, theme, record, sensor_errors)
    who = who_trains(person, live=source is None and not demo)
    given, place = None if calibration is None else load(calibration), place_of(who, out, demo=demo)
    worn = "sacrum" if demo and site is None else site  # there the simulated person wears it
    test = SingleLegTest(source, tries, squats, bends, None if worn is None else str(worn), who, place, given)
    led(WHAT, test.make, test.keep, way, link, parts=True)


class SingleLegTest:
    """A test from the options to its figures."""

    def __init__(
        self, source: Path | None, tries: int, squats: bool, bends: bool, site: str | None, who: str | None,
        place: Place, given: Calibration | None,
    ) -> None:  # fmt: skip
        self._source, self._tries, self._squats, self._bends = source, tries, squats, bends
        self._site, self._who, self._given = site, who, given
        self._place = place
        self._mount: MountFit | None = None

    def make(self, clip: Clip) -> Procedure:
        """Make the procedure: with the mount that is known, else with three bends first."""
        from hipdrop.samples import Array
        from hipdrop.training.procedures.mounted import BendsFirst
        from hipdrop.training.procedures.singleleg import SingleLegProcedure

        known = self._given or known_and_said(clip)
        self._mount = None if self._bends else worn_mount(known, self._source, named=self._given is not None)

        def then(mount: Array) -> Procedure:
            return SingleLegProcedure(mount, tries=self._tries, squats=self._squats, calibration=known)

        return BendsFirst(then, known) if self._mount is None else then(self._mount.pelvis_from_sensor)

    async def keep(self, run: CalibrationRun, asker: Asker | None) -> list[str]:
        """Keep the figures, and say them."""
        from hipdrop.people import Person
        from hipdrop.training.detectable import detectable
        from hipdrop.training.procedures.singleleg import SingleLegResult
        from hipdrop.training.results import as_data, lines_of

        result = outcome_of(run, SingleLegResult)
        site = self._site or (None if self._mount is None else self._mount.site)
        data = as_data(result, site=site, mount=self._mount_words(run))
        before = _last(self._who, run.measured)
        known = detectable(None if self._who is None else Person.open(self._who).profile())
        lines = list(lines_of(data, before, known))
        whole = {"hipdrop_single_leg": 1, "at": run.measured.isoformat(), **data}
        return self._place.keep(lines, "single-leg", [(run.measured, data)], whole)

    def _mount_words(self, run: CalibrationRun) -> dict[str, Any]:
        from hipdrop.training.procedures.mounted import BendsFirst

        if self._mount is not None:
            return {"method": self._mount.method, "residual_deg": self._mount.residual_deg, "stored": True}
        assert isinstance(run.procedure, BendsFirst)
        assert run.procedure.mount is not None
        return {"method": "bends", "residual_deg": round(run.procedure.mount.residual_deg, 2), "stored": False}


def _demo_link(clip: str | None, source: Path | None, tries: int, squats: bool) -> Link:
    from hipdrop.links.virtual import VirtualLink
    from hipdrop.simulate.training_demo import demo_test

    if clip is not None or source is not None:
        raise UsageError("--demo brings its own clip: leave out --clip and --from")
    return VirtualLink(demo_test(tries, squats=squats).feed)


def who_trains(person: str | None, *, live: bool) -> str | None:
    """Give whose test it is; a live one begins with the check-in of the day."""
    from hipdrop.commands.checkin import NOBODY, checked_in, whose
    from hipdrop.people import checked_name

    if not live:
        return None if person in (None, NOBODY) else checked_name(str(person), "--person")
    who = whose(person)
    checked_in(who)
    return who


def worn_mount(known: Calibration | None, source: Path | None, *, named: bool) -> MountFit | None:
    """Give the mount that is known, if the clip has been worn in it since; one in a file that is named is believed."""
    from hipdrop.receive.calibrated import MOUNT_HOLDS_S

    mount = None if known is None else known.mount
    if mount is None or named:
        return mount
    age_s = _worn_at_unix_s(source) - mount.measured.timestamp()
    return mount if 0.0 <= age_s < MOUNT_HOLDS_S else None


def _worn_at_unix_s(source: Path | None) -> float:
    from hipdrop.recording.reader import is_recording, read_run

    if source is None:
        return datetime.now().timestamp()
    return read_run(source).header.start_unix_s if is_recording(source) else source.stat().st_mtime


def _last(who: str | None, at: datetime) -> dict[str, Any] | None:
    """Give the figures of the test before this one."""
    from hipdrop.training import store

    kept = [] if who is None else [one for one in store.entries(who, "single-leg") if one.at < at]
    return dict(kept[-1].data) if kept else None
