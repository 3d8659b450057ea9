"""Every board is made from its own file, and wrong files are refused in words."""

import machine

from hipclip import boards
from hipclip.boards.base import ring_bytes
from hipclip.ring import FrameRing
from hipwire import frames, ids

ALL = ("xiao_esp32s3", "nano_rp2040_connect", "m5stickc_plus2")
ESP32 = ("xiao_esp32s3", "m5stickc_plus2")


def load(name):
    machine.made.clear()
    if name in ESP32:
        machine.ADC = machine.CalibratedADC
    with open("board.txt", "w") as file:
        file.write(name + "\n")
    return boards.load()


def refusal():
    try:
        boards.load()
    except boards.NoBoardError as error:
        return str(error)
    raise AssertionError("loaded")


def test_no_file_and_no_such_board_are_refused_in_words():
    assert refusal() == "no board.txt on the flash: install the firmware again (hipdrop clip install)"
    with open("board.txt", "w") as file:
        file.write("xiao_esp32\n")
    assert refusal() == "board.txt names the board 'xiao_esp32', which this firmware does not have"


def test_what_a_board_misses_itself_is_not_called_a_missing_board():
    with open("half.py", "w") as file:
        file.write("import not_there\n")
    import sys

    sys.path.append(".")
    try:
        load("half")
    except ImportError as error:
        assert "not_there" in str(error)
    else:
        raise AssertionError("loaded")


def test_no_pin_is_used_twice():
    for name in ALL:
        board = load(name)
        board.i2c()
        board.vibrator()
        pins = [board.SDA, board.SCL, board.LED, board.BUTTON, board.MOTOR or board.BUZZER, board.BATTERY]
        assert len(set(pins)) == len(pins), name
        assert board.INT1 not in pins, name
        assert {made[1] for made in machine.made if made[0] == "Pin"} >= set(pins), name


def test_the_bus_runs_at_400_khz_on_the_pins_of_the_board():
    for name in ALL:
        board = load(name)
        board.i2c()
        assert ("I2C", board.I2C_ID, board.SCL, board.SDA, 400000) in machine.made


def test_features_follow_from_the_parts():
    common = ids.HAS_BUTTON | ids.HAS_BATTERY
    assert common | ids.HAS_MOTOR == load("xiao_esp32s3").FEATURES
    assert common | ids.HAS_MOTOR == load("nano_rp2040_connect").FEATURES
    assert common | ids.HAS_BUZZER == load("m5stickc_plus2").FEATURES


def test_motor_and_led_are_off_from_the_first_moment():
    for name in ALL:
        board = load(name)
        board.vibrator()
        assert ("PWM", board.MOTOR or board.BUZZER, 0) in machine.made
        dark = [made for made in machine.made if made[:2] == ("Pin", board.LED)]
        assert dark == [("Pin", board.LED, ("out",), 1 - board.LED_ON)]


def test_the_m5stick_holds_its_power_before_all_else():
    load("m5stickc_plus2")
    assert machine.made[0] == ("Pin", 4, ("out",), 1)


def test_the_battery_is_what_the_pin_reads_times_the_divider():
    assert load("nano_rp2040_connect").battery_mv() == 3900  # 38726 of 65535 of 3.3 V, doubled
    assert load("xiao_esp32s3").battery_mv() == 3900  # 1.95 V, doubled


def test_the_light_has_the_polarity_of_the_board():
    for name, lit in (("xiao_esp32s3", 0), ("m5stickc_plus2", 1)):
        board = load(name)
        board.light(True)
        board.light(False)
        assert machine.made[-2:] == [("value", board.LED, lit), ("value", board.LED, 1 - lit)]


def test_the_button_is_down_at_its_level():
    board = load("xiao_esp32s3")
    machine.level = 1
    assert not board.pressed()
    machine.level = 0
    assert board.pressed()


def test_a_ring_keeps_its_seconds_even_of_a_quick_sensor():
    for seconds in (8, 15, 20, 30):
        ring = FrameRing(bytearray(ring_bytes(seconds, 208000)))
        ring.begin(frames.RAW_MAX_SIZE)
        assert ring.capacity * frames.RAW_MAX_SAMPLES >= seconds * 208 * 1.05
        assert (ring.capacity - 1) * frames.RAW_MAX_SAMPLES < seconds * 208 * 1.05  # and no frame more


def test_the_primary_board_keeps_30_s():
    assert load("xiao_esp32s3").RING_S == 30
    assert len(load("m5stickc_plus2").ring()) == 90 * 241  # 8 s at 210 Hz
