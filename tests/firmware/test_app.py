"""The whole firmware as the wearer has it in hand: button, motor, battery, crashes, safe mode."""

from __future__ import annotations

import asyncio
import itertools
import json
import struct
from pathlib import Path

import pytest

from clip_host import BUTTON, DOWN, LED, UP, Bench, on_bench
from hipdrop.virtual.clip import ResetCause
from hipwire import decoding, ids

pytestmark = pytest.mark.usefixtures("micropython_command")

BROKEN = "raise RuntimeError('broken on purpose')\n"


def test_after_a_normal_boot_nothing_is_wrong() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            status = await host.status()
            await asyncio.sleep(1)
            assert (status["faults"], status["stream"], status["battery_mv"]) == (0, 0, 4000)
            assert host.log() == [(ids.LOG_BOOT, 0, 0, "0.1.0")]

    on_bench(test)


def test_status_comes_every_two_seconds_and_its_interval_can_be_set() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            for interval_s in (2, 5):
                assert await host.ask(ids.SET_SETTINGS, b'{"status_interval_s": %d}' % interval_s) == (ids.OK, b"")
                await asyncio.sleep(6)  # what was under way
                host.frames.clear()
                await asyncio.sleep(20)
                sent_s = [decoding.header(frame)[4] * 1e-6 for frame in host.frames]
                assert [b - a for a, b in itertools.pairwise(sent_s)] == pytest.approx([interval_s] * (len(sent_s) - 1))
                assert len(sent_s) in (20 // interval_s - 1, 20 // interval_s, 20 // interval_s + 1)

    on_bench(test)


def test_a_press_marks_the_sample_at_which_the_button_went_down() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            await asyncio.sleep(3.0)
            wanted = round(bench.clip.clock_us * 208e-6)
            await bench.press(150)
            await asyncio.sleep(1.0)
            status = await host.status()
            await asyncio.sleep(1.0)
            assert status["marks"] == 1
            # the sensor starts 0.2 s after the clip, and debouncing looks every 10 ms
            assert -45 < status["mark_index"] - wanted < 5
            assert (ids.LOG_MARK, 0, 1, "") in host.log()

    on_bench(test)


def test_marks_lie_as_far_apart_as_the_presses() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            await asyncio.sleep(25.0)  # the rate is known by then
            began_us, marked = [], []
            for held_ms in (150, 600):
                began_us.append(bench.clip.clock_us)
                await bench.press(held_ms)
                await asyncio.sleep(10.0)
                marked.append((await host.status())["mark_index"])
            apart_s = (began_us[1] - began_us[0]) * 1e-6
            assert marked[1] - marked[0] == pytest.approx(208 * apart_s, abs=4)  # 2 looks of 10 ms

    on_bench(test)


def test_a_double_press_starts_a_stream_that_hosts_can_join_and_another_ends_it() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            assert (await host.status())["stream"] == 0
            await bench.press(100, 150, 100)
            await asyncio.sleep(2.0)
            assert (await host.status())["stream"] == ids.RAW
            assert host.raw() == []
            result, _ = await host.ask(ids.START, b"\x01\x00")
            assert result == ids.OK
            await asyncio.sleep(2.0)
            assert len(host.raw()) >= 20
            await bench.press(100, 150, 100)
            await asyncio.sleep(1.0)
            assert (await host.status())["stream"] == 0

    on_bench(test)


def test_a_long_press_turns_it_off_in_good_order_and_a_press_on_again() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            await host.ask(ids.START, b"\x01\x00")
            await asyncio.sleep(3.0)
            await bench.press(3500)
            await asyncio.sleep(2.0)
            raw = host.raw()
        assert not bench.clip.running
        samples = [struct.unpack_from("<I", frame, 4)[0] for frame in host.frames if frame[0] & 15 == ids.RAW]
        assert [header[2] for header in raw] == list(range(len(raw)))  # none missing
        assert samples[-1] - samples[0] > 5 * 208  # up to the moment
        pulses = bench.pulses()
        assert pulses[-1] == (1000, 0.0)
        await bench.press(100)
        await asyncio.sleep(2.0)
        assert bench.clip.lives == 2
        assert await bench.advertises()

    on_bench(test)


def test_waking_it_with_a_long_hold_is_not_safe_mode() -> None:
    async def test(bench: Bench) -> None:
        await asyncio.sleep(1.0)
        await bench.press(3500)
        await asyncio.sleep(2.0)
        assert not bench.clip.running
        await bench.press(2500)
        assert await bench.advertises()
        assert not bench.clip.at_prompt.is_set()

    on_bench(test)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (ids.BUZZ_LEFT, [(0, 1.0), (500, 0.0)]),
        (ids.BUZZ_RIGHT, [(0, 1.0), (160, 0.0), (320, 1.0), (480, 0.0)]),
        (ids.BUZZ_BOTH, [(0, 1.0), (500, 0.0), (820, 1.0), (980, 0.0), (1140, 1.0), (1300, 0.0)]),
        (ids.BUZZ_RECOVERED, [(0, 0.88), (160, 0.0), (320, 0.88), (820, 0.0)]),
        (ids.BUZZ_LOW_BATTERY, [(0, 0.88), (500, 0.0), (820, 0.88), (1320, 0.0)]),
    ],
)
def test_patterns_of_the_motor(pattern: int, expected: list[tuple[int, float]]) -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            assert await host.ask(ids.BUZZ, bytes([pattern, 100, 1])) == (ids.OK, b"")
            await asyncio.sleep(3.0)
            assert bench.pulses() == expected

    on_bench(test)


