"""The cable: pyserial at one end of a pseudo-terminal, a clip in this process at the other, in real time."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from notebook import Notebook
from scripted_clip import ScriptedClip

from hipdrop.errors import ClipBusy, ClipNotFound, LinkError, LinkLost, NotPermitted
from hipdrop.links.connection import Session
from hipdrop.links.deframer import Deframer
from hipdrop.links.requests import Requests
from hipdrop.links.serial import SerialLink
from hipwire import cobs, commands, frames, ids

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)
import pty
import tty


@dataclass
class Board:
    """The other end of the cable."""

    port: str
    end: int
    clip: ScriptedClip
    got: bytearray = field(default_factory=bytearray)
    deframer: Deframer = field(default_factory=Deframer)

    def read(self) -> None:
        data = os.read(self.end, 4096)
        self.got += data
        for message in self.deframer.feed(data):
            self.clip.command(message)

    def write(self, data: bytes) -> None:
        os.write(self.end, data)


@asynccontextmanager
async def plugged() -> AsyncIterator[Board]:
    """Put a clip on a port."""
    ours, theirs = pty.openpty()
    tty.setraw(ours)
    tty.setraw(theirs)
    loop = asyncio.get_running_loop()
    board = Board(os.ttyname(theirs), ours, ScriptedClip())
    board.clip.deliver = lambda message: board.write(cobs.encode(message))
    loop.add_reader(ours, board.read)
    try:
        yield board
    finally:
        board.clip.halt()
        loop.remove_reader(ours)
        os.close(ours)
        os.close(theirs)


def on_board(work: Callable[[Board], Awaitable[None]]) -> None:
    async def act() -> None:
        async with plugged() as board:
            await work(board)

    asyncio.run(act())


def test_a_run_over_the_cable_has_every_frame() -> None:
    async def work(board: Board) -> None:
        notebook = Notebook()
        async with SerialLink(board.port) as link:
            session = Session(link, notebook)
            running = asyncio.create_task(session.run())
            await session.streamed.wait()
            while board.clip.sequence < 10:
                await asyncio.sleep(0.05)
            session.end()
            await running
            assert link.bad_frames == 0
        assert sorted(notebook.frames) == list(range(board.clip.sequence))
        assert notebook.mtu == cobs.MAX_MESSAGE + frames.NOTIFY_OVERHEAD

    on_board(work)


def test_no_interrupt_reaches_a_clip_that_has_not_answered() -> None:
    async def work(board: Board) -> None:
        board.clip.deaf.add(ids.GET_INFO)
        async with SerialLink(board.port) as link:
            await link.open(1.0)
            requests = Requests(link)
            for _ in range(40):
                with pytest.raises(LinkLost, match="does not answer"):
                    await requests.ask(ids.GET_INFO, timeout_s=0.001, tries=1)
            await asyncio.sleep(0.1)
            assert link.carries(commands.pack_command(ids.GET_INFO, 3)) is False
        assert board.got.count(0) >= 80
        assert 0x03 not in board.got

    on_board(work)


def test_text_between_messages_is_counted() -> None:
    async def work(board: Board) -> None:
        async with SerialLink(board.port) as link:
            await link.open(1.0)
            board.clip.send(b"\x17hello")
            assert (await link.receive())[1] == b"\x17hello"
            board.write(b"Traceback\r\n")
            board.clip.send(b"\x17again")
            assert (await link.receive())[1] == b"\x17again"
            assert link.bad_frames == 1

    on_board(work)


def test_a_cable_that_is_pulled_is_a_lost_link() -> None:
    async def work() -> None:
        ours, theirs = pty.openpty()
        tty.setraw(ours)
        tty.setraw(theirs)
        async with SerialLink(os.ttyname(theirs)) as link:
            await link.open(1.0)
            os.close(theirs)
            os.close(ours)
            with pytest.raises(LinkLost, match="cable or the clip is gone"):
                await link.receive()
            with pytest.raises(LinkLost):
                await link.send(b"\x16")

    asyncio.run(work())


def opened(port: str) -> None:
    async def work() -> None:
        async with SerialLink(port) as link:
            await link.open(1.0)

    asyncio.run(work())


def test_a_port_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ClipNotFound, match=r"serial:/dev/none: no such port; .* here: "):
        opened("/dev/none")


@pytest.mark.parametrize("port", ["/dev/null", "file"])
def test_a_port_that_is_none(port: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(ClipNotFound, match="is no serial port"):
        opened(str(file) if port == "file" else port)


def test_a_port_that_another_program_has_is_busy() -> None:
    async def work() -> None:
        async with plugged() as board:
            first = SerialLink(board.port)
            await first.open(1.0)
            with pytest.raises(ClipBusy, match="another program has the port"):
                await SerialLink(board.port).open(1.0)
            await first.close()
            again = SerialLink(board.port)
            await again.open(1.0)
            await again.close()

    asyncio.run(work())


def test_a_port_that_one_may_not_use() -> None:
    if os.geteuid() == 0:
        code = run_as_nobody()
        assert code == 0
        return
    with tempfile.TemporaryDirectory() as folder:
        port = Path(folder) / "port"
        port.touch(mode=0o000)
        with pytest.raises(NotPermitted, match="dialout"):
            opened(str(port))


def run_as_nobody() -> int:
    """Try it in a child that has given up the rights of root; 0 for the right error."""
    with tempfile.TemporaryDirectory() as folder:
        port = Path(folder) / "port"
        port.touch(mode=0o000)
        Path(folder).chmod(0o755)
        child = os.fork()
        if child == 0:
            os.setuid(65534)
            try:
                opened(str(port))
            except NotPermitted as error:
                os._exit(0 if "dialout" in str(error) else 1)
            except LinkError:
                os._exit(2)
            os._exit(3)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
