"""Samples in SI units as messages of a clip (docs/wire-format.md): counts of a stated scale that lose nothing."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hipdrop.after.importing.clocks import Even
from hipdrop.after.importing.foreign import Device, Foreign
from hipdrop.imucsv import GOOD_RATE_HZ, LEAST_ACC_LIMIT_MS2, LEAST_GYR_LIMIT_RADS, MAX_RATE_HZ
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipwire import commands, frames, ids, records

FULL = 19  # samples of a frame
FULL_COUNTS = frames.SATURATED_COUNTS  # a value at the end of the range is a count that says so
ROOM = 1.02  # over the largest value, where nothing is known of the range: no count may say `saturated`
RATE_UNCERTAINTY_PPM = 500  # of the mean rate over minutes of time stamps
TEXT_BYTES = 32
_FEATURE_RAW = 0x01

Timed = tuple[float, bytes]  # when it comes, seconds after the first sample, and the message


@dataclass(frozen=True)
class Scale:
    """Counts of one sensor.

    Attributes
    ----------
    nano_per_count
        10^-9 g or deg/s of one count.
    range_units
        What the info message says of the range, whole g or deg/s.
    """

    nano_per_count: int
    range_units: int

    def counts(self, values: Array) -> np.ndarray:
        """Give values in g or deg/s as counts."""
        return np.clip(np.rint(values / (1e-9 * self.nano_per_count)), -32768, 32767).astype(np.int16)


def scale_of(values: Array, cut_off: float | None, stated: float | None, least: float) -> Scale:
    """Choose the scale of a sensor, all in g or deg/s.

    The range is the one at which the sensor was cut off; else the one that the file states, if all values lie within
    it; else a little more than the largest value. One count is then 1/32700 of it: 0.5 mg of 16 g, where a phone's
    noise is 1 to 3 mg (100 to 300 ug/sqrt(Hz) over 100 Hz); rounding adds 0.14 mg.

    Parameters
    ----------
    least
        No sensor has a narrower range.
    """
    largest = float(np.abs(values).max())
    end = cut_off or (stated if stated is not None and largest < stated else max(least, ROOM * largest))
    nano = max(1, round(1e9 * end / FULL_COUNTS))
    if cut_off is not None:  # rounded down, so that the last value surely says `saturated`
        nano = max(1, int(1e9 * end / (FULL_COUNTS + 1)))
    return Scale(nano, max(1, min(0xFFFF, round(np.ceil(end - 1e-9)))))


def messages(foreign: Foreign, even: Even) -> Iterator[Timed]:
    """Give what a clip would have sent: info, the answer to START, all frames, the answer to STOP."""
    acc = [block.acc_ms2 / STANDARD_GRAVITY_MS2 for block in even.blocks]
    gyr = [np.degrees(block.gyr_rads) for block in even.blocks]
    acc_scale = scale_of(
        np.concatenate(acc),
        _in_g(even.acc_limit_ms2),
        _in_g(foreign.acc.limit),
        LEAST_ACC_LIMIT_MS2 / STANDARD_GRAVITY_MS2,
    )
    gyr_scale = scale_of(
        np.concatenate(gyr), _in_dps(even.gyr_limit_rads), _in_dps(foreign.gyr.limit), np.degrees(LEAST_GYR_LIMIT_RADS)
    )
    counts = [np.hstack((acc_scale.counts(a), gyr_scale.counts(g))) for a, g in zip(acc, gyr, strict=True)]
    boot_id = zlib.crc32(b"".join(part.tobytes() for part in counts)) or 1
    yield 0.0, info(foreign, even.rate_hz, boot_id, acc_scale, gyr_scale)
    yield 0.0, started(even.rate_hz, boot_id)
    sequence = 0
    for block, samples in zip(even.blocks, counts, strict=True):
        for at in range(0, len(block), FULL):
            part = samples[at : at + FULL]
            gap = ids.GAP if at == 0 and block.gap_s > 0 else 0
            first_s = float(block.t_s[at])
            last_s = first_s + (len(part) - 1) / even.rate_hz
            yield last_s, frame(part, sequence, block.first_index + at, first_s, gap)
            sequence += 1
    last = even.blocks[-1]
    yield float(last.t_s[-1]), stopped(sequence, last.first_index + len(last))


def info(foreign: Foreign, rate_hz: float, boot_id: int, acc: Scale, gyr: Scale) -> bytes:
    """Make the info message: which sensor this was, and what the counts mean."""
    device = foreign.device
    return frames.pack_info(
        {
            "boot_id": boot_id, "features": _FEATURE_RAW,
            "rate_mhz": round(1000 * min(max(rate_hz, GOOD_RATE_HZ), MAX_RATE_HZ)),
            "acc_range_g": acc.range_units, "gyr_range_dps": gyr.range_units,
            "acc_ng_per_lsb": acc.nano_per_count, "gyr_ndps_per_lsb": gyr.nano_per_count,
            "tilt_divider": 1, "raw_samples": FULL, "ring_s": 0, "mount_id": 0, "mount_w": 32767,
            "serial": serial_of(foreign.layout, device), "firmware": _text(device.firmware),
            "board": _text(device.board), "chip": _text(device.chip),
        }
    )  # fmt: skip


def serial_of(layout: str, device: Device) -> str:
    """Give the name of the sensor: never one of a clip, so that no clip's calibration is taken for it."""
    return _text("-".join(part for part in ("import", layout, device.serial) if part))


def started(rate_hz: float, boot_id: int) -> bytes:
    """Make the answer to START: the rate is known from the beginning."""
    payload = records.pack(
        records.STARTED,
        {
            "boot_id": boot_id, "stream": ids.RAW, "samples": FULL, "next_sequence": 0, "next_index": 0,
            "oldest_sequence": 0, "rate_uncertainty_ppm": RATE_UNCERTAINTY_PPM, "rate_mhz": round(1000 * rate_hz),
        },
    )  # fmt: skip
    return commands.pack_answer(ids.START, 1, ids.OK, payload)


def stopped(sequence: int, index: int) -> bytes:
    """Make the answer to STOP."""
    payload = records.pack(records.STOPPED, {"next_sequence": sequence & 0xFFFF, "next_index": index})
    return commands.pack_answer(ids.STOP, 2, ids.OK, payload)


def frame(counts: np.ndarray, sequence: int, index: int, first_s: float, flags: int) -> bytes:
    """Make a frame of raw samples, (n, 6) counts."""
    if np.abs(counts.astype(np.int32)).max() >= FULL_COUNTS:
        flags |= ids.SATURATED
    buffer = bytearray(frames.HEADER_SIZE + frames.RAW_SAMPLE_SIZE * len(counts))
    ticks_us = round(1e6 * first_s) % frames.TICKS_PERIOD
    frames.pack_header_into(buffer, ids.RAW, flags, sequence & 0xFFFF, index, ticks_us)
    buffer[frames.HEADER_SIZE :] = counts.astype("<i2").tobytes()
    return bytes(buffer)


def _text(text: str) -> str:
    """Give a text as the info message takes it: short, plain letters."""
    plain = "".join(letter if letter.isascii() and letter.isprintable() else "_" for letter in text)
    return plain[:TEXT_BYTES]


def _in_g(value_ms2: float | None) -> float | None:
    return None if value_ms2 is None else value_ms2 / STANDARD_GRAVITY_MS2


def _in_dps(value_rads: float | None) -> float | None:
    return None if value_rads is None else float(np.degrees(value_rads))