def test_a_newer_pattern_takes_the_place_of_the_one_that_plays() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            await host.ask(ids.BUZZ, bytes([ids.BUZZ_LEFT, 100, 9]))
            await asyncio.sleep(0.1)
            await host.ask(ids.BUZZ, bytes([ids.BUZZ_RIGHT, 100, 1]))
            await asyncio.sleep(3.0)
            pulses = bench.pulses()
            cut_ms = pulses[1][0]
            assert cut_ms < 250
            assert [duty for _, duty in pulses] == [1.0, 0.0, 1.0, 0.0, 1.0, 0.0]
            assert [at_ms - pulses[2][0] for at_ms, _ in pulses[2:]] == [0, 160, 320, 480]

    on_bench(test)


def test_strength_scales_and_the_settings_have_the_last_word() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            for settings, expected in (
                ({}, 0.7),  # half way between the 40 percent at which it may not start and all
                ({"buzz_strength_percent": 50}, 0.55),
                ({"buzz_enabled": False}, None),
            ):
                await host.ask(ids.SET_SETTINGS, json.dumps(settings).encode())
                bench.clip.peripherals.pulses.clear()
                assert (await host.ask(ids.BUZZ, bytes([ids.BUZZ_LEFT, 50, 1])))[0] == ids.OK
                await asyncio.sleep(1.0)
                assert [duty for _, duty in bench.pulses()] == ([] if expected is None else [expected, 0.0])

    on_bench(test)


def test_repeats_are_apart_by_more_than_any_gap_within() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            await host.ask(ids.BUZZ, bytes([ids.BUZZ_LEFT, 100, 3]))
            await asyncio.sleep(5.0)
            assert [at_ms for at_ms, duty in bench.pulses() if duty] == [0, 1200, 2400]

    on_bench(test)


def test_a_reset_in_mid_pattern_leaves_the_motor_off() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            await host.ask(ids.BUZZ, bytes([ids.BUZZ_LEFT, 100, 9]))
            await asyncio.sleep(0.2)
            bench.clip.reset()
        await asyncio.sleep(1.0)
        assert bench.clip.peripherals.pulses[-1].duty == 0.0

    on_bench(test)


def test_a_low_battery_warns_once_in_status_log_flags_and_hand() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            await host.ask(ids.START, b"\x01\x00")
            await asyncio.sleep(3.0)
            bench.clip.set_battery(3.58)
            await asyncio.sleep(31.0)
            assert (await host.status())["faults"] == ids.FAULT_BATTERY
            await asyncio.sleep(1.0)
            assert [entry for entry in host.log() if entry[0] == ids.LOG_BATTERY] == [(ids.LOG_BATTERY, 1, 13, "low")]
            flags = [header[1] & ids.LOW_BATTERY for header in host.raw()]
            assert flags[0] == 0
            assert flags[-1] == ids.LOW_BATTERY
            assert bench.pulses() == [(0, 0.88), (500, 0.0), (820, 0.88), (1320, 0.0)]

    on_bench(test)


def test_an_empty_battery_ends_in_good_order() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            await host.ask(ids.START, b"\x01\x00")
            await asyncio.sleep(3.0)
            bench.clip.set_battery(3.2)
            await asyncio.sleep(40.0)
            assert not bench.clip.running
            codes = [(entry[0], entry[3]) for entry in host.log()]
            assert (ids.LOG_BATTERY, "empty, turning off") in codes

    on_bench(test)


