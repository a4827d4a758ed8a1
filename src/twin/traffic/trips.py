"""Trips of a run: from every source of the demand, each with its route."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.errors import Problem, ScenarioError
from twin.messages import say
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.route_search import Loads, Routes, fastest_routes, summed, tree_loads
from twin.traffic.demand import DemandSpec
from twin.traffic.drawing import NO_ROUTE, OF_ITS_ENDS, DrawnTrips, Flow, draw_flow
from twin.traffic.explicit_trips import GivenTrip, SingleTrips, check_given, draw_between, draw_given, single_trips
from twin.traffic.gates_and_zones import INBOUND, INTERNAL, OUTBOUND, THROUGH, GatesAndZones
from twin.traffic.route_choice import choose_routes
from twin.traffic.sumo_demand import sumo_demand
from twin.traffic.turning_counts import CountedTraffic, counted_traffic, draw_counted, expected_turns
from twin.traffic.zone_flows import LostFlow, PairFlows, gravity_flows, od_flows
from twin.traffic.zones import zones_of
from twin.units import US_PER_S, to_us

PURPOSES: Final = ("through", "inbound", "outbound", "internal")

MOST_TREES: Final = 1000
"""Origins whose flows are planned one by one; of more, every n-th stands for its neighbours. Assumption: a thousand trees of
shortest ways show where the traffic goes."""

PLANNED_S: Final = 3600.0
"""Flows of SUMO without an end count for an hour where signals are planned, however long the run is."""

_TREES_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class Trips:
    """All trips of a run in order of departure; a trip's number is its vehicle's number."""

    depart_us: npt.NDArray[np.int64]
    """Planned departure; negative for those the network is pre-filled with."""
    klass: npt.NDArray[np.int8]
    speed_factor: npt.NDArray[np.float64]
    """Desired speed / speed limit."""
    purpose: npt.NDArray[np.int8]
    route: npt.NDArray[np.int32]
    """(trips,): row of the route table."""
    depart_s_m: npt.NDArray[np.float64]
    arrive_s_m: npt.NDArray[np.float64]
    route_offset: npt.NDArray[np.int32]
    """(routes + 1,)."""
    route_edge: npt.NDArray[np.int32]
    origins_left_out: int
    """Places where nobody begins a trip, because no way leads from there to any place far enough away."""
    informed: npt.NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    """(trips,): drivers who change their route by reported speeds."""
    lost: tuple[LostFlow, ...] = ()
    """Flows that were asked for and cannot be driven."""
    outside: int = 0
    """Given trips that begin before the pre-filling or after the end."""
    endless: int = 0
    """Walks by turning counts that never came to an exit and were cut off."""
    told: tuple[str, ...] = ()
    """What route files of SUMO hold that is not driven as they say, one line each."""

    @property
    def count(self) -> int:
        """Number of trips."""
        return int(self.depart_us.size)

    def edges_of(self, trip: int) -> npt.NDArray[np.int32]:
        """Return the edges of one trip's route."""
        row = int(self.route[trip])
        return self.route_edge[self.route_offset[row] : self.route_offset[row + 1]]

    def kept(self, keep: npt.NDArray[np.bool_], **changed: npt.NDArray[Any]) -> Trips:
        """Return the trips of the mask ``keep``, with other columns for them where ``changed`` gives some."""
        by_trip = ("depart_us", "klass", "speed_factor", "purpose", "route", "depart_s_m", "arrive_s_m")
        columns: dict[str, Any] = {name: getattr(self, name)[keep] for name in by_trip}
        columns["informed"] = self.informed[keep] if self.informed.size else self.informed
        return replace(self, **(columns | changed))

    def notices(self) -> list[str]:
        """Return what a planner should know of the trips, one line each."""
        lines = []
        if self.count == 0:
            lines.append(say("traffic.no_trips"))
        if self.origins_left_out:
            lines.append(say("traffic.origins_left_out", count=self.origins_left_out))
        for source in dict.fromkeys(flow.source for flow in self.lost):
            flows = [flow for flow in self.lost if flow.source == source]
            total = sum(flow.vph for flow in flows)
            example = f"{flows[0].origin} → {flows[0].destination}"
            lines.append(say("demand.lost", source=source, count=len(flows), vph=total, example=example))
        if self.outside:
            lines.append(say("demand.outside", count=self.outside))
        if self.endless:
            lines.append(say("demand.endless", count=self.endless))
        return [*lines, *self.told]


