"""Letters of five lines for a terminal, of characters that fill their cells: read from three metres."""

from __future__ import annotations

from collections.abc import Iterator

PIXEL = 2  # columns; a cell is about twice as high as it is wide
WIDE = 4 * PIXEL  # columns of a letter with the gap behind it
_LETTERS = {
    "0": "### #.# #.# #.# ###", "1": ".#. ##. .#. .#. ###", "2": "### ..# ### #.. ###", "3": "### ..# ### ..# ###",
    "4": "#.# #.# ### ..# ..#", "5": "### #.. ### ..# ###", "6": "### #.. ### #.# ###", "7": "### ..# ..# ..# ..#",
    "8": "### #.# ### #.# ###", "9": "### #.# ### ..# ###", ":": "... .#. ... .#. ...", "?": "### ..# .## ... .#.",
    "A": "### #.# ### #.# #.#", "E": "### #.. ### #.. ###", "I": "### .#. .#. .#. ###", "K": "#.# #.# ##. #.# #.#",
    "L": "#.. #.. #.. #.. ###", "N": "##. #.# #.# #.# #.#", "O": "### #.# #.# #.# ###", "P": "### #.# ### #.. #..",
    "R": "### #.# ##. #.# #.#", "U": "#.# #.# #.# #.# ###", "V": "#.# #.# #.# #.# .#.", "W": "#.# #.# #.# ### #.#",
}  # fmt: skip


def big(text: str, ink: str) -> Iterator[str]:
    """Give the five lines of a text; what there is no letter for is left blank."""
    letters = [_LETTERS.get(letter, "... ... ... ... ...").split() for letter in text]
    for row in range(5):
        line = ".".join(letter[row] for letter in letters)
        yield "".join((ink if pixel == "#" else " ") * PIXEL for pixel in line)
