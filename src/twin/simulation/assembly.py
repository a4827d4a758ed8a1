"""Where the parts meet: builds traffic, fleets and links of a scenario and joins them. No physics here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import simpy

from twin.errors import MapError, Problem
from twin.eventlog.quantise import centimetres
from twin.eventlog.recorder import Recorder
from twin.kernel.clock import Phase, every
from twin.kernel.records import FrameBatch
from twin.messages import say
from twin.roadnet.cache import load_network
from twin.roadnet.lane_graph_cache import lane_graph_of
from twin.roadnet.projection import to_local, to_wgs84
from twin.roadnet.road_network import RoadNetwork
from twin.scenario.scenario import Scenario
from twin.scenario.wording import closest
from twin.sensors import deployment as deployments
from twin.sensors.adaptation import RateControl
from twin.sensors.coverage import stretches, write_coverage
from twin.sensors.dimensions import write_dimensions
from twin.sensors.fault_spec import unknown_devices
from twin.sensors.faults import Change, DeviceFaults, device_rows
from twin.sensors.fleet import SensorFleet
from twin.sensors.light import sun_position
from twin.sensors.loop_fleet import LoopFleet
from twin.sensors.loop_reports import LoopReports
from twin.sensors.perceived import PERIOD_US, Perceived
from twin.sensors.place_check import FEWEST_DEVICES, PlaceCheck, unjudged_sites
from twin.sensors.process import run_fleet, run_loops
from twin.sensors.site_lists import SiteLists
from twin.sensors.sites import Deployment
from twin.sensors.storeys import bridge_decks
from twin.simulation.reports import EdgeSpeeds, Reporting
from twin.traffic.incidents import resolve_incidents
from twin.traffic.places import trip_ends
from twin.traffic.process import Traffic, planned_signals
from twin.traffic.replay import Replay
from twin.traffic.trips import check_demand
from twin.traffic.vehicle_types import class_table
from twin.units import to_us
from twin.v2x.chain import Chain
from twin.v2x.process import STEP_US, link_process
from twin.v2x.topology import assign_mecs, nearest_mec, outages_of, unknown_sites

PROGRESS_US: Final = 1_000_000
"""Simulated time between two reports of progress."""


@dataclass(frozen=True, slots=True)
class World:
    """All parts of one run, joined and ready to start."""

    env: simpy.Environment
    traffic: Traffic | Replay
    deployment: Deployment
    fleets: tuple[SensorFleet, ...]
    chain: Chain | None
    recorder: Recorder
    interval_us: int
    reporting: Reporting | None = None
    """What hands reports on, where anybody listens."""
    perceived: Perceived | None = None
    """Who is perceived by whom; None without devices."""
    faults: DeviceFaults | None = None
    """What is wrong with which device; None without devices."""
    site_lists: SiteLists | None = None
    """What the sites make of their devices' lists; None where they do not fuse."""
    rates: RateControl | None = None
    """Which frames go out; None where all do."""
    loops: tuple[LoopReports, ...] = ()
    """The loops in the roads, by rate and interval."""

    def finish(self, end_us: int) -> None:
        """Move everybody up to the end; write what it settles: intervals cut short, messages under way, every trip."""
        self.traffic.step_to(end_us)
        self.traffic.log_interval(end_us)
        self.close_interval(end_us)
        if self.chain is not None:
            for loops in self.loops:
                loops.finish(self.traffic.now(end_us), self.chain.send)
            self.chain.finish()
        self.traffic.log_trips()

    def close_interval(self, t_us: int) -> None:
        """Write what the sensors summed up over the interval that ends at ``t_us``, the frame of that instant not included."""
        for fleet in self.fleets:
            fleet.close_interval(t_us)


