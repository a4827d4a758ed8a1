"""Traffic as the run sees it: trips, signals, pedestrians and the engine that moves them, started as SimPy processes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import simpy

from twin.errors import ScenarioError
from twin.eventlog.recorder import Recorder
from twin.kernel.records import EdgeSpeedReport, SpeedAdvice
from twin.kernel.weather import WeatherSpec
from twin.messages import say
from twin.roadnet.junction_groups import external_routes
from twin.roadnet.lane_graph import LaneGraph
from twin.roadnet.lane_graph_cache import lane_graph_of
from twin.roadnet.road_network import RoadNetwork
from twin.traffic import traffic_log
from twin.traffic.crossings import crossings_of, places_of
from twin.traffic.demand import DemandSpec
from twin.traffic.engine import Engine
from twin.traffic.ground_truth import GroundTruth
from twin.traffic.incidents import IncidentSpec
from twin.traffic.interventions import Interventions
from twin.traffic.on_edges import EdgeLook, OnEdges
from twin.traffic.parker_trips import ParkerDemand, with_parkers
from twin.traffic.parkers import Parkers
from twin.traffic.pedestrians import Pedestrians, build_pedestrians, joined_truth, pedestrian_truth
from twin.traffic.pedestrians import step_to as walk_to
from twin.traffic.prefill import place_under_way
from twin.traffic.signal_control import SignalControl
from twin.traffic.signal_phases import marked_connectors
from twin.traffic.signal_plan import approach_groups
from twin.traffic.signal_plans import SignalDesign, design_signals
from twin.traffic.signal_spec import SignalsSpec
from twin.traffic.trips import Trips, build_trips, planned_flows
from twin.traffic.vehicles import NEXT, PLANNED
from twin.traffic.weather_driving import driving_factors
from twin.units import US_PER_S

TOLD: Final = ("trips_removed", "trips_rerouted", "trips_stuck", "trips_advised")
"""Figures that the closing notices tell where they are not 0."""


class Traffic:
    """All vehicles of a run. Read ``now`` for who is where: traffic moves up to there when somebody looks."""

    def __init__(
        self,
        network: RoadNetwork,
        demand: DemandSpec,
        signals: SignalsSpec,
        seed: int,
        duration_us: int,
        recorder: Recorder,
        *,
        weather: WeatherSpec | None = None,
        incidents: Sequence[IncidentSpec] = (),
        base: Path = Path(),
        design: SignalDesign | None = None,
        parkers: ParkerDemand | None = None,
    ) -> None:
        """Draw the trips, plan the signals, place the vehicles that are under way at the start.

        Files of the demand are relative to ``base``; ``design`` is what ``planned_signals`` says of these parts, where
        somebody has asked it already; ``parkers`` says which trips park. Raises ScenarioError with what is wrong with
        demand, signals and incidents on this map.
        """
        self.network = network
        self.graph: LaneGraph = lane_graph_of(network)
        self.trips: Trips = on_lanes(network, build_trips(network, demand, seed, duration_us, base))
        planned = self.trips.count
        parked = None if parkers is None else with_parkers(self.trips, parkers, demand.classes, seed)
        if parked is not None:
            self.trips = parked.trips
            planned = self.trips.count - parked.held.size
        design = design or planned_signals(network, self.graph, demand, signals, seed, base)
        if design.problems:
            raise ScenarioError(design.problems)
        self.plans, self.waves = design.plans, design.waves
        self._signal_notices = design.notices
        factors = driving_factors(weather or WeatherSpec(), demand.weather)
        self.engine = Engine(network, self.graph, self.trips, demand.classes, demand.driving, factors)
        self.interventions = Interventions(network, self.graph, self.engine, self.trips, demand, incidents)
        self._recorder = recorder
        self._looks: dict[bytes, EdgeLook] = {}
        self._interval_began_us = 0
        self.signals = SignalControl(
            self.graph,
            self.plans,
            signals.actuated,
            lambda rows: traffic_log.log_signals(recorder, rows),
            self.engine.roads.signal,
        )
        self.pedestrians: Pedestrians | None = None
        if demand.pedestrians.per_crossing_per_hour > 0.0:
            crossings = crossings_of(self.graph, places_of(network, self.plans), signals.pedestrians.refuge_over_m)
            self.pedestrians = build_pedestrians(crossings, demand.pedestrians, seed, duration_us)
        under_way = int(np.searchsorted(self.trips.depart_us, 0))
        placed = place_under_way(
            self.engine.vehicles, self.engine.roads, self.trips, demand.prefill_speed_ratio, self.engine.pace_factor
        )
        self.left_out = under_way - placed
        """Trips from before the start that would have arrived by then, or had no room where they would have been."""
        self.engine.vehicles.counts[NEXT] = under_way
        self.engine.vehicles.counts[PLANNED] = planned
        self.parkers: Parkers | None = None
        if parked is not None:
            self.parkers = Parkers(network, self.graph, self.engine, parked, self.interventions.usual_s, self.step_to)
        self.engine.forget_totals()

    def notices(self) -> list[str]:
        """Return what a planner should know of demand and signals, one line each."""
        waves = [
            say(
                "signals.wave.told",
                road=wave.road,
                count=len(wave.junctions),
                cycle_s=wave.cycle_s,
                forward_s=wave.forward_s,
                backward_s=wave.backward_s,
            )
            for wave in self.waves
        ]
        return self.trips.notices() + self._signal_notices + waves

    def closing_notices(self) -> list[str]:
        """Return what a planner should know of what happened, one line each."""
        figures = self.figures()
        lines = [say(f"traffic.{name}", count=figures[name]) for name in TOLD if figures[name]]
        turns = self.engine.wrong_lane_turns
        if turns:
            lines.append(say("traffic.wrong_lane", count=turns, share=turns / max(self._turns_made(), 1)))
        return lines

    def figures(self) -> dict[str, int]:
        """Return what the log does not tell: trips taken off the road, rerouted, stuck before closed roads, advised."""
        changes = self.interventions
        return {
            "trips_removed": self.engine.removed,
            "trips_rerouted": changes.rerouted,
            "trips_stuck": changes.stuck,
            "trips_advised": changes.advised,
        }

    def _turns_made(self) -> int:
        """Return the edges' ends that vehicles have come to so far."""
        rows = self.engine.vehicles.all.view(np.ndarray)
        return int(rows["leg"].sum(dtype=np.int64))

    @property
    def active(self) -> int:
        """Vehicles on the network."""
        return self.engine.active

    @property
    def waiting(self) -> int:
        """Trips that are due and find no room to enter."""
        return self.engine.waiting

    @property
    def begun(self) -> int:
        """Trips that were due so far, those from before the start included."""
        return self.engine.begun

    @property
    def arrived(self) -> int:
        """Trips that reached their destination."""
        return self.engine.arrived

    @property
    def updates(self) -> int:
        """Vehicle updates so far: vehicles x steps."""
        return self.engine.updates

    def now(self, t_us: int) -> GroundTruth:
        """Return who is where at ``t_us``, pedestrians last."""
        self.step_to(t_us)
        truth = self.engine.now(t_us)
        walkers = 0
        if self.pedestrians is not None:
            since_s = (t_us - self.engine.t_us) / US_PER_S
            truth = joined_truth(truth, pedestrian_truth(self.pedestrians, self.trips.count, t_us, since_s))
            walkers = self.pedestrians.count
        stalled = self.interventions.truth(self.trips.count + walkers)
        return truth if stalled is None else joined_truth(truth, stalled)

    def on_edges(self, edges: npt.NDArray[np.int32], t_us: int) -> OnEdges:
        """Return the vehicles on ``edges`` at ``t_us``: far cheaper than ``now`` where the edges are few."""
        self.step_to(t_us)
        key = edges.tobytes()
        if key not in self._looks:
            self._looks[key] = EdgeLook(self.engine.roads, edges)
        return self.engine.on_edges(self._looks[key], t_us)

    def order(self, t_us: int, edges: Collection[int], *, closed: bool) -> None:
        """Close roads by order at ``t_us``, or open them again."""
        self.step_to(t_us)
        self.interventions.order(edges, closed=closed)

    def around_orders(self, t_us: int, until_us: int) -> None:
        """Let trips under way at ``t_us``, and those that begin before ``until_us``, drive around roads closed by order."""
        self.step_to(t_us)
        self.interventions.around_orders(until_us)

    def start(self, env: simpy.Environment, *, resumed: bool = False) -> None:
        """Start the processes of signal controllers and incidents; vehicles need none.

        ``resumed``: the state was restored, and the environment begins at the instant at which it was saved.
        """
        env.process(self.signals.run(env, self.step_to, resumed=resumed))
        if self.interventions.incidents:
            env.process(self.interventions.run(env, self.step_to))

    @property
    def listens_to_speeds(self) -> bool:
        """Whether anybody re-routes by reported speeds."""
        return bool(self.trips.informed.any())

    @property
    def listens_to_vehicles(self) -> bool:
        """Whether any signal ends its greens by reported vehicles."""
        return any((plan.least_us != plan.most_us).any() for plan in self.plans)

    def inform(self, report: EdgeSpeedReport) -> None:
        """Let informed drivers look at reported speeds."""
        if self.listens_to_speeds:
            self.step_to(report.t_us)
            self.interventions.inform(report)

    def advise(self, advice: SpeedAdvice) -> None:
        """Let vehicles drive no faster than they are advised, until the advice ends or another takes its place."""
        self.step_to(advice.t_us)
        self.engine.advise(advice)

    def step_to(self, t_us: int) -> None:
        """Move everybody by every whole step up to ``t_us``, with the signals as they are."""
        engine, walkers = self.engine, self.pedestrians
        if walkers is None:
            engine.step_to(t_us)
            return
        while engine.t_us + engine.step_us <= t_us:
            walk_to(
                walkers, self.signals.crossings["state"], engine.occupied(), engine.roads.blocked, engine.t_us, engine.step_us
            )
            engine.step_to(engine.t_us + engine.step_us)

    def log_trajectory(self, t_us: int) -> None:
        """Write everybody's position."""
        traffic_log.log_trajectory(self._recorder, self.now(t_us))

    def log_interval(self, t_us: int) -> None:
        """Write the edges' totals since the last call."""
        self.step_to(t_us)
        traffic_log.log_interval(self._recorder, self.engine, self._interval_began_us, t_us)
        self._interval_began_us = t_us

    def log_trips(self) -> None:
        """Write every trip that entered or waited; called once, at the end."""
        made, parkers = self.trips, self.parkers
        skipped = None
        if parkers is not None:
            made, skipped = parkers.driven(), parkers.skipped
        traffic_log.log_trips(self._recorder, self.network, self.graph, made, self.engine, skipped)

    def write_vehicles(self) -> None:
        """Write the static table of vehicles and pedestrians."""
        traffic_log.write_vehicles(self._recorder, self.engine, self.pedestrians, len(self.interventions.stalled))

    def stop_line_m(self) -> npt.NDArray[np.float64]:
        """Return where along each edge (edges,) its stop line is; its end where it has no lanes."""
        graph = self.graph
        lane = np.minimum(graph.edge_lane[:-1], max(graph.lane_count - 1, 0))
        there = graph.edge_lane[1:] > graph.edge_lane[:-1]
        return np.where(there, graph.lane_begin_m[lane] + graph.lane_length_m[lane], self.network.edge_length_m)

    def phase_of_edge(self) -> npt.NDArray[np.int8]:
        """Return the signal group that best describes each edge's stop line; -1 without a signal."""
        return approach_groups(self.graph, self.plans, self.network.edge_count)

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Return a copy of all that changes: vehicles, lanes, signals, pedestrians, the cursor in the demand."""
        state = {f"engine/{name}": array for name, array in self.engine.state().items()}
        state |= {f"signals/{name}": array for name, array in self.signals.state().items()}
        state["interval_began_us"] = np.array([self._interval_began_us])
        state["marks"] = self.interventions.marks.copy()
        if self.parkers is not None:
            state |= {f"parkers/{name}": array for name, array in self.parkers.state().items()}
        if self.pedestrians is not None:
            for name in ("all", "active", "counts"):
                state[f"pedestrians/{name}"] = np.array(getattr(self.pedestrians, name).view(np.ndarray))
        return state

    def restore(self, state: dict[str, npt.NDArray[Any]]) -> None:
        """Go on from a ``state`` of the same scenario; it gives the same bytes as never having stopped."""
        self.engine.restore(_part(state, "engine/"))
        self.signals.restore(_part(state, "signals/"))
        self._interval_began_us = int(state["interval_began_us"][0])
        self.interventions.marks[:] = state["marks"]
        if self.parkers is not None:
            self.parkers.restore(_part(state, "parkers/"))
        if self.pedestrians is not None:
            for name, array in _part(state, "pedestrians/").items():
                getattr(self.pedestrians, name).view(np.ndarray)[...] = array


def _part(state: dict[str, npt.NDArray[Any]], prefix: str) -> dict[str, npt.NDArray[Any]]:
    return {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}


def planned_signals(
    network: RoadNetwork, graph: LaneGraph, demand: DemandSpec, signals: SignalsSpec, seed: int, base: Path
) -> SignalDesign:
    """Return the signals for the flows that the demand plans, or everything wrong with them; the demand must be sound."""
    flow_vph = connector_flow_vph(network, graph, demand, base)
    return design_signals(network, graph, signals, seed, flow_vph, base)


def on_lanes(network: RoadNetwork, trips: Trips) -> Trips:
    """Return the trips with routes over edges with lanes only, as the engine drives them; those without any are left out."""
    offset, edges = external_routes(network, trips.route_offset, trips.route_edge)
    first, last = trips.route_edge[trips.route_offset[:-1]], trips.route_edge[trips.route_offset[1:] - 1]
    some = offset[1:] > offset[:-1]
    new_first = np.where(some, edges[np.minimum(offset[:-1], max(edges.size - 1, 0))], -1) if edges.size else first
    new_last = np.where(some, edges[offset[1:] - 1], -1) if edges.size else last
    keep = some[trips.route]
    row = trips.route[keep]
    begins, ends = (new_first == first)[row], (new_last == last)[row]
    return trips.kept(
        keep,
        route_offset=offset,
        route_edge=edges,
        depart_s_m=np.where(begins, trips.depart_s_m[keep], 0.0),
        arrive_s_m=np.where(ends, trips.arrive_s_m[keep], network.edge_length_m[new_last[row]]),
    )


def connector_flow_vph(network: RoadNetwork, graph: LaneGraph, demand: DemandSpec, base: Path) -> npt.NDArray[np.float64]:
    """Return the vehicles an hour expected on each connector where the profile is 1; alike on parallel marked ones."""
    loads = planned_flows(network, demand, base)
    width = np.int64(network.edge_count)
    lanes = graph.connector_first + np.arange(graph.connector_count)
    key = graph.lane_edge[graph.connector_from].astype(np.int64) * width + graph.lane_edge[lanes]
    meant = marked_connectors(graph)
    keys, number = np.unique(key, return_inverse=True)
    parallel = np.bincount(number, weights=meant, minlength=keys.size)
    flow = np.zeros(keys.size)
    wanted = loads.edge.astype(np.int64) * width + loads.following
    place = np.minimum(np.searchsorted(keys, wanted), max(keys.size - 1, 0))
    there = keys[place] == wanted if keys.size else np.zeros(wanted.size, dtype=np.bool_)
    np.add.at(flow, place[there], loads.flow[there])
    return np.where(meant, flow[number] / np.maximum(parallel[number], 1.0), 0.0)
