"""The link to a virtual clip: its process and its air are brought up with the link, all else is Bluetooth as ever."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self

from hipdrop.links.ble import BleLink
from hipwire import ids

if TYPE_CHECKING:
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

    from hipdrop.simulate.sensorerrors import SensorErrors
    from hipdrop.virtual.clip import VirtualClip
    from hipdrop.virtual.faults import Fault
    from hipdrop.virtual.imu import Feed
    from hipdrop.virtual.radio import VirtualRadio

CHIP = "lsm6dsox"  # of the primary board


class VirtualLink(BleLink):
    """A virtual clip that feels a recording.

    Parameters
    ----------
    source
        IMU CSV, or motion, that it feels; the sample run that ships with hipdrop, unless given.
    faults
        What shall go wrong, and when.
    repeat
        Whether the recording begins again at its end, and so never ends.
    sensor_errors
        What its sensor makes wrong, over what the recording has of it.

    Attributes
    ----------
    clip, radio
        What is behind it, while it is up.
    """

    clip: VirtualClip
    radio: VirtualRadio

    def __init__(
        self,
        source: Path | Feed | None = None,
        faults: Sequence[Fault] = (),
        *,
        repeat: bool = False,
        sensor_errors: SensorErrors | None = None,
    ) -> None:
        super().__init__("virtual")
        self.name = f"virtual:{source}" if isinstance(source, Path) else "virtual"
        self._source = source
        self._faults = faults
        self._repeat = repeat
        self._sensor_errors = sensor_errors
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        from hipdrop.virtual import check_available

        check_available()
        from hipdrop.data import sample_file
        from hipdrop.virtual.clip import VirtualClip
        from hipdrop.virtual.imu import MODELS, Feed
        from hipdrop.virtual.radio import VirtualRadio

        async with AsyncExitStack() as stack:
            feed = self._source or stack.enter_context(sample_file())
            if isinstance(feed, Path):
                feed = Feed.from_file(feed, repeat=self._repeat)
            model = MODELS[CHIP](feed, errors=self._sensor_errors)
            self.radio = VirtualRadio()
            await self.radio.start()
            stack.push_async_callback(self.radio.stop)
            self._backends = self.radio.backends()
            self.clip = await stack.enter_async_context(VirtualClip(model, self.radio, faults=self._faults))
            self.ended = self.clip.finished
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *of: object) -> None:
        await self.close()
        await self._stack.__aexit__(*of)  # type: ignore[arg-type]

    def _matches(self, device: BLEDevice, advertised: AdvertisementData) -> bool:
        """Any clip: there is but one in this air."""
        return ids.SERVICE_UUID in advertised.service_uuids