def check(scenario: Scenario, base: Path) -> list[Problem]:
    """Return what is wrong with a scenario beyond its own values: its map, its places on the map.

    Paths are relative to ``base``. ``where`` of each problem is left to the loader, which knows the lines.
    """
    try:
        network = load_network(base / scenario.map)
    except MapError as error:
        unreadable = Problem(
            "", "map", str(error).rstrip("."), "name a readable OpenStreetMap file, relative to the scenario file"
        )
        return [unreadable, *deployments.unknown_kits(scenario.deployment)]
    problems = deployments.check(scenario.deployment, network, base)
    if not problems and (scenario.faults.scheduled or any(outage.site for outage in scenario.links.outages)):
        placed = deployments.place(scenario.deployment, network, base)
        devices, sites = [device.name for device in placed.every_device], [site.name for site in placed.sites]
        missing = unknown_devices(scenario.faults, devices)
        problems += _not_there(missing, devices, "faults.scheduled[{}].device", "fault.device")
        problems += _not_there(unknown_sites(scenario.links, sites), sites, "links.outages[{}].site", "outage.site")
    ends = trip_ends(network)
    if scenario.demand.inflow_vph > 0.0 and not (ends.zones or (ends.entries and ends.exits)):
        found = "the map has neither zones nor gates between which anyone could drive"
        problems.append(Problem("", "demand", found, "use a larger extract, or set inflow_vph to 0"))
    wrong = check_demand(network, scenario.demand, base)
    if not wrong and scenario.replay is None:
        wrong = planned_signals(
            network, lane_graph_of(network), scenario.demand, scenario.signals, scenario.seed, base
        ).problems
    return problems + wrong + resolve_incidents(network, scenario.incidents)[1]


def _not_there(missing: list[tuple[int, str]], known: list[str], key: str, words: str) -> list[Problem]:
    """Return a problem for each name that is none of ``known``, by its number in the list that ``key`` stands for."""

    def problem(number: int, name: str) -> Problem:
        meant = closest(name, known)
        remedy = say("remedy.did_you_mean", name=meant) if meant else say(f"{words}.remedy")
        return Problem("", key.format(number), say(f"{words}.found", name=name), remedy)

    return [problem(number, name) for number, name in missing]


def notices(scenario: Scenario, base: Path) -> list[str]:
    """Return what a planner should know of a scenario although it can be run, one line each; nothing where the map is bad."""
    try:
        network = load_network(base / scenario.map)
    except MapError:
        return []
    found = deployments.notices(scenario.deployment, network, base)
    if scenario.fusion is not None and scenario.self_check is not None:
        placed = deployments.place(scenario.deployment, network, base)
        few = unjudged_sites([device.site for device in placed.devices])
        if few:
            found = [*found, say("notice.places", sites=few, of=len(placed.sites), fewest=FEWEST_DEVICES)]
    return found


def build(scenario: Scenario, network: RoadNetwork, recorder: Recorder, base: Path = Path()) -> World:
    """Return the joined parts, with the run's dimensions already written; the scenario's files are relative to ``base``."""
    env = simpy.Environment(initial_time=0)
    duration_us = to_us(scenario.duration_s)
    traffic: Traffic | Replay
    if scenario.replay is not None:
        traffic = Replay(network, scenario.replay, class_table(scenario.demand.vehicle_types), recorder, base)
    else:
        traffic = Traffic(
            network,
            scenario.demand,
            scenario.signals,
            scenario.seed,
            duration_us,
            recorder,
            weather=scenario.weather,
            incidents=scenario.incidents,
            base=base,
        )
    deployment = deployments.place(scenario.deployment, network, base)
    site_mec = _site_mec(scenario, network, deployment)
    chain = _chain(scenario, deployment, site_mec, recorder) if deployment.every_device else None
    reporting = _reporting(env, scenario, network, traffic) if chain is not None else None
    if chain is not None:
        chain.on_delivery = reporting
    perceived = Perceived(recorder) if deployment.devices else None
    faults = _faults(scenario, deployment, recorder) if deployment.every_device else None
    site_lists = None
    if scenario.fusion is not None and deployment.devices:
        places = _places(scenario, deployment)
        site_lists = SiteLists(scenario.fusion, len(deployment.sites), deployment.devices, recorder, places)
    rates = RateControl(scenario.adaptation, len(deployment.devices)) if scenario.adaptation.reduce_rate else None
    fleets = _fleets(scenario, network, deployment, recorder, perceived, faults, site_lists, tell_content=reporting is not None)
    _write_network(recorder, network, traffic.phase_of_edge())
    traffic.write_vehicles()
    write_dimensions(recorder, deployment, site_mec.tolist(), scenario.deployment.costs)
    if fleets:
        write_coverage(recorder, stretches(network, [fleet.outlook for fleet in fleets], scenario.coverage))
    interval_us = to_us(scenario.log.interval_s)
    loops = _loops(scenario, network, deployment, recorder, faults)
    return World(
        env, traffic, deployment, fleets, chain, recorder, interval_us, reporting, perceived, faults, site_lists, rates, loops
    )


