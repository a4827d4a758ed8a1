"""Trips: seeded, between gates and zones, each on its shortest-time route."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.rng import stream_key, uniforms
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.routing import UNREACHABLE, shortest_times
from twin.traffic.demand import DemandSpec
from twin.traffic.places import TripEnd, TripEnds, trip_ends
from twin.traffic.vehicle_types import class_table
from twin.units import US_PER_S, to_us

PURPOSES: Final = ("through", "inbound", "outbound", "internal")
THROUGH, INBOUND, OUTBOUND, INTERNAL = range(4)

SPEED_SPREAD: Final = 0.1
"""Half-width of the uniform spread of desired speeds around the class's mean (see ``VehicleType.speed_factor``)."""


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


@dataclass(frozen=True, slots=True)
class Choice:
    """Where the trips of one purpose may go from one origin: somewhere far enough away, to which a way leads."""

    purpose: int
    share: float
    edge: npt.NDArray[np.int32]
    s_m: npt.NDArray[np.float64]
    cumulative: npt.NDArray[np.float64]
    """Weights of the destinations, summed up to 1."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A place from which trips can be made."""

    place: TripEnd
    row: int
    """Row of its edge in the table of shortest ways."""
    choices: tuple[Choice, ...]


def build_trips(network: RoadNetwork, spec: DemandSpec, seed: int, duration_us: int) -> Trips:
    """Return every trip that departs from ``-prefill_s`` to the end of the run.

    Each origin has its own Poisson process and its own named stream, so that one place's demand does not change another's.
    Origins from which nothing can be reached are left out; their share goes to the others of their kind.
    """
    ends = trip_ends(network)
    places = (*ends.entries, *ends.zones)
    ways = shortest_times(
        network, expected_edge_time_s(network, spec.signal_wait_s), np.array([place.edge for place in places], dtype=np.int32)
    )
    groups = _origins(spec, ends, ways.arrival != UNREACHABLE)
    drawn = [_trips_from(spec, seed, duration_us, origin, rate_vph) for origin, rate_vph in _rates(spec, groups)]
    rows = np.concatenate([np.empty((0, _COLUMNS)), *drawn])
    rows = rows[np.argsort(rows[:, _DEPART_US], kind="stable")]
    pair, trip_route = np.unique(rows[:, [_ORIGIN_ROW, _DESTINATION]].astype(np.int32), axis=0, return_inverse=True)
    routes = [ways.route(int(row), int(destination)) for row, destination in pair]
    offset = np.zeros(len(routes) + 1, dtype=np.int32)
    np.cumsum([edges.size for edges in routes], out=offset[1:])
    return Trips(
        depart_us=rows[:, _DEPART_US].astype(np.int64),
        klass=rows[:, _CLASS].astype(np.int8),
        speed_factor=rows[:, _SPEED_FACTOR].copy(),
        purpose=rows[:, _PURPOSE].astype(np.int8),
        route=trip_route.ravel().astype(np.int32),
        depart_s_m=rows[:, _DEPART_S_M].copy(),
        arrive_s_m=rows[:, _ARRIVE_S_M].copy(),
        route_offset=offset,
        route_edge=np.concatenate([np.empty(0, dtype=np.int32), *routes]).astype(np.int32),
        origins_left_out=len(places) - sum(len(group) for _, group in groups),
    )


_DEPART_US, _CLASS, _SPEED_FACTOR, _PURPOSE, _ORIGIN_ROW, _DEPART_S_M, _DESTINATION, _ARRIVE_S_M = range(8)
_COLUMNS: Final = 8
"""Columns of the drawn trips."""


def _origins(spec: DemandSpec, ends: TripEnds, reached: npt.NDArray[np.bool_]) -> list[tuple[float, list[Origin]]]:
    """Return the gates and the zones from which trips can be made, each group with its share of all trips.

    ``reached`` (entries and zones, edges) says which edges a way leads to.
    """
    through_share = 1.0 - spec.inbound_share - spec.outbound_share - spec.internal_share
    from_gates = ((THROUGH, through_share, ends.exits), (INBOUND, spec.inbound_share, ends.zones))
    from_zones = ((OUTBOUND, spec.outbound_share, ends.exits), (INTERNAL, spec.internal_share, ends.zones))
    groups = []
    first_row = 0
    for places, purposes in ((ends.entries, from_gates), (ends.zones, from_zones)):
        share = sum(share for _, share, _ in purposes)
        group = [
            Origin(place, row, choices)
            for row, place in enumerate(places, start=first_row)
            if (choices := tuple(_choices(spec, place, reached[row], purposes)))
        ]
        first_row += len(places)
        groups.append((share, group))
    return groups


