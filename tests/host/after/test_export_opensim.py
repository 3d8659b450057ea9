"""Export for OpenSim: frames, signs and file format; and OpenSense itself where it is installed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from export_runs import a_run, gapped, joined, still, tell_nobody, whole
from scipy.spatial.transform import Rotation

from hipdrop.after.export.opensim import RATE_HZ, coordinates, opensim_files, quaternions, uniform
from hipdrop.after.export.source import ExportSource, export_source
from hipdrop.after.reading import read_recorded
from hipdrop.errors import InputError
from hipdrop.samples import Array
from recordings import read_table, running

COORDINATES = ("pelvis_tilt", "pelvis_list", "pelvis_rotation")


def read_sto(text: str) -> tuple[dict[str, str], list[str], list[list[str]]]:
    """Read keys, labels and rows of a .sto as OpenSim's documentation has them."""
    head, _, body = text.partition("endheader\n")
    keys = dict(line.split("=", 1) for line in head.splitlines() if "=" in line)
    labels, *rows = (line.split("\t") for line in body.splitlines())
    return keys, labels, rows


def of_source(source: ExportSource, name: str) -> tuple[dict[str, str], list[str], list[list[str]]]:
    """Read a file of the export of a run."""
    return read_sto(joined(opensim_files(source, tell_nobody), name).decode())


def orientation(source: ExportSource, name: str = "orientation.sto") -> tuple[Array, Rotation]:
    """Give times and rotations, pelvis to OpenSim's ground, of an orientation file."""
    _, _, rows = of_source(source, name)
    w, x, y, z = np.array([row[1].split(",") for row in rows], dtype=float).T
    return np.array([row[0] for row in rows], dtype=float), Rotation.from_quat(np.column_stack((x, y, z, w)))


def pose(obliquity_deg: float = 0.0, tilt_deg: float = 0.0, rotation_deg: float = 0.0) -> Array:
    """Give one row of angles."""
    return np.radians([[obliquity_deg, tilt_deg, rotation_deg]])


def test_header_of_orientations_is_what_opensense_asks_for() -> None:
    keys, labels, rows = of_source(whole(), "orientation.sto")
    assert keys["DataType"] == "Quaternion"
    assert keys["version"] == "3"
    assert keys["OpenSimVersion"]
    assert labels == ["time", "pelvis_imu"]
    assert {len(row) for row in rows} == {2}
    assert {row[1].count(",") for row in rows} == {3}


@pytest.mark.parametrize("name", ["orientation.sto", "coordinates.sto"])
def test_the_data_rate_is_true(name: str) -> None:
    keys, _, rows = of_source(whole(), name)
    t_s = np.array([row[0] for row in rows], dtype=float)
    np.testing.assert_allclose(np.diff(t_s), 1.0 / float(keys["DataRate"]), atol=1e-9)
    assert t_s[-1] - t_s[0] == pytest.approx(whole().recorded.facts.duration_s, abs=2.0 / RATE_HZ)
    if name == "coordinates.sto":
        assert int(keys["nRows"]) == len(rows)
        assert int(keys["nColumns"]) == 4
        assert keys["inDegrees"] == "yes"


def test_quaternions_are_the_rotation_of_the_three_angles() -> None:
    rng = np.random.default_rng(8)
    angles = rng.uniform(-1.0, 1.0, (50, 3))
    mine = quaternions(angles)
    wanted = Rotation.from_euler("YXZ", angles[:, [2, 0, 1]])
    assert (Rotation.from_quat(mine[:, [1, 2, 3, 0]]) * wanted.inv()).magnitude().max() < 1e-12


def test_coordinates_rotate_back_to_the_same_pelvis() -> None:
    """By another library, in the order of the joint: tilt about z, list about x, rotation about y."""
    rng = np.random.default_rng(9)
    angles = rng.uniform(-1.0, 1.0, (50, 3))
    back = Rotation.from_euler("ZXY", coordinates(angles))
    wanted = Rotation.from_euler("YXZ", angles[:, [2, 0, 1]])
    assert (back * wanted.inv()).magnitude().max() < 1e-12


