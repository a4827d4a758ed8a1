"""Parking of a run: facilities, traffic, sensors and guidance, joined. No behaviour here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from twin.errors import Problem
from twin.eventlog.recorder import Recorder
from twin.kernel.clock import Phase, every
from twin.messages import say
from twin.parking.facilities import Facilities
from twin.parking.facility_log import write_facilities
from twin.parking.guidance import Guided
from twin.parking.guiding import build_guidance, guidance_processes
from twin.parking.information import Information
from twin.parking.occupancy import Occupancy
from twin.parking.placing import Placed, place_facilities, usable_edges, walking_edges
from twin.parking.process import Parking
from twin.parking.sensing import ParkingSensing
from twin.parking.sensor_plan import sensor_problems
from twin.parking.stays import bays_taken, settle
from twin.parking.unseen import Unseen
from twin.roadnet.lane_graph_cache import lane_graph_of
from twin.roadnet.road_network import RoadNetwork
from twin.scenario.scenario import Scenario
from twin.simulation.field_devices import FieldFleet
from twin.traffic.parker_trips import ParkerDemand
from twin.traffic.process import Traffic
from twin.traffic.replay import Replay
from twin.units import to_us

Longs = npt.NDArray[np.int64]


def place_parking(scenario: Scenario, network: RoadNetwork) -> Placed:
    """Return where a scenario's facilities are, and everything wrong with its parking on this map."""
    if scenario.parking is None:
        return Placed(None)
    placed = place_facilities(network, lane_graph_of(network), scenario.parking)
    if placed.facilities is not None and scenario.parking.sensors is not None:
        placed.problems += sensor_problems(scenario.parking.sensors, placed.facilities, scenario.seed)
    if scenario.replay is not None:
        placed.problems.append(Problem("", "parking", say("parking.replay.found"), say("parking.replay.remedy")))
    return placed


def parker_demand(scenario: Scenario, network: RoadNetwork, facilities: Facilities | None) -> ParkerDemand | None:
    """Return which trips park; None without parking."""
    if scenario.parking is None or facilities is None:
        return None
    near = walking_edges(network, facilities, scenario.parking.choice.walk_most_m)
    return ParkerDemand(near, scenario.parking.share, int(bays_taken(facilities, scenario.seed).size))


@dataclass(frozen=True, slots=True)
class ParkingLayer:
    """All parts of a run's parking."""

    parking: Parking
    sensing: ParkingSensing | None
    guided: Guided | None

    def start(self, env: simpy.Environment, scenario: Scenario, traffic: Traffic) -> None:
        """Start every process."""
        for process in self._processes(env, scenario, traffic):
            env.process(process)

    def _processes(self, env: simpy.Environment, scenario: Scenario, traffic: Traffic) -> Iterator[Any]:
        yield from self.parking.processes()
        interval_us = to_us(scenario.log.interval_s)
        yield every(env, interval_us, Phase.CONTROL, self.parking.log.close_interval, first_us=interval_us)
        if self.sensing is not None:
            yield from self.sensing.processes(kerb_passages(traffic, interval_us))
        spec = scenario.parking
        if self.guided is not None and spec is not None and spec.guidance is not None:
            yield from guidance_processes(env, self.guided, spec.guidance)

    def finish(self, end_us: int) -> None:
        """Write what the end settles."""
        self.parking.log.close_interval(end_us)
        self.parking.finish()
        if self.guided is not None:
            self.guided.finish(end_us)


def build_parking(
    env: simpy.Environment,
    scenario: Scenario,
    network: RoadNetwork,
    facilities: Facilities | None,
    traffic: Traffic | Replay,
    recorder: Recorder,
    field: FieldFleet,
) -> ParkingLayer | None:
    """Return the joined parking of a run, its dimensions written; None where nobody parks."""
    spec = scenario.parking
    if spec is None or facilities is None or isinstance(traffic, Replay) or traffic.parkers is None:
        return None
    parkers = traffic.parkers
    write_facilities(recorder, facilities)
    occupancy = Occupancy(facilities)
    settle(occupancy, parkers.held[parkers.trip.size :].astype(np.int64), scenario.seed)
    start_s = float(scenario.start.hour * 3600 + scenario.start.minute * 60 + scenario.start.second)
    sensing = None
    if spec.sensors is not None:
        sensing = ParkingSensing(
            env,
            spec.sensors,
            occupancy,
            field.add,
            recorder,
            seed=scenario.seed,
            start_of_day_s=start_s,
            rain_mmph=scenario.weather.rain_mmph,
        )
        sensing.begin()
    unseen = Unseen(facilities, scenario.seed)
    guided = build_guidance(spec.guidance, occupancy, sensing, unseen, recorder, scenario.seed)
    information: Information = unseen if guided is None else guided
    parking = Parking(
        env,
        spec,
        network,
        facilities,
        parkers,
        traffic.trips,
        information,
        occupancy,
        traffic.advise,
        recorder,
        start_h=start_s / 3600.0,
        usable=usable_edges(network, lane_graph_of(network)),
        seed=scenario.seed,
    )
    if guided is not None:
        parking.log.shown = guided.shown
    return ParkingLayer(parking, sensing, guided)


def kerb_passages(traffic: Traffic, interval_us: int) -> Callable[[], Longs]:
    """Return what counts the vehicles that have left the kerb lane of each edge (edges,) so far.

    The engine counts from the begin of each interval of the log; whoever asks once a second, before the interval is closed,
    misses nothing.
    """
    graph, lanes = traffic.graph, traffic.engine.roads.lanes.view(np.ndarray)
    kerb = np.minimum(graph.edge_lane[:-1], max(graph.lane_count - 1, 0))
    there = graph.edge_lane[1:] > graph.edge_lane[:-1]
    total = np.zeros(there.size, np.int64)
    before = np.zeros(there.size, np.int64)
    last_us = [0]

    def passed() -> Longs:
        t_us = traffic.engine.t_us
        if -(-last_us[0] // interval_us) * interval_us < t_us:  # an interval was closed since, or right after, the last look
            before[:] = 0
        now = np.where(there, lanes["left"][kerb], 0).astype(np.int64)
        total[:] += np.maximum(now - before, 0)
        before[:], last_us[0] = now, t_us
        return total.copy()

    return passed
