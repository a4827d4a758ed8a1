"""Routes: fastest ways against an independent search, alternatives, logit shares; new routes on reports and closures."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.roadnet.route_trees import shortest_times
from tests.traffic.networks import build, grid

from twin.roadnet.cache import load_network
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.route_search import Reach, Routes, alternative_routes, fastest_routes, states_of, summed, tree_loads
from twin.traffic.demand_sources import LogitRoutes, ShortestRoutes
from twin.traffic.rerouting import RerouteSpec, keeps_courses, reported_edge_time_s, reroute
from twin.traffic.route_choice import choose_routes, logit_shares, path_sizes
from twin.traffic.trips import expected_edge_time_s

CBD = Path(__file__).parents[2] / "maps" / "tianhe_cbd.osm"


def _graph(network: RoadNetwork, time_s: Any) -> nx.DiGraph:
    """Return the edge graph of a network: a step costs the time of the edge it leads to."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(network.edge_count))
    for edge in range(network.edge_count):
        for following in network.turns(edge):
            graph.add_edge(edge, int(following), time_s=float(time_s[following]))
    return graph


def _rows(*ways: list[int]) -> Routes:
    offset = np.concatenate(([0], np.cumsum([len(way) for way in ways]))).astype(np.int64)
    return Routes(offset, np.array([edge for way in ways for edge in way], np.int32))


def _diamond() -> RoadNetwork:
    """Build two ways from edge 0 to edge 5: over edges 1, 3 (200 m) and over 2, 4 (some 224 m)."""
    nodes = [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (200.0, 50.0), (300.0, 0.0), (400.0, 0.0)]
    edges = [(0, 1, 1), (1, 2, 1), (1, 3, 1), (2, 4, 1), (3, 4, 1), (4, 5, 1)]
    return build(nodes, edges, speed_mps=10.0, entries=(0,), exits=(5,))


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000))
def test_fastest_routes_are_those_of_networkx(seed: int) -> None:
    """On a grid with random times each way is as fast as Dijkstra's of an independent library; unreachable pairs have none."""
    network, random = grid(3), np.random.default_rng(seed)
    time_s = random.uniform(5.0, 50.0, network.edge_count)
    pairs = random.integers(0, network.edge_count, (15, 2))
    routes = fastest_routes(network, time_s, pairs[:, 0], pairs[:, 1])
    graph = _graph(network, time_s)
    for row, (origin, destination) in enumerate(pairs.tolist()):
        way = routes.of(row)
        if not nx.has_path(graph, origin, destination):
            assert way.size == 0
            continue
        assert (way[0], way[-1]) == (origin, destination)
        assert all(following in network.turns(int(edge)) for edge, following in itertools.pairwise(way))
        best_s = nx.dijkstra_path_length(graph, origin, destination, weight="time_s")
        assert time_s[way[1:]].sum() == pytest.approx(best_s, rel=1e-12)


