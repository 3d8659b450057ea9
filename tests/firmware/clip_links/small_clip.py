"""A clip without an app around it: real ring, frames, sender, commands; a clock that tests set, samples they feed."""

import struct
import sys

from hipclip import access, calibration, commands, kept, monitorset, sender, settings, status, stream
from hipclip.clock import Clock
from hipclip.counters import Counters
from hipclip.outlet import Outlet
from hipclip.tiltsource import TiltSource
from hipwire import ids


class Time:
    """The clip's clock, which stands still unless a test moves it."""

    now_ms = (1 << 30) - 5000  # the ticks of a board wrap soon after a test begins

    def ticks_ms(self):
        return self.now_ms & (1 << 30) - 1

    def ticks_us(self):
        return self.now_ms * 1000 & (1 << 30) - 1

    def ticks_diff(self, a, b):
        return (a - b + (1 << 29) & (1 << 30) - 1) - (1 << 29)

    def ticks_add(self, a, b):
        return a + b & (1 << 30) - 1


clock = Time()
kept.replace = lambda path, data, damaged: None  # nothing goes to the flash of this computer
for module in (commands, sender, status, stream):
    module.time = clock


class Host(Outlet):
    """A link that takes `room` messages and keeps them."""

    def __init__(self, max_message=244, room=1000000):
        super().__init__(max_message)
        self.room = room
        self.got = []
        self.statuses = []
        self.dropped = 0

    def send(self, view):
        if self.room == 0:
            return False
        self.room -= 1
        self.got.append(bytes(view))
        return True

    def send_status(self, view):
        self.statuses.append(bytes(view))
        return True

    def drop(self):
        self.dropped += 1

    def frames(self, resent=False):
        """Sequences of the raw frames that came, of those sent again or of the others."""
        flag = ids.RESENT if resent else 0
        raw = [each for each in self.got if each[0] & 15 == ids.RAW and each[1] & ids.RESENT == flag]
        return [struct.unpack_from("<H", each, 2)[0] for each in raw]


class Imu:
    NAME = "LSM6DSOX"
    RATE_MHZ = 208000
    ACC_RANGE_G, GYR_RANGE_DPS = 16, 2000
    ACC_NG_PER_LSB, GYR_NDPS_PER_LSB = 488000, 70000000

    def temperature_cdeg(self):
        return 2512


class SampleClock:
    index = 0
    rate_mhz = 207800
    uncertainty_ppm = 1500
    settled = True


class Sampler:
    """Feeds numbered samples: the first count of sample k is k modulo 30000."""

    def __init__(self):
        self.imu = Imu()
        self.clock = SampleClock()
        self.sinks = []
        self.failed = False

    def feed(self, count):
        for _ in range(count):
            block = struct.pack("<hhhhhh", self.clock.index % 30000, 0, 2048, 0, 0, 0)
            for sink in self.sinks:
                sink.take(bytearray(block), 1, self.clock.index, clock.ticks_us(), 0)
            self.clock.index += 1


class Settings(settings.Settings):
    """The real ones, which are kept in memory alone."""

    def _load(self):
        self.values["access"] = 0

    def _save(self, values):
        pass


class Calibration(calibration.Calibration):
    """The real one, which is kept in memory alone."""

    def _load(self):
        pass


class Monitoring(monitorset.MonitorRecord):
    """The real one, which is kept in memory alone."""

    def _load(self):
        pass


class Battery:
    percent, mv, low, empty = 80, 3900, False, False


class Board:
    NAME, FEATURES = "small", ids.HAS_MOTOR | ids.HAS_BATTERY


class Haptics:
    def __init__(self):
        self.played = []

    def play(self, *what):
        self.played.append(what)


class RunLog:
    """Of a clip that has kept nothing."""

    state = reason = number = runs = bytes = lost = total_kb = 0
    fetching = possible = False


class RunControl:
    """Of a clip that does nothing by itself."""

    active = hosted = False
    events = monitor = None

    def reason(self):
        return 0

    bits = reason

    def by_host(self, begin):
        raise commands.RefusedError(ids.NO_MOUNT)


class Clip:
    """What the links ask of the App."""

    boot_id = 0xDEADBEEF
    boot_faults = 0
    cadence = None
    ble = None

    def __init__(self, kept=40):
        self.runlog, self.runcontrol = RunLog(), RunControl()
        self.board, self.battery, self.haptics = Board(), Battery(), Haptics()
        self.settings, self.counters, self.log = Settings(), Counters(), status.Log()
        self.access = access.Access(self)
        self.sampler = Sampler()
        self.imu = self.sampler.imu
        self.calibration = Calibration(self.imu)
        self.monitoring = Monitoring()
        self.log.clock = self.sampler.clock
        self.stream = stream.Stream(bytearray(241 * (kept + 1)), self.sampler, self.log, self.settings, self._make_tilt)
        self.status = status.Status(self)
        self.sender = sender.Sender(self.stream, self.log, self.counters, self.status)
        self.commands = commands.Commands(self)
        self.clock = Clock()
        self.left = []

    def _make_tilt(self):
        return TiltSource(self.sampler, self.settings, self.calibration)

    def leave(self, where):
        self.left.append(where)

    def host(self, **what):
        """Connect a host."""
        host = Host(**what)
        self.sender.add(host)
        return host

    def ask(self, host, code, payload=b"", request=7):
        """Give result and payload of the answer to a command."""
        answer = self.commands.handle(struct.pack("<BBH", 0x16, code, request) + payload, host)
        kind, same, number, result = struct.unpack_from("<BBHB", answer, 0)
        assert (kind, same, number) == (0x17, code, request), answer
        return result, answer[5:]

    def started(self, **what):
        """Connect a host and start the raw stream for it."""
        host = self.host(**what)
        result, _ = self.ask(host, ids.START, b"\x01\x00")
        assert result == ids.OK, result
        return host

    def pass_ms(self, count, step_ms=10):
        """Let time pass: samples are fed at 208 Hz, the sender has its turn every step."""
        for _ in range(count // step_ms):
            clock.now_ms += step_ms
            due = (clock.now_ms * 208 // 1000) - getattr(self, "_fed", clock.now_ms * 208 // 1000 - 2)
            self._fed = clock.now_ms * 208 // 1000
            self.sampler.feed(due)
            self.sender.turn()


def run(names):
    """Run the check that the command line names."""
    names[sys.argv[1]]()
    print("passed")
