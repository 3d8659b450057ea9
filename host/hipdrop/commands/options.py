"""Options that mean the same in every command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
DebugOption = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
