"""The air between virtual Bluetooth controllers.

Bumble's `LocalLink` hands every packet over at once and never loses a connection. Here packets travel as on a radio: a
connection has a connection event once per interval, at which each side sends a few packets (Bluetooth Core 5.4, volume
6 part B, 4.5.1); while the air is silent nothing is delivered, and both sides give a connection up when they have heard
nothing for the supervision time-out (4.5.2). All times are those of the running loop.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from bumble import hci, ll
from bumble.controller import Connection, Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink

DATA_BYTES = 251  # payload of one packet with data length extension (Core 5.4, volume 6 part B, 2.4)
_CONTROL_BYTES = 27  # no control packet is longer
_RSSI_DBM = -50
_Report = hci.HCI_LE_Advertising_Report_Event.Report
_ReportType = hci.HCI_LE_Advertising_Report_Event.EventType
_Pair = frozenset[hci.Address]

# Bumble warns of much that is usual on a radio, such as a packet for a connection that has just ended.
logging.getLogger("bumble").addHandler(logging.NullHandler())
logging.getLogger("bumble").propagate = False


class AirController(Controller):
    """A Bumble controller with scan responses, and with connection attempts that can be given up.

    Parameters
    ----------
    name
        For logs.
    air
        What it sends into.
    """

    le_acl_data_packet_length = DATA_BYTES
    # With extended advertising Bumble's host would use commands that carry no scan response.
    le_features = Controller.le_features & ~(
        hci.LeFeatureMask.LE_EXTENDED_ADVERTISING | hci.LeFeatureMask.LE_PERIODIC_ADVERTISING
    )

    def __init__(self, name: str, air: Air) -> None:
        super().__init__(name, link=air)
        self.air = air
        self.on_sent: Callable[[hci.Address, bytes], None] = lambda _receiver, _pdu: None

    def on_advertising_pdu(self, pdu: ll.AdvInd | ll.AdvExtInd) -> None:
        """Report an advertisement, with its scan response in an active scan, and connect if that is wanted."""
        address = pdu.advertiser_address
        if self.le_scan_enable:
            self._report(_ReportType.ADV_IND, address, pdu.data)
            if self.le_scan_type == hci.HCI_LE_Set_Scan_Parameters_Command.ACTIVE_SCANNING:
                self._report(_ReportType.SCAN_RSP, address, self.air.scan_response(address))
        wanted = self.pending_le_connection
        if wanted is not None and wanted.peer_address == address and address not in self.le_connections:
            self.create_le_connection(address)

    def _report(self, kind: int, address: hci.Address, data: bytes) -> None:
        report = _Report(
            event_type=kind, address_type=address.address_type, address=address, data=data, rssi=_RSSI_DBM
        )  # fmt: skip
        self.send_hci_packet(hci.HCI_LE_Advertising_Report_Event([report]))

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Give up connecting, which Bumble's controller only says that it does (Core 5.4, volume 4 part E, 7.8.13)."""
        wanted, self.pending_le_connection = self.pending_le_connection, None
        if wanted is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR, connection_handle=0,
                role=hci.Role.CENTRAL, peer_address_type=wanted.peer_address.address_type,
                peer_address=wanted.peer_address, connection_interval=0, peripheral_latency=0, supervision_timeout=0,
                central_clock_accuracy=0,
            )
        )  # fmt: skip
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def on_le_disconnected(self, connection: Connection, reason: int) -> None:
        """Tell the host that a connection has ended, and forget it."""
        super().on_le_disconnected(connection, reason)
        self.air.closed(self.random_address, connection.peer_address)


class _Pdu(NamedTuple):
    size: int
    deliver: Callable[[], None]


@dataclass
class _Channel:
    """What waits for the next connection event of one connection."""

    anchor_s: float
    waiting: dict[hci.Address, deque[_Pdu]] = field(default_factory=dict)  # by sender
    timer: asyncio.TimerHandle | None = None


