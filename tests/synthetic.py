"""Signals with a closed-form truth, and columns made of them, for the tests of single stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from hypothesis import settings
from scipy.spatial.transform import Rotation

from hipdrop import columns as col
from hipdrop.contacts import Landing
from hipdrop.events import Event
from hipdrop.filters import CausalFir, early_kernel, hann_kernel
from hipdrop.pipeline import Pipeline
from hipdrop.ringbuffer import RingBuffer
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array, SampleBlock
from hipdrop.settings import ContactSettings
from hipdrop.simulate import RunnerConfig, SimulatedRun, simulate
from hipdrop.strides import ORDERS, Complex, stride_shape

RATE_HZ = 208.0
IDEAL = {"gyro_noise_mdps": 0.0, "acc_noise_ug": 0.0, "gyro_lsb_mdps": 0.0, "acc_lsb_mg": 0.0}  # no noise, no rounding
REPEATABLE = settings(derandomize=True, deadline=None)  # the same examples in every run, on a busy machine too


def half_sine_vertical_g(t_s: Array, step_s: float, contact_s: float) -> Array:
    """Vertical acceleration in g of a runner whose ground force is a half sine, contacts at whole steps from t = 0.

    The force carries the body's weight over a step: its peak is pi / 2 * step_s / contact_s of it.
    """
    since_s = np.mod(t_s, step_s)
    force = 0.5 * np.pi * step_s / contact_s * np.sin(np.pi * since_s / contact_s)
    return np.asarray(np.where((since_s < contact_s) & (t_s >= 0.0), force, 0.0) - 1.0)


def blank_columns(n: int, rate_hz: float = RATE_HZ) -> Array:
    """Columns of a clip at rest in pelvis axes (y up), (col.COUNT, n)."""
    columns = np.zeros((col.COUNT, n))
    columns[col.T] = np.arange(n) / rate_hz
    columns[col.UP] = np.array([[0.0], [1.0], [0.0]])
    columns[col.ACC] = STANDARD_GRAVITY_MS2 * columns[col.UP]
    return columns


def smoothing(rate_hz: float = RATE_HZ, live: bool = True) -> tuple[Array, int]:
    """Kernel of `col.SMOOTH`, oldest sample first, and its delay in samples, as the live chain or its twin has it."""
    settings = ContactSettings()
    if live:
        return early_kernel(settings.smooth_half_s, settings.ahead_s, rate_hz)
    kernel = hann_kernel(settings.smooth_half_s, rate_hz)
    return kernel, len(kernel) // 2


def vertical_columns(vertical_g: Array, rate_hz: float = RATE_HZ, live: bool = True) -> tuple[Array, int]:
    """Columns of a clip that moves up and down only, and the samples by which their SMOOTH lags."""
    columns = blank_columns(len(vertical_g), rate_hz)
    smooth = CausalFir(*smoothing(rate_hz, live))
    columns[col.VERT] = vertical_g
    columns[col.ACC] *= 1.0 + vertical_g
    columns[col.SMOOTH] = smooth.push(vertical_g)
    return columns, smooth.delay


def ring_of(columns: Array) -> RingBuffer:
    """A ring that holds all of the columns."""
    ring = RingBuffer(columns.shape[0], columns.shape[1])
    ring.append(columns)
    return ring


def landing_at(index: float) -> Landing:
    """A landing of which only the index of the contact is looked at."""
    return Landing(index, round(index), round(index), -1.0)


def wave_of(harmonics: Complex, n: int) -> Array:
    """(rows, n) samples of one stride with these harmonics, t = 0 at the first."""
    phase = 2j * np.pi * np.outer(ORDERS, np.arange(n)) / n
    return np.asarray((harmonics @ np.exp(phase)).real)


def obliquity_columns(obliquity_deg: Array, rate_hz: float = RATE_HZ) -> Array:
    """Columns of a clip in pelvis axes that only tilts sideways, by (n,) angles at the times at which UP holds."""
    columns = blank_columns(len(obliquity_deg), rate_hz)
    angle = np.deg2rad(obliquity_deg)
    columns[col.UP] = np.stack((np.zeros_like(angle), np.cos(angle), -np.sin(angle)))
    return columns


def pelvis_columns(run: SimulatedRun) -> Array:
    """Columns of a simulated run in pelvis axes with the true up vector, as perfect orientation and mount give them."""
    columns = blank_columns(len(run.t_s), run.config.rate_hz)
    angles = np.column_stack([run.rotation_deg, run.obliquity_deg, run.tilt_deg])
    columns[col.T] = run.t_s
    columns[col.UP] = Rotation.from_euler("YXZ", angles, degrees=True).inv().apply([0.0, 1.0, 0.0]).T
    columns[col.ACC] = run.pelvis_from_sensor @ run.acc_ms2.T
    columns[col.GYR] = run.pelvis_from_sensor @ np.deg2rad(run.gyr_dps).T
    columns[col.VERT] = np.sum(columns[col.ACC] * columns[col.UP], axis=0) / STANDARD_GRAVITY_MS2 - 1.0
    return columns


def angle_to_true_up_deg(run: SimulatedRun, up: Array, shift: float = 0.0) -> Array:
    """(N,) angle between an up vector (3, N) in sensor axes and the true one `shift` samples later."""
    true = pelvis_columns(run)[col.UP]
    index = np.arange(true.shape[1])
    true = np.stack([np.interp(index + shift, index, row) for row in true])
    sine = np.linalg.norm(np.cross(run.pelvis_from_sensor @ up, true, axis=0), axis=0)
    return np.asarray(np.rad2deg(np.arcsin(np.minimum(sine / np.linalg.norm(true, axis=0), 1.0))))


@dataclass(frozen=True, eq=False)
class TrueStride:
    """One stride of a simulated run, cut at the true contacts: harmonics and mean up vector in pelvis axes."""

    harmonics: Complex
    mean_up: Array
    stride_s: float
    begins_left: bool


def true_strides(run: SimulatedRun) -> list[TrueStride]:
    """All strides of steady running of a simulated run, one per step."""
    columns, contacts = pelvis_columns(run), run.contacts
    strides = []
    for k in range(len(contacts) - 2):
        if contacts.running[k : k + 3].all():
            start, stop = np.round(contacts.contact_s[[k, k + 2]] * run.config.rate_hz).astype(int)
            window = columns[:, start:stop]
            stride_s = float(contacts.contact_s[k + 2] - contacts.contact_s[k])
            shape = stride_shape(window)
            strides.append(TrueStride(shape.harmonics, shape.mean_up, stride_s, bool(contacts.is_left[k])))
    return strides


def simulated(**options: object) -> SimulatedRun:
    """Simulate a run; options as in `RunnerConfig`."""
    return simulate(RunnerConfig(**options))  # type: ignore[arg-type]


def events_of(run: SimulatedRun, pipeline: Pipeline | None = None) -> list[Event]:
    """What the pipeline says of a simulated run."""
    pipeline = pipeline or Pipeline(run.config.rate_hz)
    return [event for block in run.blocks for event in pipeline.push(block)] + pipeline.close()


def block_of(acc_ms2: Array, gyr_rads: Array, rate_hz: float = RATE_HZ) -> SampleBlock:
    """A block of (N, 3) samples from t = 0."""
    return SampleBlock(np.arange(len(acc_ms2)) / rate_hz, acc_ms2, gyr_rads)


def cut_at(block: SampleBlock, cuts: Sequence[int]) -> list[SampleBlock]:
    """The same samples, cut before each of these positions; empty pieces left out."""
    edges = sorted({0, len(block), *(c % len(block) for c in cuts)})
    return [block.slice(a, b) for a, b in pairwise(edges)]