def start(world: World, scenario: Scenario) -> None:
    """Start every process: who reports to whom is decided here."""
    env, traffic = world.env, world.traffic
    traffic.start(env)

    def deliver(batch: FrameBatch) -> None:
        if world.rates is not None and world.chain is not None:
            batch = batch.chosen(world.rates.sends(batch.device, batch.frame, world.chain.site_queue[batch.device]))
        if world.reporting is not None:
            world.reporting.send(batch)
        if world.chain is not None:
            world.chain.send(batch)

    _start_sensors(world, scenario, deliver)
    if world.chain is not None:
        env.process(link_process(env, world.chain))
        for loops in world.loops:
            env.process(run_loops(env, loops, lambda: traffic.now(int(env.now)), world.chain.send))
    if world.reporting is not None:
        for process in world.reporting.processes(STEP_US):
            env.process(process)
    env.process(every(env, to_us(scenario.log.trajectory_period_s), Phase.RECORDER, traffic.log_trajectory))
    env.process(every(env, world.interval_us, Phase.RECORDER, traffic.log_interval, first_us=world.interval_us))
    env.process(every(env, world.interval_us, Phase.CONTROL, world.close_interval, first_us=world.interval_us))


def _start_sensors(world: World, scenario: Scenario, deliver: Callable[[FrameBatch], None]) -> None:
    env, traffic = world.env, world.traffic
    for fleet in world.fleets:
        env.process(run_fleet(env, fleet, lambda: traffic.now(int(env.now)), deliver))
    if world.faults is not None:
        for fault in world.faults.processes(env):
            env.process(fault)
    if scenario.self_check is not None:
        window_us = to_us(scenario.self_check.window_s)
        for fleet in world.fleets:
            env.process(every(env, window_us, Phase.CONTROL, fleet.close_check, first_us=window_us))
        if world.site_lists is not None:
            env.process(every(env, window_us, Phase.CONTROL, world.site_lists.close_check, first_us=window_us))
    site_lists = world.site_lists
    if site_lists is not None:
        env.process(every(env, site_lists.period_us, Phase.LINKS, lambda _: site_lists.close(int(env.now))))
    perceived = world.perceived
    if perceived is not None:
        second = every(
            env, PERIOD_US, Phase.RECORDER, lambda _: perceived.close_second(traffic.now(int(env.now))), first_us=PERIOD_US
        )
        env.process(second)


def _reporting(env: simpy.Environment, scenario: Scenario, network: RoadNetwork, traffic: Traffic | Replay) -> Reporting | None:
    """Return what hands reports on to actuated signals and informed drivers; None where there are neither."""
    if isinstance(traffic, Replay) or not (traffic.listens_to_vehicles or traffic.listens_to_speeds):
        return None
    speeds = EdgeSpeeds(network.edge_length_m, network.edge_speed_limit_mps)
    period_us = to_us(scenario.demand.rerouting.period_s)
    return Reporting(
        env,
        vehicles=(traffic.stop_line_m(), traffic.signals.report) if traffic.listens_to_vehicles else None,
        speeds=(speeds, period_us, traffic.inform) if traffic.listens_to_speeds else None,
    )


