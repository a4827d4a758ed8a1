"""Zones of OD matrices, the gravity model and tables of trips: which places of the map they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import ValidationError

from twin.errors import Problem, closest
from twin.messages import say
from twin.roadnet.datum import Datum, convert
from twin.roadnet.projection import to_local
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.demand import DemandSpec
from twin.traffic.demand_sources import CircleZone, GatesZone, WaysZone
from twin.traffic.demand_tables import Column, TableRow, read_table
from twin.traffic.drawing import Places, places
from twin.traffic.places import LOCAL_CLASSES, TripEnd, edge_middles, trip_ends

COLUMNS: Final = (
    Column("name", ("zone", "小区", "交通小区", "名称", "小区编号", "编号"), "text", required=True),
    Column("lon", ("lng", "longitude", "lon_deg", "经度"), low=-180.0, high=180.0),
    Column("lat", ("latitude", "lat_deg", "纬度"), low=-90.0, high=90.0),
    Column("radius_m", ("radius", "半径"), low=1.0, high=100_000.0),
    Column("ways", ("way", "osm_way", "osm_ways", "道路编号"), "text"),
    Column("road", ("gate", "gate_road", "道路", "出入口道路"), "text"),
    Column("side", ("方位",), "text"),
    Column("productions_vph", ("productions", "产生量", "发生量"), low=0.0, high=1_000_000.0),
    Column("attractions_vph", ("attractions", "吸引量"), low=0.0, high=1_000_000.0),
)

AnyZone = CircleZone | WaysZone | GatesZone
Tell = Callable[[str, str, str], Problem]
"""Makes a problem of a field's name, what was found and the remedy."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone on the map."""

    name: str
    origins: Places | None
    """None where nobody can begin a trip, as in gates that only lead out."""
    destinations: Places | None
    productions_vph: float
    attractions_vph: float


def meant(name: str, known: Iterable[str]) -> str:
    """Return the remedy for an unknown word: the nearest known one, else some of those there are."""
    words = list(dict.fromkeys(known))
    near = closest(name, words)
    if near is not None:
        return say("remedy.did_you_mean", name=near)
    return say("demand.known.remedy", names=", ".join(words[:12]) + (", …" if len(words) > 12 else "") if words else "-")


def zones_of(network: RoadNetwork, spec: DemandSpec, base: Path) -> tuple[dict[str, Zone], list[Problem]]:
    """Return the zones of a demand by name, and everything wrong with them."""
    place = _Placing(network)
    found: dict[str, Zone] = {}
    problems: list[Problem] = []
    for number, zone in enumerate(spec.zones):
        key = f"demand.zones[{number}]"
        problems += place.add(found, zone, _at_key(key))
    for number, table in enumerate(spec.zone_tables):
        rows, wrong = read_table(base / table.file, table.sheet, f"demand.zone_tables[{number}].file", COLUMNS)
        problems += wrong
        for row in rows:
            zone_of_row, wrong = _zone_of(row, table.crs)
            problems += wrong
            if zone_of_row is not None:
                problems += place.add(found, zone_of_row, _at_row(row))
    return found, problems


def _at_key(key: str) -> Tell:
    return lambda field, found, remedy: Problem("", f"{key}.{field}", found, remedy)


def _at_row(row: TableRow) -> Tell:
    def tell(field: str, found: str, remedy: str) -> Problem:
        at, header = row.cells.get({"lon_deg": "lon", "lat_deg": "lat"}.get(field, field), (1, field))
        return Problem(f"{row.file}:{row.number}:{at}", header, found, remedy)

    return tell


def _zone_of(row: TableRow, crs: Datum) -> tuple[AnyZone | None, list[Problem]]:
    whole: dict[str, object] = {"name": row.texts["name"]}
    whole |= {name: row.numbers[name] for name in ("productions_vph", "attractions_vph") if name in row.numbers}
    circle = [name for name in ("lon", "lat", "radius_m") if name in row.numbers]
    if "ways" in row.texts:
        ways, wrong = numbers_in(row, "ways")
        return (None, wrong) if wrong else (WaysZone.model_validate({**whole, "ways": ways}), [])
    if "road" in row.texts:
        try:
            return GatesZone.model_validate({**whole, "road": row.texts["road"], "side": row.texts.get("side", "any")}), []
        except ValidationError:
            return None, [row.problem("side", "demand.side", text=row.texts["side"])]
    if len(circle) == 3:
        lon_deg, lat_deg, radius_m = (row.numbers[name] for name in circle)
        return CircleZone(**whole, lon_deg=lon_deg, lat_deg=lat_deg, radius_m=radius_m, crs=crs), []
    return None, [row.problem("name", "demand.zone_place")]


def numbers_in(row: TableRow, column: str) -> tuple[list[int], list[Problem]]:
    """Return the whole numbers of a cell, apart by blanks, semicolons or bars."""
    words = row.texts[column].replace(";", " ").replace("|", " ").replace("；", " ").split()
    wrong = [word for word in words if not word.isdecimal()]
    if wrong or not words:
        return [], [row.problem(column, "demand.list", text=(wrong or [row.texts[column]])[0][:60])]
    return [int(word) for word in words], []


