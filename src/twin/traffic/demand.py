"""Demand: seeded trips between gates and zones, with a time profile and shortest-time routes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from twin.rng import stream_key, uniforms
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.routing import shortest_times
from twin.spec import Spec
from twin.traffic.places import TripEnd, TripEnds, trip_ends
from twin.traffic.vehicle_types import VehicleTypes, class_table
from twin.units import US_PER_S, to_us

PURPOSES: Final = ("through", "inbound", "outbound", "internal")
THROUGH, INBOUND, OUTBOUND, INTERNAL = range(4)

SPEED_SPREAD: Final = 0.1
"""Half-width of the uniform spread of desired speeds around the class's mean (see ``VehicleType.speed_factor``)."""


class ProfilePoint(Spec):
    """One point of the time profile; between points the factor changes linearly."""

    at_s: float = Field(ge=-604_800.0, le=604_800.0)
    """Seconds after the scenario's start."""

    factor: float = Field(ge=0.0, le=100.0)
    """Inflow at that time / ``inflow_vph``."""


class DemandSpec(Spec):
    """How many vehicles drive, from where to where."""

    inflow_vph: float = Field(ge=0.0, le=1_000_000.0)
    """Trips that begin, vehicles per hour over the whole map, where the profile is 1."""

    profile: tuple[ProfilePoint, ...] = ()
    """Time profile of the inflow, in order of time; constant 1 when empty."""

    inbound_share: float = Field(0.25, ge=0.0, le=1.0)
    """Share of the trips from a gate to a zone. Assumption: no public OD matrix of the CBD."""

    outbound_share: float = Field(0.12, ge=0.0, le=1.0)
    """Share of the trips from a zone to a gate. Assumption (morning peak)."""

    internal_share: float = Field(0.08, ge=0.0, le=1.0)
    """Share of the trips between zones; what is left goes through from gate to gate. Assumption."""

    shortest_trip_m: float = Field(800.0, ge=0.0, le=1_000_000.0)
    """Trips whose ends lie closer than this (as the crow flies) are not made by car. Assumption."""

    signal_wait_s: float = Field(15.0, ge=0.0, le=3600.0)
    """What drivers expect to wait at a signal when they choose the route. Assumption."""

    prefill_s: float = Field(900.0, ge=0.0, le=7200.0)
    """Trips that began up to this long before the start are placed on their way, so that the network is not empty at the
    start; 0 starts with an empty network."""

    prefill_speed_ratio: float = Field(0.65, gt=0.0, le=1.0)
    """Mean speed / free-flow speed with which those trips have come so far. Assumption."""

    vehicle_types: VehicleTypes = VehicleTypes()
    """Vehicle classes: shares, sizes and driving."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        total = self.inbound_share + self.outbound_share + self.internal_share
        if total > 1.0:
            raise ValueError(f"inbound_share + outbound_share + internal_share is {total:g}; make it at most 1")
        times = [point.at_s for point in self.profile]
        if any(later <= earlier for earlier, later in itertools.pairwise(times)):
            raise ValueError("the at_s of the profile points do not rise; put the points in order of time, each once")
        return self

    def expected_trips(self, duration_s: float) -> float:
        """Return the mean number of trips that begin from ``-prefill_s`` to ``duration_s``, the integral of their rate."""
        knots_s, factor = self._rate_knots(duration_s)
        return float(self.inflow_vph / 3600.0 * np.trapezoid(factor, knots_s))

    def _rate_knots(self, duration_s: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the instants (s) between which the profile is linear, and its factor at each."""
        begin_s = -self.prefill_s
        within = (point.at_s for point in self.profile if begin_s < point.at_s < duration_s)
        knots_s = np.array([begin_s, *within, duration_s])
        if not self.profile:
            return knots_s, np.ones(knots_s.size)
        return knots_s, np.interp(knots_s, [p.at_s for p in self.profile], [p.factor for p in self.profile])


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
    without_route: int
    """Trips left out because no way leads from their origin to their destination."""

    @property
    def count(self) -> int:
        """Number of trips."""
        return int(self.depart_us.size)

    def edges_of(self, trip: int) -> npt.NDArray[np.int32]:
        """Return the edges of one trip's route."""
        row = int(self.route[trip])
        return self.route_edge[self.route_offset[row] : self.route_offset[row + 1]]


def expected_edge_time_s(network: RoadNetwork, signal_wait_s: float) -> npt.NDArray[np.float64]:
    """Return the time drivers expect per edge: at the speed limit, plus the wait at a signal at its end."""
    time_s = network.edge_length_m / network.edge_speed_limit_mps
    for junction in network.junctions:
        if junction.signalised:
            time_s[list(junction.approaches)] += signal_wait_s
    return np.asarray(time_s, dtype=np.float64)


