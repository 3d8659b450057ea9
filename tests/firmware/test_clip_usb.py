"""The USB link of the firmware under MicroPython, on a terminal that a real serial port is opened on."""

from __future__ import annotations

import os
import pty
import signal
import struct
import subprocess
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from hipwire import cobs, commands, decoding, errors, ids

FOLDER = Path(__file__).parent / "clip_links"


class Device:
    """The firmware's process and the host's end of its port."""

    def __init__(self, command: str, firmware: Path) -> None:
        host_end, self.clip_end = pty.openpty()
        tty.setraw(host_end)
        tty.setraw(self.clip_end)
        # the host opens a port by name, and the clip has the other end, as over a cable
        self.process = subprocess.Popen(
            [command, "-X", "heapsize=1M", str(FOLDER / "usb_device.py")],
            env={**os.environ, "MICROPYPATH": f"{FOLDER}:{firmware}:.frozen"}, stdin=host_end, stdout=host_end,
        )  # fmt: skip
        os.close(host_end)
        self.port = serial.Serial(os.ttyname(self.clip_end), timeout=0.05)
        self.garbage = b""
        self._pending = b""
        self._messages: list[bytes] = []

    def write(self, code: int, payload: bytes = b"", request: int = 7) -> None:
        """Send a command."""
        self.port.write(cobs.encode(commands.pack_command(code, request, payload)))

    def read(self, for_s: float = 5.0) -> Iterator[bytes]:
        """Give the messages that come, until the time is over."""
        until = time.monotonic() + for_s
        while time.monotonic() < until:
            while self._messages:
                yield self._messages.pop(0)
            self._pending += self.port.read(4096)
            *blocks, self._pending = self._pending.split(b"\0")
            for block in filter(None, blocks):
                try:
                    self._messages.append(cobs.decode(block))
                except errors.WireError:
                    self.garbage += block

    def answer(self, code: int) -> tuple[int, bytes]:
        """Give result and payload of the answer to a command."""
        for message in self.read():
            if message[0] & 15 == ids.ANSWER and message[1] == code:
                return decoding.answer(message)[2:]
        raise AssertionError(f"no answer to {code}; {self.garbage!r}")

    def text_until(self, end: str, for_s: float = 5.0) -> str:
        """Give what was printed between the messages, up to these words."""
        until = time.monotonic() + for_s
        while end.encode() not in self.garbage + self._pending:
            assert time.monotonic() < until, self.garbage + self._pending
            list(self.read(0.05))
        return (self.garbage + self._pending).decode(errors="replace")

    def raw(self, count: int, for_s: float = 5.0) -> list[bytes]:
        """Give the next raw frames."""
        found = []
        for message in self.read(for_s):
            if message[0] & 15 == ids.RAW:
                found.append(message)
                if len(found) == count:
                    break
        return found


@pytest.fixture
def device(micropython_command: str, repository: Path) -> Iterator[Device]:
    """A clip on a port."""
    clip = Device(micropython_command, repository / "firmware")
    yield clip
    clip.port.close()
    os.close(clip.clip_end)
    clip.process.kill()
    clip.process.wait()


def test_stream_with_every_byte_value_arrives_whole(device: Device) -> None:
    """Text before is left alone; 0x03 in commands and in frames interrupts nothing."""
    device.write(ids.GET_INFO)
    assert decoding.info(device.answer(ids.GET_INFO)[1])["chip"] == "LSM6DSOX"
    assert b"printed text" in device.garbage + device._pending
    device.write(ids.START, b"\x01\x00", request=0x0303)
    assert device.answer(ids.START)[0] == ids.OK
    raw = device.raw(60)
    assert [struct.unpack_from("<H", frame, 2)[0] for frame in raw] == list(range(60))
    counts = [sample[0] for frame in raw for sample in decoding.samples(frame)]
    assert counts == list(range(60 * 19))
    device.write(ids.RESEND, struct.pack("<HH", 3, 3))
    assert device.answer(ids.RESEND)[0] == ids.OK
    again = [frame for frame in device.raw(60) if frame[1] & ids.RESENT]
    assert [struct.unpack_from("<H", frame, 2)[0] for frame in again] == [3, 4, 5]


def test_garbage_is_left_alone(device: Device) -> None:
    """A command is understood whatever came before it."""
    device.port.write(b"hello\0\0" + b"\x55" * 900 + b"\0" + cobs.encode(b"\x16\x08\x01\x00")[:-3] + b"\0")
    device.write(ids.GET_STATUS)
    assert device.answer(ids.GET_STATUS)[0] == ids.OK


def test_host_that_does_not_read_stops_nothing(device: Device) -> None:
    """The clip never waits for its port; it closes it after three seconds and opens it again when asked."""
    device.write(ids.START, b"\x01\x00")
    assert device.answer(ids.START)[0] == ids.OK
    time.sleep(0.8)  # 32 s of the clip: 84 kB, more than a terminal keeps
    held = sum(len(message) for message in device.read(0.3))
    assert held < 50000  # the port was closed while it took nothing
    device.write(ids.START, b"\x01\x00")
    result, payload = device.answer(ids.START)
    assert result == ids.OK
    following = struct.unpack_from("<H", payload, 6)[0]
    assert following > 300  # sampling went on: 11 frames a second of the clip
    entries = []
    for message in device.read():
        if message[0] & 15 == ids.RAW:
            assert struct.unpack_from("<H", message, 2)[0] == following
            following += 1
        elif message[0] & 15 == ids.LOG:
            entries.append(decoding.log(message)[0])
            if entries[-1] == ids.LOG_STALL:
                break
    assert ids.LOG_STALL in entries
    device.write(ids.REPL)
    assert device.answer(ids.REPL)[0] == ids.OK
    text = device.text_until(" ms")
    assert int(text.split("slowest turn")[1].split()[0]) < 500


def test_prompt_comes_back_with_its_interrupt(device: Device) -> None:
    """After REPL an interrupt ends the program again; on a computer that is the signal, on a board the byte 0x03."""
    device.write(ids.REPL)
    assert device.answer(ids.REPL)[0] == ids.OK
    device.text_until("repl garbage 0")
    device.process.send_signal(signal.SIGINT)
    device.text_until("interrupted")
