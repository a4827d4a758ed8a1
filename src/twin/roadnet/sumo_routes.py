"""Trips of SUMO: route files (``.rou.xml``, trips, flows) read and written.

Format: SUMO documentation, "Definition of Vehicles, Vehicle Types, and Routes".
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

import numpy as np
import numpy.typing as npt

from twin.rng import stream_key, uniform4
from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.road_network import Floats, Ints, RoadNetwork, lines_of
from twin.roadnet.sumo_flows import departures, seconds
from twin.roadnet.sumo_xml import Attributes, read_sumo_xml, written
from twin.roadnet.tags import Notices

DEFAULT_TYPE: Final = "DEFAULT_VEHTYPE"
"""SUMO's name of the type of vehicles that name none."""

DEFAULT_LENGTH_M: Final = 5.0
"""SUMO's length of a passenger car, which decides where a vehicle stands that departs at ``base``."""

SPEED_DEVIATION: Final = 0.1
"""SUMO's deviation of desired speed / speed limit where a type gives the mean only (its documentation, "Vehicle Type Parameter
Defaults", road vehicles)."""

_SPREAD = re.compile(r"normc?\(([^)]*)\)")

_CARRIED: Final = frozenset(
    {
        "id", "type", "route", "depart", "from", "to", "via", "departPos", "arrivalPos", "speedFactor", "begin", "end",
        "number", "vehsPerHour", "perHour", "period", "probability", "color", "fromTaz", "toTaz", "fromJunction", "toJunction",
    }
)  # fmt: skip
"""Attributes of vehicles that are read, or tell nothing of driving."""

_OTHERS: Final = ("person", "personFlow", "container", "containerFlow")


@dataclass(frozen=True, slots=True)
class SpeedSpread:
    """A normal distribution of desired speed / speed limit, cut off on both sides."""

    mean: float
    deviation: float
    least: float = 0.2
    most: float = 2.0

    def at(self, standard: float) -> float:
        """Return the value that lies ``standard`` standard deviations above the mean, or the nearer bound."""
        return min(max(self.mean + self.deviation * standard, self.least), self.most)


@dataclass(frozen=True, slots=True)
class SumoType:
    """A vehicle type; None where the file leaves a value to SUMO's default."""

    key: str
    vehicle_class: str
    """SUMO's ``vClass``, as ``passenger``, ``bus``, ``truck``."""
    length_m: float | None = None
    width_m: float | None = None
    height_m: float | None = None
    acceleration_mps2: float | None = None
    braking_mps2: float | None = None
    time_gap_s: float | None = None
    standstill_gap_m: float | None = None
    largest_speed_mps: float | None = None
    speed: SpeedSpread | None = None
    """How desired speed / speed limit spreads, where the file tells."""
    stated: tuple[str, ...] = ()
    """Names of the attributes that the file gives, in alphabetical order."""


@dataclass(frozen=True, slots=True)
class SumoTrips:
    """Trips in the order of departure; arrays of shape (trips,) where nothing else is said."""

    key: tuple[str, ...]
    """Name of each vehicle; those of a flow are ``flow.0``, ``flow.1`` …"""
    kind: tuple[str, ...]
    """Name of its type."""
    depart_s: Floats
    route_offset: npt.NDArray[np.int64]
    """(trips + 1,): trip ``i`` has the edges ``route_edge[route_offset[i]:route_offset[i + 1]]``."""
    route_edge: Ints
    """Edges of the network. Of a trip that is not routed: where it begins, those it must pass, where it ends."""
    routed: npt.NDArray[np.bool_]
    """False where a way between the edges is still to be found."""
    depart_s_m: Floats
    """Front bumper's distance along the first edge."""
    arrive_s_m: Floats
    """Distance along the last edge at which the trip ends."""
    types: tuple[SumoType, ...]
    notices: tuple[str, ...]
    """What was left out, counted."""
    speed_factor: Floats = field(default_factory=lambda: np.empty(0))
    """Desired speed / speed limit, not a number where the file leaves it open; empty where nobody has looked."""
    off_map: int = 0
    """Trips left out because the network does not have their edges."""


