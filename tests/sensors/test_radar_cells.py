"""Two vehicles in one cell of a radar are one object; the errors that grow with heading and nearness are felt in a scan."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import ipc

from twin.eventlog.recorder import Recorder
from twin.kernel.weather import WeatherSpec
from twin.sensors.fleet import SensorFleet
from twin.sensors.radar import RadarSpec
from twin.sensors.radar_cells import MELTED, melt
from twin.sensors.sites import Device
from twin.traffic.ground_truth import GroundTruth

SURE = {"snr_for_half_detection_db": 0.0, "snr_at_range_db": 60.0, "false_objects_per_frame": 0.0, "mounting_height_m": 4.0}


def cars(x_m, y_m, speed_mps, heading_rad=0.0, klass=0):
    """Return cars at these places."""
    n = len(x_m)
    return GroundTruth(
        t_us=0,
        vehicle=np.arange(n, dtype=np.int32),
        klass=np.full(n, klass, np.int8),
        x_m=np.array(x_m, float),
        y_m=np.array(y_m, float),
        level=np.zeros(n, np.int8),
        heading_rad=np.full(n, heading_rad, float),
        speed_mps=np.array(speed_mps, float),
        length_m=np.full(n, 4.7),
        width_m=np.full(n, 1.8),
        height_m=np.full(n, 1.5),
        edge=np.zeros(n, np.int32),
        lane=np.zeros(n, np.int8),
        s_m=np.zeros(n),
    )


def seen(folder: Path, truths, **values):
    """Return who is found, frame by frame, by a radar at the origin that looks east; and the observations."""
    folder.mkdir(exist_ok=True)
    spec = RadarSpec.model_validate({"kind": "radar", **SURE, **values})
    recorder = Recorder(folder)
    fleet = SensorFleet(
        [Device(0, "a/radar-0", 0, 0.0, 0.0, 0, 90.0, spec)], (), WeatherSpec(), 3, recorder, observation_every_n_frames=1
    )
    for k, truth in enumerate(truths):
        fleet.scan(replace(truth, t_us=50_000 * k))
    recorder.close_segment()
    parts = sorted((folder / "observation").glob("part-*.arrow"))
    rows = pa.concat_tables([ipc.open_file(part).read_all() for part in parts])
    return [
        set(rows.filter(pa.compute.equal(rows["t_us"], 50_000 * k))["vehicle"].to_pylist()) for k in range(len(truths))
    ], rows


@pytest.mark.parametrize(
    ("place", "speeds", "beam_deg", "found"),
    [
        (((150.0, 150.0), (-1.75, 1.75)), (10.0, 10.0), 2.0, 1),  # 3.5 m at 150 m are 1.34 degrees
        (((150.0, 150.0), (-1.75, 1.75)), (10.0, 10.2), 2.0, 2),  # more than a cell of speed of 0.097 m/s
        (((150.0, 150.0), (-1.75, 1.75)), (10.0, 10.05), 2.0, 1),
        (((150.0, 150.0), (-1.75, 1.75)), (10.0, 10.0), 1.3, 2),
        (((150.0, 150.0), (-1.75, 1.75)), (10.0, 10.0), 0.0, 2),
        (((80.0, 80.0), (-1.75, 1.75)), (0.0, 0.0), 2.0, 2),  # 2.5 degrees
        (((150.0, 154.9), (-1.75, 1.75)), (0.0, 0.0), 2.0, 1),  # 0.2 m between their bodies: less than a cell of 0.3 m
        (((150.0, 155.2), (-1.75, 1.75)), (0.0, 0.0), 2.0, 2),  # 0.5 m
    ],
)
def test_two_in_one_cell_are_one(tmp_path: Path, place, speeds, beam_deg, found) -> None:
    """With c / 2B = 0.3 m, lambda / 2T = 0.097 m/s and the beam, two cars side by side at 150 m and as fast are one object.

    A different speed, a narrower beam, less distance or a gap between the bodies tells them apart.
    """
    (who,), _ = seen(tmp_path / "run", [cars(*place, speeds)], beam_deg=beam_deg)
    assert len(who) == found


def test_the_weaker_is_not_found(tmp_path: Path) -> None:
    """A pedestrian beside a bus is lost whichever number it has; it still counts as visible."""
    for first in (0, 1):
        truth = cars((150.0, 150.0), (-1.75, 1.75), (0.0, 0.0))
        klass = np.array([2, 7] if first == 0 else [7, 2], np.int8)
        (who,), _ = seen(tmp_path / f"{first}", [replace(truth, klass=klass)])
        assert who == {first}
    rows = ipc.open_file(next(iter(sorted((tmp_path / "0" / "frame").glob("*.arrow"))))).read_all().to_pylist()[0]
    assert (rows["present"], rows["visible"], rows["detected"]) == (2, 2, 1)


def test_melting_against_plain_geometry() -> None:
    """Of 200 random cars on a field those melt that have a stronger one in their cell, by corners of boxes and all pairs."""
    rng = np.random.default_rng(2)
    n = 200
    x, y, heading = rng.uniform(60.0, 260.0, n), rng.uniform(-20.0, 20.0, n), rng.uniform(-0.2, 0.2, n)
    speed, evidence = rng.uniform(9.8, 10.2, n), rng.integers(1, 60, n).astype(float)
    box = np.column_stack((x, y, np.cos(heading), np.sin(heading), np.full(n, 2.35), np.full(n, 0.9), np.full(n, 1.5)))
    targets, number = np.ones(n, np.int32), rng.permutation(n).astype(np.int32)
    away = np.hypot(x, y)
    cell = (0.3, 0.1, math.radians(2.0))
    melt(0.0, 0.0, cell, box, number, speed, np.arange(n, dtype=np.int32), n, targets, away, evidence)
    bearing = np.arctan2(y, x)
    corner = np.array([(a, b) for a in (-2.35, 2.35) for b in (-0.9, 0.9)])
    cos, sin = np.cos(heading - bearing)[:, None], np.sin(heading - bearing)[:, None]
    out = away[:, None] + cos * corner[:, 0] - sin * corner[:, 1]
    towards = speed * np.cos(heading - bearing)
    gap = np.maximum(out.min(axis=1)[:, None] - out.max(axis=1), out.min(axis=1) - out.max(axis=1)[:, None])
    turned = np.abs(bearing[:, None] - bearing)
    one = (gap < 0.3) & (np.abs(towards[:, None] - towards) < 0.1) & (turned < math.radians(2.0))
    stronger = (evidence > evidence[:, None]) | ((evidence == evidence[:, None]) & (number < number[:, None]))
    expected = (one & stronger).any(axis=1)
    assert 20 < expected.sum() < 180
    assert (targets == np.where(expected, MELTED, 1)).all()


def test_error_across_grows_with_heading(tmp_path: Path) -> None:
    """A car is placed worse by 0.3 of half its extent across the line of sight: width from behind, length from aside."""
    spread = []
    for heading in (0.0, math.radians(40.0), 0.5 * math.pi):
        frames = [cars((60.0,), (0.0,), (0.0,), heading)] * 2000
        _, rows = seen(tmp_path / f"{heading:.2f}", frames)
        spread.append(float(np.std(rows["y_cm"].to_numpy() / 100.0)))
    base, s, c = 0.12 + 0.005 * 60.0, math.sin(math.radians(40.0)), math.cos(math.radians(40.0))
    expected = [base + 0.3 * half_m for half_m in (0.9, 2.35 * s + 0.9 * c, 2.35)]
    assert spread == pytest.approx(expected, rel=4.0 / math.sqrt(2.0 * 2000))
