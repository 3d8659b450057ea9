"""START, STOP and RESEND: loaded when one comes, and let go of after it."""

import struct

from hipclip import commands, stream
from hipclip.commands import RefusedError, mtu_payload, text_payload
from hipwire import frames, ids, records


def handle(clip, code, payload, outlet):
    """Carry out one of the commands; give what goes into the answer."""
    if code == ids.START:
        return _start(clip, payload, outlet)
    return _stop(clip) if code == ids.STOP else _resend(clip, payload, outlet)


def _start(clip, payload, outlet):
    running = clip.stream
    kind = records.unpack(records.START, payload)["stream"]
    if kind not in (ids.RAW, ids.TILT):
        raise RefusedError(ids.MALFORMED)
    if not running.can(kind):
        raise RefusedError(ids.UNSUPPORTED)
    if clip.battery.empty:
        raise RefusedError(ids.BATTERY_EMPTY)
    if clip.sampler.failed:
        raise RefusedError(ids.SENSOR_FAILED, text_payload(clip.imu.NAME + " does not answer"))
    if running.running and running.kind != kind:
        raise RefusedError(ids.BUSY)
    if kind == ids.TILT and not clip.settings.get("mount_id"):
        raise RefusedError(ids.NO_MOUNT)
    if running.running:
        _check_room(clip, outlet)
    else:
        samples = stream.samples_that_fit(kind, outlet.max_message)
        if not samples:
            raise RefusedError(ids.MTU_TOO_SMALL, mtu_payload(stream.least_mtu(kind)))
        _begin(clip, kind, samples)
    clip.access.started(outlet)
    if not outlet.streaming:
        outlet.follow(running.ring.next)
    return _started(clip, outlet)


def _begin(clip, kind, samples):
    """Start a stream in an empty ring: nobody can have anything of the last one any more."""
    for outlet in clip.sender.outlets:
        if outlet.streaming:
            clip.counters.frames_dropped += max(0, clip.stream.ring.next - outlet.cursor)
        outlet.halt()
    clip.stream.start(kind, samples)


def _started(clip, outlet):
    running, clock = clip.stream, clip.sampler.clock
    first = max(outlet.cursor, running.ring.oldest)
    return records.pack(records.STARTED, {
        "boot_id": clip.boot_id,
        "stream": running.kind,
        "samples": running.samples,
        "next_sequence": first & 0xFFFF,
        "next_index": running.first_index(first),
        "oldest_sequence": running.ring.oldest & 0xFFFF,
        "rate_uncertainty_ppm": clock.uncertainty_ppm,
        "rate_mhz": clock.rate_mhz,
    })  # fmt: skip


def _check_room(clip, outlet):
    """Refuse a connection that cannot take the frames of the stream that runs or ran last."""
    if clip.stream.slot_bytes > outlet.max_message:
        raise RefusedError(ids.MTU_TOO_SMALL, mtu_payload(clip.stream.slot_bytes + frames.NOTIFY_OVERHEAD))


def _stop(clip):
    running = clip.stream
    if not running.running:
        raise RefusedError(ids.NOT_STREAMING)
    running.stop()
    following = running.ring.next
    return records.pack(
        records.STOPPED, {"next_sequence": following & 0xFFFF, "next_index": running.first_index(following)}
    )


def _resend(clip, payload, outlet):
    wanted = records.unpack(records.RANGE, payload)
    kept = clip.stream
    if wanted["count"] == 0:
        raise RefusedError(ids.MALFORMED)
    if kept.kind == stream.NONE:
        raise RefusedError(ids.NOT_STREAMING)
    if outlet.resending:
        raise RefusedError(ids.BUSY)
    _check_room(clip, outlet)
    first = kept.number_of(wanted["first_sequence"])
    end = min(first + wanted["count"], kept.ring.next)
    first = max(first, kept.ring.oldest)
    if first >= end:
        raise RefusedError(ids.GONE, struct.pack("<H", kept.ring.oldest & 0xFFFF))
    outlet.resend(first, end, commands.time.ticks_ms())
    return records.pack(records.RANGE, {"first_sequence": first & 0xFFFF, "count": end - first})
