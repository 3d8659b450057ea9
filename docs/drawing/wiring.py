"""wiring.png: the XIAO ESP32S3 with all that is soldered to it, pin by pin."""

from __future__ import annotations

from drawing.pelvis import BLACK, GREEN, GREY, ORANGE, PURPLE
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Rectangle

RED, BLUE = "#C0392B", "#0072B2"
_PIN_MM = 10.0  # between two pins in the drawing
Point = tuple[float, float]


def _part(ax: Axes, left: float, bottom: float, wide: float, high: float, title: str, fill: str = "#f4f4f4") -> None:
    ax.add_patch(
        FancyBboxPatch((left, bottom), wide, high, boxstyle="round,pad=0,rounding_size=2", fc=fill, ec=BLACK, lw=1.5)
    )
    ax.text(left + wide / 2, bottom + high + 3, title, ha="center", va="bottom", fontweight="bold", fontsize=10)


def _pin(ax: Axes, x: float, y: float, name: str, side: str) -> Point:
    """Draw a pin at the edge of a part, its name inside: `side` is where the wire leaves."""
    ax.plot(x, y, "o", ms=6, mfc="white", mec=BLACK, mew=1.2, zorder=6)
    shift = -4 if side == "right" else 4
    ax.text(x + shift, y, name, ha="right" if side == "right" else "left", va="center", fontsize=9)
    return x, y


def _wire(ax: Axes, colour: str, *corners: Point) -> None:
    ax.plot(*zip(*corners, strict=True), color=colour, lw=2, solid_joinstyle="round", solid_capstyle="round", zorder=4)


def _dot(ax: Axes, at: Point, colour: str) -> None:
    ax.plot(*at, "o", ms=6, color=colour, zorder=5)


def _resistor(ax: Axes, x: float, y: float, text: str) -> None:
    """Draw an upright resistor about (x, y), 16 high."""
    ax.add_patch(Rectangle((x - 3, y - 8), 6, 16, fc="white", ec=BLACK, lw=1.5, zorder=7))
    ax.text(x + 6, y, text, va="center", fontsize=9)


def _ground(ax: Axes, x: float, y: float) -> None:
    for k, half in enumerate((6.0, 4.0, 2.0)):
        ax.plot([x - half, x + half], [y - 2.2 * k, y - 2.2 * k], color=BLACK, lw=1.8, zorder=5)


def _board(ax: Axes) -> dict[str, Point]:
    """Draw the XIAO from above, socket up, and give its pins."""
    _part(ax, 0, 0, 62, 84, "XIAO ESP32S3", "#e8f2ee")
    ax.add_patch(Rectangle((20, 75), 22, 12, fc="#cfcfcf", ec=BLACK, lw=1.2, zorder=3))
    ax.text(31, 81, "USB-C", ha="center", va="center", fontsize=8, zorder=4)
    left = ("D0", "D1", "D2", "D3", "D4", "D5", "D6")
    right = ("5V", "GND", "3V3", "D10", "D9", "D8", "D7")
    used = {"D0", "D1", "D3", "D4", "D5", "GND", "3V3"}
    pins: dict[str, Point] = {}
    for k in range(7):
        y = 68 - _PIN_MM * k
        for x, name, side in ((0, left[k], "left"), (62, right[k], "right")):
            if name in used:
                pins[name] = _pin(ax, x, y, name, side)
            else:
                ax.plot(x, y, "o", ms=5, mfc="#dddddd", mec=GREY, zorder=6)
    ax.text(31, 6, "underneath: BAT \N{MINUS SIGN}  and  BAT +", ha="center", fontsize=8.5)
    return pins


def _draw_sensor(ax: Axes, pins: dict[str, Point]) -> None:
    _part(ax, -118, 2, 46, 46, "LSM6DSOX breakout", "#eeeaf4")
    for k, (name, pin, colour) in enumerate((("SDA", "D4", BLUE), ("SCL", "D5", PURPLE))):
        at = _pin(ax, -72, 28 - 10 * k, name, "right")
        _wire(ax, colour, at, pins[pin])
    power, ground = _pin(ax, -72, 38, "VIN", "right"), _pin(ax, -72, 8, "GND", "right")
    _wire(ax, RED, power, (-62, 38), (-62, 46))
    ax.text(-62, 48, "3V3", color=RED, ha="center", fontsize=9)
    _wire(ax, BLACK, ground, (-62, 8), (-62, -2))
    _ground(ax, -62, -2)
    for tip, name, at in (((0, 15), "y", (3, 16)), ((15, 0), "x", (17, -2))):
        arrow = {"arrowstyle": "-|>", "color": GREEN, "lw": 1.8}
        ax.annotate("", (-112 + tip[0], 10 + tip[1]), (-112, 10), arrowprops=arrow, zorder=6)
        ax.text(-112 + at[0], 10 + at[1], name, color=GREEN, fontsize=9)


