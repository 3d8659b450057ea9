"""Every parameter of the pipeline, with unit and source; a TOML file goes over the defaults, flags go over the file.

A table of the TOML file is a field of `Settings`, a key in it a field of that section. An unknown table or key, or a
value of the wrong type, is a `ConfigError`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hipdrop.alert_settings import AlertSettings
from hipdrop.monitor_settings import MonitorSettings
from hipdrop.settings_file import MOST_COUNT, load_settings, replace_tables

__all__ = [
    "AlertSettings",
    "ContactSettings",
    "DropSettings",
    "LinkSettings",
    "MonitorSettings",
    "MountSettings",
    "OrientationSettings",
    "Settings",
    "SideSettings",
]


def _refuse(section: Any, negative: tuple[str, ...] = (), **most: float) -> None:
    """Refuse numbers that make no sense: all are over 0, but `negative` ones below it, and at most what `most` says."""
    for field_ in dataclasses.fields(section):
        key, value = field_.name, getattr(section, field_.name)
        sign = -1 if key in negative else 1
        if not 0 < sign * value < math.inf:
            raise ValueError(f"{key}: {value} is impossible; give a number {'below' if sign < 0 else 'over'} 0")
        limit = most.get(key, MOST_COUNT if isinstance(value, int) else math.inf)
        if value > limit:
            raise ValueError(f"{key}: {value} is too much; give at most {limit:g}")


@dataclass(frozen=True)
class OrientationSettings:
    """Gyroscope bias and the orientation filter."""

    rest_bias_limit_dps: float = 1.0  # VQF clips its own estimate at 2; "better below 1" (docs/algorithms.md)
    rest_gyr_sd_dps: float = 2.0  # quiet standing sways by less; hand-held or worn in motion more
    rest_acc_sd_ms2: float = 0.25
    rest_bias_s: int = 2  # seconds with the same mean rate before a bias is believed
    rest_steady_dps: float = 0.4  # the same: sway of quiet standing moves the mean of a second by less
    rest_bias_max_dps: float = 10.0  # no part of this class is worse; the wearer turns on the spot
    run_bias_limit_dps: float = (
        2.0  # coning of a running pelvis stays below 0.7 (half the product of roll rate and yaw)
    )
    run_bias_strides: int = 16  # mean over so many
    rest_tare_s: int = 3  # seconds at rest before the standing tare is

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        _refuse(self)


@dataclass(frozen=True)
class ContactSettings:
    """Contact and toe-off."""

    smooth_half_s: float = 0.08  # half width of the Hann kernel: half amplitude at 6 Hz; at most 0.5
    ahead_s: float = 0.022  # of which the live chain waits for, rounded up to samples: 24 ms at 208 Hz, a latency
    lag_s: float = 0.03  # crossing of 0 g after the force plate's contact, mean over runners and sites of four sources
    flight_g: float = (
        -0.35
    )  # smoothed trough before a running contact: running -0.4 to -1.9, walking above -0.38 at its deepest
    slow_flight_g: float = -0.6  # where the step was slower than slow_step_s: fast walking reaches -0.5
    slow_step_s: float = 0.45  # 133 steps a minute; running from 1.8 m/s is quicker or flies deeper
    first_stance_g: float = 0.7  # smoothed peak of a running stance, 1.2 to 1.8; of a walking one up to 0.4
    refractory_s: float = 0.2  # 300 steps a minute
    refractory_steps: float = 0.6  # and this part of the running mean of the step time
    longest_step_s: float = 0.6  # a longer pause between contacts ends the bout (100 steps a minute); at most 2
    toe_off_g: float = -0.8  # down-crossing before the flight
    toe_off_trough: float = 0.7  # where the trough is shallow: this part of it

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        _refuse(
            self,
            negative=("flight_g", "slow_flight_g", "toe_off_g"),
            smooth_half_s=0.5,
            longest_step_s=2.0,
            toe_off_trough=1.0,
            refractory_steps=1.0,
        )


@dataclass(frozen=True)
class MountSettings:
    """Finding how the clip sits, and noticing that it has slipped."""

    first_strides: int = 8  # the first attempt, about 3.5 s after the first contact
    fewest_strides: int = 4  # enough for an attempt when the run ends
    refine_strides: int = 320  # refined at each doubling up to this many (2 min), then left alone
    min_quality: float = 0.3  # contrast of the step symmetry
    min_rate_dps: float = 15.0  # RMS of the angular rate in running: 45 and more when measured in the unit that is said
    min_forward_correlation: float = 0.15  # 0.32 to 0.62 when right, in 18 cases of 6 runners (docs/algorithms.md)
    site_lever_m: float = 0.07  # sacrum up to 0.06, hips from 0.09 (18 of 18 cases)
    site_coherence: float = 0.88  # of forward and yaw acceleration, to be over a hip: sacra up to 0.85, hips from 0.92
    standing_angle_deg: float = 25.0  # up at rest against up in running: more, and the clip was not worn at rest
    slip_deg: float = 5.0  # roll of the mean up vector; a bend fakes up to 3.4, camber 2.3
    slip_pitch_deg: float = 15.0  # all of its change: slopes and speed pitch the pelvis, and pitch is not drop
    slip_settle_steps: int = 60  # after a gyroscope bias has been taken off, until VQF has learned its rest
    slip_gap_steps: int = 20  # and after a gap: what was not measured may throw the filter off, for up to 6 s
    slip_jump_deg: float = 7.0  # the same within two seconds: up to 1.6 in steady running, 5.9 outdoors
    slip_jump_from: int = 8  # steps of a bout before a jump is looked for: who sets off pitches by up to 12
    slip_heading_deg: float = 15.0  # turn about the vertical; the heading is found to 4 deg rms, 7 at worst
    heading_strides: int = 24  # strides for a fresh look at the heading, one in eight steps: 70 s
    slip_steps: int = 24  # held that long; meanwhile steps are void
    slip_mean_steps: int = 16  # the mean up vector is smoothed over so many steps
    doubt_s: float = 3.0  # a break in which the clip may be taken off: the mount is confirmed before it counts
    doubt_strides: int = 6  # by so many strides, 3 s
    doubt_deg: float = 45.0  # right or up axis afresh against before; six strides find it to 10 deg
    stored_deg: float = 25.0  # the same against a stored mount, made at another time and perhaps by bends
    stored_strides: int = 32  # a stored mount that so many strides neither confirm nor contradict is believed
    hold_s: float = 30.0  # steps wait this long for the mount, and the ring buffer holds it; at most 600

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        _refuse(self, min_quality=1.0, site_coherence=1.0, min_forward_correlation=1.0, hold_s=600.0)


@dataclass(frozen=True)
class SideSettings:
    """Left and right; phases: mean over runners (docs/algorithms.md), weights: largest log odds that a cue may give."""

    roll_weight: float = 4.0
    roll_phase_deg: float = 180.0  # third harmonic of obliquity at left contact
    roll_scale_deg: float = 0.4  # amplitude at which it counts for three quarters; 1.1 to 1.5 are usual
    yaw_weight: float = 3.5
    yaw_phase_deg: float = 50.0  # fundamental of the yaw rate; 16 to 100 in the levelled frame
    sideways_weight: float = 2.0
    sideways_phase_deg: float = 118.0  # fundamental of the acceleration to the right
    first_strides: int = 6  # before that no judgement
    sure_log_odds: float = 4.6  # 99 %
    confirmed_log_odds: float = 9.0  # the user's word or a confirmed template
    shortest_step_part: float = 0.6  # of the typical step time: shorter, and a foot may have been counted twice
    longest_step_part: float = 1.6  # longer, and one may have been missed; the alternation starts anew
    carry_log_odds: float = 3.0  # 95 %: the alternation reckoned on through a gap by the cadence
    carry_gap_s: float = 1.0  # longest such gap; the step time varies by 1 to 2 %
    carry_part: float = 0.2  # largest distance from a whole number of steps
    match_step: float = 0.5  # strides overlap by half
    match_limit: float = 9.0
    match_floor: float = 0.05  # of the largest harmonic: differences below it say nothing
    hold_steps: int = 30  # steps kept back for a judgement, 11 s; then they go out as unsure

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        _refuse(self, match_floor=1.0, carry_part=1.0, shortest_step_part=1.0)


@dataclass(frozen=True)
class DropSettings:
    """Drop per step and what voids it."""

    peak_part: float = 0.6  # the peak is sought from contact to this part of the step (definition)
    cutoff_harmonics: float = (
        8.0  # of the stride, 10 to 12 Hz: the pelvis fills to the seventh, the clip wobbles at 10 to 20 Hz; at most 40
    )
    kernel_half_part: float = (
        0.25  # half length of the low-pass in strides: what the step's end and contact latency leave; at most 0.3
    )
    wobble_limit_deg: float = 1.0  # loose belt: RMS of the obliquity above the cut-off
    turn_limit_dps: float = 12.0  # mean yaw rate of a stride
    turn_tail_s: float = 2.0
    stop_steps: int = 4  # first steps of a bout that do not count
    irregular_part: float = 0.25  # step time off the typical one of the newest steps by more than this part
    bridge_s: float = 0.1  # gaps up to this are filled for the filters with the stride before
    gap_void_s: float = 3.0  # after a longer gap
    bias_void_s: float = 3.0  # after a gyroscope bias has been taken off in running: VQF's time constant
    acc_range_g: float = 16.0
    gyr_range_dps: float = 2000.0

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        _refuse(self, peak_part=1.0, cutoff_harmonics=40.0, kernel_half_part=0.3, irregular_part=1.0)


@dataclass(frozen=True)
class LinkSettings:
    """Waiting for frames that a link has lost (docs/clock-and-loss.md)."""

    backfill_wait_s: float = 3.0  # the pipeline waits so long for lost frames, then goes on with a gap; 0 to 60
    resend_patience_s: float = 2.0  # without an answer, or a frame that was asked for, they are asked for again

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not 0 <= self.backfill_wait_s <= 60:
            raise ValueError(f"backfill_wait_s: {self.backfill_wait_s} is impossible; give seconds from 0 to 60")
        if not 0 < self.resend_patience_s < math.inf:
            raise ValueError(f"resend_patience_s: {self.resend_patience_s} is impossible; give seconds over 0")


@dataclass(frozen=True)
class Settings:
    """All parameters; hand one to `hipdrop.pipeline.Pipeline`."""

    orientation: OrientationSettings = field(default_factory=OrientationSettings)
    contacts: ContactSettings = field(default_factory=ContactSettings)
    mount: MountSettings = field(default_factory=MountSettings)
    sides: SideSettings = field(default_factory=SideSettings)
    drop: DropSettings = field(default_factory=DropSettings)
    monitor: MonitorSettings = field(default_factory=MonitorSettings)
    alerts: AlertSettings = field(default_factory=AlertSettings)
    link: LinkSettings = field(default_factory=LinkSettings)

    @classmethod
    def load(cls, path: Path | str) -> Settings:
        """Read a TOML file over the defaults.

        Raises
        ------
        InputError
            The file cannot be read or is no TOML.
        ConfigError
            An unknown table or key, or a value of the wrong type or out of range.
        """
        return load_settings(cls(), path)

    def replace(self, tables: Mapping[str, Any]) -> Settings:
        """Return a copy with the values of nested `tables` ({section: {key: value}}) put in."""
        return replace_tables(self, tables)

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """Give all values as nested dictionaries, as they stand in summary.json."""
        return dataclasses.asdict(self)
