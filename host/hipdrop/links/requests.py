"""Commands and their answers, matched by request number, with time-outs and repetition."""

from __future__ import annotations

import asyncio
from itertools import count

from hipdrop.errors import ClipRefused, LinkLost, ProtocolMismatch
from hipdrop.links.base import Link
from hipwire import commands, decoding, errors, ids, records

TIMEOUT_S = 1.5  # an answer takes two connection intervals, 0.1 s at most; a garbage collection on the clip 0.3 s
TRIES = 3
REQUESTS = 0x10000

PAIRING_REMEDY = "press its button three times, then: hipdrop clip pair"
COMMAND_WORDS = {
    ids.START: "start the stream",
    ids.STOP: "stop the stream",
    ids.RESEND: "send frames again",
    ids.SET_MOUNT: "store how it sits",
    ids.BUZZ: "buzz",
    ids.GET_SETTINGS: "give its settings",
    ids.SET_SETTINGS: "change its settings",
    ids.GET_INFO: "say what it is",
    ids.GET_STATUS: "say how it is",
    ids.REPL: "give its prompt",
    ids.RESET: "start anew",
    ids.SET_CALIBRATION: "store its calibration",
    ids.GET_CALIBRATION: "give its calibration",
    ids.PAIR: "open or close its pairing window, or forget its bonds",
    ids.SET_MONITOR: "store what its own alerts go by",
    ids.GET_MONITOR: "say what its own alerts go by",
    ids.SET_CLOCK: "take the time",
    ids.GET_RUNS: "list its runs",
    ids.FETCH_RUN: "give the run",
    ids.ERASE_RUN: "erase the run",
    ids.RUN: "begin or end a run",
}
RESULT_WORDS = {
    ids.UNKNOWN_COMMAND: "its firmware does not know that; put a newer one on it: hipdrop clip install",
    ids.MALFORMED: "it could not read the command; clip and hipdrop do not fit together: hipdrop clip install",
    ids.UNSUPPORTED: "this board cannot do it",
    ids.BUSY: "another stream runs; end it on the other phone or computer first",
    ids.NO_MOUNT: "the tilt stream needs to know how the clip sits, which it has not been told; use --stream raw",
    ids.NOT_STREAMING: "no stream runs",
    ids.GONE: "it does not have them any more",
    ids.NOT_ALLOWED: "not over this link; use the cable",
    ids.BATTERY_EMPTY: "its battery is empty; charge it",
    ids.NOT_PAIRED: f"this computer is not paired with it; {PAIRING_REMEDY}",
}
RECORDING = "it is recording a run; end that first, with two presses of its button"
SPECIAL_WORDS = {
    (ids.FETCH_RUN, ids.BUSY): RECORDING,
    (ids.FETCH_RUN, ids.GONE): "it does not have it any more",
    (ids.ERASE_RUN, ids.BUSY): "it is being recorded, or fetched by another computer or phone",
    (ids.ERASE_RUN, ids.GONE): "it does not have it any more",
    (ids.ERASE_RUN, ids.MALFORMED): "it is another run than the one that was listed; look again: hipdrop clip runs",
    (ids.RUN, ids.BUSY): "a run is being fetched, or a stream runs",
}


class Requests:
    """Sends commands over a link and gives their answers.

    Answers come in by `take`, in whatever order; `fail` ends all that wait.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._numbers = count(1)
        self._waiting: dict[tuple[int, int], asyncio.Future[tuple[int, bytes]]] = {}
        self._writing = asyncio.Lock()  # macOS loses sight of the first of two writes at a time

    async def ask(self, code: int, payload: bytes = b"", *, timeout_s: float = TIMEOUT_S, tries: int = TRIES) -> bytes:
        """Send a command until it is answered; give the payload of the answer.

        Raises
        ------
        LinkLost
            No answer, or no connection any more.
        ClipRefused
            The clip says no.
        ProtocolMismatch
            The clip speaks another version.
        """
        number = self._number(code, payload)
        future = asyncio.get_running_loop().create_future()
        self._waiting[code, number] = future
        try:
            for _ in range(tries):
                await self._send(code, number, payload)
                done, _ = await asyncio.wait((future,), timeout=timeout_s)
                if done:
                    return _payload(code, *future.result())
        finally:
            del self._waiting[code, number]
            if future.done() and not future.cancelled():
                future.exception()  # failed while nobody waited: that is known elsewhere
        raise LinkLost(f"{self._link.name}: the clip does not answer")

    async def say(self, code: int, payload: bytes = b"") -> None:
        """Send a command once; its answer is let go."""
        await self._send(code, self._number(code, payload), payload)

    def take(self, message: bytes) -> None:
        """Take an answer; one that nobody waits for (any more) is let go."""
        try:
            code, number, result, payload = decoding.answer(message)
        except errors.WireError:
            return  # counted where all messages are
        future = self._waiting.get((code, number))
        if future is not None and not future.done():
            future.set_result((result, payload))

    def fail(self, error: Exception) -> None:
        """Let all that wait know that no answer will come."""
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(error)

    async def _send(self, code: int, number: int, payload: bytes) -> None:
        async with self._writing:
            await self._link.send(_command(code, number, payload))

    def _number(self, code: int, payload: bytes) -> int:
        """Choose a request number that nobody waits on and that the link carries."""
        numbers = (next(self._numbers) % REQUESTS for _ in range(REQUESTS))
        return next(
            number
            for number in numbers
            if (code, number) not in self._waiting and self._link.carries(_command(code, number, payload))
        )


def _command(code: int, number: int, payload: bytes) -> bytes:
    return commands.pack_command(code, number, payload)


def _payload(code: int, result: int, payload: bytes) -> bytes:
    """Give the payload of a good answer; raise what another one means."""
    if result == ids.OK:
        return payload
    if result == ids.WRONG_VERSION and payload:
        from hipwire import VERSION

        raise ProtocolMismatch(payload[0], VERSION)
    raise ClipRefused(
        f"the clip does not {COMMAND_WORDS.get(code, f'do {code}')}: {_why(code, result, payload)}", result, payload
    )


def _why(code: int, result: int, payload: bytes) -> str:
    if result == ids.MTU_TOO_SMALL:
        needed = records.unpack(records.NEEDED, payload)["mtu"] if len(payload) >= 2 else 0
        return f"the connection carries too little at once (MTU below {needed}); use another adapter, or the cable"
    if result in (ids.BAD_SETTING, ids.SENSOR_FAILED, ids.FAILED):
        text = bytes(payload).decode(errors="replace")
        return {
            ids.BAD_SETTING: text,
            ids.SENSOR_FAILED: f"its sensor failed ({text}); switch it off and on",
            ids.FAILED: f"it failed ({text}); switch it off and on",
        }[result]
    if (code, result) in SPECIAL_WORDS:
        return SPECIAL_WORDS[code, result]
    return RESULT_WORDS.get(result, f"code {result}; update hipdrop on this computer")
