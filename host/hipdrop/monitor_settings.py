"""Parameters of the monitor, with unit and source: table [monitor] of a settings file."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hipdrop.settings_file import MOST_COUNT

MOST_PERCENT = 50.0  # quicker than when fresh: nobody steps so
CUE_REMEDY = "write a text on one line, in which {low} and {high} stand for steps a minute and braces for nothing else"


@dataclass(frozen=True)
class MonitorSettings:
    """Baseline, detection and alerts; method, sources and the study behind the defaults: docs/monitor.md."""

    mode: str = "fatigue"  # "fatigue" (own baseline) or "target" (a band set by a physio)
    baseline_from_min: float = 3.0  # running time; before it the body warms up
    baseline_until_min: float = 8.0  # running time
    stored_baseline_until_min: float = 5.0  # with a stored profile an early baseline, sharpened at baseline_until_min
    baseline_min_steps: int = 120  # valid steps of a side (pairs for both); 400 are usual, 100 too few for limits
    wander_deg: float = 0.4  # SD of the slow wander of the level within a run, for weighing a stored profile
    ewma_weight: float = 0.02  # of a step in the slow level, per step of that side: a memory of 50 steps, 37 s
    detector: str = "ewma+cusum"  # or one alone: "ewma" (slow level), "cusum" (sum of small excesses)
    dead_band_deg: float = 1.65  # of the slow level over the baseline; chosen on the frontier of docs/monitor.md
    cusum_allowance_deg: float = 0.8  # over the baseline; what a step drops more is summed up
    cusum_limit_deg_steps: float = 650.0  # of that sum, e.g. 0.5 deg over the allowance for 16 min
    sigma_limit: float = 4.0  # in SDs of the slow level: rules where steps scatter so much that the dead band is less
    evidence_steps: int = 40  # of the last evidence_window_steps valid ones must be over the limit
    evidence_window_steps: int = 60  # about 45 s of a side
    clear_fraction: float = 0.5  # of the limit's height over the baseline; under it, as long as above, is cleared
    cool_down_s: float = 180.0  # between two alerts of any side; 2 to 5 min are usual
    fade_after_alerts: int = 3  # from here on each alert of the run multiplies the cool-down by fade_factor
    fade_factor: float = 2.0
    fade_longest_s: float = 1800.0  # the cool-down grows to this at most
    programme_sessions: int = 0  # of a retraining programme that withdraws the feedback, 8 to 18; 0 = no programme
    training_session: int = 0  # number of this session in it; 0 = counted for --person, else the first
    full_feedback_sessions: int = 4  # Willy 2012: feedback in full in sessions 1 to 4 of 8, then withdrawn
    fade_last_percent: float = 10.0  # share of the running time with feedback that is left in the last session
    fade_block_min: float = 5.0  # running time; the first share of each block has feedback
    cue_first: str = "ease off, or walk for a minute"  # what the first alert of a run tells to try
    cue_then: str = "try quicker, shorter steps: {low} to {high} a minute"  # a later one, if they are not
    cue_least_percent: float = 5.0  # {low}: so much over the fresh cadence
    cue_most_percent: float = 10.0  # {high}; +10 % lowered the drop by 3.1 deg (Bramah 2019)
    target_left_deg: float = 0.0  # upper edge of the band of the left leg's drop; 0 = no band
    target_right_deg: float = 0.0  # the same of the right leg's
    target_dead_band_deg: float = 0.3  # over the edge: 4 SDs of the slow level at 0.7 deg from step to step
    withheld_after_steps: int = 30  # so many skipped steps of a side in a row while over the limit are told
    cadence_same_percent: float = 2.0  # a smaller change of cadence is called none

    def __post_init__(self) -> None:
        """Refuse what cannot be; the remedy is in the message."""
        if self.mode not in ("fatigue", "target"):
            raise ValueError(f'mode: "{self.mode}" is impossible; it is "fatigue" or "target"')
        if self.detector not in ("ewma", "cusum", "ewma+cusum"):
            raise ValueError(f'detector: "{self.detector}" is impossible; it is "ewma", "cusum" or "ewma+cusum"')
        if self.mode == "target" and not (self.target_left_deg or self.target_right_deg):
            raise ValueError('mode: "target" is impossible without a band; set target_left_deg or target_right_deg')
        for key, ok, remedy in (
            ("baseline_from_min", 0 <= self.baseline_from_min < math.inf, "give minutes from 0 up"),
            (
                "baseline_until_min",
                self.baseline_from_min < self.baseline_until_min < math.inf,
                "give minutes after baseline_from_min",
            ),
            (
                "stored_baseline_until_min",
                self.baseline_from_min < self.stored_baseline_until_min < math.inf,
                "give minutes after baseline_from_min",
            ),
            (
                "baseline_min_steps",
                7 <= self.baseline_min_steps <= MOST_COUNT,
                f"give 7, which make a stable mean (Dingenen 2018), to {MOST_COUNT}",
            ),
            ("wander_deg", 0 <= self.wander_deg < math.inf, "give degrees from 0 up"),
            ("ewma_weight", 0 < self.ewma_weight <= 1, "give a weight over 0, at most 1"),
            ("dead_band_deg", 0 < self.dead_band_deg < math.inf, "give degrees over 0"),
            ("cusum_allowance_deg", 0 < self.cusum_allowance_deg < math.inf, "give degrees over 0"),
            ("cusum_limit_deg_steps", 0 < self.cusum_limit_deg_steps < math.inf, "give degrees times steps over 0"),
            ("target_dead_band_deg", 0 < self.target_dead_band_deg < math.inf, "give degrees over 0"),
            ("sigma_limit", 0 <= self.sigma_limit < math.inf, "give a number from 0 up"),
            (
                "evidence_steps",
                1 <= self.evidence_steps <= self.evidence_window_steps,
                "give 1 to evidence_window_steps",
            ),
            ("evidence_window_steps", self.evidence_window_steps <= MOST_COUNT, f"give at most {MOST_COUNT}"),
            ("clear_fraction", 0 <= self.clear_fraction < 1, "give a fraction from 0 to below 1"),
            ("cool_down_s", 0 <= self.cool_down_s < math.inf, "give seconds from 0 up"),
            ("fade_after_alerts", 0 <= self.fade_after_alerts <= MOST_COUNT, f"give 0 to {MOST_COUNT}"),
            ("fade_factor", 1 <= self.fade_factor <= 100, "give a factor from 1 (no fade) to 100"),
            ("fade_longest_s", 0 <= self.fade_longest_s < math.inf, "give seconds from 0 up"),
            ("programme_sessions", 0 <= self.programme_sessions <= MOST_COUNT, f"give 0 to {MOST_COUNT}"),
            ("training_session", 0 <= self.training_session <= MOST_COUNT, f"give 0 to {MOST_COUNT}"),
            ("full_feedback_sessions", 0 <= self.full_feedback_sessions <= MOST_COUNT, f"give 0 to {MOST_COUNT}"),
            ("fade_last_percent", 0 <= self.fade_last_percent <= 100, "give percent from 0 to 100"),
            ("fade_block_min", 0 < self.fade_block_min < math.inf, "give minutes over 0"),
            ("cue_first", fits(self.cue_first), CUE_REMEDY),
            ("cue_then", fits(self.cue_then), CUE_REMEDY),
            ("cue_least_percent", 0 <= self.cue_least_percent <= self.cue_most_percent, "give 0 to cue_most_percent"),
            ("cue_most_percent", self.cue_most_percent <= MOST_PERCENT, f"give percent up to {MOST_PERCENT:g}"),
            ("target_left_deg", math.isfinite(self.target_left_deg), "give degrees, 0 for no band"),
            ("target_right_deg", math.isfinite(self.target_right_deg), "give degrees, 0 for no band"),
            ("withheld_after_steps", 1 <= self.withheld_after_steps <= MOST_COUNT, f"give 1 to {MOST_COUNT}"),
            ("cadence_same_percent", 0 <= self.cadence_same_percent < math.inf, "give percent from 0 up"),
        ):
            if not ok:
                raise ValueError(f"{key}: {getattr(self, key)} is impossible; {remedy}")


def fits(cue: str) -> bool:
    """Say whether a text is one line and has a place for nothing but `low` and `high`."""
    rest = cue.replace("{low}", "").replace("{high}", "")
    return rest.isprintable() and "{" not in rest and "}" not in rest