class Air(LocalLink):
    """Carries packets between controllers at connection events, unless it is silent.

    Parameters
    ----------
    interval_s
        Connection interval.
    packets_per_event
        Packets that each side sends at a connection event.
    supervision_s
        Supervision time-out.
    """

    def __init__(self, interval_s: float = 0.015, packets_per_event: int = 6, supervision_s: float = 1.0) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.controllers: dict[AirController, None] = {}  # type: ignore[assignment]  # a set has no lasting order
        self.interval_s = interval_s
        self.packets_per_event = packets_per_event
        self.supervision_s = supervision_s
        self._channels: dict[_Pair, _Channel] = {}
        self._cut: set[_Pair] = set()
        self._silent_from_s = -math.inf
        self._silent_until_s = -math.inf
        self._timers: set[asyncio.TimerHandle] = set()

    def add_controller(self, controller: Controller) -> None:
        """Let a controller take part."""
        assert isinstance(controller, AirController)
        self.controllers[controller] = None

    def remove_controller(self, controller: Controller) -> None:
        """Take a controller out."""
        assert isinstance(controller, AirController)
        self.controllers.pop(controller, None)

    def find_le_controller(self, address: hci.Address) -> AirController | None:
        """Find a controller by its random address."""
        return next((c for c in self.controllers if c.random_address == address), None)

    def scan_response(self, address: hci.Address) -> bytes:
        """Give what an advertiser answers to an active scan."""
        controller = self.find_le_controller(address)
        return b"" if controller is None else controller.le_legacy_advertiser.scan_response_data

    # --- packets ------------------------------------------------------------------------------------------------

    def send_advertising_pdu(self, sender_controller: Controller, packet: ll.AdvertisingPdu) -> None:
        """Deliver an advertisement or a request to connect to all others at once; advertisements not into silence."""
        if isinstance(packet, ll.ConnectInd):
            pair = frozenset((packet.initiator_address, packet.advertiser_address))
            self._channels[pair] = _Channel(self._now_s())
        elif self.silent:
            return
        super().send_advertising_pdu(sender_controller, packet)

    def send_acl_data(
        self, sender_controller: Controller, destination_address: hci.Address, transport: PhysicalTransport, data: bytes
    ) -> None:
        """Queue data for the next connection event."""
        assert isinstance(sender_controller, AirController)
        deliver = partial(self._deliver_data, sender_controller, destination_address, transport, data)
        self._queue(sender_controller.random_address, destination_address, _Pdu(len(data), deliver))

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Queue a control packet for the next connection event."""
        deliver = partial(self._deliver_control, sender_address, receiver_address, packet)
        self._queue(sender_address, receiver_address, _Pdu(_CONTROL_BYTES, deliver))

    def _deliver_data(
        self, sender: AirController, destination: hci.Address, transport: PhysicalTransport, data: bytes
    ) -> None:
        receiver = self.find_le_controller(destination)
        if receiver is not None and sender.random_address in receiver.le_connections:
            receiver.on_link_acl_data(sender.random_address, transport, data)
        sender.on_sent(destination, data)

    def _deliver_control(self, sender: hci.Address, destination: hci.Address, packet: ll.ControlPdu) -> None:
        receiver = self.find_le_controller(destination)
        if receiver is not None and sender in receiver.le_connections:
            receiver.on_ll_control_pdu(sender, packet)

    def _queue(self, sender: hci.Address, receiver: hci.Address, pdu: _Pdu) -> None:
        pair = frozenset((sender, receiver))
        channel = self._channels.get(pair)
        if channel is not None and pair not in self._cut:
            channel.waiting.setdefault(sender, deque()).append(pdu)
            self._plan(pair, channel)

    def _plan(self, pair: _Pair, channel: _Channel) -> None:
        """Set the timer to the next connection event, the first one after silence if there is silence."""
        if channel.timer is None and any(channel.waiting.values()):
            after_s = max(self._now_s(), self._silent_until_s)
            events = math.floor((after_s - channel.anchor_s) / self.interval_s + 1e-6) + 1
            when_s = channel.anchor_s + events * self.interval_s
            channel.timer = asyncio.get_running_loop().call_at(when_s, self._event, pair, channel)

    def _event(self, pair: _Pair, channel: _Channel) -> None:
        channel.timer = None
        if not self.silent:
            for queue in list(channel.waiting.values()):
                budget = self.packets_per_event
                while queue and budget > 0:
                    pdu = queue.popleft()
                    budget -= math.ceil(pdu.size / DATA_BYTES)
                    pdu.deliver()
        if self._channels.get(pair) is channel:
            self._plan(pair, channel)

    def set_interval(self, interval_s: float) -> None:
        """Change the connection interval, from the next connection event that is not planned yet."""
        self.interval_s = interval_s
        for channel in self._channels.values():
            channel.anchor_s = self._now_s()

    # --- ends of connections ------------------------------------------------------------------------------------

    @property
    def silent(self) -> bool:
        """Whether nothing is delivered now."""
        return self._now_s() < self._silent_until_s

    def silence(self, seconds: float) -> None:
        """Deliver nothing for a while; it lasts until the latest end of those that overlap."""
        if not self.silent:
            self._silent_from_s = self._now_s()
            self._later(self.supervision_s, partial(self._supervise, self._silent_from_s))
        self._silent_until_s = max(self._silent_until_s, self._now_s() + seconds)

    def _supervise(self, since_s: float) -> None:
        # A silence that ended meanwhile was shorter than the time-out, and a later one has its own timer.
        if self.silent and self._silent_from_s == since_s:
            for controller in self.controllers:
                for connection in list(controller.le_connections.values()):
                    self._time_out(controller, connection)

    def sever(self, controller: AirController) -> None:
        """Let no more packets of a controller's connections through; its peers find out, it does not."""
        for connection in list(controller.le_connections.values()):
            pair = frozenset((connection.self_address, connection.peer_address))
            self._cut.add(pair)
            if pair in self._channels:
                self._channels[pair].waiting.clear()
            peer = self.find_le_controller(connection.peer_address)
            if peer is not None and connection.self_address in peer.le_connections:
                other_end = peer.le_connections[connection.self_address]
                self._later(self.supervision_s, partial(self._time_out, peer, other_end))

    def _time_out(self, controller: AirController, connection: Connection) -> None:
        if controller.le_connections.get(connection.peer_address) is connection:
            controller.on_le_disconnected(connection, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)

    def closed(self, address: hci.Address, peer_address: hci.Address) -> None:
        """Forget a connection when both ends have closed; until then the other end may still get what was sent."""
        pair = frozenset((address, peer_address))
        peer = self.find_le_controller(peer_address)
        if peer is None or address not in peer.le_connections:
            self._cut.discard(pair)
            channel = self._channels.pop(pair, None)
            if channel is not None and channel.timer is not None:
                channel.timer.cancel()

    def close(self) -> None:
        """Stop all timers."""
        timers = [*self._timers, *(channel.timer for channel in self._channels.values() if channel.timer)]
        for timer in timers:
            timer.cancel()
        self._timers.clear()
        self._channels.clear()

    def _later(self, delay_s: float, action: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        self._timers = {timer for timer in self._timers if not timer.cancelled() and timer.when() >= loop.time()}
        self._timers.add(loop.call_later(delay_s, action))

    @staticmethod
    def _now_s() -> float:
        return asyncio.get_running_loop().time()
