"""One deployment over a run's traffic: its devices, sites and links, joined. No physics here."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import simpy
from simpy.events import Event

from twin.eventlog.recorder import Recorder
from twin.kernel.clock import Phase, every
from twin.kernel.records import FrameBatch, RoadsideUnit
from twin.roadnet.projection import to_wgs84
from twin.scenario.scenario import Scenario
from twin.sensors.adaptation import RateControl
from twin.sensors.coverage import Stretches, stretches, write_coverage
from twin.sensors.dimensions import write_dimensions
from twin.sensors.faults import Change, DeviceFaults, device_rows
from twin.sensors.fleet import SensorFleet
from twin.sensors.light import sun_position
from twin.sensors.loop_fleet import LoopFleet
from twin.sensors.loop_reports import LoopReports
from twin.sensors.perceived import PERIOD_US as SECOND_US
from twin.sensors.perceived import Perceived
from twin.sensors.place_check import PlaceCheck
from twin.sensors.process import run_fleet, run_loops
from twin.sensors.sensing_attacks import SensingAttacks
from twin.sensors.site_lists import SiteLists
from twin.sensors.sites import Deployment
from twin.sensors.storeys import bridge_decks
from twin.simulation.connected import build_connected, build_judging, roadside_units
from twin.simulation.municipal import Municipal, build_municipal
from twin.simulation.preparation import Prepared, links_layout
from twin.simulation.reports import EdgeSpeeds, Reporting
from twin.simulation.security_layers import SecurityLayers, build_layers
from twin.simulation.services import build_services, service_processes
from twin.simulation.tier_log import log_ages
from twin.traffic.ground_truth import GroundTruth
from twin.traffic.process import Traffic
from twin.traffic.replay import Replay
from twin.units import to_us
from twin.v2x.platform.tiers import Tiers
from twin.v2x.queues.chain import Chain
from twin.v2x.queues.failover import Failover
from twin.v2x.queues.line_events import LineEvents
from twin.v2x.queues.process import STEP_US, link_process
from twin.v2x.services.platform import Services
from twin.v2x.stations import Layout, write_stations
from twin.v2x.topology import outages_of
from twin.v2x.vehicles.connected import PERIOD_US, ConnectedVehicles


@dataclass(frozen=True, slots=True)
class Sensing:
    """All parts of one deployment."""

    recorder: Recorder
    """Takes its tables, those of the traffic not among them."""
    fleets: tuple[SensorFleet, ...] = ()
    loops: tuple[LoopReports, ...] = ()
    """The loops in the roads, by rate and interval."""
    chain: Chain | None = None
    """What they report by; None without devices."""
    tiers: Tiers | None = None
    """What has become known where; None without devices."""
    reporting: Reporting | None = None
    """What hands reports on, where anybody listens."""
    perceived: Perceived | None = None
    """Who is perceived by whom; None without devices that see."""
    faults: DeviceFaults | None = None
    """What is wrong with which device; None without devices."""
    site_lists: SiteLists | None = None
    """What the sites make of their devices' lists; None where they do not fuse."""
    rates: RateControl | None = None
    """Which frames go out; None where all do."""
    connected: ConnectedVehicles | None = None
    """Vehicles that tell of themselves; None where none do."""
    services: Services | None = None
    """What acts back on connected vehicles; None where nothing does."""
    line_events: LineEvents | None = None
    """When lines are out, and who takes over then; None without devices."""
    layers: SecurityLayers | None = None
    """Who attacks devices, access, reports and reading, and what watches; None without devices."""
    municipal: Municipal | None = None
    """Parking, bridges, devices in roads; None until they are joined."""

    def finish(self, truth: GroundTruth, end_us: int) -> None:
        """Write what the end settles: the interval cut short, messages under way."""
        self.close_interval(end_us)
        if self.chain is not None:
            for loops in self.loops:
                loops.finish(truth, self.chain.send)
            self.chain.finish()
        if self.municipal is not None:
            self.municipal.finish(end_us)

    def close_interval(self, t_us: int) -> None:
        """Write what the sensors summed up over the interval that ends at ``t_us``, the frame of that instant not included."""
        for fleet in self.fleets:
            fleet.close_interval(t_us)
        if self.connected is not None:
            self.connected.close_interval(t_us)