def test_a_crash_is_written_down_and_told_by_the_next_boot() -> None:
    async def test(bench: Bench) -> None:
        bench.put("hipclip/cadence", BROKEN)
        bench.clip.reset()
        await asyncio.sleep(0.001)
        while bench.clip.lives < 3:
            await asyncio.sleep(0.01)
        (bench.clip.flash / "hipclip" / "cadence.py").unlink()
        bench.clip.reset()
        await asyncio.sleep(1.0)
        async with bench.host() as host:
            assert (await host.status())["faults"] & ids.FAULT_CRASH
            await asyncio.sleep(1.0)
            assert (ids.LOG_CRASH, 2, 0, "RuntimeError: broken on purpose") in host.log()
        bench.clip.reset()
        async with bench.host() as host:
            assert (await host.status())["faults"] == 0

    on_bench(test)


def test_three_crashes_in_a_row_end_in_safe_mode_and_the_next_start_tries_again() -> None:
    async def test(bench: Bench) -> None:
        bench.put("hipclip/cadence", BROKEN)
        bench.clip.reset()
        async with asyncio.timeout(30):
            await bench.clip.at_prompt.wait()
        assert bench.clip.lives == 1 + 4  # three crashed, the fourth did not try
        assert bench.clip.peripherals.levels[-1][1:] == (LED, 0)  # lit, and so it stays
        assert not await bench.advertises()
        assert "RuntimeError: broken on purpose" in (bench.clip.flash / "crash.txt").read_text()
        (bench.clip.flash / "hipclip" / "cadence.py").unlink()
        bench.clip.reset()
        async with bench.host() as host:
            assert (await host.status())["faults"] == ids.FAULT_CRASH

    on_bench(test)


def test_the_button_held_from_power_up_on_is_safe_mode() -> None:
    async def test(bench: Bench) -> None:
        bench.clip.set_pin(BUTTON, DOWN)
        bench.clip.reset()
        await asyncio.sleep(3.0)
        assert bench.clip.at_prompt.is_set()
        assert bench.clip.peripherals.levels[-1][1:] == (LED, 0)
        bench.clip.set_pin(BUTTON, UP)
        bench.clip.reset()
        assert await bench.advertises()

    on_bench(test)


def test_a_button_let_go_soon_is_no_safe_mode() -> None:
    async def test(bench: Bench) -> None:
        bench.clip.set_pin(BUTTON, DOWN)
        bench.clip.reset()
        await asyncio.sleep(1.0)
        bench.clip.set_pin(BUTTON, UP)
        assert await bench.advertises()

    on_bench(test)


