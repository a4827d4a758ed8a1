"""Shortest-time routes on the edge graph."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from osm_text import Way, dual_crossing, write_map

from twin.roadnet.osm import read_osm
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.routing import ORIGIN, UNREACHABLE, shortest_times


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    """Return a 5 x 5 grid of two-way streets."""
    nodes = {10 * row + column: (100.0 * column, 100.0 * row) for row in range(5) for column in range(5)}
    street = {"highway": "tertiary", "lanes": "2"}
    ways: list[Way] = [([10 * i + j for j in range(5)], street) for i in range(5)]
    ways += [([10 * j + i for j in range(5)], street) for i in range(5)]
    return read_osm(write_map(tmp_path_factory.mktemp("grid"), nodes, ways))


@given(st.integers(0, 2**32 - 1))
def test_against_networkx(grid: RoadNetwork, seed: int) -> None:
    """Times along the routes equal NetworkX's Dijkstra on the same edge graph (1e-9 relative)."""
    times = np.random.default_rng(seed).uniform(1.0, 10.0, grid.edge_count)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(grid.edge_count))
    for edge in range(grid.edge_count):
        graph.add_weighted_edges_from((edge, int(turn), float(times[turn])) for turn in grid.turns(edge))
    expected = nx.single_source_dijkstra_path_length(graph, 0)
    trees = shortest_times(grid, times, [0])
    for edge in range(grid.edge_count):
        found = trees.route(0, edge)
        assert (found.size > 0) == (edge in expected)
        if found.size:
            assert times[found[1:]].sum() == pytest.approx(expected[edge], rel=1e-9)
            assert all(after in grid.turns(int(before)) for before, after in pairwise(found))


def test_ties_take_the_lowest_edge(grid: RoadNetwork) -> None:
    """With equal times everywhere, each predecessor is the lowest-numbered of those that are equally near."""
    trees = shortest_times(grid, np.ones(grid.edge_count), [0])
    hops = trees.before[0]
    steps = np.array([trees.route(0, edge).size for edge in range(grid.edge_count)])
    for edge in range(1, grid.edge_count):
        if hops[edge] >= 0:
            before = [e for e in range(grid.edge_count) if edge in grid.turns(e) and steps[e] == steps[edge] - 1 and steps[e]]
            assert hops[edge] == min(before)


def test_origin_and_unreachable(tmp_path: Path) -> None:
    """The origin's route is itself; from a gate that leads away nothing is reached."""
    network = read_osm(write_map(tmp_path, *dual_crossing()))
    exit_edge = int(network.exit_edges[0])
    trees = shortest_times(network, network.edge_length_m, [exit_edge])
    assert trees.before[0, exit_edge] == ORIGIN
    assert trees.route(0, exit_edge).tolist() == [exit_edge]
    other = int(network.exit_edges[1])
    assert trees.before[0, other] == trees.arrival[0, other] == UNREACHABLE
    assert trees.route(0, other).size == 0


def test_times_must_be_positive(grid: RoadNetwork) -> None:
    """Zero, negative or missing times are refused."""
    with pytest.raises(ValueError, match="positive"):
        shortest_times(grid, np.zeros(grid.edge_count), [0])
