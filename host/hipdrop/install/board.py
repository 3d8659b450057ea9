"""A board on a serial port, reached with mpremote, which is called as a program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hipdrop.errors import InstallError

ANSWER_S = 30.0  # a board that is asked for a few lines; entering its raw REPL takes up to 10 s
WRITE_S = 300.0

_WHO = """
import sys, json
found = {"platform": sys.platform, "machine": getattr(sys.implementation, "_machine", ""),
         "version": list(sys.implementation.version[:3]), "mpy": getattr(sys.implementation, "_mpy", 0) & 0xFF}
for name, key in (("hipclip", "FIRMWARE_VERSION"), ("hipwire", "VERSION")):
    sys.modules.pop(name, None)  # what lay there when it was asked last
    try:
        found[name] = getattr(__import__(name), key)
    except Exception:
        found[name] = None
print(json.dumps(found))
"""
_CLEAR = """
import os
wanted = {wanted}
for folder in {folders}:
    try:
        names = os.listdir(folder)
    except OSError:
        continue
    for name in names:
        path = folder + "/" + name
        if path not in wanted and (name.endswith(".py") or name.endswith(".mpy")):
            os.remove(path)
try:
    os.remove("main.py")
except OSError:
    pass
for folder in {folders}:
    try:
        os.mkdir(folder)
    except OSError:
        pass
"""
_HASHES = """
import hashlib, binascii
for path in {paths}:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while True:
            part = file.read(256)
            if not part:
                break
            digest.update(part)
    print(path, binascii.hexlify(digest.digest()).decode())
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What answers on the port.

    Attributes
    ----------
    platform, machine, version
        As MicroPython's `sys` tells them.
    mpy
        Version of the compiled files that it loads.
    firmware, wire
        Versions of hipclip and of the wire format that lie on it, None without.
    """

    platform: str
    machine: str
    version: tuple[int, ...]
    mpy: int
    firmware: str | None
    wire: int | None


class SerialBoard:
    """MicroPython at the end of a serial port.

    Every method raises `InstallError` or one of its neighbours in `hipdrop.errors` when the port or the board fails.
    """

    def __init__(self, port: str) -> None:
        self.port = port

    def who(self) -> Found:
        """Ask what it is."""
        self._try_port()
        told = json.loads(self.run(_WHO).strip().splitlines()[-1])
        version = tuple(told["version"])
        return Found(told["platform"], told["machine"], version, told["mpy"], told["hipclip"], told["hipwire"])

    def run(self, script: str) -> str:
        """Run a script there; give what it prints."""
        return self._mpremote(["exec", script], ANSWER_S)

    def clear(self, wanted: Iterable[str]) -> None:
        """Take off `main.py` and every module that is not wanted; make the folders."""
        paths = sorted(wanted)
        folders = sorted({path.rsplit("/", 1)[0] for path in paths if "/" in path})
        self.run(_CLEAR.format(wanted=paths, folders=folders))

    def put(self, content: Mapping[str, bytes], done: Callable[[str], None]) -> None:
        """Write files in the given order; `done` is told the path of each when it is begun."""
        with tempfile.TemporaryDirectory() as folder:
            steps: list[str] = []
            for k, (path, data) in enumerate(content.items()):
                local = Path(folder) / str(k)
                local.write_bytes(data)
                steps += ["+"] * bool(steps) + ["fs", "cp", str(local), f":{path}"]
            names = iter(content)

            def told(line: str) -> None:
                if line.startswith("cp "):
                    done(next(names))

            self._mpremote(steps, WRITE_S, told)

    def hashes(self, paths: Iterable[str]) -> dict[str, str]:
        """SHA-256 of files, as they lie there."""
        lines = self.run(_HASHES.format(paths=list(paths))).split("\n")
        return dict(line.split() for line in lines if line.strip())

    def reset(self) -> None:
        """Start it anew."""
        self._mpremote(["reset"], ANSWER_S)

    def _mpremote(self, steps: list[str], limit_s: float, line: Callable[[str], None] | None = None) -> str:
        command = [sys.executable, "-m", "mpremote", "connect", self.port, "resume", *steps]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, errors="replace"
        )
        output: list[str] = []
        try:
            assert process.stdout is not None
            if line is None:
                output.append(process.communicate(timeout=limit_s)[0])
            else:
                for text in process.stdout:
                    output.append(text)
                    line(text)
                process.wait(limit_s)
        except subprocess.TimeoutExpired as error:
            raise InstallError(
                f"{self.port}: the board does not answer; press its reset button and try again"
            ) from error
        finally:
            process.kill()
            process.wait()
            process.stdout and process.stdout.close()
        if process.returncode:
            raise self._trouble("".join(output))
        return "".join(output)

    def _try_port(self) -> None:
        """Open the port: mpremote does not tell a port that is missing from one that is in use."""
        import serial

        from hipdrop.links.serial import explain

        try:
            serial.Serial(self.port, exclusive=True).close()
        except (OSError, ValueError) as error:
            raise explain(self.port, error) from error

    def _trouble(self, output: str) -> Exception:
        """Make our error of what mpremote printed."""
        last = output.strip().splitlines()[-1] if output.strip() else "no reason given"
        if "could not enter raw repl" in output.lower():
            return InstallError(
                f"{self.port}: MicroPython does not answer; put MicroPython 1.28 or later on it (docs/hardware.md), "
                "or hold its button while it starts"
            )
        return InstallError(f"{self.port}: {last}")
