"""Clips by name, the clip used last, and the lists that the commands print."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hipdrop.commands.clip import info_lines
from hipdrop.commands.scan import lines
from hipdrop.errors import UsageError, VirtualClipError
from hipdrop.links import open_link
from hipdrop.links.ble import BleLink, Sighting
from hipdrop.links.remembered import recall, remember
from hipdrop.links.serial import SerialLink
from hipdrop.links.virtual import VirtualLink
from hipdrop.receive.messages import read_status
from hipdrop.virtual.faults import Fault
from hipwire import decoding, frames, ids


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ble:Hip-1a2b", BleLink),
        ("ble:F0:48:49:50:00:01", BleLink),
        ("serial:/dev/ttyACM0", SerialLink),
        ("serial:COM5", SerialLink),
        ("virtual", VirtualLink),
        ("virtual:run.csv", VirtualLink),
    ],
)
def test_a_name_gives_the_link_that_goes_by_it(name: str, kind: type) -> None:
    link = open_link(name)
    assert type(link) is kind
    assert link.name == name


@pytest.mark.parametrize("name", ["", "ble", "ble:", "serial", "serial:", "virtual:", "usb:1", "Hip", "BLE:Hip"])
def test_other_names_are_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(UsageError, match=r"ble:NAME.*serial:PORT.*virtual") as caught:
        open_link(name)
    assert caught.value.exit_code == 2


def test_faults_are_for_the_virtual_clip() -> None:
    with pytest.raises(UsageError, match="virtual clip alone"):
        open_link("ble:Hip", [Fault("reset", at_s=3.0)])
    assert isinstance(open_link("virtual", [Fault("reset", at_s=3.0)]), VirtualLink)


def test_a_virtual_clip_without_its_packages_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    async def act() -> None:
        async with open_link("virtual"):
            pass

    with pytest.raises(VirtualClipError, match=r'pip install "hipdrop\[virtual\]"'):
        asyncio.run(act())


def test_the_clip_used_last_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hipdrop.links.remembered._path", lambda: tmp_path / "hipdrop" / "last")
    with pytest.raises(UsageError, match="no clip was used before"):
        recall()
    remember("ble:Hüfte")
    assert recall() == "ble:Hüfte"
    (tmp_path / "hipdrop" / "last").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError):
        recall()


def test_a_folder_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("hipdrop.links.remembered._path", lambda: tmp_path / "file" / "last")
    remember("virtual")


def test_the_list_of_a_scan() -> None:
    found = [Sighting("Hip-1a2b", "F0:48:49:50:00:01", -48, True), Sighting("", "F0:48:49:50:00:02", -70, False)]
    head, first, second = lines(found)
    assert head.split() == ["name", "address", "signal"]
    assert first.split() == ["Hip-1a2b", "F0:48:49:50:00:01", "-48", "dBm"]
    assert second.startswith("-  ")
    assert "footpod" in second


def test_what_a_clip_says_of_itself() -> None:
    buffer = bytearray(frames.STATUS_SIZE)
    values = {"battery_percent": 62, "battery_mv": 3810, "faults": ids.FAULT_CRASH, "rate_mhz": 207_640, "uptime_s": 75}
    frames.pack_status_into(buffer, 0, 0, 0, values, (0,) * len(frames.ALONE_CODES))
    info = decoding.info(
        frames.pack_info(
            {"serial": "A1", "firmware": "0.1.0", "board": "xiao", "chip": "LSM6DSOX", "features": 0x05, "ring_s": 21,
             "rate_mhz": 208_000, "acc_range_g": 16, "gyr_range_dps": 2000}
        )
    )  # fmt: skip
    text = "\n".join(info_lines(info, read_status(bytes(buffer))))
    for part in ("A1", "wire format 1.2", "208 Hz, 16 g", "raw stream, motor", "not told yet", "21 s", "62 % (3.81 V)",
                 "207.64 Hz", "1:15 min", "crash"):  # fmt: skip
        assert part in text
