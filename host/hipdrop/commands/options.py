"""Options that mean the same in every command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from hipdrop.events import Site

OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="DIR", help="Write the results into this folder, and nowhere else."),
]
SiteOption = Annotated[
    Site | None, typer.Option("--site", help="Where the clip sits; without it hipdrop finds out.", show_default=False)
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings as TOML, over the defaults (docs/settings.md)."),
]
ClipOption = Annotated[
    str | None,
    typer.Option(
        "--clip",
        metavar="CLIP",
        help="ble:NAME, ble:ADDRESS, serial:PORT, virtual or virtual:FILE; without it the one used last.",
        show_default=False,
    ),
]
ProfileOption = Annotated[
    Path | None,
    typer.Option("--profile", metavar="FILE", help="The runner's fresh level and stride, from an earlier run."),
]
SaveProfileOption = Annotated[
    Path | None, typer.Option("--save-profile", metavar="FILE", help="Write them as this run showed them.")
]
PersonOption = Annotated[
    str | None,
    typer.Option(
        "--person",
        metavar="NAME",
        help="Who runs (a pseudonym will do); without it who ran last, - for nobody (docs/people.md).",
        show_default=False,
    ),
]
ShoeOption = Annotated[
    str | None,
    typer.Option("--shoe", metavar="NAME", help="In which shoe; without it the one named last.", show_default=False),
]
ModeOption = Annotated[
    Literal["fatigue", "target"] | None,
    typer.Option("--mode", help="Against the own fresh level, or against a band of drop.", show_default=False),
]
BandOption = Annotated[
    str | None,
    typer.Option("--band", metavar="LEFT,RIGHT", help="Upper edges of the band, degrees of drop; 0 = no band."),
]
SpeedMsOption = Annotated[
    float | None,
    typer.Option("--speed-ms", metavar="V", help="Speed of the treadmill, m/s: noted beside the drop."),
]
CalibrationOption = Annotated[
    Path | None,
    typer.Option(
        "--calibration",
        metavar="FILE",
        help="Calibration of the sensor, in place of the one kept of the clip (docs/calibration.md).",
        show_default=False,
    ),
]
NoCalibrationOption = Annotated[
    bool, typer.Option("--no-calibration", help="Take the samples as the sensor gives them.")
]
SlopeOption = Annotated[
    float | None,
    typer.Option("--slope", metavar="PERCENT", help="Slope of the treadmill, %: noted beside the drop."),
]
ThemeOption = Annotated[Literal["light", "dark"], typer.Option("--theme", help="Colours of the window.")]
SensorErrorsOption = Annotated[
    str | None,
    typer.Option(
        "--sensor-errors",
        metavar="SEED|SPEC",
        help="Errors of a virtual clip's sensor: a random chip of this seed, or NAME=X,Y,Z/.. (docs/simulate.md).",
        show_default=False,
    ),
]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
