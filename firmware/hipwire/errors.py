"""The one exception of every decoder of the wire."""


class WireError(ValueError):
    """A message that breaks docs/wire-format.md; `reason` is one of the words below."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason + (": " + detail if detail else ""))
        self.reason = reason


SHORT = "too short"
LENGTH = "wrong length"
VERSION = "unknown protocol version"
KIND = "unknown kind of message"
CRC = "wrong checksum"
COBS = "broken framing"
TEXT = "text is not UTF-8"
VALUE = "impossible value"
