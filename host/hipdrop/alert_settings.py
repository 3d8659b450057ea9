"""Parameters of what is heard and felt, with unit and source: table [alerts] of a settings file."""

from __future__ import annotations

from dataclasses import dataclass

MOST_REPEATS = 5  # of a pattern: nobody wants it longer


@dataclass(frozen=True)
class AlertSettings:
    """What is heard and felt of an alert; when there is one, [monitor] says (docs/alerts.md)."""

    sound: bool = True  # tones on this computer; wants the extra: pip install "hipdrop[sound]"
    sound_volume_percent: int = 60  # of what the computer's own volume allows
    haptic: bool = True  # the clip vibrates or beeps
    haptic_strength_percent: int = 80  # of what the clip's own setting buzz_strength_percent allows
    haptic_repeats: int = 1  # how often the pattern is played; 1 to 5

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        for key in ("sound_volume_percent", "haptic_strength_percent"):
            if not 1 <= getattr(self, key) <= 100:
                raise ValueError(f"{key}: {getattr(self, key)} is impossible; give 1 to 100, or switch it off")
        if not 1 <= self.haptic_repeats <= MOST_REPEATS:
            raise ValueError(f"haptic_repeats: {self.haptic_repeats} is impossible; give 1 to {MOST_REPEATS}")
