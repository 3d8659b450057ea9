"""Every decoder against random and damaged messages: no exception but its own, nothing wrong taken for good."""

from __future__ import annotations

import binascii
import random
import struct
import zlib
from collections.abc import Callable

import pytest

from hipwire import calibration, cobs, commands, decoding, frames, ids, records, runs
from hipwire.errors import WireError
from wire_messages import info, log, raw, status, tilt

ROUNDS = 100_000
MESSAGES = (raw(19), raw(1), tilt(10), status(), log(b"I2C"), info(), commands.pack_command(3, 9, b"\x01\x02\x03\x04"),
            commands.pack_answer(3, 9, 0, b"\x01\x02\x03\x04"))  # fmt: skip
DECODERS: dict[str, Callable[[bytes], object]] = {
    "kind": decoding.kind,
    "header": decoding.header,
    "samples": decoding.samples,
    "status": decoding.status,
    "log": decoding.log,
    "info": decoding.info,
    "command": decoding.command,
    "answer": decoding.answer,
    "record": lambda message: records.unpack(records.STATUS, message, 3),
    "text": decoding.text,
}


def damaged(message: bytes, chance: random.Random) -> bytes:
    """One of: some bits turned over, a burst, bytes lost, added, exchanged, cut off, or all of it random."""
    data = bytearray(message)
    kind = chance.randrange(6)
    at = chance.randrange(len(data))
    if kind == 0:
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif kind == 1:
        burst = chance.getrandbits(16) | 1
        value = int.from_bytes(data, "big") ^ burst << chance.randrange(8 * len(data) - 15) if len(data) > 2 else burst
        data = bytearray(value.to_bytes(len(data), "big"))
    elif kind == 2:
        del data[at : at + chance.randint(1, 20)]
    elif kind == 3:
        data[at:at] = chance.randbytes(chance.randint(1, 20))
    elif kind == 4:
        data = data[: chance.randrange(len(data))]
    else:
        data = bytearray(chance.randbytes(chance.randrange(300)))
    return bytes(data)


@pytest.mark.parametrize("name", DECODERS)
def test_a_decoder_raises_nothing_but_its_own_error(name: str) -> None:
    chance = random.Random(20)
    decode, refused = DECODERS[name], 0
    for turn in range(ROUNDS):
        message = damaged(MESSAGES[turn % len(MESSAGES)], chance)
        try:
            decode(message)
        except WireError:
            refused += 1
    assert 0 < refused < ROUNDS  # both outcomes occur: the loop does test something


def test_no_damaged_message_passes_the_checksum() -> None:
    chance = random.Random(21)
    stuffed = [cobs.encode(message)[1:-1] for message in MESSAGES]
    for turn in range(ROUNDS):
        whole = stuffed[turn % len(stuffed)]
        broken = damaged(whole, chance)
        if broken == whole:
            continue
        for part in broken.split(b"\0"):  # what a reader sees between delimiters
            try:
                message = cobs.decode(part)
            except WireError:
                continue
            assert message == MESSAGES[turn % len(MESSAGES)], f"turn {turn}: a wrong message was taken for good"


