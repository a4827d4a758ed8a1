"""From what a scenario says to facilities on the map: block faces along kerbs, car parks with their entrances."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from twin.errors import Problem, closest
from twin.messages import say
from twin.parking.facilities import INSIDE, Bays, Facilities, Facility, facilities_of
from twin.parking.facility_spec import CarParkSpec, GateSpec, OnStreetSpec
from twin.parking.parking_spec import ParkingSpec
from twin.roadnet.datum import convert
from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.projection import to_local
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.places import LOCAL_CLASSES, edge_middles

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

REACH_M: Final = 250.0
"""The entrance of a car park lies at a road no farther away. Assumption: a block and a half."""

MARGIN_M: Final = 10.0
"""An entrance lies at least so far from either end of the lanes. Assumption: a vehicle's length and a half."""

SHORTEST_EDGE_M: Final = 40.0
"""A road with an entrance is at least so long. Assumption: as for the ends of trips."""

ASIDE_M: Final = 1.25
"""From the edge of the carriageway to the middle of a bay along it. Source: GB 5768.3-2009, a bay for small vehicles is 2.5 m
wide."""

FROM_MAP: Final = "from_map"


@dataclass(slots=True)
class Placed:
    """What a scenario's facilities come to."""

    facilities: Facilities | None
    """None where there are problems."""
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def place_facilities(network: RoadNetwork, graph: LaneGraph, spec: ParkingSpec) -> Placed:
    """Return the facilities of ``spec`` on the map, everything wrong with them, and what a planner should know."""
    placing = _Placing(network, graph)
    for number, one in enumerate(spec.facilities):
        key = f"parking.facilities[{number}]"
        if isinstance(one, OnStreetSpec):
            placing.add_kerb(one, key)
        else:
            placing.add_car_park(one, key)
    if spec.from_map is not None:
        placing.add_all_of_map(spec)
    return placing.placed()


def walking_edges(network: RoadNetwork, facilities: Facilities, walk_most_m: float) -> Bools:
    """Return which edges (edges,) have a facility within a walk of their middle."""
    x_m, y_m = edge_middles(network)
    near = np.zeros(network.edge_count, np.bool_)
    for one in facilities.every:
        near |= np.hypot(x_m - one.x_m, y_m - one.y_m) <= walk_most_m
    return near


def usable_edges(network: RoadNetwork, graph: LaneGraph) -> Bools:
    """Return the edges (edges,) that one circles on: local roads with lanes, no bridges, tunnels and insides of junctions."""
    placing = _Placing(network, graph)
    return placing.local if placing.local.any() else placing.passable


