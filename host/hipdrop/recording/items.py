"""What a recording holds, as values: its header, and everything that entered the run in its order."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

import hipdrop
from hipcal.plain import BadCalibration, as_dict, of_dict
from hipdrop.events import (
    Mark,
    NewBaseline,
    Side,
    Site,
    SwapSides,
    TargetBand,
    Treadmill,
    UseCalibration,
    UserInput,
)
from hipdrop.profile import Profile
from hipdrop.samples import Array
from hipdrop.settings import Settings

FORMAT = 1
HEADER_NAME = "hipdrop.run"
CLIP_TOPIC, INPUT_TOPIC, SESSION_TOPIC = "/clip", "/input", "/session"
_INPUT_KINDS = (SwapSides, NewBaseline, Mark, TargetBand, Treadmill, UseCalibration)
INPUTS: dict[str, type[UserInput]] = {kind.__name__: kind for kind in _INPUT_KINDS}


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the clip as it came; `arrival_s` on the host's clock, in whole microseconds."""

    arrival_s: float
    message: bytes


@dataclass(frozen=True, slots=True)
class Entered:
    """An input of the user."""

    t_s: float
    item: UserInput


@dataclass(frozen=True, slots=True)
class Session:
    """What became of the link: `connected`, `lost`, `reconnected`, or another word; with details."""

    t_s: float
    what: str
    detail: Mapping[str, Any] = field(default_factory=dict)


Item = Message | Entered | Session


@dataclass(frozen=True)
class RunHeader:
    """What a run was made with; all that the pipeline got beside its inputs.

    Attributes
    ----------
    settings, site, profile, mount
        As given to `hipdrop.receive.chain.Chain`.
    start_s
        The host's clock at the start of the recording.
    start_unix_s
        The time of day then, seconds since 1970.
    versions
        Of hipdrop and of what computes; of the firmware, the info message in the recording tells.
    person, shoe
        Who runs, and in what; empty where nobody is named. Neither changes an event.
    """

    settings: Settings = field(default_factory=Settings)
    site: Site | None = None
    profile: Profile | None = None
    mount: Array | None = None
    start_s: float = 0.0
    start_unix_s: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)
    person: str = ""
    shoe: str = ""

    @classmethod
    def now(
        cls, start_s: float, settings: Settings, *,
        site: Site | None = None, profile: Profile | None = None, mount: Array | None = None,
        person: str = "", shoe: str = "",
    ) -> RunHeader:  # fmt: skip
        """Make the header of a run that begins now; `start_s` is the clock that the arrivals are on."""
        return cls(settings, site, profile, mount, start_s, time.time(), versions(), person, shoe)

    def as_texts(self) -> dict[str, str]:
        """Give the header as it stands in the file: texts by name."""
        texts = {"format": str(FORMAT)}
        values = {
            "settings": self.settings.as_dict(),
            "site": self.site,
            "profile": None if self.profile is None else self.profile.as_dict(),
            "mount": None if self.mount is None else self.mount.tolist(),
            "start_s": self.start_s,
            "start_unix_s": self.start_unix_s,
            "versions": dict(self.versions),
            "person": self.person or None,
            "shoe": self.shoe or None,
        }
        return texts | {name: json.dumps(value) for name, value in values.items()}

    @classmethod
    def of_texts(cls, texts: Mapping[str, str]) -> RunHeader:
        """Read the header; raises KeyError, TypeError, ValueError or ConfigError where it is damaged."""
        values = {name: json.loads(text) for name, text in texts.items() if name != "format"}
        site, profile, mount = values["site"], values["profile"], values["mount"]
        return cls(
            Settings().replace(values["settings"]),
            None if site is None else Site(site),
            None if profile is None else Profile.of_dict(profile),
            None if mount is None else np.array(mount, dtype=np.float64).reshape(3, 3),
            float(values["start_s"]),
            float(values["start_unix_s"]),
            values["versions"],
            str(values.get("person") or ""),
            str(values.get("shoe") or ""),
        )


def versions() -> dict[str, str]:
    """Give the versions of what a run is computed with."""
    found = {"hipdrop": hipdrop.__version__, "python": platform.python_version(), "numpy": np.__version__}
    for package in ("vqf", "mcap", "bleak", "pyserial"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def input_text(item: UserInput) -> bytes:
    """Give a user's input as JSON."""
    if isinstance(item, UseCalibration):
        calibration = None if item.calibration is None else as_dict(item.calibration)
        values = {"calibration": calibration, "at_unix_s": item.at_unix_s, "problem": item.problem}
    else:
        values = asdict(item)
    return json.dumps({"input": type(item).__name__, **values}).encode()


def read_input(text: bytes) -> UserInput:
    """Read a user's input; raises KeyError, TypeError or ValueError where it is none."""
    values = json.loads(text)
    kind = INPUTS[values.pop("input")]
    if kind is UseCalibration:
        return _read_calibration(values["calibration"], values["at_unix_s"], str(values["problem"]))
    if kind is TargetBand:
        values["side"] = Side(values["side"])
    return kind(**values)


def _read_calibration(data: Any, at_unix_s: Any, problem: str) -> UseCalibration:
    """Read a calibration; one that is damaged, or of another version, is none, and the run says so."""
    if type(at_unix_s) is not float:
        raise TypeError(f"at_unix_s is {at_unix_s!r}")
    if data is None:
        return UseCalibration(None, at_unix_s, problem)
    try:
        return UseCalibration(of_dict(data), at_unix_s, problem)
    except BadCalibration as error:
        return UseCalibration(None, at_unix_s, f"the one in the recording cannot be used ({error})")
