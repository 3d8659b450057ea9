"""Say every golden message with hipwire, and read it back: the same file for CPython and MicroPython.

Prints `encoded NAME HEX` for what is made from values, `decoded NAME TEXT` for what is read from the golden bytes on
standard input (`NAME HEX` a line).
"""

import binascii
import sys

from hipwire import calibration, cobs, commands, decoding, frames, ids, monitoring, records, runs

STATUS = {
    "boot_id": 0xDEADBEEF, "stream": 1, "battery_percent": 87, "battery_mv": 3912, "temperature_cdeg": 3150,
    "connections": 1, "faults": 2, "rate_mhz": 207400, "samples_lost": 19, "samples_saturated": 4,
    "fifo_overruns": 1, "bus_errors": 2, "frames_dropped": 5, "notify_refused": 300, "commands_refused": 6,
    "ring_frames": 219, "ring_oldest": 65520, "marks": 2, "mark_index": 4000, "heap_free": 65536,
    "storage_free_kb": 5120, "uptime_s": 21, "mount_id": 9, "reset_cause": 1, "rate_uncertainty_ppm": 480,
}  # fmt: skip
ALONE = (1, 0, 3, 7, 2, 1048576, 1795348800, 250, 1, 1795345200, 2, 3, 1536)
INFO = {
    "boot_id": 1, "features": 0x337, "rate_mhz": 208000, "acc_range_g": 16, "gyr_range_dps": 2000,
    "acc_ng_per_lsb": 488000, "gyr_ndps_per_lsb": 70000000, "tilt_divider": 2, "raw_samples": 19, "ring_s": 30,
    "mount_id": 9, "mount_w": 32767, "serial": "A1", "firmware": "0.1.0", "board": "xiao", "chip": "LSM6DSOX",
}  # fmt: skip
STARTED = {
    "boot_id": 1, "stream": 1, "samples": 19, "next_sequence": 11, "next_index": 209, "oldest_sequence": 0,
    "rate_uncertainty_ppm": 24000, "rate_mhz": 208000,
}  # fmt: skip
CALIBRATION = {
    "acc_xx_ppm": 1012000, "acc_xy_ppm": 5000, "acc_xz_ppm": -3000, "acc_yx_ppm": 5000, "acc_yy_ppm": 993000,
    "acc_yz_ppm": 2000, "acc_zx_ppm": -3000, "acc_zy_ppm": 2000, "acc_zz_ppm": 1004000, "acc_offset_x_ug": 20000,
    "acc_offset_y_ug": -15000, "acc_offset_z_ug": 200000, "gyr_bias_x_udps": 500000, "gyr_bias_y_udps": -1250000,
    "gyr_bias_z_udps": 20000000, "acc_measured_s": 1795348800, "gyr_measured_s": 1795352400, "acc_residual_ug": 1500,
    "gyr_residual_udps": 4000, "acc_temperature_cdeg": 2550, "gyr_temperature_cdeg": frames.UNKNOWN_TEMPERATURE_CDEG,
    "acc_range_g": 16, "gyr_range_dps": 2000, "gyr_rest_ds": 52, "parts": calibration.ACC | calibration.GYR,
    "acc_parameters": 9, "acc_poses": 12, "acc_coverage_percent": 62,
}  # fmt: skip


MONITOR = {
    "parts": 7, "mode": monitoring.TARGET, "detector": monitoring.EWMA, "site": 2, "baseline_from_ms": 180000,
    "baseline_until_ms": 480000, "stored_until_ms": 300000, "ewma_weight_ppm": 20000, "sigma_limit_ppm": 4000000,
    "cusum_limit_mdeg": 650000, "clear_ppm": 500000, "cool_down_ms": 180000, "fade_longest_ms": 1800000,
    "fade_factor_ppm": 2000000, "feedback_ppm": 550000, "fade_block_ms": 300000, "baseline_min_steps": 120,
    "wander_mdeg": 400, "dead_band_mdeg": 1650, "cusum_allowance_mdeg": 800, "evidence_steps": 40,
    "evidence_window_steps": 60, "withheld_after_steps": 30, "fade_after_alerts": 3, "target_dead_band_mdeg": 300,
    "target_left_mdeg": 5250, "target_right_mdeg": -500, "haptic_strength_percent": 80, "haptic_repeats": 2,
    "left_mdeg": 6120, "right_mdeg": -340, "left_sd_mdeg": 700, "right_sd_mdeg": 650, "left_steps": 412,
    "right_steps": 398, "between_day_sd_mdeg": 1000, "strides": 812, "vertical1_re": -1500, "vertical1_im": 2000,
    "vertical1_sd": 300, "roll1_re": 1, "roll1_im": -1, "roll1_sd": 2, "roll3_re": -40000, "roll3_im": 40000,
    "roll3_sd": 400, "yaw1_re": 640, "yaw1_im": -110, "yaw1_sd": 90,
}  # fmt: skip


