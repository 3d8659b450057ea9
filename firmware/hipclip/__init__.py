"""The clip's firmware, for MicroPython 1.28 and later. `hipclip.app` is where it begins."""

FIRMWARE_VERSION = "0.1.0"
