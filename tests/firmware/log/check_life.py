"""How runs begin, end, fail and are erased, on a real littlefs."""

import os

import disk
from reading import frames_of, others, records, states
from simrun import SETTINGS, Clip, tilt_sample

from hipclip import runs, settings
from hipclip.drivers.lsm6ds3trc import Lsm6ds3trc
from hipclip.drivers.lsm6dsox import Lsm6dsox
from hipclip.drivers.mpu6886 import Mpu6886
from hipwire import ids

SECOND = 1000000


def a_run(clip, for_s=3, why=ids.WHY_WAITING):
    """Record a run; give its number."""
    assert clip.begin(), clip.log.reason
    clip.go(for_s * SECOND)
    clip.finish(why)
    return clip.log.number


def refusal(clip):
    """Why no run can begin."""
    assert not clip.begin()
    assert clip.log.state == ids.NOT_RECORDING
    return clip.log.reason


def test_it_says_why_it_does_not_record():
    disk.fresh()
    assert refusal(Clip(dict(SETTINGS, log_enabled=False))) == ids.WHY_SWITCHED_OFF
    assert refusal(Clip(dict(SETTINGS, mount_id=0))) == ids.WHY_NO_MOUNT
    clip = Clip()
    clip.log.fetching = True
    assert refusal(clip) == ids.WHY_FETCHED
    clip.log.fetching = False
    assert clip.begin()
    assert clip.log.reason == 0
    assert not clip.log.begin([])  # one at a time
    assert clip.log.number == 1
    assert os.listdir("/runs") == []  # nothing is written but by the task


def test_a_sensor_whose_fifo_is_shorter_than_an_erase_does_not_log():
    disk.fresh()
    for chip, reason in ((Lsm6dsox, 0), (Lsm6ds3trc, 0), (Mpu6886, ids.WHY_SHORT_FIFO)):
        clip = Clip()
        clip.sampler.imu = chip
        assert clip.log.begin([]) == (reason == 0)
        assert clip.log.reason == reason


def test_all_settings_that_it_asks_for_are_there():
    values = settings.Settings().values
    assert values["log_enabled"] is True
    assert values["log_raw"] is False


def test_numbers_go_on_whatever_is_erased():
    disk.fresh()
    clip = Clip()
    assert [a_run(clip) for _ in range(3)] == [1, 2, 3]
    runs.erase(2)
    assert a_run(clip) == 4
    runs.erase(4)
    assert a_run(clip) == 5
    for number in (1, 3, 5):
        runs.erase(number)
    assert states() == {}
    disk.again()
    assert a_run(Clip()) == 6
    try:
        runs.erase(5)
    except OSError:
        pass
    else:
        raise AssertionError("erased what was not there")


def test_the_last_number():
    disk.fresh()
    clip = Clip()
    a_run(clip)
    os.rename(runs.path(1), runs.path(65535))
    assert refusal(clip) == ids.WHY_FULL
    runs.erase(65535)
    assert a_run(clip) == 1


def test_the_flash_is_not_filled_to_the_brim():
    disk.fresh(96)
    clip = Clip()
    last_words = []

    def farewell(why):
        last_words.append(why)
        clip.log.put(b"farewell")

    clip.log.farewell = farewell
    assert clip.begin()
    free_kb = clip.log.free_kb()
    clip.go(400 * SECOND)
    assert last_words == [ids.WHY_FULL]
    assert (clip.log.state, clip.log.reason) == (ids.NOT_RECORDING, ids.WHY_FULL)
    ((_, state, _, size, _, _, _),) = runs.list_runs()
    assert state == ids.RUN_WHOLE
    assert others(1)[-1] == b"farewell"
    assert free_kb - size // 1024 < 66
    found = os.statvfs("/runs")
    assert 56 * 1024 < found[0] * found[3] < 68 * 1024
    assert refusal(clip) == ids.WHY_FULL
    assert (clip.sampler.lost, clip.log.lost) == (0, 0)
    runs.erase(1)
    assert a_run(clip) == 2


def test_a_flash_that_others_fill():
    flash = disk.fresh(96)
    clip = Clip()
    assert clip.begin()
    clip.go(5 * SECOND)
    flash.erase_us = 0  # no time for the others
    with open("/runs/other", "wb") as file:
        try:
            while True:
                file.write(bytes(1024))
        except OSError:
            pass
        clip.go(30 * SECOND)
    assert (clip.log.state, clip.log.reason) == (ids.NOT_RECORDING, ids.WHY_FULL)
    assert (clip.log.lost, clip.sampler.lost) == (2, 0)  # the one that did not fit, and the one being filled


def failing(after_puts, raises):
    """Have the flash fail from some put of a run on; give the clip."""
    flash = disk.fresh()
    clip = Clip()
    a_run(clip)
    flash.raises = raises
    flash.fail_at = flash.puts + after_puts
    clip.begin()
    clip.go(40 * SECOND)
    assert (clip.log.state, clip.log.reason) == (ids.NOT_RECORDING, ids.WHY_FLASH_ERROR), after_puts
    assert clip.sampler.lost == 0
    assert clip.sampler.index > 39 * 208
    flash.off = True
    return clip


