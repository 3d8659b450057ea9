"""What an estimator says where the data do not determine what it is asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """No result, and why.

    Attributes
    ----------
    reason
        What is wrong with the data, in words for people.
    remedy
        What to do about it.
    """

    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.reason}; {self.remedy}"