def build_sensing(env: simpy.Environment, prepared: Prepared, traffic: Traffic | Replay, recorder: Recorder) -> Sensing:
    """Return the joined parts of a deployment and of the field devices beside it, with their dimensions already written."""
    sensors = _build_sensors(prepared, traffic, recorder)
    numbered = len(prepared.deployment.every_device) + len(roadside_units(prepared.scenario, prepared.deployment))
    return replace(sensors, municipal=build_municipal(env, prepared, traffic, recorder, numbered))


def _build_sensors(prepared: Prepared, traffic: Traffic | Replay, recorder: Recorder) -> Sensing:
    """Return the joined parts of a deployment alone."""
    scenario, network, deployment = prepared.scenario, prepared.network, prepared.deployment
    layout = _lay_out(prepared, recorder)
    site_mec = layout.site_mec
    units = roadside_units(scenario, deployment)
    write_dimensions(recorder, deployment, site_mec.tolist(), scenario.deployment.costs, units)
    if not deployment.every_device and scenario.connected is None:
        return Sensing(recorder)
    layers = build_layers(prepared, (*deployment.every_device, *units), recorder)
    chain, line_events = _chain(scenario, deployment, layout, layers)
    hops = [hop.name for hop in chain.hops]
    tiers = Tiers(len(deployment.every_device) + len(units), to_us(scenario.links.forgotten_after_s), hops)
    chain.on_delivery = layers.gate(tiers.on_delivery)
    reporting = _reporting(prepared, traffic, tiers)
    faults = _faults(scenario, deployment, recorder)
    loops = _loops(prepared, recorder, faults, layers)
    perceived = Perceived(recorder, tiers) if deployment.devices or units else None
    joined = Sensing(recorder, (), loops, chain, tiers, reporting, perceived, faults, line_events=line_events, layers=layers)
    if not deployment.devices:
        connected = _connected(prepared, units, layout, recorder, tiers, None)
        services = build_services(prepared, traffic, units, connected, tiers, recorder)
        return replace(joined, connected=connected, services=services)
    site_lists = None
    if scenario.fusion is not None:
        places = _places(scenario, deployment)
        site_lists = SiteLists(scenario.fusion, len(deployment.sites), deployment.devices, recorder, places)
    rates = RateControl(scenario.adaptation, len(deployment.devices)) if scenario.adaptation.reduce_rate else None
    fleets = _fleets(prepared, recorder, perceived, faults, site_lists, layers.sensing)
    layers.compare_devices(fleets, site_lists)
    in_sight = stretches(network, [fleet.outlook for fleet in fleets], scenario.coverage)
    write_coverage(recorder, in_sight)
    connected = _connected(prepared, units, layout, recorder, tiers, in_sight)
    services = build_services(prepared, traffic, units, connected, tiers, recorder)
    return replace(joined, fleets=fleets, site_lists=site_lists, rates=rates, connected=connected, services=services)


def _connected(
    prepared: Prepared,
    units: Sequence[RoadsideUnit],
    layout: Layout,
    recorder: Recorder,
    tiers: Tiers,
    in_sight: Stretches | None,
) -> ConnectedVehicles | None:
    judging = build_judging(prepared, units, recorder, in_sight)
    if judging is not None:
        tiers.listeners["edge"].append(judging[1].hear)
    return build_connected(prepared, units, layout, recorder, tiers, None if judging is None else judging[0])


def start_sensing(env: simpy.Environment, sensing: Sensing, scenario: Scenario, traffic: Traffic | Replay) -> None:
    """Start every process of a deployment: who reports to whom is decided here."""
    now = _once_an_instant(env, traffic)

    def send(batch: FrameBatch) -> None:
        if sensing.tiers is not None:
            sensing.tiers.send(batch)
        if sensing.chain is not None:
            sensing.chain.send(batch)

    def deliver(batch: FrameBatch) -> None:
        if sensing.rates is not None and sensing.chain is not None:
            batch = batch.chosen(sensing.rates.sends(batch.device, batch.frame, sensing.chain.site_queue[batch.device]))
        send(batch)

    _start_devices(env, sensing, scenario, now, deliver)
    _start_links(env, sensing, scenario, now)
    for process in _acting(env, sensing, scenario, traffic, now, send):
        env.process(process)
    interval_us = to_us(scenario.log.interval_s)
    env.process(every(env, interval_us, Phase.CONTROL, sensing.close_interval, first_us=interval_us))
    if sensing.municipal is not None:
        sensing.municipal.start(env, scenario, traffic)


