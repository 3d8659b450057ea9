"""Stand-ins for the modules of a board, so that the firmware runs unmodified under MicroPython on a computer."""
