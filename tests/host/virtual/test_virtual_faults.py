"""Faults as the command line has them."""

from __future__ import annotations

import pytest

from hipdrop.errors import UsageError
from hipdrop.virtual.faults import KINDS, Fault, parse_fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("link-lost:5@30", Fault("link-lost", 5.0, 30.0)),
        (" link-lost:2.5@0.5 ", Fault("link-lost", 2.5, 0.5)),
        ("link-lost@30", Fault("link-lost", None, 30.0)),
        ("reset@1e2", Fault("reset", None, 100.0)),
        ("mtu-23", Fault("mtu-23")),
        ("rate-error:-5", Fault("rate-error", -5.0)),
        ("low-battery:3.3@10", Fault("low-battery", 3.3, 10.0)),
    ],
)
def test_reads(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


def test_the_usual_amount() -> None:
    assert parse_fault("link-lost@3").amount == KINDS["link-lost"].usual == 5.0
    assert parse_fault("link-lost:7@3").amount == 7.0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there is no fault ''"),
        ("lost@5", "there is no fault 'lost'.*link-lost"),
        ("link-lost:@5", "'' is no number"),
        ("link-lost:five@5", "'five' is no number"),
        ("link-lost:5@", "'' is no number"),
        ("link-lost:5@soon", "'soon' is no number"),
        ("link-lost:nan@5", "'nan' is no number"),
        ("link-lost:5@inf", "'inf' is no number"),
        ("link-lost:-1@5", "needs at least 0"),
        ("link-lost:1@-5", "at 0 s or later"),
        ("gc-pauses:0", "needs at least 1"),
        ("rate-error:5@30", "begins with the clip"),
        ("mtu-23@1", "begins with the clip"),
        ("mtu-23:118", "has no value"),
        ("reset:2@5", "has no value"),
    ],
)
def test_refuses(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_fault(text)
