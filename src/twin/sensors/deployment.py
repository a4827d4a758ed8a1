"""Deployments: which sites stand where, what they carry, and how they are numbered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from twin.errors import Problem, ScenarioError
from twin.messages import say
from twin.roadnet.road_network import RoadNetwork
from twin.sensors.costs import bill
from twin.sensors.deployment_spec import (
    DeploymentSpec,
    KitSpec,
    MountSpec,
    ScannedSpec,
    mounts_of,
)
from twin.sensors.loop import LoopSpec
from twin.sensors.loop_places import LoopDevice
from twin.sensors.mounts import Pose
from twin.sensors.placing import Placing, unknown_kit
from twin.sensors.radar_video import RadarVideoSpec
from twin.sensors.sites import Deployment, Device, Site


def check(spec: DeploymentSpec, network: RoadNetwork, base: Path = Path()) -> list[Problem]:
    """Return everything wrong with a deployment on this map; files are relative to ``base``.

    ``where`` is left empty for whoever knows the scenario file, but names file, row and column for cells of tables.
    """
    return Placing(spec, network, base).problems


def unknown_kits(spec: DeploymentSpec) -> list[Problem]:
    """Return the kits that sites, tables and rules name and that there are not: what can be said without a map."""
    named = [
        (f"deployment.{group}[{number}].kit", entry.kit)
        for group, entries in (("sites", spec.sites), ("tables", spec.tables), ("rules", spec.rules))
        for number, entry in enumerate(entries)
    ]
    return [unknown_kit(spec, kit, "", key) for key, kit in named if kit is not None and kit not in spec.kits]


def notices(spec: DeploymentSpec, network: RoadNetwork, base: Path = Path()) -> list[str]:
    """Return what a planner should know of a deployment although it can be run, one line each.

    A datum that fits better than the stated one, sites of tables in buildings or on one spot, places that rules left out.
    """
    placing = Placing(spec, network, base)
    found = placing.notices
    if spec.budget_cny is not None and not placing.problems:
        low, mid, high = (float(value) for value in bill(_placed(placing, spec), spec.costs).investment_cny)
        if mid > spec.budget_cny:
            found = [
                *found,
                say("deployment.budget", budget=spec.budget_cny / 1e4, low=low / 1e4, mid=mid / 1e4, high=high / 1e4),
            ]
    return found


def place(spec: DeploymentSpec, network: RoadNetwork, base: Path = Path()) -> Deployment:
    """Put a deployment on the map: given sites first, then the rows of tables, then junctions, bridges and roads by rule.

    Raise ScenarioError with every problem that ``check`` finds.
    """
    placing = Placing(spec, network, base)
    if placing.problems:
        raise ScenarioError(placing.problems)
    return _placed(placing, spec)


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
                if isinstance(device, LoopSpec):
                    continue
                nth = of_kind.get(device.kind, 0)
                of_kind[device.kind] = nth + 1
                own = device if height_m is None else device.model_copy(update={"mounting_height_m": height_m})
                name = f"{site.name}/{device.kind}-{nth}"
                for part_name, part, item in _parts(name, own):
                    heading_deg = (pose.heading_deg + part.heading_deg) % 360.0
                    yield Device(number, part_name, site.number, pose.x_m, pose.y_m, pose.level, heading_deg, part, item)
                    number += 1


def _parts(name: str, device: ScannedSpec | RadarVideoSpec) -> Iterator[tuple[str, ScannedSpec, str | None]]:
    """Yield what scans, and as what it is bought.

    A radar-video unit is a camera and a radar, joined again by whoever fuses what the site reports.
    """
    if isinstance(device, RadarVideoSpec):
        camera, radar = device.parts()
        yield f"{name}/camera", camera, device.kind
        yield f"{name}/radar", radar, ""
    else:
        yield name, device, None
