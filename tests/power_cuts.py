"""Runs of a clip that is cut off again and again (tests/firmware/log/powercuts.py), and what must be left of them."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hipdrop.runs.reading import RunFile, read_run
from hipwire import ids

REPOSITORY = Path(__file__).parents[1]
LOG_FOLDER = REPOSITORY / "tests/firmware/log"
CLOCK_FOLDER = REPOSITORY / "tests/firmware/on_clip"
MOST_LOST_S = 10.0
RAW_HZ, TILT_HZ, STEP_S = 208.0, 104.0, 0.36


def shims(folder: Path) -> Path:
    """Put the virtual flash, and none of the other stand-ins, into a folder of its own."""
    target = folder / "shims"
    target.mkdir(exist_ok=True)
    shutil.copy(REPOSITORY / "firmware/virtual/flashdisk.py", target)
    return target


def cut_off(micropython: str, seed: int, cuts: int, longest_s: int, folder: Path) -> list[dict[str, Any]]:
    """Cut a run off so often; give what each life told."""
    path = ":".join(map(str, [LOG_FOLDER, CLOCK_FOLDER, shims(folder), REPOSITORY / "firmware", ".frozen"]))
    done = subprocess.run(
        [micropython, "-X", "heapsize=8M", LOG_FOLDER / "powercuts.py", str(seed), str(cuts), str(longest_s), folder],
        env={**os.environ, "MICROPYPATH": path}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, f"seed {seed}:\n{done.stdout[-2000:]}\n{done.stderr}"
    assert not done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@dataclass
class Left:
    """What was lost with one cut, in seconds."""

    tilt_s: float
    raw_s: float
    events_s: float


def check_lives(lives: list[dict[str, Any]], folder: Path) -> list[Left]:
    """Check what every life has left on the flash; give the losses of those that were cut off."""
    losses = []
    kept: dict[int, int] = {}  # number -> size
    for told in lives:
        listed = {entry[0]: entry for entry in told["listed"]}
        number = told["number"]
        if told["erased"] or (told["erasing"] and told["erasing"] not in listed):
            del kept[told["erasing"]]
        assert number not in kept or told["due"] == 0, "a number that is in use was given again"
        assert {run: listed[run][3] for run in kept} == kept, "an earlier run is gone or has changed its size"
        assert set(listed) <= {*kept, number}
        left = _check_life(told, listed)
        if told["cut"]:
            losses.append(left)
        if number in listed:
            kept[number] = listed[number][3]
    for number in kept:
        assert (folder / f"{number}.kept").read_bytes() == (folder / f"{number}.run").read_bytes()
    return losses


def _check_life(told: dict[str, Any], listed: dict[int, Any]) -> Left:
    due_s = told["due"] / RAW_HZ
    if told["number"] not in listed or listed[told["number"]][3] == 0:
        return Left(due_s, 0.0, due_s)
    data = Path(told["file"]).read_bytes()
    number, state, content, size, boot_id, start_s, duration_s = listed[told["number"]]
    run = read_run(data, told["file"])
    assert (run.number, size) == (number, len(data))
    assert state == (ids.RUN_WHOLE if run.ended else ids.RUN_TORN)
    assert run.ended or told["cut"]
    assert content == ids.RUN_HAS_TILT | (ids.RUN_HAS_RAW if told["raw"] else 0)
    assert (boot_id, start_s) == (0xB007, 1_700_000_000)
    assert (run.damaged, run.torn_bytes, run.lost, told["lost"], told["refused"]) == (0, 0, 0, 0, 0), told
    tilt, events = check_tilt(run), check_events(run)
    assert abs(duration_s - tilt / TILT_HZ) < 1.6  # it is told in whole seconds, by the last record alone
    raw = check_raw(run)  # which ends before the run does where the flash fills
    raw_s = due_s - raw / RAW_HZ if told["raw_on"] else 0.0
    return Left(due_s - tilt / TILT_HZ, raw_s, max(0.0, (told["events"] - events - 1) * STEP_S))


def messages_of(run: RunFile, kind: int) -> Iterator[bytes]:
    """Give its messages of a kind."""
    return (item.message for item in run.items if item.message[0] & 15 == kind)


def check_tilt(run: RunFile) -> int:
    """Check each tilt sample of a run without gaps, of tests/firmware/log/simrun.py; give how many there are."""
    expected = 0
    start_us = None
    for sequence, message in enumerate(messages_of(run, ids.TILT)):
        _, flags, told, index, ticks_us = struct.unpack_from("<BBHII", message)
        assert (flags, told, index) == (0, sequence & 0xFFFF, 2 * expected)
        start_us = ticks_us if start_us is None else start_us
        assert abs((ticks_us - start_us - round(index * 1e6 / RAW_HZ) + 500) % (1 << 30)) < 1000
        for values in struct.iter_unpack("<5h", message[12:]):
            k = expected
            assert values == (k & 0x7FFF, run.number, k >> 15, -k & 0x7FFF, 7 * k & 0x7FFF)
            expected += 1
    return expected


def check_raw(run: RunFile) -> int:
    """Check each raw sample of a run without gaps; give how many there are."""
    expected = 0
    for sequence, message in enumerate(messages_of(run, ids.RAW)):
        assert struct.unpack_from("<BHI", message, 1) == (0, sequence & 0xFFFF, expected)
        for values in struct.iter_unpack("<6h", message[12:]):
            k = expected
            assert values == (k & 0x7FFF, run.number, k >> 15, -k & 0x7FFF, 7 * k & 0x7FFF, k % 251)
            expected += 1
    return expected


def check_events(run: RunFile) -> int:
    """Check that the events are those of the run, all and in order; give how many there are."""
    numbers = [int.from_bytes(message[18:20], "little") for message in messages_of(run, ids.EVENT)]
    sequences = [int.from_bytes(message[2:4], "little") for message in messages_of(run, ids.EVENT)]
    assert numbers == [run.number] * len(numbers)
    assert sequences == list(range(len(sequences)))
    return len(sequences)


_COPY_OUT = """
import os, sys, vfs, flashdisk
disk = flashdisk.FlashDisk(sys.argv[1])
vfs.mount(vfs.VfsLfs2(disk), "/runs")
for entry in os.ilistdir("/runs"):
    with open("/runs/" + entry[0], "rb") as source, open(entry[0], "wb") as target:
        while True:
            data = source.read(4096)
            if not data:
                break
            target.write(data)
"""


def runs_on(image: Path, micropython: str, folder: Path) -> dict[int, bytes]:
    """Give the run files in the image of a virtual clip's flash, by number."""
    out = folder / "copied"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    env = {**os.environ, "MICROPYPATH": f"{shims(folder)}:.frozen"}
    subprocess.run([micropython, "-c", _COPY_OUT, image], cwd=out, env=env, check=True, timeout=60)
    return {int(file.stem): file.read_bytes() for file in sorted(out.glob("*.run"))}
