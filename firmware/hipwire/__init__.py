"""The wire between clip and host, as docs/wire-format.md fixes it: the one code that board and host share.

It uses only what MicroPython and CPython both have. Nothing here is imported for you: take `hipwire.ids`,
`hipwire.frames`, `hipwire.records`, `hipwire.commands`, `hipwire.cobs`; hosts also `hipwire.decoding`.
"""

VERSION = 1
REVISION = 2
