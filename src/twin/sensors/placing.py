"""How given sites, tables and rules become places: every site once, in a fixed order, with what is wrong or worth knowing."""

from __future__ import annotations

import difflib
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from twin.errors import Problem, closest
from twin.messages import say
from twin.roadnet.datum import TITLES, convert
from twin.roadnet.road_axes import roads
from twin.roadnet.road_network import Junction, RoadNetwork
from twin.sensors import datum_fit
from twin.sensors.along_roads import Neighbourhood, Place, chosen_roads, places_along
from twin.sensors.deployment_spec import (
    AlongRoadsRule,
    BridgesAndRampsRule,
    DeploymentSpec,
    KitSpec,
    MountSpec,
    Rule,
    SignalisedJunctionsRule,
    mounts_of,
)
from twin.sensors.kinds import DeviceSpec
from twin.sensors.loop import LoopSpec
from twin.sensors.loop_places import ROAD_REACH_M, LoopDevice, LoopGround, Spot
from twin.sensors.mounts import Pose, chosen, poses
from twin.sensors.poles import MapFootprint, corner_of
from twin.sensors.site_tables import GivenSite, SiteGroup, given_groups
from twin.sensors.sites import Site
from twin.sensors.structures import places_on_structures

MOST_TOLD = 20
"""So many sites of one table that lie outside the map are told one by one; the rest are counted."""

JUNCTION_REACH_M = 60.0
"""A given site this near to a junction may carry a kit for the junction's corners. Assumption: half of the widest junction, and
the stop lines' distance from it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A site with what its devices need to know of it."""

    site: Site
    height_m: float | None
    junction: int | None
    """Junction whose corners its kit may use: its rule's, or the nearest to a given site."""


class Placing:
    """Places every site and gathers what is wrong or worth knowing on the way."""

    def __init__(self, spec: DeploymentSpec, network: RoadNetwork, base: Path) -> None:
        self.sites: list[Placed] = []
        self.notices: list[str] = []
        self._spec, self._network, self._footprint = spec, network, MapFootprint(network)
        self._first_use: dict[str, str] = {}
        self._placed = Neighbourhood()
        self._unfit: set[tuple[str, str]] = set()
        groups, self.problems = given_groups(spec, base)
        for group in groups:
            self._give(group)
        for number, rule in _in_order(spec.rules):
            key = f"deployment.rules[{number}]"
            self._kit(rule.kit, "", f"{key}.kit")
            if isinstance(rule, AlongRoadsRule):
                self._along_roads(rule, key)
            elif isinstance(rule, BridgesAndRampsRule):
                self._on_structures(rule, key)
            else:
                self._at_junctions(rule, key)
        self._remove()

    def poses_of(self, placed: Placed, mount: MountSpec) -> list[Pose]:
        """Return the places of a mount at a site; empty where it needs a junction and there is none."""
        site = placed.site
        if mount.at == "site":
            return [Pose(site.x_m, site.y_m, site.level, site.heading_deg, 0)]
        if placed.junction is None:
            return []
        found = poses(self._network.junctions[placed.junction], self._network, self._footprint, (site.x_m, site.y_m))
        return chosen(found[mount.at], mount.which)

    def loops(self, site: Site, mounted: list[tuple[MountSpec, list[Pose]]]) -> Iterator[LoopDevice]:
        """Yield the loops of a site, not numbered yet, named mount by mount, place by place, in the order of the kit.

        An approach without lanes (inside of another junction) gets none.
        """
        number = itertools.count()
        for mount, places in mounted:
            for pose, spec in itertools.product(places, mount.devices):
                if not isinstance(spec, LoopSpec):
                    continue
                name = f"{site.name}/loop-{next(number)}"
                if pose.edge is None:
                    spot = self._spot(site)
                    if spot is not None:
                        yield self._ground.device(0, name, site.number, spec, spot.edge, spot.s_m)
                elif self._ground.has_lanes(pose.edge):
                    stop_m = self._ground.stop_line_m(pose.edge)
                    yield self._ground.device(0, name, site.number, spec, pose.edge, stop_m)

    @cached_property
    def _ground(self) -> LoopGround:
        return LoopGround(self._network)

    def _spot(self, site: Site) -> Spot | None:
        """Return the place on the road beside a site, however far."""
        return self._ground.beside(site.x_m, site.y_m, site.level)

    def _find_road(self, site: Site, where: str, key: str) -> None:
        """Note that a kit's loops have no road beside a site."""
        spot = self._spot(site)
        if spot is not None and spot.away_m <= ROAD_REACH_M:
            return
        values = {"kit": site.kit, "name": site.name, "level": site.level}
        found = (
            say("deployment.loop.nowhere", **values)
            if spot is None
            else say("deployment.loop.found", away_m=spot.away_m, **values)
        )
        self.problems.append(Problem(where, key, found, say("deployment.loop.remedy", reach_m=ROAD_REACH_M)))

    def _remove(self) -> None:
        """Mark the sites that the deployment's list of removed ones names."""
        names = {placed.site.name for placed in self.sites}
        for i, name in enumerate(self._spec.removed):
            if name not in names:
                near = closest(name, names)
                remedy = say("remedy.did_you_mean", name=near) if near else say("deployment.removed.remedy")
                found = say("deployment.removed.found", name=name)
                self.problems.append(Problem("", f"deployment.removed[{i}]", found, remedy))
        gone = set(self._spec.removed)
        self.sites = [
            replace(placed, site=replace(placed.site, status="removed")) if placed.site.name in gone else placed
            for placed in self.sites
        ]

    def _near_junction(self, x_m: float, y_m: float) -> int | None:
        """Return the nearest junction within reach of a given site, signalised or not."""
        near = min(
            self._network.junctions, key=lambda junction: math.hypot(junction.x_m - x_m, junction.y_m - y_m), default=None
        )
        if near is None or math.hypot(near.x_m - x_m, near.y_m - y_m) > JUNCTION_REACH_M:
            return None
        return near.number

    def _add(self, site: Site, height_m: float | None, where: str, key: str, *, given: bool = False) -> None:
        first = self._first_use.get(site.name)
        if first is not None:
            found = say("deployment.name.found", name=site.name, first=first)
            self.problems.append(Problem(where, key, found, say("deployment.name.remedy")))
        self._first_use.setdefault(site.name, where or key)
        kit = self._spec.kits.get(site.kit)
        junction = site.junction
        if kit is not None and any(mount.at != "site" for mount in mounts_of(kit)):
            junction = self._near_junction(site.x_m, site.y_m) if given else junction
            if junction is None and (site.kit, key if not given else site.name) not in self._unfit:
                self._unfit.add((site.kit, key if not given else site.name))
                found = say("deployment.corners.found", kit=site.kit, name=site.name)
                remedy = say("deployment.corners.remedy", reach_m=JUNCTION_REACH_M)
                self.problems.append(Problem(where, key, found, remedy))
        if kit is not None and _loops_beside(kit) and self._footprint.covers(site.x_m, site.y_m):
            self._find_road(site, where, key)
        self.sites.append(Placed(site, height_m, junction))

    def _kit(self, kit: str, where: str, key: str) -> None:
        if kit not in self._spec.kits:
            self.problems.append(unknown_kit(self._spec, kit, where, key))

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
            site = Site(0, given.name, x_m, y_m, given.level, given.heading_deg, None, given.kit, given.status)
            self._add(site, given.height_m, at.where, at.key, given=True)
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
            site = _corner_site(rule, junction, self._network, self._footprint)
            self._add(site, None, "", key)
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
            self._add_place(place, rule, key)
        if any(left_out.values()):
            self.notices.append(_left_out_text(key, rule, len(found_places), left_out))

    def _on_structures(self, rule: BridgesAndRampsRule, key: str) -> None:
        found_places, left_out, structures = places_on_structures(rule, self._network, self._footprint, self._placed)
        if not structures:
            found = say("deployment.structures.found", least_m=rule.least_m)
            self.problems.append(Problem("", key, found, say("deployment.structures.remedy")))
        for place in found_places:
            self._add_place(place, rule, key)
        if any(left_out.values()):
            self.notices.append(_left_out_text(key, rule, len(found_places), left_out))

    def _add_place(self, place: Place, rule: AlongRoadsRule | BridgesAndRampsRule, key: str) -> None:
        at = (place.x_m, place.y_m, place.level, place.heading_deg)
        self._add(Site(0, place.name, *at, None, rule.kit, rule.status), None, "", key)


