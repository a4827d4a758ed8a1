"""Where the parts meet: one traffic, and one or more deployments over it. No physics here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import simpy

from twin.eventlog.quantise import centimetres
from twin.eventlog.recorder import Recorder
from twin.kernel.clock import Phase, every
from twin.roadnet.road_network import RoadNetwork
from twin.scenario.scenario import Scenario
from twin.simulation.parking import parker_demand
from twin.simulation.preparation import Prepared
from twin.simulation.sensing import Sensing, build_sensing, start_sensing
from twin.traffic.process import Traffic
from twin.traffic.replay import Replay
from twin.units import to_us

PROGRESS_US: Final = 1_000_000
"""Simulated time between two reports of progress."""

OF_TRAFFIC: Final = (
    *("map", "start", "duration_s", "seed", "weather", "demand", "replay", "signals", "incidents"),
    *("parking", "roads", "bridges"),
)
"""Keys of a scenario that decide what traffic does; those of its log come beside them."""


@dataclass(frozen=True, slots=True)
class World:
    """All parts of runs over one traffic, joined and ready to start."""

    env: simpy.Environment
    traffic: Traffic | Replay
    recorder: Recorder
    """Takes the tables of the traffic, for every run."""
    sensing: tuple[Sensing, ...]
    """What each run looks at the traffic with."""

    def rows(self, number: int) -> dict[str, int]:
        """Return the rows written by table, of one run."""
        return self.recorder.rows | self.sensing[number].recorder.rows

    def close_segment(self) -> None:
        """Write what is buffered, of every run."""
        self.recorder.close_segment()
        for one in self.sensing:
            one.recorder.close_segment()

    def finish(self, end_us: int) -> None:
        """Move everybody up to the end; write what it settles: intervals cut short, messages under way, every trip."""
        self.traffic.step_to(end_us)
        self.traffic.log_interval(end_us)
        for one in self.sensing:
            one.finish(self.traffic.now(end_us), end_us)
        self.traffic.log_trips()


def traffic_key(scenario: Scenario) -> str:
    """Return a hash of all that decides over the traffic of a scenario and over its log.

    Scenarios beside one another that have it in common have the same traffic, unless that listens to devices.
    """
    parts = scenario.model_dump(mode="json", include={*OF_TRAFFIC, "log"})
    parts["log"].pop("observation_every_n_frames")
    return hashlib.blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=8).hexdigest()


def build(runs: Sequence[Prepared], folders: Sequence[Path], record: type[Recorder] = Recorder) -> World:
    """Return the joined parts of runs over one traffic, with their dimensions already written below their ``folders``.

    ``record`` takes the rows: whoever wants none of them gives another recorder.
    """
    env, first, recorder = simpy.Environment(initial_time=0), runs[0], record(*folders)
    traffic = _traffic(first, recorder)
    _write_network(recorder, first.network, traffic.phase_of_edge())
    traffic.write_vehicles()
    sensing = [build_sensing(env, one, traffic, record(folder)) for one, folder in zip(runs, folders, strict=True)]
    return World(env, traffic, recorder, tuple(sensing))


def start(world: World, runs: Sequence[Prepared]) -> None:
    """Start every process."""
    env, traffic, log = world.env, world.traffic, runs[0].scenario.log
    traffic.start(env)
    for sensing, one in zip(world.sensing, runs, strict=True):
        start_sensing(env, sensing, one.scenario, traffic)
    interval_us = to_us(log.interval_s)
    env.process(every(env, to_us(log.trajectory_period_s), Phase.RECORDER, traffic.log_trajectory))
    env.process(every(env, interval_us, Phase.RECORDER, traffic.log_interval, first_us=interval_us))


def _traffic(prepared: Prepared, recorder: Recorder) -> Traffic | Replay:
    scenario, network = prepared.scenario, prepared.network
    if scenario.replay is not None:
        return Replay(network, scenario.replay, scenario.demand.classes, recorder, prepared.base)
    return Traffic(
        network,
        scenario.demand,
        scenario.signals,
        scenario.seed,
        to_us(scenario.duration_s),
        recorder,
        weather=scenario.weather,
        incidents=scenario.incidents,
        base=prepared.base,
        design=prepared.signals,
        parkers=parker_demand(scenario, network, prepared.facilities),
    )


def _write_network(recorder: Recorder, network: RoadNetwork, phase_of_edge: npt.NDArray[np.int8]) -> None:
    x_cm, y_cm = centimetres(network.point_x_m), centimetres(network.point_y_m)
    cuts = network.point_offset[1:-1]
    recorder.write_static(
        "edge",
        {
            "edge": np.arange(network.edge_count),
            "u": network.edge_u,
            "v": network.edge_v,
            "osm_way": network.edge_way,
            "name": list(network.edge_name),
            "highway": list(network.edge_highway),
            "lanes": network.edge_lanes,
            "lane_width_m": network.edge_lane_width_m,
            "speed_limit_mps": network.edge_speed_limit_mps,
            "length_m": network.edge_length_m,
            "bridge": network.edge_bridge,
            "tunnel": network.edge_tunnel,
            "level": network.edge_level,
            "x_cm": np.split(x_cm, cuts),
            "y_cm": np.split(y_cm, cuts),
        },
    )
    recorder.write_static(
        "building",
        {
            "building": np.arange(len(network.buildings)),
            "height_m": np.array([building.height_m for building in network.buildings]),
            "x_cm": [centimetres(building.x_m) for building in network.buildings],
            "y_cm": [centimetres(building.y_m) for building in network.buildings],
        },
    )
    junctions = network.junctions
    recorder.write_static(
        "junction",
        {
            "junction": np.arange(len(junctions)),
            "name": [junction.name for junction in junctions],
            "x_cm": centimetres([junction.x_m for junction in junctions]),
            "y_cm": centimetres([junction.y_m for junction in junctions]),
            "signalised": np.array([junction.signalised for junction in junctions], dtype=np.bool_),
            "approach_edge": [np.array(junction.approaches, dtype=np.int32) for junction in junctions],
            "approach_phase": [phase_of_edge[list(junction.approaches)] for junction in junctions],
        },
    )
