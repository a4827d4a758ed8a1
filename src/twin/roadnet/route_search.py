"""Fastest ways for many pairs of edges, and several different ways for a pair, without keeping trees of shortest ways.

Among equally fast predecessors the lowest-numbered is taken, so that ways do not depend on how a heap orders ties. A search
ends when the last destination of its origin is reached, and memory does not grow with origins x edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from twin.roadnet.road_network import Floats, Ints, RoadNetwork
from twin.roadnet.route_search_kernels import alternatives, loads, reachable_edges, routes
from twin.roadnet.turn_states import TurnStates, turn_states


@dataclass(frozen=True, slots=True)
class Routes:
    """Ways, one a row; a row without edges means that no way leads there."""

    offset: npt.NDArray[np.int64]
    """(rows + 1,)."""
    edge: Ints

    @property
    def count(self) -> int:
        """Number of rows."""
        return int(self.offset.size - 1)

    def of(self, row: int) -> Ints:
        """Return the edges of one row."""
        return self.edge[self.offset[row] : self.offset[row + 1]]


def states_of(network: RoadNetwork) -> TurnStates:
    """Return the graph of turns that forbidden courses leave."""
    return turn_states(network.turn_offset, network.turn_edge, network.forbidden_courses)


def fastest_routes(
    network: RoadNetwork, edge_time_s: Floats, origin_edge: npt.ArrayLike, destination_edge: npt.ArrayLike
) -> Routes:
    """Return the fastest way from each origin to the destination in the same row (Dijkstra 1959, with a binary heap).

    ``edge_time_s`` (edges,) must be positive; both ends belong to the way; forbidden courses of edges are never driven.
    """
    origin, destination = np.asarray(origin_edge, np.int32), np.asarray(destination_edge, np.int32)
    states = states_of(network)
    order = np.argsort(origin, kind="stable").astype(np.int64)
    times = np.asarray(edge_time_s, np.float64)[states.edge]
    offset, edge = routes(states.offset, states.following, states.edge, times, origin, destination, order)
    return _in_order(offset, edge, order)


def reachable(states: TurnStates, edge: int) -> npt.NDArray[np.bool_]:
    """Return which edges (edges,) one can reach from ``edge``, itself among them."""
    found: npt.NDArray[np.bool_] = reachable_edges(states.offset, states.following, states.edge, edge)
    return found


class Reach:
    """Which edges can be reached from which: worked out once for all edges between which one can drive to and fro."""

    def __init__(self, network: RoadNetwork) -> None:
        """Find the strongly connected parts."""
        self._states = states_of(network)
        count = self._states.edge.size
        graph = csr_array(
            (np.ones(self._states.following.size), self._states.following, self._states.offset), shape=(count, count)
        )
        self._part = connected_components(graph, directed=True, connection="strong")[1]
        self._found: dict[int, npt.NDArray[np.bool_]] = {}

    def edges_from(self, edge: int) -> npt.NDArray[np.bool_]:
        """Return which edges (edges,) one can reach from ``edge``, itself among them."""
        part = int(self._part[edge])
        if part not in self._found:
            self._found[part] = reachable(self._states, edge)
        return self._found[part]


def _in_order(offset: npt.NDArray[np.int64], edge: Ints, order: npt.NDArray[np.int64]) -> Routes:
    """Return rows that stand in the sequence ``order`` in their own order."""
    lengths = np.diff(offset)
    wanted = np.zeros(order.size + 1, np.int64)
    wanted[order + 1] = lengths
    np.cumsum(wanted, out=wanted)
    place = np.repeat(wanted[order] - offset[:-1], lengths) + np.arange(edge.size)
    sorted_edge = np.empty_like(edge)
    sorted_edge[place] = edge
    return Routes(wanted, sorted_edge)


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Several ways for each pair; those of pair ``p`` are the rows ``first[p]:first[p + 1]``, the fastest first."""

    first: npt.NDArray[np.int64]
    routes: Routes
    time_s: Floats
    """(rows,): time of each way without penalties, its first edge left out."""


def alternative_routes(
    network: RoadNetwork,
    edge_time_s: Floats,
    origin_edge: npt.ArrayLike,
    destination_edge: npt.ArrayLike,
    *,
    count: int,
    penalty: float,
    longest: float,
) -> Alternatives:
    """Return up to ``count`` different ways for each pair by link penalties; pairs without any way have no row.

    After each search the edges of the way found count ``penalty`` times more than before; ways that take more than ``longest``
    times the fastest are left out, and the search ends after 2 ``count`` rounds. Source: T. de la Barra, B. Perez, J. Anez,
    "Multidimensional path search and assignment", Proc. 21st PTRC Summer Annual Meeting (1993).
    """
    states = states_of(network)
    times = np.asarray(edge_time_s, np.float64)[states.edge]
    origin, destination = np.asarray(origin_edge, np.int32), np.asarray(destination_edge, np.int32)
    first, offset, edge, time_s = alternatives(
        states.offset, states.following, states.edge, times, origin, destination, count, penalty, longest
    )
    return Alternatives(first, Routes(offset, edge), time_s)


@dataclass(frozen=True, slots=True)
class Loads:
    """Flow by pair of edges that follow each other, edges inside junctions left out."""

    edge: Ints
    following: Ints
    flow: Floats


def tree_loads(
    network: RoadNetwork, edge_time_s: Floats, origin_edge: Ints, to_edge: Floats, left_out: npt.NDArray[np.bool_]
) -> Loads:
    """Return the flows when ``to_edge`` (origins, edges) drive from each origin to each edge, all on the fastest way.

    ``left_out`` (edges,) are the edges inside junctions: the flow goes from the edge before to the edge behind them.
    """
    states = states_of(network)
    times = np.asarray(edge_time_s, np.float64)[states.edge]
    before, after, flow = loads(states.offset, states.following, states.edge, times, origin_edge, to_edge, left_out)
    return summed(before, after, flow, network.edge_count)


def summed(edge: npt.ArrayLike, following: npt.ArrayLike, flow: npt.ArrayLike, edge_count: int) -> Loads:
    """Return flows with one row a pair of edges."""
    key = np.asarray(edge, np.int64) * edge_count + np.asarray(following, np.int64)
    pair, row = np.unique(key, return_inverse=True)
    total = np.bincount(row.ravel(), weights=np.asarray(flow, np.float64), minlength=pair.size).astype(np.float64)
    return Loads((pair // edge_count).astype(np.int32), (pair % edge_count).astype(np.int32), total)
