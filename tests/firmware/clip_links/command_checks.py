"""Checks of the commands, run under MicroPython by test_clip_links.py."""

import json
import random
import struct

from small_clip import Clip, Host, run

from hipwire import calibration, decoding, frames, ids, monitoring

LEVEL = struct.pack("<Ihhhh", 5, 32767, 0, 0, 0)  # mount 5, not turned


def check_random_messages_get_a_valid_answer_or_none():
    clip = Clip()
    hosts = [clip.host(), clip.host(max_message=20), clip.host(max_message=250)]
    hosts[2].wired = True
    random.seed(1)
    answered = unreadable = refused = 0
    codes = {}
    for k in range(10000):
        message = bytes([random.getrandbits(8) for _ in range(random.randrange(0, 14))])
        if k % 4:  # most look like commands, so that what is behind the head is reached
            message = b"\x16" + bytes([k % 22]) + message
        host = hosts[k % 3]
        answer = clip.commands.handle(message, host)
        readable = len(message) >= 4 and message[0] & 15 == ids.COMMAND
        assert bool(answer) == readable, message
        if not answer:
            unreadable += 1
            continue
        answered += 1
        code, request, result, _ = decoding.answer(answer)
        assert message[1:4] == struct.pack("<BH", code, request), answer
        assert result < ids.FAILED or result == ids.WRONG_VERSION, (message, answer)
        assert len(answer) <= min(240, host.max_message), (message, answer)
        codes[result] = codes.get(result, 0) + 1
        refused += result != ids.OK
        if k % 50 == 0:
            clip.pass_ms(100)
            for each in hosts:
                each.got.clear()
    assert clip.counters.commands_refused == min(refused, 10000)
    assert clip.commands.unreadable == unreadable
    for result in (ids.OK, ids.UNKNOWN_COMMAND, ids.MALFORMED, ids.WRONG_VERSION, ids.MTU_TOO_SMALL, ids.NOT_ALLOWED):
        assert codes[result] > 5, codes


def check_other_versions_are_told_ours():
    clip = Clip()
    answer = clip.commands.handle(b"\x26\x01\x34\x12\x01\x00", clip.host())
    assert answer == b"\x17\x01\x34\x12" + bytes([ids.WRONG_VERSION, 1])


def check_longer_commands_are_read_as_far_as_known():
    clip = Clip()
    assert clip.ask(clip.host(), ids.START, b"\x01\x00\x99\x99\x99")[0] == ids.OK


def check_too_long_a_command_is_malformed():
    clip = Clip()
    assert clip.ask(clip.host(), ids.SET_SETTINGS, b"{" + b" " * 240)[0] == ids.MALFORMED


def check_start_asks_for_what_it_needs():
    clip = Clip()
    small, phone, host = clip.host(max_message=119), clip.host(max_message=182), clip.host()
    assert clip.ask(small, ids.START, b"\x01\x00") == (ids.MTU_TOO_SMALL, struct.pack("<H", 123))
    assert clip.ask(host, ids.START, b"\x03\x00")[0] == ids.MALFORMED
    assert clip.ask(host, ids.START, b"\x01")[0] == ids.MALFORMED
    assert clip.ask(host, ids.START, b"\x02\x00")[0] == ids.NO_MOUNT
    clip.battery.empty = True
    assert clip.ask(host, ids.START, b"\x01\x00")[0] == ids.BATTERY_EMPTY
    clip.battery.empty, clip.sampler.failed = False, True
    result, text = clip.ask(host, ids.START, b"\x01\x00")
    assert result == ids.SENSOR_FAILED
    assert b"LSM6DSOX" in text
    clip.sampler.failed = False
    answer = clip.ask(phone, ids.START, b"\x01\x00")[1]
    assert answer[5] == (182 - 12) // 12
    least = frames.HEADER_SIZE + 14 * 12 + 3
    assert clip.ask(small, ids.START, b"\x01\x00") == (ids.MTU_TOO_SMALL, struct.pack("<H", least))
    assert clip.ask(host, ids.START, b"\x01\x00")[1][5] == 14  # joins what runs
    assert clip.ask(host, ids.SET_MOUNT, LEVEL)[0] == ids.BUSY  # not while the phone's stream runs
    assert clip.ask(phone, ids.SET_MOUNT, LEVEL)[0] == ids.OK
    assert clip.ask(host, ids.START, b"\x02\x00")[0] == ids.BUSY