class _Placing:
    """Looks zones up on the map."""

    def __init__(self, network: RoadNetwork) -> None:
        self._network = network
        self._ends = trip_ends(network)
        self._entries = {end.edge: end for end in self._ends.entries}
        self._exits = {end.edge: end for end in self._ends.exits}
        self._internal = network.internal_edges
        self._middle_x_m, self._middle_y_m = edge_middles(network)

    def add(self, found: dict[str, Zone], zone: AnyZone, tell: Tell) -> list[Problem]:
        """Put a zone among those found, or return what is wrong with it."""
        if zone.name in found:
            return [tell("name", say("demand.zone_twice.found", name=zone.name), say("demand.zone_twice.remedy"))]
        found[zone.name] = Zone(zone.name, None, None, zone.productions_vph, zone.attractions_vph)  # if it turns out wrong
        if isinstance(zone, GatesZone):
            return self._gates(found, zone, tell)
        edges, problems = self._circle(zone, tell) if isinstance(zone, CircleZone) else self._ways(zone, tell)
        if problems:
            return problems
        weight = [float(self._network.edge_length_m[edge]) for edge in edges]
        begin = [0.0 if edge in self._entries else self._middle_m(edge) for edge in edges]
        end = [self._length_m(edge) if edge in self._exits else self._middle_m(edge) for edge in edges]
        origins, destinations = places(edges, begin, weight), places(edges, end, weight)
        found[zone.name] = Zone(zone.name, origins, destinations, zone.productions_vph, zone.attractions_vph)
        return []

    def _length_m(self, edge: int) -> float:
        return float(self._network.edge_length_m[edge])

    def _middle_m(self, edge: int) -> float:
        return self._length_m(edge) / 2.0

    def _circle(self, zone: CircleZone, tell: Tell) -> tuple[list[int], list[Problem]]:
        network = self._network
        lon_deg, lat_deg = convert(zone.lon_deg, zone.lat_deg, zone.crs, "wgs84")
        x_m, y_m = to_local(network.crs, network.origin_m, lon_deg, lat_deg)
        near = np.flatnonzero(np.hypot(self._middle_x_m - x_m, self._middle_y_m - y_m) <= zone.radius_m)
        usable = [int(edge) for edge in near if int(edge) not in self._internal]
        local = [
            edge
            for edge in usable
            if network.edge_highway[edge] in LOCAL_CLASSES and not (network.edge_bridge[edge] or network.edge_tunnel[edge])
        ]
        if not usable:
            found = say("demand.zone_empty.found", radius_m=zone.radius_m)
            return [], [tell("radius_m", found, say("demand.zone_empty.remedy"))]
        return local or usable, []

    def _ways(self, zone: WaysZone, tell: Tell) -> tuple[list[int], list[Problem]]:
        edges: list[int] = []
        problems = []
        for way in dict.fromkeys(zone.ways):
            of_way = np.flatnonzero(self._network.edge_way == way).tolist()
            edges += [edge for edge in of_way if edge not in self._internal] or of_way
            if not of_way:
                problems.append(tell("ways", say("demand.way.found", way=way), say("demand.way.remedy")))
        return edges, problems

    def _gates(self, found: dict[str, Zone], zone: GatesZone, tell: Tell) -> list[Problem]:
        names = self._network.edge_name
        entries, exits = ([e for e in ends if names[e.edge] == zone.road] for ends in (self._ends.entries, self._ends.exits))
        if not entries and not exits:
            known = sorted({names[edge] for edge in (*self._entries, *self._exits)} - {""})
            return [tell("road", say("demand.gate.found", road=zone.road), meant(zone.road, known))]
        sides = sorted({self._side(end) for end in (*entries, *exits)})
        entries, exits = ([e for e in ends if zone.side in ("any", self._side(e))] for ends in (entries, exits))
        if not entries and not exits:
            return [tell("side", say("demand.side_empty.found", road=zone.road), meant(zone.side, sides))]
        found[zone.name] = Zone(zone.name, _places(entries), _places(exits), zone.productions_vph, zone.attractions_vph)
        return []

    def _side(self, end: TripEnd) -> str:
        x_m, y_m = self._network.node_x_m, self._network.node_y_m
        east = (2.0 * end.x_m - x_m.max() - x_m.min()) / max(float(np.ptp(x_m)), 1.0)
        north = (2.0 * end.y_m - y_m.max() - y_m.min()) / max(float(np.ptp(y_m)), 1.0)
        if abs(east) > abs(north):
            return "east" if east > 0.0 else "west"
        return "north" if north > 0.0 else "south"


def _places(ends: list[TripEnd]) -> Places | None:
    if not ends:
        return None
    return places([end.edge for end in ends], [end.s_m for end in ends], [end.weight for end in ends])
