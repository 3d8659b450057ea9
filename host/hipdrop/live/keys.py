"""Keys and buttons: what the one who watches wants; no toolkit, no plot."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SURE_S = 3.0  # within which the key is to be pressed again, where an action cannot be taken back
SAID_S = 4.0  # that long an answer stands
MOST_NOTE = 60


class Wish(StrEnum):
    """What is asked of the run (`mute` to `stop`), of a replay, or of the window alone (`pause`, `picture`)."""

    MARK = "mark"
    PAIN = "pain"
    LIMP = "limp"
    BASELINE = "new baseline"
    MUTE = "mute"
    SWAP = "swap sides"
    PAUSE = "pause"
    PICTURE = "picture"
    STOP = "stop"
    STEP = "one step"
    BACK = "10 s back"
    AHEAD = "10 s on"
    FAR_BACK = "a minute back"
    FAR_AHEAD = "a minute on"
    BEGINNING = "from the beginning"
    SEEK = "to a moment"
    SLOWER = "slower"
    FASTER = "faster"


@dataclass(frozen=True, slots=True)
class Action:
    """A wish, as it goes to the run.

    Attributes
    ----------
    note
        Of a mark.
    ago_s
        How long ago its moment was: a note takes time to type.
    to_s
        The moment of the run that a replay is to go to (`SEEK`).
    """

    wish: Wish
    note: str = ""
    ago_s: float = 0.0
    to_s: float = 0.0


KEYS = {
    "m": Wish.MARK, "p": Wish.PAIN, "b": Wish.BASELINE, "u": Wish.MUTE, "x": Wish.SWAP, " ": Wish.PAUSE,
    "i": Wish.PICTURE, "q": Wish.STOP, "ctrl+c": Wish.STOP,
}  # fmt: skip
COACH_KEYS = {"l": Wish.LIMP, **KEYS}
REPLAY_KEYS = {
    " ": Wish.PAUSE, ".": Wish.STEP, "left": Wish.BACK, "right": Wish.AHEAD, "-": Wish.SLOWER, "+": Wish.FASTER,
    "i": Wish.PICTURE, "q": Wish.STOP, "shift+left": Wish.FAR_BACK, "shift+right": Wish.FAR_AHEAD,
    "home": Wish.BEGINNING, "=": Wish.FASTER, "ctrl+c": Wish.STOP,
}  # fmt: skip
PAIN_TYPED = (*"0123456789", "enter", "escape")
LEFT, RIGHT = "\N{LEFTWARDS ARROW}", "\N{RIGHTWARDS ARROW}"
NAMES = {" ": "Space", "left": LEFT, "right": RIGHT}
NO_BUTTON = ("ctrl+c", "shift+left", "shift+right", "home", "=")
SURE = (Wish.BASELINE, Wish.STOP)
ANSWERS = {
    Wish.PAIN: "pain marked",
    Wish.LIMP: "limp marked",
    Wish.BASELINE: "the baseline is learned anew",
    Wish.SWAP: "left and right swapped from here on",
}


def keys_of(*, replay: bool = False, coached: bool = False) -> dict[str, Wish]:
    """Give the keys of a live run, with a coach or without, or of a replay."""
    return REPLAY_KEYS if replay else COACH_KEYS if coached else KEYS


def buttons(replay: bool, coached: bool = False) -> list[tuple[str, str]]:
    """Give key and label of each button."""
    keys = keys_of(replay=replay, coached=coached)
    return [(key, f"{NAMES.get(key, key.upper())}  {wish}") for key, wish in keys.items() if key not in NO_BUTTON]


class Keyboard:
    """Takes keys, gives actions.

    Parameters
    ----------
    replay, coached
        Which keys there are; with a coach a pain is followed by its number.

    Attributes
    ----------
    keys
        What each key wishes.
    note
        The note that is being typed; None while none is.
    """

    def __init__(self, replay: bool = False, coached: bool = False) -> None:
        self.keys = keys_of(replay=replay, coached=coached)
        self._coached = coached
        self._pain: str | None = None  # the number that is being typed
        self._sure = () if replay else SURE  # to stop a replay loses nothing
        self.note: str | None = None
        self._since_s = 0.0
        self._asked: tuple[Wish, float] | None = None
        self._said: tuple[str, float] = ("", -SAID_S)

    @property
    def typing(self) -> bool:
        """Whether a note or a number is being typed: then every key is taken."""
        return self.note is not None or self._pain is not None

    def press(self, key: str | None, at_s: float) -> Action | None:
        """Take a key by its matplotlib name at a time."""
        if self.note is not None:
            return self._type(key or "", at_s)
        if self._pain is not None and key is not None and key in PAIN_TYPED:
            return self._rate(key, at_s)
        self._pain = None
        wish = self.keys.get((key or "").lower() if key != " " else " ")
        if wish is None:
            return None
        if wish in self._sure and not (self._asked and self._asked[0] is wish and at_s - self._asked[1] <= SURE_S):
            self._asked = wish, at_s
            self.say(f"{wish}: press the key again if you mean it", at_s)
            return None
        self._asked = None
        if wish is Wish.MARK:
            self.note, self._since_s = "", at_s
            return None
        if wish is Wish.PAIN and self._coached:
            self._pain, self._since_s = "", at_s
        self.say(ANSWERS.get(wish, ""), at_s)
        return Action(wish, note="pain" if wish is Wish.PAIN else "")

    def say(self, text: str, at_s: float) -> None:
        """Let a text stand for a while."""
        self._said = text, at_s

    def prompt(self, at_s: float) -> str:
        """Give what is to be read now."""
        if self.note is not None:
            return f"note: {self.note}_   (Enter: mark, Esc: no mark)"
        if self._pain is not None:
            return f"pain now, 0 to 10: {self._pain}_{'   (Enter: 1)' if self._pain else ''}"
        text, since_s = self._said
        return text if at_s - since_s <= SAID_S else ""

    def _rate(self, key: str, at_s: float) -> Action | None:
        """Take a digit of a pain; only after a 1 there may be another one."""
        before, self._pain = self._pain, None
        if key == "escape":
            return None
        if (key == "enter" and not before) or (key == "1" and not before):
            self._pain = "" if key == "enter" else key
            return None
        if before and key not in ("0", "enter"):
            self._pain = before
            return None
        number = f"{before}{'' if key == 'enter' else key}"
        self.say(f"pain {number} of 10", at_s)
        return Action(Wish.PAIN, f"pain: {number}", at_s - self._since_s)

    def _type(self, key: str, at_s: float) -> Action | None:
        assert self.note is not None
        if key == "enter":
            note, self.note = self.note.strip(), None
            self.say(f"marked{': ' + note if note else ''}", at_s)
            return Action(Wish.MARK, note, at_s - self._since_s)
        if key == "escape":
            self.note = None
        elif key == "backspace":
            self.note = self.note[:-1]
        elif len(key) == 1 and key.isprintable() and len(self.note) < MOST_NOTE:
            self.note += key
        return None
