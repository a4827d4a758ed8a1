"""The fleet's scan: what it counts, logs and draws."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import ipc

from twin.eventlog.recorder import Recorder
from twin.kernel.weather import WeatherSpec
from twin.roadnet.road_network import Building
from twin.sensors.camera import CameraSpec
from twin.sensors.fault_spec import FaultsSpec
from twin.sensors.faults import DeviceFaults
from twin.sensors.fleet import SensorFleet
from twin.sensors.lidar import LidarSpec, points_on_target
from twin.sensors.process import run_fleet
from twin.sensors.sites import Device
from twin.traffic.ground_truth import GroundTruth

SURE = {
    "points_for_half_detection": 1e-9,
    "min_points": 1.0,
    "false_objects_per_frame": 0.0,
    "reflectivity_spread": 0.0,
}
"""Detects whatever has a point on it, and nothing else."""


def lidar(**values):
    """Return a specification."""
    return LidarSpec.model_validate({"kind": "lidar", **values})


def device(name, x_m=0.0, y_m=0.0, number=0, level=0, heading_deg=0.0, **values):
    """Return a placed device."""
    return Device(number, name, number, x_m, y_m, level, heading_deg, lidar(**values))


def traffic(x_m, y_m, t_us=0, **columns):
    """Return cars at these places, heading east."""
    n = len(x_m)
    values = {
        "t_us": t_us,
        "vehicle": np.arange(n, dtype=np.int32),
        "klass": np.zeros(n, np.int8),
        "x_m": np.asarray(x_m, float),
        "y_m": np.asarray(y_m, float),
        "level": np.zeros(n, np.int8),
        "heading_rad": np.zeros(n),
        "speed_mps": np.zeros(n),
        "length_m": np.full(n, 4.6),
        "width_m": np.full(n, 1.8),
        "height_m": np.full(n, 1.5),
        "edge": np.zeros(n, np.int32),
        "lane": np.zeros(n, np.int8),
        "s_m": np.zeros(n),
    }
    return GroundTruth(**{**values, **columns})


def street(seed, vehicles=60, t_us=0):
    """Return cars scattered without overlap along three lanes."""
    rng = np.random.default_rng(seed)
    slots = rng.choice(3 * 50, vehicles, replace=False)
    return traffic(slots // 3 * 7.0 - 175.0 + rng.uniform(-1.0, 1.0, vehicles), slots % 3 * 3.5, t_us)


def table(folder, name):
    """Return the rows recorded in a table."""
    parts = sorted((folder / name).glob("part-*.arrow"))
    return pa.concat_tables([ipc.open_file(part).read_all() for part in parts])


def recorded(folder, devices, truths, buildings=(), weather=None, **options):
    """Scan every truth, close the interval and return fleet, batches and a reader of tables."""
    folder.mkdir(exist_ok=True)
    recorder = Recorder(folder)
    fleet = SensorFleet(devices, buildings, weather or WeatherSpec(), 11, recorder, **options)
    batches = [fleet.scan(truth) for truth in truths]
    fleet.close_interval(truths[-1].t_us + fleet.period_us)
    recorder.close_segment()
    return fleet, batches, lambda name: table(folder, name)


def frames(truth, count):
    """Return the same standing traffic at ``count`` successive scans of 10 Hz."""
    return [replace(truth, t_us=100_000 * k) for k in range(count)]


def test_counts_of_one_scan(tmp_path: Path) -> None:
    """Present is range, field of view and level; a hidden vehicle is present but not visible; all in their range bins."""
    truth = traffic(
        [50.0, 195.0, 205.0, -50.0, 60.0, 80.0],
        [0.0, 0.0, 0.0, 0.0, 30.0, 40.0],
        level=np.array([0, 0, 0, 0, 1, 0], np.int8),
        klass=np.array([0, 2, 0, 0, 0, 1], np.int8),
    )
    wall = Building(np.array([70.0, 75.0, 75.0, 70.0]), np.array([20.0, 20.0, 50.0, 50.0]), 30.0)
    east = device("a/lidar-0", heading_deg=90.0, field_of_view_deg=120.0, elevation_resolution_deg=0.05, **SURE)
    fleet, batches, read = recorded(tmp_path / "run", [east], [truth], [wall], observation_every_n_frames=1)
    row = read("frame").to_pylist()[0]
    assert (row["present"], row["visible"], row["detected"], row["false"]) == (3, 2, 2, 0)
    assert sorted(read("observation")["vehicle"].to_pylist()) == [0, 1]
    stats = {
        (s["class"], s["range_bin_m"]): (s["present"], s["visible"], s["detected"]) for s in read("detection_stat").to_pylist()
    }
    assert stats == {("car", 50): (1, 1, 1), ("bus", 190): (1, 1, 1), ("taxi", 80): (1, 0, 0)}
    assert (fleet.present, fleet.detected) == (3, 2)
    assert batches[0].objects.tolist() == [2]
    assert batches[0].result_time_us.tolist() == [row["processing_us"]]


def test_points_are_those_of_the_formula(tmp_path: Path) -> None:
    """A car's rear seen square on by an AT128 has the points of (W / (d daz)) (H / (d del)), within 3 % at 50 m and more."""
    for away in (50.0, 100.0, 150.0):
        truth = traffic([away + 2.3], [0.0])
        at128 = {"azimuth_resolution_deg": 0.1, "elevation_resolution_deg": 0.2, "mounting_height_m": 0.75, "range_m": 210.0}
        east = device("a/lidar-0", heading_deg=90.0, field_of_view_deg=120.0, lowest_elevation_deg=-12.7, **at128, **SURE)
        _, _, read = recorded(tmp_path / f"{away}", [east], [truth], observation_every_n_frames=1)
        points = read("observation")["evidence"].to_pylist()
        assert points == [pytest.approx(points_on_target(1.8, 1.5, away, 0.1, 0.2), rel=0.03, abs=0.5)]


