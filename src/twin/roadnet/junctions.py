"""Junctions: clusters of nodes that drivers see as one crossing.

OpenStreetMap draws the crossing of two dual carriageways as four nodes or more. A junction's core are nodes at which movements
cross; cores joined by short edges of one level are one junction. Nodes where traffic only merges or parts join it when the
edge between leaves their own main road (the far carriageway behind a median opening); the ends of slip lanes, which lie
straight on, do not: slip lanes pass a junction by.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from twin.roadnet.connectivity import Graph, Turns
from twin.roadnet.defaults import RANKS
from twin.roadnet.movements import crossings, movements
from twin.roadnet.road_network import Junction
from twin.roadnet.tags import Notices

JOIN_M = 45.0
"""Assumption: longest edge between two nodes of one junction of main roads: an eight-lane carriageway with its median."""
JOIN_MINOR_M = 25.0
"""Assumption: the same where no road of tertiary class or higher meets."""
EXTENT_M = 90.0
"""Assumption: largest distance between two nodes of a junction."""
TINY_M = 12.0
"""Assumption: nodes this near are one place, whatever leads there."""
SIGNAL_REACH_M = 60.0
"""Assumption: a signal drawn on an approach stands at most this far before the junction (stop line before a wide crossing)."""
_MAIN = RANKS.index("tertiary")


@dataclass(frozen=True, slots=True)
class JunctionInput:
    """What the junctions are found from."""

    graph: Graph
    turns: Turns
    names: tuple[str, ...]
    signal_nodes: frozenset[int]
    signals_within: tuple[tuple[int, float], ...]
    """Signals drawn within edges: edge and distance to its end."""


class _Clusters:
    """Disjoint sets of nodes, none wider than EXTENT_M."""

    def __init__(self, graph: Graph, nodes: Iterable[int]) -> None:
        self._graph = graph
        self.of = {node: node for node in nodes}
        self.members = {node: [node] for node in self.of}

    def add(self, node: int) -> None:
        self.of[node] = node
        self.members[node] = [node]

    def join(self, a: int, b: int) -> bool:
        """Join the clusters of two nodes unless they would be too wide; return whether they are one now."""
        low, high = sorted((self.of[a], self.of[b]))
        if low == high:
            return True
        both = np.array(self.members[low] + self.members[high])
        x_m, y_m = self._graph.node_x_m[both], self._graph.node_y_m[both]
        if np.hypot(x_m[:, None] - x_m, y_m[:, None] - y_m).max() > EXTENT_M:
            return False
        for node in self.members[high]:
            self.of[node] = low
        self.members[low] += self.members.pop(high)
        return True


def rank(highway: str) -> int:
    """Return the rank of a road class, 0 the highest; links rank with their road."""
    return RANKS.index(highway.removesuffix("_link"))


def find_junctions(given: JunctionInput, notices: Notices) -> tuple[Junction, ...]:
    """Return every junction, signalised or not: clusters that at least two edges enter from outside."""
    graph = given.graph
    level = _node_levels(graph)
    core = [node for node, legs in enumerate(graph.legs) if any(True for _ in crossings(legs))]
    clusters = _Clusters(graph, core)
    short = [edge for edge in np.argsort(graph.length_m, kind="stable") if _joins(graph, level, int(edge))]
    for edge in short:
        if graph.u[edge] in clusters.of and graph.v[edge] in clusters.of:
            clusters.join(int(graph.u[edge]), int(graph.v[edge]))
    _absorb(graph, clusters, [int(edge) for edge in short])
    for node, legs in enumerate(graph.legs):
        if node not in clusters.of and len({leg.edge for leg in legs if leg.inbound}) > 1 and movements(legs):
            clusters.add(node)
    signalised = _signalised(given, clusters, notices)
    found = [
        _junction(given, sorted(nodes), signalised=head in signalised) for head, nodes in sorted(clusters.members.items())
    ]
    kept = [junction for junction in found if len(junction.approaches) > 1]
    return tuple(_numbered(kept))


def _node_levels(graph: Graph) -> list[int]:
    """Return the level nearest to the ground of the edges at each node."""
    return [min((int(graph.level[leg.edge]) for leg in legs), key=lambda at: (abs(at), at), default=0) for legs in graph.legs]


def _joins(graph: Graph, level: list[int], edge: int) -> bool:
    u, v = int(graph.u[edge]), int(graph.v[edge])
    main = all(min(rank(graph.highway[leg.edge]) for leg in graph.legs[node]) <= _MAIN for node in (u, v))
    reach = JOIN_M if main else JOIN_MINOR_M
    return u != v and bool(graph.length_m[edge] <= reach) and int(graph.level[edge]) == level[u] == level[v]


def _absorb(graph: Graph, clusters: _Clusters, short: list[int]) -> None:
    """Take into junctions the merges and partings that belong to them, the nearest first."""
    core = frozenset(clusters.of)
    for edge in short:
        ends = int(graph.u[edge]), int(graph.v[edge])
        for node, other in (ends, ends[::-1]):
            if node in clusters.of or other not in core:
                continue
            if graph.length_m[edge] <= TINY_M or _leaves_main_road(graph, node, edge):
                clusters.add(node)
                if not clusters.join(node, other):
                    del clusters.of[node], clusters.members[node]


def _leaves_main_road(graph: Graph, node: int, edge: int) -> bool:
    """Return whether the straightest movement through ``node`` leaves ``edge`` aside."""
    through = movements(graph.legs[node])
    if not through:
        return False
    straightest = min(through, key=lambda movement: (abs(movement.turn_rad), movement.origin.edge, movement.target.edge))
    pair = {edge, int(graph.partner[edge])}
    return straightest.origin.edge not in pair and straightest.target.edge not in pair


def _signalised(given: JunctionInput, clusters: _Clusters, notices: Notices) -> set[int]:
    """Return the clusters that signals control; count the signals that fit none."""
    out: set[int] = set()
    for node in sorted(given.signal_nodes):
        head = clusters.of.get(node)
        if head is None:
            ahead = [_ahead(given, clusters, leg.edge, 0.0) for leg in given.graph.legs[node] if not leg.inbound]
            head = _nearest(ahead)
        _note(out, head, notices)
    by_place: dict[tuple[float, ...], list[tuple[float, int] | None]] = defaultdict(list)
    for edge, before_end_m in given.signals_within:
        partner = int(given.graph.partner[edge])
        length_m = float(given.graph.length_m[edge])
        key = (float(edge), round(before_end_m, 2))
        if 0 <= partner < edge:
            key = (float(partner), round(length_m - before_end_m, 2))
        by_place[key].append(_ahead(given, clusters, edge, before_end_m - length_m))
    for _, ahead in sorted(by_place.items()):
        _note(out, _nearest(ahead), notices)
    return out


def _note(out: set[int], head: int | None, notices: Notices) -> None:
    if head is None:
        notices.add("signals that fit no junction (on the open road, or pedestrian crossings)")
    else:
        out.add(head)


def _nearest(ahead: list[tuple[float, int] | None]) -> int | None:
    return min((found for found in ahead if found is not None), default=(0.0, None))[1]


def _ahead(given: JunctionInput, clusters: _Clusters, edge: int, gone_m: float) -> tuple[float, int] | None:
    """Return distance and cluster of the first junction at or after the end of ``edge``, within SIGNAL_REACH_M."""
    offset, following = given.turns
    while True:
        gone_m += float(given.graph.length_m[edge])
        if gone_m > SIGNAL_REACH_M:
            return None
        head = clusters.of.get(int(given.graph.v[edge]))
        if head is not None:
            return gone_m, head
        onward = following[offset[edge] : offset[edge + 1]]
        if onward.size == 0:
            return None
        edge = int(onward[0])


def _junction(given: JunctionInput, nodes: list[int], *, signalised: bool) -> Junction:
    graph = given.graph
    own = set(nodes)
    entering = sorted({leg.edge for node in nodes for leg in graph.legs[node] if leg.inbound})
    leaving = sorted({leg.edge for node in nodes for leg in graph.legs[node] if not leg.inbound})
    approaches = tuple(edge for edge in entering if int(graph.u[edge]) not in own)
    outward = [edge for edge in leaving if int(graph.v[edge]) not in own]
    return Junction(
        number=0,
        name=_name(given, [*approaches, *outward]),
        x_m=round(float(graph.node_x_m[nodes].mean()), 3),
        y_m=round(float(graph.node_y_m[nodes].mean()), 3),
        nodes=tuple(nodes),
        approaches=approaches,
        internal=tuple(edge for edge in entering if int(graph.u[edge]) in own),
        signalised=signalised,
    )


def _name(given: JunctionInput, edges: list[int]) -> str:
    """Return the two highest-ranking streets, ties by how many legs bear the name, then by the name itself."""
    legs = Counter(given.names[edge] for edge in edges if given.names[edge])
    best: dict[str, int] = {}
    for edge in edges:
        name = given.names[edge]
        if name:
            best[name] = min(best.get(name, len(RANKS)), rank(given.graph.highway[edge]))
    return " / ".join(sorted(best, key=lambda name: (best[name], -legs[name], name))[:2])


def _numbered(junctions: list[Junction]) -> Iterable[Junction]:
    from dataclasses import replace

    for number, junction in enumerate(junctions):
        yield replace(junction, number=number)
