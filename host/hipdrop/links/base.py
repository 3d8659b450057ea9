"""What all links have in common: messages to and from a clip, whole, in order, each with its time of arrival."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from typing import Self

from hipdrop.errors import LinkError, LinkLost

INBOX_MESSAGES = 2048  # 3 min of a raw stream: more has nobody taken in time who will ever come


class Link(ABC):
    """A way to one clip; opened and closed again as often as the connection is lost.

    `async with link` brings up what is behind it, if anything is, and takes it down again.

    Attributes
    ----------
    name
        What the user calls it, such as `ble:Hip-1234`; `open_link` takes it.
    max_message
        Longest message in bytes that this connection carries from the clip; known when it is open.
    overflowed, bad_frames
        Messages that were dropped here because nobody took them in time; frames that came broken. Since the beginning.
    ended
        Set when nothing more will come: the recording that a virtual clip was fed with is over.
    """

    name: str
    max_message: int = 0

    def __init__(self, name: str) -> None:
        self.name = name
        self.ended = asyncio.Event()
        self._inbox = Inbox()

    @property
    def overflowed(self) -> int:
        """Messages that were dropped here because nobody took them in time."""
        return self._inbox.overflowed

    @property
    def bad_frames(self) -> int:
        """Frames that came broken; none where the link itself sees to that."""
        return 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @abstractmethod
    async def open(self, timeout_s: float) -> None:
        """Find the clip and connect; everything that it sends from now on is kept.

        Raises
        ------
        LinkError
            It cannot be done; the class says what would help.
        """

    @abstractmethod
    async def close(self) -> None:
        """End the connection, if there is one; never raises."""

    @abstractmethod
    async def send(self, message: bytes) -> None:
        """Hand a command over to the clip.

        Raises
        ------
        LinkLost
            The connection is gone.
        """

    def carries(self, message: bytes) -> bool:
        """Whether the clip takes this message as it is; another request number helps where it does not."""
        return True

    async def secure(self) -> bool:
        """Have the connection encrypted by the bond of this computer with the clip.

        Returns
        -------
        bool
            False where the link knows of no such thing, or there is no bond.
        """
        return False

    async def read_info(self) -> bytes | None:
        """Give the info message where the link has a way of its own to it, else None."""
        return None

    async def receive(self) -> tuple[float, bytes]:
        """Give the next message of the clip and when it arrived, s on the loop's clock.

        Raises
        ------
        LinkLost
            The connection is gone, and everything that came over it has been given.
        """
        return await self._inbox.get()


class Inbox:
    """Messages that have arrived and are not taken yet; when it is full the oldest goes, and is counted."""

    def __init__(self, size: int = INBOX_MESSAGES) -> None:
        self.overflowed = 0
        self._size = size
        self._messages: deque[tuple[float, bytes]] = deque()
        self._error: LinkError | None = None
        self._news = asyncio.Event()

    def open(self) -> None:
        """Begin anew, empty, with the next connection."""
        self._messages.clear()
        self._error = None
        self._news.clear()

    def put(self, message: bytes) -> None:
        """Keep a message that arrives now; to be called in the loop's thread."""
        if len(self._messages) >= self._size:
            self._messages.popleft()
            self.overflowed += 1
        self._messages.append((asyncio.get_running_loop().time(), message))
        self._news.set()

    def lose(self, error: LinkError) -> None:
        """Nothing more will come, and why."""
        self._error = self._error or error
        self._news.set()

    @property
    def lost(self) -> bool:
        """Whether the connection is gone."""
        return self._error is not None

    async def get(self) -> tuple[float, bytes]:
        """Give the oldest message; when there is none and none will come, raise why."""
        while not self._messages:
            if self._error is not None:
                raise LinkLost(str(self._error))
            self._news.clear()
            await self._news.wait()
        return self._messages.popleft()
