"""How the clip sits, from quiet standing and half a minute of running: the pipeline's own finder, asked twice."""

from __future__ import annotations

import math

import numpy as np

from hipcal.levelled import levelled, rate_of
from hipcal.mount import MountEstimate
from hipcal.refusal import Refusal
from hipdrop.events import Event, MountFound, Site, Step
from hipdrop.pipeline import Pipeline
from hipdrop.samples import Array, SampleBlock
from hipdrop.settings import Settings

LEAST_STEPS = 50  # 20 s at 150 steps a minute
_GOOD_DEG = 6.0
_WORST_DEG = 15.0  # of the halves: by more a clip has slipped, as the pipeline has it
_BLOCK = 208


def mount_by_running(t_s: Array, acc_ms2: Array, gyr_rads: Array, site: Site | None = None) -> MountEstimate | Refusal:
    """Estimate the mount from standing still and half a minute of running (`hipdrop.mount.MountFinder`).

    Up is that of the standing, the rest the step symmetry of all strides; the residual is the angle between the right
    axes that either half of the steps gives by itself.

    Parameters
    ----------
    t_s, acc_ms2, gyr_rads
        (N,), (N, 3), (N, 3) of standing and running, sensor axes.
    site
        Where the clip sits, if the wearer says so.
    """
    data = levelled(t_s, acc_ms2, gyr_rads)
    if isinstance(data, Refusal):
        return data
    block = SampleBlock(t_s, acc_ms2, gyr_rads)
    events = _events(block, site)
    steps = [event for event in events if isinstance(event, Step)]
    if len(steps) < LEAST_STEPS:
        return Refusal(f"there were {len(steps)} running steps only", "stand still, then run for half a minute")
    middle = int(np.searchsorted(t_s, steps[len(steps) // 2].t_s))
    found = [_last(_events(part, site)) for part in (block.slice(0, middle), block.slice(middle, len(block)))]
    whole = _last(events)
    if whole is None or None in found:
        reason = "the strides do not tell forward from sideways"
        return Refusal(reason, "run more evenly, straight ahead, or calibrate the mount by bends")
    first, second = (_matrix(half)[2] for half in found if half is not None)
    apart_deg = math.degrees(math.acos(float(np.clip(first @ second, -1.0, 1.0))))
    if apart_deg > _WORST_DEG:
        return Refusal(f"the halves of the run differ by {apart_deg:.0f} deg", "fasten the clip, and run again")
    word = "good" if apart_deg <= _GOOD_DEG else "fair"
    verdict = f"{word}: {len(steps)} steps, both halves alike within {apart_deg:.1f} deg"
    return MountEstimate(_matrix(whole), "running", apart_deg, whole.site, len(steps) // 2, verdict)


def _events(block: SampleBlock, site: Site | None) -> list[Event]:
    pipeline = Pipeline(rate_of(block.t_s), Settings(), site=site)
    events = [event for piece in block.cut(_BLOCK) for event in pipeline.push(piece)]
    return events + pipeline.close()


def _last(events: list[Event]) -> MountFound | None:
    found = [event for event in events if isinstance(event, MountFound)]
    return found[-1] if found else None


def _matrix(found: MountFound) -> Array:
    return np.array(found.pelvis_from_sensor).reshape(3, 3)
