"""The figures of a single-leg test by leg, what differs, and how small a difference could be seen at all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from hipdrop.events import Side
from hipdrop.training.detectable import Detectable
from hipdrop.training.procedures.singleleg import SingleLegResult
from hipdrop.training.setresult import NOT_A_DIAGNOSIS
from hipdrop.training.singleleg import FALLEN_DEG, SingleLegEstimate, Span, is_clear
from hipdrop.training.squats import SquatsEstimate
from hipdrop.training.sway import SETTLE_S

LEGS = (Side.LEFT, Side.RIGHT)


@dataclass(frozen=True, slots=True)
class LegFigures:
    """One leg: medians over its tries; a time that is None was not reached in most of them.

    Attributes
    ----------
    tries
        How many.
    raise_deg, mean_drop_deg, peak_drop_deg, hold_s
        As of `SingleLegEstimate`.
    below_start_s, below_level_s, below_start_span_s, below_level_span_s
        As of it; of a span the medians of the earliest and of the latest.
    raise_spread_deg
        Largest less smallest raise.
    sway_deg, sway_path_dps
        RMS and path of obliquity.
    touch_downs
        Of all tries.
    """

    tries: int
    raise_deg: float
    raise_spread_deg: float
    mean_drop_deg: float
    peak_drop_deg: float
    below_start_s: float | None
    below_level_s: float | None
    below_start_span_s: Span
    below_level_span_s: Span
    hold_s: float
    sway_deg: float
    sway_path_dps: float
    touch_downs: int


def figures_of(tries: Sequence[SingleLegEstimate]) -> LegFigures | None:
    """Give the figures of a leg; None without a try."""
    if not tries:
        return None
    raises = [one.raise_deg for one in tries]
    return LegFigures(
        tries=len(tries),
        raise_deg=round(median(raises), 2),
        raise_spread_deg=round(max(raises) - min(raises), 2),
        mean_drop_deg=round(median(one.mean_drop_deg for one in tries), 2),
        peak_drop_deg=round(median(one.peak_drop_deg for one in tries), 2),
        below_start_s=_median_time([one.below_start_s for one in tries]),
        below_level_s=_median_time([one.below_level_s for one in tries]),
        below_start_span_s=_median_span([one.below_start_span_s for one in tries]),
        below_level_span_s=_median_span([one.below_level_span_s for one in tries]),
        hold_s=round(median(one.hold_s for one in tries), 1),
        sway_deg=round(median(one.sway.obliquity_rms_deg for one in tries), 2),
        sway_path_dps=round(median(one.sway.obliquity_path_dps for one in tries), 2),
        touch_downs=sum(len(one.touch_downs_s) for one in tries),
    )


def _median_time(times_s: Sequence[float | None]) -> float | None:
    middle = median(math.inf if time_s is None else time_s for time_s in times_s)
    return round(middle, 1) if math.isfinite(middle) else None


def _median_span(spans_s: Sequence[Span]) -> Span:
    return _median_time([first for first, _ in spans_s]), _median_time([last for _, last in spans_s])


def as_data(result: SingleLegResult, *, site: str | None, mount: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is kept, and written as JSON (training.schema.json, docs/single-leg-test.md)."""
    legs = {side: figures_of(result.of(side)) for side in LEGS}
    return {
        **{str(side): None if figures is None else asdict(figures) for side, figures in legs.items()},
        "midline": site == "sacrum",
        "site": site,
        "mount": dict(mount),
        "fallen_deg": FALLEN_DEG,
        "tries": [_plain(one) for one in result.tries],
        "squats": [_plain(one) for one in result.squats],
    }


def _plain(found: SingleLegEstimate | SquatsEstimate) -> dict[str, Any]:
    """Give all of it for JSON, rounded to what can be meant."""
    plain: dict[str, Any] = _rounded(asdict(found))
    return plain | {"leg": str(found.leg)}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list | tuple) else value


