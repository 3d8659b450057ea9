"""A virtual clip with run files on its flash, at rest on a table, and syncs of it in virtual time."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np

from hipdrop.links.base import Link
from hipdrop.links.ble import BleLink
from hipdrop.links.line import Line
from hipdrop.links.serial import SerialLink
from hipdrop.links.virtual import VirtualLink
from hipdrop.runs.asking import list_runs
from hipdrop.runs.convert import Who
from hipdrop.runs.sync import Sync, Synced, Wish
from hipdrop.settings import Settings
from hipdrop.virtual.clip import VirtualClip
from hipdrop.virtual.flash import RUNS_IMAGE
from hipdrop.virtual.imu import Feed, Lsm6dsoxModel
from hipdrop.virtual.loop import run_virtual
from hipdrop.virtual.process import find_micropython
from hipdrop.virtual.radio import VirtualRadio

Result = TypeVar("Result")
REPOSITORY = Path(__file__).parents[1]
WRITE = """
import os, sys, vfs, flashdisk
open("runs.img", "wb").close()
disk = flashdisk.FlashDisk("runs.img")
vfs.VfsLfs2.mkfs(disk)
vfs.mount(vfs.VfsLfs2(disk), "/runs")
for name in sys.argv[1:]:
    with open(name, "rb") as source, open("/runs/" + name, "wb") as target:
        while data := source.read(4096):
            target.write(data)
vfs.umount("/runs")
"""


def write_runs(folder: Path, files: Mapping[int, bytes], last: bytes | None = None) -> None:
    """Put runs on a clip's flash before it is switched on, and what it remembers of the numbers of erased ones."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        shutil.copy(REPOSITORY / "firmware/virtual/flashdisk.py", scratch)
        (scratch / "write.py").write_text(WRITE)
        names = [f"{number:05d}.run" for number in files]
        for run, data in zip(names, files.values(), strict=True):
            (scratch / run).write_bytes(data)
        if last is not None:
            (scratch / "last").write_bytes(last)
            names.append("last")
        env = {**os.environ, "MICROPYPATH": ":.frozen"}
        subprocess.run([find_micropython(None), "write.py", *names], cwd=scratch, env=env, check=True)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(scratch / RUNS_IMAGE, folder)


class AirLink(BleLink):
    """A link in the air of a clip that somebody else has switched on."""

    def __init__(self, radio: VirtualRadio) -> None:
        super().__init__("virtual", radio.backends())

    _matches = VirtualLink._matches


class ClipWithRuns:
    """The clip; its links come and go."""

    def __init__(self, folder: Path, files: Mapping[int, bytes], **options: Any) -> None:
        self._folder = folder
        self._options = options
        self._stack = AsyncExitStack()
        if not (folder / "flash").exists():
            write_runs(folder / "flash", files)

    async def __aenter__(self) -> Self:
        still = Feed(208.0, np.tile([0.0, 0.0, 1.0], (2080, 1)), np.zeros((2080, 3)), True)
        self.radio = VirtualRadio()
        await self.radio.start()
        self._stack.push_async_callback(self.radio.stop)
        self.clip = VirtualClip(
            Lsm6dsoxModel(still), self.radio, flash_folder=self._folder / "flash", **self._options
        )  # fmt: skip
        await self._stack.enter_async_context(self.clip)
        return self

    async def __aexit__(self, *of: object) -> None:
        await self._stack.__aexit__(*of)  # type: ignore[arg-type]

    @property
    def air(self) -> Link:
        return AirLink(self.radio)

    @property
    def cable(self) -> Link:
        return SerialLink(self.clip.serial_port)

    def wish(self, **options: Any) -> Wish:
        """What a sync shall do; recordings go to `out`, what is on its way to `kept`."""
        out = self._folder / "out"
        out.mkdir(exist_ok=True)
        return Wish(out, Who(Settings()), **{"clips": self._folder / "kept", **options})

    async def sync(self, link: Link | None = None, **options: Any) -> list[Synced]:
        """Sync over a link of the air, or another."""
        return await Sync(link or self.air, self.wish(**options)).run()

    async def numbers(self) -> list[int]:
        """Numbers of the runs that the clip lists."""
        line = Line(self.air, lambda arrival_s, message: None)
        await line.open(10.0)
        found = [run.number for run in await list_runs(line)]
        await line.close()
        return found


def with_clip(
    folder: Path, files: Mapping[int, bytes], act: Callable[[ClipWithRuns], Awaitable[Result]], **options: Any
) -> Result:  # fmt: skip
    """Do something with the clip in virtual time."""

    async def run() -> Result:
        async with ClipWithRuns(folder, files, **options) as clip:
            return await act(clip)

    return run_virtual(run())


def recorded(synced: Sequence[Synced]) -> list[Path]:
    """The recordings that were made."""
    return [one.recorded.path for one in synced if one.recorded is not None]


class ClipOfItsOwn(BleLink):
    """A link that switches on the clip with these runs: what `--clip virtual` is, with its flash in a folder."""

    _matches = VirtualLink._matches

    def __init__(self, folder: Path, files: Mapping[int, bytes]) -> None:
        super().__init__("virtual")
        self.name = "virtual"
        self._clip = ClipWithRuns(folder, files)

    async def __aenter__(self) -> Self:
        await self._clip.__aenter__()
        self._backends = self._clip.radio.backends()
        return self

    async def __aexit__(self, *of: object) -> None:
        await self.close()
        await self._clip.__aexit__(*of)


class BrokenSync:
    """A sync that is broken off again and again: by Ctrl-C, by a lost link, by a clip without power.

    Attributes
    ----------
    breaks
        How often it was.
    """

    def __init__(self, file: bytes, folder: Path, seed: int) -> None:
        self.breaks = 0
        self._file, self._folder = file, folder
        self._draw = random.Random(seed)

    def off(self, breaks: int) -> bytes:
        """Break it off so often, and let it come to its end; give what has come of the run."""
        return with_clip(self._folder, {7: self._file}, lambda clip: self._act(clip, breaks))

    async def _act(self, clip: ClipWithRuns, breaks: int) -> bytes:
        while self.breaks < breaks:
            await self._break(clip)
        (path,) = recorded(await clip.sync(keep=True))
        return path.with_suffix(".run").read_bytes()

    async def _break(self, clip: ClipWithRuns) -> None:
        before, wanted = self._here, self._draw.randrange(1, 2 * len(self._file) // 300)
        working = asyncio.ensure_future(clip.sync(self._draw.choice([clip.air, clip.cable]), keep=True))
        while self._here < before + wanted:
            await asyncio.sleep(0.002)
            assert not working.done(), "the run is too short for so many breaks"
        what = self._draw.choice(["ctrl-c", "lost", "power"])
        if what == "lost":
            clip.radio.lose(3.0)
        elif what == "power":
            clip.clip.reset()
        await asyncio.sleep(self._draw.uniform(0.0, 0.01))
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        self.breaks += 1
        await asyncio.sleep(3.5)

    @property
    def _here(self) -> int:
        """Bytes that have come."""
        return sum(one.stat().st_size for one in (self._folder / "kept").glob("*.run"))
