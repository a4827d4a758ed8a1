"""Flows between zones: from OD matrices and from the gravity model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.errors import Problem
from twin.messages import say
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.route_search import Reach, fastest_routes
from twin.traffic.demand import DemandSpec
from twin.traffic.demand_sources import GravitySpec
from twin.traffic.demand_tables import Column, TableRow, read_table
from twin.traffic.drawing import Flow, Places, places
from twin.traffic.gravity import deterrence, furness
from twin.traffic.ground_truth import DRIVEN_CLASSES
from twin.traffic.profile import ProfilePoint
from twin.traffic.zones import Zone, meant

ORIGIN: Final = Column("origin", ("from", "o", "起点", "出发小区", "起点小区", "出发地"), "text", required=True)
DESTINATION: Final = Column("destination", ("to", "d", "终点", "到达小区", "终点小区", "目的地"), "text", required=True)
CLASS: Final = Column("class", ("vehicle_class", "type", "车型", "车辆类型"), "text")
FROM_S: Final = Column("from_s", ("begin_s", "开始时间", "开始"), low=-604_800.0, high=604_800.0)
TO_S: Final = Column("to_s", ("until_s", "end_s", "结束时间", "结束"), low=-604_800.0, high=604_800.0)
OD_COLUMNS: Final = (
    ORIGIN,
    DESTINATION,
    Column("vph", ("trips", "flow", "veh_h", "流量", "出行量", "交通量"), required=True, low=0.0, high=1_000_000.0),
    CLASS,
    FROM_S,
    TO_S,
)


@dataclass(frozen=True, slots=True)
class LostFlow:
    """Flow that was asked for and cannot be driven, because no way leads there."""

    source: str
    """File, or key of the scenario."""
    origin: str
    destination: str
    vph: float


class PairFlows:
    """Makes flows of pairs of zones: only of places between which a way leads."""

    def __init__(self, network: RoadNetwork) -> None:
        """Begin with no flow."""
        self.flows: list[Flow] = []
        self.lost: list[LostFlow] = []
        self._reach = Reach(network)

    def add(
        self,
        source: str,
        origin: Zone,
        destination: Zone,
        vph: float,
        profile: Sequence[ProfilePoint],
        *,
        key: str,
        from_s: float = -math.inf,
        to_s: float = math.inf,
        klass: int | None = None,
    ) -> None:
        """Add the flow of one pair; what has no way is counted as lost, and goes to the pair's other places if it has any.

        ``key`` is the name of the flow's stream.
        """
        if vph <= 0.0:
            return
        possible = self.possible(origin.origins, destination.destinations)
        if origin.origins is None or destination.destinations is None or not possible.any():
            self.lost.append(LostFlow(source, origin.name, destination.name, vph))
            return
        window = (profile, from_s, to_s, klass)
        if possible.all():
            self.flows.append(Flow(key, vph, origin.origins, destination.destinations, *window))
            return
        usable = np.flatnonzero(possible.any(axis=1))
        share = origin.origins.share[usable]
        for row, part in zip(usable, share / share.sum(), strict=True):
            ends, begin = destination.destinations, origin.origins
            ok = possible[row]
            here = places([int(begin.edge[row])], [float(begin.s_m[row])], [1.0])
            there = places(ends.edge[ok].tolist(), ends.s_m[ok].tolist(), ends.share[ok].tolist())
            self.flows.append(Flow(f"{key}/{begin.edge[row]}", vph * float(part), here, there, *window))

    def possible(self, origins: Places | None, destinations: Places | None) -> npt.NDArray[np.bool_]:
        """Return (origins, destinations): whether one can drive from one to the other."""
        if origins is None or destinations is None:
            return np.zeros((0, 0), np.bool_)
        rows = []
        for edge, s_m in zip(origins.edge.tolist(), origins.s_m.tolist(), strict=True):
            ahead = (destinations.edge != edge) | (destinations.s_m > s_m)
            rows.append(self._reach.edges_from(edge)[destinations.edge] & ahead)
        return np.array(rows)


def od_flows(flows: PairFlows, spec: DemandSpec, zones: dict[str, Zone], base: Path) -> list[Problem]:
    """Add the flows of every OD matrix; return everything wrong with the tables."""
    problems = []
    for number, table in enumerate(spec.od):
        rows, wrong = read_table(base / table.file, table.sheet, f"demand.od[{number}].file", OD_COLUMNS)
        problems += wrong
        seen: dict[str, int] = {}
        for row in rows:
            wrong = check_zones(row, zones) + check_class(row) + check_window(row)
            ends = (row.texts["origin"], row.texts["destination"], row.texts.get("class", ""))
            key = f"od/{table.file}/" + "/".join((*ends, *(f"{row.numbers.get(name, '')}" for name in ("from_s", "to_s"))))
            if key in seen:
                wrong.append(row.problem("origin", "demand.pair_twice", line=seen[key]))
            seen.setdefault(key, row.number)
            problems += wrong
            if not wrong:
                flows.add(
                    table.file,
                    zones[ends[0]],
                    zones[ends[1]],
                    row.numbers["vph"] * table.factor,
                    table.profile or spec.profile,
                    key=key,
                    from_s=row.numbers.get("from_s", -math.inf),
                    to_s=row.numbers.get("to_s", math.inf),
                    klass=class_of(row),
                )
    return problems


def check_zones(row: TableRow, zones: dict[str, Zone]) -> list[Problem]:
    """Return the zones that a row names and that there are not."""
    return [
        row.problem(column, "demand.zone", meant(row.texts[column], zones), name=row.texts[column][:60])
        for column in ("origin", "destination")
        if column in row.texts and row.texts[column] not in zones
    ]


def check_class(row: TableRow) -> list[Problem]:
    """Return the problem of a row whose vehicle class is unknown."""
    name = row.texts.get("class")
    if name is None or name in DRIVEN_CLASSES:
        return []
    return [row.problem("class", "demand.class", meant(name, DRIVEN_CLASSES), name=name[:60])]


def class_of(row: TableRow) -> int | None:
    """Return the number of the class a row names; None where it names none."""
    return DRIVEN_CLASSES.index(row.texts["class"]) if "class" in row.texts else None


def check_window(row: TableRow) -> list[Problem]:
    """Return the problem of a row that ends before it begins."""
    begin, end = row.numbers.get("from_s", -math.inf), row.numbers.get("to_s", math.inf)
    return [] if end > begin else [row.problem("to_s", "demand.window", begin=begin, end=end)]


def gravity_matrix(
    network: RoadNetwork, spec: GravitySpec, zones: Sequence[Zone], edge_time_s: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the trips per hour (zones, zones) of the gravity model; 0 within a zone.

    The cost of a pair is the driving time between one place of either zone: of those best connected, the one with most trips.
    """
    count = len(zones)
    pairs = [(i, j) for i in range(count) for j in range(count) if i != j and zones[i].origins and zones[j].destinations]
    begin, end = _well_connected(Reach(network), zones)
    routes = fastest_routes(network, edge_time_s, [begin[i] for i, _ in pairs], [end[j] for _, j in pairs])
    cost_min = np.full((count, count), np.inf)
    for row, (i, j) in enumerate(pairs):
        if routes.of(row).size:
            cost_min[i, j] = edge_time_s[routes.of(row)].sum() / 60.0
    productions = np.array([zone.productions_vph for zone in zones]) * spec.factor
    attractions = np.array([zone.attractions_vph for zone in zones]) * spec.factor
    return furness(deterrence(spec.deterrence, spec.beta, cost_min), productions, attractions).trips


