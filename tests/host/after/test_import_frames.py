"""Samples as messages of a clip: nothing clips that did not, and rounding is below any sensor's noise."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from hipdrop.after.importing.clocks import Even, evened
from hipdrop.after.importing.container import Member
from hipdrop.after.importing.csvtext import Table
from hipdrop.after.importing.foreign import Device, Foreign, Sensor
from hipdrop.after.importing.frames import FULL_COUNTS, messages, scale_of
from hipdrop.receive.chain import Chain
from hipdrop.receive.decode import counts_of, read_frame
from hipdrop.receive.messages import ClipInfo, read_info
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipwire import decoding, ids


def made(acc_g: Array, gyr_dps: Array, t_s: Array | None = None, device: Device = Device()) -> tuple[Foreign, Even]:  # noqa: B008
    t_s = np.arange(len(acc_g)) / 100.0 if t_s is None else t_s
    table = Table(acc_g, np.arange(len(acc_g)), 2)
    member = Member(Path("x.csv"), "", b"")
    acc = Sensor(t_s, acc_g * STANDARD_GRAVITY_MS2, member, table)
    foreign = Foreign(Path("x.csv"), "csv", acc, Sensor(t_s, np.radians(gyr_dps), member, table), device, None, ())
    return foreign, evened(foreign)


def sent(foreign: Foreign, even: Even) -> tuple[ClipInfo, list[tuple[float, bytes]]]:
    """The info message, and the frames with when they come."""
    all_of_it = list(messages(foreign, even))
    assert [decoding.kind(message) for _, message in all_of_it[:2]] == [ids.INFO, ids.ANSWER]
    raw = [(at_s, message) for at_s, message in all_of_it if decoding.kind(message) == ids.RAW]
    return read_info(all_of_it[0][1]), raw


def random_motion(size_g: float, size_dps: float, n: int = 4000) -> tuple[Array, Array]:
    rng = np.random.default_rng(2)
    return size_g * rng.uniform(-1, 1, (n, 3)), size_dps * rng.uniform(-1, 1, (n, 3))


@pytest.mark.parametrize(("size_g", "size_dps"), [(1.4, 80.0), (8.0, 500.0), (15.0, 2000.0), (200.0, 4000.0)])
def test_counts_give_the_values_back(size_g: float, size_dps: float) -> None:
    acc_g, gyr_dps = random_motion(size_g, size_dps)
    info, raw = sent(*made(acc_g, gyr_dps))
    counts = counts_of([read_frame(message) for _, message in raw], ids.RAW).astype(np.float64)
    lsb_g, lsb_dps = 1e-9 * info.acc_ng_per_lsb, 1e-9 * info.gyr_ndps_per_lsb
    assert np.abs(counts[:, :3] * lsb_g - acc_g).max() <= 0.501 * lsb_g
    assert np.abs(counts[:, 3:] * lsb_dps - gyr_dps).max() <= 0.501 * lsb_dps
    assert np.abs(counts).max() < FULL_COUNTS
    assert not any(read_frame(message).flags & ids.SATURATED for _, message in raw)
    assert lsb_g <= max(2.0, 1.03 * size_g) / 32_000
    assert info.acc_range_g >= size_g
    assert info.gyr_range_dps >= size_dps


def test_sixteen_g_are_rounded_below_the_noise_of_a_phone() -> None:
    scale = scale_of(np.array([[15.5, 0, 0]]), None, 16.0, 1.5)
    rounding_g = 1e-9 * scale.nano_per_count / np.sqrt(12)
    assert rounding_g < 100e-6 * np.sqrt(100 / 2) / 4  # of 100 ug/sqrt(Hz) over half of 100 Hz
    assert scale.range_units == 16


def test_a_range_that_is_stated_but_passed_is_not_believed() -> None:
    assert scale_of(np.array([[9.0, 0, 0]]), None, 8.0, 1.5).range_units == 10


def test_a_range_that_cut_peaks_off_is_found_again() -> None:
    acc_g, gyr_dps = random_motion(6.0, 300.0)
    acc_g = np.clip(acc_g, -4.0, 3.9995)
    foreign, even = made(acc_g, gyr_dps)
    info, raw = sent(foreign, even)
    counts = counts_of([read_frame(message) for _, message in raw], ids.RAW)
    full = np.abs(counts[:, :3].astype(int)) >= FULL_COUNTS
    assert full[np.abs(acc_g) >= 3.9995].all()
    assert np.abs(acc_g)[full].min() > 3.9995 * (FULL_COUNTS - 1) / FULL_COUNTS
    assert any(read_frame(message).flags & ids.SATURATED for _, message in raw)
    assert info.acc_range_g == 4


def test_frames_are_in_order_and_end_at_a_gap() -> None:
    t_s = np.arange(4000) / 100.0
    t_s = t_s + np.where(np.arange(4000) < 1000, 0.0, 2.0) + np.where(np.arange(4000) < 2500, 0.0, 1300.0)
    foreign, even = made(*random_motion(3.0, 100.0), t_s)
    _, raw = sent(foreign, even)
    read = [read_frame(message) for _, message in raw]
    assert [frame.sequence for frame in read] == list(range(len(read)))
    jumps = [b.index - a.index - a.count for a, b in pairwise(read)]
    assert [jump for jump in jumps if jump] == [200, 130_000]
    assert [bool(frame.flags & ids.GAP) for frame in read[1:]] == [jump > 0 for jump in jumps]
    assert all(a[0] < b[0] for a, b in pairwise(raw))
    chain = Chain()
    for at_s, message in messages(foreign, even):
        chain.take(at_s, message)
    chain.run()
    chain.close()
    assert chain.reached_s == pytest.approx(t_s[-1], abs=0.002)
    assert chain.link_table()["samples_lost"] == 130_200
    assert chain.link_table()["gaps"] == 2
    assert chain.link_table()["samples_received"] == 4000


def test_texts_fit_into_the_info_message() -> None:
    device = Device("Téléphone " * 9, "phyphox 1.2.0", "Modell ß", "BMI323")
    info, _ = sent(*made(*random_motion(3.0, 100.0), device=device))
    assert info.serial.startswith("import-csv-T_l_phone")
    assert len(info.serial) == 32
    assert (info.firmware, info.board, info.chip) == ("phyphox 1.2.0", "Modell _", "BMI323")


@pytest.mark.parametrize("rate_hz", [49.2, 1012.0])
def test_rates_at_the_edges_are_taken_by_the_chain(rate_hz: float) -> None:
    foreign, even = made(*random_motion(3.0, 100.0), np.arange(4000) / rate_hz)
    chain = Chain()
    for at_s, message in messages(foreign, even):
        chain.take(at_s, message)
    chain.run()
    assert chain.rate_hz == pytest.approx(rate_hz, rel=1e-4)
