"""The LiDAR's specification and its closed formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

from twin.kernel.weather import WeatherSpec
from twin.sensors.lidar import LidarSpec, detection_probability, points_on_target, return_share
from twin.sensors.weather import effective_range_m
from twin.traffic.ground_truth import VEHICLE_CLASSES


def test_points_on_target() -> None:
    """AT128 (0.1 x 0.2 degrees) and a 32-channel unit (0.2 x 1 degrees): the reference's section 1.3, in whole points.

    Its source is the beams that a surface square on takes: n = (W / (d daz)) (H / (d del)).
    """
    distances = (20.0, 50.0, 100.0, 150.0, 200.0)
    car = [points_on_target(1.8, 1.5, d, 0.1, 0.2) for d in distances]
    assert car == pytest.approx([1108, 177, 44, 20, 11], abs=0.5)
    pedestrian = [points_on_target(0.5, 1.7, d, 0.1, 0.2) for d in distances]
    assert pedestrian == pytest.approx([349, 56, 14, 6, 3], abs=0.6)
    coarse = [points_on_target(1.8, 1.5, d, 0.2, 1.0) for d in distances]
    assert coarse == pytest.approx([111, 18, 4.4, 2.0, 1.1], abs=0.5)


def test_detection_curve() -> None:
    """P = 1 / (1 + (n50 / n)^k): 0 at no points, 1/2 at n50, rising to 1, and symmetric about n50 in log n."""
    assert detection_probability(0.0, 10.0, 2.5) == 0.0
    assert detection_probability(10.0, 10.0, 2.5) == 0.5
    assert detection_probability(1e6, 10.0, 2.5) == pytest.approx(1.0, abs=1e-9)
    assert detection_probability(5.0, 10.0, 2.5) == pytest.approx(1.0 - detection_probability(20.0, 10.0, 2.5))
    rising = [detection_probability(n, 10.0, 2.5) for n in range(1, 100)]
    assert rising == sorted(rising)


def test_classes() -> None:
    """Values by class come in the order of the ground truth's classes, defaults where nothing is said."""
    spec = LidarSpec(kind="lidar", reflectivity_by_class={"bus": 0.1}, points_for_half_detection_by_class={"heavy_truck": 4.0})
    model = spec.model(WeatherSpec(rain_mmph=50.0))
    assert model.half.tolist() == [10.0, 10.0, 10.0, 10.0, 4.0, 10.0, 10.0, 10.0]
    bus, car = (model.gain[VEHICLE_CLASSES.index(name)] for name in ("bus", "car"))
    assert (bus[20:] < car[20:]).all()
    whole = 1.0 / math.radians(0.1) / math.radians(0.31)
    assert bus[120] == pytest.approx(0.5 * whole, rel=0.02)  # the reference's 120 m for 10 % in 50 mm/h and a range of 200 m


@pytest.mark.parametrize("alpha_per_m", [0.0, 0.0028, 0.0075, 0.03])
@pytest.mark.parametrize("reflectivity", [0.1, 0.3, 0.5])
def test_at_the_effective_range_half_of_the_points_come_back(alpha_per_m: float, reflectivity: float) -> None:
    """The share of points falls with distance, through one half where the range equation of the mean surface ends."""
    reach_m = effective_range_m(200.0, reflectivity, alpha_per_m)
    distance_m = reach_m * np.array([0.3, 1.0, 2.0])
    share = return_share(distance_m, 200.0, reflectivity, 0.8, alpha_per_m)
    assert share[0] > 0.9
    assert share[1] == pytest.approx(0.5, abs=1e-9)
    assert share[2] < 0.1
    sharp = return_share(distance_m * (1.0 - 1e-9), 200.0, reflectivity, 0.0, alpha_per_m)
    assert sharp.tolist() == [1.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"lowest_elevation_deg": 10.0, "highest_elevation_deg": -10.0}, "below"),
        ({"rate_hz": 7.0}, "microseconds"),
        ({"rate_hz": -1.0}, "greater than 0"),
        ({"field_of_view_deg": 361.0}, "360"),
        ({"processing_mean_s": 0.0}, "processing_spread_s"),
        ({"reflectivity_by_class": {"tram": 0.5}}, "car"),
        ({"colour": "red"}, "not permitted"),
    ],
)
def test_refused(values: dict[str, object], word: str) -> None:
    """Values that contradict themselves or the physics are refused with a word on why."""
    with pytest.raises(ValidationError, match=word):
        LidarSpec.model_validate({"kind": "lidar", **values})


def test_fan_cuts_the_field_of_view_evenly() -> None:
    """Columns are never wider than asked, fill the field of view exactly, and carry the elevation limits."""
    columns = LidarSpec(kind="lidar", field_of_view_deg=120.0, occlusion_column_deg=0.7).fan()
    assert columns.low.size == 172
    assert columns.column_rad * 172 == pytest.approx(math.radians(120.0))
    assert columns.low == pytest.approx(math.tan(math.radians(-25.0)))
    assert columns.high == pytest.approx(math.tan(math.radians(14.4)))


def test_tilt_moves_the_limits() -> None:
    """Nose down by 10 degrees, limits fall by 10 degrees straight ahead and by nothing at right angles."""
    columns = LidarSpec(kind="lidar", field_of_view_deg=360.0, occlusion_column_deg=1.0, tilt_deg=10.0).fan()
    ahead, aside = 180, 270
    assert columns.high[ahead] == pytest.approx(math.tan(math.radians(4.4)), abs=1e-4)
    assert columns.low[ahead] == pytest.approx(math.tan(math.radians(-35.0)), abs=1e-4)
    assert columns.low[aside] == pytest.approx(math.tan(math.radians(-25.0)), rel=0.03)
