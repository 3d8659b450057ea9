"""The clip's monitor under MicroPython, fed by lines on standard input; prints its events as hex, one a line.

The first line is the record as hex, "-" for the defaults. Lines: `s SIDE NUMBER INDEX DROP_CDEG FLAGS STEP_MS`,
`a RUNNING`, `c CODE` (sides), `l CDEG` (slip), `h HOSTED`, `b` (begin), `f` (forget), `w` (a host has spoken).
"""

import binascii
import sys

from hipclip.detect.events import Events
from hipclip.detect.monitor import Monitor
from hipclip.monitorset import MonitorRecord


def main():
    kept = MonitorRecord("none.bin")
    record = sys.stdin.readline().strip()
    if record != "-":
        kept.record = kept._take(binascii.unhexlify(record))  # as if it were stored; nothing is written
    events = Events()
    events.listeners.append(lambda number: print(binascii.hexlify(events.frame(number)).decode()))
    monitor = Monitor(kept, events)
    calls = {
        "a": lambda value: monitor.activity(value),
        "c": lambda value: monitor.sides(value),
        "l": lambda value: monitor.slipped(value),
        "h": lambda value: setattr(monitor, "hosted", value),
        "b": lambda: monitor.begin(),
        "f": lambda: monitor.forget(),
        "w": lambda: monitor.spoke(),
    }
    for line in sys.stdin:
        kind, *values = line.split()
        values = [int(value) for value in values]
        if kind == "s":
            monitor.step(*values, 1640, 99)
        else:
            calls[kind](*values)


main()
