"""The true sample rate, from what the clip says of it and from its frames, to 0.2 %."""

from __future__ import annotations

MAX_ERROR = 0.002  # of the rate that the pipeline is made for; its filters and step times are proportional to it
PLAUSIBLE = 0.2  # a sensor's oscillator is off by some per cent; a rate further off than this is no rate
TICKS_ERROR_SAMPLES = 1.0  # a tick is off by less than one sample (docs/wire-format.md), at either end of a stretch


class RateFinder:
    """The sample rate of one boot.

    What the clip says counts as soon as it knows its rate well enough. Until then the frames count themselves:
    samples by index over time by ticks, a line by least squares. Either depends on the messages alone.

    Parameters
    ----------
    nominal_hz
        Rate of the info message.
    """

    def __init__(self, nominal_hz: float) -> None:
        self._nominal_hz = nominal_hz
        self._told_hz: float | None = None
        self._told_error = 1.0
        self._begin: tuple[int, int] | None = None
        self._span = 0  # of the index
        self._n = self._sum_x = self._sum_y = self._sum_xx = self._sum_xy = 0

    def told(self, rate_mhz: int, uncertainty_ppm: int) -> None:
        """Take what the clip says of its rate; 65535 ppm is `not known`."""
        rate_hz = rate_mhz / 1000.0
        if self._plausible(rate_hz):
            self._told_hz, self._told_error = rate_hz, uncertainty_ppm / 1e6

    def frame(self, index: int, device_us: int) -> None:
        """Take index and unwrapped ticks of the first sample of a frame."""
        if self._begin is None:
            self._begin = (index, device_us)
        x, y = index - self._begin[0], device_us - self._begin[1]
        self._span = max(self._span, x)
        self._n += 1
        self._sum_x += x
        self._sum_y += y
        self._sum_xx += x * x
        self._sum_xy += x * y

    @property
    def rate_hz(self) -> float | None:
        """The rate, once it is known to 0.2 %; the nominal one if frames long enough for it contradict themselves."""
        if self._told_hz is not None and self._told_error <= MAX_ERROR:
            return self._told_hz
        if self._span * MAX_ERROR >= 2 * TICKS_ERROR_SAMPLES:
            return self._slope_hz() or self._nominal_hz
        return None

    @property
    def best_hz(self) -> float:
        """The best guess, for a run that ends before the rate is known."""
        return self.rate_hz or self._told_hz or self._nominal_hz

    def _slope_hz(self) -> float | None:
        numerator = self._n * self._sum_xy - self._sum_x * self._sum_y
        denominator = self._n * self._sum_xx - self._sum_x**2
        if numerator <= 0 or denominator <= 0:
            return None
        rate_hz = 1e6 * denominator / numerator
        return rate_hz if self._plausible(rate_hz) else None

    def _plausible(self, rate_hz: float) -> bool:
        return abs(rate_hz / self._nominal_hz - 1.0) <= PLAUSIBLE
