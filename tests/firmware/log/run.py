"""Run one check under MicroPython: run.py FILE FUNCTION FOLDER, in an empty folder."""

import os
import sys

os.chdir(sys.argv[3])
getattr(__import__(sys.argv[1]), sys.argv[2])()
print("passed")
