"""Messages of the wire, made by hipwire, for the tests of whoever reads them."""

from __future__ import annotations

from hipwire import frames, ids


def raw(
    count: int, *, flags: int = 0, sequence: int = 0, index: int = 0, ticks_us: int = 0,
    sample: tuple[int, ...] = (1, 2, 2048, 3, 4, 5),
) -> bytes:  # fmt: skip
    """Make a raw frame of `count` equal samples."""
    buffer = bytearray(frames.HEADER_SIZE + frames.RAW_SAMPLE_SIZE * count)
    frames.pack_header_into(buffer, ids.RAW, flags, sequence, index, ticks_us)
    for k in range(count):
        frames.pack_raw_into(buffer, k, *sample)
    return bytes(buffer)


def tilt(count: int, *, sequence: int = 0, index: int = 0, ticks_us: int = 0) -> bytes:
    """Make a tilt frame of `count` equal samples."""
    buffer = bytearray(frames.HEADER_SIZE + frames.TILT_SAMPLE_SIZE * count)
    frames.pack_header_into(buffer, ids.TILT, 0, sequence, index, ticks_us)
    for k in range(count):
        frames.pack_tilt_into(buffer, k, 500, -100, 20, 30, -40)
    return bytes(buffer)


def status(**values: int) -> bytes:
    """Make a status frame; what is not named is 0."""
    buffer = bytearray(frames.STATUS_SIZE)
    frames.pack_status_into(buffer, 0, 0, 0, values, (0,) * len(frames.ALONE_CODES))
    return bytes(buffer)


def log(text: bytes, *, code: int = ids.LOG_BOOT, value: int = 0, index: int = 0, sequence: int = 0) -> bytes:
    """Make a log frame."""
    buffer = bytearray(frames.LOG_MAX_SIZE)
    length = frames.pack_log_into(buffer, sequence, index, 0, code, ids.LOG_INFO, value, text)
    return bytes(buffer[:length])


def info(**values: int | str) -> bytes:
    """Make an info message of a clip with LSM6DSOX; `values` replace its own."""
    own: dict[str, int | str] = {
        "boot_id": 1, "features": ids.HAS_RAW | ids.HAS_TILT, "rate_mhz": 208_000, "acc_range_g": 16,
        "gyr_range_dps": 2000, "acc_ng_per_lsb": 488_000, "gyr_ndps_per_lsb": 70_000_000, "tilt_divider": 2,
        "raw_samples": 19, "ring_s": 30, "serial": "A1", "firmware": "0.1.0", "board": "virtual", "chip": "LSM6DSOX",
    }  # fmt: skip
    own.update(values)
    return frames.pack_info(own)
