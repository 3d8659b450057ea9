"""How recordings come into the history: by name, where only the live figures are kept yet, and all anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from hipdrop.after.analysis import RunAnalysis, analyse_file
from hipdrop.after.history.identity import VIRTUAL_BOARD, board_of, key_of
from hipdrop.after.history.runs import BeganFrom, Run
from hipdrop.after.history.store import Damaged, History, history_path
from hipdrop.after.history.summing import Start, of_analysis
from hipdrop.errors import InputError, OutputError
from hipdrop.recording.library import SUFFIX, recordings_folder

Tell = Callable[[str, float], None]


@dataclass(frozen=True)
class Said:
    """What the user says of files that do not say it, or in place of what they say; empty is not said."""

    person: str = ""
    shoe: str = ""
    began: datetime | None = None


def run_of_file(path: Path, said: Said | None = None) -> Run:
    """Analyse a file and give what is kept of it.

    Raises
    ------
    InputError
        It cannot be read.
    """
    return run_of_analysis(analyse_file(path), said)


def run_of_analysis(found: RunAnalysis, said: Said | None = None) -> Run:
    """Give what is kept of a file that was analysed."""
    said = said or Said()
    run = of_analysis(found, _start(found.path, found.recorded.clip, found.recorded.began, said))
    return replace(run, person=said.person or run.person, shoe=said.shoe or run.shoe)


def _start(path: Path, clip: str, began: datetime | None, said: Said) -> Start:
    file = str(path.resolve())
    if began is not None:
        return Start(key_of(clip, path), began, BeganFrom.RECORDING, clip, file)
    if said.began is not None:
        return Start(key_of(clip, path), said.began, BeganFrom.SAID, clip, file)
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC).astimezone()
    return Start(key_of(clip, path), changed, BeganFrom.FILE, clip, file)


def complete(history: History, tell: Tell) -> Iterator[str]:
    """Analyse the recordings of the runs that are kept as they were live; say which fail."""
    waiting = history.waiting()
    for number, run in enumerate(waiting):
        tell("analysing", number / len(waiting))
        try:
            history.add(run_of_file(Path(run.file)))
        except InputError as error:
            yield f"{error}; its live figures stay"


def rebuild(tell: Tell, folder: Path | None = None) -> Iterator[str]:
    """Put all recordings of the folder into the history anew; give what is to be said.

    A damaged history is moved away first. Runs of which no recording lies there stay as they are. Bad files are named
    and left out; a virtual clip's too.
    """
    folder = folder or recordings_folder()
    if away := moved_away_if_damaged():
        yield f"the damaged history is now {away}"
    paths = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
    added = bad = virtual = 0
    with History() as history:
        for number, path in enumerate(paths):
            tell("analysing", number / len(paths))
            if board_of(path) == VIRTUAL_BOARD:
                virtual += 1
                continue
            try:
                history.add(run_of_file(path))
                added += 1
            except InputError as error:
                bad += 1
                yield str(error)
    left = f", {virtual} of a virtual clip left out" if virtual else ""
    yield f"{added} of {len(paths)} recordings in {folder}{left}{f', {bad} cannot be read' if bad else ''}"


def moved_away_if_damaged() -> Path | None:
    """Move a damaged history away; give its new place, None where it is sound or not there."""
    path = history_path()
    if not path.exists():
        return None
    try:
        with History(path) as history:
            history.check()
    except Damaged:
        away = path.with_name(f"{path.name}.damaged-{datetime.now():%Y%m%d-%H%M%S}")
        try:
            path.rename(away)
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(path, f"cannot be moved away ({error.strerror or error}); do it by hand") from error
        return away
    return None
