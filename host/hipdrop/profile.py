"""What is kept of a runner between runs."""

from __future__ import annotations

from dataclasses import dataclass

from hipdrop.monitor import StoredBaseline
from hipdrop.sides import StrideTemplate


@dataclass(frozen=True, slots=True)
class Profile:
    """A runner's fresh level and stride; None where it is not known yet."""

    baseline: StoredBaseline | None = None
    template: StrideTemplate | None = None
