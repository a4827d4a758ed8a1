"""Deployments: which sites stand where, what they carry, and how they are numbered."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from twin.errors import Problem, ScenarioError
from twin.messages import say
from twin.roadnet.datum import TITLES, convert
from twin.roadnet.road_axes import roads
from twin.roadnet.road_network import Junction, RoadNetwork
from twin.sensors import datum_fit
from twin.sensors.along_roads import Neighbourhood, chosen_roads, places_along
from twin.sensors.deployment_spec import (
    AlongRoadsRule,
    DeploymentSpec,
    DeviceSpec,
    Rule,
    SignalisedJunctionsRule,
    SiteSpec,
    SiteTableSpec,
)
from twin.sensors.poles import CLEARANCE_M, MapFootprint, corner_of
from twin.sensors.site_tables import GivenSite, SiteGroup, given_groups

MOST_TOLD = 20
"""So many sites of one table that lie outside the map are told one by one; the rest are counted."""


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


def check(spec: DeploymentSpec, network: RoadNetwork, base: Path = Path()) -> list[Problem]:
    """Return everything wrong with a deployment on this map; files are relative to ``base``.

    ``where`` is left empty for whoever knows the scenario file, but names file, row and column for cells of tables.
    """
    return _Placing(spec, network, base).problems


def unknown_kits(spec: DeploymentSpec) -> list[Problem]:
    """Return the kits that sites, tables and rules name and that there are not: what can be said without a map."""
    named = [
        (f"deployment.{group}[{number}].kit", entry.kit)
        for group, entries in (("sites", spec.sites), ("tables", spec.tables), ("rules", spec.rules))
        for number, entry in enumerate(entries)
    ]
    return [_unknown_kit(spec, kit, "", key) for key, kit in named if kit is not None and kit not in spec.kits]


def _unknown_kit(spec: DeploymentSpec, kit: str, where: str, key: str) -> Problem:
    known = ", ".join(spec.kits) or "-"
    return Problem(where, key, say("deployment.kit.found", kit=kit), say("deployment.kit.remedy", known=known))


def notices(spec: DeploymentSpec, network: RoadNetwork, base: Path = Path()) -> list[str]:
    """Return what a planner should know of a deployment although it can be run, one line each.

    A datum that fits better than the stated one, sites of tables in buildings or on one spot, places that rules left out.
    """
    return _Placing(spec, network, base).notices


def place(spec: DeploymentSpec, network: RoadNetwork, base: Path = Path()) -> Deployment:
    """Put a deployment on the map: given sites first, then the rows of tables, then junctions and roads by rule.

    Raise ScenarioError with every problem that ``check`` finds.
    """
    placing = _Placing(spec, network, base)
    if placing.problems:
        raise ScenarioError(placing.problems)
    devices: list[Device] = []
    for site, kit, height_m in placing.sites:
        of_kind: dict[str, int] = {}
        for device in spec.kits[kit]:
            nth = of_kind.get(device.kind, 0)
            of_kind[device.kind] = nth + 1
            heading_deg = (site.heading_deg + device.heading_deg) % 360.0
            name = f"{site.name}/{device.kind}-{nth}"
            own = device if height_m is None else device.model_copy(update={"mounting_height_m": height_m})
            devices.append(Device(len(devices), name, site.number, site.x_m, site.y_m, site.level, heading_deg, own))
    return Deployment(tuple(site for site, _, _ in placing.sites), tuple(devices))


class _Placing:
    """Places every site and gathers what is wrong or worth knowing on the way."""

    def __init__(self, spec: DeploymentSpec, network: RoadNetwork, base: Path) -> None:
        self.sites: list[tuple[Site, str, float | None]] = []
        self.notices: list[str] = []
        self._spec, self._network, self._footprint = spec, network, MapFootprint(network)
        self._first_use: dict[str, str] = {}
        self._placed = Neighbourhood()
        groups, self.problems = given_groups(spec, base)
        for group in groups:
            self._give(group)
        for number, rule in _in_order(spec.rules):
            key = f"deployment.rules[{number}]"
            self._kit(rule.kit, "", f"{key}.kit")
            if isinstance(rule, AlongRoadsRule):
                self._along_roads(rule, key)
            else:
                self._at_junctions(rule, key)

    def _add(self, site: Site, kit: str, height_m: float | None, where: str, key: str) -> None:
        first = self._first_use.get(site.name)
        if first is not None:
            found = say("deployment.name.found", name=site.name, first=first)
            self.problems.append(Problem(where, key, found, say("deployment.name.remedy")))
        self._first_use.setdefault(site.name, where or key)
        self.sites.append((replace(site, number=len(self.sites)), kit, height_m))

    def _kit(self, kit: str, where: str, key: str) -> None:
        if kit not in self._spec.kits:
            self.problems.append(_unknown_kit(self._spec, kit, where, key))

    def _give(self, group: SiteGroup) -> None:
        lon_deg = np.array([site.lon_deg for site in group.sites])
        lat_deg = np.array([site.lat_deg for site in group.sites])
        found = datum_fit.fit(lon_deg, lat_deg, group.crs, self._network)
        warning = datum_fit.notice(group.title, found, group.crs) if found is not None else None
        self.notices += [warning] if warning else []
        local = self._footprint.local(*convert(lon_deg, lat_deg, group.crs, "wgs84"))
        swapped = self._footprint.local(*convert(lat_deg, lon_deg, group.crs, "wgs84"))
        places = [(float(x_m), float(y_m)) for x_m, y_m in zip(*local, strict=True)]
        self.problems += _outside(group, places, list(zip(*swapped, strict=True)), self._footprint)
        self._in_buildings(group, places)
        kits_told: set[tuple[str, str]] = set()
        for given, (x_m, y_m) in zip(group.sites, places, strict=True):
            at = given.place("kit")
            if (at.where, at.key) not in kits_told:
                self._kit(given.kit, at.where, at.key)
                kits_told.add((at.where, at.key))
            at = given.place("name")
            site = Site(0, given.name, x_m, y_m, given.level, given.heading_deg, None)
            self._add(site, given.kit, given.height_m, at.where, at.key)
            if self._footprint.covers(x_m, y_m):
                self._placed.add(x_m, y_m, given.level)

    def _in_buildings(self, group: SiteGroup, places: list[tuple[float, float]]) -> None:
        inside = [site for site, (x_m, y_m) in zip(group.sites, places, strict=True) if self._footprint.in_building(x_m, y_m)]
        if group.table:
            self._notice_rows("deployment.buildings", group, inside)
            spots: dict[tuple[float, float], int] = {}
            for spot in places:
                spots[spot] = spots.get(spot, 0) + 1
            shared = [site for site, spot in zip(group.sites, places, strict=True) if spots[spot] > 1]
            self._notice_rows("deployment.same_spot", group, shared)
            return
        for site in inside:
            found = say("deployment.inside.found", name=site.name, lon=site.lon_deg, lat=site.lat_deg)
            at = site.place("lon")
            self.problems.append(Problem(at.where, at.key, found, say("deployment.inside.remedy")))

    def _notice_rows(self, key: str, group: SiteGroup, sites: list[GivenSite]) -> None:
        if sites:
            names = ", ".join(site.name for site in sites[:5]) + (", …" if len(sites) > 5 else "")
            self.notices.append(say(key, title=group.title, count=len(sites), total=len(group.sites), names=names))

    def _at_junctions(self, rule: SignalisedJunctionsRule, key: str) -> None:
        signalised = [junction for junction in self._network.junctions if junction.signalised]
        if not signalised:
            self.problems.append(Problem("", key, say("deployment.signals.found"), say("deployment.signals.remedy")))
        for junction in signalised:
            site = _corner_site(rule.prefix, junction, self._network, self._footprint)
            self._add(site, rule.kit, None, "", key)
            self._placed.add(site.x_m, site.y_m, site.level)

    def _along_roads(self, rule: AlongRoadsRule, key: str) -> None:
        known = list(roads(self._network))
        unknown = [i for i, name in enumerate(rule.names) if name not in known]
        for i in unknown:
            near = difflib.get_close_matches(rule.names[i], known, n=3, cutoff=0.4)
            remedy = (
                say("deployment.road.remedy_near", names=say("deployment.comma").join(near))
                if near
                else say("deployment.road.remedy")
            )
            found = say("deployment.road.found", name=rule.names[i])
            self.problems.append(Problem("", f"{key}.names[{i}]", found, remedy))
        if not unknown and not chosen_roads(rule, self._network):
            self.problems.append(Problem("", key, say("deployment.no_road.found"), say("deployment.no_road.remedy")))
        found_places, left_out = places_along(rule, self._network, self._footprint, self._placed)
        for place in found_places:
            site = Site(0, place.name, place.x_m, place.y_m, place.level, place.heading_deg, None)
            self._add(site, rule.kit, None, "", key)
        if any(left_out.values()):
            self.notices.append(_left_out_text(key, rule, len(found_places), left_out))


def _in_order(rules: list[Rule]) -> list[tuple[int, Rule]]:
    """Return the rules with their numbers, in an order that does not hang on the list's: junctions first, then roads.

    The spacing of rules along roads comes last, and wide before dense, so that another spacing leaves the order as it was.
    """

    def order(numbered: tuple[int, Rule]) -> tuple[bool, str, float, int]:
        number, rule = numbered
        along = isinstance(rule, AlongRoadsRule)
        spacing_m = rule.spacing_m if isinstance(rule, AlongRoadsRule) else 0.0
        return along, rule.model_dump_json(exclude={"spacing_m"}), -spacing_m, number

    return sorted(enumerate(rules), key=order)


def _outside(
    group: SiteGroup, places: list[tuple[float, float]], swapped: list[tuple[float, float]], footprint: MapFootprint
) -> Iterator[Problem]:
    """Yield the problems of sites outside the map; those of a table whose columns are swapped as one."""
    outside = [i for i, (x_m, y_m) in enumerate(places) if not footprint.covers(x_m, y_m)]
    exchanged = [i for i in outside if footprint.covers(float(swapped[i][0]), float(swapped[i][1]))]
    if group.table and len(exchanged) > 1 and len(exchanged) == len(group.sites):
        found = say("deployment.columns_swapped.found", count=len(exchanged))
        yield Problem(group.head.where, group.head.key, found, say("deployment.columns_swapped.remedy"))
        return
    told = outside[:MOST_TOLD] if group.table else outside
    for i in told:
        site = group.sites[i]
        at = site.place("lon")
        values = {"name": site.name, "lon": site.lon_deg, "lat": site.lat_deg, "extent": footprint.extent_text()}
        found = say("deployment.outside.found", **values)
        kind = "swapped" if i in exchanged else "outside"
        yield Problem(at.where, at.key, found, say(f"deployment.{kind}.remedy", crs=TITLES[site.crs]))
    if len(told) < len(outside):
        found = say("deployment.more_outside.found", count=len(outside) - len(told))
        yield Problem(group.head.where, group.head.key, found, say("deployment.outside.remedy", crs=TITLES[group.crs]))


def _corner_site(prefix: str, junction: Junction, network: RoadNetwork, footprint: MapFootprint) -> Site:
    corner = corner_of(junction, network, footprint)
    name = f"{prefix}-{min(int(network.node_osm[node]) for node in junction.nodes)}"
    return Site(0, name, corner.x_m, corner.y_m, corner.level, corner.heading_deg, junction.number)


def _left_out_text(key: str, rule: AlongRoadsRule, placed: int, left_out: Mapping[str, int]) -> str:
    reasons = [
        say(f"deployment.left_out.{why}", count=left_out[why], clear_of_m=rule.clear_of_m)
        for why in ("tunnel", "bridge", "near", "room")
        if left_out.get(why)
    ]
    return say("deployment.left_out", rule=key, placed=placed, reasons=say("deployment.comma").join(reasons))


__all__ = [
    "CLEARANCE_M",
    "AlongRoadsRule",
    "Deployment",
    "DeploymentSpec",
    "Device",
    "DeviceSpec",
    "SignalisedJunctionsRule",
    "Site",
    "SiteSpec",
    "SiteTableSpec",
    "check",
    "notices",
    "place",
]
