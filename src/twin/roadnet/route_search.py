"""Fastest ways for many pairs of edges, and several different ways for a pair, without keeping trees of shortest ways.

The ways are those of ``routing.shortest_times`` (among equally fast predecessors the lowest-numbered), but a search ends when
the last destination of its origin is reached, and memory does not grow with origins x edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from twin.compilation import inline_kernel, kernel
from twin.roadnet.road_network import Floats, Ints, RoadNetwork
from twin.roadnet.turn_states import TurnStates, turn_states

_HEAP = np.dtype([("time_s", np.float64), ("state", np.int32)], align=True)
_NODE = np.dtype([("time_s", np.float64), ("before", np.int32), ("settled", np.int8)], align=True)


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
    offset, edge = _routes(states.offset, states.following, states.edge, times, origin, destination, order)
    return _in_order(offset, edge, order)


def reachable(states: TurnStates, edge: int) -> npt.NDArray[np.bool_]:
    """Return which edges (edges,) one can reach from ``edge``, itself among them."""
    found: npt.NDArray[np.bool_] = _reachable(states.offset, states.following, states.edge, edge)
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
    first, offset, edge, time_s = _alternatives(
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
    before, after, flow = _loads(states.offset, states.following, states.edge, times, origin_edge, to_edge, left_out)
    return summed(before, after, flow, network.edge_count)


def summed(edge: npt.ArrayLike, following: npt.ArrayLike, flow: npt.ArrayLike, edge_count: int) -> Loads:
    """Return flows with one row a pair of edges."""
    key = np.asarray(edge, np.int64) * edge_count + np.asarray(following, np.int64)
    pair, row = np.unique(key, return_inverse=True)
    total = np.bincount(row.ravel(), weights=np.asarray(flow, np.float64), minlength=pair.size).astype(np.float64)
    return Loads((pair // edge_count).astype(np.int32), (pair % edge_count).astype(np.int32), total)


@inline_kernel
def _push(heap: Any, size: Any, time_s: Any, state: Any) -> Any:
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if heap[above]["time_s"] < time_s or (heap[above]["time_s"] == time_s and heap[above]["state"] <= state):
            break
        heap[at]["time_s"], heap[at]["state"] = heap[above]["time_s"], heap[above]["state"]
        at = above
    heap[at]["time_s"], heap[at]["state"] = time_s, state


@inline_kernel
def _sink(heap: Any, size: Any) -> Any:
    """Remove the top of a heap of ``size``: its last entry goes to where it belongs."""
    last = size - 1
    time_s, state = heap[last]["time_s"], heap[last]["state"]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= last:
            break
        right = below + 1
        if right < last and (
            heap[right]["time_s"] < heap[below]["time_s"]
            or (heap[right]["time_s"] == heap[below]["time_s"] and heap[right]["state"] < heap[below]["state"])
        ):
            below = right
        if time_s < heap[below]["time_s"] or (time_s == heap[below]["time_s"] and state <= heap[below]["state"]):
            break
        heap[at]["time_s"], heap[at]["state"] = heap[below]["time_s"], heap[below]["state"]
        at = below
    heap[at]["time_s"], heap[at]["state"] = time_s, state


@kernel
def _search(
    offset: Any,
    following: Any,
    edge: Any,
    times: Any,
    origin: Any,
    wanted: Any,
    left: Any,
    arrival: Any,
    nodes: Any,
    heap: Any,
    reached: Any,
) -> Any:
    """Settle states from ``origin`` until ``left`` of the edges with ``wanted`` are reached; return how many were settled.

    ``reached`` gets the states in the order in which they were settled, ``arrival`` the first state of each wanted edge.
    ``nodes`` must be fresh; states still in ``heap`` when the search ends have a time but are not settled.
    """
    nodes[origin]["time_s"] = 0.0
    nodes[origin]["before"] = -1
    heap[0]["time_s"], heap[0]["state"] = 0.0, origin
    size, settled = 1, 0
    while size > 0:
        state = heap[0]["state"]
        _sink(heap, size)
        size -= 1
        if nodes[state]["settled"]:
            continue
        nodes[state]["settled"] = 1
        reached[settled] = state
        settled += 1
        at = edge[state]
        if arrival[at] < 0:
            arrival[at] = state
            if wanted[at]:
                left -= 1
                if left == 0:
                    break
        for arc in range(offset[state], offset[state + 1]):
            target = following[arc]
            if nodes[target]["settled"]:
                continue
            time_s = nodes[state]["time_s"] + times[target]
            if time_s < nodes[target]["time_s"]:
                nodes[target]["time_s"] = time_s
                nodes[target]["before"] = state
                _push(heap, size, time_s, target)
                size += 1
            elif time_s == nodes[target]["time_s"] and state < nodes[target]["before"]:
                nodes[target]["before"] = state
    return settled


@kernel
def _fresh(nodes: Any, arrival: Any) -> Any:
    for state in range(nodes.size):
        nodes[state]["time_s"] = np.inf
        nodes[state]["before"] = -2
        nodes[state]["settled"] = 0
    arrival[:] = -1


@kernel
def _append(buffer: Any, size: Any, nodes: Any, edge: Any, state: Any) -> Any:
    """Append the way to ``state``; return the buffer (a larger one if need be) and its new size."""
    steps, at = 0, state
    while at >= 0:
        steps += 1
        at = nodes[at]["before"]
    if size + steps > buffer.size:
        larger = np.empty(2 * buffer.size + steps, np.int32)
        larger[:size] = buffer[:size]
        buffer = larger
    at, place = state, size + steps
    while at >= 0:
        place -= 1
        buffer[place] = edge[at]
        at = nodes[at]["before"]
    return buffer, size + steps


@kernel
def _routes(offset: Any, following: Any, edge: Any, times: Any, origin: Any, destination: Any, order: Any) -> Any:
    """Return offset and edges of the ways, rows in ``order``, which groups them by origin."""
    edges = 0
    for state in range(edge.size):
        edges = max(edges, edge[state] + 1)
    nodes, heap = np.empty(edge.size, _NODE), np.empty(following.size + 1, _HEAP)
    arrival, reached = np.empty(edges, np.int32), np.empty(edge.size, np.int32)
    wanted = np.zeros(edges, np.bool_)
    rows = np.zeros(order.size + 1, np.int64)
    buffer, size = np.empty(1024, np.int32), 0
    begin = 0
    while begin < order.size:
        end, left = begin, 0
        start = origin[order[begin]]
        while end < order.size and origin[order[end]] == start:
            target = destination[order[end]]
            if not wanted[target]:
                wanted[target] = True
                left += 1
            end += 1
        _fresh(nodes, arrival)
        _search(offset, following, edge, times, start, wanted, left, arrival, nodes, heap, reached)
        for row in range(begin, end):
            target = destination[order[row]]
            wanted[target] = False
            if arrival[target] >= 0:
                buffer, size = _append(buffer, size, nodes, edge, arrival[target])
            rows[row + 1] = size
        begin = end
    return rows, buffer[:size].copy()


@kernel
def _alternatives(  # noqa: C901, PLR0912  (one kernel)
    offset: Any, following: Any, edge: Any, times: Any, origin: Any, destination: Any, count: Any, penalty: Any, longest: Any
) -> Any:
    edges = 0
    for state in range(edge.size):
        edges = max(edges, edge[state] + 1)
    nodes, heap = np.empty(edge.size, _NODE), np.empty(following.size + 1, _HEAP)
    arrival, reached = np.empty(edges, np.int32), np.empty(edge.size, np.int32)
    wanted = np.zeros(edges, np.bool_)
    slowed = times.copy()
    first = np.zeros(origin.size + 1, np.int64)
    rows, route_s = np.zeros(origin.size * count + 1, np.int64), np.empty(origin.size * count)
    buffer, size, found = np.empty(1024, np.int32), 0, 0
    factor = np.ones(edges)
    for pair in range(origin.size):
        best_s = np.inf
        wanted[destination[pair]] = True
        for _ in range(2 * count):
            if found - first[pair] == count:
                break
            _fresh(nodes, arrival)
            _search(offset, following, edge, slowed, origin[pair], wanted, 1, arrival, nodes, heap, reached)
            state = arrival[destination[pair]]
            if state < 0:
                break
            buffer, end = _append(buffer, size, nodes, edge, state)
            time_s, at = 0.0, state
            while at >= 0:
                if nodes[at]["before"] >= 0:
                    time_s += times[at]
                at = nodes[at]["before"]
            best_s = min(best_s, time_s)
            for place in range(size, end):
                factor[buffer[place]] *= penalty
            for i in range(edge.size):
                slowed[i] = times[i] * factor[edge[i]]
            known = False
            for other in range(first[pair], found):
                if rows[other + 1] - rows[other] == end - size:
                    same = True
                    for place in range(end - size):
                        if buffer[rows[other] + place] != buffer[size + place]:
                            same = False
                            break
                    known = known or same
            if not known and time_s <= longest * best_s:
                route_s[found] = time_s
                size = end
                found += 1
                rows[found] = size
        wanted[destination[pair]] = False
        factor[:] = 1.0
        slowed[:] = times
        first[pair + 1] = found
    return first, rows[: found + 1].copy(), buffer[:size].copy(), route_s[:found].copy()


@kernel
def _loads(offset: Any, following: Any, edge: Any, times: Any, origin: Any, to_edge: Any, left_out: Any) -> Any:
    edges = left_out.size
    nodes, heap = np.empty(edge.size, _NODE), np.empty(following.size + 1, _HEAP)
    arrival, reached = np.empty(edges, np.int32), np.empty(edge.size, np.int32)
    wanted = np.zeros(edges, np.bool_)
    load, outer = np.empty(edge.size), np.empty(edge.size, np.int32)
    begin, end, flow = np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024)
    rows = 0
    for row in range(origin.size):
        _fresh(nodes, arrival)
        settled = _search(offset, following, edge, times, origin[row], wanted, -1, arrival, nodes, heap, reached)
        load[:] = 0.0
        for target in range(edges):
            if arrival[target] >= 0:
                load[arrival[target]] += to_edge[row, target]
        for place in range(settled):  # outer: the last edge outside a junction before each state
            state = reached[place]
            before = nodes[state]["before"]
            outer[state] = -1 if before < 0 else outer[before] if left_out[edge[before]] else edge[before]
        for place in range(settled - 1, 0, -1):
            state = reached[place]
            if load[state] > 0.0:
                load[nodes[state]["before"]] += load[state]
                if outer[state] >= 0 and not left_out[edge[state]]:
                    if rows == flow.size:
                        larger, larger_end, larger_flow = (
                            np.empty(2 * rows, np.int32),
                            np.empty(2 * rows, np.int32),
                            np.empty(2 * rows),
                        )
                        larger[:rows], larger_end[:rows], larger_flow[:rows] = begin, end, flow
                        begin, end, flow = larger, larger_end, larger_flow
                    begin[rows], end[rows], flow[rows] = outer[state], edge[state], load[state]
                    rows += 1
    return begin[:rows].copy(), end[:rows].copy(), flow[:rows].copy()


@kernel
def _reachable(offset: Any, following: Any, edge: Any, origin: Any) -> Any:
    edges = 0
    for state in range(edge.size):
        edges = max(edges, edge[state] + 1)
    seen, found = np.zeros(edge.size, np.bool_), np.zeros(edges, np.bool_)
    todo, size = np.empty(edge.size, np.int32), 1
    todo[0], seen[origin] = origin, True
    while size > 0:
        size -= 1
        state = todo[size]
        found[edge[state]] = True
        for arc in range(offset[state], offset[state + 1]):
            target = following[arc]
            if not seen[target]:
                seen[target] = True
                todo[size] = target
                size += 1
    return found