def check_tilt_stream():
    clip = Clip()
    small, host = clip.host(max_message=111), clip.host(max_message=112)
    clip.ask(host, ids.SET_MOUNT, LEVEL)
    assert clip.ask(small, ids.START, b"\x02\x00") == (ids.MTU_TOO_SMALL, struct.pack("<H", 115))
    clip.sampler.feed(7)
    result, answer = clip.ask(host, ids.START, b"\x02\x00")
    assert (result, answer[4], answer[5]) == (ids.OK, ids.TILT, 10)
    assert struct.unpack_from("<HI", answer, 6) == (0, 8)  # tilt samples have even indices
    assert clip.ask(host, ids.SET_MOUNT, LEVEL)[0] == ids.BUSY
    clip.sampler.feed(60)
    clip.sender.turn()
    got = [each for each in host.got if each[0] & 15 == ids.TILT]
    assert [decoding.header(each)[2:4] for each in got] == [(0, 8), (1, 28)]
    other = clip.host()
    assert struct.unpack_from("<HI", clip.ask(other, ids.START, b"\x02\x00")[1], 6) == (2, 48)
    clip.ask(host, ids.STOP)
    assert clip.sampler.sinks == []
    clip.sampler.feed(1)
    assert struct.unpack_from("<H", clip.ask(other, ids.START, b"\x01\x00")[1], 6) == (0,)  # raw counts apart


def check_start_again_moves_nothing():
    clip = Clip()
    host = clip.started(room=0)
    clip.sampler.feed(40)
    answer = clip.ask(host, ids.START, b"\x01\x00")[1]
    assert struct.unpack_from("<HI", answer, 6) == (0, 0)
    assert host.cursor == 0


def check_resend_needs_a_stream_and_a_count():
    clip = Clip()
    host = clip.host()
    assert clip.ask(host, ids.RESEND, b"\0\0\x05\0")[0] == ids.NOT_STREAMING
    host = clip.started()
    clip.pass_ms(500)
    assert clip.ask(host, ids.RESEND, b"\0\0\0\0")[0] == ids.MALFORMED
    assert clip.ask(clip.host(max_message=100), ids.RESEND, b"\0\0\1\0")[0] == ids.MTU_TOO_SMALL


def check_mount_is_kept_or_forgotten():
    clip = Clip()
    host = clip.host()
    turned = struct.pack("<Ihhhh", 77, 23170, 0, 23170, 0)
    assert clip.ask(host, ids.SET_MOUNT, turned)[0] == ids.OK
    info = decoding.info(clip.ask(host, ids.GET_INFO)[1])
    assert [info[name] for name in ("mount_id", "mount_w", "mount_x", "mount_y", "mount_z")] == [77, 23170, 0, 23170, 0]
    assert clip.ask(host, ids.SET_MOUNT, struct.pack("<Ihhhh", 78, 100, 0, 0, 0))[0] == ids.MALFORMED
    assert clip.settings.get("mount_id") == 77
    assert clip.ask(host, ids.SET_MOUNT, bytes(12))[0] == ids.OK
    assert clip.settings.get("mount_id") == 0
    assert clip.settings.get("mount_w") == 0


def check_a_host_of_revision_0_finds_all_in_its_place():
    """By the offsets of the page in its revision 1.0, without what this firmware says of itself."""
    clip = Clip()
    host = clip.host()
    info = clip.ask(host, ids.GET_INFO)[1]
    fixed = struct.unpack_from("<IIIHHIIBBHIhhhh", info, 2)
    assert (info[0], info[1]) == (0x15, 2)
    assert (fixed[0], fixed[2:5], fixed[5:7]) == (clip.boot_id, (208000, 16, 2000), (488000, 70000000))
    assert info[42] == 8
    assert info[43:51] == b"01abcdef"
    status = clip.ask(host, ids.GET_STATUS)[1]
    assert struct.unpack_from("<IB", status, 12) == (clip.boot_id, 0)
    assert struct.unpack_from("<I", status, 24)[0] == clip.sampler.clock.rate_mhz
    assert len(status) >= 80
    assert len(clip.ask(host, ids.START, b"\x01\x00")[1]) == 20
    clip.sampler.feed(19)
    clip.sender.turn()
    assert [len(each) for each in host.got if each[0] & 15 == ids.RAW] == [240]
    assert len(clip.ask(host, ids.STOP)[1]) == 6


