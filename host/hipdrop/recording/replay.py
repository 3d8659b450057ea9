"""A recording through the chain again: the very events of the live run."""

from __future__ import annotations

from dataclasses import replace

from hipdrop.errors import InputError
from hipdrop.events import Event, Site, UseCalibration
from hipdrop.profile import Profile
from hipdrop.receive.chain import Chain
from hipdrop.recording.items import Entered, Item, Message, Session
from hipdrop.recording.reader import Run
from hipdrop.settings import Settings

LUMP = 2000  # messages at a time: about a minute of a run


def chain_of(
    run: Run, settings: Settings | None = None, site: Site | None = None, profile: Profile | None = None,
    calibration: UseCalibration | None = None,
) -> Chain:  # fmt: skip
    """Make the chain that the run was made with; what is given goes over what the recording says."""
    header = run.header
    return Chain(
        settings or header.settings,
        site=site or header.site,
        profile=run.runner(profile),
        mount=header.mount,
        calibration=None if calibration is None else replace(calibration, at_unix_s=header.start_unix_s),
    )


def run_through(run: Run, chain: Chain) -> list[Event]:
    """Let all of a run enter, and give its events.

    Raises
    ------
    InputError
        It gave no sample.
    """
    events: list[Event] = []
    for number, item in enumerate(run.items):
        events += enter(chain, item)
        if number % LUMP == 0:
            events += chain.run()
    events += chain.run() + chain.close()
    check_readable(run, chain)
    return events


def enter(chain: Chain, item: Item) -> list[Event]:
    """Let one item enter the chain again; events of messages wait for the next input, `run` or `close`."""
    if isinstance(item, Message):
        chain.take(item.arrival_s, item.message)
    elif isinstance(item, Entered):
        return chain.user(item.item)
    elif isinstance(item, Session) and item.what == "connected":
        chain.connected(item.detail.get("mtu"))
    elif isinstance(item, Session) and item.what == "lost":
        chain.lost()
    elif isinstance(item, Session) and item.what == "counted":
        chain.counted(item.detail.get("overflowed", 0), item.detail.get("bad_frames", 0))
    return []


def check_readable(run: Run, chain: Chain) -> None:
    """Refuse a recording that gave no sample, once all of it has entered.

    Raises
    ------
    InputError
        It says why.
    """
    if chain.info is None:
        raise InputError(run.path, "holds no word of the clip on what its counts mean; name another recording")
    if chain.pipeline is None:
        raise InputError(run.path, "holds no frames of the clip: it was never streaming; name another recording")
