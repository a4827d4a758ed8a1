"""Places with headings find their roads."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from tests.traffic.networks import build

from twin.roadnet.cache import load_network
from twin.roadnet.edge_match import NO_EDGE, REACH_M, EdgeMatcher
from twin.roadnet.road_network import RoadNetwork


@pytest.fixture(scope="module")
def cbd() -> RoadNetwork:
    """Return the shipped map of the Tianhe CBD."""
    return load_network(Path(__file__).parents[2] / "maps" / "tianhe_cbd.osm")


def test_places_on_the_roads_find_their_edge(cbd: RoadNetwork) -> None:
    """Points on the centrelines of the CBD, headed along: their edge, or one that lies on it, at the same place."""
    edges = np.flatnonzero(cbd.edge_length_m > 40.0)[::7]
    match = EdgeMatcher(cbd)
    x_m, y_m, heading_rad, s_m = [], [], [], []
    for edge in edges:
        part = slice(int(cbd.point_offset[edge]), int(cbd.point_offset[edge + 1]))
        s, x, y = cbd.point_s_m[part], cbd.point_x_m[part], cbd.point_y_m[part]
        at = 0.43 * s[-1]
        segment = int(np.searchsorted(s, at)) - 1
        x_m.append(float(np.interp(at, s, x)))
        y_m.append(float(np.interp(at, s, y)))
        heading_rad.append(math.atan2(y[segment + 1] - y[segment], x[segment + 1] - x[segment]))
        s_m.append(at)
    found, along_m = match(np.array(x_m), np.array(y_m), np.array(heading_rad))
    same = found == edges
    assert same.mean() > 0.97  # carriageways above each other share their centrelines
    assert along_m[same] == pytest.approx(np.array(s_m)[same], abs=0.01)
    back, _ = match(np.array(x_m), np.array(y_m), np.array(heading_rad) + math.pi)
    assert (back != edges).mean() > 0.97  # but on roads that turn back


def test_a_place_off_the_roads_finds_none(cbd: RoadNetwork) -> None:
    """Beyond the reach of every centreline there is no edge and no place along one."""
    edge, s_m = EdgeMatcher(cbd)(np.array([cbd.point_x_m.max() + REACH_M + 1.0]), np.array([0.0]), np.array([0.0]))
    assert edge.tolist() == [NO_EDGE]
    assert np.isnan(s_m).all()


def test_a_place_beyond_the_end_of_an_edge_is_as_far_away_as_its_end() -> None:
    """In line with an edge that ends 12 m before it, a place belongs to the one that runs 2 m beside it.

    5 m beyond the end, and 5.6 m before the beginning of the other, it stands at the end of the first.
    """
    network = build([(0, 0), (100, 0), (110, 3), (200, 3)], [(0, 1, 1), (2, 3, 1)])
    edge, s_m = EdgeMatcher(network)(np.array([112.0, 105.0]), np.array([1.0, 0.5]), np.zeros(2))
    assert edge.tolist() == [1, 0]
    assert s_m == pytest.approx([2.0, 100.0])