def check_calibration_is_kept_told_and_forgotten():
    clip = Clip()
    host = clip.host()
    none = (ids.OK, bytes(calibration.SIZE))
    assert clip.ask(host, ids.GET_CALIBRATION) == none
    record = calibration.pack({"parts": calibration.GYR, "gyr_bias_x_udps": 5, "gyr_range_dps": 2000})
    assert clip.ask(host, ids.SET_CALIBRATION, record) == (ids.OK, b"")
    assert clip.ask(host, ids.GET_CALIBRATION) == (ids.OK, record)
    assert clip.ask(host, ids.SET_CALIBRATION, record[:-1])[0] == ids.MALFORMED
    other = calibration.pack({"parts": calibration.GYR, "gyr_range_dps": 500})
    assert clip.ask(host, ids.SET_CALIBRATION, other) == (
        ids.BAD_SETTING,
        b"calibration: for 0 g, 500 deg/s, another range than the sensor's",
    )
    assert clip.ask(clip.host(max_message=98), ids.GET_CALIBRATION) == (ids.MTU_TOO_SMALL, struct.pack("<H", 102))
    assert clip.ask(clip.host(max_message=99), ids.GET_CALIBRATION) == (ids.OK, record)
    assert clip.ask(host, ids.SET_CALIBRATION, bytes(94)) == (ids.OK, b"")
    assert clip.ask(host, ids.GET_CALIBRATION) == none


def check_a_monitor_record_is_kept_told_and_forgotten():
    clip = Clip()
    host = clip.host()
    result, default = clip.ask(host, ids.GET_MONITOR)
    assert result == ids.OK
    values = monitoring.unpack(default)
    record = monitoring.pack(dict(values, cool_down_ms=60000))
    assert clip.ask(host, ids.SET_MONITOR, record) == (ids.OK, b"")
    assert clip.ask(host, ids.GET_MONITOR) == (ids.OK, record)
    refused = ids.BAD_SETTING, b"monitor: field 21 of the record is out of range"
    assert clip.ask(host, ids.SET_MONITOR, monitoring.pack(dict(values, evidence_window_steps=0))) == refused
    assert clip.ask(host, ids.SET_MONITOR, record[:-1])[0] == ids.MALFORMED
    assert clip.ask(host, ids.GET_MONITOR) == (ids.OK, record)
    assert clip.ask(host, ids.SET_MONITOR, bytes(monitoring.SIZE)) == (ids.OK, b"")
    assert clip.ask(host, ids.GET_MONITOR) == (ids.OK, default)


def check_a_calibration_does_not_change_in_mid_tilt_stream():
    clip = Clip()
    host = clip.host()
    clip.ask(host, ids.SET_MOUNT, LEVEL)
    for stream, result in ((b"\x02\x00", ids.BUSY), (b"\x01\x00", ids.OK)):
        assert clip.ask(host, ids.START, stream)[0] == ids.OK
        assert clip.ask(host, ids.SET_CALIBRATION, bytes(94))[0] == result
        clip.ask(host, ids.STOP)


