"""Axle loads with their swing: the trip's own, wherever and with whomever it is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from twin.bridges.axle_swing import AxleSwingSpec, SwingingLoads
from twin.bridges.vehicle_loads import TruckLoadsSpec, VehicleLoads
from twin.traffic.ground_truth import DRIVEN_CLASSES
from twin.traffic.vehicle_types import VehicleTypes, class_table

TYPES = VehicleTypes()
LOADS = VehicleLoads(TYPES, TruckLoadsSpec(), seed=3)
SWINGING = SwingingLoads(LOADS, class_table(TYPES, 0.1), AxleSwingSpec(), seed=3)


def test_a_trip_is_the_same_in_any_company() -> None:
    """One vehicle alone is what it is among others, axle by axle and wave by wave."""
    klass = np.array([0, 4, 2, 4], np.int8)
    together = SWINGING(np.array([5, 9, 100, 7], np.int32), klass)
    alone = SWINGING(np.array([9], np.int32), klass[1:2])
    for name in ("length_m", "axle_m", "force_n", "sway_share", "sway_rad_per_s", "sway_phase"):
        assert np.array_equal(getattr(together, name)[1], getattr(alone, name)[0]), name


def test_axles_are_those_of_the_class_and_the_weight_that_of_the_trip() -> None:
    """Padded with nothing; frequencies stay in their bands, and two trips do not share them."""
    klass = np.full(200, DRIVEN_CLASSES.index("heavy_truck"), np.int8)
    trips = np.arange(200, dtype=np.int32)
    found = SWINGING(trips, klass)
    assert found.axle_m[0].tolist() == list(TYPES.heavy_truck.axle_positions_m)
    assert found.force_n.sum(axis=1) == pytest.approx(LOADS.gross_n(trips, klass))
    car = SWINGING(np.array([1], np.int32), np.array([0], np.int8))
    assert (car.force_n[0, 2:] == 0.0).all()
    hertz = found.sway_rad_per_s / (2.0 * np.pi)
    assert ((hertz[:, :2] > 1.5) & (hertz[:, :2] < 4.0)).all()
    assert ((hertz[:, 2] > 8.0) & (hertz[:, 2] < 15.0)).all()
    assert np.unique(hertz).size == hertz.size
    assert np.unique(found.sway_phase).size == hertz.size
