"""What this computer knows of the clocks of its clips: each setting, in a file a clip."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from hipdrop.runs.folder import clip_folder
from hipdrop.runs.wallclock import SAME_SETTING_S, Setting

FILE_NAME = "clock.jsonl"
MOST_LINES = 1000  # three years of a connection a day


def note(serial: str, set_s: int, was_s: float, now_s: float, folder: Path | None = None) -> None:
    """Keep that a clip's clock, set at `set_s` by itself, showed `was_s` when it was set to `now_s`.

    0 where the clip did not know. A folder that cannot be written is no reason to fail.
    """
    path = (folder or clip_folder(serial)) / FILE_NAME
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text("utf-8").splitlines()[1 - MOST_LINES :] if path.exists() else []
        lines.append(json.dumps({"set_s": set_s, "was_s": round(was_s, 3), "now_s": round(now_s, 3)}))
        path.write_text("\n".join(lines) + "\n", "utf-8")


def settings_of(serial: str, folder: Path | None = None) -> list[Setting]:
    """Give the stretches between two settings of a clip's clock, as far as this computer was there at their ends.

    The clip tells its last setting in whole seconds; where this computer made it, it knows better.
    """
    found: list[Setting] = []
    exact_s = 0.0
    for values in _lines((folder or clip_folder(serial)) / FILE_NAME):
        set_s, was_s, now_s = values
        if set_s > 0.0 and was_s > 0.0:
            own = 0.0 <= exact_s - set_s < SAME_SETTING_S
            found.append(Setting(exact_s if own else set_s, was_s, now_s))
        exact_s = now_s
    return found


def _lines(path: Path) -> list[tuple[float, float, float]]:
    """Read what can be read."""
    found = []
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeError):
        return []
    for line in lines:
        with suppress(ValueError, KeyError, TypeError):
            values = json.loads(line)
            found.append((float(values["set_s"]), float(values["was_s"]), float(values["now_s"])))
    return found