def gravity_flows(
    flows: PairFlows, network: RoadNetwork, spec: DemandSpec, zones: dict[str, Zone], edge_time_s: npt.NDArray[np.float64]
) -> list[Problem]:
    """Add the flows of the gravity model; productions that find no way to any attraction are counted as lost."""
    if spec.gravity is None:
        return []
    used = [zone for zone in zones.values() if zone.productions_vph > 0.0 or zone.attractions_vph > 0.0]
    if not any(zone.productions_vph > 0.0 for zone in used) or not any(zone.attractions_vph > 0.0 for zone in used):
        return [Problem("", "demand.gravity", say("demand.totals.found"), say("demand.totals.remedy"))]
    trips = gravity_matrix(network, spec.gravity, used, edge_time_s)
    for i, origin in enumerate(used):
        for j, destination in enumerate(used):
            key = f"gravity/{origin.name}/{destination.name}"
            flows.add("demand.gravity", origin, destination, float(trips[i, j]), spec.gravity.profile or spec.profile, key=key)
        left = origin.productions_vph * spec.gravity.factor - float(trips[i].sum())
        if left > 1e-6 * max(1.0, origin.productions_vph):
            flows.lost.append(LostFlow("demand.gravity", origin.name, "*", left))
    return []


def _well_connected(reach: Reach, zones: Sequence[Zone]) -> tuple[list[int], list[int]]:
    """Return the edges that stand for each zone as an origin and as a destination; -1 where it is none."""
    origins = [zone.origins for zone in zones]
    destinations = [zone.destinations for zone in zones]
    nothing = np.empty(0, np.int32)
    to = np.concatenate([nothing, *(of.edge for of in destinations if of is not None)])
    reached_from = np.zeros(to.size, np.int64)
    begin, end = [], []
    for of in origins:
        if of is None:
            begin.append(-1)
            continue
        rows = np.array([reach.edges_from(edge)[to] for edge in of.edge.tolist()])
        reached_from += rows.sum(axis=0)
        begin.append(int(of.edge[_best(rows.sum(axis=1), of)]))
    first = 0
    for of in destinations:
        if of is None:
            end.append(-1)
            continue
        end.append(int(of.edge[_best(reached_from[first : first + of.edge.size], of)]))
        first += of.edge.size
    return begin, end


def _best(connected: npt.NDArray[np.int64], of: Places) -> int:
    """Return the place with most connections, of those with as many the one with the largest share."""
    return int(np.lexsort((np.arange(of.edge.size), -of.share, -connected))[0])