def build_trips(network: RoadNetwork, spec: DemandSpec, seed: int, duration_us: int) -> Trips:
    """Return every trip that departs from ``-prefill_s`` to the end of the run.

    Each origin has its own Poisson process and its own named stream, so that one place's demand does not change another's.
    """
    ends = trip_ends(network)
    rows = [
        _trips_from(spec, seed, duration_us, origin, rate, choices)
        for origin, rate, choices in _origins(spec, ends)
        if rate > 0.0
    ]
    if not rows:
        return _assemble(np.empty((0, _COLUMNS)), np.zeros((0, 2), dtype=np.int32), {})
    drawn = np.concatenate([part for part, _ in rows])
    pairs = np.concatenate([part for _, part in rows])
    order = np.argsort(drawn[:, 0], kind="stable")
    return _assemble(drawn[order], pairs[order], _routes(network, spec, pairs))


_COLUMNS: Final = 6
"""Columns of a drawn trip: departure (us), class, speed factor, purpose, position at departure and at arrival (m)."""

_Choice = tuple[int, float, tuple[TripEnd, ...]]
"""A purpose, its share, and the places it may lead to."""


def _origins(spec: DemandSpec, ends: TripEnds) -> list[tuple[TripEnd, float, list[_Choice]]]:
    """Return each origin with its rate (veh/h at profile 1) and the choices of its trips."""
    through_share = 1.0 - spec.inbound_share - spec.outbound_share - spec.internal_share
    groups: tuple[tuple[tuple[TripEnd, ...], list[_Choice]], ...] = (
        (ends.entries, [(THROUGH, through_share, ends.exits), (INBOUND, spec.inbound_share, ends.zones)]),
        (ends.zones, [(OUTBOUND, spec.outbound_share, ends.exits), (INTERNAL, spec.internal_share, ends.zones)]),
    )
    possible = [(places, [c for c in choices if c[2] and c[1] > 0.0]) for places, choices in groups if places]
    shares = [sum(choice[1] for choice in choices) for _, choices in possible]
    total_share = sum(shares)
    origins = []
    for (places, choices), share in zip(possible, shares, strict=True):
        total_weight = sum(place.weight for place in places)
        for place in places:
            rate_vph = spec.inflow_vph * share / total_share * place.weight / total_weight if share > 0.0 else 0.0
            origins.append((place, rate_vph, choices))
    return origins


