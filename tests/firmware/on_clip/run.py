"""Run one check under MicroPython: run.py FILE FUNCTION."""

import sys

getattr(__import__(sys.argv[1]), sys.argv[2])()
print("passed")
