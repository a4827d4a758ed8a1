"""Trips of SUMO's route files as trips of a run: classes, routes, where they begin and end."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from twin.errors import InputError, Problem
from twin.messages import say
from twin.roadnet.road_network import Floats, RoadNetwork
from twin.roadnet.route_search import fastest_routes
from twin.roadnet.sumo_routes import DEFAULT_LENGTH_M, SumoTrips, SumoType, read_sumo_routes
from twin.traffic.demand_sources import SumoRoutesSpec
from twin.traffic.explicit_trips import GivenTrip
from twin.traffic.ground_truth import DRIVEN_CLASSES
from twin.traffic.zone_flows import LostFlow

CLASS_OF: Final = {
    "private": "car", "emergency": "car", "authority": "car", "army": "car", "vip": "car", "passenger": "car", "hov": "car",
    "evehicle": "car", "custom1": "car", "custom2": "car", "ignoring": "car", "taxi": "taxi", "bus": "bus", "coach": "bus",
    "delivery": "light_truck", "truck": "heavy_truck", "trailer": "heavy_truck", "motorcycle": "electric_bicycle",
    "moped": "electric_bicycle", "bicycle": "electric_bicycle", "scooter": "electric_bicycle",
}  # fmt: skip
"""Our class for each of SUMO's vehicle classes on roads."""

LIGHT_BELOW_M: Final = 6.0
"""Trucks shorter than this are light ones (GA 802-2019)."""

SUMO_DEFAULTS: Final = {
    "DEFAULT_VEHTYPE": "passenger",
    "DEFAULT_TAXITYPE": "taxi",
    "DEFAULT_BIKETYPE": "bicycle",
    "DEFAULT_PEDTYPE": "pedestrian",
    "DEFAULT_RAILTYPE": "rail",
}
"""Class of the types that every SUMO scenario has."""

KEPT: Final = 2
"""Readings that are kept: a run looks at its demand several times."""

_CARRIED: Final = {"id", "vClass", "speedFactor", "speedDev", "probability", "color", "guiShape"}


@dataclass(frozen=True, slots=True)
class SumoDemand:
    """What the route files of a scenario give."""

    trips: tuple[GivenTrip, ...] = ()
    lost: tuple[LostFlow, ...] = ()
    """Trips between whose ends no way leads."""
    notices: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


_kept: OrderedDict[bytes, SumoDemand] = OrderedDict()


def sumo_demand(
    network: RoadNetwork, specs: Sequence[SumoRoutesSpec], base: Path, edge_time_s: Floats, seed: int, duration_s: float
) -> SumoDemand:
    """Return the trips of all route files with everything wrong with them.

    ``edge_time_s`` (edges,) is what drivers expect of each edge where they choose their route; flows without an end last for
    ``duration_s`` from the scenario's start.
    """
    parts = [_one(network, spec, number, base, edge_time_s, seed, duration_s) for number, spec in enumerate(specs)]
    return SumoDemand(
        trips=tuple(trip for part in parts for trip in part.trips),
        lost=tuple(lost for part in parts for lost in part.lost),
        notices=tuple(line for part in parts for line in part.notices),
        problems=tuple(problem for part in parts for problem in part.problems),
    )


def _one(
    network: RoadNetwork,
    spec: SumoRoutesSpec,
    number: int,
    base: Path,
    edge_time_s: Floats,
    seed: int,
    duration_s: float,
) -> SumoDemand:
    where = f"demand.sumo_routes[{number}]"
    if not network.edge_key:
        return SumoDemand(problems=(Problem("", where, say("demand.sumo.map.found"), say("demand.sumo.map.remedy")),))
    files = [base / file for file in (*spec.additional, spec.file)]
    digest = hashlib.blake2b(digest_size=16)
    try:
        for file in files:
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    except OSError:
        pass  # reading says what is wrong
    digest.update(repr((spec, network.provenance.sha256, seed, duration_s)).encode() + edge_time_s.tobytes())
    key = digest.digest()
    found = _kept.pop(key, None)
    if found is None:
        try:
            read = read_sumo_routes(files[-1], network, *files[:-1], seed=seed, end_s=spec.begin_s + duration_s)
        except InputError as error:
            return SumoDemand(problems=(Problem("", where, str(error), say("demand.sumo.remedy")),))
        found = _taken(network, spec, where, read, edge_time_s)
    if not found.problems:
        _kept[key] = found
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return found


