"""Clusters of nodes that drivers see as one junction.

OpenStreetMap draws the crossing of two dual carriageways as four nodes or more. A junction's core are nodes at which movements
cross; cores joined by short edges of one level are one junction, and so is a roundabout. Nodes where traffic only merges or
parts join it when the edge between leaves their own main road (the far carriageway behind a median opening); the ends of slip
lanes, which lie straight on, do not: slip lanes pass a junction by.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from twin.roadnet.connectivity import Graph
from twin.roadnet.defaults import rank
from twin.roadnet.movements import crossings, movements

JOIN_M = 50.0
"""Assumption: longest edge between the opposite one-way carriageways of a main road (tertiary or higher) in one junction: an
eight-lane carriageway with its median, or the space below a viaduct between its frontage roads."""
JOIN_MINOR_M = 25.0
"""Assumption: the same between any two nodes; side streets farther apart than this are junctions of their own."""
_OPPOSITE_RAD = math.radians(45.0)
EXTENT_M = 90.0
"""Assumption: largest distance between two nodes of a junction."""
TINY_M = 12.0
"""Assumption: nodes this near are one place, whatever leads there."""
_MAIN = rank("tertiary")


class Clusters:
    """Disjoint sets of nodes, none wider than EXTENT_M; a set is named by its lowest node."""

    def __init__(self, graph: Graph, nodes: Iterable[int]) -> None:
        """Begin with every one of ``nodes`` by itself; these are cores."""
        self._graph = graph
        self.of = {node: node for node in nodes}
        self.members = {node: [node] for node in self.of}
        self.core = frozenset(self.of)

    def add(self, node: int) -> None:
        """Add a node by itself, not a core."""
        self.of[node] = node
        self.members[node] = [node]

    def join(self, a: int, b: int) -> bool:
        """Join the clusters of two nodes unless they would be too wide; return whether they are one now."""
        low, high = sorted((self.of[a], self.of[b]))
        if low == high:
            return True
        both = np.array(self.members[low] + self.members[high])
        x_m, y_m = self._graph.node_x_m[both], self._graph.node_y_m[both]
        if np.sqrt((x_m[:, None] - x_m) ** 2 + (y_m[:, None] - y_m) ** 2).max() > EXTENT_M:
            return False
        for node in self.members[high]:
            self.of[node] = low
        self.members[low] += self.members.pop(high)
        return True

    def remove(self, node: int) -> None:
        """Take back a node that was added and joined nothing."""
        del self.of[node], self.members[node]

    def crossing(self, node: int) -> int | None:
        """Return the cluster of ``node`` if streams cross or circle in it, else None."""
        head = self.of.get(node)
        return head if head is not None and not self.core.isdisjoint(self.members[head]) else None


def find_clusters(graph: Graph) -> Clusters:
    """Return the clusters of the graph; single nodes where traffic merges are clusters of their own."""
    level = node_levels(graph)
    ring = [int(edge) for edge in np.flatnonzero(graph.roundabout)]
    on_ring = {int(node) for edge in ring for node in (graph.u[edge], graph.v[edge])}
    core = [node for node, legs in enumerate(graph.legs) if node in on_ring or any(True for _ in crossings(legs))]
    clusters = Clusters(graph, core)
    for edge in ring:
        clusters.join(int(graph.u[edge]), int(graph.v[edge]))
    short = [int(edge) for edge in np.argsort(graph.length_m, kind="stable") if _joins(graph, level, int(edge))]
    for edge in short:
        ends = {int(graph.u[edge]), int(graph.v[edge])}
        if ends <= clusters.core and ends.isdisjoint(on_ring):
            clusters.join(*sorted(ends))
    _absorb(graph, clusters, short, on_ring)
    for node, legs in enumerate(graph.legs):
        if node not in clusters.of and len({leg.edge for leg in legs if leg.inbound}) > 1 and movements(legs):
            clusters.add(node)
    return clusters


def node_levels(graph: Graph) -> list[int]:
    """Return the level nearest to the ground of the edges at each node."""
    return [min((int(graph.level[leg.edge]) for leg in legs), key=lambda at: (abs(at), at), default=0) for legs in graph.legs]


def _joins(graph: Graph, level: list[int], edge: int) -> bool:
    u, v = int(graph.u[edge]), int(graph.v[edge])
    if u == v or not int(graph.level[edge]) == level[u] == level[v]:
        return False
    length_m = float(graph.length_m[edge])
    return length_m <= JOIN_MINOR_M or (length_m <= JOIN_M and _between_carriageways(graph, u, v))


def _between_carriageways(graph: Graph, u: int, v: int) -> bool:
    """Return whether one-way main roads cross at two nodes in opposite directions."""
    return any(
        abs(math.remainder(a - b - math.pi, 2.0 * math.pi)) <= _OPPOSITE_RAD
        for a in _courses(graph, u)
        for b in _courses(graph, v)
    )


def _courses(graph: Graph, node: int) -> list[float]:
    """Return the headings of one-way main roads at a node."""
    return [
        leg.angle_rad + (math.pi if leg.inbound else 0.0)
        for leg in graph.legs[node]
        if leg.partner < 0 and rank(graph.highway[leg.edge]) <= _MAIN
    ]


def _absorb(graph: Graph, clusters: Clusters, short: list[int], on_ring: set[int]) -> None:
    """Take into junctions the merges and partings that belong to them, the nearest first."""
    for edge in short:
        ends = int(graph.u[edge]), int(graph.v[edge])
        for node, other in (ends, ends[::-1]):
            if node in clusters.of or other not in clusters.core or other in on_ring:
                continue
            if graph.length_m[edge] <= TINY_M or _passes_by(graph, clusters, node, other):
                clusters.add(node)
                if not clusters.join(node, other):
                    clusters.remove(node)


def _passes_by(graph: Graph, clusters: Clusters, node: int, other: int) -> bool:
    """Return whether the straightest movement through ``node`` neither comes from the cluster of ``other`` nor leads to it."""
    through = movements(graph.legs[node])
    if not through:
        return False
    straightest = min(through, key=lambda movement: (abs(movement.turn_rad), movement.origin.edge, movement.target.edge))
    head = clusters.of[other]
    ends = int(graph.u[straightest.origin.edge]), int(graph.v[straightest.target.edge])
    return all(clusters.of.get(end) != head for end in ends)