@pytest.mark.parametrize(
    ("angles", "axis", "goes", "coordinate"),
    [
        (pose(obliquity_deg=6.0), (0, 0, 1), (0, -1, 0), "pelvis_list"),  # the right hip goes down
        (pose(tilt_deg=6.0), (1, 0, 0), (0, 1, 0), "pelvis_tilt"),  # the front goes up
        (pose(rotation_deg=6.0), (1, 0, 0), (0, 0, -1), "pelvis_rotation"),  # the front goes left
    ],
)
def test_signs_of_opensim(angles: Array, axis: tuple[int, ...], goes: tuple[int, ...], coordinate: str) -> None:
    """What is right, in front, above is so in OpenSim's ground: x forward, y up, z right."""
    turned = Rotation.from_quat(quaternions(angles)[0, [1, 2, 3, 0]]).apply(axis)
    assert turned @ np.array(goes) == pytest.approx(np.sin(np.radians(6.0)))
    values = dict(zip(COORDINATES, np.degrees(coordinates(angles))[0], strict=True))
    assert values.pop(coordinate) == pytest.approx(6.0)
    assert list(values.values()) == pytest.approx([0.0, 0.0])


def test_the_pelvis_is_the_simulated_one() -> None:
    """Rotation against the simulator's, each less its slow part; up as the filter knows it."""
    run = a_run()
    t_s, angles = uniform(whole().pelvis, slice(0, len(whole().pelvis.t_s)))
    turning = np.degrees(np.unwrap(np.radians(run.rotation_deg)))
    assert np.ptp(turning) > 300.0  # once round the oval, nearly
    truth = replace(
        whole().pelvis, t_s=run.t_s, rotation_deg=turning, obliquity_deg=run.obliquity_deg, tilt_deg=run.tilt_deg
    )
    true_s, wanted = uniform(truth, slice(0, len(run.t_s)))
    both, mine, theirs = np.intersect1d(np.round(RATE_HZ * t_s), np.round(RATE_HZ * true_s), return_indices=True)
    error, inner = np.degrees(angles[mine] - wanted[theirs]), (both > 500) & (both < both[-1] - 500)
    assert inner.sum() > 28000
    assert np.degrees(wanted[:, 2]).std() > 1.0
    assert np.abs(error[inner, 2]).max() < 0.2
    steady = (both > 2000) & (both < 11000)  # while the speed changes, the up vector leans
    assert error[steady, 1].std() < 0.1


@pytest.mark.parametrize("name", ["rbds001_3.5ms", "jdx_s999"])
def test_the_pelvis_is_that_of_the_markers(name: str, reference_data: Path) -> None:
    """All three angles of a runner on a treadmill, mount given; means differ by the offset of the accelerometer."""
    folder = reference_data / "running" / name
    markers = read_table(folder / "truth_obliquity.csv")
    read = replace(read_recorded(folder / "imu.csv"), mount=running(folder).pelvis_from_sensor)
    pelvis = export_source(read).pelvis
    true = {key: markers[key] for key in ("t_s", "obliquity_deg", "tilt_deg", "rotation_deg")}
    t_s, angles = uniform(pelvis, slice(0, len(pelvis.t_s)))
    true_s, wanted = uniform(replace(pelvis, **true), slice(0, len(true["t_s"])))
    times, mine, theirs = np.intersect1d(np.round(RATE_HZ * t_s), np.round(RATE_HZ * true_s), return_indices=True)
    inner = (times > times[0] + 400) & (times < times[-1] - 200)
    error = np.degrees(angles[mine] - wanted[theirs])[inner]
    assert len(error) > 1000
    assert np.degrees(wanted).std(axis=0).min() > 1.5
    assert error.std(axis=0).max() < 0.2


def test_x_points_where_the_runner_goes() -> None:
    _, rotation = orientation(whole())
    right = rotation.apply([0.0, 0.0, 1.0])
    heading = np.degrees(np.arctan2(right[:, 0], right[:, 2]))
    strides = heading[1000:11000].reshape(-1, 500).mean(axis=1)
    assert np.abs(strides).max() < 1.0
    assert np.abs(heading).max() < 25.0


def test_height_of_the_right_hip_is_the_obliquity_of_the_analysis() -> None:
    t_s, rotation = orientation(whole())
    down = -np.degrees(np.arcsin(rotation.apply([0.0, 0.0, 1.0])[:, 1]))
    wanted = np.interp(t_s, whole().run.t_s, whole().run.obliquity_deg)
    np.testing.assert_allclose(down, wanted, atol=1e-5)


