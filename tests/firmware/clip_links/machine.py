"""The two calls of a board's `machine` that the links make."""


def reset_cause():
    return 1


def unique_id():
    return b"\x01\xab\xcd\xef"


class RTC:
    """A wall clock that a test can look at; MicroPython's own of a computer cannot be set."""

    def datetime(self, moment):
        """Set it."""
        self.told = moment
