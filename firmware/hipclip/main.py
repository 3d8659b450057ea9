"""Lies on the flash as main.py, which a board runs after power-up; all else is in hipclip.boot."""

from hipclip.boot import main

main()