class _Placing:
    """Collects facilities, problems and notices."""

    def __init__(self, network: RoadNetwork, graph: LaneGraph) -> None:
        self._network = network
        lane = np.minimum(graph.edge_lane[:-1], max(graph.lane_count - 1, 0))
        with_lanes = graph.edge_lane[1:] > graph.edge_lane[:-1]
        self._begin_m = np.where(with_lanes, graph.lane_begin_m[lane], 0.0)
        self._end_m = np.where(with_lanes, graph.lane_begin_m[lane] + graph.lane_length_m[lane], 0.0)
        inside = np.zeros(network.edge_count, np.bool_)
        inside[list(network.internal_edges)] = True
        self._open: Bools = with_lanes & ~inside & ~network.edge_bridge & ~network.edge_tunnel & _round_trips(network)
        long_enough = self._end_m - self._begin_m >= SHORTEST_EDGE_M
        local = np.isin(np.array(network.edge_highway), LOCAL_CLASSES)
        fast = np.isin(np.array(network.edge_highway), ("motorway", "trunk", "motorway_link", "trunk_link"))
        self.local, self.passable = self._open & local & long_enough, self._open & ~fast & long_enough
        self._every: list[Facility] = []
        self._bays: list[tuple[int, int, float, float, float]] = []
        self._problems: list[Problem] = []
        self._notices: list[str] = []

    def placed(self) -> Placed:
        """Return what was collected."""
        if not self._every and not self._problems:
            self._tell("parking", "parking.nothing")
        if self._problems:
            return Placed(None, self._problems, self._notices)
        rows = np.array(self._bays, np.float64).reshape(-1, 5)
        bays = Bays(rows[:, 0].astype(np.int32), rows[:, 1].astype(np.int32), *(rows[:, i].copy() for i in (2, 3, 4)))
        return Placed(facilities_of(tuple(self._every), bays, self._network.edge_count), [], self._notices)

    def _tell(self, key: str, words: str, remedy: str | None = None, **values: object) -> None:
        self._problems.append(Problem("", key, say(f"{words}.found", **values), remedy or say(f"{words}.remedy", **values)))

    def _point(self, spec: Any) -> tuple[float, float]:
        network = self._network
        lon_deg, lat_deg = convert(spec.lon_deg, spec.lat_deg, spec.crs, "wgs84")
        x_m, y_m = to_local(network.crs, network.origin_m, lon_deg, lat_deg)
        return float(x_m), float(y_m)

    def add_kerb(self, spec: OnStreetSpec, key: str) -> None:
        """Add a facility for each edge of a road with room for a bay."""
        network = self._network
        if spec.way is not None:
            mine, word = network.edge_way == spec.way, "way"
        else:
            mine, word = np.array([name == spec.road for name in network.edge_name]), "road"
        if not mine.any():
            if word == "way":
                self._tell(f"{key}.way", "demand.way", way=spec.way)
            else:
                self._tell(f"{key}.road", "parking.road", _meant(str(spec.road), network.edge_name), road=spec.road)
            return
        if spec.lon_deg is not None:
            x_m, y_m = self._point(spec)
            middle_x_m, middle_y_m = edge_middles(network)
            mine = mine & (np.hypot(middle_x_m - x_m, middle_y_m - y_m) <= spec.radius_m)
            if not mine.any():
                self._tell(f"{key}.radius_m", "parking.far", radius_m=spec.radius_m)
                return
        found = 0
        for edge in np.flatnonzero(mine & self._open).tolist():
            found += self._add_block_face(spec, edge, found + 1)
        if not found:
            self._tell(f"{key}.{word}", "parking.no_room", clear_m=spec.clear_m)

    def _add_block_face(self, spec: OnStreetSpec, edge: int, place: int) -> int:
        first_m = float(self._begin_m[edge]) + spec.clear_m
        slots = int((float(self._end_m[edge]) - spec.clear_m - first_m) // spec.bay_m)
        number = np.arange(max(slots, 0))
        chosen = number[np.floor((number + 1) * spec.kerb_share) > np.floor(number * spec.kerb_share)]
        if not chosen.size:
            return 0
        s_m = first_m + (chosen + 1) * spec.bay_m
        x_m, y_m = self._beside(edge, s_m)
        facility, first = len(self._every), len(self._bays)
        self._bays += [(facility, edge, *row) for row in zip(s_m.tolist(), x_m.tolist(), y_m.tolist(), strict=True)]
        self._every.append(
            Facility(
                number=facility,
                name=f"{spec.name}/{place}",
                group=spec.name,
                kind="on_street",
                first_bay=first,
                capacity=int(chosen.size),
                x_m=float(x_m.mean()),
                y_m=float(y_m.mean()),
                entry_edge=edge,
                entry_s_m=float(s_m[0]),
                exit_edge=edge,
                exit_s_m=float(s_m[-1]),
                tariff=spec.tariff,
                gates=None,
                open_from_h=spec.open_from_h,
                open_until_h=spec.open_until_h,
                occupancy=spec.occupancy,
                purposes=spec.purposes,
            )
        )
        return 1

    def _beside(self, edge: int, s_m: Floats) -> tuple[Floats, Floats]:
        """Return the middle of bays whose fronts are ``s_m`` along an edge, at its kerb."""
        network = self._network
        part = slice(int(network.point_offset[edge]), int(network.point_offset[edge + 1]))
        along = network.point_s_m[part]
        x_m, y_m = (np.interp(s_m - 2.5, along, values[part]) for values in (network.point_x_m, network.point_y_m))
        ahead_x, ahead_y = (np.interp(s_m - 1.5, along, values[part]) for values in (network.point_x_m, network.point_y_m))
        away_m = 0.5 * float(network.edge_lanes[edge]) * float(network.edge_lane_width_m[edge]) + ASIDE_M
        length = np.maximum(np.hypot(ahead_x - x_m, ahead_y - y_m), 1e-9)
        return x_m + away_m * (ahead_y - y_m) / length, y_m - away_m * (ahead_x - x_m) / length

    def add_car_park(self, spec: CarParkSpec, key: str) -> None:
        """Add a car park with its entrance at the nearest local road, or at the road that is named."""
        x_m, y_m = self._point(spec)
        allowed = self.local if self.local.any() else self.passable
        if spec.road is not None:
            named = np.array([name == spec.road for name in self._network.edge_name])
            if not named.any():
                self._tell(f"{key}.road", "parking.road", _meant(spec.road, self._network.edge_name), road=spec.road)
                return
            allowed = self.passable & named
        entrance = self._entrance(x_m, y_m, allowed)
        if entrance is None:
            self._tell(f"{key}.lon_deg", "parking.no_edge", limit=REACH_M)
            return
        self._add_gated(spec.name, spec.name, spec.kind, spec.capacity, (x_m, y_m), entrance, spec.gates, spec)

    def add_all_of_map(self, spec: ParkingSpec) -> None:
        """Add every car park of the map that a road leads to."""
        of_map = spec.from_map
        if of_map is None:
            return
        parks = [place for place in self._network.places if place.kind == "car_park"]
        if not parks:
            self._tell("parking.from_map", "parking.none_on_map")
        names = [place.name for place in parks]
        taken = {one.name for one in self._every} | {one.name for one in spec.facilities}
        away = 0
        for number, place in enumerate(parks):
            entrance = self._entrance(place.x_m, place.y_m, self.local)
            entrance = entrance or self._entrance(place.x_m, place.y_m, self.passable)
            if entrance is None:
                away += 1
                continue
            own = place.name and names.count(place.name) == 1 and place.name not in taken
            name = place.name if own else f"car park {number + 1}"
            capacity = max(1, round((place.capacity or of_map.unknown_capacity) * of_map.capacity_scale))
            self._add_gated(name, FROM_MAP, of_map.kind, capacity, (place.x_m, place.y_m), entrance, of_map.gates, of_map)
        if away:
            self._notices.append(say("parking.away", count=away, limit=REACH_M))

    def _add_gated(
        self,
        name: str,
        group: str,
        kind: Any,
        capacity: int,
        xy_m: tuple[float, float],
        entrance: tuple[int, float],
        gates: GateSpec,
        spec: Any,
    ) -> None:
        facility, first = len(self._every), len(self._bays)
        edge, s_m = entrance
        self._bays += [(facility, INSIDE, 0.0, *xy_m)] * capacity
        self._every.append(
            Facility(
                number=facility,
                name=name,
                group=group,
                kind=kind,
                first_bay=first,
                capacity=capacity,
                x_m=xy_m[0],
                y_m=xy_m[1],
                entry_edge=edge,
                entry_s_m=s_m,
                exit_edge=edge,
                exit_s_m=min(s_m + MARGIN_M, float(self._end_m[edge]) - 0.5 * MARGIN_M),
                tariff=spec.tariff,
                gates=gates,
                open_from_h=getattr(spec, "open_from_h", 0.0),
                open_until_h=getattr(spec, "open_until_h", 24.0),
                occupancy=spec.occupancy,
                purposes=getattr(spec, "purposes", ()),
            )
        )

    def _entrance(self, x_m: float, y_m: float, allowed: Bools) -> tuple[int, float] | None:
        """Return the edge nearest to a point, of those ``allowed``, and where along it that is; None where none is near."""
        network = self._network
        first = np.delete(np.arange(network.point_x_m.size), network.point_offset[1:] - 1)
        edge = np.searchsorted(network.point_offset, first, side="right") - 1
        first, edge = first[allowed[edge]], edge[allowed[edge]]
        if not edge.size:
            return None
        begin_x, begin_y = network.point_x_m[first], network.point_y_m[first]
        dx, dy = network.point_x_m[first + 1] - begin_x, network.point_y_m[first + 1] - begin_y
        share = np.clip(((x_m - begin_x) * dx + (y_m - begin_y) * dy) / np.maximum(dx * dx + dy * dy, 1e-9), 0.0, 1.0)
        away_m = np.hypot(begin_x + share * dx - x_m, begin_y + share * dy - y_m)
        best = int(np.argmin(away_m))
        if away_m[best] > REACH_M:
            return None
        on, part = int(edge[best]), int(first[best])
        s_m = float(network.point_s_m[part] + share[best] * (network.point_s_m[part + 1] - network.point_s_m[part]))
        return on, float(np.clip(s_m, self._begin_m[on] + MARGIN_M, self._end_m[on] - 2.0 * MARGIN_M))


def _round_trips(network: RoadNetwork) -> Bools:
    """Return the edges (edges,) to which one can come round again: not those that only lead into the map or out of it."""
    count = network.edge_count
    graph = csr_array((np.ones(network.turn_edge.size), network.turn_edge, network.turn_offset), shape=(count, count))
    part = connected_components(graph, directed=True, connection="strong")[1]
    return np.asarray(np.bincount(part)[part] > 1)


def _meant(name: str, known: Iterable[str]) -> str | None:
    """Return the remedy that names the road that is probably meant; None where there is none like it."""
    near = closest(name, sorted(set(known) - {""}))
    return None if near is None else say("remedy.did_you_mean", name=near)
