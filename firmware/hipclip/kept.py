"""One binary record that a host has stored: kept on the flash as it came, over resets and power cuts."""

from hipclip.settings import replace


class Kept:
    """The one in use: `record`, the `default` where there is none. A child says in `_take` what can be used.

    `damaged` and `error` as those of `Settings`: they stay until one is stored.
    """

    def __init__(self, path, default):
        self._path = path
        self.record = default
        self.damaged = False
        self.error = ""
        self._load()

    def change(self, record):
        """Take over and save, or nothing: WireError and ValueError say what is wrong, OSError is the flash's."""
        record = self._take(record)
        if record != self.record or self.damaged:
            replace(self._path, record, self.damaged)
            self.record = record
        self.damaged, self.error = False, ""

    def _load(self):
        try:
            with open(self._path, "rb") as file:
                self.record = self._take(file.read())
        except OSError:  # none yet
            pass
        except ValueError as error:  # or WireError, one of them
            self.damaged, self.error = True, str(error)
