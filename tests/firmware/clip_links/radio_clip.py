"""A clip with the Bluetooth server on a radio that takes what a test allows it to."""

from small_clip import Clip, clock

from hipclip import access, ble, bonds

for module in (access, ble, bonds):
    module.time = clock
CONNECT, DISCONNECT, WRITE, READ_REQUEST, MTU, SET_SECRET = 1, 2, 3, 4, 21, 30
DATA, CONTROL, INFO, STATUS, EVENTS, KEY = 1, 2, 3, 4, 5, 6


class Bonds(bonds.Bonds):
    """The real ones, which are kept in memory alone."""

    def _load(self):
        return False


bonds.replace = lambda path, data, damaged: None
access.Bonds = Bonds


class RadioClip(Clip):
    def __init__(self, **what):
        super().__init__(**what)
        self.ble = ble.BleServer(self)
        self.radio = self.ble._radio
        self.ble.turn()

    def event(self, event, *data):
        given = self.radio.handler(event, data)
        assert given is None or event == SET_SECRET

    def connect(self, number, mtu=247):
        self.event(CONNECT, number, 0, memoryview(b"\1\2\3\4\5\6"))
        self.event(MTU, number, mtu)
        self.ble.turn()

    def write(self, number, message):
        self.radio.values[CONTROL] = message
        self.event(WRITE, number, CONTROL)

    def pass_ms(self, count, step_ms=10):
        for _ in range(count // step_ms):
            super().pass_ms(step_ms, step_ms)
            self.ble.turn()

    def sent(self, number, handle):
        return [message for connection, at, message in self.radio.sent if (connection, at) == (number, handle)]
