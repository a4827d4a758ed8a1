"""Deployments: which sites stand where, what they carry, and how they are numbered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from twin.errors import Problem, ScenarioError
from twin.roadnet.road_network import Junction, RoadNetwork
from twin.sensors.lidar import LidarSpec
from twin.sensors.poles import CLEARANCE_M, MapFootprint, corner_of
from twin.spec import Spec

DeviceSpec = LidarSpec
"""The kinds of devices a kit may hold; a union discriminated on ``kind`` once there are several."""

Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^/\s]+$")]
"""A name without spaces and slashes."""


class SiteSpec(Spec):
    """One site given by its place."""

    name: Name
    """Name of the site, the beginning of its devices' ids; draws hang on it, so keep it when the site moves in the list."""

    lon_deg: Annotated[float, Field(ge=-180.0, le=180.0)]
    """Longitude, WGS-84."""

    lat_deg: Annotated[float, Field(ge=-90.0, le=90.0)]
    """Latitude, WGS-84."""

    kit: str
    """Which of ``kits`` the site carries."""

    heading_deg: Annotated[float, Field(ge=-360.0, le=360.0)] = 0.0
    """Compass bearing from which the headings of the kit's devices count."""

    level: Annotated[int, Field(ge=-5, le=5)] = 0
    """Vertical level of the road the site stands beside: 0 ground, 1 and up viaducts, negative tunnels. Its devices see
    vehicles of this level only."""


class SignalisedJunctionsRule(Spec):
    """One site at a corner of every signalised junction.

    The pole stands at the stop line of an approach, one metre outside its kerb on the right, and faces the junction's middle:
    of the widest approach whose corner is clear of buildings and carriageways. Its level is that approach's.
    """

    kind: Literal["signalised_junctions"]
    """Always ``signalised_junctions``."""

    kit: str
    """Which of ``kits`` each site carries."""

    prefix: Name = "junction"
    """Beginning of the sites' names; the number behind it is the smallest OpenStreetMap id of the junction's nodes."""


class DeploymentSpec(Spec):
    """All roadside sites of a scenario."""

    kits: dict[Name, Annotated[list[DeviceSpec], Field(min_length=1)]] = Field(default_factory=dict)
    """What a site can carry, by the kit's name."""

    sites: list[SiteSpec] = Field(default_factory=list)
    """Sites given one by one."""

    rules: list[SignalisedJunctionsRule] = Field(default_factory=list)
    """Sites placed by rule, after the given ones."""


@dataclass(frozen=True, slots=True)
class Site:
    """A pole or gantry, placed."""

    number: int
    name: str
    x_m: float
    """East of the map's origin."""
    y_m: float
    level: int
    heading_deg: float
    """Compass bearing from which the headings of its devices count."""
    junction: int | None
    """Junction it was placed at by rule; None for others."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device on its site."""

    number: int
    name: str
    """The id that draws hang on, as ``site/lidar-0``: the n-th device of its kind in the site's kit."""
    site: int
    x_m: float
    y_m: float
    level: int
    heading_deg: float
    """Compass bearing of the middle of its field of view."""
    spec: DeviceSpec


@dataclass(frozen=True, slots=True)
class Deployment:
    """Every site and every device; numbers are positions in these tuples."""

    sites: tuple[Site, ...]
    devices: tuple[Device, ...]


def check(spec: DeploymentSpec, network: RoadNetwork) -> list[Problem]:
    """Return everything wrong with a deployment on this map; ``where`` is left empty for whoever knows the file."""
    return _placed(spec, network)[1]


