"""Modules that are not kept in memory: they lie there while one of them is at work."""

import sys

import hipclip


def load(name):
    """Give a module of this package; its memory is free again when the caller lets go of it."""
    path = "hipclip." + name
    module = __import__(path, None, None, (name,))
    sys.modules.pop(path, None)
    if hasattr(hipclip, name):
        delattr(hipclip, name)
    return module
