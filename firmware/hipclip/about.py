"""What the clip tells of itself once: the info message; loaded when somebody asks, and let go of after it."""

import machine

from hipclip import FIRMWARE_VERSION, stream
from hipwire import REVISION, frames, ids, records

_CODES = "IIIHHIIBBHIhhhh"  # of the fields of hipwire.records.INFO


def info(clip):
    """Make the info message."""
    imu, get = clip.imu, clip.settings.get
    features = clip.board.FEATURES | clip.stream.features | clip.access.features()
    features |= ids.HAS_CALIBRATION | ids.HAS_DETECTION | (ids.HAS_FLASH_LOG if clip.runlog.possible else 0)
    row = (
        clip.boot_id, features, imu.RATE_MHZ, imu.ACC_RANGE_G, imu.GYR_RANGE_DPS, imu.ACC_NG_PER_LSB,
        imu.GYR_NDPS_PER_LSB, stream.DIVIDER, frames.RAW_MAX_SAMPLES, clip.stream.ring_s, get("mount_id"),
        get("mount_w"), get("mount_x"), get("mount_y"), get("mount_z"),
    )  # fmt: skip
    message = bytearray(frames.INFO_FIXED_SIZE)
    message[0], message[1] = frames.first_byte(ids.INFO), REVISION
    records.pack_row_into(_CODES, message, 2, row)
    for text in texts(clip):
        text = text.encode()[: frames.INFO_TEXT_MAX_SIZE]
        message += bytes([len(text)]) + text
    return bytes(message)


def texts(clip):
    """Give serial, firmware, board and chip."""
    serial = "".join(["%02x" % byte for byte in machine.unique_id()])
    return serial, FIRMWARE_VERSION, clip.board.NAME, clip.imu.NAME
