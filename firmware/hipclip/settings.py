"""What the clip remembers: one table of keys with their limits, kept as JSON on the flash."""

import json
import os

from micropython import const

from hipwire.frames import QUATERNION_ONE

FILE = "settings.json"
_TEXT = const(0)
_WHOLE = const(1)
_SWITCH = const(2)
# name, default, kind, least and most; for a text the least and most bytes
TABLE = (
    ("ble_name", "hipdrop", _TEXT, 1, 22),  # more does not fit into an advertisement, see ble.py
    ("mtu", 247, _WHOLE, 23, 517),
    ("keep_streaming_s", 600, _WHOLE, 0, 86400),
    ("status_interval_s", 2, _WHOLE, 1, 60),
    ("buzz_enabled", True, _SWITCH, 0, 1),
    ("buzz_strength_percent", 100, _WHOLE, 0, 100),
    ("led_enabled", True, _SWITCH, 0, 1),
    ("low_battery_percent", 15, _WHOLE, 1, 90),
    ("empty_battery_percent", 3, _WHOLE, 0, 50),
    ("mount_id", 0, _WHOLE, 0, 0xFFFFFFFF),
    ("mount_w", 0, _WHOLE, -32767, 32767),
    ("mount_x", 0, _WHOLE, -32767, 32767),
    ("mount_y", 0, _WHOLE, -32767, 32767),
    ("mount_z", 0, _WHOLE, -32767, 32767),
    ("log_enabled", True, _SWITCH, 0, 1),
    ("log_raw", False, _SWITCH, 0, 1),
    ("auto_start_s", 10, _WHOLE, 0, 600),  # running for so long begins a run; 0: only the button and hosts do
    ("auto_stop_s", 120, _WHOLE, 5, 3600),  # no running for so long ends it
    ("sleep_after_s", 600, _WHOLE, 0, 86400),  # nobody there and no motion; 0: never
    ("wake_mg", 250, _WHOLE, 32, 1000),  # the change of acceleration that wakes it
    ("access", 1, _WHOLE, 0, 2),  # see access.py
    ("alerts_enabled", True, _SWITCH, 0, 1),  # the clip's own
)
_UNIT_SLACK_PERCENT = const(2)  # of a quaternion's squared length, for the rounding of four int16


def check(name, value):
    """Raise ValueError with a text for people unless `value` is one that the key may have."""
    row = [row for row in TABLE if row[0] == name]
    if not row:
        raise ValueError("%s: no such setting" % name)
    _, _, kind, least, most = row[0]
    if kind == _SWITCH:
        if value is not True and value is not False:
            raise ValueError("%s: must be true or false" % name)
    elif kind == _TEXT:
        if not isinstance(value, str) or not least <= len(value.encode()) <= most:
            raise ValueError("%s: must be a text of %d to %d bytes" % (name, least, most))
    elif value is True or value is False or not isinstance(value, int) or not least <= value <= most:
        raise ValueError("%s: must be a whole number from %d to %d" % (name, least, most))


def check_together(values):
    """Raise ValueError unless the values go with each other."""
    if values["empty_battery_percent"] >= values["low_battery_percent"]:
        raise ValueError("empty_battery_percent: must be below low_battery_percent")
    if values["mount_id"]:
        squared = sum([values[name] ** 2 for name in ("mount_w", "mount_x", "mount_y", "mount_z")])
        if abs(squared * 100 // QUATERNION_ONE**2 - 100) > _UNIT_SLACK_PERCENT:
            raise ValueError("mount_w: w, x, y, z must be a quaternion of unit length, 1.0 = %d" % QUATERNION_ONE)


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
        self.values = {row[0]: row[1] for row in TABLE}
        self.damaged = False
        self.error = ""
        self._load()

    def get(self, name):
        """Give the value of a key."""
        return self.values[name]

    def change(self, changes):
        """Take over and save all of `changes`, or nothing: ValueError names the key, OSError is the flash's."""
        values = dict(self.values)
        for name in changes:
            check(name, changes[name])
            values[name] = changes[name]
        check_together(values)
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
        good = dict(self.values)
        for name in kept:
            try:
                check(name, kept[name])
                good[name] = kept[name]
            except ValueError as error:
                self._blame(str(error))
        try:
            check_together(good)
            self.values = good
        except ValueError as error:
            self._blame(str(error))

    def _blame(self, text):
        """Note the first thing that is wrong."""
        if not self.damaged:
            self.damaged, self.error = True, text