def place(spec: DeploymentSpec, network: RoadNetwork) -> Deployment:
    """Put a deployment on the map: given sites first, then those of each rule in the order of the junctions.

    Raise ScenarioError with every problem that ``check`` finds.
    """
    sites, problems = _placed(spec, network)
    if problems:
        raise ScenarioError(problems)
    devices: list[Device] = []
    for site, kit in sites:
        of_kind: dict[str, int] = {}
        for device in spec.kits[kit]:
            nth = of_kind.get(device.kind, 0)
            of_kind[device.kind] = nth + 1
            heading_deg = (site.heading_deg + device.heading_deg) % 360.0
            name = f"{site.name}/{device.kind}-{nth}"
            devices.append(Device(len(devices), name, site.number, site.x_m, site.y_m, site.level, heading_deg, device))
    return Deployment(tuple(site for site, _ in sites), tuple(devices))


def _placed(spec: DeploymentSpec, network: RoadNetwork) -> tuple[list[tuple[Site, str]], list[Problem]]:
    footprint = MapFootprint(network)
    problems = [*_unknown_kits(spec)]
    sites: list[tuple[Site, str]] = []
    first_use: dict[str, str] = {}

    def add(key: str, kit: str, site: Site) -> None:
        if site.name in first_use:
            found = f"site name {site.name!r} is already used by {first_use[site.name]}"
            problems.append(Problem("", key, found, "give each site a name of its own"))
        first_use.setdefault(site.name, key)
        sites.append((site, kit))

    xs, ys = footprint.local([s.lon_deg for s in spec.sites], [s.lat_deg for s in spec.sites])
    for i, (given, x_m, y_m) in enumerate(zip(spec.sites, xs, ys, strict=True)):
        key = f"deployment.sites[{i}]"
        problems.extend(_misplaced(given, key, float(x_m), float(y_m), footprint))
        add(
            f"{key}.name", given.kit, Site(len(sites), given.name, float(x_m), float(y_m), given.level, given.heading_deg, None)
        )
    for i, rule in enumerate(spec.rules):
        signalised = [junction for junction in network.junctions if junction.signalised]
        if not signalised:
            found = "the map has no signalised junction"
            problems.append(
                Problem("", f"deployment.rules[{i}]", found, "give sites one by one, or use a map with traffic signals")
            )
        for junction in signalised:
            add(f"deployment.rules[{i}]", rule.kit, _corner_site(len(sites), rule.prefix, junction, network, footprint))
    return sites, problems


def _unknown_kits(spec: DeploymentSpec) -> Iterator[Problem]:
    known = ", ".join(spec.kits) or "none"
    users = [(f"deployment.sites[{i}].kit", site.kit) for i, site in enumerate(spec.sites)]
    users += [(f"deployment.rules[{i}].kit", rule.kit) for i, rule in enumerate(spec.rules)]
    for key, kit in users:
        if kit not in spec.kits:
            yield Problem("", key, f"kit {kit!r} is not described", f"describe it under deployment.kits (known: {known})")


def _misplaced(given: SiteSpec, key: str, x_m: float, y_m: float, footprint: MapFootprint) -> Iterator[Problem]:
    if not footprint.covers(x_m, y_m):
        found = f"site {given.name!r} at {given.lon_deg}, {given.lat_deg} lies outside the map ({footprint.extent_text()})"
        yield Problem("", f"{key}.lon_deg", found, "check lon_deg and lat_deg (WGS-84, not swapped, not GCJ-02 or BD-09)")
    elif footprint.in_building(x_m, y_m):
        found = f"site {given.name!r} at {given.lon_deg}, {given.lat_deg} stands inside a building"
        yield Problem("", f"{key}.lon_deg", found, "move it beside the road")


def _corner_site(number: int, prefix: str, junction: Junction, network: RoadNetwork, footprint: MapFootprint) -> Site:
    corner = corner_of(junction, network, footprint)
    name = f"{prefix}-{min(int(network.node_osm[node]) for node in junction.nodes)}"
    return Site(number, name, corner.x_m, corner.y_m, corner.level, corner.heading_deg, junction.number)


__all__ = [
    "CLEARANCE_M",
    "Deployment",
    "DeploymentSpec",
    "Device",
    "DeviceSpec",
    "SignalisedJunctionsRule",
    "Site",
    "SiteSpec",
    "check",
    "place",
]
