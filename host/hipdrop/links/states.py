"""The states of a connection, as a table; docs/live.md draws it."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a session stands."""

    IDLE = "idle"
    OPENING = "connecting"
    READING = "reading the clip"
    STARTING = "starting"
    STREAMING = "streaming"
    WAITING = "waiting to connect again"
    FINISHING = "fetching what is missing"
    CLOSED = "closed"


class Happening(StrEnum):
    """What can happen to it."""

    BEGUN = "begun"  # somebody wants a stream
    OPENED = "opened"  # the link stands, all is subscribed
    INFORMED = "informed"  # the clip has said what it is
    STARTED = "started"  # the clip sends, or goes on sending
    LOST = "lost"  # the connection is gone, or could not be had this time
    DUE = "due"  # time for the next try
    ENDED = "ended"  # the wearer, the time or the fed recording ends the run
    COMPLETE = "complete"  # all that can be had is here, or the time for it is over
    FAILED = "failed"  # it cannot work; trying again would not help
    GIVEN_UP = "given up"  # ended, and nobody waits for what is missing any more


class Action(StrEnum):
    """What to do on the way into a state; each ends with the next happening."""

    OPEN = "open the link"
    READ = "read the info"
    START = "start the stream"
    STREAM = "take what comes"
    WAIT = "close the link and wait"
    FINISH = "stop the stream and fetch what is missing"
    CLOSE = "close the link"


S, H, A = State, Happening, Action
_FAILING = {H.FAILED: (S.CLOSED, A.CLOSE), H.GIVEN_UP: (S.CLOSED, A.CLOSE)}
_LOSING = {H.LOST: (S.WAITING, A.WAIT), **_FAILING}
TRANSITIONS: dict[State, dict[Happening, tuple[State, Action]]] = {
    S.IDLE: {H.BEGUN: (S.OPENING, A.OPEN)},
    S.OPENING: {H.OPENED: (S.READING, A.READ), **_LOSING},
    S.READING: {H.INFORMED: (S.STARTING, A.START), **_LOSING},
    S.STARTING: {H.STARTED: (S.STREAMING, A.STREAM), **_LOSING},
    S.STREAMING: {H.ENDED: (S.FINISHING, A.FINISH), **_LOSING},
    S.WAITING: {H.DUE: (S.OPENING, A.OPEN), **_FAILING},
    S.FINISHING: {H.COMPLETE: (S.CLOSED, A.CLOSE), **_LOSING},
    S.CLOSED: {},
}


def advance(state: State, happening: Happening) -> tuple[State, Action]:
    """Give the next state and what to do.

    Raises
    ------
    ValueError
        The table does not hold the pair: a fault of the program.
    """
    try:
        return TRANSITIONS[state][happening]
    except KeyError:
        raise ValueError(f"nothing can be {happening} while {state}") from None
