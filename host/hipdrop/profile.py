"""What is kept of a runner between runs: fresh level of drop and shape of the stride (docs/profile-format.md)."""

from __future__ import annotations

import dataclasses
import json
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hipdrop.errors import InputError, OutputError
from hipdrop.events import BaselineReady, Site
from hipdrop.monitor import StoredBaseline
from hipdrop.sides import StrideTemplate

VERSION = 1


@dataclass(frozen=True, slots=True)
class Profile:
    """A runner's fresh level and stride; None where it is not known yet."""

    baseline: StoredBaseline | None = None
    template: StrideTemplate | None = None

    @classmethod
    def learned(cls, baselines: Sequence[BaselineReady], template: StrideTemplate | None) -> Profile:
        """Make a profile of what a run showed; of several baselines the last that holds both sides."""
        whole = [b for b in baselines if math.isfinite(b.left_deg + b.right_deg)]
        if not whole:
            return cls(None, template)
        last = whole[-1]
        steps = last.steps // 2
        stored = StoredBaseline(last.left_deg, last.right_deg, last.left_sd_deg, last.right_sd_deg, steps, steps)
        return cls(stored, template)

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
        except ValueError as error:
            raise InputError(path, f"is no profile ({error}); make one with --save-profile") from error
        if not isinstance(data, dict) or data.get("hipdrop_profile") != VERSION:
            raise InputError(path, f"is no profile of version {VERSION}; make one with --save-profile")
        try:
            return cls(_baseline(data["baseline"]), _template(data["template"]))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(path, f"is a damaged profile ({error}); make it anew with --save-profile") from error

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
            raise OutputError(path, f"cannot be written ({error.strerror or error}); choose another place") from error

    def as_dict(self) -> dict[str, Any]:
        """Give the profile as plain data, as it stands in the file."""
        template = self.template
        return {
            "hipdrop_profile": VERSION,
            "baseline": None if self.baseline is None else dataclasses.asdict(self.baseline),
            "template": None
            if template is None
            else {
                "site": str(template.site),
                "confirmed": template.confirmed,
                "strides": template.strides,
                "mean_re": template.mean.real.tolist(),
                "mean_im": template.mean.imag.tolist(),
                "sd": template.sd.tolist(),
            },
        }


def _baseline(data: dict[str, Any] | None) -> StoredBaseline | None:
    if data is None:
        return None
    stored = StoredBaseline(**data)
    finite = all(map(math.isfinite, dataclasses.astuple(stored)))
    if not finite or min(stored.left_steps, stored.right_steps) < 1:
        raise ValueError("the baseline is not finite numbers over at least one step a side")
    return stored


def _template(data: dict[str, Any] | None) -> StrideTemplate | None:
    if data is None:
        return None
    mean = np.array(data["mean_re"], dtype=np.float64) + 1j * np.array(data["mean_im"], dtype=np.float64)
    sd = np.array(data["sd"], dtype=np.float64)
    if mean.shape != (6, 3) or sd.shape != (6, 3) or not (np.isfinite(mean).all() and np.isfinite(sd).all()):
        raise ValueError("the stride template is not 6 by 3 finite numbers")
    return StrideTemplate(mean, sd, int(data["strides"]), Site(data["site"]), bool(data["confirmed"]))
