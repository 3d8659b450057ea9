"""How long the host waits for what the link has lost."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class LinkSettings:
    """Waiting for frames that were lost on the way."""

    backfill_wait_s: float = 3.0  # the pipeline waits so long for lost frames, then goes on with a gap; 0 to 60
    resend_patience_s: float = 2.0  # without an answer, or a frame that was asked for, they are asked for again

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not 0 <= self.backfill_wait_s <= 60:
            raise ValueError(f"backfill_wait_s: {self.backfill_wait_s} is impossible; give seconds from 0 to 60")
        if not 0 < self.resend_patience_s < math.inf:
            raise ValueError(f"resend_patience_s: {self.resend_patience_s} is impossible; give seconds over 0")
