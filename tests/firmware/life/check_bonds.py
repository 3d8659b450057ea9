"""The bonds: secrets that the radio's stack gives the clip to keep."""

from hipclip import bonds
from hipclip.bonds import FILE, Bonds

OUR, PEER, IRK = 1, 2, 10
WINDOW_MS, UNDER_WAY_MS = 60000, 30000


class Clock:
    now_ms = 0

    def ticks_diff(self, a, b):
        return a - b


clock = bonds.time = Clock()


def address(number):
    return b"\x01" + bytes([number]) * 6


def bond(kept, number):
    for kind in (OUR, PEER):
        assert kept.put(kind, memoryview(address(number)), memoryview(bytes([kind, number]) * 40))


def test_secrets_are_kept_while_the_window_is_open_and_outlive_a_reset():
    kept = Bonds()
    kept.open(clock.now_ms)
    bond(kept, 7)
    assert kept.made
    kept.turn(clock.now_ms)
    again = Bonds()
    assert not again.damaged
    assert len(again.peers()) == 1
    assert again.get(OUR, 0, memoryview(address(7))) == b"\x01\x07" * 40
    assert again.get(PEER, 0, None) == b"\x02\x07" * 40
    assert again.get(PEER, 1, None) is None
    assert again.get(PEER, 0, address(8)) is None


def test_outside_the_window_nothing_is_kept_and_the_stack_is_told_yes():
    kept = Bonds()
    bond(kept, 7)  # asserts the yes: a no would have NimBLE delete the bonds that there are
    assert (len(kept.peers()), kept.refused, kept.made) == (0, 2, False)
    kept.open(clock.now_ms)
    kept.window = False
    bond(kept, 7)  # began in the window
    assert len(kept.peers()) == 1
    clock.now_ms += WINDOW_MS + UNDER_WAY_MS
    kept.turn(clock.now_ms)
    bond(kept, 8)
    assert (len(kept.peers()), kept.refused) == (1, 4)


def test_the_window_closes_by_itself():
    kept = Bonds()
    kept.open(clock.now_ms)
    clock.now_ms += WINDOW_MS - 1
    kept.turn(clock.now_ms)
    assert kept.window
    clock.now_ms += 1
    kept.turn(clock.now_ms)
    assert not kept.window


def test_the_oldest_of_nine_goes():
    kept = Bonds()
    kept.open(clock.now_ms)
    for number in range(8):
        bond(kept, number)
    bond(kept, 0)  # paired again: the newest now
    bond(kept, 8)
    assert len(kept.peers()) == 8
    assert kept.get(OUR, 0, address(1)) is None
    assert kept.get(PEER, 0, address(1)) is None
    assert kept.get(OUR, 0, address(0))
    kept.turn(clock.now_ms)
    assert Bonds().data == kept.data


def test_a_bond_that_somebody_else_has_deleted_is_back_when_he_is_gone():
    kept = Bonds()
    kept.open(clock.now_ms)
    bond(kept, 7)
    kept.window = False
    assert kept.put(OUR, address(7), None)
    assert kept.put(PEER, address(7), None)
    assert not kept.put(PEER, address(7), None)  # a yes for what is gone has NimBLE delete for ever
    assert kept.get(PEER, 0, address(7)) is None
    assert kept.get(OUR, 0, None) is None
    kept.hidden = []
    assert kept.get(PEER, 0, address(7)) == b"\x02\x07" * 40
    kept.open(clock.now_ms)
    assert kept.put(OUR, address(7), None)  # in the window it is meant
    kept.hidden = []
    assert kept.get(OUR, 0, address(7)) is None


def test_the_identity_key_is_no_bond():
    kept = Bonds()
    assert kept.put(IRK, b"irk", bytes(16))
    bond(kept, 7)
    assert (len(kept.peers()), kept.made) == (0, False)
    kept.open(clock.now_ms)
    bond(kept, 7)
    kept.drop(None, address(7))
    kept.turn(clock.now_ms)
    again = Bonds()
    assert (again.peers(), again.get(IRK, 0, b"irk")) == ([], bytes(16))


def test_any_damage_to_the_file_is_seen():
    kept = Bonds()
    kept.open(clock.now_ms)
    bond(kept, 7)
    kept.turn(clock.now_ms)
    with open(FILE, "rb") as file:
        good = file.read()
    for cut in range(len(good)):
        write(good[:cut])
        half = Bonds()
        assert half.damaged, cut
        assert not half.data
    for at in range(0, len(good), 3):
        write(good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1 :])
        assert Bonds().damaged, at
    write(bytes(100000))
    assert Bonds().damaged
    write(good)
    assert len(Bonds().peers()) == 1


def write(data):
    with open(FILE, "wb") as file:
        file.write(data)


def test_a_secret_too_long_is_not_kept():
    kept = Bonds()
    kept.open(clock.now_ms)
    assert kept.put(OUR, address(1), bytes(161))
    assert kept.data == b""
