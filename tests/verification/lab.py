"""A traffic engine with trips and signals set by hand: identical drivers, nothing drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from tests.traffic.networks import build
from tests.verification.invariants import Checker

from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.driving import DrivingSpec
from twin.traffic.engine import Engine
from twin.traffic.signal_states import GREEN, RED, YELLOW
from twin.traffic.trips import Trips
from twin.traffic.vehicle_types import VehicleTypes, class_table

Route = tuple[int, ...]


def trips_of(network: RoadNetwork, wanted: Sequence[tuple[float, Route]]) -> Trips:
    """Return cars with a desired speed of exactly the limit: (departure in s, edges), from gate to gate."""
    wanted = sorted(wanted, key=lambda trip: trip[0])
    routes = sorted({route for _, route in wanted})
    number = {route: row for row, route in enumerate(routes)}
    offset = np.zeros(len(routes) + 1, dtype=np.int32)
    np.cumsum([len(route) for route in routes], out=offset[1:])
    count = len(wanted)
    return Trips(
        depart_us=np.array([round(depart_s * 1e6) for depart_s, _ in wanted], dtype=np.int64),
        klass=np.zeros(count, dtype=np.int8),
        speed_factor=np.ones(count),
        purpose=np.zeros(count, dtype=np.int8),
        route=np.array([number[route] for _, route in wanted], dtype=np.int32),
        depart_s_m=np.zeros(count),
        arrive_s_m=np.array([network.edge_length_m[route[-1]] for _, route in wanted]),
        route_offset=offset,
        route_edge=np.array([edge for route in routes for edge in route], dtype=np.int32),
        origins_left_out=0,
    )


def poisson_s(rate_vps: float, until_s: float, seed: int) -> np.ndarray:
    """Return arrivals of a Poisson process, s."""
    gaps = np.random.default_rng(seed).exponential(1.0 / rate_vps, int(rate_vps * until_s * 1.5 + 50))
    times = np.cumsum(gaps)
    return times[times < until_s]


class Lab:
    """An engine on a network; signals are written by hand, and what must always hold is checked at every step."""

    def __init__(
        self, network: RoadNetwork, wanted: Sequence[tuple[float, Route]], *, types: VehicleTypes | None = None
    ) -> None:
        self.network = network
        self.graph = build_lane_graph(network)
        self.trips = trips_of(network, wanted)
        self.engine = Engine(network, self.graph, self.trips, class_table(types or VehicleTypes(), 0.1), DrivingSpec())
        self.checker = Checker(self.engine)

    @property
    def t_s(self) -> float:
        """The engine's time."""
        return self.engine.t_us / 1e6

    def lanes_of(self, edge: int) -> np.ndarray:
        """Return the lanes of an edge and the connectors that lead to it."""
        return np.flatnonzero(self.graph.lane_edge == edge)

    def connectors(self, source: int, target: int) -> np.ndarray:
        """Return the connectors from one edge to another (numbers among connectors)."""
        lanes = self.graph.connector_first + np.arange(self.graph.connector_count)
        from_edge = self.graph.lane_edge[self.graph.connector_from]
        return np.flatnonzero((from_edge == source) & (self.graph.lane_edge[lanes] == target))

    def show(self, source: int, state: int) -> None:
        """Show a state to everybody who comes from an edge."""
        self.engine.roads.signal[self.graph.lane_edge[self.graph.connector_from] == source] = state

    def run(self, until_s: float, each: Callable[[float], None] | None = None, every_s: float = 0.1) -> None:
        """Step until ``until_s``; call ``each(t_s)`` every so often. AssertionError when vehicles overlap, meet or are lost."""
        while self.t_s < until_s - 1e-9:
            self.checker.step_to(round(min(self.t_s + every_s, until_s) * 1e6))
            if each is not None:
                each(self.t_s)
        assert not self.checker.report(), self.checker.report()

    def passed(self, edge: int) -> int:
        """Return how many vehicles have passed the stop line of an edge."""
        graph = self.graph
        return int(self.engine.roads.lanes["left"][graph.edge_lane[edge] : graph.edge_lane[edge + 1]].sum())

    def fixed_time(self, source: int, cycle_s: float, green_s: float, yellow_s: float) -> Callable[[float], None]:
        """Return what to call each step so that an edge has green first in every cycle, then yellow, then red."""

        def switch(t_s: float) -> None:
            within = (t_s + 1e-6) % cycle_s
            self.show(source, GREEN if within < green_s else YELLOW if within < green_s + yellow_s else RED)

        return switch

    def slots_on(self, lane: int) -> np.recarray:
        """Return the vehicles on a lane, from its end."""
        base, count = int(self.engine.roads.lanes["first_slot"][lane]), int(self.engine.roads.count[lane])
        return self.engine.vehicles.slots[base : base + count]

    def travel_s(self) -> np.ndarray:
        """Return arrival less planned departure of those who arrived, s; nan for others."""
        vehicles = self.engine.vehicles.all
        time_s = (vehicles.arrive_us - self.trips.depart_us) / 1e6
        return np.where(vehicles.arrive_us < 0, np.nan, time_s)


def signalled_road(before_m: float, behind_m: float, lanes: int = 1) -> RoadNetwork:
    """Return a road (edges 0 and 1) with a signal between, where a side road (edges 2 to 5) crosses."""
    nodes = [(0.0, 0.0), (before_m, 0.0), (before_m + behind_m, 0.0), (before_m, 300.0), (before_m, -300.0)]
    edges = [(0, 1, lanes), (1, 2, lanes), (3, 1, 1), (1, 4, 1), (4, 1, 1), (1, 3, 1)]
    return build(nodes, edges, entries=[0, 2, 4], exits=[1, 3, 5], junctions=[(1, True)])