def _in_order(rules: list[Rule]) -> list[tuple[int, Rule]]:
    """Return the rules with their numbers, in an order that does not hang on the list's: junctions, structures, then roads.

    The spacing of rules along roads and structures comes last, and wide before dense, so that another spacing leaves the order
    as it was.
    """
    kinds = ("signalised_junctions", "bridges_and_ramps", "along_roads")

    def order(numbered: tuple[int, Rule]) -> tuple[int, str, float, int]:
        number, rule = numbered
        spacing_m = 0.0 if isinstance(rule, SignalisedJunctionsRule) else rule.spacing_m
        return kinds.index(rule.kind), rule.model_dump_json(exclude={"spacing_m", "status"}), -spacing_m, number

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


def _corner_site(rule: SignalisedJunctionsRule, junction: Junction, network: RoadNetwork, footprint: MapFootprint) -> Site:
    corner = corner_of(junction, network, footprint)
    name = f"{rule.prefix}-{min(int(network.node_osm[node]) for node in junction.nodes)}"
    at = (corner.x_m, corner.y_m, corner.level, corner.heading_deg)
    return Site(0, name, *at, junction.number, rule.kit, rule.status)


def _left_out_text(key: str, rule: AlongRoadsRule | BridgesAndRampsRule, placed: int, left_out: Mapping[str, int]) -> str:
    reasons = [
        say(f"deployment.left_out.{why}", count=left_out[why], clear_of_m=rule.clear_of_m)
        for why in ("tunnel", "bridge", "near", "room")
        if left_out.get(why)
    ]
    return say("deployment.left_out", rule=key, placed=placed, reasons=say("deployment.comma").join(reasons))


def unknown_kit(spec: DeploymentSpec, kit: str, where: str, key: str) -> Problem:
    """Return the problem of a kit that is named but not there."""
    known = ", ".join(spec.kits) or "-"
    return Problem(where, key, say("deployment.kit.found", kit=kit), say("deployment.kit.remedy", known=known))


def _loops_beside(kit: list[DeviceSpec] | KitSpec) -> bool:
    """Tell whether a kit has loops in the road beside its site."""
    return any(isinstance(device, LoopSpec) for mount in mounts_of(kit) if mount.at == "site" for device in mount.devices)
