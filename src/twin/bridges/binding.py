"""Which carriageways lie on a deck, and where on its axis a place on them is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.bridges.bridge_spec import BridgeSpec
from twin.errors import Problem, closest
from twin.messages import say
from twin.roadnet.projection import to_local
from twin.roadnet.road_network import Floats, Ints, RoadNetwork

LENGTH_TOLERANCE: Final = 0.05
"""Spans and ends on the map may differ by this share. Choice: what a map digitised from pictures is off at most."""

PARALLEL: Final = math.cos(math.radians(35.0))
"""Carriageways at a larger angle cross the deck's line. Assumption: between a bend and a crossing."""

COVERED: Final = 0.95
"""Share of the deck that the carriageways of one direction must run along. Choice: gaps at the ends of edges."""


@dataclass(frozen=True, slots=True)
class Binding:
    """The carriageways on one deck, one row an edge; places on them as places on the axis."""

    length_m: float
    """Of the deck."""
    begin_m: tuple[float, float]
    """Local x and y of the beginning of the axis."""
    ahead: tuple[float, float]
    """Unit vector along the axis."""
    edge: Ints
    """(edges,): their numbers in the road network, ascending."""
    direction: npt.NDArray[np.int8]
    """(edges,): 1 where vehicles drive along the axis, -1 where against it."""
    lanes: npt.NDArray[np.int8]
    """(edges,): lanes of each."""
    aside_m: Floats
    """(edges,): how far right of the axis, looking along it, the middle of the carriageway lies, on average on the deck."""
    lane_width_m: Floats
    """(edges,): of each lane."""
    point_offset: Ints
    """(edges + 1,): the points of edge ``i`` are ``point_offset[i]:point_offset[i + 1]``."""
    point_s_m: Floats
    """Distance along the edge of each point."""
    point_x_m: Floats
    """Where on the axis that is; straight in between."""

    def axis_m(self, row: int, s_m: npt.ArrayLike) -> Floats:
        """Return where on the axis places on the edge of a row are; below 0 before the deck, above ``length_m`` behind it."""
        part = slice(int(self.point_offset[row]), int(self.point_offset[row + 1]))
        return np.asarray(np.interp(np.asarray(s_m, np.float64), self.point_s_m[part], self.point_x_m[part]), np.float64)

    def lane_aside_m(self, row: int, lane: npt.ArrayLike) -> Floats:
        """Return how far right of the axis, looking along it, the middle of lanes (0: at the kerb) lies."""
        from_middle = (0.5 * (float(self.lanes[row]) - 1.0) - np.asarray(lane, np.float64)) * float(self.lane_width_m[row])
        return float(self.aside_m[row]) + float(self.direction[row]) * from_middle


def bind(spec: BridgeSpec, network: RoadNetwork, key: str) -> tuple[Binding | None, list[Problem]]:
    """Return the carriageways on a bridge, or what is wrong; ``key`` is the bridge's in the scenario, ``bridges.decks[0]``."""
    place, length_m = spec.place, spec.structure.length_m
    ends = to_local(
        network.crs, network.origin_m, [place.begin_lon_deg, place.end_lon_deg], [place.begin_lat_deg, place.end_lat_deg]
    )
    (begin_x, end_x), (begin_y, end_y) = (tuple(map(float, axis)) for axis in ends)
    apart_m = math.hypot(end_x - begin_x, end_y - begin_y)
    if abs(apart_m - length_m) > LENGTH_TOLERANCE * length_m:
        found = say("bridge.length.found", name=spec.name, spans_m=length_m, apart_m=apart_m)
        return None, [Problem("", f"{key}.place", found, say("bridge.length.remedy"))]
    names = {name for name in network.edge_name if name}
    missing = [number for number, road in enumerate(place.roads) if road not in names]
    if missing:
        return None, [_no_road(place.roads[number], names, f"{key}.place.roads[{number}]") for number in missing]
    ahead = (end_x - begin_x) / apart_m, (end_y - begin_y) / apart_m
    rows = [
        row
        for edge in range(network.edge_count)
        if network.edge_name[edge] in place.roads
        and (row := _row(network, edge, (begin_x, begin_y), ahead, length_m, place.aside_m)) is not None
    ]
    if not any(_covered(rows, direction, length_m) >= COVERED for direction in (1, -1)):
        found = say("bridge.no_edge.found", name=spec.name, roads=", ".join(place.roads))
        return None, [Problem("", f"{key}.place", found, say("bridge.no_edge.remedy"))]
    edge = np.array([row.edge for row in rows], np.int32)
    return Binding(
        length_m=length_m,
        begin_m=(begin_x, begin_y),
        ahead=ahead,
        edge=edge,
        direction=np.array([row.direction for row in rows], np.int8),
        lanes=network.edge_lanes[edge],
        aside_m=np.array([row.aside_m for row in rows]),
        lane_width_m=network.edge_lane_width_m[edge],
        point_offset=np.concatenate(([0], np.cumsum([row.s_m.size for row in rows]))).astype(np.int32),
        point_s_m=np.concatenate([row.s_m for row in rows]),
        point_x_m=np.concatenate([row.x_m for row in rows]),
    ), []


@dataclass(frozen=True, slots=True)
class _Row:
    edge: int
    direction: int
    aside_m: float
    s_m: Floats
    x_m: Floats
    on_deck: tuple[float, float]
    """From where to where on the axis."""


def _row(
    network: RoadNetwork, edge: int, begin: tuple[float, float], ahead: tuple[float, float], length_m: float, reach_m: float
) -> _Row | None:
    """Return an edge as a row of a binding; None where no part of it lies along the deck."""
    px, py = network.polyline(edge)
    dx, dy = px - begin[0], py - begin[1]
    x_m, aside_m = dx * ahead[0] + dy * ahead[1], dx * ahead[1] - dy * ahead[0]
    part = slice(int(network.point_offset[edge]), int(network.point_offset[edge + 1]))
    s_m = network.point_s_m[part]
    from_m, to_m = np.minimum(x_m[1:], x_m[:-1]), np.maximum(x_m[1:], x_m[:-1])
    shared_m = np.clip(np.minimum(to_m, length_m) - np.maximum(from_m, 0.0), 0.0, None)
    straight = np.abs(np.diff(x_m)) >= PARALLEL * np.hypot(np.diff(px), np.diff(py))
    middle_m = 0.5 * (aside_m[1:] + aside_m[:-1])
    shared_m = shared_m * (straight & (np.abs(middle_m) <= reach_m))
    if not shared_m.any():
        return None
    along = np.diff(x_m) > 0.0
    direction = 1 if shared_m[along].sum() >= shared_m[~along].sum() else -1
    on = shared_m > 0.0
    reached = float(max(from_m[on].min(), 0.0)), float(min(to_m[on].max(), length_m))
    return _Row(edge, direction, float(np.average(middle_m, weights=shared_m)), s_m, x_m, reached)


def _covered(rows: list[_Row], direction: int, length_m: float) -> float:
    """Return the share of the deck along which edges of a direction run."""
    covered_m, until_m = 0.0, 0.0
    for begin_m, end_m in sorted(row.on_deck for row in rows if row.direction == direction):
        covered_m += max(end_m - max(begin_m, until_m), 0.0)
        until_m = max(until_m, end_m)
    return covered_m / length_m


def _no_road(road: str, names: set[str], key: str) -> Problem:
    meant = closest(road, names)
    remedy = say("remedy.did_you_mean", name=meant) if meant else say("bridge.no_road.remedy")
    return Problem("", key, say("bridge.no_road.found", road=road), remedy)