def class_of(kind: SumoType) -> str | None:
    """Return our class for a type of SUMO; None where it does not drive on roads."""
    name = CLASS_OF.get(kind.vehicle_class)
    if kind.vehicle_class == "truck" and kind.length_m is not None and kind.length_m < LIGHT_BELOW_M:
        return "light_truck"
    return name


def _taken(network: RoadNetwork, spec: SumoRoutesSpec, where: str, read: SumoTrips, edge_time_s: Floats) -> SumoDemand:
    known = {name: SumoType(name, vehicle_class) for name, vehicle_class in SUMO_DEFAULTS.items()}
    known |= {kind.key: kind for kind in read.types}
    unknown = sorted(set(read.kind) - known.keys())
    if unknown:
        text = say("demand.sumo.type.found", file=spec.file, names=", ".join(unknown[:5]))
        return SumoDemand(problems=(Problem("", where, text, say("demand.sumo.type.remedy")),))
    if read.off_map and not read.key:
        text = say("demand.sumo.off_map.found", file=spec.file, count=read.off_map)
        return SumoDemand(problems=(Problem("", where, text, say("demand.sumo.off_map.remedy")),))
    routes, lost = _routes(network, spec, read, edge_time_s)
    entry = set(network.entry_edges.tolist())
    trips: list[GivenTrip] = []
    backward, off_road = 0, 0
    used: Counter[tuple[str, str]] = Counter()
    for row, edges in enumerate(routes):
        kind = known[read.kind[row]]
        ours = class_of(kind)
        off_road += ours is None
        if not edges or ours is None:
            continue
        depart_m, arrive_m = float(read.depart_s_m[row]), float(read.arrive_s_m[row])
        if edges[0] in entry and depart_m <= (kind.length_m or DEFAULT_LENGTH_M):
            depart_m = 0.0  # its rear is still outside the map: it drives in
        if len(edges) == 1 and arrive_m <= depart_m:
            backward += 1
            continue
        factor = float(read.speed_factor[row])
        trips.append(
            GivenTrip(
                depart_s=float(read.depart_s[row]) - spec.begin_s,
                edges=edges,
                klass=DRIVEN_CLASSES.index(ours),
                depart_s_m=depart_m,
                arrive_s_m=arrive_m,
                speed_factor=None if math.isnan(factor) else factor,
            )
        )
        used[kind.key, ours] += 1
    notices = [f"{spec.file}: {line}" for line in read.notices]
    notices += [
        say(f"demand.sumo.{what}", file=spec.file, count=count)
        for what, count in (("backward", backward), ("off_road", off_road))
        if count
    ]
    return SumoDemand(tuple(trips), tuple(lost), (*notices, *_told_types(spec, used, known)))


def _routes(
    network: RoadNetwork, spec: SumoRoutesSpec, read: SumoTrips, edge_time_s: Floats
) -> tuple[list[tuple[int, ...]], list[LostFlow]]:
    """Return the edges of each trip, none where no way leads there, and those trips."""
    edges = [tuple(part.tolist()) for part in np.split(read.route_edge, read.route_offset[1:-1])] if read.key else []
    open_rows = np.flatnonzero(~read.routed).tolist()
    legs = [(a, b) for row in open_rows for a, b in itertools.pairwise(edges[row]) if a != b]
    pairs = sorted(set(legs))
    ways = fastest_routes(network, edge_time_s, [a for a, _ in pairs], [b for _, b in pairs])
    way_of = {pair: tuple(ways.of(row).tolist()) for row, pair in enumerate(pairs)}
    lost = []
    for row in open_rows:
        through = edges[row]
        way = list(through[:1])
        for leg in itertools.pairwise(through):
            if leg[0] != leg[1]:
                found = way_of[leg]
                way = [*way, *found[1:]] if way and found else []
        edges[row] = tuple(way)
        if not way:
            names = (network.edge_key[through[0]], network.edge_key[through[-1]])
            lost.append(LostFlow(spec.file, *names, 1.0))
    return edges, lost


def _told_types(spec: SumoRoutesSpec, used: Counter[tuple[str, str]], known: dict[str, SumoType]) -> list[str]:
    """Return which type drives as which class, and what of the types is not carried over."""
    if not used:
        return []
    pairs = ", ".join(f"{name} → {ours} ({count})" for (name, ours), count in sorted(used.items()))
    lines = [say("demand.sumo.types", file=spec.file, pairs=pairs)]
    left = sorted({stated for name, _ in used for stated in known[name].stated} - _CARRIED)
    if left:
        lines.append(say("demand.sumo.not_carried", file=spec.file, names=", ".join(left)))
    return lines
