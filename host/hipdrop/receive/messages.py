"""What the clip says of itself, as values: info, status and the answer to START (docs/wire-format.md)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

from hipdrop.imucsv import GOOD_RATE_HZ, MAX_RATE_HZ
from hipwire import decoding, errors, frames, ids, records


@dataclass(frozen=True, slots=True)
class _Record:
    """A record of the wire: fields with the names that they have there."""

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """Take the fields that this class knows out of a decoded record."""
        return cls(**{field.name: values[field.name] for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class ClipInfo(_Record):
    """The info message: which clip this is, and what its counts mean."""

    boot_id: int
    features: int
    rate_mhz: int
    acc_range_g: int
    gyr_range_dps: int
    acc_ng_per_lsb: int
    gyr_ndps_per_lsb: int
    tilt_divider: int
    raw_samples: int
    ring_s: int
    mount_id: int
    revision: int
    serial: str
    firmware: str
    board: str
    chip: str

    @property
    def rate_hz(self) -> float:
        """Nominal sample rate."""
        return self.rate_mhz / 1000.0


@dataclass(frozen=True, slots=True)
class ClipStatus(_Record):
    """A status frame: battery, faults and counters of the clip since its boot."""

    boot_id: int
    stream: int
    battery_percent: int
    battery_mv: int
    temperature_cdeg: int
    connections: int
    faults: int
    rate_mhz: int
    samples_lost: int
    samples_saturated: int
    fifo_overruns: int
    bus_errors: int
    frames_dropped: int
    notify_refused: int
    commands_refused: int
    ring_frames: int
    ring_oldest: int
    marks: int
    mark_index: int
    heap_free: int
    storage_free_kb: int
    uptime_s: int
    mount_id: int
    reset_cause: int
    rate_uncertainty_ppm: int

    @property
    def battery_known(self) -> bool:
        """Whether the clip measures its battery."""
        return self.battery_percent != frames.UNKNOWN_BATTERY_PERCENT


@dataclass(frozen=True, slots=True)
class Started(_Record):
    """The answer to START: which stream runs, and where it stands."""

    boot_id: int
    stream: int
    samples: int
    next_sequence: int
    next_index: int
    oldest_sequence: int
    rate_uncertainty_ppm: int
    rate_mhz: int


STREAM_NAMES = {ids.RAW: "raw", ids.TILT: "tilt"}


def read_info(message: bytes) -> ClipInfo:
    """Read an info message; raises WireError, also where a rate, range or scale is one that no run could be made of."""
    info = ClipInfo.of(decoding.info(message))
    needed = (info.tilt_divider, info.acc_range_g, info.gyr_range_dps, info.acc_ng_per_lsb, info.gyr_ndps_per_lsb)
    if not all(needed):
        raise errors.WireError(errors.VALUE, "range, scale or divider of 0")
    if not GOOD_RATE_HZ <= info.rate_hz / info.tilt_divider <= info.rate_hz <= MAX_RATE_HZ:
        raise errors.WireError(errors.VALUE, f"{info.rate_hz:g} Hz, {info.tilt_divider} for a tilt sample")
    return info


def read_status(message: bytes) -> ClipStatus:
    """Read a status frame; raises WireError."""
    return ClipStatus.of(decoding.status(message))


def read_started(payload: bytes) -> Started:
    """Read the payload of an answer to START; raises WireError, also for a stream that no hipdrop asks for."""
    started = Started.of(records.unpack(records.STARTED, payload))
    if started.stream not in STREAM_NAMES:
        raise errors.WireError(errors.VALUE, f"stream {started.stream}")
    return started
