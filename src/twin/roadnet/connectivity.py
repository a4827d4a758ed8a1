"""Turns, gates to the outside world, and the part of the map in which everything can be reached."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from twin.roadnet.movements import SHARPEST_TURN_DEG, Leg
from twin.roadnet.polylines import along_m
from twin.roadnet.road_network import Floats, Ints
from twin.roadnet.turn_states import TurnStates, turn_states

HEADING_OVER_M = 10.0
"""A leg's direction at a node is that of its first 10 m: drawn corners within it say little."""

NEAR_OUTLINE_M = 100.0
"""Assumption: a two-way dead end this near to the map's outline was cut off there, rather than being a real dead end."""

BLOCK_M = 250.0
"""Assumption: gaps between roads narrower than twice this are blocks inside the map, wider ones (a river, the sea) may be its
outline."""

GATE_CLASSES = frozenset({"motorway", "trunk", "primary", "secondary", "tertiary"})

ISLAND_M = 500.0
"""Assumption: roads joined to the rest by nothing, with less length than this in all, are drawing accidents and no gates
(unless the map has nothing longer)."""

Turns = tuple[Ints, Ints]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Graph:
    """Nodes and directed edges along the middle of their roads."""

    node_x_m: Floats
    node_y_m: Floats
    u: Ints
    v: Ints
    partner: Ints
    """The same piece of road in the other direction, or -1."""
    highway: tuple[str, ...]
    level: npt.NDArray[np.int8]
    roundabout: npt.NDArray[np.bool_]
    length_m: Floats
    x_m: tuple[Floats, ...]
    y_m: tuple[Floats, ...]

    @cached_property
    def legs(self) -> tuple[tuple[Leg, ...], ...]:
        """Return the legs of every node, in the order of the edges."""
        legs: list[list[Leg]] = [[] for _ in range(self.node_x_m.size)]
        for edge in range(self.u.size):
            x_m, y_m, partner = self.x_m[edge], self.y_m[edge], int(self.partner[edge])
            legs[self.u[edge]].append(Leg(edge, _direction(x_m, y_m), inbound=False, partner=partner))
            legs[self.v[edge]].append(Leg(edge, _direction(x_m[::-1], y_m[::-1]), inbound=True, partner=partner))
        return tuple(tuple(at_node) for at_node in legs)


@dataclass(frozen=True, slots=True)
class Gates:
    """Edges on which the outside world drives in and out."""

    entries: Ints
    exits: Ints


def _direction(x_m: Floats, y_m: Floats) -> float:
    """Return the direction of the first HEADING_OVER_M of a polyline."""
    s_m = along_m(x_m, y_m)
    reach = min(HEADING_OVER_M, float(s_m[-1]))
    return math.atan2(float(np.interp(reach, s_m, y_m) - y_m[0]), float(np.interp(reach, s_m, x_m) - x_m[0]))


def permitted_turns(graph: Graph, exits: Ints) -> Turns:
    """Return offsets and edges that may follow each edge: everything but U-turns, and those where nothing else remains.

    A turn sharper than SHARPEST_TURN_DEG counts as a U-turn too (from one carriageway into the other where they part).
    From ``exits`` one leaves the map: nothing follows.
    """
    sharpest = math.radians(SHARPEST_TURN_DEG)
    following: list[list[int]] = [[] for _ in range(graph.u.size)]
    for legs in graph.legs:
        outbound = [leg for leg in legs if not leg.inbound]
        for origin in legs:
            if origin.inbound:
                others = [leg for leg in outbound if leg.edge != origin.partner]
                turn = [abs(math.remainder(leg.angle_rad - origin.angle_rad - math.pi, 2.0 * math.pi)) for leg in others]
                gentle = [leg.edge for leg, angle in zip(others, turn, strict=True) if angle <= sharpest]
                following[origin.edge] = gentle or [leg.edge for leg in others or outbound]
    for edge in exits:
        following[edge] = []
    offset = np.concatenate(([0], np.cumsum([len(edges) for edges in following]))).astype(np.int32)
    return offset, np.array([edge for edges in following for edge in edges], np.int32)


