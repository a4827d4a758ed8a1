"""Axle loads of trips: kinds of load by their shares, limits, draws that hang on the trip alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from twin.bridges.vehicle_loads import STANDARD_GRAVITY_MPS2, TruckLoadsSpec, VehicleLoads
from twin.traffic.ground_truth import DRIVEN_CLASSES
from twin.traffic.vehicle_types import VehicleTypes

HEAVY, LIGHT, BUS = (DRIVEN_CLASSES.index(name) for name in ("heavy_truck", "light_truck", "bus"))
LOADS = VehicleLoads(VehicleTypes(), TruckLoadsSpec(), seed=1)
TRIPS = np.arange(40_000)


def test_heavy_trucks_come_in_the_kinds_asked_for() -> None:
    """Their gross masses have peaks near empty, half and full, and the share of overloaded ones is the one asked for."""
    gross_t = LOADS.gross_n(TRIPS, np.full(TRIPS.size, HEAVY)) / (1e3 * STANDARD_GRAVITY_MPS2)
    spec = TruckLoadsSpec()
    deviation = 4.0 * np.sqrt(0.25 / TRIPS.size)
    assert np.mean(gross_t < 15.0) == pytest.approx(spec.empty_share, abs=deviation + 0.01)
    assert np.mean(gross_t > 31.0) == pytest.approx(spec.overloaded_share, abs=4.0 * np.sqrt(0.02 / TRIPS.size))
    full = gross_t[(gross_t > 25.5) & (gross_t < 31.0)]
    assert np.median(full) == pytest.approx(0.92 * 31.0, rel=0.02)
    assert np.median(gross_t[gross_t > 31.0]) == pytest.approx(1.35 * 31.0, rel=0.03)
    assert gross_t.min() > 0.84 * 12.5
    assert 55.0 < gross_t.max() < 90.0


def test_overload_is_told_by_the_limit_of_the_class() -> None:
    """Trucks above their rated gross weight are flagged, no other vehicle ever is."""
    for row in range(len(DRIVEN_CLASSES)):
        axles = LOADS.axles(TRIPS[:5000], np.full(5000, row))
        assert axles.overloaded.any() == (row in (HEAVY, LIGHT))
        assert np.array_equal(axles.overloaded, axles.gross_n > LOADS.limit_n[row])
    assert LOADS.limit_n[HEAVY] == pytest.approx(min(31.0 * 1e3 * STANDARD_GRAVITY_MPS2, 2 * (63.7e3 + 88.3e3)))


def test_passengers_fill_vehicles_by_the_mean_asked_for() -> None:
    """Buses lie between empty and laden, uniform about the mean fill."""
    gross_n = LOADS.gross_n(TRIPS, np.full(TRIPS.size, BUS))
    fill = (gross_n - 118e3) / (176.5e3 - 118e3)
    assert fill.min() >= 0.0
    assert fill.max() <= 0.6
    assert fill.mean() == pytest.approx(0.3, abs=0.004)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, len(DRIVEN_CLASSES) - 1)), max_size=30))
def test_a_trip_weighs_the_same_in_any_company(pairs: list[tuple[int, int]]) -> None:
    """Axles sum up to the gross weight, lie within the vehicle in order, and do not depend on who else is asked about."""
    trip, row = np.array(pairs, np.int64).reshape(-1, 2).T
    axles = LOADS.axles(trip, row)
    for i, (one, one_class) in enumerate(pairs):
        part = slice(axles.offset[i], axles.offset[i + 1])
        assert axles.load_n[part].sum() == pytest.approx(axles.gross_n[i])
        assert np.all(np.diff(axles.behind_m[part]) > 0.0)
        alone = LOADS.axles([one], [one_class])
        assert np.array_equal(alone.load_n, axles.load_n[part])
    assert axles.offset[-1] == axles.load_n.size


def test_shares_beyond_everything_are_refused() -> None:
    """Shares that add up to more than 1 are told, with the sum."""
    with pytest.raises(ValidationError, match=r"add up to 1\.3"):
        TruckLoadsSpec(empty_share=0.9, part_share=0.38)


def test_another_seed_draws_others() -> None:
    """Weights hang on the seed."""
    other = VehicleLoads(VehicleTypes(), TruckLoadsSpec(), seed=2)
    rows = np.full(100, HEAVY)
    assert not np.array_equal(other.gross_n(TRIPS[:100], rows), LOADS.gross_n(TRIPS[:100], rows))
