"""Junctions as records: the clusters of the graph, their approaches and names, and which of them signals control."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from twin.roadnet.clusters import Clusters, find_clusters, node_levels
from twin.roadnet.connectivity import Graph, Turns
from twin.roadnet.defaults import rank
from twin.roadnet.road_network import Junction
from twin.roadnet.tags import Notices

SIGNAL_REACH_M = 60.0
"""Assumption: a signal drawn on an approach stands at most this far before the junction (stop line before a wide crossing)."""
SIGNAL_ASIDE_M = 45.0
"""Assumption: a signal from which no road leads to a junction within SIGNAL_REACH_M (it stands on a slip lane, or on the road
that leaves the junction) belongs to the nearest one within this distance."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal of the map: where it stands, on which node or within which edges."""

    x_m: float
    y_m: float
    node: int
    """Node of the graph, or -1."""
    within: tuple[tuple[int, float], ...] = ()
    """Edges in whose course it stands, each with the distance to the edge's end."""


def find_junctions(
    graph: Graph, turns: Turns, names: tuple[str, ...], signals: tuple[Signal, ...], notices: Notices
) -> tuple[Junction, ...]:
    """Return every junction, signalised or not: clusters that at least two edges enter from outside."""
    clusters = find_clusters(graph)
    signalised = _signalised(graph, turns, clusters, signals, notices)
    found = [
        _junction(graph, names, sorted(nodes), signalised=head in signalised)
        for head, nodes in sorted(clusters.members.items())
    ]
    kept = [junction for junction in found if len(junction.approaches) > 1]
    return tuple(replace(junction, number=number) for number, junction in enumerate(kept))


def _signalised(
    graph: Graph, turns: Turns, clusters: Clusters, signals: tuple[Signal, ...], notices: Notices
) -> frozenset[int]:
    """Return the clusters that signals control.

    That is the crossing it stands in, else the first ahead of it, else the nearest aside; where there is none, the merge it
    stands in or the first ahead.
    """
    out: set[int] = set()
    level = node_levels(graph)
    for signal in signals:
        head = clusters.crossing(signal.node)
        if head is None:
            starts = list(signal.within)
            if signal.node >= 0:
                starts += [(leg.edge, float(graph.length_m[leg.edge])) for leg in graph.legs[signal.node] if not leg.inbound]
            at = level[signal.node] if signal.node >= 0 else int(graph.level[signal.within[0][0]])
            for candidate in (
                _ahead(graph, turns, clusters.crossing, starts),
                _aside(graph, clusters, level, signal, at),
                clusters.of.get(signal.node),
                _ahead(graph, turns, clusters.of.get, starts),
            ):
                head = candidate if head is None else head
        if head is None:
            notices.add("signals_without_junction")
        else:
            out.add(head)
    return frozenset(out)


def _ahead(graph: Graph, turns: Turns, cluster_at: Callable[[int], int | None], starts: list[tuple[int, float]]) -> int | None:
    """Return the nearest cluster ahead on the road, within SIGNAL_REACH_M, from edges with distances to their ends."""
    offset, following = turns
    found: list[tuple[float, int]] = []
    ahead = list(starts)
    while ahead:
        edge, gone_m = ahead.pop()
        if gone_m > SIGNAL_REACH_M:
            continue
        head = cluster_at(int(graph.v[edge]))
        if head is not None:
            found.append((gone_m, head))
            continue
        ahead += [(int(next_), gone_m + float(graph.length_m[next_])) for next_ in following[offset[edge] : offset[edge + 1]]]
    return min(found)[1] if found else None


def _aside(graph: Graph, clusters: Clusters, level: list[int], signal: Signal, at: int) -> int | None:
    """Return the crossing with the nearest node on the signal's level, within SIGNAL_ASIDE_M."""
    squared = (graph.node_x_m - signal.x_m) ** 2 + (graph.node_y_m - signal.y_m) ** 2
    near = [
        (float(squared[node]), head)
        for node in (squared <= SIGNAL_ASIDE_M**2).nonzero()[0].tolist()
        if level[node] == at and (head := clusters.crossing(node)) is not None
    ]
    return min(near)[1] if near else None


def _junction(graph: Graph, names: tuple[str, ...], nodes: list[int], *, signalised: bool) -> Junction:
    own = set(nodes)
    entering = sorted({leg.edge for node in nodes for leg in graph.legs[node] if leg.inbound})
    leaving = sorted({leg.edge for node in nodes for leg in graph.legs[node] if not leg.inbound})
    approaches = tuple(edge for edge in entering if int(graph.u[edge]) not in own)
    outward = [edge for edge in leaving if int(graph.v[edge]) not in own]
    return Junction(
        number=0,
        name=crossing_streets((names[edge], graph.highway[edge]) for edge in (*approaches, *outward)),
        x_m=round(float(graph.node_x_m[nodes].mean()), 3),
        y_m=round(float(graph.node_y_m[nodes].mean()), 3),
        nodes=tuple(nodes),
        approaches=approaches,
        internal=tuple(edge for edge in entering if int(graph.u[edge]) in own),
        signalised=signalised,
    )


def crossing_streets(legs: Iterable[tuple[str, str]]) -> str:
    """Return a junction's name from its legs' names (empty without one) and road classes: the two highest-ranking streets.

    Ties go to the name that more legs bear, then to the first in the order of the names.
    """
    ranks: dict[str, list[int]] = defaultdict(list)
    for name, highway in legs:
        if name:
            ranks[name].append(rank(highway))
    return " / ".join(sorted(ranks, key=lambda name: (min(ranks[name]), -len(ranks[name]), name))[:2])
