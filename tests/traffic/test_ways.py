"""Ways towards few destinations are the fastest ones over turns that lanes make."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.traffic.networks import build, grid

from twin.roadnet.junction_groups import external_routes, groups_of
from twin.roadnet.lane_graph_cache import lane_graph_of
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.route_search import fastest_routes
from twin.traffic.trips import expected_edge_time_s
from twin.traffic.ways import Ways, onward_of


def _ways(network: RoadNetwork) -> Ways:
    onward = onward_of(lane_graph_of(network), network.edge_count)
    return Ways(onward, expected_edge_time_s(network, 15.0), network.forbidden_courses)


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    """Return a grid whose edges all take different times, so that one way is the fastest."""
    plain = grid(4)
    speed_mps = 10.0 + 5.0 * np.random.default_rng(1).random(plain.edge_count)
    return replace(plain, edge_speed_limit_mps=speed_mps)


def test_they_are_the_fastest(network: RoadNetwork) -> None:
    """For all pairs the edges are those of the search over the whole network, and the time is their sum less the first's."""
    ways, edges = _ways(network), network.edge_count
    start, end = (part.ravel() for part in np.meshgrid(np.arange(edges), np.arange(edges)))
    found, expected = ways.routes(start, end), fastest_routes(network, ways.edge_time_s, start, end)
    assert not groups_of(network).vanishing.any()
    offset, edge = external_routes(network, expected.offset.astype(np.int32), expected.edge)
    assert np.array_equal(found.offset, offset)
    assert np.array_equal(found.edge, edge)
    time_s = ways.times_s(np.arange(edges), np.arange(edges))
    for row in range(0, found.count, 7):
        way = found.of(row)
        total_s = float(ways.edge_time_s[way[1:]].sum()) if way.size else np.inf
        assert time_s[start[row], end[row]] == pytest.approx(total_s)


def test_who_must_come_back_drives_the_fastest_round(network: RoadNetwork) -> None:
    """A way around begins and ends with its edge and is as fast as the best of the edges that follow allows."""
    ways = _ways(network)
    inner = np.array([edge for edge in range(network.edge_count) if ways.onward.of(edge).size])
    for edge, route in zip(inner.tolist(), map(ways.routes(inner, inner, inner >= 0).of, range(inner.size)), strict=True):
        back_s = ways.times_s(ways.onward.of(edge), [edge])[:, 0] + ways.edge_time_s[ways.onward.of(edge)]
        if not np.isfinite(back_s).any():
            assert route.size == 0
            continue
        assert (route[0], route[-1]) == (edge, edge)
        assert ways.edge_time_s[route[1:]].sum() == pytest.approx(back_s.min())
        assert all(b in ways.onward.of(a) for a, b in zip(route[:-1].tolist(), route[1:].tolist(), strict=True))
    assert ways.routes(inner, inner).edge.tolist() == inner.tolist()


def test_they_do_not_depend_on_what_was_asked_before(network: RoadNetwork) -> None:
    """Destinations asked for one by one, in any order, have the ways that they have when asked for at once."""
    whole, one_by_one = _ways(network), _ways(network)
    start, end = np.arange(0, 60, 3), np.arange(60, 20, -2)
    for edge in end[::-1].tolist():
        one_by_one.routes([0], [edge])
    together, again = whole.routes(start, end), one_by_one.routes(start, end)
    assert np.array_equal(together.edge, again.edge)
    assert np.array_equal(together.offset, again.offset)


def test_no_way_and_no_forbidden_course() -> None:
    """Against a one-way road no way leads; a course of edges that is forbidden is driven around or not at all."""
    nodes = [(0.0, 0.0), (200.0, 0.0), (400.0, 0.0), (600.0, 0.0), (200.0, 300.0), (400.0, 300.0)]
    edges = [(0, 1, 1), (1, 2, 1), (2, 3, 1), (1, 4, 1), (4, 5, 1), (5, 2, 1)]
    network = build(nodes, edges, entries=[0], exits=[2])
    ways = _ways(network)
    assert ways.routes([2, 0], [0, 2]).of(0).size == 0
    assert ways.routes([0], [2]).edge.tolist() == [0, 1, 2]
    assert ways.times_s([2], [0])[0, 0] == np.inf
    barred = Ways(ways.onward, ways.edge_time_s, ((0, 1, 2),))
    assert barred.routes([0], [2]).edge.tolist() == [0, 3, 4, 5, 2]
    assert barred.routes([1], [2]).edge.tolist() == [1, 2]
