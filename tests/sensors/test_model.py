"""What a fusion is told of a device's errors is what its scan draws."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from twin.eventlog.recorder import Recorder
from twin.kernel.weather import WeatherSpec
from twin.sensors.camera import CameraSpec
from twin.sensors.fleet import SensorFleet
from twin.sensors.lidar import LidarSpec
from twin.sensors.model import errors_of
from twin.sensors.radar import RadarSpec
from twin.sensors.sites import Device
from twin.traffic.ground_truth import GroundTruth


class Kept:
    """Takes the lists that a site's fusion would get."""

    def __init__(self) -> None:
        """Begin empty."""
        self.reports = []

    def put(self, reports, _) -> None:
        """Keep the lists of one scan."""
        self.reports.append(reports)


def test_told_errors_are_the_drawn_ones(tmp_path: Path) -> None:
    """Errors of places squared, over their told covariance, are 2 in the mean (chi-square of two degrees of freedom).

    A LiDAR, a camera and a radar, of different tables, look at a car that stands at 40 degrees, 70 m off; 2,000 frames.
    """
    sure = {"false_objects_per_frame": 0.0}
    specs = [
        LidarSpec.model_validate({"kind": "lidar", "points_for_half_detection": 1e-9, **sure}),
        CameraSpec.model_validate({"kind": "camera", "pixels_for_half_detection": 1e-9, **sure}),
        RadarSpec.model_validate({"kind": "radar", "rate_hz": 10.0, "snr_for_half_detection_db": 0.0, **sure}),
    ]
    devices = [Device(k, f"a/device-{k}", 0, 0.0, 0.0, 0, 80.0, spec) for k, spec in enumerate(specs)]
    kept = Kept()
    fleet = SensorFleet(devices, (), WeatherSpec(), 5, Recorder(tmp_path), observation_every_n_frames=0, site_lists=kept)
    place = (70.0 * math.cos(math.radians(10.0)), 70.0 * math.sin(math.radians(10.0)))
    one = np.ones(1)
    car = GroundTruth(
        t_us=0,
        vehicle=np.zeros(1, np.int32),
        klass=np.zeros(1, np.int8),
        x_m=place[0] * one,
        y_m=place[1] * one,
        level=np.zeros(1, np.int8),
        heading_rad=math.radians(50.0) * one,
        speed_mps=np.zeros(1),
        length_m=4.7 * one,
        width_m=1.8 * one,
        height_m=1.5 * one,
        edge=np.zeros(1, np.int32),
        lane=np.zeros(1, np.int8),
        s_m=np.zeros(1),
    )
    for k in range(2000):
        fleet.scan(replace(car, t_us=100_000 * k))
    for row in range(3):
        squares = []
        for reports in kept.reports:
            for i in range(reports.offset[row], reports.offset[row + 1]):
                error = np.array([reports.x_m[i] - place[0], reports.y_m[i] - place[1]])
                told = np.array([[reports.xx_m2[i], reports.xy_m2[i]], [reports.xy_m2[i], reports.yy_m2[i]]])
                squares.append(error @ np.linalg.solve(told, error))
        assert len(squares) > 1990
        assert np.mean(squares) == pytest.approx(2.0, abs=4.0 * 2.0 / math.sqrt(2000) + 0.06)  # told at the reported place


def test_tables_of_unlike_length() -> None:
    """A model's errors are read from its own row, between whole metres, and go on level beyond its range."""
    models = [
        spec.model(WeatherSpec()) for spec in (LidarSpec(kind="lidar"), CameraSpec(kind="camera"), RadarSpec(kind="radar"))
    ]
    errors = errors_of(models, 1e-6)
    model = np.array([0, 1, 2, 1], np.int32)
    distance_m, length_m, width_m = np.array([100.5, 40.25, 299.0, 900.0]), np.full(4, 4.0), np.full(4, 2.0)
    along_m, across_m = errors.of_places(model, distance_m, np.array([0.0, 1.0, 0.5 * math.pi, 1.0]), length_m, width_m)
    between = 0.75 * models[1].along_m[40] + 0.25 * models[1].along_m[41]
    assert along_m == pytest.approx([0.05 + 0.1005 + 0.16, between, models[2].along_m[299], models[1].along_m[-1]])
    assert across_m == pytest.approx(
        [0.1505 + 0.08, math.hypot(0.24, 40.25 * 0.8 / 960.0), 0.12 + 1.495 + 0.6, math.hypot(0.24, 81.0 * 0.8 / 960.0)],
        abs=2e-3,
    )