def test_devices_do_not_change_each_other(tmp_path: Path) -> None:
    """Rows of a device are the same bits with or without the others, in any order, of any model."""
    devices = [
        device("a/lidar-0", -40.0, -8.0, 0),
        device("b/lidar-0", 10.0, 14.0, 1, field_of_view_deg=120.0, heading_deg=180.0),
        device("c/lidar-0", 80.0, -8.0, 2, occlusion_column_deg=1.0, false_objects_per_frame=2.0),
    ]
    truths = [street(5, t_us=100_000 * k) for k in range(4)]
    _, _, everything = recorded(tmp_path / "all", devices, truths, observation_every_n_frames=1)
    for name, keep in (("one", [2]), ("turned", [2, 0, 1]), ("two", [0, 2])):
        _, _, some = recorded(tmp_path / name, [devices[k] for k in keep], truths, observation_every_n_frames=1)
        for rows in ("frame", "observation", "detection_stat"):
            for number in keep:
                of_all = everything(rows).filter(pc.field("device") == number)
                of_some = some(rows).filter(pc.field("device") == number)
                assert of_all.num_rows > 0
                assert of_all.to_pylist() == of_some.to_pylist()


def test_other_vehicles_far_away_change_nothing(tmp_path: Path) -> None:
    """A vehicle beyond everyone's reach, or the order of rows, changes no row of a device."""
    truth = street(6)
    order = np.random.default_rng(1).permutation(60)
    mixed = GroundTruth(truth.t_us, *(getattr(truth, name)[order] for name in GroundTruth.__slots__[1:]))
    tables = []
    for k, one in enumerate((truth, mixed)):
        _, _, read = recorded(tmp_path / f"{k}", [device("a/lidar-0", 0.0, -8.0)], [one], observation_every_n_frames=1)
        rows = read("observation").to_pylist()
        tables.append(sorted(rows, key=lambda row: (row["vehicle"] is None, row["vehicle"])))
    assert tables[0] == tables[1]


@pytest.mark.parametrize("rooms", [1, 2])
def test_the_lists_say_what_was_detected_and_where_it_was_measured(tmp_path: Path, rooms: int) -> None:
    """Edge and speed of each detected vehicle, its place along the edge as measured; no false ones, no pedestrians."""
    truth = replace(
        street(8),
        edge=np.arange(60, dtype=np.int32),
        s_m=np.linspace(100.0, 200.0, 60),
        speed_mps=np.linspace(0.0, 14.0, 60),
        klass=np.where(np.arange(60) % 7 == 0, 7, 0).astype(np.int8),
        heading_rad=np.where(np.arange(60) % 2 == 0, 0.0, math.pi),
    )
    devices = [device("a/lidar-0", 0.0, -8.0, 3), device("b/lidar-0", 30.0, 12.0, 5)]
    options = {"observation_every_n_frames": 1, "tell_content": True}
    _, batches, read = recorded(tmp_path / "run", devices, frames(truth, rooms), **options)
    batch, content = batches[-1], batches[-1].content
    assert content.offset.tolist() == [0, *np.cumsum([(content.offset[k + 1] - content.offset[k]) for k in range(2)])]
    rows = read("observation").filter(pc.field("t_us") == batch.t_us).to_pylist()
    for k, number in enumerate((3, 5)):
        mine = [row for row in rows if row["device"] == number and row["vehicle"] is not None and row["vehicle"] % 7 != 0]
        part = slice(content.offset[k], content.offset[k + 1])
        assert content.edge[part].tolist() == [row["vehicle"] for row in mine]
        assert len(mine) > 5
        for row, s_m, speed_mps in zip(mine, content.s_m[part], content.speed_mps[part], strict=True):
            i = row["vehicle"]
            ahead_m = (row["x_cm"] / 100.0 - truth.x_m[i]) * (1.0 if i % 2 == 0 else -1.0)
            assert s_m - truth.s_m[i] == pytest.approx(ahead_m, abs=0.006)
            assert speed_mps == truth.speed_mps[i]


