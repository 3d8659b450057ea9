"""The stand-in for NimBLE treats secrets as the sources do (ble_sm.c, ble_store.c, ble_store_util.c): no more, no less.

What it does with a firmware that refuses is why the clip's own firmware never does (firmware/hipclip/bonds.py).
"""

from __future__ import annotations

import pytest

pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')

from radio_firmware import SECRET, Bench, run

from hipdrop.virtual.blecommands import Command, Event, Key
from hipdrop.virtual.bonds import NO_INPUT_OUTPUT
from hipdrop.virtual.central import Central
from hipdrop.virtual.radio import CLIP_ADDRESS

OUR, PEER = 1, 2


def configure(bench: Bench, *, bond: bool) -> None:
    for key, value in ((Key.LE_SECURE, 1), (Key.IO, NO_INPUT_OUTPUT), (Key.BOND, bond)):
        bench.firmware.do(Command.CONFIG, bytes([key, value]))


async def pair(bench: Bench, central: Central | None = None) -> None:
    async with bench.client(central=central) as client:
        await client.pair()
        await client.read_gatt_char(SECRET)


async def lose_keys(central: Central) -> None:
    store = central.device.keystore
    assert store is not None
    await store.delete(CLIP_ADDRESS)


def bonded(bench: Bench) -> list[int]:
    """What the firmware was told of each encryption: whether it is by a bond."""
    return [payload[4] for _, number, payload in bench.firmware.events if number == Event.ENCRYPTION_UPDATE]


def test_a_bond_is_two_secrets_and_encrypts_again_whatever_the_option_is_then() -> None:
    async def scenario(bench: Bench) -> None:
        bench.firmware.keeps_secrets = True
        configure(bench, bond=True)
        await pair(bench)
        assert [kind for kind, _, _ in bench.firmware.secrets] == [OUR, PEER]
        configure(bench, bond=False)
        async with bench.client() as client:
            await client.read_gatt_char(SECRET)
        assert bonded(bench) == [1, 1]

    run(scenario)


def test_bonded_is_told_of_each_connection_by_itself() -> None:
    async def scenario(bench: Bench) -> None:
        bench.firmware.keeps_secrets = True
        configure(bench, bond=True)
        await pair(bench)
        configure(bench, bond=False)
        await pair(bench, await bench.radio.add_central())
        assert bonded(bench) == [1, 0]
        assert len(bench.firmware.secrets) == 2

    run(scenario)


def test_who_pairs_again_has_its_bond_deleted_before_even_without_a_new_one() -> None:
    async def scenario(bench: Bench) -> None:
        bench.firmware.keeps_secrets = True
        configure(bench, bond=True)
        await pair(bench)
        await lose_keys(bench.radio.host)
        configure(bench, bond=False)
        await pair(bench)
        assert bench.firmware.secrets == []

    run(scenario)


def test_a_secret_that_is_refused_costs_all_bonds() -> None:
    async def scenario(bench: Bench) -> None:
        bench.firmware.keeps_secrets = True
        configure(bench, bond=True)
        await pair(bench)
        await pair(bench, await bench.radio.add_central())
        assert len(bench.firmware.secrets) == 4
        bench.firmware.keeps_secrets = False
        await pair(bench, await bench.radio.add_central())
        assert bench.firmware.secrets == []

    run(scenario)
