"""From power-up to the app, and what comes after it: a new start, safe mode, or MicroPython's prompt."""

import gc
import sys
import time

import machine
from micropython import const

from hipclip import boards, seldom, watchdog

_HELD_MS = const(1500)  # the button, from power-up on: longer than a press that turns the clip on
_LOOK_MS = const(20)
_BOOT_MS = time.ticks_ms()


def main():
    """Run the clip. Comes back only to leave the board at its prompt: in safe mode, or because it was asked for."""
    board = boards.load()
    crash = seldom.load("crash")
    crashes, text = crash.take()
    hopeless = crashes >= crash.MOST
    del crash
    if hopeless:
        safe_mode(board, "%d crashes in a row, the last: %s" % (crashes, text))
    elif held(board):
        safe_mode(board, "button held")
    else:
        run(board, crashes, text)


def safe_mode(board, why):
    """Start nothing; the lit LED says so. The next start tries again."""
    board.light(True)
    print("hipclip: safe mode (%s); crash.txt has the last crash; a reset starts the clip" % why)


def held(board):
    """Whether the button is held down from power-up on; not after waking, which is a press of the same button."""
    if machine.reset_cause() == getattr(machine, "DEEPSLEEP_RESET", None):
        return False
    for _ in range(_HELD_MS // _LOOK_MS):
        if not board.pressed():
            return False
        time.sleep_ms(_LOOK_MS)
    return True


def live(board, crashes, text):
    """Run the app until it ends; gives how, the sensor, and what motion shall wake it."""
    memory = board.ring()  # before the rest of the firmware cuts the heap up: it must lie in one piece
    from hipclip.app import App

    app = App(board, memory, crashes, text)
    return app.main(), app.imu, app.settings.get("wake_mg")


def run(board, crashes, text):
    """Run the app; a crash is written down, then the clip starts anew."""
    try:
        ended, imu, wake_mg = live(board, crashes, text)
    except KeyboardInterrupt:  # somebody at the prompt, or mpremote
        watchdog.stay_fed()
        raise
    except Exception as error:
        gc.collect()  # writing down takes memory, and it may be what was missing: all of the app's is free now
        sys.print_exception(error)
        crash = seldom.load("crash")
        crash.BOOT_MS = _BOOT_MS
        crash.record(error, machine.reset_cause())
        machine.reset()
    if ended == "repl":
        watchdog.stay_fed()
    elif ended == "off":
        board.sleep()
    elif ended == "sleep":
        nap(board, imu, wake_mg)
    else:
        machine.reset()


def nap(board, imu, wake_mg):
    """Sleep until the clip is moved, or its button pressed; then it starts anew."""
    from hipclip.drivers import wake

    try:
        wake.arm(imu, wake_mg)
    except OSError:  # then only the button wakes it
        pass
    board.sleep_until_moved(imu)
