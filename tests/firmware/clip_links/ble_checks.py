"""Checks of the Bluetooth server's own logic, run under MicroPython by test_clip_links.py."""

import struct

import small_clip
from radio_clip import CONTROL, DATA, DISCONNECT, INFO, STATUS, RadioClip
from small_clip import run

from hipclip import gatt
from hipwire import decoding, ids

START = b"\x16\x01\x07\x00\x01\x00"


def check_advertises_name_cadence_and_own_service():
    clip = RadioClip()
    ((every_us, data, response),) = clip.radio.advertised
    assert data == b"\x02\x01\x06\x03\x03\x14\x18\x08\x09hipdrop"
    assert response == b"\x11\x07" + bytes(reversed(bytes.fromhex(ids.SERVICE_UUID.replace("-", ""))))
    assert every_us == 100000
    data, _ = gatt.advertisement("x" * 22)
    assert len(data) == 31
    data, _ = gatt.advertisement("y" * 30)
    assert len(data) == 31
    assert data[8] == 8  # a shortened name


def check_a_new_name_is_advertised():
    clip = RadioClip()
    clip.connect(1)
    clip.write(1, b"\x16\x07\x01\x00" + b'{"ble_name": "Bea"}')
    clip.pass_ms(20)
    assert b"\x04\x09Bea" in clip.radio.advertised[-1][1]


def check_several_centrals_and_advertising_between():
    clip = RadioClip()
    for number in (1, 2, 3):
        clip.connect(number)
    assert len(clip.radio.advertised) == 3  # not for a fourth
    for number in (1, 2, 3):
        clip.write(number, START)
    clip.pass_ms(2000)
    for number in (1, 2, 3):
        raw = [each for each in clip.sent(number, DATA) if each[0] & 15 == ids.RAW]
        assert len(raw) >= 20
        assert clip.sent(number, CONTROL)[0][4] == ids.OK
    clip.event(DISCONNECT, 2, 0, b"")
    clip.pass_ms(20)
    assert len(clip.radio.advertised) == 4
    assert sorted(clip.ble.connections) == [1, 3]
    assert len(clip.sender.outlets) == 2


def check_refused_advertising_is_tried_again_each_second():
    clip = RadioClip()
    clip.radio.may_advertise = False
    clip.connect(1)
    clip.pass_ms(5000)
    assert 5 <= clip.ble.refusals <= 7, clip.ble.refusals
    clip.radio.may_advertise = True
    clip.pass_ms(1100)
    assert len(clip.radio.advertised) == 2


def check_handler_never_raises_and_tells_later():
    clip = RadioClip()
    before = clip.log.next
    for event in range(40):
        for data in ((), (1,), (1, 2, 3)):
            clip.event(event, *data)
    clip.radio.gatts_read = None
    clip.write(1, START)
    assert clip.ble.handler_errors > 3
    clip.pass_ms(20)
    codes = [clip.log.frame(number)[12] for number in range(before, clip.log.next)]
    assert codes.count(ids.LOG_TASK) == 1, codes


def check_too_many_commands_are_turned_away():
    clip = RadioClip()
    clip.connect(1)
    for request in range(40):
        clip.write(1, struct.pack("<BBH", 0x16, ids.GET_STATUS, request))
    clip.radio.room = 1000
    clip.ble.turn()
    results = [struct.unpack_from("<HB", each, 2) for each in clip.sent(1, CONTROL)]
    assert [request for request, result in results if result == ids.OK] == list(range(16))
    assert [request for request, result in results if result == ids.BUSY] == list(range(16, 24))
    assert clip.ble.overflows == 16


def check_answers_wait_for_room():
    clip = RadioClip()
    clip.connect(1)
    clip.radio.room = 0
    for request in range(3):
        clip.write(1, struct.pack("<BBH", 0x16, ids.GET_STATUS, request))
    clip.pass_ms(100)
    assert clip.sent(1, CONTROL) == []
    clip.radio.room = 100
    clip.pass_ms(20)
    assert [struct.unpack_from("<H", each, 2)[0] for each in clip.sent(1, CONTROL)] == [0, 1, 2]
    assert clip.counters.notify_refused > 3


def check_stalled_central_is_parted_from():
    clip = RadioClip()
    clip.connect(1)
    clip.write(1, START)
    clip.pass_ms(500)
    clip.radio.room = 0
    clip.pass_ms(3500)
    assert clip.radio.parted == [1]
    assert clip.log.frame(clip.log.next - 1)[12] == ids.LOG_STALL
    clip.pass_ms(5000)
    assert clip.radio.parted == [1]
    clip.event(DISCONNECT, 1, 0, b"")
    clip.pass_ms(20)
    assert clip.ble.connections == {}
    assert clip.stream.running


def check_missed_disconnect_is_noticed_at_the_next_frame():
    clip = RadioClip()
    clip.connect(1)
    clip.write(1, START)
    clip.pass_ms(200)
    clip.radio.gone.add(1)
    clip.pass_ms(300)
    assert clip.ble.connections == {}
    assert clip.sender.outlets == []


def check_missed_connect_is_made_up_for_by_a_command():
    clip = RadioClip()
    clip.write(5, b"\x16\x02\x01\x00")
    clip.ble.turn()
    assert clip.sent(5, CONTROL) == [b"\x17\x02\x01\x00" + bytes([ids.NOT_STREAMING])]


def check_values_are_there_to_be_read():
    clip = RadioClip()
    values = clip.radio.values
    assert decoding.info(values[INFO])["chip"] == "LSM6DSOX"
    assert decoding.status(values[STATUS])["boot_id"] == clip.boot_id
    assert values[8] == b"\x04\x00"  # feature of running speed and cadence
    assert [bytes(values[handle]) for handle in range(9, 14)] == [
        b"hipdrop", b"hipdrop clip", b"01abcdef", b"0.1.0", b"small, LSM6DSOX",
    ]  # fmt: skip
    assert values[14] == b"\x50"  # battery, percent
    clip.battery.percent = 79
    clip.sender.status_now()
    assert values[14] == b"\x4f"


def check_no_battery_service_without_a_measured_battery():
    features = small_clip.Board.FEATURES
    small_clip.Board.FEATURES = ids.HAS_MOTOR
    clip = RadioClip()
    small_clip.Board.FEATURES = features
    assert len(clip.radio.services) == 3


def check_cadence_each_second_only_when_known():
    clip = RadioClip()

    class Cadence:
        steps_per_minute = 0

    clip.cadence = Cadence()
    clip.pass_ms(3000)
    assert 7 not in clip.radio.values
    clip.cadence.steps_per_minute = 171
    clip.pass_ms(1100)
    assert clip.radio.values[7] == b"\x04\x00\x00\xab"


run(globals())
