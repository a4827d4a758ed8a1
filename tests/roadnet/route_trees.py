"""Shortest-time routes by SciPy's Dijkstra, with the rule for ties that ``route_search`` has: what it is held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from twin.roadnet.road_network import Floats, Ints, RoadNetwork
from twin.roadnet.turn_states import turn_states

ORIGIN: Final = -1
"""Predecessor of the origin itself."""
UNREACHABLE: Final = -2
"""Predecessor of a state to which no way leads."""


@dataclass(frozen=True, slots=True)
class RouteTrees:
    """Shortest-time routes from each origin to everywhere."""

    before: npt.NDArray[np.int32]
    """(origins, states): the state before; ORIGIN and UNREACHABLE stand for none. The first states are the edges."""
    edge: Ints
    """(states,): the edge of each state. There are more states than edges only where courses of edges are forbidden."""
    arrival: npt.NDArray[np.int32]
    """(origins, edges): the state in which one is first on an edge; UNREACHABLE where no way leads."""

    def route(self, origin: int, destination_edge: int) -> Ints:
        """Return the edges from origin number ``origin`` to ``destination_edge``, both included; empty when there is no way."""
        edges = []
        state = int(self.arrival[origin, destination_edge])
        while state >= 0:
            edges.append(int(self.edge[state]))
            state = int(self.before[origin, state])
        return np.array(edges[::-1] if state == ORIGIN else [], np.int32)


def shortest_times(network: RoadNetwork, edge_time_s: Floats, origin_edges: npt.ArrayLike) -> RouteTrees:
    """Return shortest-time routes from ``origin_edges`` to every edge; ``edge_time_s`` (edges,) must be positive.

    Among equally fast predecessors the lowest-numbered state is taken. Forbidden courses of edges are never driven.
    """
    origins = np.atleast_1d(np.asarray(origin_edges, np.int32))
    states = turn_states(network.turn_offset, network.turn_edge, network.forbidden_courses)
    times = edge_time_s[states.edge]
    count = times.size
    source = np.repeat(np.arange(count, dtype=np.int32), np.diff(states.offset))
    target = states.following
    graph = csr_array((times[target], target, states.offset), shape=(count, count))
    after_s = np.atleast_2d(dijkstra(graph, indices=origins))
    order = np.argsort(target, kind="stable")
    source, target = source[order], target[order]
    before = np.full(after_s.shape, UNREACHABLE, np.int32)
    if target.size:
        first = np.flatnonzero(np.r_[True, target[1:] != target[:-1]])
        for row, reached_s in enumerate(after_s):
            on_time = np.isfinite(reached_s[source]) & (reached_s[source] + times[target] == reached_s[target])
            best = np.minimum.reduceat(np.where(on_time, source, count), first)
            before[row, target[first]] = np.where(best < count, best, UNREACHABLE)
    before[np.arange(origins.size), origins] = ORIGIN
    return RouteTrees(before, states.edge, _arrivals(network.edge_count, after_s, states.edge))


def _arrivals(edges: int, after_s: npt.NDArray[np.float64], edge: Ints) -> npt.NDArray[np.int32]:
    """Return the earliest state of each edge, the lowest-numbered among equals."""
    best_s = after_s[:, :edges].copy()
    arrival = np.where(np.isfinite(best_s), np.arange(edges), UNREACHABLE).astype(np.int32)
    for state in range(edges, edge.size):
        at = int(edge[state])
        earlier = after_s[:, state] < best_s[:, at]
        best_s[earlier, at] = after_s[earlier, state]
        arrival[earlier, at] = state
    return arrival