def _fleets(
    scenario: Scenario,
    network: RoadNetwork,
    deployment: Deployment,
    recorder: Recorder,
    perceived: Perceived | None,
    faults: DeviceFaults | None,
    site_lists: SiteLists | None,
    *,
    tell_content: bool,
) -> tuple[SensorFleet, ...]:
    lon_deg, lat_deg = to_wgs84(network.crs, network.origin_m, 0.0, 0.0)
    sun = sun_position(scenario.start, float(lon_deg), float(lat_deg))
    decks = bridge_decks(network, scenario.decks)
    periods = sorted({device.spec.period_us for device in deployment.devices})
    return tuple(
        SensorFleet(
            [device for device in deployment.devices if device.spec.period_us == period_us],
            network.buildings,
            scenario.weather,
            scenario.seed,
            recorder,
            observation_every_n_frames=scenario.log.observation_every_n_frames,
            tell_content=tell_content,
            perceived=perceived,
            light=scenario.light,
            sun=sun,
            faults=faults,
            self_check=scenario.self_check,
            site_lists=site_lists,
            decks=decks,
        )
        for period_us in periods
    )


def _loops(
    scenario: Scenario, network: RoadNetwork, deployment: Deployment, recorder: Recorder, faults: DeviceFaults | None
) -> tuple[LoopReports, ...]:
    kinds = sorted({(loop.spec.period_us, loop.spec.interval_us) for loop in deployment.loops})
    alike = ([loop for loop in deployment.loops if (loop.spec.period_us, loop.spec.interval_us) == kind] for kind in kinds)
    return tuple(LoopReports(LoopFleet(loops, network.edge_count, scenario.seed), recorder, faults) for loops in alike)


def _faults(scenario: Scenario, deployment: Deployment, recorder: Recorder) -> DeviceFaults:
    def write(change: Change) -> None:
        recorder.append("device", device_rows([change]))

    return DeviceFaults(scenario.faults, [device.name for device in deployment.every_device], scenario.seed, write)


def _places(scenario: Scenario, deployment: Deployment) -> PlaceCheck | None:
    """Return what watches over the places that devices of one site report; None where nobody watches."""
    if scenario.self_check is None:
        return None
    site, x_m, y_m = (np.array([getattr(one, name) for one in deployment.devices]) for name in ("site", "x_m", "y_m"))
    return PlaceCheck(scenario.self_check, site, x_m, y_m, recalibrate=scenario.adaptation.recalibrate)


def _chain(scenario: Scenario, deployment: Deployment, site_mec: npt.NDArray[np.int64], recorder: Recorder) -> Chain:
    names = [device.name for device in deployment.every_device]
    sites = np.array([device.site for device in deployment.every_device])
    outages = outages_of(scenario.links, [site.name for site in deployment.sites], site_mec)
    return Chain(scenario.links, names, sites, site_mec, scenario.seed, recorder, outages)


def _site_mec(scenario: Scenario, network: RoadNetwork, deployment: Deployment) -> npt.NDArray[np.int64]:
    x_m = np.array([site.x_m for site in deployment.sites])
    y_m = np.array([site.y_m for site in deployment.sites])
    mecs = scenario.links.mecs
    if not mecs:
        return assign_mecs(x_m, y_m, scenario.links.mec_sites_per_unit, scenario.links.mec_tile_m)[0]
    mec_x_m, mec_y_m = to_local(
        network.crs, network.origin_m, np.array([mec.lon_deg for mec in mecs]), np.array([mec.lat_deg for mec in mecs])
    )
    return nearest_mec(x_m, y_m, mec_x_m, mec_y_m)


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