def _once_an_instant(env: simpy.Environment, traffic: Traffic | Replay) -> Callable[[], GroundTruth]:
    """Return what gives the vehicles of the present instant; from the sensors' phase on they do not change within one."""
    last: list[GroundTruth] = []

    def now() -> GroundTruth:
        if not last or last[0].t_us != int(env.now):
            last[:] = [traffic.now(int(env.now))]
        return last[0]

    return now


def _acting(
    env: simpy.Environment,
    sensing: Sensing,
    scenario: Scenario,
    traffic: Traffic | Replay,
    now: Callable[[], GroundTruth],
    send: Callable[[FrameBatch], None],
) -> Iterator[Generator[Event, None, None]]:
    """Return the processes of those who act beside the sensors: connected vehicles, services for them, attackers, clients."""
    connected, services, layers = sensing.connected, sensing.services, sensing.layers
    if connected is not None:
        yield every(env, PERIOD_US, Phase.SENSORS, lambda _: send(connected.step(now())))
    if services is not None and isinstance(traffic, Traffic):
        yield from service_processes(env, services, scenario, traffic, now)
    if layers is not None and sensing.chain is not None:
        yield from layers.processes(env, sensing.chain.send)


def _start_links(env: simpy.Environment, sensing: Sensing, scenario: Scenario, now: Callable[[], GroundTruth]) -> None:
    """Let the links carry what is sent and the tiers hear what arrives, in time for those who act on it."""
    chain, tiers, recorder = sensing.chain, sensing.tiers, sensing.recorder
    if chain is None or tiers is None:
        return
    env.process(link_process(env, chain))
    for process in sensing.line_events.processes(env) if sensing.line_events is not None else ():
        env.process(process)
    for loops in sensing.loops:
        env.process(run_loops(env, loops, now, chain.send))
    heard_us = STEP_US if any(tiers.listeners.values()) else SECOND_US
    env.process(every(env, heard_us, Phase.PLATFORM, tiers.step))
    env.process(_log_ages(env, chain, tiers, recorder, to_us(scenario.log.age_period_s), now))
    for process in sensing.reporting.processes(env) if sensing.reporting is not None else ():
        env.process(process)


def _log_ages(
    env: simpy.Environment, chain: Chain, tiers: Tiers, recorder: Recorder, period_us: int, now: Callable[[], GroundTruth]
) -> Generator[Event, None, None]:
    """Return the process that samples how old the news of every vehicle is, before the tiers hear what has arrived."""
    number = itertools.count(1)

    def sample(t_us: int) -> None:
        chain.step(t_us)
        log_ages(recorder, tiers, now(), next(number), STEP_US)

    return every(env, period_us, Phase.LINKS, sample, first_us=period_us)


def _start_devices(
    env: simpy.Environment,
    sensing: Sensing,
    scenario: Scenario,
    now: Callable[[], GroundTruth],
    deliver: Callable[[FrameBatch], None],
) -> None:
    site_lists, perceived = sensing.site_lists, sensing.perceived
    for fleet in sensing.fleets:
        env.process(run_fleet(env, fleet, now, deliver))
    if sensing.faults is not None:
        for fault in sensing.faults.processes(env):
            env.process(fault)
    if scenario.self_check is not None:
        window_us = to_us(scenario.self_check.window_s)
        for fleet in sensing.fleets:
            env.process(every(env, window_us, Phase.CONTROL, fleet.close_check, first_us=window_us))
        if site_lists is not None:
            env.process(every(env, window_us, Phase.CONTROL, site_lists.close_check, first_us=window_us))
    if site_lists is not None:
        env.process(every(env, site_lists.period_us, Phase.LINKS, lambda _: site_lists.close(int(env.now))))
    if perceived is not None:
        second = every(env, SECOND_US, Phase.RECORDER, lambda _: perceived.close_second(now()), first_us=SECOND_US)
        env.process(second)