def test_lists_are_told_to_those_who_ask_and_change_no_row(tmp_path: Path) -> None:
    """Without being asked a fleet tells none; asked, it logs the same."""
    devices, truths = [device("a/lidar-0", 0.0, -8.0)], frames(street(9), 3)
    _, silent, first = recorded(tmp_path / "silent", devices, truths, observation_every_n_frames=2)
    _, telling, second = recorded(tmp_path / "telling", devices, truths, observation_every_n_frames=2, tell_content=True)
    assert all(batch.content is None for batch in silent)
    assert all(batch.content is not None for batch in telling)
    for rows in ("frame", "observation", "detection_stat"):
        assert first(rows).equals(second(rows))


def test_position_noise(tmp_path: Path) -> None:
    """Errors are unbiased, of the stated deviation along both axes, Rayleigh in length; detection_stat holds their sums."""
    truth = traffic([60.0], [0.0])
    near = device("a/lidar-0", position_noise_m=0.2, position_noise_per_m=0.005, position_noise_share=0.0, **SURE)
    count = 4000
    _, _, read = recorded(tmp_path / "run", [near], frames(truth, count), observation_every_n_frames=1)
    rows = read("observation")
    ex = rows["x_cm"].to_numpy() / 100.0 - 60.0
    ey = rows["y_cm"].to_numpy() / 100.0
    sigma = 0.2 + 0.005 * 60.0
    assert len(ex) == count
    for error in (ex, ey):
        assert abs(error.mean()) < 4.0 * sigma / math.sqrt(count)
        assert error.std() == pytest.approx(sigma, rel=4.0 / math.sqrt(2.0 * count))
    assert abs(np.corrcoef(ex, ey)[0, 1]) < 4.0 / math.sqrt(count)
    stat = read("detection_stat").to_pylist()[0]
    assert stat["sum_error_m"] / count == pytest.approx(sigma * math.sqrt(0.5 * math.pi), rel=0.04)
    assert stat["sum_squared_error_m2"] / count == pytest.approx(2.0 * sigma**2, rel=0.07)
    assert stat["interval_us"] == count * 100_000


def test_detection_follows_the_curve(tmp_path: Path) -> None:
    """A vehicle with n50 points on it is found half of the time, within four standard errors."""
    truth = traffic([80.0], [0.0])
    _, _, read = recorded(tmp_path / "probe", [device("a/lidar-0", **SURE)], [truth], observation_every_n_frames=1)
    points = read("observation")["evidence"].to_pylist()[0]
    count = 4000
    half = device("a/lidar-0", points_for_half_detection=float(points), detection_steepness=3.0, false_objects_per_frame=0.0)
    fleet, _, _ = recorded(tmp_path / "run", [half], frames(truth, count))
    assert fleet.present == count
    assert fleet.detected / count == pytest.approx(0.5, abs=0.03)


def test_rain_and_the_curve_take_their_shares_one_after_the_other(tmp_path: Path) -> None:
    """Drops on the window leave 0.6 of the chance, too few pixels half of that: 0.3 are found, within four standard errors."""
    truth, rain = traffic([50.0], [0.0]), WeatherSpec(rain_mmph=20.0)
    values = {"kind": "camera", "heavy_rain_factor": 0.6, "heavy_rain_mmph": 16.0, "false_objects_per_frame": 0.0}

    def found(folder: str, count: int, **more: float):
        spec = CameraSpec.model_validate(values | more)
        camera = Device(0, "a/camera-0", 0, 0.0, 0.0, 0, 90.0, spec)
        fleet, _, read = recorded(tmp_path / folder, [camera], frames(truth, count), weather=rain, observation_every_n_frames=1)
        assert fleet.present == count
        return fleet.detected / count, read("observation")["evidence"].to_numpy()

    count = 4000
    sure, pixels = found("sure", count, pixels_for_half_detection=1e-6, min_pixels=1.0)
    assert sure == pytest.approx(0.6, abs=4.0 * math.sqrt(0.24 / count))
    half, _ = found("half", count, pixels_for_half_detection=float(pixels[0]), min_pixels=1.0)
    assert half == pytest.approx(0.3, abs=4.0 * math.sqrt(0.21 / count))


