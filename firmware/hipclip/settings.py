"""What the clip remembers: values by key (settingstable.py), kept as JSON on the flash."""

import json
import os

from hipclip import seldom

FILE = "settings.json"


def replace(path, data, damaged):
    """Write beside the file, then take its place: whoever cuts the power finds the old one or the new one whole.

    An old one that is damaged is kept aside.
    """
    beside = path + ".new"
    with open(beside, "wb") as file:
        file.write(data)
    if damaged:
        os.rename(path, path + ".bad")
    os.rename(beside, path)


class Settings:
    """Values by name in `values`; `damaged` tells that the file was not as it should be, `error` what about it.

    It stays damaged, over resets too, until a change is saved; then the bad file is kept aside.
    """

    def __init__(self, path=FILE):
        self._path = path
        self.values = {row[0]: row[1] for row in seldom.load("settingstable").TABLE}
        self.damaged = False
        self.error = ""
        self._load()

    def get(self, name):
        """Give the value of a key."""
        return self.values[name]

    def change(self, changes):
        """Take over and save all of `changes`, or nothing: ValueError names the key, OSError is the flash's."""
        values, table = dict(self.values), seldom.load("settingstable")
        for name in changes:
            table.check(name, changes[name])
            values[name] = changes[name]
        table.check_together(values)
        if values != self.values or self.damaged:
            self._save(values)
        self.values = values
        self.damaged, self.error = False, ""

    def _save(self, values):
        replace(self._path, json.dumps(values).encode(), self.damaged)

    def _load(self):
        try:
            with open(self._path) as file:
                kept = json.loads(file.read())
            if not isinstance(kept, dict):
                raise ValueError("no JSON object")
        except OSError:  # none yet: nothing was ever changed
            return
        except ValueError as error:
            self._blame("%s: %s" % (self._path, error))
            return
        self._take(kept)

    def _take(self, kept):
        """Take over what is good of a file; the rest stays at its defaults."""
        good, table = dict(self.values), seldom.load("settingstable")
        for name in kept:
            try:
                table.check(name, kept[name])
                good[name] = kept[name]
            except ValueError as error:
                self._blame(str(error))
        try:
            table.check_together(good)
            self.values = good
        except ValueError as error:
            self._blame(str(error))

    def _blame(self, text):
        """Note the first thing that is wrong."""
        if not self.damaged:
            self.damaged, self.error = True, text