def test_both_files_are_the_same_pelvis() -> None:
    t_s, rotation = orientation(whole())
    _, labels, rows = of_source(whole(), "coordinates.sto")
    assert labels == ["time", *COORDINATES]
    table = np.array(rows, dtype=float)
    np.testing.assert_array_equal(table[:, 0], t_s)
    back = Rotation.from_euler("ZXY", table[:, 1:], degrees=True)
    assert np.degrees((back * rotation.inv()).magnitude()).max() < 1e-5


def test_each_stretch_without_a_gap_has_files_of_its_own() -> None:
    files = opensim_files(gapped(), tell_nobody)
    assert sorted(files) == [
        "coordinates-001.sto", "coordinates-002.sto", "orientation-001.sto", "orientation-002.sto", "placer.sto",
    ]  # fmt: skip
    assert not any(b"nan" in joined(files, name) for name in sorted(files))
    before, _ = orientation(gapped(), "orientation-001.sto")
    after, _ = orientation(gapped(), "orientation-002.sto")
    assert before[-1] == pytest.approx(200.0, abs=0.02)
    assert after[0] == pytest.approx(201.5, abs=0.02)


def test_without_a_mount_there_is_no_pelvis() -> None:
    with pytest.raises(InputError, match=r"how the clip sits on the pelvis was not found"):
        opensim_files(still(), tell_nobody)


def test_nothing_but_short_pieces_is_refused() -> None:
    pieces = [slice(0, 500), slice(500, 900)]
    with pytest.raises(InputError, match=r"has no 4 s without a gap"):
        opensim_files(replace(whole(), pelvis=replace(whole().pelvis, stretches=pieces)), tell_nobody)


@pytest.mark.validation
def test_opensense_reads_it_and_finds_the_same_angles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenSim itself (pip install opensim): place the clip, track it, compare with coordinates.sto."""
    osim = pytest.importorskip("opensim")
    monkeypatch.chdir(tmp_path)
    files = opensim_files(whole(), tell_nobody)
    for name in files:
        (tmp_path / name).write_bytes(joined(files, name))
    _pelvis_model(osim).printToXML("pelvis.osim")
    placer = osim.IMUPlacer()
    placer.set_model_file("pelvis.osim")
    placer.set_orientation_file_for_calibration("placer.sto")
    placer.set_base_imu_label("pelvis_imu")
    placer.set_base_heading_axis("x")
    placer.set_output_model_file("placed.osim")
    assert placer.run(False)
    tracker = osim.IMUInverseKinematicsTool()
    tracker.set_model_file("placed.osim")
    tracker.set_orientations_file("orientation.sto")
    tracker.set_time_range(0, 60.0)
    tracker.set_time_range(1, 70.0)
    tracker.set_results_directory("tracked")
    assert tracker.run(False)
    tracked = osim.TimeSeriesTable("tracked/ik_orientation.mot")
    own = osim.TimeSeriesTable("coordinates.sto")
    times = np.array(own.getIndependentColumn())
    inside = (times >= 60.0 - 1e-6) & (times <= 70.0 + 1e-6)
    for name in COORDINATES:
        found, wanted = (table.getDependentColumn(name).to_numpy() for table in (tracked, own))
        np.testing.assert_allclose(found, wanted[inside], atol=0.01)
    assert osim.Storage("coordinates.sto").isInDegrees()


def _pelvis_model(osim: ModuleType) -> object:
    """Make a model of a pelvis alone, on the joint that OpenSim's gait models have."""
    model = osim.Model()
    pelvis = osim.Body("pelvis", 10.0, osim.Vec3(0), osim.Inertia(0.1, 0.1, 0.1))
    turns = osim.SpatialTransform()
    for number, (name, axis) in enumerate(zip(COORDINATES, ((0, 0, 1), (1, 0, 0), (0, 1, 0)), strict=True), 1):
        turn = getattr(turns, f"upd_rotation{number}")()
        turn.append_coordinates(name)
        turn.setAxis(osim.Vec3(*axis))
        turn.set_function(osim.LinearFunction(1.0, 0.0))
    ends = (osim.Vec3(0), osim.Vec3(0))
    joint = osim.CustomJoint("ground_pelvis", model.getGround(), *ends, pelvis, *ends, turns)
    model.addBody(pelvis)
    model.addJoint(joint)
    model.finalizeConnections()
    return model
