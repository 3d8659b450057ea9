"""Steps on the clip itself: from the tilt samples to each step with its side and its drop.

The rules are those of the host on the tilt stream (docs/clip-detection.md); whole numbers for each sample, floats for
each step alone, all buffers made once.

    detector = Detector(rate_mhz, out)       rate_mhz: true rate of the raw samples, two to a tilt sample
    detector.take(values, count, index)      `count` tilt samples, 5 numbers each, as `tiltframes.Tilt` holds them;
                                             index: raw index of the first. An index that jumps is a gap by itself
    detector.gap()                           samples are missing before the next ones
    detector.set_rate(rate_mhz)
    detector.template(values, confirmed)     the runner's stride of earlier runs, None for none: 27 whole numbers, for
                                             vertical acceleration (mm/s2), roll rate, yaw rate (mrad/s) harmonics 1, 3
                                             and 5 of the stride: real part, imaginary part, standard deviation, from a
                                             left contact on; `confirmed`: left is known to be left. A row of zeros is
                                             not compared (clip at another site)
    detector.swap()                          the wearer says that left and right are the wrong way round
    detector.close()                         no more samples: what is open leaves
    detector.begin()                         a new run: forgets all but rate and template
    detector.running                         whether a bout of running goes on

What it calls, always in the order of the steps:

    out.step(side, number, index, drop_cdeg, flags, step_ms, cadence_dspm, confidence_percent)
        side: 1 left, 2 right: the standing leg, or the likelier one (flag SIDE); number: contacts from 0;
        index: raw index of the contact; drop_cdeg: UNKNOWN (-32768) without a whole stride, or without a mount;
        flags: bits in the order of `hipdrop.events.Flag` (START 1, STOP 2, GAP 4, SATURATED 8, WOBBLE 16, SLIP 32,
        MOUNT 64, SIDE 128, IRREGULAR 256, TURN 512); step_ms, cadence_dspm (0.1 a minute): 0 where not known.
        A step is told at the next contact; steps whose side is not sure yet are held back, up to 30 of them
    out.sides(code)          1 settled, 2 unsure, 3 corrected, 4 swapped; before the steps that it speaks of
    out.activity(running)    running begins (at the fourth contact, before its steps) or is over
    out.slipped(cdeg)        the clip has moved on the body: from here on steps are flagged MOUNT, until `begin`
"""

from array import array

from micropython import const

from hipclip.detect.contacts import Contacts
from hipclip.detect.steps import Steps

_STOP = const(2)


class Detector:
    """Tilt samples in, steps out; see above."""

    def __init__(self, rate_mhz, out):
        self._contacts = Contacts(rate_mhz)
        self._steps = Steps(self._contacts, out)
        self._next = -1  # raw index that goes on without a gap; none before the first sample
        self._gap = False

    @property
    def running(self):
        """Whether a bout of running goes on."""
        return self._steps.running

    def begin(self):
        """A new run: forgets all but rate and template."""
        self._steps.begin()
        self._next = -1

    def set_rate(self, rate_mhz):
        """Take the true rate of the raw samples; what is open goes on."""
        self._contacts.set_rate(rate_mhz)

    def template(self, values, confirmed):
        """Take the runner's stride of earlier runs, before `begin`."""
        judge = self._steps.judge
        judge.template = values and array("h", values)
        judge.confirmed = bool(values) and confirmed
        self._steps.begin()

    def swap(self):
        """The wearer says that left and right are the wrong way round."""
        self._steps.labels.swap()

    def gap(self):
        """Samples are missing before the next ones."""
        self._gap = True

    def close(self):
        """No more samples will come."""
        self._steps.end_bout(_STOP)

    def take(self, values, count, index):
        """Take tilt samples."""
        contacts, steps = self._contacts, self._steps
        if index != self._next or self._gap:
            if self._next >= 0:
                steps.gap(index >> 1)
            contacts.restart(index >> 1)
            self._gap = False
        self._next = index + 2 * count
        at = 0
        while at < count:
            at = contacts.take(values, at, count)
            for k in range(contacts.found):
                steps.land(contacts.crossings[k], contacts.places[k])
        steps.settle(contacts.index)