def _draw_motor(ax: Axes, pins: dict[str, Point]) -> None:
    """Draw the motor with its transistor and diode, to the left of D1."""
    x, y = -40, 92
    _wire(ax, ORANGE, pins["D1"], (-14, 58), (-14, y), (x + 9, y))
    ax.add_patch(Rectangle((x - 7, y - 8), 16, 16, fc="white", ec=BLACK, lw=1.5))
    ax.text(x + 1, y, "N", ha="center", va="center", fontsize=9)
    text = "N-MOSFET AO3400A,\ngate over 100 Ω and\n100 kΩ from gate to GND"
    ax.text(x + 1, y - 24, text, ha="center", va="top", fontsize=8.5)
    _wire(ax, BLACK, (x + 1, y - 8), (x + 1, y - 15))
    _ground(ax, x + 1, y - 15)
    _wire(ax, BLACK, (x - 7, y), (-74, y))
    ax.add_patch(Circle((-84, y), 10, fc="white", ec=BLACK, lw=1.5))
    ax.text(-84, y, "M", ha="center", va="center", fontsize=12)
    ax.text(-84, y - 13, "coin motor", ha="center", va="top", fontsize=9)
    _wire(ax, RED, (-94, y), (-106, y), (-106, y + 24))
    ax.text(-106, y + 26, "3V3", color=RED, ha="center", fontsize=9)
    _wire(ax, BLACK, (-66, y), (-66, y + 17), (-78, y + 17))
    _wire(ax, BLACK, (-90, y + 17), (-106, y + 17))
    ax.add_patch(Polygon([(-78, y + 22), (-78, y + 12), (-88, y + 17)], fc="white", ec=BLACK, lw=1.4, zorder=6))
    ax.plot([-89, -89], [y + 11, y + 23], color=BLACK, lw=2, zorder=6)
    _dot(ax, (-66, y), BLACK)
    _dot(ax, (-106, y + 17), RED)
    ax.text(-70, y + 25, "1N5819, band to 3V3", fontsize=8.5, ha="left")


def _draw_button(ax: Axes, pins: dict[str, Point]) -> None:
    _wire(ax, GREEN, pins["D3"], (-26, 38), (-26, -14))
    ax.plot([-26, -20], [-14, -27], color=BLACK, lw=2.5)
    _wire(ax, BLACK, (-26, -28), (-26, -38))
    _ground(ax, -26, -38)
    ax.text(-16, -21, "button", va="center", fontsize=9)


def _draw_battery(ax: Axes, pins: dict[str, Point]) -> None:
    """Draw the cell to the right, and its divider between it and D0."""
    _part(ax, 100, -16, 52, 34, "LiPo, protected", "#f8efe4")
    plus, minus = _pin(ax, 100, 10, "+", "left"), _pin(ax, 100, -8, "\N{MINUS SIGN}", "left")
    ax.text(132, 1, "3.7 V\n400 mAh", ha="center", va="center", fontsize=9)
    _wire(ax, RED, plus, (84, 10), (84, -30), (44, -30), (44, 3))
    _wire(ax, BLACK, minus, (92, -8), (92, -38), (24, -38), (24, 3))
    ax.text(46, -27, "BAT +", color=RED, fontsize=8.5, ha="left")
    ax.text(26, -35, "BAT \N{MINUS SIGN}", fontsize=8.5, ha="left")
    _wire(ax, RED, (84, 10), (84, 108), (94, 108))
    _dot(ax, (84, 10), RED)
    x = 94.0
    _wire(ax, RED, (94, 108), (x, 104))
    _resistor(ax, x, 96, "220 kΩ")
    _wire(ax, BLUE, (x, 88), (x, 76))
    _resistor(ax, x, 68, "220 kΩ")
    _wire(ax, BLACK, (x, 60), (x, 52))
    _ground(ax, x, 52)
    _wire(ax, BLUE, (x, 82), (130, 82), (130, 74))
    ax.plot([124, 136], [74, 74], color=BLACK, lw=2.2)
    ax.plot([124, 136], [70, 70], color=BLACK, lw=2.2)
    _wire(ax, BLACK, (130, 70), (130, 52))
    _ground(ax, 130, 52)
    ax.text(138, 72, "100 nF", fontsize=9, va="center")
    _dot(ax, (x, 82), BLUE)
    _wire(ax, BLUE, pins["D0"], (-6, 68), (-6, 124), (78, 124), (78, 82), (x, 82))
    ax.text(38, 127, "half of the battery's voltage", color=BLUE, fontsize=9, ha="center")


def draw_wiring() -> Figure:
    """Draw the wiring of the primary board; docs/hardware.md has the same as a table."""
    figure = Figure(figsize=(10.4, 6.9), layout="constrained")
    ax = figure.subplots()
    pins = _board(ax)
    for name, colour, where in (("3V3", RED, (72, 48)), ("GND", BLACK, (72, 58))):
        _wire(ax, colour, pins[name], where)
        ax.text(where[0] + 1.5, where[1], name, color=colour, va="center", fontsize=8.5)
    _draw_sensor(ax, pins)
    _draw_motor(ax, pins)
    _draw_button(ax, pins)
    _draw_battery(ax, pins)
    ax.set(xlim=(-126, 160), ylim=(-50, 136), aspect="equal")
    ax.axis("off")
    return figure
