"""The lane graph is built once a network, whatever object holds it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.traffic.networks import grid

from twin.roadnet import lane_graph_cache
from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.roadnet.lane_graph_cache import KEPT, lane_graph_of
from twin.roadnet.road_network import RoadNetwork


def test_the_same_network_has_one_lane_graph_and_another_network_another() -> None:
    """Equal content in another object finds the graph; one lane less, a longer edge or another junction does not."""
    network = grid(2)
    graph = lane_graph_of(network)
    assert lane_graph_of(grid(2)) is graph
    fewer = network.edge_lanes.copy()
    fewer[0] = 1
    assert lane_graph_of(replace(network, edge_lanes=fewer)).lane_count < graph.lane_count
    dark = tuple(replace(junction, signalised=False) for junction in network.junctions)
    assert lane_graph_of(replace(network, junctions=dark)) is not graph


def test_few_graphs_are_kept_the_last_used_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not asked for lately is built again."""
    built: list[int] = []

    def counted(network: RoadNetwork) -> LaneGraph:
        built.append(1)
        return build_lane_graph(network)

    monkeypatch.setattr(lane_graph_cache, "build_lane_graph", counted)
    towns = [grid(1, 200.0 + 10.0 * size) for size in range(KEPT + 1)]
    for town in (*towns, towns[-1], towns[0]):
        lane_graph_of(town)
    assert len(built) == KEPT + 2
    assert np.array_equal(lane_graph_of(towns[0]).lane_edge, build_lane_graph(towns[0]).lane_edge)