def find_gates(graph: Graph) -> Gates:
    """Return the edges that lead in from and out to the outside world.

    They are the ends of one-way roads with nothing before or behind them, and two-way dead ends of tertiary class or higher
    within NEAR_OUTLINE_M of the map's outline. Islands below ISLAND_M have none, but the largest part of a map always may.
    """
    count = graph.node_x_m.size
    indegree, outdegree = np.bincount(graph.v, minlength=count), np.bincount(graph.u, minlength=count)
    links = coo_array((np.ones(graph.u.size), (graph.u, graph.v)), shape=(count, count))
    _, island = connected_components(links, directed=False)
    length_m = np.bincount(island[graph.u], weights=graph.length_m, minlength=int(island.max()) + 1)
    large = (length_m >= ISLAND_M) | (length_m == length_m.max())
    neighbours = [len({int(graph.u[leg.edge] if leg.inbound else graph.v[leg.edge]) for leg in legs}) for legs in graph.legs]
    outer = _near_outline(graph)
    main = np.array([highway.removesuffix("_link") in GATE_CLASSES for highway in graph.highway], np.bool_)
    dead_end = (np.array(neighbours) == 1) & (indegree == 1) & (outdegree == 1) & outer
    entries = large[island[graph.u]] & ((indegree[graph.u] == 0) | (dead_end[graph.u] & main & (graph.partner >= 0)))
    exits = large[island[graph.v]] & ((outdegree[graph.v] == 0) | (dead_end[graph.v] & main & (graph.partner >= 0)))
    return Gates(np.flatnonzero(entries).astype(np.int32), np.flatnonzero(exits).astype(np.int32))


def _near_outline(graph: Graph) -> npt.NDArray[np.bool_]:
    """Return which nodes lie within NEAR_OUTLINE_M of the outline: roads widened by BLOCK_M, narrowed again, holes filled."""
    once = [edge for edge in range(graph.u.size) if not 0 <= graph.partner[edge] < edge]
    roads = [shapely.LineString(np.column_stack((graph.x_m[edge], graph.y_m[edge]))).simplify(5.0) for edge in once]
    wide = shapely.union_all(shapely.buffer(roads, BLOCK_M, quad_segs=4))
    filled = shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(wide)])
    closed = filled.buffer(1.0 - BLOCK_M, quad_segs=4)
    outline = shapely.union_all([part.exterior for part in shapely.get_parts(closed)])
    points = shapely.points(np.column_stack((graph.node_x_m, graph.node_y_m)))
    return np.asarray(shapely.distance(outline, points) <= NEAR_OUTLINE_M)


def _state_graph(states: TurnStates, gates: Gates | None) -> csr_array:
    """Return states as vertices and turns as arcs; with gates, one more vertex is the world outside."""
    count = states.edge.size
    rows = np.repeat(np.arange(count), np.diff(states.offset))
    columns = states.following.astype(np.int64)
    if gates is not None:
        leaving = np.flatnonzero(np.isin(states.edge, gates.exits))
        rows = np.concatenate((rows, leaving, np.full(gates.entries.size, count)))
        columns = np.concatenate((columns, np.full(leaving.size, count), gates.entries))
    return csr_array((np.ones(rows.size), (rows, columns)), shape=(count + 1, count + 1))


def kept_edges(graph: Graph, turns: Turns, gates: Gates | None, forbidden: Sequence[tuple[int, ...]] = ()) -> Mask:
    """Return which edges belong to the longest part in which every edge leads to every other, perhaps by way of outside.

    Without ``gates`` there is no outside. No way leads over a ``forbidden`` course of edges. An edge belongs when one of its
    states does: who starts on it may drive wherever one may who came over the beginning of a forbidden course.
    """
    states = turn_states(*turns, forbidden)
    _, label = connected_components(_state_graph(states, gates), directed=True, connection="strong")
    counted = np.unique(np.column_stack((label[:-1], states.edge)), axis=0)
    length = np.bincount(counted[:, 0], weights=graph.length_m[counted[:, 1]])
    keep = np.zeros(graph.u.size, np.bool_)
    keep[counted[counted[:, 0] == int(np.argmax(length)), 1]] = True
    return keep


def part_of(turns: Turns, forbidden: Sequence[tuple[int, ...]], keep: Mask) -> tuple[Turns, tuple[tuple[int, ...], ...]]:
    """Return turns and forbidden courses of the kept edges alone, renumbered."""
    offset, following = turns
    new = np.cumsum(keep) - 1
    source = np.repeat(np.arange(keep.size), np.diff(offset))
    stay = keep[source] & keep[following]
    sizes = np.bincount(source[stay], minlength=keep.size)[keep]
    part = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32), new[following[stay]].astype(np.int32)
    return part, tuple(tuple(int(new[edge]) for edge in course) for course in forbidden if keep[list(course)].all())
