"""One board a file: its pins, its sensor, how much it keeps. `board.txt` on the flash names the file."""

BOARD_FILE = "board.txt"


class NoBoardError(Exception):
    """The flash does not say which board this is, or names one that is not there."""


def load(path=BOARD_FILE):
    """Make the board that `board.txt` names: a module of this package, or one elsewhere on the path."""
    try:
        with open(path) as file:
            name = file.read().strip()
    except OSError:
        raise NoBoardError("no %s on the flash: install the firmware again (hipdrop clip install)" % path)
    for module in ("hipclip.boards." + name, name):
        try:
            return __import__(module, None, None, ("Board",)).Board()
        except ImportError as error:
            if module not in str(error):  # it is there, and misses something itself
                raise
    raise NoBoardError("%s names the board '%s', which this firmware does not have" % (path, name))