def test_a_flash_that_fails_ends_the_run_and_nothing_else():
    for after_puts in (0, 1, 2, 5, 20, 40, 90, 91, 92, 93, 94, 95, 96, 97, 120, 250):
        clip = failing(after_puts, False)
        assert clip.log.lost >= 1
        disk.again()
        assert states()[1] == ids.RUN_WHOLE
        if 2 in states():
            assert states()[2] == ids.RUN_TORN
            for frame in frames_of(2):
                assert frame[4][0] == tilt_sample(2, frame[2] // 2)
        assert a_run(Clip()) > 1


def test_a_flash_whose_driver_raises():
    for after_puts in (0, 3, 30, 95):
        failing(after_puts, True)
        disk.again()
        assert states()[1] == ids.RUN_WHOLE


def test_a_flash_that_cannot_be_read_refuses():
    flash = disk.fresh()
    a_run(Clip())
    flash.unreadable = True
    clip = Clip()
    assert clip.log.reason == ids.WHY_FLASH_ERROR
    assert refusal(clip) == ids.WHY_FLASH_ERROR
    flash.unreadable = False
    assert a_run(clip) == 2


def test_events_are_on_the_flash_in_time_when_the_sensor_is_silent():
    flash = disk.fresh()
    clip = Clip()
    clip.begin()
    clip.go(3 * SECOND)
    clip.sampler.dead_from_us = 0
    clip.go(20 * SECOND)
    clip.log.put(b"pressed")
    clip.go(15 * SECOND)
    flash.off = True
    disk.again()
    assert b"pressed" in others(1)
    assert states() == {1: ids.RUN_TORN}


def test_damaged_records_do_not_hide_a_run():
    disk.fresh()
    clip = Clip()
    a_run(clip, 10)
    a_run(clip, 10)
    for number, sequence in ((1, 0), (2, len(records(2)) - 1)):
        with runs.open_run(number) as file:
            data = bytearray(file.read())
        data[1024 * sequence + 500] ^= 4
        with open(runs.path(number), "wb") as file:
            file.write(data)
    first, second = runs.list_runs()
    assert first[:3] == (1, ids.RUN_WHOLE, ids.RUN_HAS_TILT)  # it has its end
    assert first[4:] == (0, 0, 0)
    assert second[:3] == (2, ids.RUN_TORN, ids.RUN_HAS_TILT)
    assert second[4] == 0xB007
    assert second[6] in (8, 9)


def test_a_run_whose_first_status_comes_late():
    disk.fresh()
    clip = Clip(dict(SETTINGS, log_raw=True))
    clip.sampler.since_us = 0
    clip.sampler.index = 1000
    assert clip.log.begin(clip.head()[:3])
    clip.log.put(clip.status())
    clip._status_us = 1 << 62
    clip.go(8 * SECOND)
    clip.finish()
    ((_, state, _, _, boot_id, start_s, duration_s),) = runs.list_runs()
    assert (state, boot_id, start_s) == (ids.RUN_WHOLE, 0xB007, 1700000004)
    assert duration_s == (clip.sampler.index - 1000) // 208


def test_other_files_are_no_runs():
    disk.fresh()
    for name in ("last", "0001.run", "00001.txt", "abcde.run", "000001.run", "00000.run", "-0001.run"):
        with open("/runs/" + name, "w") as file:
            file.write("12")
    clip = Clip()
    assert states() == {}
    assert a_run(clip) == 13
    assert states() == {13: ids.RUN_WHOLE}


def test_a_damaged_counter_does_not_end_the_numbers():
    for text in (b"", b"99999", b"\xff\xfe", b"7" * 100, b"1e9"):
        disk.fresh()
        with open("/runs/last", "wb") as file:
            file.write(text)
        clip = Clip()
        assert (a_run(clip), a_run(clip)) == (1, 2), text


def test_hundreds_of_runs_are_listed_in_order():
    disk.fresh()
    for number in range(200, 0, -1):
        open(runs.path(number), "wb").close()
    listed = list(runs.list_runs())
    assert [entry[0] for entry in listed] == list(range(1, 201))
    assert listed[50] == (51, ids.RUN_TORN, ids.RUN_HAS_TILT, 0, 0, 0, 0)
    assert [entry[0] for entry in runs.list_runs(190)] == list(range(190, 201))
    clip = Clip()
    assert clip.log.runs == 200
    assert a_run(clip) == 201
    assert next(runs.list_runs(201, 201))[1] == ids.RUN_GROWING


def test_no_call_of_the_flash_erases_twice():
    flash = disk.fresh()
    clip = Clip(dict(SETTINGS, log_raw=True))
    most, seen, read = [0], [0], clip.sampler.read

    def reading():
        most[0] = max(most[0], flash.erases - seen[0])
        seen[0] = flash.erases
        read()

    clip.sampler.read = reading
    assert clip.begin()
    clip.go(300 * SECOND)
    clip.finish()
    assert flash.erases > 150
    assert most[0] == 1
