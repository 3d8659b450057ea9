"""What the clip remembers."""

import json
import os

from hipclip.settings import Settings
from hipclip.settingstable import TABLE, check

FILE = "settings.json"


def refusal(changes):
    """Text of the ValueError for these changes; nothing of them may have been taken over."""
    settings = Settings()
    before = dict(settings.values)
    try:
        settings.change(changes)
    except ValueError as error:
        assert settings.values == before
        return str(error)
    raise AssertionError("taken: %r" % changes)


def write(text):
    with open(FILE, "w") as file:
        file.write(text)


def test_without_a_file_all_is_at_its_default():
    settings = Settings()
    assert not settings.damaged
    assert settings.values == {row[0]: row[1] for row in TABLE}
    assert FILE not in os.listdir()


def test_every_default_is_allowed():
    for name, default, _, _, _ in TABLE:
        check(name, default)


def test_a_change_is_there_after_the_next_boot():
    Settings().change({"ble_name": "Läuferin", "mtu": 185, "led_enabled": False})
    again = Settings()
    assert (again.get("ble_name"), again.get("mtu"), again.get("led_enabled")) == ("Läuferin", 185, False)
    assert not again.damaged


def test_refusals_name_the_key_and_what_it_may_be():
    assert refusal({"mtu": 22}) == "mtu: must be a whole number from 23 to 517"
    assert refusal({"mtu": 518}) == "mtu: must be a whole number from 23 to 517"
    assert refusal({"mtu": 247.0}) == "mtu: must be a whole number from 23 to 517"
    assert refusal({"mtu": True}) == "mtu: must be a whole number from 23 to 517"
    assert refusal({"mtu": None}) == "mtu: must be a whole number from 23 to 517"
    assert refusal({"buzz_enabled": 1}) == "buzz_enabled: must be true or false"
    assert refusal({"ble_name": ""}) == "ble_name: must be a text of 1 to 22 bytes"
    assert refusal({"ble_name": "ä" * 12}) == "ble_name: must be a text of 1 to 22 bytes"
    assert refusal({"ble_name": 5}) == "ble_name: must be a text of 1 to 22 bytes"
    assert refusal({"volume": 5}) == "volume: no such setting"
    assert refusal({"low_battery_percent": 5, "empty_battery_percent": 5}) == (
        "empty_battery_percent: must be below low_battery_percent"
    )
    assert refusal({"mount_id": 7, "mount_w": 20000}).startswith("mount_w: w, x, y, z must be a quaternion")


def test_all_or_nothing():
    refusal({"keep_streaming_s": 60, "mtu": 5})
    assert Settings().get("keep_streaming_s") == 600


def test_a_mount_of_unit_length_is_taken_and_forgotten():
    settings = Settings()
    settings.change({"mount_id": 4000000000, "mount_w": 23170, "mount_x": 0, "mount_y": -23170, "mount_z": 0})
    assert Settings().get("mount_id") == 4000000000
    settings.change({"mount_id": 0, "mount_w": 0, "mount_y": 0})
    assert Settings().get("mount_id") == 0


def test_what_is_no_json_leaves_the_defaults_and_says_so_until_a_change():
    for text in ("", "{", "[1]", "\x00\xff", '{"mtu": 185'):
        write(text)
        settings = Settings()
        assert settings.damaged, text
        assert settings.error.startswith("settings.json: "), text
        assert settings.get("mtu") == 247
        assert Settings().damaged  # the next boot says it again
    settings.change({"mtu": 200})
    assert not settings.damaged
    assert not Settings().damaged
    with open(FILE + ".bad") as file:
        assert file.read() == '{"mtu": 185'


def test_of_a_file_with_errors_the_good_values_are_kept():
    write(json.dumps({"mtu": 185, "status_interval_s": 0, "colour": "red"}))
    settings = Settings()
    assert settings.damaged
    assert settings.get("mtu") == 185
    assert settings.get("status_interval_s") == 2
    assert "colour" not in settings.values
    settings.change({})
    assert Settings().get("mtu") == 185
    assert not Settings().damaged


def test_values_that_do_not_go_together_are_not_taken_from_a_file():
    write(json.dumps({"mtu": 185, "low_battery_percent": 2}))
    settings = Settings()
    assert settings.damaged
    assert settings.error == "empty_battery_percent: must be below low_battery_percent"
    assert settings.get("low_battery_percent") == 15


def test_a_power_cut_before_the_rename_leaves_the_old_file():
    Settings().change({"mtu": 185})
    write_new = '{"mtu": 99, "ble_na'
    with open(FILE + ".new", "w") as file:
        file.write(write_new)
    settings = Settings()
    assert settings.get("mtu") == 185
    assert not settings.damaged


def test_nothing_is_written_when_nothing_changes():
    settings = Settings()
    settings.change({"mtu": 247})
    assert FILE not in os.listdir()


def test_what_cannot_be_saved_is_not_taken_over():
    os.mkdir(FILE + ".new")  # stands in the way
    settings = Settings()
    try:
        settings.change({"mtu": 185})
    except OSError:
        pass
    else:
        raise AssertionError("saved")
    assert settings.get("mtu") == 247