def test_every_error_of_one_or_two_bits_is_found() -> None:
    message = raw(2)
    body = bytearray(message + struct.pack("<H", cobs.crc16(message, len(message))))
    bits = 8 * len(body)
    for first in range(bits):
        for second in range(first, bits):
            broken = bytearray(body)
            broken[first // 8] ^= 1 << first % 8
            if second != first:
                broken[second // 8] ^= 1 << second % 8
            assert cobs.crc16(broken, len(broken) - 2) != broken[-2] | broken[-1] << 8


def test_the_checksum_is_the_one_of_the_document() -> None:
    assert cobs.crc16(b"123456789", 9) == 0x29B1
    chance = random.Random(3)
    for length in (1, 2, 17, 250):
        data = chance.randbytes(length)
        assert cobs.crc16(data, length) == binascii.crc_hqx(data, 0xFFFF)  # a second implementation


@pytest.mark.parametrize("length", range(1, 251))
def test_stuffing_round_trips(length: int) -> None:
    chance = random.Random(length)
    for data in (bytes(length), bytes([255]) * length, bytes(chance.choice((0, 1, 255)) for _ in range(length))):
        stuffed = cobs.encode(data)
        assert stuffed[0] == stuffed[-1] == 0
        assert 0 not in stuffed[1:-1]
        assert len(stuffed) == length + 5
        assert cobs.decode(stuffed[1:-1]) == data


@pytest.mark.parametrize("length", [0, 251])
def test_what_is_too_short_or_too_long_is_refused(length: int) -> None:
    with pytest.raises(WireError, match="wrong length"):
        cobs.encode(bytes(length))


def test_another_version_is_refused_with_both_named() -> None:
    with pytest.raises(WireError, match="2, this side speaks 1"):
        decoding.kind(b"\x21" + raw(1)[1:])


def test_a_longer_message_is_read_as_far_as_it_is_known() -> None:
    assert decoding.status(status() + b"more") == decoding.status(status())
    assert decoding.info(info() + b"\x05later") == decoding.info(info())


@pytest.mark.parametrize("message", [raw(3), tilt(3)])
def test_a_frame_with_part_of_a_sample_is_refused_whole(message: bytes) -> None:
    for cut in range(1, len(message)):
        if (cut - frames.HEADER_SIZE) % ((len(message) - frames.HEADER_SIZE) // 3) or cut <= frames.HEADER_SIZE:
            with pytest.raises(WireError):
                decoding.samples(message[:cut])


def test_a_calibration_is_named_by_what_it_holds() -> None:
    record = calibration.pack({"parts": calibration.GYR, "gyr_bias_x_udps": 1})
    assert calibration.unpack(record)["calibration_id"] == zlib.crc32(record[:-4])
    for at in range(len(record) - 4):
        assert calibration.identity(record[:at] + bytes([record[at] ^ 1]) + record[at + 1 :]) != zlib.crc32(record[:-4])
    assert calibration.identity(record + b"later") == calibration.identity(record)
    assert calibration.pack({"parts": 0, "gyr_bias_x_udps": 1}) == bytes(94)


def test_the_checksum_of_a_calibration_is_the_one_of_the_document() -> None:
    assert calibration.identity(b"123456789") == 0xCBF43926


def test_a_text_is_not_cut_inside_a_character() -> None:
    assert decoding.log(log("ü".encode() * 30))[3] == "ü" * 21


def test_values_beyond_their_range_are_saturated() -> None:
    values = records.unpack(
        records.STATUS, records.pack(records.STATUS, {"boot_id": 1 << 40, "temperature_cdeg": -99999})
    )
    assert values["boot_id"] == 0xFFFFFFFF
    assert values["temperature_cdeg"] == -32768
    assert decoding.samples(raw(1, sample=(99999, -99999, 0, 0, 0, 0)))[0][:2] == (32767, -32768)


def test_sizes_are_those_of_the_document() -> None:
    assert struct.calcsize(frames.HEADER_FORMAT) == frames.HEADER_SIZE == 12
    assert frames.HEADER_SIZE + records.size(records.STATUS) == 80
    assert len(status()) == frames.STATUS_SIZE == 80 + records.size(decoding.ALONE) == 108
    assert "".join(decoding.ALONE[1::2]) == frames.ALONE_CODES
    assert 1 + records.size(decoding.EVENT) == frames.EVENT_SIZE == 20
    assert records.size(runs.RUN_ENTRY) == 20
    assert 2 + records.size(records.INFO) == 42
    assert calibration.SIZE == 94
    assert len(raw(frames.RAW_MAX_SAMPLES)) == frames.RAW_MAX_SIZE == 240
    assert len(tilt(frames.TILT_MAX_SAMPLES)) == frames.TILT_MAX_SIZE == 112
    assert ids.ANSWER == 7
