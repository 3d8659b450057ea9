"""Leads people through a procedure: over a link before their eyes, or through a recording as fast as it can be read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path

from hipcal.procedures.base import Picture, Prompt
from hipdrop.calibrating.run import CalibrationRun, Clip, Finish, Key, Make, RecordedCalibration, lead
from hipdrop.calibrating.snapshot import CONNECTING, Snapshot
from hipdrop.calibrating.terminal import View, terminal_view
from hipdrop.errors import InputError
from hipdrop.imucsv import read_imu_csv
from hipdrop.interrupt import on_interrupt
from hipdrop.links.base import Link
from hipdrop.links.states import State
from hipdrop.recording.reader import is_recording, read_run
from hipwire import ids

REFRESH_S = 0.1
LINK_WORDS = {
    State.WAITING: "the link is lost; trying again",
    State.OPENING: "connecting to the clip",
    State.READING: "connecting to the clip",
    State.STARTING: "connecting to the clip",
}


class Views:
    """Tells terminal and window how a calibration stands."""

    def __init__(self, what: str, run: CalibrationRun, source: str) -> None:
        self.views: list[View] = []
        self._what, self._run, self._source = what, run, source
        self._state = State.IDLE

    def state(self, state: State) -> None:
        """Take the new state of the connection."""
        self._state = state
        self.refresh()

    def refresh(self) -> None:
        """Show it."""
        now = self.snapshot()
        for view in self.views:
            view.show(now)

    def snapshot(self) -> Snapshot:
        """Give how it stands."""
        procedure = self._run.procedure
        prompt: Prompt = CONNECTING if procedure is None else procedure.prompt
        if procedure is None and self._state is State.STREAMING:
            prompt = Prompt(Picture.TABLE, "", "Listening: it takes a few seconds until the clip's rate is known.")
        return Snapshot(
            self._what, prompt, self._source, LINK_WORDS.get(self._state, ""), float(int(self._run.chain.reached_s)),
            self._run.keeps_if_left,
        )  # fmt: skip


async def guide(
    what: str, run: CalibrationRun, link: Link, finish: Finish, *, window: str | None, also: Sequence[View] = ()
) -> None:
    """Lead through it over a link; `window` is the theme of the window, None for none; `also` is told as well."""
    from hipdrop.links.remembered import remember

    views = Views(what, run, link.name)
    with terminal_view(run.press) as terminal, _window(run, window) as more:
        views.views += [terminal, *more, *also]
        async with link:
            drawing = asyncio.create_task(_draw(views))
            try:
                with on_interrupt(lambda: run.press(Key.LEAVE)):
                    await lead(run, link, finish, views.state)
            finally:
                drawing.cancel()
                await asyncio.gather(drawing, return_exceptions=True)
            if run.procedure is not None:
                remember(link.name)


@contextmanager
def _window(run: CalibrationRun, theme: str | None) -> Iterator[list[View]]:
    """Open a window; nobody waits for it."""
    if theme is None:
        yield []
        return
    from hipdrop.calibrating.view import WindowView

    with ExitStack() as stack:
        view = stack.enter_context(closing(WindowView(run.press, theme)))
        view.open()
        yield [view]


async def _draw(views: Views) -> None:
    while True:
        views.refresh()
        await asyncio.sleep(REFRESH_S)


def from_file(path: Path, make: Make) -> CalibrationRun:
    """Lead through a recording; the keys that were pressed in it are pressed again.

    Raises
    ------
    InputError
        It cannot be read, or holds no samples in sensor axes.
    """
    return _from_run(path, make) if is_recording(path) else _from_csv(path, make)


def _from_run(path: Path, make: Make) -> CalibrationRun:
    recorded = read_run(path)
    header = recorded.header
    run = RecordedCalibration(make, header.start_s, header.start_unix_s)
    for item in recorded.items:
        if run.done:
            break
        run.item(item)
    run.end()
    if run.chain.stream_kind == ids.TILT:
        raise InputError(path, "holds the tilt stream, which is of no use here; record with hipdrop live --stream raw")
    if run.procedure is None:
        raise InputError(path, "holds no samples of a clip; name another recording")
    return run


class _CsvCalibration(CalibrationRun):
    """A calibration from an IMU CSV, which says nothing of the clip; it was measured when the file was written."""

    def __init__(self, make: Make, path: Path) -> None:
        super().__init__(make)
        self._at_unix_s = path.stat().st_mtime

    @property
    def measured(self) -> datetime:
        """When that was."""
        return datetime.fromtimestamp(self._at_unix_s).astimezone().replace(microsecond=0)


def _from_csv(path: Path, make: Make) -> CalibrationRun:
    recording = read_imu_csv(path)
    run = _CsvCalibration(make, path)
    run.procedure = make(Clip(None, None, recording.rate_hz))
    for block in recording.blocks:
        run.procedure.push(block)
    run.end()
    return run
