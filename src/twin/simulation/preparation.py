"""What is looked into before a scenario runs: everything that is wrong with it, and the parts that were found on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from twin.bridges.plan import plan_bridges
from twin.errors import MapError, Problem, ScenarioError, closest
from twin.messages import say
from twin.parking.facilities import Facilities
from twin.roadnet.cache import load_network
from twin.roadnet.lane_graph_cache import lane_graph_of
from twin.roadnet.road_network import RoadNetwork
from twin.scenario.load import Loaded
from twin.scenario.scenario import Scenario
from twin.sensors.deployment import Survey, survey, unknown_kits
from twin.sensors.fault_spec import unknown_devices
from twin.sensors.place_check import FEWEST_DEVICES, unjudged_sites
from twin.sensors.sites import Deployment
from twin.simulation.layer_problems import layer_problems
from twin.simulation.parking import place_parking
from twin.simulation.roads import road_problems
from twin.traffic.incidents import resolve_incidents
from twin.traffic.places import trip_ends
from twin.traffic.process import planned_signals
from twin.traffic.signal_plans import SignalDesign
from twin.traffic.trips import check_demand
from twin.v2x.stations import Layout, lay_out
from twin.v2x.topology import unknown_sites
from twin.v2x.topology_check import reach_problems, site_problems, topology_problems

PLANNED_BY: Final = ("demand", "signals", "replay", "seed")
"""Keys that decide over the plan of the signals on a map."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A scenario that can be run."""

    loaded: Loaded[Scenario]
    network: RoadNetwork
    survey: Survey
    """Its deployment on the map."""
    deployment: Deployment
    signals: SignalDesign | None
    """How its signals are planned; None where recorded trajectories are played."""
    facilities: Facilities | None = None
    """Where one can park; None where nobody does."""

    @property
    def scenario(self) -> Scenario:
        """What is simulated."""
        return self.loaded.spec

    @property
    def base(self) -> Path:
        """Folder that the scenario's files are relative to."""
        return self.loaded.path.parent

    @property
    def listens(self) -> bool:
        """Whether traffic can hear what is reported: signals that it changes, drivers that choose way, speed or space by it."""
        actuated = self.signals is not None and any((plan.least_us != plan.most_us).any() for plan in self.signals.plans)
        scenario = self.scenario
        advised = scenario.connected is not None and scenario.services.any
        if scenario.bridges is not None:
            return True
        ordered = scenario.parking is not None or scenario.roads is not None
        return scenario.replay is None and (actuated or advised or ordered or scenario.demand.informed_share > 0.0)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found out about a scenario beyond its own values."""

    problems: list[Problem]
    """What is wrong with its map and its places on the map; ``where`` is left to the loader, which knows the lines."""
    notices: list[str]
    """What a planner should know of it although it can be run, one line each."""
    network: RoadNetwork | None = None
    survey: Survey | None = None
    signals: SignalDesign | None = None
    facilities: Facilities | None = None


def prepare(loaded: Loaded[Scenario], notice: Callable[[str], None] = lambda _: None, like: Prepared | None = None) -> Prepared:
    """Look into a scenario and tell what a planner should know; raise ScenarioError with everything that is wrong with it.

    What it has in common with ``like``, deployment or plan of the signals, is taken from there.
    """
    found = look_into(loaded.spec, loaded.path.parent, like)
    for line in found.notices:
        notice(line)
    if found.problems or found.network is None or found.survey is None or found.survey.deployment is None:
        raise ScenarioError(loaded.placed(found.problems))
    return Prepared(loaded, found.network, found.survey, found.survey.deployment, found.signals, found.facilities)


def look_into(scenario: Scenario, base: Path, like: Prepared | None = None) -> Findings:
    """Return what there is to say of a scenario, whose files are relative to ``base``, and the parts found meanwhile."""
    try:
        network = load_network(base / scenario.map)
    except MapError as error:
        unreadable = Problem("", "map", str(error), "")
        return Findings([unreadable, *unknown_kits(scenario.deployment), *topology_problems(scenario.links)], [])
    alike = like if like is not None and like.network is network and like.base == base else None
    if alike is not None and alike.scenario.deployment == scenario.deployment:
        placed = alike.survey
    else:
        placed = survey(scenario.deployment, network, base)
    problems, notices = [*placed.problems, *topology_problems(scenario.links)], [*placed.notices]
    sound = len(problems) == len(placed.problems)
    if placed.deployment is not None:
        problems += [*_strangers(scenario, placed.deployment), *layer_problems(scenario, placed.deployment)]
        if sound:
            problems += _out_of_reach(scenario, network, placed.deployment)
        notices += _unjudged(scenario, placed.deployment)
    if alike is not None and all(getattr(scenario, key) == getattr(alike.scenario, key) for key in PLANNED_BY):
        signals = alike.signals
    else:
        wrong, signals = _traffic(scenario, network, base)
        problems += wrong
    problems += resolve_incidents(network, scenario.incidents)[1]
    if scenario.roads is not None:
        problems += road_problems(scenario.roads, network)
    parking = place_parking(scenario, network)
    problems, notices = problems + parking.problems, notices + parking.notices
    if scenario.bridges is not None:
        problems += plan_bridges(scenario.bridges, network)[1]
    return Findings(problems, notices, network, placed, signals, parking.facilities)


def _strangers(scenario: Scenario, deployment: Deployment) -> list[Problem]:
    """Return a problem for each device and site that faults and outages name and that is not there."""
    devices, sites = [device.name for device in deployment.every_device], [site.name for site in deployment.sites]
    missing = unknown_devices(scenario.faults, devices)
    problems = _not_there(missing, devices, "faults.scheduled[{}].device", "deployment.device")
    ways = scenario.connected.ways if scenario.connected is not None else ()
    direct = "pc5" in ways
    if scenario.services.any and not ways:
        words = say("connected.no_service.found"), say("connected.no_service.remedy")
        problems.append(Problem("", "services", *words))
    if "uu" in ways and scenario.links.uu is None:
        words = say("connected.no_network.found"), say("connected.no_network.remedy")
        problems.append(Problem("", "connected.ways", *words))
    if direct and not any(site.rsu for site in deployment.sites):
        words = say("connected.nobody_hears.found"), say("connected.nobody_hears.remedy")
        problems.append(Problem("", "connected.ways", *words))
    problems += site_problems(scenario.links, sites)
    return problems + _not_there(unknown_sites(scenario.links, sites), sites, "links.outages[{}].site", "deployment.site")


def links_layout(scenario: Scenario, network: RoadNetwork, deployment: Deployment) -> Layout:
    """Return where everything of the links stands and what it reports to."""
    names = [site.name for site in deployment.sites]
    x_m, y_m = (np.array([getattr(site, axis) for site in deployment.sites], np.float64) for axis in ("x_m", "y_m"))
    return lay_out(scenario.links, network, names, x_m, y_m)


def _out_of_reach(scenario: Scenario, network: RoadNetwork, deployment: Deployment) -> list[Problem]:
    """Return the sites that no MEC can be given to, of a topology that is sound for the rest."""
    if scenario.links.mec_reach_m is None:
        return []
    layout = links_layout(scenario, network, deployment)
    mec_xy_m = layout.mec_xy_m[layout.site_mec]
    away_m = [np.hypot(site.x_m - x_m, site.y_m - y_m) for site, (x_m, y_m) in zip(deployment.sites, mec_xy_m, strict=True)]
    return reach_problems(scenario.links, [site.name for site in deployment.sites], np.array(away_m))


def _not_there(missing: list[tuple[int, str]], known: list[str], key: str, words: str) -> list[Problem]:
    """Return a problem for each name that is none of ``known``, by its number in the list that ``key`` stands for."""

    def problem(number: int, name: str) -> Problem:
        meant = closest(name, known)
        remedy = say("remedy.did_you_mean", name=meant) if meant else say(f"{words}.remedy")
        return Problem("", key.format(number), say(f"{words}.found", name=name), remedy)

    return [problem(number, name) for number, name in missing]


def _unjudged(scenario: Scenario, deployment: Deployment) -> list[str]:
    if scenario.fusion is None or scenario.self_check is None:
        return []
    few = unjudged_sites([device.site for device in deployment.devices])
    return [say("deployment.unjudged", sites=few, of=len(deployment.sites), fewest=FEWEST_DEVICES)] if few else []


def _traffic(scenario: Scenario, network: RoadNetwork, base: Path) -> tuple[list[Problem], SignalDesign | None]:
    """Return what is wrong with demand and signals, and how the signals are planned."""
    problems = []
    ends = trip_ends(network)
    if scenario.demand.inflow_vph > 0.0 and not (ends.zones or (ends.entries and ends.exits)):
        problems.append(Problem("", "demand", say("map.no_way.found"), say("map.no_way.remedy")))
    wrong = check_demand(network, scenario.demand, base)
    if wrong or scenario.replay is not None:
        return problems + wrong, None
    plan = scenario.demand, scenario.signals, scenario.seed, base
    signals = planned_signals(network, lane_graph_of(network), *plan)
    return problems + signals.problems, signals
