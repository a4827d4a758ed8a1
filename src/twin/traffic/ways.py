"""Fastest ways between edges with lanes, for vehicles that choose a new destination as they drive.

The same few destinations are asked for again and again. So for each of them the whole tree of ways towards it is kept: its time
and the next edge, by every edge one may come from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from twin.compilation import inline_kernel, kernel
from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.route_search import Routes
from twin.roadnet.turn_states import turn_states
from twin.traffic.roads import NONE

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Onward:
    """Where one may drive on from each edge: turns that some lane is meant for."""

    offset: Longs
    """(edges + 1,): from edge ``e`` one drives on to ``edge[offset[e]:offset[e + 1]]``."""
    edge: Ints
    has_lanes: npt.NDArray[np.bool_]
    """(edges,): False for edges inside a junction, which no way of ours has."""

    def drivable(self, offset: Longs, edge: Ints) -> npt.NDArray[np.bool_]:
        """Return (n,) which of the ways ``edge[offset[i]:offset[i + 1]]`` one can drive; a way without edges is none."""
        return _drivable(offset, edge, self.offset, self.edge, self.has_lanes)

    def of(self, edge: int) -> Ints:
        """Return the edges that follow one."""
        return self.edge[self.offset[edge] : self.offset[edge + 1]]


def onward_of(graph: LaneGraph, edge_count: int) -> Onward:
    """Return the turns of a lane graph, by edge."""
    lane = np.repeat(np.arange(graph.lane_count), np.diff(graph.link_offset))
    rows = (lane < graph.connector_first) & graph.link_marked
    pairs = np.unique(graph.lane_edge[lane[rows]].astype(np.int64) * edge_count + graph.link_edge[rows])
    offset = np.searchsorted(pairs, np.arange(edge_count + 1) * np.int64(edge_count))
    has_lanes = graph.edge_lane[1:] > graph.edge_lane[:-1]
    return Onward(offset.astype(np.int64), (pairs % edge_count).astype(np.int32), has_lanes)


class Ways:
    """Fastest ways over edges with lanes, by the times expected for edges. Forbidden courses of edges are never driven."""

    def __init__(self, onward: Onward, edge_time_s: Floats, forbidden: tuple[tuple[int, ...], ...] = ()) -> None:
        """Take the turns, the time of each edge (edges,), above 0, and the courses of edges that may not be driven."""
        self.onward, self.edge_time_s = onward, edge_time_s
        states = turn_states(onward.offset.astype(np.int32), onward.edge, list(forbidden))
        self._edge, self._offset, self._following = states.edge, states.offset, states.following
        self._origin = np.repeat(np.arange(states.edge.size, dtype=np.int32), np.diff(states.offset))
        self._cost_s = edge_time_s[states.edge[self._following]]
        size = states.edge.size
        self._backwards = csr_array((self._cost_s, (self._following, self._origin)), shape=(size, size))
        self._row = np.full(edge_time_s.size, NONE, np.int32)
        self._time_s, self._next = np.empty((0, size)), np.empty((0, size), np.int32)

    def times_s(self, from_edge: npt.ArrayLike, to_edge: npt.ArrayLike) -> Floats:
        """Return the time (n, m) from the end of each of n edges to the end of each of m edges; inf where no way leads.

        It is 0 from an edge to itself.
        """
        start, end = np.asarray(from_edge, np.int64), np.asarray(to_edge, np.int32)
        self._grow(end)
        return np.asarray(self._time_s[self._row[end]][:, start].T)

    def routes(self, from_edge: npt.ArrayLike, to_edge: npt.ArrayLike, around: npt.ArrayLike | None = None) -> Routes:
        """Return the fastest way from each edge to the one in the same row, both of them in it; no edges where none leads.

        From an edge to itself that is the edge alone, or, where ``around`` (n,) is true, a way round and back to it.
        """
        start, end = np.asarray(from_edge, np.int32), np.asarray(to_edge, np.int32)
        turns = np.zeros(start.size, np.bool_) if around is None else np.asarray(around, np.bool_)
        self._grow(end)
        offset, edge = _walk(
            self._next, self._time_s, self._row[end], self._offset, self._following, self._edge, self._cost_s, start, end, turns
        )
        return Routes(offset, edge)

    def _grow(self, to_edge: Ints) -> None:
        """Add the trees of destinations that were never asked for."""
        new = np.unique(to_edge[self._row[to_edge] == NONE])
        if not new.size:
            return
        size, known = self._edge.size, self._time_s.shape[0]
        time_s, following = np.empty((new.size, size)), np.empty((new.size, size), np.int32)
        for number, edge in enumerate(new.tolist()):
            ends = np.flatnonzero(self._edge == edge)
            time_s[number] = dijkstra(self._backwards, indices=ends, min_only=True)
            following[number] = self._next_state(time_s[number])
        self._time_s = np.concatenate([self._time_s, time_s])
        self._next = np.concatenate([self._next, following])
        self._row[new] = known + np.arange(new.size)

    def _next_state(self, time_s: Floats) -> Ints:
        """Return the state to drive on to from each, given the time from each: of equally fast ones the lowest-numbered."""
        total = self._cost_s + time_s[self._following]
        order = np.lexsort((self._following, total, self._origin))
        first = np.flatnonzero(np.append(True, np.diff(self._origin[order]) > 0)) if order.size else order
        found = np.full(self._edge.size, NONE, np.int32)
        best = order[first]
        there = np.isfinite(total[best])
        found[self._origin[best[there]]] = self._following[best[there]]
        return found


@inline_kernel
def _way_round(time_s: Floats, row: int, turn_offset: Ints, turn: Ints, cost_s: Floats, state: int) -> int:
    """Return where to drive on from ``state`` so as to come back to it soonest; NONE where nobody comes back."""
    best, on = np.inf, NONE
    for k in range(turn_offset[state], turn_offset[state + 1]):
        if cost_s[k] + time_s[row, turn[k]] < best:
            best, on = cost_s[k] + time_s[row, turn[k]], turn[k]
    return on


@kernel
def _walk(
    following: Ints,
    time_s: Floats,
    row_of: Ints,
    turn_offset: Ints,
    turn: Ints,
    edge_of: Ints,
    cost_s: Floats,
    start: Ints,
    end: Ints,
    around: npt.NDArray[np.bool_],
) -> tuple[Longs, Ints]:
    """Return the ways from ``start`` to ``end`` as offsets and edges, along the trees ``following``."""
    offset = np.zeros(start.size + 1, np.int64)
    edges = np.empty(64 * (start.size + 1), np.int32)
    size = 0
    for i in range(start.size):
        row, begin = row_of[i], size
        there = start[i] == end[i] and not around[i]
        on = following[row, start[i]]
        if start[i] == end[i]:
            on = _way_round(time_s, row, turn_offset, turn, cost_s, start[i])
        edges[size] = start[i]
        size += 1
        while not there and on != NONE:
            edges[size] = edge_of[on]
            size += 1
            there = edge_of[on] == end[i]
            on = following[row, on]
            if size + 1 >= edges.size:
                edges = np.concatenate((edges, np.empty_like(edges)))
        if not there:
            size = begin
        offset[i + 1] = size
    return offset, edges[:size].copy()


@kernel
def _drivable(
    offset: Longs, edge: Ints, turn_offset: Longs, turn: Ints, has_lanes: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    good = np.empty(offset.size - 1, np.bool_)
    for i in range(good.size):
        good[i] = offset[i + 1] > offset[i] and has_lanes[edge[offset[i]]]
        for k in range(offset[i], offset[i + 1] - 1):
            onward = turn[turn_offset[edge[k]] : turn_offset[edge[k] + 1]]
            good[i] = good[i] and np.any(onward == edge[k + 1])
    return good
