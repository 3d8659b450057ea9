"""Checks of who may do what, run under MicroPython by test_clip_links.py."""

import struct

import bluetooth
from radio_clip import (
    CONNECT,
    CONTROL,
    DATA,
    DISCONNECT,
    EVENTS,
    INFO,
    KEY,
    READ_REQUEST,
    SET_SECRET,
    STATUS,
    RadioClip,
)
from small_clip import run

from hipwire import ids

OUR, PEER = 1, 2
ENCRYPTION, GET_SECRET = 28, 29
ADDRESS = b"\1ABCDEF"
OPEN = bytes([ids.PAIR_OPEN])
OF_THE_OWNER = (ids.STOP, ids.SET_MOUNT, ids.SET_CALIBRATION, ids.SET_CLOCK, ids.SET_MONITOR, ids.RUN)


class GuardedClip(RadioClip):
    """A clip with a level of access and no bonds."""

    def __init__(self, level):
        super().__init__()
        self.settings.values["access"] = level

    def encrypt(self, number, bonded):
        self.event(ENCRYPTION, number, 1, 0, bonded, 16)
        self.ble.turn()

    def asked(self, number, code, payload=b""):
        """Result of a command over a connection."""
        before = len(self.sent(number, CONTROL))
        self.write(number, struct.pack("<BBH", 0x16, code, 1) + payload)
        self.ble.turn()
        return self.sent(number, CONTROL)[before][4]


READING = (ids.GET_INFO, ids.GET_STATUS, ids.GET_SETTINGS, ids.GET_CALIBRATION, ids.RESEND)
PAYLOADS = {ids.GET_SETTINGS: b"\0\0", ids.RESEND: b"\0\0\1\0", ids.START: b"\1\0", ids.SET_SETTINGS: b"{}"}


def check_every_command_but_reading_needs_a_bond():
    clip = GuardedClip(1)
    clip.connect(1)
    for code in range(32):
        refused = clip.asked(1, code, PAYLOADS.get(code, b"")) == ids.NOT_PAIRED
        assert refused == (code not in READING), code
    assert clip.counters.commands_refused >= 32 - len(READING)
    clip.encrypt(1, 0)  # paired outside the window
    assert clip.asked(1, ids.START, b"\1\0") == ids.NOT_PAIRED
    clip.encrypt(1, 1)
    assert clip.asked(1, ids.START, b"\1\0") == ids.OK
    assert clip.asked(1, ids.SET_SETTINGS, b"{}") == ids.OK
    clip.connect(2)
    assert clip.asked(2, ids.START, b"\1\0") == ids.OK  # joins, and may read
    assert clip.asked(2, ids.STOP) == ids.NOT_PAIRED
    clip.pass_ms(1000)
    assert len([each for each in clip.sent(2, DATA) if each[0] & 15 == ids.RAW]) >= 10


def check_at_level_2_a_stranger_is_told_nothing_and_parted_from():
    clip = GuardedClip(2)
    for number, bonded in ((1, 1), (2, 0)):
        clip.connect(number)
        clip.encrypt(number, bonded)
    assert clip.asked(1, ids.START, b"\1\0") == ids.OK
    for code in range(32):
        assert clip.asked(2, code, PAYLOADS.get(code, b"")) == ids.NOT_PAIRED, code
    clip.sender.status_now()
    clip.pass_ms(1000)
    clip.ble.tell(EVENTS, b"event")
    assert clip.sent(1, EVENTS) == [b"event"]
    assert clip.sent(1, DATA)
    assert clip.sent(1, STATUS)
    refusals = [each for each in clip.radio.sent if each[0] == 2]
    assert refusals
    assert all(handle == CONTROL and message[4] == ids.NOT_PAIRED for _, handle, message in refusals)
    assert clip.radio.handler(READ_REQUEST, (1, INFO)) is None
    assert clip.radio.handler(READ_REQUEST, (2, INFO)) == 8
    assert clip.radio.handler(READ_REQUEST, (3, INFO)) == 5
    clip.pass_ms(30000)
    assert clip.radio.parted == [2]


def check_the_key_is_for_those_with_a_bond():
    clip = GuardedClip(0)
    assert clip.radio.values[KEY] == b"\1"
    clip.connect(1)
    assert clip.radio.handler(READ_REQUEST, (1, KEY)) == 5
    clip.encrypt(1, 0)
    assert clip.radio.handler(READ_REQUEST, (1, KEY)) == 8
    clip.encrypt(1, 1)
    assert clip.radio.handler(READ_REQUEST, (1, KEY)) is None
    clip.event(CONNECT, 1, 0, b"")
    assert clip.radio.handler(READ_REQUEST, (1, KEY)) == 5