def _trips_from(
    spec: DemandSpec,
    seed: int,
    duration_us: int,
    origin: TripEnd,
    rate_vph: float,
    choices: list[_Choice],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int32]]:
    depart_s = _departures(spec, stream_key(seed, "traffic/demand/departure", origin.key), rate_vph, duration_us)
    numbers = np.arange(depart_s.size, dtype=np.int64)
    where = uniforms(stream_key(seed, "traffic/demand/destination", origin.key), numbers)
    what = uniforms(stream_key(seed, "traffic/demand/vehicle", origin.key), numbers)
    purpose_edges = np.cumsum([share for _, share, _ in choices])
    chosen = np.searchsorted(purpose_edges / purpose_edges[-1], where[:, 0], side="right")
    origin_pick = (where[:, 1] * len(origin.edges)).astype(np.int64)
    classes = class_table(spec.vehicle_types)

    drawn = np.empty((depart_s.size, _COLUMNS))
    pairs = np.full((depart_s.size, 2), -1, dtype=np.int32)
    drawn[:, 0] = np.rint(depart_s * 1000.0) * (US_PER_S // 1000)
    drawn[:, 1] = np.searchsorted(classes.share_cumulative, what[:, 0], side="right")
    mean_factor = classes.speed_factor[drawn[:, 1].astype(np.int64)]
    drawn[:, 2] = mean_factor * (1.0 + SPEED_SPREAD * (2.0 * what[:, 1] - 1.0))
    pairs[:, 0] = np.array(origin.edges, dtype=np.int32)[origin_pick]
    drawn[:, 4] = np.array(origin.s_m)[origin_pick]
    for number, (purpose, _, places) in enumerate(choices):
        mine = chosen == number
        far = np.hypot([p.x_m - origin.x_m for p in places], [p.y_m - origin.y_m for p in places]) >= spec.shortest_trip_m
        weights = np.cumsum(np.where(far, [p.weight for p in places], 0.0))
        if weights[-1] <= 0.0:
            continue  # nothing lies far enough away: these trips are not made by car
        place_pick = np.searchsorted(weights / weights[-1], where[mine, 2], side="right")
        edge_pick = where[mine, 3]
        drawn[mine, 3] = purpose
        pairs[mine, 1] = [places[p].edges[int(u * len(places[p].edges))] for p, u in zip(place_pick, edge_pick, strict=True)]
        drawn[mine, 5] = [places[p].s_m[int(u * len(places[p].edges))] for p, u in zip(place_pick, edge_pick, strict=True)]
    made = (pairs[:, 1] >= 0) & ((pairs[:, 0] != pairs[:, 1]) | (drawn[:, 5] > drawn[:, 4]))
    return drawn[made], pairs[made]


def _departures(spec: DemandSpec, key: np.uint64, rate_vph: float, duration_us: int) -> npt.NDArray[np.float64]:
    """Return the times (s) of a Poisson process with the profile's rate, by inverting its cumulated rate."""
    knots, factor = spec._rate_knots(duration_us / US_PER_S)  # noqa: SLF001  (a private detail of this module)
    steps = np.diff(knots)
    pieces = steps * (factor[:-1] + factor[1:]) / 2.0
    cumulated = rate_vph / 3600.0 * np.concatenate([[0.0], np.cumsum(pieces)])
    expected = float(cumulated[-1])
    batch = int(expected + 6.0 * np.sqrt(expected) + 10.0)
    gaps = -np.log(uniforms(key, np.arange(batch, dtype=np.int64))[:, 0])
    arrivals = np.cumsum(gaps)
    arrivals = arrivals[arrivals < expected]
    piece = np.searchsorted(cumulated, arrivals, side="right") - 1
    within = _invert(arrivals - cumulated[piece], steps[piece], factor[piece], factor[piece + 1], rate_vph / 3600.0)
    return np.asarray(within + knots[piece], dtype=np.float64)


def _invert(
    area: npt.NDArray[np.float64],
    step_s: npt.NDArray[np.float64],
    factor_0: npt.NDArray[np.float64],
    factor_1: npt.NDArray[np.float64],
    rate_per_s: float,
) -> npt.NDArray[np.float64]:
    """Return the time within a linear piece at which its cumulated rate reaches ``area``."""
    start = rate_per_s * factor_0
    slope = rate_per_s * (factor_1 - factor_0) / step_s
    root = np.sqrt(np.maximum(start * start + 2.0 * slope * area, 0.0))
    return np.asarray(2.0 * area / np.maximum(start + root, 1e-300))


def _routes(
    network: RoadNetwork, spec: DemandSpec, pairs: npt.NDArray[np.int32]
) -> dict[tuple[int, int], npt.NDArray[np.int32]]:
    """Return the shortest-time route of every pair of edges that is used; pairs without a way are left out."""
    time_s = expected_edge_time_s(network, spec.signal_wait_s)
    origins = np.unique(pairs[:, 0])
    trees = shortest_times(network, time_s, origins)
    row_of = {int(origin): row for row, origin in enumerate(origins)}
    routes = {}
    for origin, destination in np.unique(pairs, axis=0):
        edges = trees.route(row_of[int(origin)], int(destination))
        if edges.size:
            routes[int(origin), int(destination)] = edges
    return routes


def _assemble(
    drawn: npt.NDArray[np.float64],
    pairs: npt.NDArray[np.int32],
    routes: dict[tuple[int, int], npt.NDArray[np.int32]],
) -> Trips:
    row_of = {pair: row for row, pair in enumerate(routes)}
    row = np.array([row_of.get((int(a), int(b)), -1) for a, b in pairs], dtype=np.int32)
    without_route = int(np.count_nonzero(row < 0))
    drawn, row = drawn[row >= 0], row[row >= 0]
    offset = np.zeros(len(routes) + 1, dtype=np.int32)
    np.cumsum([edges.size for edges in routes.values()], out=offset[1:])
    return Trips(
        depart_us=drawn[:, 0].astype(np.int64),
        klass=drawn[:, 1].astype(np.int8),
        speed_factor=drawn[:, 2].copy(),
        purpose=drawn[:, 3].astype(np.int8),
        route=row,
        depart_s_m=drawn[:, 4].copy(),
        arrive_s_m=drawn[:, 5].copy(),
        route_offset=offset,
        route_edge=np.concatenate([np.empty(0, dtype=np.int32), *routes.values()]).astype(np.int32),
        without_route=without_route,
    )


def planned_flow_vph(trips: Trips, edge_count: int, duration_us: int) -> npt.NDArray[np.float64]:
    """Return the vehicles per hour that plan to use each edge, over the run (trips from before the start left out)."""
    flow = np.zeros(edge_count)
    counts = np.bincount(trips.route[trips.depart_us >= 0], minlength=trips.route_offset.size - 1)
    for row, count in enumerate(counts):
        flow[trips.route_edge[trips.route_offset[row] : trips.route_offset[row + 1]]] += count
    return flow * (3600.0 * to_us(1.0) / duration_us)
