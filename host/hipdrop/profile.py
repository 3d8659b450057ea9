"""What is kept of a runner between runs: fresh level of drop, its course over cadence, the stride.

docs/profile-format.md describes the file.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from hipdrop.errors import InputError, OutputError
from hipdrop.events import BaselineReady, Site
from hipdrop.monitor import StoredBaseline
from hipdrop.samples import Array
from hipdrop.sides import BY_CHECK, BY_USER, StrideTemplate

VERSION = 2
READ = (1, VERSION)  # 1 has less in it
MAX_DEG = 90.0  # no pelvis tilts so far
MAX_CADENCE_SPM = 400.0  # sprinters reach 300
MAX_COUNT = 10**9  # of steps or strides: more than a life holds
MAX_HARMONIC = 1e4  # m/s² or rad/s; the widest sensor reads 4000


@dataclass(frozen=True, slots=True)
class CadenceSlope:
    """How the drop of a leg went with the cadence in a fresh run.

    Attributes
    ----------
    deg_per_spm
        Drop per step a minute.
    low_deg_per_spm, high_deg_per_spm
        Its 95 % interval.
    """

    deg_per_spm: float
    low_deg_per_spm: float
    high_deg_per_spm: float


@dataclass(frozen=True, slots=True)
class CadenceCourse:
    """The course of the drop over cadence.

    Attributes
    ----------
    cadence_spm
        Mean of the run: there the drop is the fresh level.
    left, right
        None where the cadence did not vary enough to tell.
    """

    cadence_spm: float
    left: CadenceSlope | None
    right: CadenceSlope | None


@dataclass(frozen=True, slots=True)
class Profile:
    """A runner's fresh level, stride, and course over cadence; None where it is not known yet."""

    baseline: StoredBaseline | None = None
    template: StrideTemplate | None = None
    course: CadenceCourse | None = None

    @classmethod
    def learned(
        cls, baselines: Sequence[BaselineReady], template: StrideTemplate | None, known: Profile | None = None,
        course: CadenceCourse | None = None,
    ) -> Profile:  # fmt: skip
        """Make a profile of what a run showed; what it did not show stays as it is `known`.

        Of several baselines the last that holds both sides is taken. How far days differ no single run shows.
        """
        known = known or cls()
        course = course or known.course
        if template is None or not (template.sd > 0).all():  # one stride alone has no spread
            template = known.template
        whole = [b for b in baselines if math.isfinite(b.left_deg + b.right_deg)]
        if not whole:
            return cls(known.baseline, template, course)
        last = whole[-1]
        steps = max(1, last.steps // 2)
        stored = StoredBaseline(last.left_deg, last.right_deg, last.left_sd_deg, last.right_sd_deg, steps, steps)
        if known.baseline is not None:
            stored = stored.repeating(known.baseline.between_day_sd_deg, known.baseline.between_day_runs)
        return cls(stored, template, course)

    @property
    def empty(self) -> bool:
        """Whether it holds nothing."""
        return self.baseline is None and self.template is None and self.course is None

    @classmethod
    def load(cls, path: Path | str) -> Profile:
        """Read a profile.

        Raises
        ------
        InputError
            The file cannot be read, is no profile, or is of another version.
        """
        try:
            data = json.loads(Path(path).read_text("utf-8"))
        except OSError as error:
            raise InputError(path, f"cannot be read ({error.strerror or error}); name an existing profile") from error
        except (ValueError, RecursionError) as error:
            raise InputError(path, f"is no profile ({error}); make one with --save-profile") from error
        version = data.get("hipdrop_profile") if isinstance(data, dict) else None
        if type(version) is not int or version not in READ:
            versions = " or ".join(map(str, READ))
            raise InputError(path, f"is no profile of version {versions}; make one with --save-profile")
        try:
            return cls.of_dict(data)
        except KeyError as error:
            raise InputError(
                path, f"is a damaged profile ({error} is missing); make it anew with --save-profile"
            ) from error
        except (TypeError, ValueError) as error:
            raise InputError(path, f"is a damaged profile ({error}); make it anew with --save-profile") from error

    @classmethod
    def of_dict(cls, data: dict[str, Any]) -> Profile:
        """Take what `as_dict` gives; raises KeyError, TypeError or ValueError where it is damaged."""
        template = None if data["template"] is None else template_of_dict(data["template"])
        return cls(_baseline(data["baseline"]), template, _course(data.get("course")))

    def save(self, path: Path | str) -> None:
        """Write the profile; one that is there stays whole until the new one is.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        path = Path(path)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            part.write_text(json.dumps(self.as_dict(), indent=1) + "\n", "utf-8")
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise _output_error(path, error) from error

    def as_dict(self) -> dict[str, Any]:
        """Give the profile as plain data, as it stands in the file."""
        return {
            "hipdrop_profile": VERSION,
            "baseline": None if self.baseline is None else dataclasses.asdict(self.baseline),
            "course": None if self.course is None else dataclasses.asdict(self.course),
            "template": None if self.template is None else template_as_dict(self.template),
        }


def template_as_dict(template: StrideTemplate) -> dict[str, Any]:
    """Give a stride as plain data, as it stands in the file."""
    return {
        "site": str(template.site),
        "confirmed": template.confirmed,
        "confirmed_by": template.confirmed_by,
        "strides": template.strides,
        "mean_re": template.mean.real.tolist(),
        "mean_im": template.mean.imag.tolist(),
        "sd": template.sd.tolist(),
    }


def prepare_file(path: Path) -> None:
    """Try whether a profile can be written there, so that a long run does not end at one that cannot be.

    Raises
    ------
    OutputError
        It cannot.
    """
    if path.is_dir():
        raise OutputError(path, "is a folder; name a file for the profile")
    trial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise _output_error(path, error) from error


def _output_error(path: Path, error: OSError) -> OutputError:
    return OutputError(path, f"cannot be written ({error.strerror or error}); choose another place")


def _baseline(data: dict[str, Any] | None) -> StoredBaseline | None:
    if data is None:
        return None
    stored = StoredBaseline(**data)  # TypeError names a key that is missing or unknown
    for key in ("left_deg", "right_deg"):
        _check_number(key, getattr(stored, key), -MAX_DEG)
    for key in ("left_sd_deg", "right_sd_deg", "between_day_sd_deg"):
        _check_number(key, getattr(stored, key), 0)
    for key in ("left_steps", "right_steps"):
        _check_count(key, getattr(stored, key))
    if stored.between_day_runs != 0:
        _check_count("between_day_runs", stored.between_day_runs)
    return stored


def _course(data: dict[str, Any] | None) -> CadenceCourse | None:
    if data is None:
        return None
    slopes = (None if data[key] is None else CadenceSlope(**data[key]) for key in ("left", "right"))
    course = CadenceCourse(data["cadence_spm"], *slopes)
    _check_number("cadence_spm", course.cadence_spm, 1.0, MAX_CADENCE_SPM)
    for slope in (course.left, course.right):
        for key, value in () if slope is None else dataclasses.asdict(slope).items():
            _check_number(key, value, -MAX_DEG)
    return course


def template_of_dict(data: dict[str, Any]) -> StrideTemplate:
    """Take what `template_as_dict` gives; raises KeyError, TypeError or ValueError where it is damaged."""
    re, im, sd = (_table(key, data[key]) for key in ("mean_re", "mean_im", "sd"))
    if not (sd > 0).all():
        raise ValueError("sd is not over 0 throughout")
    strides, confirmed, site = data["strides"], data["confirmed"], data["site"]
    by = data.get("confirmed_by", "")
    _check_count("strides", strides)
    if not isinstance(confirmed, bool):
        raise ValueError(f"confirmed is {confirmed!r}, neither true nor false")
    if by not in ("", BY_USER, BY_CHECK):
        raise ValueError(f"confirmed_by is {by!r}, none of {BY_USER}, {BY_CHECK}")
    if site not in list(Site):
        raise ValueError(f"site is {site!r}, none of {', '.join(Site)}")
    return StrideTemplate(re + 1j * im, sd, strides, Site(site), confirmed, by if confirmed else "")


def _check_number(key: str, value: object, least: float, most: float = MAX_DEG) -> None:
    if not _is_number(value) or not least <= value <= most:
        raise ValueError(f"{key} is {value!r}, no number from {least:g} to {most:g}")


def _check_count(key: str, value: object) -> None:
    if type(value) is not int or not 1 <= value <= MAX_COUNT:
        raise ValueError(f"{key} is {value!r}, no whole number from 1 to {MAX_COUNT}")


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _table(key: str, rows: object) -> Array:
    """Read one table of the template, harmonics 1, 3, 5 of six signals."""
    lists = [row if isinstance(row, list) else [] for row in rows] if isinstance(rows, list) else []
    if [len(row) for row in lists] != [3] * 6 or not all(
        _is_number(value) and abs(value) <= MAX_HARMONIC for row in lists for value in row
    ):
        raise ValueError(f"{key} is not 6 by 3 numbers of at most {MAX_HARMONIC:g}")
    return np.array(lists, dtype=np.float64)
