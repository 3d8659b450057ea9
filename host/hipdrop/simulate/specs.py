"""The short texts in which a simulated run is described: sags, breaks, slips, mounts."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from hipdrop.errors import UsageError
from hipdrop.events import Side, Site
from hipdrop.samples import Array

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)"
_SAG = re.compile(rf"(left|right|both):({_NUMBER})@(\d+\.?\d*|\.\d+)(?:\+(\d+\.?\d*|\.\d+))?")
_BOUT = re.compile(r"(\d+\.?\d*|\.\d+)\+(\d+\.?\d*|\.\d+)")
_PATTERN = re.compile(r"(\d+\.?\d*|\.\d+)/(\d+\.?\d*|\.\d+)")
_SLIP = re.compile(rf"({_NUMBER})@(\d+\.?\d*|\.\d+)(?::(roll|pitch|yaw|{_NUMBER},{_NUMBER},{_NUMBER}))?")
SLIP_AXES = {"roll": (1.0, 0.0, 0.0), "yaw": (0.0, 1.0, 0.0), "pitch": (0.0, 0.0, 1.0)}  # of the pelvis

SHORTEST_PATTERN_MIN = 0.1
MOUNT_NAMES = ("nominal", "upside-down", "on-side", "back-to-front", "random")


@dataclass(frozen=True, slots=True)
class Sag:
    """A lasting change of the mean drop of one side or both, reached by a linear ramp."""

    side: Side
    deg: float
    start_min: float
    ramp_min: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Sag:
        """Read `SIDE:DEG@START_MIN+RAMP_MIN`; without a ramp the change is a step."""
        match = _SAG.fullmatch(text.strip())
        if match is None:
            raise UsageError(
                f"the sag {text!r} is not SIDE:DEG@START_MIN+RAMP_MIN; write for example left:2.0@14+0.5 "
                "(side left, right or both)"
            )
        side, deg, start, ramp = match.groups()
        return cls(Side(side), float(deg), float(start), float(ramp or 0.0))

    def level(self, t_s: Array) -> Array:
        """Give the share of the change, 0 to 1, that is reached at `t_s`."""
        if self.ramp_min == 0.0:
            return np.where(t_s >= self.start_min * 60.0, 1.0, 0.0)
        return np.clip((t_s / 60.0 - self.start_min) / self.ramp_min, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Bout:
    """A stretch of walking or standing inside the run."""

    start_min: float
    length_min: float


def parse_bouts(text: str, minutes: float) -> tuple[Bout, ...]:
    """Read `START+LENGTH` in minutes, or `RUN/REST`, which repeats to the end of a run of `minutes`."""
    if match := _BOUT.fullmatch(text.strip()):
        return (Bout(float(match[1]), float(match[2])),)
    match = _PATTERN.fullmatch(text.strip())
    run, rest = (float(match[1]), float(match[2])) if match is not None else (0.0, 0.0)
    if run + rest < SHORTEST_PATTERN_MIN:
        raise UsageError(
            f"the break {text!r} is not START+LENGTH or RUN/REST in minutes; write for example 12+1 or 4/1"
        )
    starts = np.arange(run, minutes, run + rest) if np.isfinite(minutes) else np.empty(0)
    return tuple(Bout(float(start), rest) for start in starts)


@dataclass(frozen=True, slots=True)
class Slip:
    """The clip turns on the pelvis, once: about an axis of the pelvis, or about the clip's outward normal (None)."""

    deg: float
    at_min: float
    axis: tuple[float, float, float] | None = None

    @classmethod
    def parse(cls, text: str) -> Slip:
        """Read `DEG@MIN` or `DEG@MIN:AXIS`, AXIS `roll`, `pitch`, `yaw` or three numbers: forward, up, right."""
        match = _SLIP.fullmatch(text.strip())
        if match is None:
            raise UsageError(
                f"the slip {text!r} is not DEG@MIN or DEG@MIN:AXIS; write for example 8@10 or 8@10:pitch "
                "(axis roll, pitch, yaw or three numbers: forward, up, right)"
            )
        deg, at_min, name = match.groups()
        if name is None:
            return cls(float(deg), float(at_min))
        x, y, z = SLIP_AXES[name] if name in SLIP_AXES else map(float, name.split(","))
        if x == y == z == 0.0:
            raise UsageError(f"the axis of the slip {text!r} has no direction; give one number that is not 0")
        return cls(float(deg), float(at_min), (x, y, z))


def _rotation_about(axis: int, angle_deg: float) -> Array:
    c, s = np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = c
    matrix[i, j], matrix[j, i] = -s, s
    return matrix


def nominal_mount(site: Site) -> Array:
    """Give R_sensor_from_pelvis of a clip worn upright: y up, z out of the body, x to the right as one looks at it."""
    outward = {Site.SACRUM: [-1.0, 0.0, 0.0], Site.LEFT_HIP: [0.0, 0.0, -1.0], Site.RIGHT_HIP: [0.0, 0.0, 1.0]}[site]
    up = np.array([0.0, 1.0, 0.0])
    return np.vstack([np.cross(up, outward), up, outward])


def mount_matrix(mount: str | tuple[float, ...], site: Site, rng: np.random.Generator) -> Array:
    """Give R_sensor_from_pelvis (v_sensor = R v_pelvis) of a named mount or of nine numbers, row by row.

    Raises
    ------
    UsageError
        An unknown name, not nine numbers, or nine numbers that are no rotation.
    """
    nominal = nominal_mount(site)
    turned = {"nominal": (2, 0.0), "upside-down": (2, 180.0), "on-side": (2, 90.0), "back-to-front": (1, 180.0)}
    if isinstance(mount, str) and mount in turned:
        return _rotation_about(*turned[mount]) @ nominal
    if mount == "random":
        q, r = np.linalg.qr(rng.standard_normal((3, 3)))
        q = q * np.sign(np.diag(r))  # uniform over the orthogonal group (Mezzadri 2007, Notices AMS 54:592)
        random: Array = q * np.linalg.det(q)
        return random
    return _nine_numbers(mount)


def _nine_numbers(mount: str | tuple[float, ...]) -> Array:
    parts = re.split(r"[,\s]+", mount.strip("[]() ")) if isinstance(mount, str) else mount
    try:
        matrix = np.array([float(part) for part in parts])
    except ValueError:
        matrix = np.empty(0)
    if matrix.size != 9 or not np.isfinite(matrix).all():
        raise UsageError(
            f"the mount {mount!r} is no name ({', '.join(MOUNT_NAMES)}) and not nine numbers; "
            "write the rows of R_sensor_from_pelvis one after the other, with commas between"
        )
    u, _, vt = np.linalg.svd(matrix.reshape(3, 3))
    nearest: Array = u @ vt
    if np.linalg.det(nearest) < 0 or np.max(np.abs(nearest - matrix.reshape(3, 3))) > 0.01:
        raise UsageError(f"the nine numbers of the mount {mount!r} are no rotation; give R with R Rt = 1 and det R = 1")
    return nearest
