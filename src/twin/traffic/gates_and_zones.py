"""Trips between the map's own gates and zones: ``demand.inflow_vph``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.rng import stream_key, uniforms
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.route_search import Reach
from twin.traffic.demand import DemandSpec
from twin.traffic.drawing import DRAWN, DrawnTrips, departures_s, drawn_at
from twin.traffic.places import TripEnd, trip_ends
from twin.units import US_PER_S

THROUGH, INBOUND, OUTBOUND, INTERNAL = range(4)


@dataclass(frozen=True, slots=True)
class Targets:
    """Where the trips of one purpose could go."""

    purpose: int
    share: float
    """Of all trips."""
    edge: npt.NDArray[np.int32]
    s_m: npt.NDArray[np.float64]
    x_m: npt.NDArray[np.float64]
    y_m: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """Where the trips of one purpose may go from one origin: somewhere far enough away, to which a way leads."""

    targets: Targets
    cumulative: npt.NDArray[np.float64]
    """Weights of the destinations, summed up to 1."""


class GatesAndZones:
    """Every origin of a map with its rate.

    Choices are worked out anew each time they are needed, so that memory does not grow with origins x destinations.
    """

    def __init__(self, network: RoadNetwork, spec: DemandSpec) -> None:
        """Find out which places trips can begin at, and how many do."""
        self._spec, self._reach = spec, Reach(network)
        ends = trip_ends(network)
        through_share = 1.0 - spec.inbound_share - spec.outbound_share - spec.internal_share
        from_gates = (_targets(THROUGH, through_share, ends.exits), _targets(INBOUND, spec.inbound_share, ends.zones))
        from_zones = (_targets(OUTBOUND, spec.outbound_share, ends.exits), _targets(INTERNAL, spec.internal_share, ends.zones))
        groups: list[tuple[float, list[TripEnd], tuple[Targets, ...]]] = []
        for origins, targets in ((ends.entries, from_gates), (ends.zones, from_zones)):
            used = [origin for origin in origins if self.choices(origin, targets)] if spec.inflow_vph > 0.0 else []
            groups.append((sum(target.share for target in targets), used, targets))
        self.left_out = len(ends.entries) + len(ends.zones) - sum(len(used) for _, used, _ in groups)
        """Places where nobody begins a trip, because no way leads from there to any place far enough away."""
        self.origins = tuple(self._rates(groups))
        """(place, targets, vehicles per hour at profile 1) of each origin."""
        if spec.inflow_vph <= 0.0:
            self.left_out = 0

    def choices(self, origin: TripEnd, targets: tuple[Targets, ...]) -> list[Choice]:
        """Return where one can drive from a place."""
        reached = self._reach.edges_from(origin.edge)
        found = []
        for to in targets:
            far = np.hypot(to.x_m - origin.x_m, to.y_m - origin.y_m) >= self._spec.shortest_trip_m
            possible = far & reached[to.edge] & ((to.edge != origin.edge) | (to.s_m > origin.s_m))
            weight = np.cumsum(np.where(possible, to.weight, 0.0))
            if to.share > 0.0 and weight.size and weight[-1] > 0.0:
                found.append(Choice(to, weight / weight[-1]))
        return found

    def _rates(
        self, groups: list[tuple[float, list[TripEnd], tuple[Targets, ...]]]
    ) -> Iterator[tuple[TripEnd, tuple[Targets, ...], float]]:
        """Yield each origin with its rate: the inflow by group, within it by weight."""
        total_share = sum(share for share, used, _ in groups if used)
        for share, used, targets in groups:
            total_weight = sum(origin.weight for origin in used)
            for origin in used:
                yield origin, targets, self._spec.inflow_vph * share / total_share * origin.weight / total_weight

    def draw(self, seed: int, duration_us: int) -> DrawnTrips:
        """Return the trips that begin from ``-prefill_s`` to the end of the run, one origin after the other.

        Each origin has its own Poisson process and its own named stream, so that one place's demand does not change another's.
        Origins from which nothing can be reached are left out; their share goes to the others of their kind.
        """
        knots = self._spec.rate_knots(duration_us / US_PER_S)
        classes = self._spec.classes
        drawn = [np.empty(0, DRAWN)]
        for place, targets, rate_vph in self.origins:
            key = stream_key(seed, "traffic/demand/departure", place.key)
            rows = drawn_at(place.key, departures_s(key, rate_vph, *knots), classes, seed)
            numbers = np.arange(rows.size, dtype=np.int64)
            where = uniforms(stream_key(seed, "traffic/demand/destination", place.key), numbers)
            choices = self.choices(place, targets)
            share = np.cumsum([choice.targets.share for choice in choices])
            chosen = np.searchsorted(share / share[-1], where[:, 0], side="right")
            rows["origin"], rows["depart_s_m"] = place.edge, place.s_m
            for number, choice in enumerate(choices):
                mine = np.flatnonzero(chosen == number)
                picked = np.searchsorted(choice.cumulative, where[mine, 1], side="right")
                rows["purpose"][mine] = choice.targets.purpose
                rows["destination"][mine] = choice.targets.edge[picked]
                rows["arrive_s_m"][mine] = choice.targets.s_m[picked]
            drawn.append(rows)
        return np.concatenate(drawn)

    def expected(self, edges: int, most: int) -> Iterator[tuple[int, npt.NDArray[np.float64]]]:
        """Yield (edge, vehicles per hour (edges,) to each edge at profile 1) of each origin.

        Of more than ``most`` origins only every n-th, with the rate of all, so that the sum stays the same.
        """
        chosen = self.origins[:: -(-len(self.origins) // most) or 1]
        all_vph = sum(rate_vph for _, _, rate_vph in self.origins)
        chosen_vph = sum(rate_vph for _, _, rate_vph in chosen)
        for place, targets, rate_vph in chosen:
            choices = self.choices(place, targets)
            total = sum(choice.targets.share for choice in choices)
            to_edge = np.zeros(edges)
            for choice in choices:
                share = rate_vph * all_vph / chosen_vph * choice.targets.share / total
                np.add.at(to_edge, choice.targets.edge, share * np.diff(choice.cumulative, prepend=0.0))
            yield place.edge, to_edge


def _targets(purpose: int, share: float, ends: tuple[TripEnd, ...]) -> Targets:
    return Targets(
        purpose,
        share,
        np.array([end.edge for end in ends], dtype=np.int32),
        np.array([end.s_m for end in ends]),
        np.array([end.x_m for end in ends]),
        np.array([end.y_m for end in ends]),
        np.array([end.weight for end in ends]),
    )