def raw(flags, sequence, index, ticks_us, samples):
    """Make a raw frame."""
    buffer = bytearray(frames.HEADER_SIZE + frames.RAW_SAMPLE_SIZE * len(samples))
    frames.pack_header_into(buffer, ids.RAW, flags, sequence, index, ticks_us)
    for k in range(len(samples)):
        frames.pack_raw_into(buffer, k, *samples[k])
    return bytes(buffer)


def tilt(sequence, index, ticks_us, sample):
    """Make a tilt frame of one sample."""
    buffer = bytearray(frames.HEADER_SIZE + frames.TILT_SAMPLE_SIZE)
    frames.pack_header_into(buffer, ids.TILT, 0, sequence, index, ticks_us)
    frames.pack_tilt_into(buffer, 0, *sample)
    return bytes(buffer)


def log(sequence, index, ticks_us, code, severity, value, text):
    """Make a log frame."""
    buffer = bytearray(frames.LOG_MAX_SIZE)
    length = frames.pack_log_into(buffer, sequence, index, ticks_us, code, severity, value, text)
    return bytes(buffer[:length])


def status():
    """Make the status frame."""
    buffer = bytearray(frames.STATUS_SIZE)
    frames.pack_status_into(buffer, 3, 4160, 20000000, STATUS, ALONE)
    return bytes(buffer)


def event(*values):
    """Make an event."""
    buffer = bytearray(frames.EVENT_SIZE)
    frames.pack_event_into(buffer, 0, *values)
    return bytes(buffer)


def part(flags, run, offset, data):
    """Make a part of a run."""
    buffer = bytearray(frames.PART_HEAD_SIZE)
    frames.pack_part_head_into(buffer, flags, run, offset)
    return bytes(buffer) + data