def test_false_objects_and_processing_time(tmp_path: Path) -> None:
    """False objects are Poisson with the stated mean, even over the area; processing times have their mean and spread."""
    clutter = device("a/lidar-0", false_objects_per_frame=1.5, range_m=100.0, processing_mean_s=0.06, processing_spread_s=0.02)
    count = 4000
    _, _, read = recorded(tmp_path / "run", [clutter], frames(traffic([], []), count), observation_every_n_frames=1)
    false = read("frame")["false"].to_numpy()
    assert false.mean() == pytest.approx(1.5, abs=4.0 * math.sqrt(1.5 / count))
    assert false.var() == pytest.approx(1.5, rel=0.1)
    places = read("observation")
    assert places["vehicle"].null_count == places.num_rows == false.sum()
    square = (places["x_cm"].to_numpy() / 1e4) ** 2 + (places["y_cm"].to_numpy() / 1e4) ** 2
    assert square.max() <= 1.001
    assert square.mean() == pytest.approx(0.5, abs=4.0 / math.sqrt(12.0 * places.num_rows))
    delay_s = read("frame")["processing_us"].to_numpy() / 1e6
    assert delay_s.mean() == pytest.approx(0.06, abs=4.0 * 0.02 / math.sqrt(count))
    assert delay_s.std() == pytest.approx(0.02, rel=0.1)
    stats = read("detection_stat")
    assert set(stats["class"].to_pylist()) == {"none"}
    assert stats["false"].to_numpy().sum() == false.sum()


def test_weather_takes_detections_not_presence(tmp_path: Path) -> None:
    """In fog fewer vehicles are visible and detected, as many present."""
    truth = [street(3)]
    one = [device("a/lidar-0", 0.0, -8.0)]
    clear, _, _ = recorded(tmp_path / "clear", one, truth)
    fog, _, _ = recorded(tmp_path / "fog", one, truth, weather=WeatherSpec(fog_visibility_m=150.0))
    assert fog.present == clear.present
    assert 0 < fog.detected < clear.detected


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_log_and_totals_agree(tmp_path_factory: pytest.TempPathFactory, seed: int, vehicles: int) -> None:
    """Sums of detection_stat are those of frame; the observations of a logged frame are its detected and false."""
    folder = tmp_path_factory.mktemp("run")
    devices = [device("a/lidar-0", -30.0, -8.0, 4), device("b/lidar-0", 40.0, 14.0, 9, false_objects_per_frame=1.0)]
    truths = frames(street(seed, vehicles), 4)
    _, batches, read = recorded(folder, devices, truths, observation_every_n_frames=2)
    frame, stat, seen = read("frame"), read("detection_stat"), read("observation")
    for name in ("present", "visible", "detected", "false"):
        assert pc.sum(frame[name]).as_py() == pc.sum(stat[name]).as_py()
    logged = frame.filter(pc.equal(pc.bit_wise_and(frame["frame"], 1), 0))
    assert seen.num_rows == pc.sum(logged["detected"]).as_py() + pc.sum(logged["false"]).as_py()
    assert set(seen["device"].to_pylist()) <= {4, 9}
    assert [int(batch.objects.sum()) for batch in batches] == [
        sum(row["detected"] + row["false"] for row in frame.to_pylist() if row["t_us"] == truth.t_us) for truth in truths
    ]
    assert all((row["mean_error_cm"] is None) == (row["detected"] == 0) for row in frame.to_pylist())


def test_fleet_runs_as_a_process(tmp_path: Path) -> None:
    """The process scans once a period from t = 0 on and hands each batch over."""
    env, batches = simpy.Environment(initial_time=0), []
    fleet = SensorFleet([device("a/lidar-0")], (), WeatherSpec(), 1, Recorder(tmp_path))
    env.process(run_fleet(env, fleet, lambda: traffic([30.0], [5.0], int(env.now)), batches.append))
    env.run(until=1_000_000)
    assert [batch.t_us for batch in batches] == [100_000 * k for k in range(10)]
    assert [batch.frame.tolist() for batch in batches] == [[k] for k in range(10)]


