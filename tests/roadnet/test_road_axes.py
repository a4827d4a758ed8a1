"""Roads as one line each with a chainage."""

from __future__ import annotations

import numpy as np
import pytest
from osm_text import dual_crossing, write_map

from twin.roadnet.cache import load_network
from twin.roadnet.road_axes import STEP_M, position, road_axis, road_of, roads

ONEWAY = {"highway": "primary", "name": "环路", "oneway": "yes"}


def axes(network):
    """Return the axis of every road."""
    return {road: road_axis(network, road, edges) for road, edges in roads(network).items()}


def test_a_dual_carriageway_is_one_road(tmp_path) -> None:
    """Two dual carriageways that cross have two axes, each as long as one carriageway; the slip lane has none."""
    network = load_network(write_map(tmp_path, *dual_crossing()))
    found = axes(network)
    assert sorted(found) == ["东西路", "南北路"]
    for axis in found.values():
        assert axis.length_m == pytest.approx(600.0, rel=0.01)
        assert len(set(axis.piece.tolist())) == 1


def test_a_two_way_street_is_one_road(tmp_path) -> None:
    """Both directions of a two-way way, in three edges each, are one axis of the street's length."""
    nodes = {1: (0.0, 0.0), 2: (200.0, 10.0), 3: (400.0, 0.0), 4: (700.0, 0.0), 5: (200.0, 200.0), 6: (400.0, 200.0)}
    street = {"highway": "residential", "name": "小街"}
    cross = {"highway": "residential", "name": "横街"}
    network = load_network(write_map(tmp_path, nodes, [([1, 2, 3, 4], street), ([2, 5], cross), ([3, 6], cross)]))
    axis = axes(network)["小街"]
    assert axis.length_m == pytest.approx(700.0, rel=0.01)
    assert axis.edge.size == 3


def test_the_chainage_runs_along_the_edges(tmp_path) -> None:
    """A metre of chainage is a metre of road, unbroken within a piece, and ends where the axis ends."""
    network = load_network(write_map(tmp_path, *dual_crossing()))
    for axis in axes(network).values():
        at = np.arange(0.0, axis.length_m, 1.0)
        places = [axis.at(float(s)) for s in at]
        points = np.array([np.array(position(network, edge, s_m))[:2] for edge, s_m, _ in places])
        steps = np.hypot(*np.diff(points, axis=0).T)
        assert np.allclose(steps, 1.0, atol=0.01)
        assert axis.at(axis.length_m) is not None
        assert axis.at(-0.1) is None
        assert axis.at(axis.length_m + 0.1) is None


def test_at_a_joint_the_next_edge_begins(tmp_path) -> None:
    """The chainage at which two edges meet is the beginning of the second one; the last one has its end, too."""
    nodes = {1: (0.0, 0.0), 2: (200.0, 0.0), 3: (400.0, 0.0), 4: (700.0, 0.0), 5: (200.0, 200.0), 6: (400.0, 200.0)}
    street, cross = {"highway": "residential", "name": "小街"}, {"highway": "residential", "name": "横街"}
    axis = axes(load_network(write_map(tmp_path, nodes, [([1, 2, 3, 4], street), ([2, 5], cross), ([3, 6], cross)])))["小街"]
    for part in range(3):
        assert axis.at(float(axis.from_m[part])) == (axis.edge[part], axis.edge_s_m[part], 0)
    edge, s_m, _ = axis.at(axis.length_m)
    assert (edge, s_m) == (axis.edge[2], pytest.approx(axis.edge_s_m[2] + axis.from_m[3] - axis.from_m[2]))


def test_a_gap_goes_on_with_the_next_piece(tmp_path) -> None:
    """Two parts of one name far from each other are two pieces of one chainage, the longer first."""
    nodes = {1: (0.0, 0.0), 2: (300.0, 0.0), 3: (900.0, 0.0), 4: (1400.0, 0.0), 5: (300.0, 600.0), 6: (900.0, 600.0)}
    part = {"highway": "secondary", "name": "断路"}
    link = {"highway": "secondary", "name": "绕路"}
    ways = [([1, 2], part), ([3, 4], part), ([2, 5, 6, 3], link)]
    axis = axes(load_network(write_map(tmp_path, nodes, ways)))["断路"]
    assert axis.length_m == pytest.approx(800.0, rel=0.01)
    assert axis.at(490.0)[2] == 0
    assert axis.at(510.0)[2] == 1


def test_a_ring_is_counted_once(tmp_path) -> None:
    """A one-way ring road has one axis as long as its circumference."""
    angle = np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False)
    nodes = {i + 1: (400.0 * float(np.cos(a)), 400.0 * float(np.sin(a))) for i, a in enumerate(angle)}
    network = load_network(write_map(tmp_path, nodes, [([*nodes, 1], ONEWAY)]))
    axis = axes(network)["环路"]
    assert axis.length_m == pytest.approx(sum(network.edge_length_m), abs=2.0 * STEP_M)


def test_unnamed_streets_of_a_class_share_a_chainage(tmp_path) -> None:
    """Streets without a name count on from one to the next, though they are only 60 m apart."""
    nodes = {1: (0.0, 0.0), 2: (300.0, 0.0), 3: (0.0, 60.0), 4: (300.0, 60.0)}
    plain, named = {"highway": "residential"}, {"highway": "tertiary", "name": "边路"}
    network = load_network(write_map(tmp_path, nodes, [([1, 2], plain), ([3, 4], plain), ([1, 3], named), ([2, 4], named)]))
    found = axes(network)
    assert found["unnamed-residential"].length_m == pytest.approx(600.0, rel=0.01)
    assert {road_of(network, edge) for edge in range(network.edge_count)} == {"unnamed-residential", "边路"}
