"""The window seen from the run: a process of its own, which is told what is new and says what is wished."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from hipdrop.errors import NoWindow
from hipdrop.live.outbox import Outbox
from hipdrop.live.toolkit import INSTALL, TOOLKITS, check_screen
from hipdrop.live.wirepipe import Begin, Ended, Failed, Ready, read_values, write_value

START_S = 20.0  # a cold matplotlib on a slow disk takes some seconds
CLOSE_S = 2.0
BETWEEN_S = 1.0 / 30.0  # the window draws no faster
STALLED_S = 60.0  # a window that takes nothing for so long is given up, and what waits for it

OnAction = Callable[[Any], None]  # told what the window says: of a live run an `Action` or a `Picture`
OnGone = Callable[[str], None]


class AnyOutbox(Protocol):
    """What waits for a window; `hipdrop.live.outbox.Outbox` is one."""

    def put(self, update: Any) -> None:
        """Put something behind what waits; never blocks."""

    def fetch(self) -> Any:
        """Wait for news; None when closed and empty."""

    def close(self) -> None:
        """No more will be put."""


class WindowProcess:
    """A live window in another process.

    Parameters
    ----------
    on_action
        Told what is wished, from a thread of this class.
    on_gone
        Told once, from that thread, when the window is gone without having been closed from here; the text says what
        is the matter and what to do, and is empty where the user has closed it.
    theme, pictures, replay, coached
        As of `hipdrop.live.wirepipe.Begin`.
    toolkits
        In the order in which they are tried.
    module
        What runs in the process.
    outbox
        Keeps what waits for the window.

    Attributes
    ----------
    toolkit
        The one in use; empty before the window is there.
    ended
        What the window has drawn, once it has closed in order.
    """

    def __init__(
        self, on_action: OnAction, on_gone: OnGone = lambda text: None, *,
        theme: str = "light", pictures: str = ".", replay: bool = False, coached: bool = False,
        toolkits: tuple[str, ...] = TOOLKITS, module: str = "hipdrop.live.window", outbox: AnyOutbox | None = None,
    ) -> None:  # fmt: skip
        self._begin = Begin(toolkits, theme, pictures, replay, coached)
        self._on_action, self._on_gone = on_action, on_gone
        self._module = module
        self._outbox = outbox or Outbox()
        self._process: subprocess.Popen[bytes] | None = None
        self._threads: list[threading.Thread] = []
        self._closing = False
        self._started = threading.Event()
        self._failure = ""
        self._writing_s = 0.0  # since when the window has not taken what is written; 0: it has
        self._given_up = False
        self.toolkit = ""
        self.ended: Ended | None = None

    @property
    def pid(self) -> int:
        """Number of the process; 0 before it is started."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the process; the window comes a second or so later (`wait_ready`).

        Raises
        ------
        NoWindow
            There is no screen.
        """
        check_screen()
        apart: dict[str, Any] = {"start_new_session": True}  # Ctrl-C is for the run, which then closes the window
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        command = [sys.executable, "-m", self._module]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **apart
        )
        for work in (self._write, self._read):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            self._threads.append(thread)

    def wait_ready(self, timeout_s: float = START_S) -> None:
        """Wait until the window is there.

        Raises
        ------
        NoWindow
            It did not come.
        """
        if not self._started.wait(timeout_s) and not self._failure:
            self._failure = f"the window did not open within {timeout_s:g} s"
        if self._failure:
            raise NoWindow(self._failure)

    def send(self, update: Any) -> None:
        """Tell the window; never blocks."""
        if self._given_up:
            return
        self._outbox.put(update)
        if self._process is not None and self._writing_s and time.monotonic() - self._writing_s > STALLED_S:
            self._given_up = True
            self._process.kill()

    def close(self) -> None:
        """Close the window after it has had all updates; kill what does not end."""
        self._closing = True
        self._outbox.close()
        if self._process is None:
            return
        try:
            self._process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            thread.join(CLOSE_S)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _write(self) -> None:
        assert self._process is not None
        pipe = self._process.stdin
        assert pipe is not None
        with suppress(OSError, ValueError):  # gone: the reader says so
            write_value(pipe, self._begin)
            while (update := self._outbox.fetch()) is not None:
                self._writing_s = time.monotonic()
                write_value(pipe, update)
                self._writing_s = 0.0
                time.sleep(BETWEEN_S)
            pipe.close()

    def _read(self) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        assert process.stderr is not None
        problem, opened = "", False
        for value in read_values(process.stdout):
            if isinstance(value, Ready):
                self.toolkit, opened = value.toolkit, True
                self._started.set()
            elif isinstance(value, Failed):
                problem = value.problem
            elif isinstance(value, Ended):
                self.ended = value
            elif not self._closing:
                self._on_action(value)
        errors = process.stderr.read().decode(errors="replace").strip().splitlines()
        status = process.wait()
        if self._given_up:
            problem = f"the window has not answered for {STALLED_S:g} s, and was closed"
        elif not problem and status != 0:
            last = errors[-1] if errors else f"it ended with {status}"
            problem = f"the window ended: {last}" if opened else f"no window came: {last}; {INSTALL}"
        self._failure = problem or ("" if opened else "no window came")
        self._started.set()
        if not self._closing:
            self._on_gone(problem)
