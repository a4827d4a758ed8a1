"""Bridges and ramps as rows of sites: which edges are one bridge or one ramp."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from twin.roadnet.road_axes import BESIDE_UNNAMED_M, road_axis, road_of
from twin.roadnet.road_network import RoadNetwork
from twin.sensors.along_roads import Line, Neighbourhood, Place, settle
from twin.sensors.deployment_spec import BridgesAndRampsRule
from twin.sensors.poles import MapFootprint

TOUCHING_M: Final = 0.5
"""Links this near each other are one ramp."""

BESIDE_M: Final = BESIDE_UNNAMED_M
"""Carriageways of one road and level this far apart are one bridge. Assumption: 30 m, less than between two bridges."""


def bridges(network: RoadNetwork) -> dict[str, tuple[int, ...]]:
    """Return the edges of every bridge of a road, by a name made of the road and the least OpenStreetMap id of its ways."""
    by_road: dict[tuple[str, int], list[int]] = {}
    for edge in np.flatnonzero(network.edge_bridge & ~network.edge_tunnel):
        road = road_of(network, int(edge))
        if road:
            by_road.setdefault((road, int(network.edge_level[edge])), []).append(int(edge))
    found = {}
    for (road, _), edges in by_road.items():
        for group in _groups(network, edges, BESIDE_M):
            found[f"{road}-bridge-{_least_way(network, group)}"] = group
    return dict(sorted(found.items()))


def ramps(network: RoadNetwork) -> dict[str, tuple[int, ...]]:
    """Return the edges of every ramp: runs of links (``motorway_link`` and so on) that touch; those in tunnels too."""
    links = [edge for edge in range(network.edge_count) if network.edge_highway[edge].endswith("_link")]
    found = {f"ramp-{_least_way(network, group)}": group for group in _groups(network, links, TOUCHING_M)}
    return dict(sorted(found.items()))


def places_on_structures(
    rule: BridgesAndRampsRule, network: RoadNetwork, footprint: MapFootprint, placed: Neighbourhood
) -> tuple[list[Place], Mapping[str, int], int]:
    """Return the rule's sites clear of those ``placed`` (which it adds to), by name, and how many were left out and why.

    The last number is that of the bridges and ramps of at least ``least_m``.
    """
    chosen: dict[str, tuple[int, ...]] = {}
    for which, of in (("bridges", bridges), ("ramps", ramps)):
        if which in rule.which:
            chosen |= of(network)
    lines = []
    for name, edges in chosen.items():
        axis = road_axis(network, name, edges)
        if axis.length_m >= rule.least_m:
            start_m = min(rule.start_m, 0.5 * axis.length_m)
            lines.append(Line(network, axis, start_m, lambda _: True, lambda edge: not network.edge_tunnel[edge]))
    return *settle(rule, lines, footprint, placed), len(lines)


def _groups(network: RoadNetwork, edges: list[int], apart_m: float) -> list[tuple[int, ...]]:
    """Return the edges in groups: within one, each lies no farther than ``apart_m`` from another."""
    if not edges:
        return []
    lines: Any = np.array([shapely.linestrings(np.column_stack(network.polyline(edge))) for edge in edges])
    pairs = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=apart_m)
    graph = coo_array((np.ones(pairs.shape[1], np.int8), (pairs[0], pairs[1])), shape=(len(edges), len(edges)))
    count, label = connected_components(graph, directed=False)
    return [tuple(edges[i] for i in np.flatnonzero(label == group)) for group in range(count)]


def _least_way(network: RoadNetwork, edges: tuple[int, ...]) -> int:
    return min(int(network.edge_way[edge]) for edge in edges)