def _reporting(prepared: Prepared, traffic: Traffic | Replay, tiers: Tiers) -> Reporting | None:
    """Return what hands reports on to actuated signals and informed drivers; None where there are neither."""
    if isinstance(traffic, Replay) or not (traffic.listens_to_vehicles or traffic.listens_to_speeds):
        return None
    network, scenario = prepared.network, prepared.scenario
    spec = scenario.demand.rerouting
    speeds, period_us = EdgeSpeeds(network.edge_length_m, network.edge_speed_limit_mps, spec), to_us(spec.period_s)
    return Reporting(
        tiers,
        vehicles=(traffic.stop_line_m(), traffic.signals.report) if traffic.listens_to_vehicles else None,
        speeds=(speeds, period_us, traffic.inform) if traffic.listens_to_speeds else None,
    )


def _fleets(
    prepared: Prepared,
    recorder: Recorder,
    perceived: Perceived | None,
    faults: DeviceFaults | None,
    site_lists: SiteLists | None,
    attacks: SensingAttacks | None,
) -> tuple[SensorFleet, ...]:
    scenario, network, devices = prepared.scenario, prepared.network, prepared.deployment.devices
    lon_deg, lat_deg = to_wgs84(network.crs, network.origin_m, 0.0, 0.0)
    sun = sun_position(scenario.start, float(lon_deg), float(lat_deg))
    decks = bridge_decks(network, scenario.decks)
    periods = sorted({device.spec.period_us for device in devices})
    return tuple(
        SensorFleet(
            [device for device in devices if device.spec.period_us == period_us],
            network.buildings,
            scenario.weather,
            scenario.seed,
            recorder,
            observation_every_n_frames=scenario.log.observation_every_n_frames,
            tell_content=True,
            perceived=perceived,
            light=scenario.light,
            sun=sun,
            faults=faults,
            self_check=scenario.self_check,
            site_lists=site_lists,
            decks=decks,
            attacks=attacks,
        )
        for period_us in periods
    )


def _loops(prepared: Prepared, recorder: Recorder, faults: DeviceFaults, layers: SecurityLayers) -> tuple[LoopReports, ...]:
    scenario, network, deployment = prepared.scenario, prepared.network, prepared.deployment
    kinds = sorted({(loop.spec.period_us, loop.spec.interval_us) for loop in deployment.loops})
    alike = ([loop for loop in deployment.loops if (loop.spec.period_us, loop.spec.interval_us) == kind] for kind in kinds)
    edges, seed = network.edge_count, scenario.seed
    return tuple(LoopReports(LoopFleet(loops, edges, seed), recorder, faults, layers.loop_channel()) for loops in alike)


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


def _chain(scenario: Scenario, deployment: Deployment, layout: Layout, layers: SecurityLayers) -> tuple[Chain, LineEvents]:
    """Return what carries the messages, and what tells of its lines' outages, to those who take over among others."""
    names, sites = layers.on_the_lines()
    recorder = layers.message_recorder()
    mec, region = layout.site_mec, layout.mec_region
    outages = outages_of(scenario.links, [site.name for site in deployment.sites], mec, region)
    every_us = to_us(scenario.log.interval_s)
    spec, seed = scenario.links, scenario.seed
    chain = Chain.of_links(
        spec,
        names,
        sites,
        mec,
        seed,
        recorder,
        outages,
        mec_region=region,
        classes=1 if spec.served_first == "equal" else 2,
        interval_us=every_us,
        redirectable=spec.failover is not None,
    )
    if spec.served_first != "equal":
        of_vehicles = np.arange(len(names)) >= len(deployment.every_device)
        chain.usual_priority[of_vehicles != (spec.served_first == "vehicle_messages")] = 1
    events = LineEvents(outages, recorder)
    if spec.failover is not None:
        site_x_m, site_y_m = (np.array([getattr(site, name) for site in deployment.sites]) for name in ("x_m", "y_m"))
        away_m = np.hypot(*(layout.mec_xy_m.T[:, None, :] - np.stack((site_x_m, site_y_m))[:, :, None]))
        Failover(spec.failover, events, chain, away_m, mec, sites)
    return chain, events


def _lay_out(prepared: Prepared, recorder: Recorder) -> Layout:
    """Return where everything of the links stands, with table ``station`` written."""
    scenario, sites = prepared.scenario, prepared.deployment.sites
    layout = links_layout(scenario, prepared.network, prepared.deployment)
    rsus = [(site.name, site.x_m, site.y_m, int(layout.site_mec[site.number])) for site in sites if site.rsu]
    costs = scenario.deployment.costs
    write_stations(recorder, scenario.links, layout, rsus, {"rsu": costs.rsu.mid, "mec": costs.compute.mid})
    return layout
