"""The smallest change of a hip-drop test that can be told from chance, and what it was measured with."""

from __future__ import annotations

from dataclasses import dataclass

from hipdrop.profile import Profile

# Static Trendelenburg test read with a goniometer, 90 healthy people, one tester: SEM 2 deg, minimal detectable change
# 4 deg (Youdas et al. 2007, J Sport Rehabil 16(4):326, doi 10.1123/jsr.16.4.326). Not of a sensor on the waistband: it
# stands in until the person's own is known.
GONIOMETER_DEG = 4.0


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest detectable change in degrees, and what it was measured with."""

    deg: float
    source: str


def detectable(profile: Profile | None) -> Detectable:
    """Give the person's own smallest detectable change, where it was measured, else that of the literature."""
    from hipdrop.after.report.detectable import between_runs

    deg, own = between_runs(profile)
    if own:
        return Detectable(deg, "your own, of drop in runs on different days, the clip taken off between")
    return Detectable(GONIOMETER_DEG, "of others, standing, read with a goniometer (Youdas 2007)")
