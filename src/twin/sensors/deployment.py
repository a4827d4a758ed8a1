"""Deployments: which sites stand where, what they carry, and how they are numbered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from twin.errors import Problem, ScenarioError
from twin.messages import say
from twin.roadnet.road_network import RoadNetwork
from twin.sensors.costs import bill
from twin.sensors.deployment_spec import DeploymentSpec, KitSpec, MountSpec, mounts_of
from twin.sensors.loop_places import LoopDevice
from twin.sensors.mounting import MountedSpec
from twin.sensors.mounts import Pose
from twin.sensors.placing import Placing, unknown_kit
from twin.sensors.sites import Deployment, Device, Site


@dataclass(frozen=True, slots=True)
class Survey:
    """What came of putting a deployment on a map."""

    problems: list[Problem]
    """Everything wrong with it; ``where`` is left empty for whoever knows the scenario file, but names file, row and column
    for cells of tables."""
    notices: list[str]
    """What a planner should know although it can be run, one line each: a datum that fits better than the stated one, sites of
    tables in buildings or on one spot, places that rules left out, a budget that does not suffice."""
    deployment: Deployment | None
    """None where there are problems."""


def survey(spec: DeploymentSpec, network: RoadNetwork, base: Path = Path()) -> Survey:
    """Put a deployment on the map: given sites first, then the rows of tables, then junctions, bridges and roads by rule.

    Files are relative to ``base``.
    """
    placing = Placing(spec, network, base)
    if placing.problems:
        return Survey(placing.problems, placing.notices, None)
    deployment = _placed(placing, spec)
    return Survey([], [*placing.notices, *_over_budget(spec, deployment)], deployment)


def place(spec: DeploymentSpec, network: RoadNetwork, base: Path = Path()) -> Deployment:
    """Return the deployment that ``survey`` puts on the map; raise ScenarioError with every problem that it finds."""
    found = survey(spec, network, base)
    if found.deployment is None:
        raise ScenarioError(found.problems)
    return found.deployment


def _over_budget(spec: DeploymentSpec, deployment: Deployment) -> Iterator[str]:
    if spec.budget_cny is None:
        return
    low, mid, high = (float(value) / 1e4 for value in bill(deployment, spec.costs).investment_cny)
    if mid > spec.budget_cny / 1e4:
        yield say("deployment.budget", budget=spec.budget_cny / 1e4, low=low, mid=mid, high=high)


def unknown_kits(spec: DeploymentSpec) -> list[Problem]:
    """Return the kits that sites, tables and rules name and that there are not: what can be said without a map."""
    named = [
        (f"deployment.{group}[{number}].kit", entry.kit)
        for group, entries in (("sites", spec.sites), ("tables", spec.tables), ("rules", spec.rules))
        for number, entry in enumerate(entries)
    ]
    return [unknown_kit(spec, kit, "", key) for key, kit in named if kit is not None and kit not in spec.kits]


def _placed(placing: Placing, spec: DeploymentSpec) -> Deployment:
    sites: list[Site] = []
    removed: list[Site] = []
    devices: list[Device] = []
    loops: list[LoopDevice] = []
    for placed in placing.sites:
        site, kit = placed.site, spec.kits[placed.site.kit]
        mounted = [(mount, placing.poses_of(placed, mount)) for mount in mounts_of(kit)]
        poles = {pose.pole for _, places in mounted for pose in places}
        rsu, compute = (kit.rsu, kit.compute) if isinstance(kit, KitSpec) else (0, 0)
        if site.status == "removed":
            removed.append(replace(site, number=len(removed), poles=len(poles), rsu=rsu, compute=compute))
            continue
        site = replace(site, number=len(sites), poles=len(poles), rsu=rsu, compute=compute)
        sites.append(site)
        devices += _devices(site, mounted, placed.height_m, len(devices))
        loops += placing.loops(site, mounted)
    loops = [replace(loop, number=number) for number, loop in enumerate(loops, start=len(devices))]
    return Deployment(tuple(sites), tuple(devices), tuple(removed), tuple(loops))


def _devices(site: Site, mounted: list[tuple[MountSpec, list[Pose]]], height_m: float | None, first: int) -> Iterator[Device]:
    """Yield what scans at a site, numbered from ``first``: mount by mount, place by place, in the order of the kit."""
    of_kind: dict[str, int] = {}
    number = first
    for mount, places in mounted:
        for pose in places:
            for device in mount.devices:
                if not isinstance(device, MountedSpec):
                    continue
                nth = of_kind.get(device.kind, 0)
                of_kind[device.kind] = nth + 1
                own = device if height_m is None else device.model_copy(update={"mounting_height_m": height_m})
                name = f"{site.name}/{device.kind}-{nth}"
                for suffix, spec, item in own.parts():
                    heading_deg = (pose.heading_deg + spec.heading_deg) % 360.0
                    at = (site.number, pose.x_m, pose.y_m, pose.level, heading_deg)
                    yield Device(number, name + suffix, *at, spec, item)
                    number += 1
