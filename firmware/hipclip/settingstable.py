"""The keys of the settings with their limits; in memory only while values are checked."""

from micropython import const

from hipwire.frames import QUATERNION_ONE

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
