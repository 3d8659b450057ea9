"""A bout of running: landings that follow each other, and the steps between them before their side is known."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from hipdrop import columns as col
from hipdrop.contacts import Landing
from hipdrop.drop import ObliquityCourse
from hipdrop.events import Flag
from hipdrop.ringbuffer import RingBuffer
from hipdrop.settings import SideSettings
from hipdrop.strides import Complex


@dataclass(slots=True, eq=False)
class OpenStep:
    """A step on its way from its landing to its event; None and NaN stand for what is not known (yet).

    `parity` is +1 and -1 by turns within an alternation, `alternation` counts those; indices are sample indices.
    """

    number: int
    parity: int
    alternation: int
    landing: Landing
    contact_s: float
    previous: Landing | None = None
    previous_s: float = math.nan
    following: Landing | None = None
    next_contact_s: float = math.nan
    stride_s: float = math.nan
    toe_off: float = math.nan
    yaw_dps: float = math.nan
    oscillation_mm: float = math.nan
    harmonics: Complex | None = None
    course: ObliquityCourse | None = None
    standing_deg: float = math.nan
    carried_parity: int = 0  # parity, in the alternation before, of this alternation's parity +1; 0: not known
    wave_due: bool = False
    clean: bool = True  # nothing missing, clipped or odd in its stride: fit to learn mount and sides from
    flags: set[Flag] = field(default_factory=set)

    @property
    def has_stride(self) -> bool:
        """Whether a whole stride ends with this step."""
        return self.previous is not None and self.following is not None

    def stride(self) -> tuple[int, int]:
        """Samples [start, stop) of the stride that ends with this step."""
        assert self.previous is not None
        assert self.following is not None
        return round(self.previous.index), round(self.following.index)


def time_at(ring: RingBuffer, index: float) -> float:
    """Time of a sample index, fractional, on the input's own axis."""
    whole = math.floor(index)
    first, second = ring.window(whole, whole + 2, col.T).tolist()
    return float(first + (index - whole) * (second - first))


def carried_parity(last_s: float, last_parity: int, step_s: float, contact_s: float, settings: SideSettings) -> int:
    """Parity that a contact at `contact_s` would have if the legs had alternated on through a gap.

    Parameters
    ----------
    last_s, last_parity
        The last contact before the gap.
    step_s
        Typical step time before the gap.

    Returns
    -------
    int
        +1 or -1; 0 if the gap was too long, or the contact falls between two steps.
    """
    if not step_s or contact_s - last_s > settings.carry_gap_s + step_s:
        return 0
    steps = (contact_s - last_s) / step_s
    if abs(steps - round(steps)) > settings.carry_part:
        return 0
    return last_parity if round(steps) % 2 == 0 else -last_parity


class StepTime:
    """Typical step time of the newest steps of a bout: their (upper) median, which one odd step does not move."""

    def __init__(self) -> None:
        self._newest: deque[float] = deque(maxlen=7)
        self.typical_s = 0.0

    def push(self, step_s: float) -> float:
        """Take a step time; give it as a part of the typical one before it, 1 for the first."""
        part = step_s / self.typical_s if self.typical_s else 1.0
        self._newest.append(step_s)
        self.typical_s = sorted(self._newest)[len(self._newest) // 2]
        return part
