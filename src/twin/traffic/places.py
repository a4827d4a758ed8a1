"""Where trips begin and end: gates at the edge of the map, zones inside it."""

from __future__ import annotations

import functools
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from twin.roadnet.defaults import STOREY_HEIGHT_M
from twin.roadnet.road_network import RoadNetwork

LANE_WEIGHT = {
    "motorway": 1500.0,
    "trunk": 1200.0,
    "primary": 700.0,
    "secondary": 500.0,
    "tertiary": 300.0,
}
"""Relative weight of one lane of a gate by road class, about the vehicles an hour it carries in a peak. Assumption."""

OTHER_LANE_WEIGHT = 120.0
"""The same for residential and unclassified roads. Assumption."""

LINK_FACTOR = 0.5
"""A ramp that enters the map counts half of a lane of its road. Assumption."""

ZONE_SIZE_M = 400.0
"""Side of the squares that are zones. Assumption: a few blocks."""

EDGES_PER_ZONE = 4
"""A zone's trips begin and end on its so many longest local edges. Assumption."""

SHORTEST_ZONE_EDGE_M = 40.0
"""Shorter edges are no place to begin or end a trip. Assumption: room for a few vehicles on either side of the middle."""

FLOOR_AREA_PER_ROAD_M2_PER_M = 15.0
"""Floor area that every metre of local road adds to its zone, for buildings that the map does not show. Assumption."""

NETWORKS_KEPT = 2
"""Networks whose places are kept in memory: that of the scenario in hand, and one to compare with."""

LOCAL_CLASSES = ("secondary", "tertiary", "unclassified", "residential", "living_street")


@dataclass(frozen=True, slots=True)
class TripEnd:
    """A place where trips may begin or end."""

    key: str
    """Stable name: draws of its trips are keyed by it."""
    edge: int
    s_m: float
    """Where on the edge; 0 or the edge's length at gates, its middle in zones."""
    weight: float
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class TripEnds:
    """All places of a network."""

    entries: tuple[TripEnd, ...]
    exits: tuple[TripEnd, ...]
    zones: tuple[TripEnd, ...]
    """One entry an edge: squares of ZONE_SIZE_M have several."""


@functools.lru_cache(maxsize=NETWORKS_KEPT)
def trip_ends(network: RoadNetwork) -> TripEnds:
    """Return the gates and zones of a network; reckoned once for each."""
    return TripEnds(
        entries=tuple(_gate(network, int(edge), entry=True) for edge in network.entry_edges),
        exits=tuple(_gate(network, int(edge), entry=False) for edge in network.exit_edges),
        zones=_zones(network),
    )


def _gate(network: RoadNetwork, edge: int, *, entry: bool) -> TripEnd:
    highway = network.edge_highway[edge]
    base = highway.removesuffix("_link")
    weight = LANE_WEIGHT.get(base, OTHER_LANE_WEIGHT) * (LINK_FACTOR if base != highway else 1.0)
    node = int(network.edge_u[edge] if entry else network.edge_v[edge])
    return TripEnd(
        key=f"{'entry' if entry else 'exit'}/{int(network.node_osm[node])}/{int(network.edge_way[edge])}",
        edge=edge,
        s_m=0.0 if entry else float(network.edge_length_m[edge]),
        weight=weight * int(network.edge_lanes[edge]),
        x_m=float(network.node_x_m[node]),
        y_m=float(network.node_y_m[node]),
    )


def _zones(network: RoadNetwork) -> tuple[TripEnd, ...]:
    middle_x, middle_y = edge_middles(network)
    internal = network.internal_edges
    by_cell: dict[tuple[int, int], list[int]] = defaultdict(list)
    for edge in range(network.edge_count):
        local = network.edge_highway[edge] in LOCAL_CLASSES and not (network.edge_bridge[edge] or network.edge_tunnel[edge])
        if local and edge not in internal and network.edge_length_m[edge] >= SHORTEST_ZONE_EDGE_M:
            by_cell[_cell(float(middle_x[edge]), float(middle_y[edge]))].append(edge)
    floor_area = _floor_area_by_cell(network)
    zones: list[TripEnd] = []
    for cell in sorted(by_cell):
        longest_first = sorted(by_cell[cell], key=lambda edge: (-network.edge_length_m[edge], edge))
        edges = longest_first[:EDGES_PER_ZONE]
        road_m = sum(float(network.edge_length_m[edge]) for edge in by_cell[cell])
        weight = floor_area.get(cell, 0.0) + FLOOR_AREA_PER_ROAD_M2_PER_M * road_m
        zones.extend(
            TripEnd(
                key=f"zone/{cell[0]}/{cell[1]}/{number}",
                edge=edge,
                s_m=float(network.edge_length_m[edge]) / 2.0,
                weight=weight / len(edges),
                x_m=float(middle_x[edge]),
                y_m=float(middle_y[edge]),
            )
            for number, edge in enumerate(edges)
        )
    return tuple(zones)


def _cell(x_m: float, y_m: float) -> tuple[int, int]:
    return int(x_m // ZONE_SIZE_M), int(y_m // ZONE_SIZE_M)


@functools.lru_cache(maxsize=NETWORKS_KEPT)
def edge_middles(network: RoadNetwork) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return x and y (m) of the point half-way along each edge; reckoned once for each network, nobody may write to them."""
    middle = np.empty((2, network.edge_count))
    for edge in range(network.edge_count):
        s_m = network.point_s_m[network.point_offset[edge] : network.point_offset[edge + 1]]
        for axis, values_m in enumerate(network.polyline(edge)):
            middle[axis, edge] = np.interp(s_m[-1] / 2.0, s_m, values_m)
    middle.flags.writeable = False
    return middle[0], middle[1]


def _floor_area_by_cell(network: RoadNetwork) -> dict[tuple[int, int], float]:
    area: dict[tuple[int, int], float] = defaultdict(float)
    for building in network.buildings:
        outline = shapely.Polygon(np.column_stack([building.x_m, building.y_m]))
        centre = outline.centroid
        area[_cell(centre.x, centre.y)] += outline.area * max(1.0, building.height_m / STOREY_HEIGHT_M)
    return area
