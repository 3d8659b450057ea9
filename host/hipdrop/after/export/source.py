"""What every export is made of: the one analysis of the run, and the samples that it was made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from hipdrop import columns as col
from hipdrop.after.analysis import RunAnalysis, run_analysis, zero_phase
from hipdrop.after.export.pelvis import PelvisAngles, pelvis_angles
from hipdrop.after.reading import Recorded, read_recorded
from hipdrop.samples import Array
from hipdrop.settings import Settings

PIECE = 1 << 15  # samples at a time: two and a half minutes, 2 MB as text
MOTION = tuple(f"acc_{axis}_ms2" for axis in "xyz") + tuple(f"gyr_{axis}_dps" for axis in "xyz")
ANGLES = ("obliquity_deg", "tilt_deg", "vertical_g")


@dataclass(frozen=True, eq=False)
class ExportSource:
    """A run that is to be exported.

    Attributes
    ----------
    run
        Its analysis.
    columns
        (col.COUNT, N) of the zero-phase chain (`hipdrop.columns`), with what fills short gaps.
    pelvis
        Angles of the pelvis at all of them.
    began
        When the first sample was; None where nobody says.
    """

    run: RunAnalysis
    columns: Array
    pelvis: PelvisAngles
    began: datetime | None

    @property
    def recorded(self) -> Recorded:
        """What was read."""
        return self.run.recorded

    @property
    def path(self) -> Path:
        """The file that was read."""
        return self.run.path

    @property
    def samples(self) -> int:
        """Number of samples that are there."""
        return sum(len(block) for block in self.recorded.blocks)

    def sample_names(self, *, angles: bool) -> tuple[str, ...]:
        """Give the columns of `sample_pieces`: time, motion, angles; of a tilt stream there is no motion."""
        if self.recorded.tilt_only:
            return ("t_s", *ANGLES)
        return ("t_s", *MOTION, *(ANGLES if angles else ()))

    def sample_pieces(self, *, angles: bool) -> Iterator[Array]:
        """Give the samples that came, in sensor axes, some (n, columns) of `sample_names` at a time; NaN is unknown."""
        names = self.sample_names(angles=angles)
        for block in self.recorded.blocks:
            for piece in block.cut(PIECE):
                parts = [piece.t_s[:, None]]
                if MOTION[0] in names:
                    parts += [piece.acc_ms2, np.degrees(piece.gyr_rads)]
                if ANGLES[0] in names:
                    parts.append(self._angles(piece.t_s, float(block.t_s[0]), float(block.t_s[-1])))
                yield np.hstack(parts)

    def _angles(self, t_s: Array, first_s: float, last_s: float) -> Array:
        """Give `ANGLES` (n, 3) at sample times (n,) of a stretch without a gap; nothing is taken from outside it."""
        within = slice(*np.searchsorted(self.columns[col.T], (first_s, np.nextafter(last_s, np.inf))))
        angles = (self.pelvis.obliquity_deg, self.pelvis.tilt_deg)
        values = [np.interp(t_s, self.pelvis.t_s[within], angle[within]) for angle in angles]
        values.append(np.interp(t_s, self.columns[col.T, within], self.columns[col.VERT, within]))
        return np.column_stack(values)


def read_source(path: Path, settings: Settings | None = None, began: datetime | None = None) -> ExportSource:
    """Read and analyse a recording; `began` goes over what the file says of it.

    Raises
    ------
    InputError
        It cannot be read, or holds no samples.
    """
    recorded = read_recorded(path, settings)
    return export_source(recorded, began)


def export_source(recorded: Recorded, began: datetime | None = None) -> ExportSource:
    """Analyse a recording that was read."""
    found = zero_phase(recorded)
    run = run_analysis(recorded, found)
    pelvis = pelvis_angles(found.columns, found.up_shift, found.events, run.obliquity_deg)
    return ExportSource(run, found.columns, pelvis, began or recorded.began)