def _choices(
    spec: DemandSpec,
    origin: TripEnd,
    reached: npt.NDArray[np.bool_],
    purposes: tuple[tuple[int, float, tuple[TripEnd, ...]], ...],
) -> Iterator[Choice]:
    for purpose, share, places in purposes:
        edge = np.array([place.edge for place in places], dtype=np.int32)
        s_m = np.array([place.s_m for place in places])
        far = np.hypot([p.x_m - origin.x_m for p in places], [p.y_m - origin.y_m for p in places]) >= spec.shortest_trip_m
        possible = far & reached[edge] & ((edge != origin.edge) | (s_m > origin.s_m))
        weight = np.cumsum(np.where(possible, [place.weight for place in places], 0.0))
        if share > 0.0 and weight.size and weight[-1] > 0.0:
            yield Choice(purpose, share, edge, s_m, weight / weight[-1])


def _rates(spec: DemandSpec, groups: list[tuple[float, list[Origin]]]) -> Iterator[tuple[Origin, float]]:
    """Yield each origin with its rate (veh/h at profile 1): the inflow by group, within it by weight."""
    total_share = sum(share for share, group in groups if group)
    for share, group in groups:
        total_weight = sum(origin.place.weight for origin in group)
        for origin in group:
            yield origin, spec.inflow_vph * share / total_share * origin.place.weight / total_weight


def _trips_from(spec: DemandSpec, seed: int, duration_us: int, origin: Origin, rate_vph: float) -> npt.NDArray[np.float64]:
    """Return the trips of one origin, one row each."""
    place = origin.place
    depart_s = _departures(spec, stream_key(seed, "traffic/demand/departure", place.key), rate_vph, duration_us)
    numbers = np.arange(depart_s.size, dtype=np.int64)
    where = uniforms(stream_key(seed, "traffic/demand/destination", place.key), numbers)
    what = uniforms(stream_key(seed, "traffic/demand/vehicle", place.key), numbers)
    share = np.cumsum([choice.share for choice in origin.choices])
    chosen = np.searchsorted(share / share[-1], where[:, 0], side="right")
    classes = class_table(spec.vehicle_types)
    klass = np.searchsorted(classes.share_cumulative, what[:, 0], side="right")

    rows = np.empty((depart_s.size, _COLUMNS))
    rows[:, _DEPART_US] = np.rint(depart_s * 1000.0) * (US_PER_S // 1000)
    rows[:, _CLASS] = klass
    rows[:, _SPEED_FACTOR] = classes.speed_factor[klass] * (1.0 + SPEED_SPREAD * (2.0 * what[:, 1] - 1.0))
    rows[:, _ORIGIN_ROW] = origin.row
    rows[:, _DEPART_S_M] = place.s_m
    for number, choice in enumerate(origin.choices):
        mine = chosen == number
        picked = np.searchsorted(choice.cumulative, where[mine, 1], side="right")
        rows[mine, _PURPOSE] = choice.purpose
        rows[mine, _DESTINATION] = choice.edge[picked]
        rows[mine, _ARRIVE_S_M] = choice.s_m[picked]
    return rows


def _departures(spec: DemandSpec, key: np.uint64, rate_vph: float, duration_us: int) -> npt.NDArray[np.float64]:
    """Return the times (s) of a Poisson process with the profile's rate, by inverting its cumulated rate."""
    knots, factor = spec.rate_knots(duration_us / US_PER_S)
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


def planned_flow_vph(trips: Trips, edge_count: int, duration_us: int) -> npt.NDArray[np.float64]:
    """Return the vehicles per hour that plan to use each edge, over the run (trips from before the start left out)."""
    flow = np.zeros(edge_count)
    counts = np.bincount(trips.route[trips.depart_us >= 0], minlength=trips.route_offset.size - 1)
    for row, count in enumerate(counts):
        flow[trips.route_edge[trips.route_offset[row] : trips.route_offset[row + 1]]] += count
    return flow * (3600.0 * to_us(1.0) / duration_us)