def test_damaged_settings_are_told_and_kept_aside(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            assert (await host.status())["faults"] == ids.FAULT_SETTINGS
            await asyncio.sleep(1.0)
            assert any(entry[0] == ids.LOG_SETTINGS for entry in host.log())
            change = (ids.SET_SETTINGS, b'{"mtu": 247}')
            assert (await host.ask(*change))[0] == ids.NOT_PAIRED  # with the settings gone control needs a bond
            await bench.open_window()
            await host.pair()
            assert (await host.ask(*change))[0] == ids.OK
            assert (await host.status())["faults"] == 0
        assert (tmp_path / "settings.json.bad").read_text() == '{"ble_name": "hip'

    (tmp_path / "settings.json").write_text('{"ble_name": "hip')
    on_bench(test, flash_folder=tmp_path)


def test_without_its_sensor_the_clip_says_so_and_takes_it_up_when_it_answers() -> None:
    async def test(bench: Bench) -> None:
        bench.sensor.be_silent(bench.clip.clock_us + 20_000_000)
        bench.clip.reset()
        async with bench.host() as host:
            assert (await host.status())["faults"] == ids.FAULT_SENSOR
            result, text = await host.ask(ids.START, b"\x01\x00")
            assert (result, text) == (ids.SENSOR_FAILED, b"LSM6DSOX does not answer")
            await asyncio.sleep(1.0)
            entries = [entry[3] for entry in host.log() if entry[0] == ids.LOG_BUS]
            assert len(entries) == 1
            assert entries[0].startswith("LSM6DSOX at I2C address 0x6A or 0x6B")
            await asyncio.sleep(20.0)
            assert (await host.status())["faults"] == 0
            assert (await host.ask(ids.START, b"\x01\x00"))[0] == ids.OK
            await asyncio.sleep(2.0)
            assert len(host.raw()) >= 20

    on_bench(test)


def test_a_task_that_fails_is_told_and_begun_anew() -> None:
    async def test(bench: Bench) -> None:
        original = (Path(__file__).parents[2] / "firmware/hipclip/battery.py").read_text("utf-8")
        once = (
            "    def sample(self):\n        self.turn = getattr(self, 'turn', 0) + 1\n        assert self.turn != 1\n"
        )
        bench.put("hipclip/battery", original.replace("    def sample(self):\n", once))
        bench.clip.reset()
        async with bench.host() as host:
            status = await host.status()
            assert status["battery_mv"] == 4000
            await asyncio.sleep(1.0)
            assert (ids.LOG_TASK, 2, 1, "battery: AssertionError ") in host.log()

    on_bench(test)


def test_a_task_that_goes_on_failing_makes_the_clip_start_anew() -> None:
    async def test(bench: Bench) -> None:
        original = (Path(__file__).parents[2] / "firmware/hipclip/battery.py").read_text("utf-8")
        always = "    def sample(self):\n        raise ValueError('no more')\n"
        bench.put("hipclip/battery", original.replace("    def sample(self):\n", always))
        bench.clip.reset()
        async with asyncio.timeout(60):
            await bench.clip.at_prompt.wait()  # three times over
        text = (bench.clip.flash / "crash.txt").read_text()
        assert "ValueError: no more" in text
        assert "in sample" in text  # where it came from, not where it was noticed

    on_bench(test)


def test_firmware_that_hangs_is_reset_by_the_watchdog_which_is_told() -> None:
    async def test(bench: Bench) -> None:
        original = (Path(__file__).parents[2] / "firmware/hipclip/battery.py").read_text("utf-8")
        hang = "    def sample(self):\n        import time\n        time.sleep(10)\n"
        bench.put("hipclip/battery", original.replace("    def sample(self):\n", hang))
        bench.clip.reset()
        await asyncio.sleep(0.5)
        lives = bench.clip.lives
        await asyncio.sleep(8.5)
        assert bench.clip.lives == lives + 1
        (bench.clip.flash / "hipclip" / "battery.py").unlink()
        await asyncio.sleep(9.0)
        async with bench.host() as host:
            status = await host.status()
            assert status["reset_cause"] == ResetCause.WATCHDOG
            assert status["faults"] == ids.FAULT_WATCHDOG

    on_bench(test)


def test_a_sampler_that_stands_still_starves_the_watchdog() -> None:
    async def test(bench: Bench) -> None:
        original = (Path(__file__).parents[2] / "firmware/hipclip/sampler.py").read_text("utf-8")
        bench.put(
            "hipclip/sampler",
            original.replace("    def due_ms(self):\n", "    def due_ms(self):\n        return 10**7\n"),
        )
        bench.clip.reset()
        await asyncio.sleep(0.5)
        lives = bench.clip.lives
        await asyncio.sleep(15.0)  # 5 s until it counts as hung, 8 s of the watchdog
        assert bench.clip.lives == lives + 1

    on_bench(test)


def test_the_led_shows_what_the_clip_does_and_can_be_switched_off() -> None:
    async def test(bench: Bench) -> None:
        def lit_ms() -> set[int]:
            levels = [level for level in bench.clip.peripherals.levels if level.pin == LED]
            spans = itertools.pairwise(levels)
            return {(b.clock_us - a.clock_us) // 1000 for a, b in spans if a.level == 0 and b.level == 1}

        await asyncio.sleep(5.0)
        assert lit_ms() == {500}  # advertising
        async with bench.host() as host:
            await asyncio.sleep(3.0)
            bench.clip.peripherals.levels.clear()
            await asyncio.sleep(5.0)
            assert lit_ms() == {800}  # connected
            await host.ask(ids.START, b"\x01\x00")
            await asyncio.sleep(3.0)
            bench.clip.peripherals.levels.clear()
            await asyncio.sleep(10.0)
            assert lit_ms() == {40}  # streaming
            await host.ask(ids.SET_SETTINGS, b'{"led_enabled": false}')
            await asyncio.sleep(4.0)
            bench.clip.peripherals.levels.clear()
            await asyncio.sleep(10.0)
            assert lit_ms() == set()

    on_bench(test)
