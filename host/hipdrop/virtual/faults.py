"""What can go wrong with the virtual clip, as text for the command line and as timers on the loop's clock."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hipdrop.errors import UsageError

if TYPE_CHECKING:
    from hipdrop.virtual.clip import VirtualClip

ERASE_S = 0.4  # 4 KiB of NOR flash: 30 to 400 ms
LOW_BATTERY_V = 3.45
LARGEST = 1e6
SYNTAX = "NAME[:VALUE][@SECONDS], such as link-lost:5@30"


NO_VALUE = "no value"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that shall go wrong.

    Attributes
    ----------
    name
        One of `KINDS`.
    value
        How much of it, in the unit that `KINDS` names; none: the usual.
    at_s
        When, seconds after the clip has started.
    """

    name: str
    value: float | None = None
    at_s: float = 0.0

    @property
    def amount(self) -> float:
        """The value, or the usual one."""
        return KINDS[self.name].usual if self.value is None else self.value


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: what its value means, the usual one, what it does to the clip."""

    help: str
    usual: float
    begin: Callable[[VirtualClip, float], None]
    lowest: float = 0.0
    needs_radio: bool = False
    at_start: bool = False


def parse_fault(text: str) -> Fault:
    """Read a fault as the command line has it.

    Raises
    ------
    UsageError
        It is none.
    """
    name, at, when = text.strip().partition("@")
    name, colon, amount = name.partition(":")
    kind = KINDS.get(name)
    if kind is None:
        raise UsageError(f"there is no fault {name!r}: {SYNTAX}; there are {', '.join(sorted(KINDS))}")
    value = _number(text, amount) if colon else None
    at_s = _number(text, when) if at else 0.0
    if value is not None and kind.help == NO_VALUE:
        raise UsageError(f"fault {text!r}: {name} has no value; leave out :{amount}")
    if value is not None and value < kind.lowest:
        raise UsageError(f"fault {text!r}: {name} needs at least {kind.lowest:g} ({kind.help})")
    if at_s < 0.0 or (kind.at_start and at_s > 0.0):
        raise UsageError(f"fault {text!r}: {name} begins {'with the clip' if kind.at_start else 'at 0 s or later'}")
    return Fault(name, value, at_s)


def _number(text: str, digits: str) -> float:
    try:
        number = float(digits)
    except ValueError:
        number = math.nan
    if not abs(number) <= LARGEST:
        raise UsageError(f"fault {text!r}: {digits!r} is no number: {SYNTAX}")
    return number


def schedule(faults: Sequence[Fault], clip: VirtualClip) -> list[asyncio.TimerHandle]:
    """Have the faults happen; gives the timers. Those at 0 s happen now.

    Raises
    ------
    UsageError
        One needs a radio, and the clip has none.
    """
    loop = asyncio.get_running_loop()
    handles = []
    for fault in faults:
        kind = KINDS[fault.name]
        if kind.needs_radio and clip.radio is None:
            raise UsageError(f"fault {fault.name} needs Bluetooth, and this clip is on its cable")
        if fault.at_s == 0.0:
            kind.begin(clip, fault.amount)
        else:
            handles.append(loop.call_at(loop.time() + fault.at_s, kind.begin, clip, fault.amount))
    return handles


def _radio(clip: VirtualClip) -> Any:
    return clip.radio


def _repeat(clip: VirtualClip, every_s: float, stall_s: float) -> None:
    """Stall now, and again and again as long as the clip is there."""
    if clip.started:
        clip.stall(stall_s)
        asyncio.get_running_loop().call_later(every_s, _repeat, clip, every_s, stall_s)


def _pause_collections(clip: VirtualClip, every_s: float) -> None:
    from hipdrop.virtual.clip import GC_PAUSE_S

    clip.pause_collections(GC_PAUSE_S)
    _repeat(clip, every_s, GC_PAUSE_S)


def _silence_sensor(clip: VirtualClip, time_s: float) -> None:
    clip.imu.be_silent(clip.clock_us + round(time_s * 1e6))


def _set_rate_error(clip: VirtualClip, percent: float) -> None:
    clip.imu.rate_error = percent / 100.0


KINDS: dict[str, Kind] = {
    "link-lost": Kind("seconds without radio", 5.0, lambda c, v: _radio(c).lose(v), needs_radio=True),
    "notify-full": Kind("seconds", 2.0, lambda c, v: _radio(c).refuse_notify(v), needs_radio=True),
    "central-vanishes": Kind(NO_VALUE, 0.0, lambda c, _: _radio(c).central_vanishes(), needs_radio=True),
    "mtu-23": Kind(NO_VALUE, 23.0, lambda c, _: _radio(c).set_mtu_limit(23), needs_radio=True, at_start=True),
    "i2c-errors": Kind("seconds without an answer of the sensor", 0.5, _silence_sensor),
    "fifo-overrun": Kind("seconds in which the clip stalls", 1.5, lambda c, v: c.stall(v)),
    "rate-error": Kind("percent", 5.0, _set_rate_error, lowest=-20.0, at_start=True),
    "low-battery": Kind("volts", LOW_BATTERY_V, lambda c, v: c.set_battery(v)),
    "reset": Kind(NO_VALUE, 0.0, lambda c, _: c.reset()),
    "power-cut": Kind("seconds without power", 1.0, lambda c, v: c.cut_power(v)),
    "slow-erase": Kind("seconds that each erase of the flash takes", ERASE_S, lambda c, v: c.slow_erases(v)),
    "gc-pauses": Kind("seconds between pauses of 0.3 s", 5.0, _pause_collections, lowest=1.0),
    "flash-erases": Kind("seconds between stalls of 0.4 s", 10.0, lambda c, v: _repeat(c, v, ERASE_S), lowest=1.0),
}