def read_sumo_routes(path: Path, network: RoadNetwork, *more: Path, seed: int = 0, end_s: float = 86_400.0) -> SumoTrips:
    """Return the trips of SUMO route files for a network that was imported from SUMO.

    Read are vehicles with routes of their own or named ones, trips, and flows (``number``, ``vehsPerHour``, ``period`` (also
    ``exp(rate)``) and ``probability``), which are unrolled up to ``end_s`` where they state no end. What is random in SUMO is
    drawn from the named stream ``roadnet/sumo_routes`` of ``seed``. Trips that cannot be driven (edges that the network has
    not, edges without a turn between them, districts or junctions instead of edges, departures that other vehicles trigger)
    are left out and counted in ``notices``, as are persons, containers, stops and lines of taxis.

    Raises ``InputError`` when a file is missing, damaged, or names a route that is nowhere, with the line.
    """
    reader = _Reader(network, seed, end_s)
    for file in (*more, path):
        read_sumo_xml(file, ("routes", "additional", "trips"), reader.start, reader.end)
    return reader.trips()


@dataclass(slots=True)
class _Vehicle:
    key: str
    attributes: Attributes
    edges: list[str]
    routed: bool


class _Reader:
    """Takes elements as they come: routes and types stand before the vehicles that use them."""

    def __init__(self, network: RoadNetwork, seed: int, end_s: float) -> None:
        self._network = network
        self._edge = {key: edge for edge, key in enumerate(network.edge_key)}
        self._following = [set(network.turns(edge).tolist()) for edge in range(network.edge_count)]
        self._seed = seed
        self._key = stream_key(seed, "roadnet/sumo_routes")
        self._end_s = end_s
        self._draws = 0
        self._notices = Notices()
        self._types: dict[str, SumoType] = {}
        self._choices: dict[str, list[tuple[str, float]]] = {}
        self._routes: dict[str, list[str]] = {}
        self._distribution = ""
        self._open: tuple[str, Attributes] | None = None
        self._own_route: list[str] | None = None
        self._rows: list[tuple[float, str, str, list[int], bool, float, float, float]] = []
        self._off_map = 0

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag in ("vehicle", "trip", "flow"):
            self._open, self._own_route = (tag, attributes), None
        elif tag == "route":
            self._take_route(attributes)
        elif tag in ("vType", "type"):
            self._types[attributes["id"]] = _type(attributes)
            self._in_distribution(attributes)
        elif tag in ("routeDistribution", "vTypeDistribution"):
            self._distribution = attributes["id"]
            names = attributes.get("routes", attributes.get("vTypes", "")).split()
            shares = attributes.get("probabilities", "").split() or ["1"] * len(names)
            self._choices[self._distribution] = [(name, float(share)) for name, share in zip(names, shares, strict=True)]
        elif tag == "stop" and self._open is not None:
            self._notices.add("stops_of_vehicles")
        elif tag in _OTHERS:
            self._notices.add("persons")

    def end(self, tag: str) -> None:
        if tag in ("routeDistribution", "vTypeDistribution"):
            self._distribution = ""
        elif self._open is not None and tag == self._open[0]:
            self._take(*self._open)
            self._open = None

    def trips(self) -> SumoTrips:
        """Return what was read, by departure."""
        rows = sorted(self._rows, key=lambda row: row[0])
        sizes = [len(row[3]) for row in rows]
        return SumoTrips(
            key=tuple(row[1] for row in rows),
            kind=tuple(row[2] for row in rows),
            depart_s=np.array([row[0] for row in rows], np.float64),
            route_offset=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
            route_edge=np.array([edge for row in rows for edge in row[3]], np.int32),
            routed=np.array([row[4] for row in rows], np.bool_),
            depart_s_m=np.array([row[5] for row in rows], np.float64),
            arrive_s_m=np.array([row[6] for row in rows], np.float64),
            types=tuple(self._types.values()),
            notices=lines_of(self._notices.found()),
            speed_factor=np.array([row[7] for row in rows], np.float64),
            off_map=self._off_map,
        )

    def _take_route(self, attributes: Attributes) -> None:
        edges = attributes["edges"].split()
        if self._open is not None:
            self._own_route = edges
        else:
            self._routes[attributes["id"]] = edges
            self._in_distribution(attributes)

    def _in_distribution(self, attributes: Attributes) -> None:
        if self._distribution:
            self._choices[self._distribution].append((attributes["id"], float(attributes.get("probability", "1"))))

    def _take(self, tag: str, attributes: Attributes) -> None:
        self._key, self._draws = stream_key(self._seed, "roadnet/sumo_routes", attributes["id"]), 0
        if tag != "flow":
            depart = attributes["depart"]
            if depart[:1].isalpha():
                self._notices.add("triggered")
                return
            self._add(_Vehicle(attributes["id"], attributes, *self._edges(attributes)), seconds(depart))
            return
        for number, depart_s in enumerate(departures(attributes, self._end_s, self._draw)):
            self._add(_Vehicle(f"{attributes['id']}.{number}", attributes, *self._edges(attributes)), depart_s)

    def _edges(self, attributes: Attributes) -> tuple[list[str], bool]:
        """Return the names of the edges, none where the file gives none; and whether they are the whole way."""
        if self._own_route is not None:
            return self._own_route, True
        if "route" in attributes:
            return self._routes[self._chosen(attributes["route"])], True
        if "from" in attributes and "to" in attributes:
            return [attributes["from"], *attributes.get("via", "").split(), attributes["to"]], False
        return [], False

    def _add(self, vehicle: _Vehicle, depart_s: float) -> None:
        if not vehicle.edges:
            self._notices.add("trips_between_districts")
            return
        if any(name not in self._edge for name in vehicle.edges):
            self._notices.add("trips_off_map")
            self._off_map += 1
            return
        edges = [self._edge[name] for name in vehicle.edges]
        if vehicle.routed and any(b not in self._following[a] for a, b in itertools.pairwise(edges)):
            self._notices.add("trips_without_turn")
            return
        kind = self._chosen(vehicle.attributes.get("type", DEFAULT_TYPE))
        length_m = (self._types[kind].length_m if kind in self._types else None) or DEFAULT_LENGTH_M
        first_m, last_m = (float(self._network.edge_length_m[edges[end]]) for end in (0, -1))
        depart_m = self._position(vehicle.attributes.get("departPos", "base"), first_m, min(length_m, first_m))
        arrive_m = self._position(vehicle.attributes.get("arrivalPos", "max"), last_m, last_m)
        for name in sorted(vehicle.attributes.keys() - _CARRIED):
            self._notices.add("not_carried", name=name)
        factor = self._speed_factor(vehicle.attributes, self._types.get(kind))
        self._rows.append((depart_s, vehicle.key, kind, edges, vehicle.routed, depart_m, arrive_m, factor))

    def _speed_factor(self, attributes: Attributes, kind: SumoType | None) -> float:
        """Return the vehicle's own factor, or one drawn for its type; not a number where the file tells neither."""
        if "speedFactor" in attributes:
            return float(attributes["speedFactor"])
        if kind is None or kind.speed is None:
            return math.nan
        # Box and Muller, "A note on the generation of random normal deviates", Ann. Math. Statist. 29 (1958)
        return kind.speed.at(math.sqrt(-2.0 * math.log(self._draw())) * math.cos(2.0 * math.pi * self._draw()))

    def _chosen(self, name: str) -> str:
        """Return one of a distribution's members by their shares; a name that is no distribution is itself."""
        members = self._choices.get(name)
        if not members:
            return name
        total = np.cumsum([share for _, share in members])
        return members[int(np.searchsorted(total, self._draw() * total[-1], side="right"))][0]

    def _position(self, text: str, length_m: float, otherwise_m: float) -> float:
        """Return a place on an edge: metres (negative: from its end), ``random``, or what other words mean here."""
        if text.startswith("random"):
            return self._draw() * length_m
        if text == "center":
            return length_m / 2.0
        if text[:1].isalpha():
            return otherwise_m
        value_m = float(text)
        return min(max(value_m + length_m if value_m < 0.0 else value_m, 0.0), length_m)

    def _draw(self) -> float:
        self._draws += 1
        return float(uniform4(self._key, self._draws, 0, 0)[0])


