"""Left and right of a stored recording the other way round, for the whole run; what the clip sent stays untouched.

What is stored is the runner's stride as this run shows it, t = 0 at a left contact by the user's word. With it as the
template every pass over the recording tells the sides by the stride itself, from the first step on, live chain and
zero-phase analysis alike; a bare "the other way round" would hang on what is to be turned over.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from hipdrop.errors import InputError, OutputError
from hipdrop.events import Site, SwapSides, UseCalibration
from hipdrop.profile import Profile, template_as_dict
from hipdrop.recording.copying import copy_beside
from hipdrop.recording.items import Entered
from hipdrop.recording.reader import SIDES_NAME, SWAPPED_NOTE, Run, read_run
from hipdrop.recording.replay import chain_of, run_through
from hipdrop.settings import Settings
from hipdrop.sides import StrideTemplate


@dataclass(frozen=True, slots=True)
class Swapped:
    """What became of a recording.

    Attributes
    ----------
    run
        As it is now.
    back
        Whether left and right are again as the run had them.
    live_s
        When the user swapped them while the run went on, since its beginning; this no longer counts, unless `back`.
    """

    run: Run
    back: bool
    live_s: tuple[float, ...]


def swap(path: Path) -> Swapped:
    """Swap left and right of a whole recording; a second time gives the file back as it was, to the bit.

    Raises
    ------
    InputError
        It is no recording, is torn, or shows too little of the stride.
    OutputError
        It cannot be written; it is as it was.
    """
    run = read_run(path)
    if not run.whole:
        raise InputError(path, "is torn, or still being recorded: make it whole first, with hipdrop recordings repair")
    back = run.sides is not None
    sides = None if back else swapped_run(run).sides
    words = None if sides is None else {"note": SWAPPED_NOTE, "template": json.dumps(template_as_dict(sides))}
    try:
        copy_beside(path, path, {SIDES_NAME: words})
    except OSError as error:
        problem = f"cannot be written ({error.strerror or error}); it is as it was"
        raise OutputError(path, problem) from error
    now = read_run(path)
    as_it_was = now if back else run
    live_s = tuple(
        item.t_s - run.header.start_s
        for item in as_it_was.items
        if isinstance(item, Entered) and isinstance(item.item, SwapSides)
    )
    return Swapped(now, back, live_s)


def swapped_run(
    run: Run, settings: Settings | None = None, site: Site | None = None, profile: Profile | None = None,
    calibration: UseCalibration | None = None,
) -> Run:  # fmt: skip
    """Give a run with left and right the other way round than they were at its end.

    Parameters
    ----------
    run
        The recording.
    settings, site, profile, calibration
        As of `hipdrop.recording.replay.chain_of`.

    Raises
    ------
    InputError
        It shows too little of the stride.
    """
    chain = chain_of(run, settings, site, profile, calibration)
    run_through(run, chain)
    swapped = run.with_sides(turned_over(run.path, None if chain.pipeline is None else chain.pipeline.template()))
    if run.sides is None:
        return swapped
    return replace(swapped, notes=tuple(note for note in run.notes if note != SWAPPED_NOTE))


def turned_over(path: Path, template: StrideTemplate | None) -> StrideTemplate:
    """Give the stride that a run has shown with the other foot as the left one.

    Raises
    ------
    InputError
        It has shown too little.
    """
    if template is None:
        raise InputError(path, "shows too few strides to tell left from right by: there is nothing to swap")
    return template.turned_over()
