"""Who runs and how, from the options: the person with profile and session, mode and band, the treadmill."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hipdrop.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from hipdrop.events import BaselineReady, Treadmill
    from hipdrop.people import Person
    from hipdrop.profile import Profile
    from hipdrop.settings import Settings
    from hipdrop.sides import StrideTemplate

NOBODY = "-"
SESSION_LEAST_S = 300.0  # of running; less is no session of a programme, whose sessions are 15 to 30 min (Willy 2012)
FASTEST_MS = 13.0  # nobody has run faster
STEEPEST_PERCENT = 45.0  # treadmills end at 40


def who_runs(name: str | None, shoe: str | None, *, recall: bool) -> Person | None:
    """Give who runs: the one named, else, if that is to be recalled, who ran last, and say so; None for nobody.

    Raises
    ------
    UsageError
        A name that is none, or a shoe without anybody in it.
    InputError
        What is kept of the person cannot be read.
    """
    from hipdrop.people import Person, last_person

    recalled = name is None and (recall or shoe is not None)
    name = last_person() if recalled else name
    if name is None or name == NOBODY:
        if shoe is not None:
            raise UsageError(f"--shoe {shoe}: say who wears it with --person NAME")
        return None
    person = Person.open(name, shoe)
    if recalled:
        print(f"hipdrop: {person.words}, as last time; --person NAME is another, --person - is nobody", file=sys.stderr)
    return person


def with_mode(settings: Settings, mode: str | None, band: str | None) -> Settings:
    """Put mode and band of the command line over the settings; a band alone means target mode.

    Raises
    ------
    UsageError
        The band is none, or does not go with the mode.
    """
    if band is not None and mode == "fatigue":
        raise UsageError("--band: fatigue mode has no band, it judges by the own fresh level; use --mode target")
    if mode is None and band is None:
        return settings
    changed: dict[str, object] = {"mode": mode or "target"}
    if band is not None:
        changed["target_left_deg"], changed["target_right_deg"] = parse_band(band)
    try:
        return settings.replace({"monitor": changed})
    except ConfigError as error:
        raise UsageError("--mode target: say where the band ends, for example --band 5,5") from error


def parse_band(text: str) -> tuple[float, float]:
    """Read `--band LEFT,RIGHT`."""
    try:
        left_deg, right_deg = (float(part) for part in text.split(","))
    except ValueError:
        left_deg = right_deg = math.nan
    if not all(abs(edge_deg) < 90 for edge_deg in (left_deg, right_deg)) or left_deg == right_deg == 0:
        raise UsageError(f"--band {text}: give the upper edges in degrees of drop, left and right, for example 5,5")
    return left_deg, right_deg


def with_session(settings: Settings, person: Person | None) -> Settings:
    """Put in the number of this session, where a programme is set and the settings do not say."""
    monitor = settings.monitor
    if person is None or not monitor.programme_sessions or monitor.training_session:
        return settings
    return settings.replace({"monitor": {"training_session": person.sessions + 1}})


def treadmill(speed_ms: float | None, slope_percent: float | None) -> Treadmill | None:
    """Give what is typed in of the treadmill, if anything is.

    Raises
    ------
    UsageError
        It cannot be.
    """
    from hipdrop.events import Treadmill

    if speed_ms is not None and not 0 < speed_ms <= FASTEST_MS:
        raise UsageError(f"--speed-ms {speed_ms:g}: give metres a second, over 0, at most {FASTEST_MS:g}; km/h by 3.6")
    if slope_percent is not None and not abs(slope_percent) <= STEEPEST_PERCENT:
        raise UsageError(f"--slope {slope_percent:g}: give percent from -{STEEPEST_PERCENT:g} to {STEEPEST_PERCENT:g}")
    return None if speed_ms is None and slope_percent is None else Treadmill(speed_ms, slope_percent)


def keep_person(
    person: Person,
    settings: Settings,
    running_s: float,
    baselines: Sequence[BaselineReady],
    template: StrideTemplate | None,
    known: Profile | None,
) -> None:
    """Keep what a live run has shown of a person.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    from hipdrop.profile import Profile

    shown = not Profile.learned(baselines, template).empty
    profile = Profile.learned(baselines, template, known) if shown else None
    person.keep(profile, session=bool(settings.monitor.programme_sessions) and running_s >= SESSION_LEAST_S)
