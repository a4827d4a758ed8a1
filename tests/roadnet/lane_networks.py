"""Hand-made networks for the tests of the lane graph: the two directions of a road lie side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from tests.traffic.networks import build, grid

from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.polylines import shifted_right
from twin.roadnet.road_network import RoadNetwork


def side_by_side(network: RoadNetwork) -> RoadNetwork:
    """Return the network with every edge that has an opposite shifted right by half its carriageway, as maps are read."""
    pairs = set(zip(network.edge_u.tolist(), network.edge_v.tolist(), strict=True))
    x, y = network.point_x_m.copy(), network.point_y_m.copy()
    for edge in range(network.edge_count):
        if (int(network.edge_v[edge]), int(network.edge_u[edge])) in pairs:
            part = slice(int(network.point_offset[edge]), int(network.point_offset[edge + 1]))
            half_m = 0.5 * float(network.edge_lanes[edge] * network.edge_lane_width_m[edge])
            x[part], y[part] = shifted_right(x[part], y[part], half_m)
    return replace(network, point_x_m=x, point_y_m=y)


def roads(nodes: Sequence[tuple[float, float]], edges: Sequence[tuple[int, int, int]], **options: Any) -> RoadNetwork:
    """Build straight edges (u, v, lanes); ``highways`` names the class of each edge."""
    highways = options.pop("highways", None)
    network = side_by_side(build(nodes, edges, **options))
    return replace(network, edge_highway=tuple(highways)) if highways else network


def streets(size: int, lanes: int) -> RoadNetwork:
    """Build a grid of two-way streets."""
    return side_by_side(grid(size, lanes=lanes))


def connector(graph: LaneGraph, origin: tuple[int, int], target: tuple[int, int]) -> int:
    """Return the connector from (edge, lane) to (edge, lane)."""
    before, behind = (int(graph.edge_lane[edge]) + lane for edge, lane in (origin, target))
    (found,) = np.flatnonzero((graph.connector_from == before) & (graph.connector_to == behind))
    return int(found)


def conflict(graph: LaneGraph, one: int, other: int) -> int | None:
    """Return the row in which ``one`` meets ``other``, or None."""
    rows = np.arange(graph.conflict_offset[one], graph.conflict_offset[one + 1])
    found = rows[graph.conflict_other[rows] == other]
    return int(found[0]) if found.size else None


def marked(graph: LaneGraph, edge: int) -> set[tuple[int, int, int]]:
    """Return (lane, next edge, lane of it) of the links of ``edge`` that are meant to be driven."""
    out = set()
    for lane in range(int(graph.edge_lane[edge]), int(graph.edge_lane[edge + 1])):
        for row in range(int(graph.link_offset[lane]), int(graph.link_offset[lane + 1])):
            if graph.link_marked[row]:
                to = int(graph.link_to[row])
                out.add((int(graph.lane_index[lane]), int(graph.link_edge[row]), int(graph.lane_index[to])))
    return out