def check_settings_are_read_in_parts_and_changed():
    clip = Clip()
    for host in (clip.host(), clip.host(max_message=20)):
        whole, total = b"", 1
        while len(whole) < total:
            result, answer = clip.ask(host, ids.GET_SETTINGS, struct.pack("<H", len(whole)))
            total, offset = struct.unpack_from("<HH", answer)
            assert result == ids.OK
            assert offset == len(whole)
            assert len(answer) > 4
            whole += answer[4:]
        assert json.loads(whole) == clip.settings.values
    assert clip.ask(host, ids.GET_SETTINGS, b"\xff\xff")[0] == ids.MALFORMED
    host = clip.host()
    assert clip.ask(host, ids.SET_SETTINGS, b'{"keep_streaming_s": 30}')[0] == ids.OK
    assert clip.settings.get("keep_streaming_s") == 30
    for bad in (b"", b"{", b"[1]", b"\xff\xfe", b'{"no_such": 1}', b'{"keep_streaming_s": "x"}', b"[" * 200):
        result, text = clip.ask(host, ids.SET_SETTINGS, bad)
        assert result == ids.BAD_SETTING, bad
        assert text, bad
    assert b"no_such" in clip.ask(host, ids.SET_SETTINGS, b'{"no_such": 1}')[1]


def check_deeply_nested_settings_cost_no_memory():
    clip = Clip()
    host = clip.host()
    for text in (b"[" * 230, b'{"ble_name":' + b"[" * 200, b'{"a":' * 45):
        assert clip.ask(host, ids.SET_SETTINGS, text) == (ids.BAD_SETTING, b"too many brackets"), text
    assert clip.ask(host, ids.SET_SETTINGS, b'{"ble_name": "[{hip-[]{}-drop}]"}') == (ids.OK, b"")
    assert clip.settings.get("ble_name") == "[{hip-[]{}-drop}]"


def check_buzz():
    clip = Clip()
    host = clip.host()
    assert clip.ask(host, ids.BUZZ, b"\x02\x50\x03")[0] == ids.OK
    assert clip.haptics.played == [(2, 80, 3)]
    for bad in (b"\x00\x50\x01", b"\x0a\x50\x01", b"\x01\x65\x01", b"\x01\x50\x00", b"\x01\x50"):
        assert clip.ask(host, ids.BUZZ, bad)[0] == ids.MALFORMED
    clip.board.FEATURES = 0
    assert clip.ask(host, ids.BUZZ, b"\x01\x50\x01")[0] == ids.UNSUPPORTED


def check_info_and_status():
    clip = Clip()
    host = clip.host()
    info = decoding.info(clip.ask(host, ids.GET_INFO)[1])
    assert (info["boot_id"], info["chip"], info["board"]) == (clip.boot_id, "LSM6DSOX", "small")
    common = ids.HAS_CALIBRATION | ids.HAS_RAW | ids.HAS_TILT | ids.HAS_DETECTION
    assert info["features"] == common | ids.HAS_MOTOR | ids.HAS_BATTERY
    assert (info["serial"], info["raw_samples"], info["tilt_divider"]) == ("01abcdef", 19, 2)
    assert info["ring_s"] == 40 * 19 // 208
    clip.ask(host, 99)
    status = decoding.status(clip.ask(host, ids.GET_STATUS)[1])
    assert status["commands_refused"] == 1
    assert status["temperature_cdeg"] == 2512
    assert clip.ask(clip.host(max_message=20), ids.GET_STATUS) == (ids.MTU_TOO_SMALL, struct.pack("<H", 116))


def check_prompt_and_reset_are_for_a_cable():
    clip = Clip()
    radio, cable = clip.host(), clip.host()
    cable.wired = True
    for code, where in ((ids.REPL, "repl"), (ids.RESET, "reset")):
        assert clip.ask(radio, code)[0] == ids.NOT_ALLOWED
        assert clip.ask(cable, code)[0] == ids.OK
        assert cable.leaving == where


def check_own_faults_are_answered_and_logged():
    clip = Clip()

    def broken(*what):
        raise RuntimeError("wire came off")

    clip.haptics.play = broken
    before = clip.log.next
    result, text = clip.ask(clip.host(), ids.BUZZ, b"\x01\x50\x01")
    assert result == ids.FAILED
    assert b"wire came off" in text
    assert clip.log.next == before + 1
    assert clip.log.frame(before)[12] == ids.LOG_TASK
    clip.counters = None  # not even the count works
    assert clip.commands.handle(b"\x16\x63\x00\x00", Host()) == b""


run(globals())
