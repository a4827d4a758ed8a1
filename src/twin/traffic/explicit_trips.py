"""Single trips that are given one by one: from tables, or by a program that has read them elsewhere."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from twin.errors import Problem
from twin.rng import stream_key, uniforms
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.demand import DemandSpec
from twin.traffic.demand_tables import Column, TableRow, read_table
from twin.traffic.drawing import DRAWN, DrawnTrips, Places, drawn_at, make_class
from twin.traffic.vehicle_types import ClassTable
from twin.traffic.zone_flows import CLASS, DESTINATION, ORIGIN, LostFlow, PairFlows, check_class, check_zones, class_of
from twin.traffic.zones import Zone, numbers_in

COLUMNS: Final = (
    Column("depart_s", ("depart", "departure", "出发时间", "发车时间"), required=True, low=-604_800.0, high=604_800.0),
    Column(ORIGIN.name, ORIGIN.headers, "text"),
    Column(DESTINATION.name, DESTINATION.headers, "text"),
    Column("ways", ("route", "osm_ways", "路径"), "text"),
    CLASS,
)


@dataclass(frozen=True, slots=True)
class GivenTrip:
    """One vehicle's trip on a route that is known."""

    depart_s: float
    """Seconds after the scenario's start."""
    edges: tuple[int, ...]
    """Each must be a permitted turn away from the one before."""
    klass: int | None = None
    """Index into ``DRIVEN_CLASSES``; drawn by the shares of the classes where None."""
    depart_s_m: float = 0.0
    arrive_s_m: float | None = None
    """Where on the last edge it ends; at its end where None."""
    speed_factor: float | None = None
    """Desired speed / speed limit; drawn where None."""


@dataclass(frozen=True, slots=True)
class SingleTrips:
    """Trips given one by one: those with a route, and those between zones."""

    routed: list[GivenTrip] = field(default_factory=list)
    between: list[tuple[float, Places, Places, int | None, str]] = field(default_factory=list)
    """(depart_s, origins, destinations, class, key of its draws)."""


def single_trips(
    network: RoadNetwork, spec: DemandSpec, zones: dict[str, Zone], base: Path, flows: PairFlows
) -> tuple[SingleTrips, list[Problem]]:
    """Return the trips of every table, and everything wrong with them; those without a way are counted in ``flows.lost``."""
    found = SingleTrips()
    problems = []
    for number, table in enumerate(spec.trips):
        rows, wrong = read_table(base / table.file, table.sheet, f"demand.trips[{number}].file", COLUMNS)
        problems += wrong
        for row in rows:
            problems += _add(found, network, zones, flows, row, f"trips/{table.file}/{row.number}", table.file)
    return found, problems


def _add(
    found: SingleTrips, network: RoadNetwork, zones: dict[str, Zone], flows: PairFlows, row: TableRow, key: str, source: str
) -> list[Problem]:
    problems = check_class(row)
    depart_s = row.numbers["depart_s"]
    if "ways" in row.texts:
        ways, wrong = numbers_in(row, "ways")
        edges: tuple[int, ...] = ()
        if not wrong:
            edges, wrong = along_ways(network, ways, row)
        if not problems + wrong:
            found.routed.append(GivenTrip(depart_s, edges, class_of(row)))
        return problems + wrong
    missing = [name for name in ("origin", "destination") if name not in row.texts]
    problems += [row.problem(name, "demand.trip_end") for name in missing] + check_zones(row, zones)
    if problems:
        return problems
    origin, destination = zones[row.texts["origin"]], zones[row.texts["destination"]]
    possible = flows.possible(origin.origins, destination.destinations)
    begin, end = origin.origins, destination.destinations
    if begin is None or end is None or not possible.all():
        # a single trip cannot be spread over what is left of a pair: it is made between the best connected places
        usable = np.argwhere(possible)
        if begin is None or end is None or not usable.size:
            flows.lost.append(LostFlow(source, origin.name, destination.name, 1.0))
            return []
        weight = begin.share[usable[:, 0]] * end.share[usable[:, 1]]
        i, j = usable[int(np.argmax(weight))]
        begin, end = _only(begin, int(i)), _only(end, int(j))
    found.between.append((depart_s, begin, end, class_of(row), key))
    return []


def _only(of: Places, number: int) -> Places:
    return Places(of.edge[number : number + 1], of.s_m[number : number + 1], np.ones(1))


