"""What the wearer means."""

import time

from hipclip.button import DOUBLE, LONG, PRESS, TRIPLE, Button

STEP_MS = 10


class Hand:
    """Presses and lets go: pairs of (level, for_ms); gives what the button made of it."""

    def __init__(self, held=False):
        self.level = held
        self.told = []
        self.now_ms = self.began_ms = time.ticks_ms()
        self.button = Button(lambda: self.level, self.tell)

    def tell(self, event, ago_ms):
        self.told.append((event, self.now_ms - self.began_ms, ago_ms))

    def do(self, *moves):
        for self.level, for_ms in moves:
            for _ in range(for_ms // STEP_MS):
                self.now_ms += STEP_MS
                self.button.turn(self.now_ms)
        return [event for event, _, _ in self.told]


def test_a_short_press_is_told_when_no_second_one_follows():
    hand = Hand()
    assert hand.do((False, 100), (True, 120), (False, 380)) == []
    assert hand.do((False, 200)) == [PRESS]
    (_, at_ms, ago_ms) = hand.told[0]
    assert at_ms - ago_ms == 110  # when it was first seen down: the mark belongs there


def test_two_presses_are_a_double_one_and_no_press():
    hand = Hand()
    assert hand.do((False, 50), (True, 100), (False, 200), (True, 100), (False, 1000)) == [DOUBLE]


def test_two_presses_far_apart_are_two():
    hand = Hand()
    assert hand.do((False, 50), (True, 100), (False, 600), (True, 100), (False, 600)) == [PRESS, PRESS]


def test_three_quick_ones_are_a_triple_one_and_the_fourth_begins_anew():
    hand = Hand()
    moves = ((True, 100), (False, 150)) * 4
    assert hand.do((False, 50), *moves[:6]) == [TRIPLE]
    assert hand.do(*moves[6:], (False, 600)) == [TRIPLE, PRESS]


def test_a_long_press_is_told_while_held_once_and_nothing_after_it():
    hand = Hand()
    assert hand.do((False, 50), (True, 2900)) == []
    assert hand.do((True, 200)) == [LONG]
    assert hand.do((True, 5000), (False, 1000)) == [LONG]
    assert hand.do((True, 100), (False, 600)) == [LONG, PRESS]


def test_bouncing_contacts_are_one_press():
    hand = Hand()
    bounce = ((True, 10), (False, 10)) * 3
    assert hand.do((False, 50), *bounce, (True, 100), *bounce, (False, 600)) == [PRESS]


def test_a_spark_is_no_press():
    hand = Hand()
    assert hand.do((False, 50), (True, 20), (False, 1000)) == []


def test_held_at_boot_it_means_nothing_until_let_go():
    hand = Hand(held=True)
    assert hand.do((True, 5000), (False, 1000)) == []
    assert hand.do((True, 100), (False, 600)) == [PRESS]


def test_across_the_wrap_of_the_ticks():
    hand = Hand()
    hand.now_ms = hand.began_ms = 0
    hand.button._changed_ms = hand.button._began_ms = hand.button._released_ms = time.ticks_add(0, -5)
    assert hand.do((False, 50), (True, 3200)) == [LONG]
