"""A recording of another sensor, read but not yet judged: samples in SI units, and what the file says beside them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hipdrop.after.importing.container import Member
from hipdrop.after.importing.csvtext import Table
from hipdrop.errors import InputError
from hipdrop.samples import Array


@dataclass(frozen=True, eq=False)
class Sensor:
    """Samples of an accelerometer or a gyroscope.

    Attributes
    ----------
    t_s
        (N,) time stamps as they are in the file, in seconds.
    values
        (N, 3) m/s² or rad/s.
    member, table
        Where they stand.
    limit
        The end of the sensor's range that the file states, m/s² or rad/s; None where it does not.
    """

    t_s: Array
    values: Array
    member: Member
    table: Table
    limit: float | None = None

    def error(self, problem: str, row: int) -> InputError:
        """Make an error about a sample."""
        return self.member.error(problem, self.table.line(row))


@dataclass(frozen=True)
class Device:
    """What the file says of the sensor; empty where it says nothing."""

    serial: str = ""
    firmware: str = ""
    board: str = ""
    chip: str = ""


@dataclass(frozen=True, eq=False)
class Foreign:
    """A recording of another sensor.

    Attributes
    ----------
    path
        The file, zip or folder; the accelerometer's, where there are two.
    layout
        Name of the layout that it was read by, such as `phyphox`.
    acc, gyr
        Both sensors; where they share a clock, their `t_s` is one and the same array.
    device
        What the file says of the sensor.
    unix_at_zero_s
        Time of day at 0 of the time stamps, seconds since 1970; None where the file does not say.
    assumed
        What the file does not say and was taken for granted, in plain words.
    notes
        What was left out or mended.
    """

    path: Path
    layout: str
    acc: Sensor
    gyr: Sensor
    device: Device
    unix_at_zero_s: float | None
    assumed: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def error(self, problem: str) -> InputError:
        """Make an error about the whole recording."""
        return InputError(self.path, problem)

    @property
    def one_clock(self) -> bool:
        """Whether each time stamp belongs to a sample of both sensors."""
        return self.acc.t_s is self.gyr.t_s


@dataclass(frozen=True)
class Match:
    """How well some files fit a layout.

    Attributes
    ----------
    layout
        Its name.
    found
        How many of the wanted columns are there.
    missing
        The others, in words.
    """

    layout: str
    found: int
    missing: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether all is there."""
        return not self.missing