def expected_edge_time_s(network: RoadNetwork, signal_wait_s: float) -> npt.NDArray[np.float64]:
    """Return the time drivers expect per edge: at the speed limit, plus the wait at a signal at its end."""
    time_s = network.edge_length_m / network.edge_speed_limit_mps
    for junction in network.junctions:
        if junction.signalised:
            time_s[list(junction.approaches)] += signal_wait_s
    return np.asarray(time_s, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that the files and keys of a demand say, looked up on the map."""

    flows: tuple[Flow, ...]
    """Between zones: OD matrices, gravity model."""
    single: SingleTrips
    counted: CountedTraffic | None
    lost: tuple[LostFlow, ...]
    told: tuple[str, ...]


def demand_sources(
    network: RoadNetwork, spec: DemandSpec, base: Path = Path(), seed: int = 0, duration_s: float = PLANNED_S
) -> tuple[Sources, list[Problem]]:
    """Return the sources of a demand other than its gates and zones, and everything wrong with them.

    Files are relative to ``base``; ``where`` of a problem is empty where the scenario file is meant. ``seed`` and
    ``duration_s`` only matter for route files of SUMO, to what they leave to chance and to flows without an end.
    """
    zones, problems = zones_of(network, spec, base)
    pairs = PairFlows(network)
    problems = problems + od_flows(pairs, spec, zones, base)
    problems += gravity_flows(pairs, network, spec, zones, expected_edge_time_s(network, spec.signal_wait_s))
    single, wrong = single_trips(network, spec, zones, base, pairs)
    counted, wrong_counts = counted_traffic(network, spec, base, pairs.lost)
    sumo = sumo_demand(network, spec.sumo_routes, base, expected_edge_time_s(network, spec.signal_wait_s), seed, duration_s)
    single.routed.extend(sumo.trips)
    sources = Sources(tuple(pairs.flows), single, counted, (*pairs.lost, *sumo.lost), sumo.notices)
    return sources, [*problems, *wrong, *wrong_counts, *sumo.problems]


def check_demand(network: RoadNetwork, spec: DemandSpec, base: Path = Path()) -> list[Problem]:
    """Return everything wrong with a demand on this map."""
    return demand_sources(network, spec, base)[1]


def build_trips(
    network: RoadNetwork,
    spec: DemandSpec,
    seed: int,
    duration_us: int,
    base: Path = Path(),
    given: Sequence[GivenTrip] = (),
) -> Trips:
    """Return every trip that departs from ``-prefill_s`` to the end of the run, of all sources, ``given`` ones among them.

    Files of the demand are relative to ``base``. Raises ScenarioError with every problem of its tables, and ValueError where a
    given trip's edges do not follow each other.
    """
    check_given(network, given)
    sources, problems = demand_sources(network, spec, base, seed, duration_us / US_PER_S)
    if problems:
        raise ScenarioError(problems)
    classes = spec.classes
    begin_s, end_s = -spec.prefill_s, duration_us / US_PER_S
    local = GatesAndZones(network, spec)
    drawn = [local.draw(seed, duration_us), *(draw_flow(flow, classes, seed, begin_s, end_s) for flow in sources.flows)]
    single = [
        draw_between(sources.single, classes, seed),
        draw_given(network, [*sources.single.routed, *given], classes, seed),
    ]
    routes = [np.array(trip.edges, np.int32) for trip in (*sources.single.routed, *given)]
    outside = 0
    for rows in single:
        during = (rows["depart_us"] >= to_us(begin_s)) & (rows["depart_us"] < duration_us)
        outside += int(np.count_nonzero(~during))
        drawn.append(rows[during])
    endless = 0
    if sources.counted is not None:
        rows, walks, endless = draw_counted(network, sources.counted, classes, seed, begin_s, end_s)
        rows["given_route"] += len(routes)
        routes += walks
        drawn.append(rows)
    everybody = np.concatenate(drawn)
    everybody = everybody[np.argsort(everybody["depart_us"], kind="stable")]
    made = _trips(network, spec, everybody, routes, local.left_out, sources.lost, outside, endless)
    return replace(made, told=sources.told)


def _trips(
    network: RoadNetwork,
    spec: DemandSpec,
    rows: DrawnTrips,
    given: list[npt.NDArray[np.int32]],
    left_out: int,
    lost: tuple[LostFlow, ...],
    outside: int,
    endless: int,
) -> Trips:
    time_s = expected_edge_time_s(network, spec.signal_wait_s)
    free = np.flatnonzero(rows["given_route"] == NO_ROUTE)
    chosen, row_of = choose_routes(
        network, spec.routes, time_s, rows["origin"][free], rows["destination"][free], rows["route_draw"][free]
    )
    route = rows["given_route"].astype(np.int32) + chosen.count
    route[free] = row_of
    table = _with_given(chosen, given)
    return Trips(
        depart_us=rows["depart_us"].copy(),
        klass=rows["klass"].copy(),
        speed_factor=rows["speed_factor"].copy(),
        purpose=np.where(rows["purpose"] == OF_ITS_ENDS, _purposes(network, rows), rows["purpose"]).astype(np.int8),
        route=route,
        depart_s_m=rows["depart_s_m"].copy(),
        arrive_s_m=rows["arrive_s_m"].copy(),
        route_offset=table.offset.astype(np.int32),
        route_edge=table.edge,
        origins_left_out=left_out,
        informed=rows["informed_draw"] < spec.informed_share,
        lost=lost,
        outside=outside,
        endless=endless,
    )


def _with_given(chosen: Routes, given: list[npt.NDArray[np.int32]]) -> Routes:
    ends = chosen.offset[-1] + np.cumsum([edges.size for edges in given], dtype=np.int64)
    return Routes(np.concatenate([chosen.offset, ends]), np.concatenate([chosen.edge, *given]).astype(np.int32))


def _purposes(network: RoadNetwork, rows: DrawnTrips) -> npt.NDArray[np.int8]:
    """Return the purposes that the ends of trips say: from or to a gate, or not."""
    from_gate = np.isin(rows["origin"], network.entry_edges) & (rows["depart_s_m"] == 0.0)
    at_end = rows["arrive_s_m"] == network.edge_length_m[rows["destination"]]
    to_gate = np.isin(rows["destination"], network.exit_edges) & at_end
    inner = np.where(to_gate, OUTBOUND, INTERNAL)
    return np.where(from_gate, np.where(to_gate, THROUGH, INBOUND), inner).astype(np.int8)


def planned_flows(network: RoadNetwork, spec: DemandSpec, base: Path = Path(), given: Sequence[GivenTrip] = ()) -> Loads:
    """Return the vehicles per hour from each edge to the next, edges inside junctions left out, where the profile is 1.

    Expected rates, not draws: they depend neither on the seed nor on the run's duration. Everybody is put on the fastest way
    (also where routes are chosen by logit). Flows of OD rows that hold for a time only count in full; single trips count over
    the time from the first to the last, one hour at least.
    """
    sources, problems = demand_sources(network, spec, base)
    if problems:
        raise ScenarioError(problems)
    time_s = expected_edge_time_s(network, spec.signal_wait_s)
    inside = np.zeros(network.edge_count, np.bool_)
    inside[list(network.internal_edges)] = True
    parts = [
        tree_loads(network, time_s, origins, to_edge, inside)
        for origins, to_edge in _by_origin(GatesAndZones(network, spec), sources, network.edge_count)
    ]
    if sources.counted is not None:
        parts.append(Loads(*expected_turns(sources.counted)))
    parts.append(_single_loads(network, time_s, [*sources.single.routed, *given], sources.single, inside))
    return summed(
        np.concatenate([part.edge for part in parts]),
        np.concatenate([part.following for part in parts]),
        np.concatenate([part.flow for part in parts]),
        network.edge_count,
    )


def _by_origin(
    local: GatesAndZones, sources: Sources, edges: int
) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]]:
    """Yield the flows from some origins at a time to every edge."""
    flows: dict[int, npt.NDArray[np.float64]] = {}
    for flow in sources.flows:
        for edge, share in zip(flow.origins.edge.tolist(), flow.origins.share.tolist(), strict=True):
            to_edge = flows.setdefault(edge, np.zeros(edges))
            np.add.at(to_edge, flow.destinations.edge, flow.vph * share * flow.destinations.share)
    batch: list[tuple[int, npt.NDArray[np.float64]]] = []
    for origin in (*flows.items(), *local.expected(edges, MOST_TREES)):
        batch.append(origin)
        if len(batch) == _TREES_AT_ONCE:
            yield np.array([edge for edge, _ in batch], np.int32), np.array([to_edge for _, to_edge in batch])
            batch = []
    if batch:
        yield np.array([edge for edge, _ in batch], np.int32), np.array([to_edge for _, to_edge in batch])


def _single_loads(
    network: RoadNetwork,
    time_s: npt.NDArray[np.float64],
    routed: Sequence[GivenTrip],
    single: SingleTrips,
    inside: npt.NDArray[np.bool_],
) -> Loads:
    ends = [(int(begin.edge[0]), int(end.edge[0])) for _, begin, end, _, _ in single.between]
    found = fastest_routes(network, time_s, [begin for begin, _ in ends], [end for _, end in ends])
    routes = [np.array(trip.edges, np.int32) for trip in routed] + [found.of(row) for row in range(found.count)]
    departures = [*(trip.depart_s for trip in routed), *(trip[0] for trip in single.between)]
    hours = max(1.0, (max(departures) - min(departures)) / 3600.0) if departures else 1.0
    outer = [edges[~inside[edges]] for edges in routes]
    edge = np.concatenate([np.empty(0, np.int32), *(edges[:-1] for edges in outer)])
    following = np.concatenate([np.empty(0, np.int32), *(edges[1:] for edges in outer)])
    return summed(edge, following, np.full(edge.size, 1.0 / hours), network.edge_count)
