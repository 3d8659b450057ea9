"""Where the figures of a test or of sets go: a file that was named, else the person's folder; never lost for a disk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hipdrop.errors import HipdropError, OutputError

if TYPE_CHECKING:
    from hipdrop.training.store import Kind

Entries = Sequence[tuple[datetime, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where figures go; see `place_of`."""

    who: str | None
    out: Path | None
    demo: bool = False

    def keep(self, lines: Sequence[str], kind: Kind, entries: Entries, whole: Mapping[str, Any]) -> list[str]:
        """Keep entries, or write the whole as JSON; give the lines, and what became of it.

        Raises
        ------
        HipdropError
            It cannot be; the lines are printed before.
        """
        try:
            return [*lines, self._written(whole) if self.out is not None else self._kept(kind, entries)]
        except HipdropError:
            print("\n".join(lines))
            raise

    def _written(self, whole: Mapping[str, Any]) -> str:
        assert self.out is not None
        try:
            self.out.write_text(json.dumps(whole, indent=1) + "\n", "utf-8")
        except OSError as error:
            raise _no_file(self.out, error) from error
        return f"written        {self.out}"

    def _kept(self, kind: Kind, entries: Entries) -> str:
        from hipdrop.training import store

        if self.demo:
            return "not kept       a demo, all made up; --out FILE writes it"
        if self.who is None:
            return "not kept       nobody is named; --person NAME keeps it, --out FILE writes it"
        # a recording that is looked at again adds none
        there = [(one.at, _plain(one.data)) for one in store.entries(self.who, kind)]
        new = [(at, data) for at, data in entries if (at, _plain(data)) not in there]
        for at, data in new:
            store.add(self.who, kind, data, at)
        return f"{'kept' if new else 'kept before':15}{store.training_path(self.who)}"


def place_of(who: str | None, out: Path | None, *, demo: bool = False) -> Place:
    """Give the place, tried before anything is done.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    if out is not None:
        was_there = out.exists()
        try:
            out.open("a").close()
            if not was_there:
                out.unlink()
        except OSError as error:
            raise _no_file(out, error) from error
    return Place(who, out, demo)


def _plain(data: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(data))


def _no_file(path: Path, error: OSError) -> OutputError:
    return OutputError(path, f"cannot be written ({error.strerror or error}); name another")