def _type(attributes: Attributes) -> SumoType:
    def value(name: str) -> float | None:
        return float(attributes[name]) if name in attributes else None

    return SumoType(
        key=attributes["id"],
        vehicle_class=attributes.get("vClass", "passenger"),
        length_m=value("length"),
        width_m=value("width"),
        height_m=value("height"),
        acceleration_mps2=value("accel"),
        braking_mps2=value("decel"),
        time_gap_s=value("tau"),
        standstill_gap_m=value("minGap"),
        largest_speed_mps=value("maxSpeed"),
        speed=_spread(attributes.get("speedFactor"), value("speedDev")),
        stated=tuple(sorted(attributes)),
    )


def _spread(text: str | None, deviation: float | None) -> SpeedSpread | None:
    """Return what ``speedFactor`` (a number, ``norm(mean,deviation)`` or ``normc(mean,deviation,least,most)``) tells."""
    if text is None:
        return None if deviation is None else SpeedSpread(1.0, deviation)
    if spread := _SPREAD.fullmatch(text):
        return SpeedSpread(*(float(part) for part in spread[1].split(",")[:4]))
    return SpeedSpread(float(text), SPEED_DEVIATION if deviation is None else deviation)


def write_sumo_routes(
    path: Path, ids: Sequence[str], types: Sequence[SumoType], trips: SumoTrips, speed_factor: Floats, graph: LaneGraph
) -> None:
    """Write trips as a SUMO route file, by departure, for the network that ``write_plain_xml`` made of ``graph``.

    ``ids`` stand for the edges there (``sumo_export.route_ids``); ``types`` must hold every kind of ``trips``, whose routes
    must only have edges with lanes; ``speed_factor`` (trips,) is each vehicle's own desired speed / speed limit. Who begins at
    the very beginning of an edge drives in as fast as it can, others pull out from standing. Vehicles follow the Intelligent
    Driver Model without random faults, as here.
    """
    lines = ["<routes>"]
    for one in types:
        values = {
            "id": one.key, "vClass": one.vehicle_class, "carFollowModel": "IDM", "sigma": 0, "speedDev": 0,
            "length": one.length_m, "width": one.width_m, "height": one.height_m, "accel": one.acceleration_mps2,
            "decel": one.braking_mps2, "tau": one.time_gap_s, "minGap": one.standstill_gap_m, "maxSpeed": one.largest_speed_mps,
        }  # fmt: skip
        lines.append(f"    <vType {written(values)}/>")
    begin_m, length_m = graph.lane_begin_m, graph.lane_length_m
    for row in np.argsort(trips.depart_s, kind="stable").tolist():
        edges = trips.route_edge[trips.route_offset[row] : trips.route_offset[row + 1]]
        first, last = graph.edge_lane[edges[0]], graph.edge_lane[edges[-1]]
        at_gate = trips.depart_s_m[row] <= 0.0
        first_m, last_m = (
            float(length_m[lane]) / len(ids[edge].split()) for lane, edge in ((first, edges[0]), (last, edges[-1]))
        )
        depart_m = min(max(float(trips.depart_s_m[row] - begin_m[first]), 0.0), first_m)
        arrive_m = float(trips.arrive_s_m[row] - begin_m[last]) - (float(length_m[last]) - last_m)
        arrive_m = min(max(arrive_m, 0.0), last_m)
        values = {
            "id": trips.key[row], "type": trips.kind[row], "depart": round(float(trips.depart_s[row]), 3), "departLane": "best",
            "departSpeed": "max" if at_gate else 0, "departPos": "base" if at_gate else round(depart_m, 2),
            "arrivalPos": round(arrive_m, 2), "speedFactor": round(float(speed_factor[row]), 6),
        }  # fmt: skip
        route = " ".join(ids[edge] for edge in edges)
        lines.append(f"    <vehicle {written(values)}><route edges={quoteattr(route)}/></vehicle>")
    path.write_text("\n".join([*lines, "</routes>", ""]), encoding="utf-8")
