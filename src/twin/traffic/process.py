"""Traffic as the run sees it: a SimPy process that steps the kernel, and what it writes to the log."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.eventlog.quantise import centimetres, compass_centidegrees
from twin.eventlog.recorder import Recorder, labels
from twin.kernel.clock import Phase, every
from twin.messages import say
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.demand import DemandSpec
from twin.traffic.ground_truth import VEHICLE_CLASSES, GroundTruth
from twin.traffic.movement import step
from twin.traffic.positions import ground_truth
from twin.traffic.prefill import place_under_way
from twin.traffic.roads import roads_of
from twin.traffic.signals import SIGNAL_STATES, SignalController, SignalPlan, SignalsSpec, signal_plans
from twin.traffic.trips import PURPOSES, Trips, build_trips, planned_flow_vph
from twin.traffic.vehicle_types import class_table
from twin.traffic.vehicles import ACTIVE, ARRIVED, NEVER, NEXT, UPDATES, WAITING, vehicles_of
from twin.units import US_PER_S

STEP_US: Final = 100_000
"""Traffic moves in steps of 0.1 s; a sensor that looks in between sees it moved on along its lanes."""


class Traffic:
    """All vehicles of a run. Read ``now`` for who is where."""

    def __init__(
        self, network: RoadNetwork, demand: DemandSpec, signals: SignalsSpec, seed: int, duration_us: int, recorder: Recorder
    ) -> None:
        """Draw the trips, plan the signals, place the vehicles that are under way at the start."""
        self.network = network
        self.trips: Trips = build_trips(network, demand, seed, duration_us)
        flow = planned_flow_vph(self.trips, network.edge_count, duration_us)
        self.plans: tuple[SignalPlan, ...] = signal_plans(network, signals, seed, flow)
        self.roads = roads_of(network)
        self.vehicles = vehicles_of(self.trips, class_table(demand.vehicle_types))
        self._recorder = recorder
        self._stepped_us = 0
        self._interval_began_us = 0
        under_way = int(np.searchsorted(self.trips.depart_us, 0))
        placed = place_under_way(self.vehicles, self.roads, self.trips, demand.prefill_speed_ratio)
        self.left_out = under_way - placed
        """Trips from before the start that would have arrived by then, or had no room where they would have been."""
        self.vehicles.counts[NEXT] = under_way
        self._forget_interval()

    def notices(self) -> list[str]:
        """Return what a planner should know of the demand, one line each."""
        lines = []
        if self.trips.count == 0:
            lines.append(say("traffic.no_trips"))
        if self.trips.origins_left_out:
            lines.append(say("traffic.origins_left_out", count=self.trips.origins_left_out))
        return lines

    @property
    def active(self) -> int:
        """Vehicles on the network."""
        return int(self.vehicles.counts[ACTIVE])

    @property
    def waiting(self) -> int:
        """Trips that are due and find no room to enter."""
        return int(self.vehicles.counts[WAITING])

    @property
    def begun(self) -> int:
        """Trips that were due so far, those from before the start included."""
        return int(self.vehicles.counts[NEXT])

    @property
    def arrived(self) -> int:
        """Trips that reached their destination."""
        return int(self.vehicles.counts[ARRIVED])

    @property
    def updates(self) -> int:
        """Vehicle updates so far: vehicles x steps."""
        return int(self.vehicles.counts[UPDATES])

    def now(self, t_us: int) -> GroundTruth:
        """Return who is where at ``t_us``, not before the last step."""
        return ground_truth(self.vehicles, self.roads, t_us, (t_us - self._stepped_us) / US_PER_S)

    def start(self, env: simpy.Environment) -> None:
        """Start the processes of traffic and of every signal controller."""
        for plan in self.plans:
            env.process(SignalController(env, plan, self.roads.edges.signal, self._log_signal).run())
        env.process(self.run(env))

    def run(self, env: simpy.Environment) -> Generator[Event, None, None]:
        """Return the SimPy process: at each instant everybody has moved up to it."""
        return every(env, STEP_US, Phase.TRAFFIC, self.step_to, first_us=STEP_US)

    def step_to(self, t_us: int) -> None:
        """Move everybody from the last step's instant to ``t_us``."""
        vehicles, roads = self.vehicles, self.roads
        tables = (vehicles.all, roads.lanes, roads.edges, roads.turns, vehicles.route_edge, vehicles.active, vehicles.counts)
        step(*tables, self._stepped_us, t_us - self._stepped_us)
        self._stepped_us = t_us

    def log_trajectory(self, t_us: int) -> None:
        """Write everybody's position."""
        truth = self.now(t_us)
        self._recorder.append(
            "trajectory",
            {
                "t_us": np.full(truth.vehicle.size, t_us),
                "vehicle": truth.vehicle,
                "x_cm": centimetres(truth.x_m),
                "y_cm": centimetres(truth.y_m),
                "speed_cmps": centimetres(truth.speed_mps),
                "heading_cdeg": compass_centidegrees(truth.heading_rad),
                "edge": truth.edge,
                "lane": truth.lane,
            },
        )

    def log_interval(self, t_us: int) -> None:
        """Write the edges' totals since the last call."""
        edges = self.roads.edges
        used = np.flatnonzero((edges.vehicle_s > 0.0) | (edges.entered > 0) | (edges.left > 0))
        self._recorder.append(
            "edge_state",
            {
                "t_us": np.full(used.size, self._interval_began_us),
                "interval_us": np.full(used.size, t_us - self._interval_began_us),
                "edge": used,
                "entered": edges.entered[used],
                "left": edges.left[used],
                "vehicle_s": edges.vehicle_s[used],
                "distance_m": edges.distance[used],
                "halted_s": edges.halted_s[used],
            },
        )
        self._interval_began_us = t_us
        self._forget_interval()

    def log_trips(self) -> None:
        """Write every trip that entered or waited; called once, at the end."""
        trips, vehicles = self.trips, self.vehicles.all
        inserted, arrived = vehicles.insert_us != NEVER, vehicles.arrive_us != NEVER
        made = np.flatnonzero(inserted | (trips.depart_us >= 0))
        length_m, free_flow_s = self._route_totals(made)
        delay_s = (vehicles.arrive_us[made] - trips.depart_us[made]) / US_PER_S - free_flow_s
        edges_first = vehicles.route_begin[made]
        edges_last = edges_first + vehicles.route_size[made] - 1
        self._recorder.append(
            "trip",
            {
                "vehicle": made,
                "depart_us": trips.depart_us[made],
                "insert_us": np.ma.masked_array(vehicles.insert_us[made], ~inserted[made]),
                "arrival_us": np.ma.masked_array(vehicles.arrive_us[made], ~arrived[made]),
                "route_length_m": length_m,
                "free_flow_s": free_flow_s,
                "delay_s": np.ma.masked_array(delay_s, ~arrived[made] | (trips.depart_us[made] < 0)),
                "purpose": labels(trips.purpose[made], PURPOSES),
                "origin_edge": trips.route_edge[edges_first],
                "destination_edge": trips.route_edge[edges_last],
            },
        )

    def write_vehicles(self) -> None:
        """Write the static table of vehicles."""
        vehicles = self.vehicles.all
        self._recorder.write_static(
            "vehicle",
            {
                "vehicle": np.arange(self.trips.count),
                "class": labels(self.trips.klass, VEHICLE_CLASSES),
                "length_cm": centimetres(vehicles.length),
                "width_cm": centimetres(vehicles.width),
                "height_cm": centimetres(vehicles.height),
            },
        )

    def phase_of_edge(self) -> npt.NDArray[np.int8]:
        """Return the phase that serves each edge's stop line; -1 without a signal."""
        phase = np.full(self.network.edge_count, -1, dtype=np.int8)
        for plan in self.plans:
            for number, approaches in enumerate(plan.approaches):
                phase[list(approaches)] = number
        return phase

    def _route_totals(self, made: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        trips, network = self.trips, self.network
        length = np.concatenate([[0.0], np.cumsum(network.edge_length_m[trips.route_edge])])
        time_s = np.concatenate([[0.0], np.cumsum((network.edge_length_m / network.edge_speed_limit_mps)[trips.route_edge])])
        begin, end = trips.route_offset[trips.route[made]], trips.route_offset[trips.route[made] + 1]
        first, last = trips.route_edge[begin], trips.route_edge[end - 1]
        missing_m = (trips.depart_s_m[made], network.edge_length_m[last] - trips.arrive_s_m[made])
        limit = network.edge_speed_limit_mps
        return (
            length[end] - length[begin] - missing_m[0] - missing_m[1],
            time_s[end] - time_s[begin] - missing_m[0] / limit[first] - missing_m[1] / limit[last],
        )

    def _forget_interval(self) -> None:
        for total in ("entered", "left", "vehicle_s", "distance", "halted_s"):
            self.roads.edges[total] = 0

    def _log_signal(self, t_us: int, junction: int, phase: int, state: int) -> None:
        row: dict[str, Any] = {
            "t_us": np.array([t_us]),
            "junction": np.array([junction]),
            "phase": np.array([phase]),
            "state": labels(np.array([state], dtype=np.int8), SIGNAL_STATES),
        }
        self._recorder.append("signal", row)
