"""The firmware onto a board: which files, and how they get there."""