def test_one_rate_a_fleet(tmp_path: Path) -> None:
    """Devices of different rates are refused."""
    with pytest.raises(ValueError, match="one rate"):
        SensorFleet([device("a"), device("b", rate_hz=20.0)], (), WeatherSpec(), 1, Recorder(tmp_path))


def test_what_is_reported_of_a_vehicle_errs_as_stated(tmp_path: Path) -> None:
    """Speed, heading and size are unbiased with the stated deviations; the class is right as often as stated, others alike."""
    truth = replace(traffic([60.0], [0.0]), speed_mps=np.array([10.0]), klass=np.array([2], np.int8))
    given_errors = {"speed_noise_mps": 0.5, "heading_noise_deg": 3.0, "size_noise_share": 0.02, "class_accuracy": 0.8}
    count = 4000
    near = device("a/lidar-0", **given_errors, **SURE)
    _, _, read = recorded(tmp_path / "run", [near], frames(truth, count), observation_every_n_frames=1)
    rows = read("observation")
    off_deg = (rows["heading_cdeg"].to_numpy() / 100.0 - 90.0 + 180.0) % 360.0 - 180.0
    for error, sigma in (
        (rows["speed_cmps"].to_numpy() / 100.0 - 10.0, 0.5),
        (off_deg, 3.0),
        (rows["length_cm"].to_numpy() / 100.0 - 4.6, 0.092),
        (rows["width_cm"].to_numpy() / 100.0 - 1.8, 0.036),
    ):
        assert abs(error.mean()) < 4.0 * sigma / math.sqrt(count)
        assert error.std() == pytest.approx(sigma, rel=0.06)
    told = np.array(rows["class"].to_pylist())
    names, times = np.unique(told, return_counts=True)
    share = dict(zip(names.tolist(), (times / count).tolist(), strict=True))
    assert share["bus"] == pytest.approx(0.8, abs=4.0 * math.sqrt(0.16 / count))
    assert len(share) == 8
    others = [value for name, value in share.items() if name != "bus"]
    assert others == pytest.approx([0.2 / 7.0] * 7, abs=4.0 * math.sqrt(0.03 / count))


def test_a_turned_device_turns_headings_with_places(tmp_path: Path) -> None:
    """Turned by 5 degrees clockwise it takes what lies east of it, and heads east, for what lies and heads at bearing 85.

    The mean of 400 reports with errors of 3 degrees is known to 0.15; four times that is allowed.
    """
    spec = {"device": "a/lidar-0", "cause": "misalignment", "from_s": 0.0, "until_s": 1000.0, "size": 5.0, "ramp_s": 0.0}
    faults = DeviceFaults(FaultsSpec.model_validate({"scheduled": [spec]}), ["a/lidar-0"], 1)
    env = simpy.Environment(initial_time=0)
    for process in faults.processes(env):
        env.process(process)
    env.run(until=1)
    turned = device("a/lidar-0", heading_noise_deg=3.0, position_noise_m=0.0, **SURE)
    options = {"observation_every_n_frames": 1, "faults": faults}
    _, _, read = recorded(tmp_path / "run", [turned], frames(traffic([60.0], [0.0]), 400), **options)
    rows = read("observation")
    bearing_deg = np.degrees(np.arctan2(rows["x_cm"].to_numpy(), rows["y_cm"].to_numpy()))
    assert np.median(bearing_deg) == pytest.approx(85.0, abs=0.2)
    assert (rows["heading_cdeg"].to_numpy() / 100.0).mean() == pytest.approx(85.0, abs=0.6)


def test_lost_frames_report_nothing_and_their_vehicles_stay_present(tmp_path: Path) -> None:
    """As many frames are missing as stated; they have no row, no message and no object, and count as present all the same."""
    truth, count = traffic([60.0, 70.0], [0.0, 3.5]), 2000
    lossy = device("a/lidar-0", frame_drop_share=0.3, **SURE)
    sound = device("b/lidar-0", number=1, **SURE)
    fleet, batches, read = recorded(tmp_path / "run", [lossy, sound], frames(truth, count), observation_every_n_frames=1)
    sent = np.array([(batch.device == 0).sum() for batch in batches])
    assert sent.mean() == pytest.approx(0.7, abs=4.0 * math.sqrt(0.21 / count))
    assert all((batch.device == 1).sum() == 1 for batch in batches)
    rows = read("frame").filter(pc.field("device") == 0)
    assert rows.num_rows == sent.sum()
    numbers = np.flatnonzero(sent)
    assert (rows["frame"].to_numpy() == numbers).all()
    assert set(read("observation").filter(pc.field("device") == 0)["frame"].to_pylist()) <= set(numbers.tolist())
    assert fleet.present == 4 * count
