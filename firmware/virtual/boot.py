"""First of all: put the stand-ins in place. The command that starts the clip then runs main.py, as a board does."""

import os
import random
import sys
import time

import _rpc
import flashdisk
import machine
import paused_gc  # noqa: F401 - takes the place of gc
import virtual_asyncio  # noqa: F401 - before anything else imports asyncio

flashdisk.mount()
random.seed(int.from_bytes(os.urandom(4), "little"))


def end(error=None):
    """What follows main.py: sys.exit() resets a board; otherwise it sits at its prompt, with the radio on."""
    if isinstance(error, SystemExit):
        _rpc.call(_rpc.RESET, machine.SOFT_RESET)
    if error:
        sys.print_exception(error, sys.stderr)
        sys.exit(1)  # firmware that lets an exception out is wrong: the computer's side tells what it was
    _rpc.call(_rpc.ENDED)
    while True:
        time.sleep(3600)
