"""Boards, one a file: pins, bus, what is soldered to them."""