def test_fastest_routes_are_the_same_as_those_of_the_trees_on_the_cbd() -> None:
    """Ties included: 2,000 random pairs have edge by edge the ways of ``shortest_times``."""
    network, random = load_network(CBD), np.random.default_rng(1)
    time_s = expected_edge_time_s(network, 15.0)
    origins = random.integers(0, network.edge_count, 40)
    pairs = np.column_stack((np.repeat(origins, 50), random.integers(0, network.edge_count, 2000)))
    routes, trees = fastest_routes(network, time_s, pairs[:, 0], pairs[:, 1]), shortest_times(network, time_s, origins)
    for row, (_, destination) in enumerate(pairs.tolist()):
        assert np.array_equal(routes.of(row), trees.route(row // 50, destination))


@pytest.mark.parametrize("upper_s", [(0.15, 0.15), (0.1, 0.2)])
def test_of_equally_fast_ways_that_over_the_lower_numbered_edge_is_taken(upper_s: tuple[float, float]) -> None:
    """Both ways through the diamond take 1.3 s, to the last bit; edge 3 goes before edge 4.

    So it does where the sum over edge 3, 0.1 + 0.2, is by one bit later there than 0.15 + 0.15 is at edge 4.
    """
    time_s = np.array([1.0, upper_s[0], 0.15, upper_s[1], 0.15, 1.0])
    assert upper_s[0] + upper_s[1] >= 0.15 + 0.15
    assert upper_s[0] + upper_s[1] + 1.0 == 0.15 + 0.15 + 1.0
    assert fastest_routes(_diamond(), time_s, [0], [5]).of(0).tolist() == [0, 1, 3, 5]
    assert shortest_times(_diamond(), time_s, [0]).route(0, 5).tolist() == [0, 1, 3, 5]


def test_reachable_edges_are_the_descendants() -> None:
    """What one can reach is what an independent library says, itself included."""
    network = grid(2)
    graph = _graph(network, np.ones(network.edge_count))
    reach = Reach(network)
    for edge in range(network.edge_count):
        assert set(np.flatnonzero(reach.edges_from(edge))) == nx.descendants(graph, edge) | {edge}


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_alternatives_are_different_simple_ways_and_the_first_is_the_fastest(seed: int) -> None:
    """Each alternative is among all simple ways of networkx up to ``longest``, no two are the same, and times add up."""
    network, random = grid(2), np.random.default_rng(seed)
    time_s = random.uniform(10.0, 30.0, network.edge_count)
    origin, destination = (int(random.choice(edges)) for edges in (network.entry_edges, network.exit_edges))
    found = alternative_routes(network, time_s, [origin], [destination], count=4, penalty=1.5, longest=1.6)
    graph = _graph(network, time_s)
    best_s = nx.dijkstra_path_length(graph, origin, destination, weight="time_s")
    simple = set()
    for way in nx.shortest_simple_paths(graph, origin, destination, weight="time_s"):
        if time_s[way[1:]].sum() > 1.6 * best_s + 1e-9:
            break
        simple.add(tuple(way))
    ways = [tuple(found.routes.of(row).tolist()) for row in range(found.routes.count)]
    assert ways
    assert len(set(ways)) == len(ways) <= 4
    assert set(ways) <= simple
    assert found.time_s[0] == pytest.approx(best_s)
    assert found.time_s == pytest.approx([time_s[list(way[1:])].sum() for way in ways])


def test_forbidden_courses_are_not_driven() -> None:
    """Where the course 0, 1, 3 is closed, the only way is the longer one, in routes and in alternatives."""
    network = replace(_diamond(), forbidden_courses=((0, 1, 3),))
    time_s = network.edge_length_m / 10.0
    assert fastest_routes(network, time_s, [0], [5]).of(0).tolist() == [0, 2, 4, 5]
    found = alternative_routes(network, time_s, [0], [5], count=3, penalty=2.0, longest=3.0)
    assert [found.routes.of(row).tolist() for row in range(found.routes.count)] == [[0, 2, 4, 5]]


def test_path_sizes_by_hand() -> None:
    """Two ways that share half of their time have the size 0.75 each; ways without a common edge 1; the same way twice 1/2."""
    time_s = np.array([10.0, 10.0, 10.0, 10.0])
    assert path_sizes([np.array([0, 1]), np.array([0, 2])], time_s) == pytest.approx([0.75, 0.75])
    assert path_sizes([np.array([0]), np.array([1, 2])], time_s) == pytest.approx([1.0, 1.0])
    assert path_sizes([np.array([0]), np.array([0])], time_s) == pytest.approx([0.5, 0.5])


def test_logit_shares_by_hand() -> None:
    """A difference of sqrt(6) spread / pi makes the odds e; equal times share by their size."""
    late_s = math.sqrt(6.0) * 30.0 / math.pi
    shares = logit_shares(np.array([100.0, 100.0 + late_s]), np.ones(2), 30.0)
    assert shares[0] / shares[1] == pytest.approx(math.e)
    assert logit_shares(np.array([100.0, 100.0]), np.array([1.0, 0.5]), 30.0) == pytest.approx([2.0 / 3.0, 1.0 / 3.0])


def test_drivers_spread_as_the_logit_says() -> None:
    """20,000 trips through the diamond: the share of the faster way within 4 standard errors of the formula."""
    network = _diamond()
    time_s = network.edge_length_m / 10.0
    uniform = (np.arange(20_000) + 0.5) / 20_000
    ends = (np.zeros(20_000, np.int32), np.full(20_000, 5, np.int32))
    spec = LogitRoutes(alternatives=2, spread_s=5.0, penalty=2.0, longest=2.0)
    routes, row = choose_routes(network, spec, time_s, *ends, np.random.default_rng(1).permutation(uniform))
    ways = [[0, 1, 3, 5], [0, 2, 4, 5]]
    expected = logit_shares(
        np.array([time_s[way[1:]].sum() for way in ways]), path_sizes([np.array(way) for way in ways], time_s), 5.0
    )
    faster = np.mean([routes.of(number)[1] == 1 for number in row])
    assert abs(faster - expected[0]) < 4.0 * np.sqrt(expected[0] * expected[1] / 20_000)
    alone, _ = choose_routes(network, ShortestRoutes(), time_s, *ends, uniform)
    assert [alone.of(number).tolist() for number in range(alone.count)] == [ways[0]]


def test_tree_loads_put_every_flow_on_its_way_and_skip_junctions() -> None:
    """Flows of the diamond by hand; with edge 1 inside a junction the flow goes from 0 to 3."""
    network = _diamond()
    to_edge = np.zeros((1, 6))
    to_edge[0, [5, 4]] = 100.0, 20.0
    inside = np.zeros(6, np.bool_)
    time_s = network.edge_length_m / 10.0

    def flows() -> dict[tuple[int, int], float]:
        found = tree_loads(network, time_s, np.zeros(1, np.int32), to_edge, inside)
        return {(int(e), int(f)): float(v) for e, f, v in zip(found.edge, found.following, found.flow, strict=True)}

    assert flows() == {(0, 1): 100.0, (1, 3): 100.0, (3, 5): 100.0, (0, 2): 20.0, (2, 4): 20.0}
    inside[1] = True
    assert flows() == {(0, 3): 100.0, (3, 5): 100.0, (0, 2): 20.0, (2, 4): 20.0}
    assert summed([1, 1], [2, 2], [1.0, 2.0], 6).flow.tolist() == [3.0]


# rerouting


def test_reports_replace_usual_times_and_never_beat_the_limit() -> None:
    """NaN leaves the usual time; a speed above the limit counts as the limit, one near 0 as the slowest."""
    network = _diamond()
    time_s = reported_edge_time_s(network, np.full(6, 99.0), np.array([np.nan, 5.0, 50.0, 0.0, np.nan, np.nan]), RerouteSpec())
    assert time_s[:4] == pytest.approx([99.0, 20.0, network.edge_length_m[2] / 10.0, 200.0])


def test_drivers_change_only_when_it_is_worth_it() -> None:
    """With 60 s on edge 3 the other way saves some 48 s: enough at 30 s and 10 %, not at 80 s nor at 80 %."""
    network = _diamond()
    reported = np.full(6, np.nan)
    reported[3] = 100.0 / 60.0
    time_s = reported_edge_time_s(network, network.edge_length_m / 10.0, reported, RerouteSpec())
    left = _rows([0, 1, 3, 5], [3, 5], [0, 2, 4, 5], [5])
    changed = reroute(network, time_s, left, RerouteSpec(saving_s=30.0, saving_share=0.1))
    assert changed.row.tolist() == [0]
    assert changed.routes.of(0).tolist() == [0, 2, 4, 5]
    other_s = network.edge_length_m[[2, 4]].sum() / 10.0
    assert changed.saving_s == pytest.approx([70.0 - other_s])
    assert reroute(network, time_s, left, RerouteSpec(saving_s=80.0)).row.size == 0
    assert reroute(network, time_s, left, RerouteSpec(saving_share=0.8)).row.size == 0


def test_everybody_leaves_a_closed_road_and_who_cannot_is_told() -> None:
    """Edge 3 is closed: who has not yet turned off drives around it, who is before it without another way is stuck."""
    network = _diamond()
    closed = np.zeros(6, np.bool_)
    closed[3] = True
    left = _rows([0, 1, 3, 5], [1, 3, 5], [3, 5], [0, 2, 4, 5])
    spec = RerouteSpec(saving_s=3600.0, saving_share=0.9)
    changed = reroute(network, network.edge_length_m / 10.0, left, spec, closed)
    assert changed.row.tolist() == [0]
    assert changed.routes.of(0).tolist() == [0, 2, 4, 5]
    assert changed.stuck.tolist() == [1]


def test_new_routes_do_not_complete_a_forbidden_course() -> None:
    """Behind the course's beginning the new way would close it: the driver stays; without that past he changes."""
    network = replace(_diamond(), forbidden_courses=((0, 2, 4),))
    states = states_of(network)
    assert not keeps_courses(states, np.array([0], np.int32), np.array([2, 4, 5], np.int32))
    assert keeps_courses(states, np.empty(0, np.int32), np.array([2, 4, 5], np.int32))
    assert keeps_courses(states, np.array([0], np.int32), np.array([1, 3, 5], np.int32))


@settings(max_examples=10)
@given(seed=st.integers(0, 1000))
def test_new_routes_are_connected_keep_their_ends_and_are_faster(seed: int) -> None:
    """On a grid with random reports each change can be driven, ends where the old one did and saves what it says."""
    network, random = grid(3), np.random.default_rng(seed)
    usual_s = network.edge_length_m / network.edge_speed_limit_mps
    starts, ends = random.choice(network.entry_edges, 30), random.choice(network.exit_edges, 30)
    left = fastest_routes(network, usual_s, starts, ends)
    reported = np.where(random.random(network.edge_count) < 0.5, random.uniform(1.0, 14.0, network.edge_count), np.nan)
    time_s = reported_edge_time_s(network, usual_s, reported, RerouteSpec())
    changed = reroute(network, time_s, left, RerouteSpec(saving_s=5.0, saving_share=0.05))
    assert changed.row.size
    for number, row in enumerate(changed.row.tolist()):
        old, new = left.of(row), changed.routes.of(number)
        assert (new[0], new[-1]) == (old[0], old[-1])
        assert all(following in network.turns(int(edge)) for edge, following in itertools.pairwise(new))
        assert time_s[old[1:]].sum() - time_s[new[1:]].sum() == pytest.approx(changed.saving_s[number])
        assert changed.saving_s[number] > 5.0