SAID = (
    ("raw_two_samples", raw(ids.SATURATED, 0x0102, 0x00030405, 0x06070809,
                            ((1, -1, 256, -256, 40000, -40000), (0, 0, 2048, 100, -50, 7)))),
    ("raw_last_of_all", raw(ids.GAP | ids.RESENT, 65535, (1 << 30) - 1, (1 << 30) - 1, ((0, 0, 0, 0, 0, 0),))),
    ("tilt_one_sample", tilt(7, 38, 1000, (525, -1200, 1500, 1000, -32))),
    ("status", status()),
    ("log_mark", log(1, 4000, 19230769, ids.LOG_MARK, ids.LOG_INFO, 2, b"")),
    ("log_text", log(2, 4160, 20000000, ids.LOG_BUS, ids.LOG_WARNING, 19, b"I2C\xc3\xa9")),
    ("info", frames.pack_info(INFO)),
    ("command_start", commands.pack_command(ids.START, 1, records.pack(records.START, {"stream": ids.RAW}))),
    ("command_resend", commands.pack_command(
        ids.RESEND, 0x1234, records.pack(records.RANGE, {"first_sequence": 65530, "count": 20}))),
    ("command_buzz", commands.pack_command(
        ids.BUZZ, 2, records.pack(records.BUZZ, {"pattern": ids.BUZZ_LEFT, "strength_percent": 80, "repeats": 2}))),
    ("command_stop", commands.pack_command(ids.STOP, 3)),
    ("command_set_mount", commands.pack_command(
        ids.SET_MOUNT, 4, records.pack(records.MOUNT, {"mount_id": 9, "mount_w": frames.QUATERNION_ONE}))),
    ("command_settings", commands.pack_command(ids.SET_SETTINGS, 5, b'{"led":false}')),
    ("command_calibration", commands.pack_command(ids.SET_CALIBRATION, 7, calibration.pack(CALIBRATION))),
    ("command_forget", commands.pack_command(ids.SET_CALIBRATION, 8, calibration.pack({"parts": 0}))),
    ("command_calibrated", commands.pack_command(ids.GET_CALIBRATION, 9)),
    ("answer_calibration", commands.pack_answer(ids.GET_CALIBRATION, 9, ids.OK, calibration.pack(CALIBRATION))),
    ("answer_refused", commands.pack_answer(ids.SET_CALIBRATION, 7, ids.BAD_SETTING, b"parts")),
    ("answer_start", commands.pack_answer(ids.START, 1, ids.OK, records.pack(records.STARTED, STARTED))),
    ("answer_gone", commands.pack_answer(ids.RESEND, 0x1234, ids.GONE, b"\xfb\xff")),
    ("answer_mtu", commands.pack_answer(ids.START, 6, ids.MTU_TOO_SMALL, records.pack(records.NEEDED, {"mtu": 123}))),
    ("event_step", event(ids.EVENT_STEP, 258, 4000, ids.SIDE_LEFT, 99, 0x0200, 612, 575, 1664, 361)),
    ("event_raised", event(ids.EVENT_RAISED, 65535, (1 << 30) - 1, ids.SIDE_BOTH, 0, 0, 40000, -40000, 225, 70000)),
    ("part_last", part(ids.PART_LAST, 7, 2048, b"\x01\x02\x03")),
    ("command_clock", commands.pack_command(
        ids.SET_CLOCK, 10, records.pack(runs.CLOCK, {"unix_s": 1795348800, "ms": 250}))),
    ("answer_runs", commands.pack_answer(
        ids.GET_RUNS, 11, ids.OK, records.pack(runs.RUNS_HEAD, {"count": 1}) + records.pack(runs.RUN_ENTRY, {
            "number": 7, "state": ids.RUN_TORN, "content": ids.RUN_HAS_TILT, "bytes": 2048, "boot_id": 1,
            "start_s": 1795348800, "duration_s": 61}))),
    ("command_fetch", commands.pack_command(
        ids.FETCH_RUN, 12, records.pack(runs.FETCH, {"run": 7, "offset": 1024, "bytes": 4294967295}))),
    ("command_erase", commands.pack_command(ids.ERASE_RUN, 13, records.pack(runs.ERASE, {"run": 7, "bytes": 2048}))),
    ("answer_not_paired", commands.pack_answer(ids.STOP, 14, ids.NOT_PAIRED)),
    ("command_monitor", commands.pack_command(ids.SET_MONITOR, 15, monitoring.pack(MONITOR))),
    ("command_no_monitor", commands.pack_command(ids.SET_MONITOR, 16, bytes(monitoring.SIZE))),
    ("answer_monitor", commands.pack_answer(ids.GET_MONITOR, 17, ids.OK, monitoring.pack(MONITOR))),
    ("usb_stop", cobs.encode(commands.pack_command(ids.STOP, 3))),
)  # fmt: skip


def read(name, message):
    """Read a golden message, with its fields in the order of their names."""
    if name.startswith("usb"):
        message = cobs.decode(message[1:-1])
    kind = decoding.kind(message)
    if kind in (ids.RAW, ids.TILT):
        return repr((decoding.header(message), decoding.samples(message)))
    if kind == ids.STATUS:
        return repr((decoding.header(message), sorted(decoding.status(message).items())))
    if kind == ids.LOG:
        code, severity, value, text = decoding.log(message)
        return repr((decoding.header(message), code, severity, value, text.encode()))
    if kind == ids.EVENT:
        return repr(sorted(decoding.event(message).items()))
    if kind == ids.PART:
        return repr(decoding.part(message))
    if kind == ids.INFO:
        return repr(sorted(decoding.info(message).items()))
    said = (decoding.command if kind == ids.COMMAND else decoding.answer)(message)
    if said[0] in (ids.SET_CALIBRATION, ids.GET_CALIBRATION) and len(said[-1]) == calibration.SIZE:
        return repr((said[:-1], sorted(calibration.unpack(said[-1]).items())))
    if said[0] in (ids.SET_MONITOR, ids.GET_MONITOR) and len(said[-1]) == monitoring.SIZE:
        return repr((said[:-1], sorted(monitoring.unpack(said[-1]).items())))
    return repr(said)


if __name__ == "__main__":
    for name, message in SAID:
        print("encoded", name, binascii.hexlify(message).decode())
    for line in sys.stdin:
        name, message = line.split()
        print("decoded", name, read(name, binascii.unhexlify(message)))
