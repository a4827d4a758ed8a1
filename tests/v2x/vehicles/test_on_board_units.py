"""On-board units: who has one, and what each measures of itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError
from tests.sensors.test_fleet import traffic

from twin.traffic.ground_truth import VEHICLE_CLASSES
from twin.v2x.vehicles.on_board_spec import OnBoardSpec
from twin.v2x.vehicles.on_board_units import ID_RANGE, OnBoardUnits

VEHICLES = np.arange(20_000, dtype=np.int32)
CARS = np.zeros(VEHICLES.size, np.int8)


def test_shares_are_nested_and_met() -> None:
    """Who has a unit at 10 % has one at 30 % and at 100 % too; the shares are met within four standard errors."""
    before = np.zeros(VEHICLES.size, np.bool_)
    for share in (0.0, 0.1, 0.3, 1.0):
        equipped = OnBoardUnits(OnBoardSpec(share=share), 1).equipped(VEHICLES, CARS)
        assert (equipped | ~before).all()
        assert equipped.mean() == pytest.approx(share, abs=4.0 * math.sqrt(share * (1.0 - share) / VEHICLES.size) + 1e-12)
        before = equipped


def test_some_classes_always_have_one_and_some_never() -> None:
    """Automated taxis and buses always, electric bicycles and pedestrians never."""
    klass = np.array(
        [VEHICLE_CLASSES.index(name) for name in ("autonomous_taxi", "bus", "electric_bicycle", "pedestrian")], np.int8
    )
    for number in range(4):
        equipped = OnBoardUnits(OnBoardSpec(share=0.5), 1).equipped(VEHICLES, np.full(VEHICLES.size, klass[number]))
        assert equipped.all() == (number < 2)
        assert equipped.any() == (number < 2)
    with pytest.raises(ValidationError, match="hovercraft"):
        OnBoardSpec(always=("hovercraft",))


def test_errors_have_their_sizes_and_one_part_lasts() -> None:
    """Over vehicles both parts add up; from message to message of one vehicle only the passing part changes."""
    n = 5000
    truth = traffic([0.0] * n, [0.0] * n, speed_mps=np.full(n, 10.0), heading_rad=np.full(n, 1.0))
    units = OnBoardUnits(OnBoardSpec(share=1.0), 3)
    first, second = units.measure(truth, 0), units.measure(truth, 1)
    assert first.vehicle.tolist() == list(range(n))
    for axis in ("x_m", "y_m"):
        a, b = getattr(first, axis), getattr(second, axis)
        assert a.std() == pytest.approx(math.hypot(0.7, 0.1), rel=0.04)
        assert (b - a).std() == pytest.approx(0.1 * math.sqrt(2.0), rel=0.04)
    assert (first.speed_mps - 10.0).std() == pytest.approx(0.1, rel=0.04)
    assert np.degrees(first.heading_rad - 1.0).std() == pytest.approx(1.0, rel=0.04)


def test_acceleration_is_the_change_of_speed() -> None:
    """From the second report on; 0.3 m/s in 100 ms are 3 m/s2."""
    units = OnBoardUnits(OnBoardSpec(share=1.0), 3)
    first = units.measure(traffic([0.0], [0.0], speed_mps=np.array([10.0])), 0)
    second = units.measure(traffic([0.0], [0.0], speed_mps=np.array([10.3]), t_us=100_000), 1)
    assert first.acceleration_mps2.tolist() == [0.0]
    assert second.acceleration_mps2 == pytest.approx([3.0])


def test_ids_are_each_vehicle_s_own() -> None:
    """No two vehicles of a million have the same id, all fit in four octets, and neighbours are not told apart by one."""
    ids = OnBoardUnits.ids(np.arange(1_000_000, dtype=np.int32))
    assert np.unique(ids).size == ids.size
    assert ids.min() >= 0
    assert ids.max() < ID_RANGE
    assert (np.abs(np.diff(ids)) > 1).all()


def test_who_was_away_has_no_acceleration() -> None:
    """Over a second at most the change of speed is one; after two seconds of absence it is not told."""
    for away_us, expected in ((1_000_000, 3.0), (2_000_000, 0.0)):
        units = OnBoardUnits(OnBoardSpec(share=1.0), 3)
        units.measure(traffic([0.0], [0.0], speed_mps=np.array([10.0])), 0)
        later = units.measure(traffic([0.0], [0.0], speed_mps=np.array([13.0]), t_us=away_us), 1)
        assert later.acceleration_mps2 == pytest.approx([expected])
