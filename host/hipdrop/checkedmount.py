"""Whether a run has kept to a mount whose left and right had been checked before it."""

from __future__ import annotations

from dataclasses import dataclass

from hipdrop.events import Event, MountFound, MountRefused, MountSlipped


@dataclass(slots=True)
class CheckedMount:
    """Follows the mount of a run.

    Attributes
    ----------
    checked
        Whether a stand on one leg has confirmed left and right in the mount that the run was given.
    holds
        Whether the run has found that mount true, and the clip has not moved since.
    """

    checked: bool
    holds: bool = False

    def push(self, event: Event) -> None:
        """Take the next event of the run."""
        if isinstance(event, MountFound):
            self.holds = self.checked and event.given
        elif isinstance(event, (MountRefused, MountSlipped)):
            self.checked = self.holds = False
