"""What the views of a calibration show, as plain data, and the words that they share."""

from __future__ import annotations

from dataclasses import dataclass

from hipcal.procedures.base import Picture, Prompt
from hipdrop.calibrating.run import Key
from hipdrop.events import Side
from hipdrop.live.terminallines import UNICODE

KEYS = {"enter": Key.ENOUGH, "r": Key.REDO, "q": Key.LEAVE}
KEY_NAMES = {Key.ENOUGH: "Enter", Key.REDO: "R", Key.LEAVE: "Q"}
KEY_WORDS = {Key.ENOUGH: "that will do", Key.REDO: "do that again", Key.LEAVE: "leave, change nothing"}

KEEP_WORDS = "end, keep what is done"

CONNECTING = Prompt(Picture.TABLE, "", "Connecting to the clip.")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How a calibration stands.

    Attributes
    ----------
    what
        Which: `sensor`, `mount`, ...; of more than one word it is no calibration (`test single-leg`).
    prompt
        What to do now.
    source
        The clip's name.
    link
        How the connection stands, in words; empty while it streams.
    elapsed_s
        Since the first sample.
    keeps_if_left
        Whether leaving keeps what is done (`hipdrop.calibrating.run.CalibrationRun`).
    """

    what: str = ""
    prompt: Prompt = CONNECTING
    source: str = ""
    link: str = ""
    elapsed_s: float = 0.0
    keeps_if_left: bool = False

    @property
    def name(self) -> str:
        """What is done, as the command that does it."""
        return self.what if " " in self.what else f"calibrate {self.what}"


def keys_of(prompt: Prompt) -> list[Key]:
    """Give the keys that do something now."""
    return [key for key in Key if key is not Key.ENOUGH or prompt.enough]


def key_words(key: Key, *, keeps_if_left: bool) -> str:
    """Say what a key does."""
    return KEEP_WORDS if key is Key.LEAVE and keeps_if_left else KEY_WORDS[key]


def hold_word(prompt: Prompt) -> str:
    """Give one word for what to do with the clip, where it is to be held still; else nothing."""
    if not prompt.hold_s:
        return ""
    return "MOVING" if prompt.moving else "HOLD STILL"


def held_words(prompt: Prompt) -> str:
    """Give how long it was held, in words."""
    return f"{min(prompt.held_s, prompt.hold_s):.1f} of {prompt.hold_s:.0f} s" if prompt.hold_s else ""


def side_words(side: Side) -> str:
    """Say which leg works, with its shape."""
    return f"{UNICODE.signs[side]} {'both legs' if side is Side.BOTH else f'{side} leg'}"