def lines_of(data: Mapping[str, Any], before: Mapping[str, Any] | None, detectable: Detectable) -> Iterator[str]:
    """Give the results page, line by line; `before` is the test before this one."""
    for side in LEGS:
        yield from _leg_lines(side, data[side], (before or {}).get(str(side)), detectable)
    yield from _difference_lines(data, detectable)
    yield from _squat_lines(data["squats"])
    yield f"detectable     {detectable.deg:.1f} deg: {detectable.source}"
    yield NOT_A_DIAGNOSIS


def _leg_lines(
    side: Side, leg: Mapping[str, Any] | None, before: Mapping[str, Any] | None, detectable: Detectable
) -> Iterator[str]:
    name = f"{side} leg"
    if leg is None:
        yield f"{name:15}not tested"
        return
    tries = f"{leg['tries']} {'try' if leg['tries'] == 1 else 'tries, medians'}"
    yield f"{name:15}{tries}; held {leg['hold_s']:.0f} s"
    raised = "raised" if leg["raise_deg"] >= 0.0 else "not raised, it dropped"
    spread = f" (tries differ by {leg['raise_spread_deg']:.1f})" if leg["tries"] > 1 else ""
    yield f"  {f'{side.other} hip':13}{raised} {abs(leg['raise_deg']):.1f} deg{spread}"
    under = f"{FALLEN_DEG:.0f} deg under the raise"
    yield f"  fell         {_when(leg, 'below_start', under)}, {_when(leg, 'below_level', 'below level')}"
    yield f"  drop         {_level(leg['mean_drop_deg'])} on the average, {_level(leg['peak_drop_deg'])} at its lowest"
    yield f"  sway         {leg['sway_deg']:.2f} deg rms, {leg['sway_path_dps']:.1f} deg/s"
    if leg["touch_downs"]:
        yield f"  foot down    {leg['touch_downs']} x"
    if before is not None and before.get("raise_deg") is not None:
        yield f"  last time    raise {_against(leg['raise_deg'] - before['raise_deg'], detectable)}"


def _when(leg: Mapping[str, Any], key: str, what: str) -> str:
    """Say when it fell, or from when to when that may have been."""
    at_s, (first_s, last_s) = leg[f"{key}_s"], leg[f"{key}_span_s"]
    if first_s is None:
        return f"never {what}"
    if last_s is None:
        return f"not clearly {what}, near it after {first_s:.0f} s"
    if last_s <= SETTLE_S[0] + 0.1:
        return f"{what} from the start"
    clear = at_s is not None and is_clear((first_s, last_s))
    return f"{what} after {f'{at_s:.1f}' if clear else f'{first_s:.0f} to {last_s:.0f}'} s"


def _level(drop_deg: float) -> str:
    return f"{abs(drop_deg):.1f} deg {'below' if drop_deg > 0.0 else 'above'} level"


def _against(difference_deg: float, detectable: Detectable) -> str:
    clear = abs(difference_deg) > detectable.deg
    means = "more than the smallest detectable change" if clear else "less than can be told from chance"
    return f"{difference_deg:+.1f} deg, {means} ({detectable.deg:.1f})"


def _difference_lines(data: Mapping[str, Any], detectable: Detectable) -> Iterator[str]:
    left, right = data["left"], data["right"]
    if left is None or right is None:
        return
    if not data["midline"]:
        yield "left, right    not compared: that needs the clip on the midline; say so with --site sacrum"
        return
    for key, name in (("raise_deg", "raise"), ("mean_drop_deg", "mean drop")):
        yield f"left - right   {name} {_against(left[key] - right[key], detectable)}"


def _squat_lines(squats: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in squats:
        drops = one["drops_deg"]
        mean_deg = sum(drops) / len(drops)
        hip = f"{Side(one['leg']).other} hip"
        yield f"squats         {one['leg']} leg: {len(drops)}, {hip} {_level(mean_deg)} at the bottom"
        trend = one["trend"]
        if trend is not None:
            unclear = trend["low_deg"] <= 0.0 <= trend["high_deg"]
            yield (
                f"               drop from first to last {trend['deg']:+.1f} deg (95 % {trend['low_deg']:+.1f} to "
                f"{trend['high_deg']:+.1f}){': no clear trend' if unclear else ''}"
            )
