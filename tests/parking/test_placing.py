"""Facilities on the map: block faces along kerbs, car parks at the nearest road, those of the map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.traffic.networks import build

from twin.parking.facilities import INSIDE
from twin.parking.facility_spec import CarParkSpec, FromMapSpec, OnStreetSpec
from twin.parking.parking_spec import ParkingSpec
from twin.parking.placing import Placed, place_facilities, walking_edges
from twin.parking.points import points_at
from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.roadnet.projection import to_wgs84
from twin.roadnet.road_network import Place, RoadNetwork


def _ring() -> RoadNetwork:
    """Return a square of 300 m with two-way roads, driven around either way; the southern one is called South Street."""
    corners = [(0.0, 0.0), (300.0, 0.0), (300.0, 300.0), (0.0, 300.0)]
    edges = [(i, (i + 1) % 4, 1) for i in range(4)] + [((i + 1) % 4, i, 1) for i in range(4)]
    names = tuple("South Street" if edge in (0, 4) else "" for edge in range(8))
    return replace(build(corners, edges), edge_name=names)


def _placed(spec: ParkingSpec, network: RoadNetwork | None = None) -> Placed:
    network = _ring() if network is None else network
    return place_facilities(network, build_lane_graph(network), spec)


def _lon_lat(x_m: float, y_m: float) -> dict[str, float]:
    network = _ring()
    lon_deg, lat_deg = to_wgs84(network.crs, network.origin_m, x_m, y_m)
    return {"lon_deg": float(lon_deg), "lat_deg": float(lat_deg)}


def test_bays_lie_along_both_sides_of_the_road_clear_of_its_ends() -> None:
    """Every 6 m, at the right of each direction, 20 m from where lanes begin and end; a facility a direction."""
    spec = OnStreetSpec(name="kerb", road="South Street", kerb_share=1.0, clear_m=20.0)
    found = _placed(ParkingSpec(facilities=(spec,))).facilities
    assert found is not None
    assert [one.name for one in found.every] == ["kerb/1", "kerb/2"]
    assert [one.entry_edge for one in found.every] == [0, 4]
    for one, side in zip(found.every, (-1.0, 1.0), strict=True):
        mine = found.bays.facility == one.number
        assert (np.sign(found.bays.y_m[mine]) == side).all()  # driving east the kerb is in the south, driving west in the north
        assert np.allclose(np.diff(found.bays.s_m[mine]), 6.0)
        assert found.bays.s_m[mine].min() >= 20.0
        assert found.bays.s_m[mine].max() <= 280.0
        assert one.capacity == mine.sum() >= 35
        assert found.bay_name(one.first_bay) == f"{one.name}/0"
        along = found.bay_at[found.bay_offset[one.entry_edge] : found.bay_offset[one.entry_edge + 1]]
        assert along.tolist() == np.flatnonzero(mine).tolist()


def test_a_share_of_the_kerb_has_bays() -> None:
    """Of ten places in a row six have a bay at a share of 0.6, and those of a facility are evenly spread."""
    full, part = (
        _placed(ParkingSpec(facilities=(OnStreetSpec(name="k", road="South Street", kerb_share=share),))).facilities
        for share in (1.0, 0.6)
    )
    assert full is not None
    assert part is not None
    assert part.bays.count == pytest.approx(0.6 * full.bays.count, abs=1.5)


def test_a_car_park_opens_to_the_nearest_road() -> None:
    """Its entrance lies abreast of it, its exit behind, its bays at no road."""
    spec = CarParkSpec(kind="off_street", name="park", capacity=7, **_lon_lat(120.0, 40.0))
    found = _placed(ParkingSpec(facilities=(spec,))).facilities
    assert found is not None
    one = found.every[0]
    assert one.entry_edge in (0, 4)
    x_m, y_m = points_at(_ring(), np.array([one.entry_edge]), np.array([one.entry_s_m]))
    assert (x_m[0], y_m[0]) == pytest.approx((120.0, 0.0), abs=3.0)
    assert one.exit_s_m > one.entry_s_m
    assert (found.bays.edge == INSIDE).all()
    assert found.capacity.tolist() == [7]


def test_car_parks_of_the_map_are_scaled_and_named() -> None:
    """One without a capacity gets the assumed one, one without a name a number; far ones are told and left out."""
    places = (
        Place("car_park", "Tower", 100.0, 50.0, 1000),
        Place("car_park", "", 200.0, 50.0, 0),
        Place("bus_stop", "stop", 200.0, 0.0, 0),
        Place("car_park", "Tower far", 5000.0, 0.0, 10),
    )
    placed = _placed(ParkingSpec(from_map=FromMapSpec(capacity_scale=0.02)), replace(_ring(), places=places))
    assert placed.facilities is not None
    assert [(one.name, one.capacity) for one in placed.facilities.every] == [("Tower", 20), ("car park 2", 2)]
    assert len(placed.notices) == 1


def test_edges_within_a_walk_are_those_whose_drivers_park() -> None:
    """Of the square only the sides at the corner where the car park stands."""
    spec = CarParkSpec(kind="off_street", name="park", capacity=7, **_lon_lat(10.0, 10.0))
    found = _placed(ParkingSpec(facilities=(spec,))).facilities
    assert found is not None
    assert np.flatnonzero(walking_edges(_ring(), found, 160.0)).tolist() == [0, 3, 4, 7]
