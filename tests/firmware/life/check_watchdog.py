"""The watchdog, which cannot be stopped."""

import machine

from hipclip import watchdog


def test_before_it_begins_there_is_nothing_to_feed():
    watchdog.feed()
    watchdog.stay_fed()
    assert machine.made == []


def test_it_begins_once():
    watchdog.begin()
    watchdog.begin()
    assert machine.made == [("WDT", 8000)]


def test_at_the_prompt_a_timer_feeds_it():
    watchdog.begin()
    machine.made.clear()
    watchdog.stay_fed()
    assert machine.made == ["fed", ("Timer", 0), ("init", 1, 1000), "fed"]
