"""What this engine and its peers are both given: networks, signal programs, trips with routes, vehicles."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from generated_city import City
from twin.rng import stream_key, uniforms
from twin.roadnet.cache import load_network
from twin.roadnet.lane_graph import LEFT, U_TURN, LaneGraph
from twin.roadnet.lane_graph_builder import build_lane_graph
from twin.roadnet.osm import read_osm
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.route_search import fastest_routes
from twin.roadnet.sumo_export import SignalProgram
from twin.roadnet.sumo_programs import SIGNAL_GREEN, SIGNAL_RED, SIGNAL_YELLOW
from twin.roadnet.sumo_routes import SumoTrips, SumoType
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.traffic.ground_truth import DRIVEN_CLASSES
from twin.traffic.process import connector_flow_vph, on_lanes
from twin.traffic.signal_plans import signal_plans
from twin.traffic.trips import Trips, build_trips
from twin.traffic.vehicle_types import ClassTable
from twin.units import US_PER_S, to_us

SEED = 1
SPACING_M = 200.0
LANES_BOTH_WAYS = 6
GREEN_S = {"through": 27.0, "left": 13.0}
YELLOW_S = 3.0
ALL_RED_S = 2.0
SPREAD = 0.1
"""Desired speeds lie evenly within this share of the limit."""

CAR = SumoType(
    key="car",
    vehicle_class="passenger",
    length_m=4.7,
    width_m=1.8,
    height_m=1.5,
    acceleration_mps2=1.0,
    braking_mps2=1.5,
    time_gap_s=1.0,
    standstill_gap_m=2.0,
    largest_speed_mps=55.0,
)
"""Treiber & Kesting, Traffic Flow Dynamics (2013), table 11.2, urban."""


@dataclass(frozen=True, slots=True)
class PeerResult:
    """What one run gave; arrays of shape (trips,), NaN where a trip did not finish."""

    updates: float
    wall_s: float
    most_at_once: int
    arrived: int
    waiting: int
    teleports: int
    collisions: int
    travel_s: npt.NDArray[np.float64]
    """From entering to arriving."""
    depart_delay_s: npt.NDArray[np.float64]
    own_time_loss_s: npt.NDArray[np.float64]
    """As the program itself counts it; NaN where it does not."""
    edge_speed_mps: npt.NDArray[np.float64]
    """(edges,): mean over all vehicle-seconds on its lanes; NaN where nobody drove."""

    @property
    def updates_per_s(self) -> float:
        """Vehicle updates a second of wall time."""
        return self.updates / self.wall_s


@dataclass(frozen=True, slots=True)
class PeerCase:
    """One case; routes hold only edges with lanes."""

    name: str
    network: RoadNetwork
    graph: LaneGraph
    programs: tuple[SignalProgram, ...]
    trips: SumoTrips
    speed_factor: npt.NDArray[np.float64]
    types: tuple[SumoType, ...]
    end_s: float

    @property
    def classes(self) -> ClassTable:
        """The types as this engine takes them."""
        columns = {
            "length_m": "length_m", "width_m": "width_m", "height_m": "height_m", "acceleration_mps2": "acceleration_mps2",
            "braking_mps2": "braking_mps2", "time_gap_s": "time_gap_s", "standstill_gap_m": "standstill_gap_m",
            "highest_speed_mps": "largest_speed_mps",
        }  # fmt: skip
        tables = {name: np.array([getattr(one, source) for one in self.types]) for name, source in columns.items()}
        count = len(self.types)
        return ClassTable(
            share_cumulative=np.ones(count),
            speed_factor=np.ones(count),
            keeps_to_kerb=np.zeros(count, np.bool_),
            speed_spread=0.0,
            **tables,
        )

    @property
    def own_trips(self) -> Trips:
        """The trips as this engine takes them."""
        given, number = self.trips, {one.key: row for row, one in enumerate(self.types)}
        count = given.depart_s.size
        return Trips(
            depart_us=np.rint(given.depart_s * US_PER_S).astype(np.int64),
            klass=np.array([number[kind] for kind in given.kind], np.int8),
            speed_factor=self.speed_factor,
            purpose=np.zeros(count, np.int8),
            route=np.arange(count, dtype=np.int32),
            depart_s_m=given.depart_s_m,
            arrive_s_m=given.arrive_s_m,
            route_offset=given.route_offset.astype(np.int32),
            route_edge=given.route_edge,
            origins_left_out=0,
        )

    @property
    def free_flow_s(self) -> npt.NDArray[np.float64]:
        """Time that each trip takes alone: its edges and the connectors between them, at its own desired speed."""
        trips, graph = self.trips, self.graph
        first_lane = graph.edge_lane[trips.route_edge]
        time_s = graph.lane_length_m[first_lane] / graph.lane_speed_mps[first_lane]
        total_s = np.concatenate(([0.0], np.cumsum(time_s)))
        across = self._across_s()
        across_s = np.concatenate(([0.0], np.cumsum(across)))
        begin, end = trips.route_offset[:-1], trips.route_offset[1:]
        return np.asarray(
            (total_s[end] - total_s[begin] + across_s[end - 1] - across_s[begin]) / self.speed_factor, dtype=np.float64
        )

    def _across_s(self) -> npt.NDArray[np.float64]:
        """Return the time from each row of the route table to the next through the junction between, where there is one."""
        graph = self.graph
        lane = graph.connector_first + np.arange(graph.connector_count)
        pairs = (
            graph.lane_edge[graph.connector_from].astype(np.int64) * self.network.edge_count
            + graph.lane_edge[graph.connector_to]
        )
        order = np.argsort(pairs, kind="stable")
        wanted = self.trips.route_edge[:-1].astype(np.int64) * self.network.edge_count + self.trips.route_edge[1:]
        at = np.minimum(np.searchsorted(pairs[order], wanted), order.size - 1)
        time_s = (graph.lane_length_m[lane] / graph.lane_speed_mps[lane])[order][at]
        return np.append(np.where(pairs[order][at] == wanted, time_s, 0.0), 0.0)


def signal_grid(size: int = 20) -> RoadNetwork:
    """Return ``size`` x ``size`` crossings with signals, three lanes each way, streets that end in gates."""
    city = City()
    reach_m = (size - 1) / 2.0 * SPACING_M
    at_m = [number * SPACING_M - reach_m for number in range(size)]
    crossing = {(row, column): city.node(at_m[column], at_m[row], highway="traffic_signals")
                for row in range(size) for column in range(size)}  # fmt: skip
    tags = {"highway": "primary", "lanes": str(LANES_BOTH_WAYS), "maxspeed": "50"}
    for index in range(size):
        east = [crossing[index, column] for column in range(size)]
        north = [crossing[row, index] for row in range(size)]
        out_m = reach_m + SPACING_M
        city.way([city.node(-out_m, at_m[index]), *east, city.node(out_m, at_m[index])], name=f"东西{index}路", **tags)
        city.way([city.node(at_m[index], -out_m), *north, city.node(at_m[index], out_m)], name=f"南北{index}路", **tags)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"signal_grid_{size}.osm"
        file.write_text(city.text(), encoding="utf-8")
        return read_osm(file)


def four_stages(network: RoadNetwork, graph: LaneGraph) -> tuple[SignalProgram, ...]:
    """Return a program for every signalised junction: one axis' through traffic, its left turns, the other axis' the same."""
    marked = set((graph.link_to[graph.link_marked] - graph.connector_first).tolist())
    out = []
    for junction in network.junctions:
        if not junction.signalised:
            continue
        connectors = [c for c in np.flatnonzero(graph.connector_junction == junction.number).tolist() if c in marked]
        if not connectors:
            continue
        approach = graph.lane_edge[graph.connector_from[connectors]]
        axis = _end_direction(network, int(approach[0]))
        crossing = np.array([abs(np.sin(_end_direction(network, int(edge)) - axis)) > np.sqrt(0.5) for edge in approach])
        left = np.isin(graph.connector_turn[connectors], (LEFT, U_TURN))
        stage = 2 * crossing + left
        durations, states = [], []
        for number in sorted(set(stage.tolist())):
            green_s = GREEN_S["left" if number % 2 else "through"]
            for duration_s, shows in ((green_s, SIGNAL_GREEN), (YELLOW_S, SIGNAL_YELLOW), (ALL_RED_S, SIGNAL_RED)):
                durations.append(duration_s)
                states.append(np.where(stage == number, shows, SIGNAL_RED).astype(np.int8))
        offset_s = round(float(uniforms(stream_key(SEED, "benchmarks/offset"), np.array([junction.number]))[0, 0] * 100.0))
        program = SignalProgram(
            junction.number, offset_s, np.array(durations), np.array(connectors, np.int32), np.array(states)
        )
        out.append(program)
    return tuple(out)


def _end_direction(network: RoadNetwork, edge: int) -> float:
    x_m, y_m = network.polyline(edge)
    return float(np.arctan2(y_m[-1] - y_m[-2], x_m[-1] - x_m[-2]))


def through_trips(network: RoadNetwork, rate_per_s: float, end_s: float, variants: int = 3) -> SumoTrips:
    """Return cars at an even rate from random entries to random exits, on shortest ways by times that vary by a third.

    The variation spreads trips over the many equally short ways of a grid.
    """
    count = int(rate_per_s * end_s)
    draws = uniforms(stream_key(SEED, "benchmarks/trips"), np.arange(count, dtype=np.int64))
    entries, exits = network.entry_edges, network.exit_edges
    origin = (draws[:, 0] * entries.size).astype(np.int64)
    variant = (draws[:, 1] * variants).astype(np.int64)
    back = {int(edge): _opposite(network, int(edge)) for edge in entries}
    destination = (draws[:, 2] * exits.size).astype(np.int64)
    destination = np.where(exits[destination] == np.array([back[int(entries[o])] for o in origin]), -1, destination)
    route_of: dict[tuple[int, int, int], npt.NDArray[np.int32]] = {}
    for number in range(variants):
        noise = uniforms(stream_key(SEED, "benchmarks/times", str(number)), np.arange(network.edge_count, dtype=np.int64))
        times_s = network.edge_length_m / network.edge_speed_limit_mps * (1.0 + 0.33 * noise[:, 0])
        wanted = np.unique(np.column_stack((origin, destination))[(variant == number) & (destination >= 0)], axis=0)
        ways = fastest_routes(network, times_s, entries[wanted[:, 0]], exits[wanted[:, 1]])
        for row, (entry, to) in enumerate(wanted.tolist()):
            route_of[number, entry, to] = ways.of(row)
    kept = [
        (key, i)
        for i, key in enumerate(zip(variant.tolist(), origin.tolist(), destination.tolist(), strict=True))
        if key[2] >= 0 and route_of[key].size
    ]
    rows = [route_of[key] for key, _ in kept]
    last = np.array([route[-1] for route in rows], np.int32)
    return SumoTrips(
        key=tuple(f"v{number}" for number in range(len(kept))),
        kind=(CAR.key,) * len(kept),
        depart_s=np.round(np.array([i / rate_per_s for _, i in kept]), 1),
        route_offset=np.concatenate(([0], np.cumsum([route.size for route in rows]))).astype(np.int64),
        route_edge=np.concatenate(rows).astype(np.int32),
        routed=np.ones(len(kept), np.bool_),
        depart_s_m=np.zeros(len(kept)),
        arrive_s_m=network.edge_length_m[last],
        types=(CAR,),
        notices=(),
    )


def _opposite(network: RoadNetwork, edge: int) -> int:
    there = (network.edge_u == network.edge_v[edge]) & (network.edge_v == network.edge_u[edge])
    return int(np.flatnonzero(there)[0]) if there.any() else -1


def grid_case(rate_per_s: float, end_s: float, size: int = 20) -> PeerCase:
    """Return the grid with its demand."""
    network = signal_grid(size)
    graph = build_lane_graph(network)
    trips = through_trips(network, rate_per_s, end_s)
    spread = uniforms(stream_key(SEED, "benchmarks/speed"), np.arange(trips.depart_s.size, dtype=np.int64))[:, 0]
    factor = np.round(1.0 + SPREAD * (2.0 * spread - 1.0), 6)
    return PeerCase(f"grid{size}", network, graph, four_stages(network, graph), trips, factor, trips.types, end_s)


def cbd_case(end_s: float, inflow_vph: float | None = None) -> PeerCase:
    """Return the shipped scenario of the CBD from empty roads: its trips at a constant rate, its plans with fixed times."""
    file = Path(__file__).parent.parent / "scenarios" / "tianhe_cbd.yaml"
    scenario = load_spec(file, Scenario).spec
    network = load_network(file.parent / scenario.map)
    graph = build_lane_graph(network)
    inflow = inflow_vph or scenario.demand.inflow_vph
    demand = scenario.demand.model_copy(update={"inflow_vph": inflow, "profile": (), "prefill_s": 0.0})
    trips = on_lanes(network, build_trips(network, demand, scenario.seed, to_us(end_s), file.parent))
    trips = trips.kept(trips.depart_us >= 0)
    flow = connector_flow_vph(network, graph, demand, file.parent)
    plans = signal_plans(network, graph, scenario.signals, scenario.seed, flow)
    offset, edges = _expanded(trips)
    types = _types(demand.classes)
    given = SumoTrips(
        key=tuple(f"v{number}" for number in range(trips.count)),
        kind=tuple(types[klass].key for klass in trips.klass),
        depart_s=trips.depart_us / US_PER_S,
        route_offset=offset,
        route_edge=edges,
        routed=np.ones(trips.count, np.bool_),
        depart_s_m=trips.depart_s_m,
        arrive_s_m=trips.arrive_s_m,
        types=types,
        notices=(),
    )
    programs = tuple(
        SignalProgram(
            plan.junction, plan.offset_us / US_PER_S, plan.duration_us / US_PER_S, plan.connectors, plan.shown.astype(np.int8)
        )
        for plan in plans
    )
    return PeerCase("cbd", network, graph, programs, given, np.round(trips.speed_factor, 6), types, end_s)


def _expanded(trips: Trips) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Return a route table with a row a trip."""
    size = np.diff(trips.route_offset)[trips.route].astype(np.int64)
    offset = np.concatenate(([0], np.cumsum(size)))
    at = np.arange(offset[-1]) - np.repeat(offset[:-1], size) + np.repeat(trips.route_offset[trips.route], size)
    return offset, trips.route_edge[at].astype(np.int32)


def _types(table: ClassTable) -> tuple[SumoType, ...]:
    return tuple(
        SumoType(
            key=name,
            vehicle_class="passenger",
            length_m=float(table.length_m[row]),
            width_m=float(table.width_m[row]),
            height_m=float(table.height_m[row]),
            acceleration_mps2=float(table.acceleration_mps2[row]),
            braking_mps2=float(table.braking_mps2[row]),
            time_gap_s=float(table.time_gap_s[row]),
            standstill_gap_m=float(table.standstill_gap_m[row]),
            largest_speed_mps=float(table.highest_speed_mps[row]),
        )
        for row, name in enumerate(DRIVEN_CLASSES)
    )
