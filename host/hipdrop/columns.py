"""The columns that the per-sample stage makes and the per-step stage reads: one row each, a ring of them in time."""

from __future__ import annotations

T = 0  # time, s, on the input's own axis
ACC = slice(1, 4)  # specific force, m/s², sensor axes
GYR = slice(4, 7)  # angular rate, rad/s, sensor axes, gross bias taken off
UP = slice(7, 10)  # the world's up vector in sensor axes; valid half a sample later than T
VERT = 10  # vertical acceleration, g: 0 standing still, -1 in free fall
SMOOTH = 11  # VERT smoothed, delayed by a constant number of samples
COUNT = 12

MOTION = slice(1, 10)  # ACC, GYR and UP together
