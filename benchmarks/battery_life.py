"""How long the clip's battery lasts, from the currents of its parts, with a range: docs/power.md.

    python benchmarks/battery_life.py [--mah 250 300 400 500]

Nothing here was measured on a clip. Each current has its low, likely and high value in mA at the cell (the regulator is
linear: what it gives it takes) and its source: [R] read there, [mem] from memory, [E] estimate. A mode is a sum of
currents, each times the share of time in which it flows, from low to high too.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ASKED_H = 8.0
ASKED_G = 25.0


@dataclass(frozen=True)
class Range:
    """A value that lies between two others."""

    low: float
    likely: float
    high: float

    def __mul__(self, other: Range) -> Range:
        return Range(self.low * other.low, self.likely * other.likely, self.high * other.high)

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.likely + other.likely, self.high + other.high)


ALWAYS = Range(1.0, 1.0, 1.0)
DATASHEET = "[R] ESP32-S3 Series Datasheet 2.0"

# mA, and where they are from
CURRENTS: dict[str, tuple[Range, str]] = {
    "idle 240 MHz": (Range(32.9, 40.0, 47.6), f"{DATASHEET} table 5-9, WAITI, peripheral clocks off and on"),
    "idle 160 MHz": (Range(27.6, 35.0, 42.3), f"{DATASHEET} table 5-9"),
    "idle 80 MHz": (Range(22.0, 29.0, 36.1), f"{DATASHEET} table 5-9"),
    "busy 240 MHz": (Range(18.3, 18.3, 18.3), f"{DATASHEET} table 5-9, one core busy beside idle, both columns"),
    "busy 160 MHz": (Range(12.3, 12.3, 12.3), f"{DATASHEET} table 5-9"),
    "busy 80 MHz": (Range(6.4, 6.4, 6.5), f"{DATASHEET} table 5-9"),
    "idle, radio listens": (
        Range(77.0, 85.0, 93.0),
        "[R] arduino-esp32#5909: 77 (C3, the same kind of controller); Seeed wiki: 85; "
        f"{DATASHEET} table 5-8: 93 receiving",
    ),
    "radio sends": (Range(83.0, 90.0, 100.0), f"{DATASHEET} table 5-8: 176 at 0 dBm, 193 at 9 dBm, less 93 receiving"),
    "radio wakes": (Range(45.0, 60.0, 130.0), f"{DATASHEET} table 5-8: 93 to 176 less idle"),
    "PSRAM": (Range(0.1, 1.0, 5.0), "[mem] 0.14 in standby (table 5-10 of the data sheet), more while it is used"),
    "sensor": (
        Range(0.55, 0.55, 0.70),
        "[R] LSM6DSO32 DocID032891 table 4; sheetsdata.com on the LSM6DSO: 0.55, the same family",
    ),
    "sensor asleep": (Range(0.0045, 0.026, 0.030), "[R] the same: 0.026 at 52 Hz low-power, 0.0045 at 1.6 Hz"),
    "breakout": (Range(0.005, 0.06, 1.5), "[mem] its regulator; high: one with a power LED"),
    "flash works": (Range(10.0, 20.0, 25.0), "[mem] W25Q64JV: program, erase"),
    "motor": (Range(60.0, 75.0, 100.0), "[mem] coin motor 10 mm at 3 V"),
    "LED": (Range(1.0, 2.0, 5.0), "[mem] on the XIAO"),
    "board asleep": (Range(0.014, 0.014, 0.063), "[R] Seeed wiki: 0.014; Seeed forum 276916: up to 0.063, 0.3 by 3V3"),
    "divider": (Range(0.0095, 0.0095, 0.0095), "computed: 4.2 V over 440 kΩ"),
}

# shares of time: of the processor after benchmarks/clip_cost.py for an ESP32-S3, -50 and +50 %
LOGGING_BUSY = Range(0.25, 0.50, 0.80)
SAMPLING_BUSY = Range(0.08, 0.15, 0.30)
ON_THE_SIDE: dict[str, Range] = {
    "sensor": ALWAYS, "PSRAM": ALWAYS, "breakout": ALWAYS, "divider": ALWAYS,
    "LED": Range(0.013, 0.08, 0.25),  # a flash of 40 or 240 ms in 3 s, half a second in 2 s
}  # fmt: skip
LOGGING: dict[str, Range] = {
    **ON_THE_SIDE,
    "flash works": Range(0.02, 0.03, 0.06),  # clip_cost.py: 2.6 %
    "motor": Range(0.0, 0.001, 0.005),  # an alert of 0.6 s: none, 6 in an hour, 20 and their repeats
}
AIR = Range(0.02, 0.03, 0.06)  # 2.7 kB/s at 1 Mbit/s with heads and acknowledgements: 2.2 to 3 %; again when lost
ADVERTISING = Range(0.010, 0.015, 0.04)  # three packets of 0.4 ms in 100 ms, and the listening behind each


def at(mhz: int, busy: Range) -> dict[str, Range]:
    """Shares of a processor at a frequency whose work takes so much of it at 240 MHz."""
    return {f"idle {mhz} MHz": ALWAYS, f"busy {mhz} MHz": busy * Range(240 / mhz, 240 / mhz, 240 / mhz)}


LISTENING: dict[str, Range] = {"idle, radio listens": ALWAYS}
MODES: dict[str, dict[str, Range]] = {
    "streaming raw samples": {**LISTENING, "busy 240 MHz": SAMPLING_BUSY, "radio sends": AIR, **ON_THE_SIDE},
    "logging, radio advertises": {**LISTENING, "busy 240 MHz": LOGGING_BUSY, "radio sends": ADVERTISING, **LOGGING},
    "awake, idle": {**LISTENING, "busy 240 MHz": SAMPLING_BUSY, "radio sends": ADVERTISING, **ON_THE_SIDE},
    "asleep, wakes on motion": {
        "board asleep": ALWAYS, "sensor asleep": ALWAYS, "breakout": ALWAYS, "divider": ALWAYS,
    },
    "if: logging, radio asleep between packets": {**at(240, LOGGING_BUSY), "radio wakes": ADVERTISING, **LOGGING},
    "if: logging, radio off": {**at(240, LOGGING_BUSY), **LOGGING},
    "if: the same at 160 MHz, half the work": {**at(160, LOGGING_BUSY * Range(0.5, 0.5, 0.5)), **LOGGING},
    "if: the same at 80 MHz, a quarter of the work": {**at(80, LOGGING_BUSY * Range(0.25, 0.25, 0.25)), **LOGGING},
}  # fmt: skip

# g: [?] of docs/hardware.md, with a case for a cell above the boards: 45 x 32 x 16 mm, 0.8 mm PETG, and its tongue
PARTS_G = {"board": 3.0, "sensor": 2.0, "motor": 1.0, "button": 1.0, "wire, pad": 3.0, "case": 7.0}
CELLS_G = {250: 5.5, 300: 6.5, 400: 8.5, 500: 10.5, 600: 12.5, 800: 16.0}  # mAh -> g, [mem], with protection
USABLE = Range(0.80, 0.88, 0.95)  # of what is printed on it: off at 3.4 V, some cold, some age


def current_ma(mode: Mapping[str, Range]) -> Range:
    """Mean current of a mode."""
    total = Range(0.0, 0.0, 0.0)
    for name, share in mode.items():
        total += CURRENTS[name][0] * share
    return total


def life_h(mah: float, drawn_ma: Range, usable: Range = USABLE) -> Range:
    """Hours that a cell lasts: the low end where least of it can be used and most is drawn."""
    return Range(
        mah * usable.low / drawn_ma.high, mah * usable.likely / drawn_ma.likely, mah * usable.high / drawn_ma.low
    )


def cell_for(hours: float, drawn_ma: Range, usable: Range = USABLE) -> Range:
    """Give the printed capacity in mAh that lasts so long: low where all goes well."""
    return Range(
        hours * drawn_ma.low / usable.high, hours * drawn_ma.likely / usable.likely, hours * drawn_ma.high / usable.low
    )


def hours(life: Range) -> str:
    """Give hours for people, days beyond a week."""
    scale, unit = (24.0, "d") if life.likely > 24 * 7 else (1.0, "h")
    digits = 1 if life.likely / scale < 10 else 0
    return f"{life.likely / scale:.{digits}f} {unit} ({life.low / scale:.{digits}f}-{life.high / scale:.{digits}f})"


def print_modes(capacities: Sequence[int]) -> None:
    """Print a row for each mode."""
    titles = [f"{mah} mAh" for mah in capacities]
    print(f"| mode | mA | {' | '.join(titles)} | cell for {ASKED_H:.0f} h, mAh |\n" + "|---" * (3 + len(titles)) + "|")
    for name, mode in MODES.items():
        drawn = current_ma(mode)
        wanted = cell_for(ASKED_H, drawn)
        cells = " | ".join(hours(life_h(mah, drawn)) for mah in capacities)
        digits = 0 if drawn.likely > 1 else 2
        mean = f"{drawn.likely:.{digits}f} ({drawn.low:.{digits}f}-{drawn.high:.{digits}f})"
        print(f"| {name} | {mean} | {cells} | {wanted.likely:.0f} ({wanted.low:.0f}-{wanted.high:.0f}) |")


def print_shares(name: str) -> None:
    """Print what a mode's current is made of."""
    mode = MODES[name]
    total = current_ma(mode).likely
    print(f"\n| {name} | mA | share |\n|---|---|---|")
    parts = {part: (CURRENTS[part][0] * share).likely for part, share in mode.items()}
    for part, drawn_ma in sorted(parts.items(), key=lambda item: -item[1]):
        print(f"| {part} | {drawn_ma:.2f} | {100 * drawn_ma / total:.0f} % |")


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mah", type=int, nargs="+", default=[250, 300, 400, 500])
    options = parser.parse_args()
    print_modes(options.mah)
    print_shares("logging, radio advertises")
    print_shares("if: logging, radio off")
    print("\n| cell, mAh | its mass, g | the clip's, g |\n|---|---|---|")
    for mah, mass_g in CELLS_G.items():
        print(f"| {mah} | {mass_g:.1f} | {mass_g + sum(PARTS_G.values()):.1f} |")
    print("\n| current | mA | source |\n|---|---|---|")
    for name, (value, source) in CURRENTS.items():
        print(f"| {name} | {value.likely:g} ({value.low:g}-{value.high:g}) | {source} |")


if __name__ == "__main__":
    main()