def check_a_handle_that_comes_again_inherits_nothing():
    clip = GuardedClip(1)
    clip.connect(1)
    clip.write(1, b"\x16\x07\1\0{}")  # of a stranger, who goes at once
    clip.event(DISCONNECT, 1, 0, b"")
    clip.event(CONNECT, 1, 0, b"")
    clip.event(ENCRYPTION, 1, 1, 0, 1, 16)
    clip.ble.turn()
    assert clip.sent(1, CONTROL)[0][4] == ids.NOT_PAIRED
    clip.encrypt(1, 1)
    assert clip.asked(1, ids.SET_SETTINGS, b"{}") == ids.OK
    clip.event(CONNECT, 1, 0, b"")
    assert clip.asked(1, ids.SET_SETTINGS, b"{}") == ids.NOT_PAIRED


def check_the_window_lets_the_stack_bond_and_shuts_behind_the_first():
    clip = GuardedClip(1)
    clip.connect(1)
    assert clip.asked(1, ids.PAIR, OPEN) == ids.NOT_PAIRED
    clip.access.command(ids.PAIR_OPEN)
    clip.ble.turn()
    assert clip.radio.options["bond"] is True
    assert clip.access.bits() == ids.ACCESS_WINDOW | ids.ACCESS_CONTROL
    for kind in (OUR, PEER):
        assert clip.radio.handler(SET_SECRET, (kind, memoryview(ADDRESS), memoryview(bytes(80)))) is True
    clip.encrypt(1, 1)
    assert clip.radio.options["bond"] is False
    assert clip.haptics.played == [(ids.BUZZ_PAIRED,)]
    assert clip.log.frame(clip.log.next - 1)[12] == ids.LOG_PAIRED
    assert clip.radio.handler(GET_SECRET, (OUR, 0, memoryview(ADDRESS))) == bytes(80)
    assert clip.asked(1, ids.PAIR, OPEN) == ids.OK
    assert clip.asked(1, ids.PAIR, bytes([ids.PAIR_FORGET])) == ids.OK
    assert clip.asked(1, ids.SET_SETTINGS, b"{}") == ids.NOT_PAIRED
    assert clip.access.bonds.peers() == []


def check_without_a_stack_that_pairs_control_is_the_cables():
    config = bluetooth.BLE.config

    def refuse(self, **settings):
        if "bond" in settings:
            raise ValueError("unknown config param")

    bluetooth.BLE.config = refuse
    clip = RadioClip()
    bluetooth.BLE.config = config
    clip.settings.values["access"] = 1
    assert clip.access.features() == 0
    assert len(clip.radio.services[0][1]) == 5  # no characteristic that would have a system pair
    clip.connect(1)
    clip.write(1, b"\x16\x01\1\0\1\0")
    clip.ble.turn()
    assert clip.sent(1, CONTROL)[0][4] == ids.NOT_ALLOWED
    cable = clip.host()
    cable.wired = True
    assert clip.ask(cable, ids.START, b"\1\0")[0] == ids.OK
    assert clip.ask(cable, ids.PAIR, OPEN)[0] == ids.UNSUPPORTED


def check_a_stream_has_one_owner():
    clip = GuardedClip(0)
    for number in (1, 2):
        clip.connect(number)
    assert clip.asked(1, ids.START, b"\1\0") == ids.OK
    assert clip.asked(2, ids.START, b"\1\0") == ids.OK
    for code in OF_THE_OWNER:
        assert clip.asked(2, code) == ids.BUSY, code
    assert clip.asked(2, ids.SET_SETTINGS, b'{"mount_id": 0}') == ids.BUSY
    assert clip.asked(2, ids.SET_SETTINGS, b'{"led_enabled": true}') == ids.OK
    cable = clip.host()
    cable.wired = True
    assert clip.ask(cable, ids.SET_SETTINGS, b'{"mount_id": 0}')[0] == ids.OK
    clip.event(DISCONNECT, 1, 0, b"")
    clip.pass_ms(20)
    assert clip.asked(2, ids.SET_SETTINGS, b'{"mount_id": 0}') == ids.OK  # nobody has it any more
    clip.connect(1)
    assert clip.asked(2, ids.START, b"\1\0") == ids.OK  # takes it up
    assert clip.asked(1, ids.STOP) == ids.BUSY
    assert clip.asked(2, ids.STOP) == ids.OK


def check_a_stranger_who_joins_owns_nothing():
    clip = GuardedClip(1)
    for number in (1, 2, 3):
        clip.connect(number)
    clip.encrypt(1, 1)
    clip.encrypt(3, 1)
    assert clip.asked(1, ids.START, b"\1\0") == ids.OK
    assert clip.asked(2, ids.START, b"\1\0") == ids.OK
    clip.event(DISCONNECT, 1, 0, b"")
    clip.pass_ms(20)
    assert clip.asked(2, ids.START, b"\1\0") == ids.OK
    assert clip.asked(3, ids.STOP) == ids.OK


run(globals())
