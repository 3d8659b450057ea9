"""The virtual radio: the clip's Bluetooth, the air, and the host's Bluetooth, in one process, with faults to order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hipdrop.virtual.air import Air
from hipdrop.virtual.bleak_bumble import Backends, make_backends
from hipdrop.virtual.central import LEAST_MTU, USUAL_MTU, Central, make_device
from hipdrop.virtual.nimble import NimbleStack

CLIP_ADDRESS = "F0:48:49:50:00:01"


class VirtualRadio:
    """The clip's radio and the host's, on one piece of air. Start it in the loop that it is to run in.

    Parameters
    ----------
    interval_ms
        Connection interval.
    packets_per_event
        Packets that each side may send at a connection event.
    buffers
        Notifications that the clip can have under way.
    supervision_s
        How long either side waits for the other before it takes the connection for lost.
    mtu
        What the host asks for.
    """

    def __init__(
        self,
        *,
        interval_ms: float = 15.0,
        packets_per_event: int = 6,
        buffers: int = 12,
        supervision_s: float = 1.0,
        mtu: int = USUAL_MTU,
    ) -> None:
        self.emit: Callable[[int, bytes], None] = lambda _number, _payload: None
        self._buffers = buffers
        self._mtu = mtu
        self._air = Air(interval_ms / 1000, packets_per_event, supervision_s)
        self._stack: NimbleStack | None = None
        self._centrals: list[Central] = []

    async def start(self) -> None:
        """Power up the clip's radio and the host's."""
        device, controller = make_device(self._air, "clip", CLIP_ADDRESS)
        await device.power_on()
        self._stack = NimbleStack(device, controller, self._emit, self._buffers)
        self.host = await self.add_central()

    async def stop(self) -> None:
        """Take all out of the air."""
        if self._stack is not None:
            await self._stack.close()
            await self._stack.device.power_off()
        for central in self._centrals:
            await central.device.power_off()
        self._air.close()

    async def add_central(self) -> Central:
        """Put one more computer into the air."""
        central = Central(self._air, len(self._centrals) + 1)
        central.mtu = self._mtu
        await central.device.power_on()
        self._centrals.append(central)
        return central

    def backends(self, central: Central | None = None) -> Backends:
        """Give bleak's scanner and client classes for a central, the host if none is named."""
        return make_backends(central or self.host)

    # --- the clip's side ----------------------------------------------------------------------------------------

    def _emit(self, number: int, payload: bytes) -> None:
        self.emit(number, payload)

    def handle(self, command: int, payload: bytes) -> tuple[int, bytes]:
        """Carry out a command of the clip's `bluetooth` module; gives its status and its reply."""
        return self.stack.handle(command, payload)

    def clip_off(self) -> None:
        """Tell that the clip has lost its power or restarts: its radio is silent at once, without a good-bye."""
        self.stack.power_cut()

    @property
    def stack(self) -> NimbleStack:
        """The clip's Bluetooth stack."""
        assert self._stack is not None, "start() comes first"
        return self._stack

    # --- faults -------------------------------------------------------------------------------------------------

    def lose(self, seconds: float) -> None:
        """Let nothing through for a while.

        From the supervision time-out on, both sides have lost the connection, and with it what was under way.
        """
        self._air.silence(seconds)

    def central_vanishes(self) -> None:
        """Cut the host's connections so that the clip alone finds out, after the supervision time-out."""
        self._air.sever(self.host.controller)

    def refuse_notify(self, seconds: float) -> None:
        """Have no buffer for notifications for a while."""
        self.stack.refuse_until_s = asyncio.get_running_loop().time() + seconds

    def set_buffers(self, buffers: int) -> None:
        """Set how many notifications the clip can have under way."""
        self.stack.buffers = buffers

    def set_mtu_limit(self, mtu: int) -> None:
        """Set what the host asks for from the next connection on; at 23 it asks for nothing."""
        self._mtu = max(LEAST_MTU, mtu)
        for central in self._centrals:
            central.mtu = self._mtu

    def set_interval_ms(self, interval_ms: float) -> None:
        """Change the connection interval, as a central may at any time."""
        self._air.set_interval(interval_ms / 1000)
        self.stack.tell_parameters(self._air.interval_s, self._air.supervision_s)

    def set_supervision_s(self, supervision_s: float) -> None:
        """Set the supervision time-out."""
        self._air.supervision_s = supervision_s
