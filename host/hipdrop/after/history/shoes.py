"""How far shoes have run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hipdrop.after.history.advice import Advice
from hipdrop.after.history.runs import Run
from hipdrop.after.history.weeks import in_days

KM_PER_MILE = 1.609344
# A rule of thumb: 400 miles lie within the 300 to 500 that shops and coaches give. Cook, Kester and Brunet (1985,
# doi 10.1177/036354658501300406) found 60 % (machine) and 70 to 80 % (worn) of the cushioning left after 500 miles.
MARK_KM = 400.0 * KM_PER_MILE
NEAR = 0.9
ASSUMED_KMH = 10.0  # where no run of the person knows its speed
WORN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Shoe:
    """What is known of a shoe.

    Attributes
    ----------
    worn, name
        As of `Run`: by which it is told apart, and as it was typed in last.
    start_km
        Run before the history knew it, as it was said.
    known_km
        Of runs whose speed is known.
    hours
        Of running in all.
    guessed_km
        Of the hours without a known speed, at `kmh`.
    """

    worn: str
    name: str
    start_km: float
    known_km: float
    hours: float
    guessed_km: float
    kmh: float

    @property
    def km(self) -> float:
        """All of it."""
        return self.start_km + self.known_km + self.guessed_km

    @property
    def words(self) -> str:
        """How far, and how that is known."""
        guessed = f", {self.guessed_km:.0f} km of them from hours at {self.kmh:.1f} km/h" if self.guessed_km else ""
        before = f", {self.start_km:.0f} km of them from before" if self.start_km else ""
        return f"{self.km:.0f} km in {self.hours:.1f} h{before}{guessed}"


def shoes(runs: Sequence[Run], started_km: Mapping[str, float]) -> list[Shoe]:
    """Give the shoes of one person, those with a name, the one worn last first."""
    known = [run for run in runs if run.distance_m == run.distance_m and run.running_s > 0]
    hours = sum(run.running_s for run in known) / 3600.0
    kmh = sum(run.distance_m for run in known) / 1e3 / hours if hours else ASSUMED_KMH
    by_shoe: dict[str, list[Run]] = {}
    for run in sorted(runs, key=lambda run: run.began, reverse=True):
        if run.shoe:
            by_shoe.setdefault(run.worn, []).append(run)
    return [_shoe(own, started_km.get(worn, 0.0), kmh) for worn, own in by_shoe.items()]


def _shoe(runs: list[Run], start_km: float, kmh: float) -> Shoe:
    known_km = sum(run.distance_m for run in runs if run.distance_m == run.distance_m) / 1e3
    guessed_km = kmh * sum(run.running_s for run in runs if run.distance_m != run.distance_m) / 3600.0
    return Shoe(
        runs[0].worn, runs[0].shoe, start_km, known_km, sum(run.running_s for run in runs) / 3600.0, guessed_km, kmh
    )


def worn_shoes(runs: Sequence[Run], today: date, started_km: Mapping[str, float]) -> Iterator[Advice]:
    """Say which of the shoes worn of late are near the mark of 400 miles, or past it."""
    of_late = {run.worn for run in in_days(runs, today, WORN_DAYS)}
    for shoe in shoes(runs, started_km):
        if shoe.worn in of_late and shoe.km >= NEAR * MARK_KM:
            past = "is past" if shoe.km >= MARK_KM else "is near"
            text = (
                f"The shoe {shoe.name} {past} {MARK_KM:.0f} km (400 miles): {shoe.words}. The mark is a rule of "
                "thumb: cushioning wanes early on and slowly then. Look at sole and midsole, and bring in a new pair "
                "beside the old one."
            )
            yield Advice("shoe", text, {
                "shoe": shoe.name, "km": shoe.km, "mark_km": MARK_KM, "hours": shoe.hours, "start_km": shoe.start_km,
                "known_km": shoe.known_km, "guessed_km": shoe.guessed_km, "guessed_at_kmh": shoe.kmh,
            })  # fmt: skip
