"""Faults and kinds of devices in a whole run: labelled, felt in the data, found by the self-check, each by itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
from tests.simulation.town import CENTRE, EAST, WEST, rows_by_device, run_town

from twin.errors import ScenarioError
from twin.eventlog.reader import Run

KITS = """{
    pole: [{kind: lidar, range_m: 150}, {kind: camera, field_of_view_deg: 90}, {kind: radar}],
    gantry: [{kind: radar_video}],
    fast: [{kind: lidar, range_m: 120}]}"""
FAULTS = """{scheduled: [
    {device: west/lidar-0, cause: power_loss, from_s: 3, until_s: 8},
    {device: east/lidar-0, cause: wrong_calibration, size: 2.0, from_s: 0, until_s: 12}]}"""


def town_of_kinds(out: Path, **overrides: object) -> Run:
    """Run the town with LiDARs, cameras and radars."""
    return run_town(out, WEST, CENTRE, EAST, **({"deployment.kits": KITS, "fusion": "null"} | overrides))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the run in which nothing fails."""
    return town_of_kinds(tmp_path_factory.mktemp("sound"))


def test_every_kind_finds_vehicles(sound: Run) -> None:
    """A radar-video unit stands there as its camera and its radar; each kind reports some of those present, none all."""
    kinds = dict(zip(*(sound.table("device_spec")[name].to_pylist() for name in ("name", "kind")), strict=True))
    assert kinds["centre/radar_video-0/camera"] == "camera"
    assert kinds["centre/radar_video-0/radar"] == "radar"
    frames = sound.table("frame").to_pandas()
    kind_of = dict(zip(sound.table("device_spec")["device"].to_pylist(), kinds.values(), strict=True))
    by_kind = frames.groupby(frames["device"].map(kind_of))[["present", "detected"]].sum()
    assert set(by_kind.index) == {"lidar", "camera", "radar"}
    assert (by_kind["detected"] > 0).all()
    assert (by_kind["detected"] < by_kind["present"]).all()


def test_faults_are_labelled_felt_and_found_and_nobody_else_changes(sound: Run, tmp_path: Path) -> None:
    """Without power no frame and soon an alarm, with wrong calibration places off by its size; other devices' rows stay."""
    check = "{silence_s: 1.0, window_s: 2, learning_s: 10}"
    faulty = town_of_kinds(tmp_path, faults=FAULTS, self_check=check)
    number = dict(zip(*(faulty.table("device_spec")[name].to_pylist() for name in ("name", "device")), strict=True))
    west, east = number["west/lidar-0"], number["east/lidar-0"]
    told = [(row["t_us"], row["device"], row["state"], row["cause"]) for row in faulty.table("device").to_pylist()]
    assert (3_000_000, west, "fault", "power_loss") in told
    assert (8_000_000, west, "up", "power_loss") in told
    assert (0, east, "fault", "wrong_calibration") in told
    shown_us = faulty.table("frame").filter(pc.field("device") == west)["t_us"].to_numpy()
    assert not ((shown_us >= 3_000_000) & (shown_us < 8_000_000)).any()
    assert (shown_us >= 8_000_000).any()
    alarms = [row for row in faulty.table("alarm").to_pylist() if row["cause"] == "power_loss"]
    assert [(row["device"], row["state"], row["t_us"]) for row in alarms] == [
        (west, "raised", 3_900_000),
        (west, "cleared", 8_000_000),
    ]
    before, now = (rows_by_device(run, "frame") for run in (sound, faulty))
    error_cm = now["east/lidar-0"]["mean_error_cm"].drop_null().to_numpy()
    assert np.median(error_cm) == pytest.approx(200.0, abs=60.0)
    assert np.median(before["east/lidar-0"]["mean_error_cm"].drop_null().to_numpy()) < 100.0
    for name in set(before) - {"west/lidar-0", "east/lidar-0"}:
        assert now[name].equals(before[name]), name


def test_night_takes_sight_from_cameras_alone(sound: Run, tmp_path: Path) -> None:
    """On an unlit night cameras find fewer vehicles; what LiDARs and radars report stays the same to the byte."""
    night = town_of_kinds(tmp_path, light="unlit_night")
    before, now = (rows_by_device(run, "frame") for run in (sound, night))
    for name, rows in before.items():
        if "camera" in name:
            assert pc.sum(now[name]["detected"]).as_py() < pc.sum(rows["detected"]).as_py(), name
        else:
            assert now[name].equals(rows), name


def test_a_fault_of_a_device_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """The name that was meant is proposed, at the key of the fault."""
    wrong = "{scheduled: [{device: west/lidar-7, cause: dirt, from_s: 0, until_s: 1}]}"
    with pytest.raises(ScenarioError) as refused:
        town_of_kinds(tmp_path, faults=wrong)
    assert "west/lidar-0" in str(refused.value)
    assert "faults.scheduled[0].device" in str(refused.value)


def test_sites_fuse_what_their_devices_report(sound: Run, tmp_path: Path) -> None:
    """Tracks lie nearer to their vehicles than what the best single device says; other tables stay the same to the byte."""
    fused = town_of_kinds(tmp_path, fusion="{period_s: 0.1}")
    truth = fused.table("trajectory").to_pandas().set_index(["t_us", "vehicle"])[["x_cm", "y_cm"]].add_suffix("_true")
    tracks = fused.table("fused_object").to_pandas().dropna(subset=["vehicle"])
    tracks = tracks[(tracks["t_us"] % 500_000 == 0) & (tracks["t_us"] >= 3_000_000)].astype({"vehicle": int})
    joined = tracks.join(truth, on=["t_us", "vehicle"]).dropna()
    off_cm = np.hypot(joined["x_cm"] - joined["x_cm_true"], joined["y_cm"] - joined["y_cm_true"])
    assert len(off_cm) > 100
    single_cm = fused.table("frame")["mean_error_cm"].drop_null().to_numpy()
    assert np.median(off_cm) < np.median(single_cm)
    assert set(joined["devices"]) >= {1, 2, 3}
    per_track = joined.groupby(["site", "track"])["vehicle"].nunique()
    assert (per_track == 1).mean() > 0.9
    for table in ("frame", "observation", "perception", "trajectory"):
        assert fused.table(table).equals(sound.table(table)), table
