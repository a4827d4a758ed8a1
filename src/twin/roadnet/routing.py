"""Shortest-time routes on the edge graph: vertices are edges, arcs are permitted turns."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from twin.roadnet.road_network import Floats, Ints, RoadNetwork

ORIGIN: Final = -1
"""Predecessor of the origin edge itself."""
UNREACHABLE: Final = -2
"""Predecessor of an edge to which no way leads."""


def shortest_times(network: RoadNetwork, edge_time_s: Floats, origin_edges: npt.ArrayLike) -> npt.NDArray[np.int32]:
    """Return the (origins, edges) predecessors on shortest-time routes (Dijkstra 1959, SciPy's implementation).

    ``edge_time_s`` (edges,) must be positive and finite. Among equally fast predecessors the lowest-numbered edge is taken, so
    that routes do not depend on the order in which a heap returns ties. ``ORIGIN`` and ``UNREACHABLE`` stand for no edge.
    """
    times = np.asarray(edge_time_s, np.float64)
    if times.shape != (network.edge_count,) or not np.all(np.isfinite(times)) or np.any(times <= 0.0):
        raise ValueError(f"edge_time_s must hold {network.edge_count} positive finite times")
    origins = np.atleast_1d(np.asarray(origin_edges, np.int32))
    source = np.repeat(np.arange(network.edge_count, dtype=np.int32), np.diff(network.turn_offset))
    target = network.turn_edge
    graph = csr_array((times[target], target, network.turn_offset), shape=(network.edge_count, network.edge_count))
    after_s = np.atleast_2d(dijkstra(graph, indices=origins))
    order = np.argsort(target, kind="stable")
    source, target = source[order], target[order]
    predecessor = np.full(after_s.shape, UNREACHABLE, np.int32)
    if target.size:
        first = np.flatnonzero(np.r_[True, target[1:] != target[:-1]])
        for row, reached_s in enumerate(after_s):
            on_time = np.isfinite(reached_s[source]) & (reached_s[source] + times[target] == reached_s[target])
            best = np.minimum.reduceat(np.where(on_time, source, network.edge_count), first)
            predecessor[row, target[first]] = np.where(best < network.edge_count, best, UNREACHABLE)
    predecessor[np.arange(origins.size), origins] = ORIGIN
    return predecessor


def route(predecessors: npt.NDArray[np.int32], destination_edge: int) -> Ints:
    """Return the edges from the origin to ``destination_edge``, both included, by one row of ``shortest_times``.

    Empty when no way leads there.
    """
    edges = []
    edge = int(destination_edge)
    while edge >= 0:
        edges.append(edge)
        edge = int(predecessors[edge])
    return np.array(edges[::-1] if edge == ORIGIN else [], np.int32)