def along_ways(network: RoadNetwork, ways: Sequence[int], row: TableRow) -> tuple[tuple[int, ...], list[Problem]]:
    """Return the edges along OpenStreetMap ways in this order, from the beginning of the first to the end of the last.

    Between one way and the next there may be edges inside a junction. A problem where a way is not in the map, does not lead to
    the next, or is the only one and has two directions.
    """
    members = [np.flatnonzero(network.edge_way == way).tolist() for way in ways]
    unknown = [row.problem("ways", "demand.way", way=way) for way, edges in zip(ways, members, strict=True) if not edges]
    if unknown:
        return (), unknown
    if len(ways) == 1:
        ends = {(int(network.edge_u[edge]), int(network.edge_v[edge])) for edge in members[0]}
        if any((v, u) in ends for u, v in ends):
            return (), [row.problem("ways", "demand.one_way")]
    internal = network.internal_edges
    layer = [frozenset(edges) for edges in members]
    before: dict[tuple[int, int], tuple[int, int] | None] = {(edge, 0): None for edge in members[0]}
    todo = deque(before)
    furthest = 0
    while todo:
        state = todo.popleft()
        edge, at = state
        furthest = max(furthest, at)
        if at == len(ways) - 1 and edge in layer[at]:
            break
        for following in map(int, network.turns(edge)):
            steps = [at + 1] if at + 1 < len(ways) and following in layer[at + 1] else []
            steps += [at] if following in layer[at] or following in internal else []
            for step in steps:
                if (following, step) not in before:
                    before[following, step] = state
                    todo.append((following, step))
    else:
        return (), [row.problem("ways", "demand.way_gap", way=ways[furthest], following=ways[min(furthest + 1, len(ways) - 1)])]
    route: list[int] = []
    step_back: tuple[int, int] | None = state
    while step_back is not None:
        route.append(step_back[0])
        step_back = before[step_back]
    route.reverse()
    return tuple(_lengthened(network, route, layer[0], layer[-1])), []


def _lengthened(network: RoadNetwork, route: list[int], first: frozenset[int], last: frozenset[int]) -> list[int]:
    """Return the route with the rest of its first and its last way."""
    leads_to: dict[int, list[int]] = {}
    for edge in first:
        for following in map(int, network.turns(edge)):
            leads_to.setdefault(following, []).append(edge)

    def back(edge: int) -> list[int]:
        return [e for e in leads_to.get(edge, []) if e not in route and network.edge_u[e] != network.edge_v[edge]]

    def on(edge: int) -> list[int]:
        turns = map(int, network.turns(edge))
        return [e for e in turns if e in last and e not in route and network.edge_v[e] != network.edge_u[edge]]

    while options := back(route[0]):
        route.insert(0, min(options))
    while options := on(route[-1]):
        route.append(min(options))
    return route


def check_given(network: RoadNetwork, trips: Sequence[GivenTrip]) -> None:
    """Raise ValueError where a trip's edges are not in the network or do not follow each other."""
    for number, trip in enumerate(trips):
        if not trip.edges or min(trip.edges) < 0 or max(trip.edges) >= network.edge_count:
            raise ValueError(f"trip {number}: its edges {trip.edges[:5]} are not all in the network")
        for edge, following in zip(trip.edges[:-1], trip.edges[1:], strict=True):
            if following not in network.turns(edge):
                raise ValueError(f"trip {number}: no turn leads from edge {edge} to edge {following}")
        if not math.isfinite(trip.depart_s):
            raise ValueError(f"trip {number}: its departure {trip.depart_s} is no time")


def draw_given(network: RoadNetwork, trips: Sequence[GivenTrip], classes: ClassTable, seed: int) -> DrawnTrips:
    """Return the trips that have a route, in their order; ``given_route`` is their number."""
    depart_s = np.array([trip.depart_s for trip in trips], dtype=np.float64)
    rows = drawn_at("trips/routed", depart_s, classes, seed)
    for number, (row, trip) in enumerate(zip(rows, trips, strict=True)):
        if trip.klass is not None:
            make_class(row, trip.klass, classes)
        if trip.speed_factor is not None:
            row["speed_factor"] = trip.speed_factor
        last_m = float(network.edge_length_m[trip.edges[-1]])
        row["origin"], row["depart_s_m"] = trip.edges[0], trip.depart_s_m
        row["destination"], row["arrive_s_m"] = trip.edges[-1], last_m if trip.arrive_s_m is None else trip.arrive_s_m
        row["given_route"] = number
    return rows


def draw_between(found: SingleTrips, classes: ClassTable, seed: int) -> DrawnTrips:
    """Return the trips between zones, each with draws of its own."""
    drawn = [np.empty(0, DRAWN)]
    for depart_s, begin, end, klass, key in found.between:
        row = drawn_at(key, np.array([depart_s]), classes, seed)
        ends = uniforms(stream_key(seed, "traffic/demand/destination", key), np.zeros(1, np.int64))
        origin, destination = int(begin.pick(ends[:, 0])[0]), int(end.pick(ends[:, 1])[0])
        if klass is not None:
            make_class(row, klass, classes)
        row["origin"], row["depart_s_m"] = begin.edge[origin], begin.s_m[origin]
        row["destination"], row["arrive_s_m"] = end.edge[destination], end.s_m[destination]
        drawn.append(row)
    return np.concatenate(drawn)
