"""What is wrong with a topology: names, uplinks, circles, sites out of reach, permissions on what does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.errors import Problem, closest
from twin.eventlog.tables import TABLES
from twin.messages import say
from twin.v2x.platform.permissions import EVERY
from twin.v2x.region_spec import CENTRAL
from twin.v2x.topology import CLOUD_TO_CENTRAL, LinksSpec

Floats = npt.NDArray[np.float64]

NAMED_AT_MOST: Final = 5
"""Choice: as many sites are named in one message; the others are counted."""


def topology_problems(spec: LinksSpec) -> list[Problem]:
    """Return everything that is wrong with ``links`` as it stands, without a map; places in the file are left to the loader."""
    if not spec.regions:
        return [Problem("", "links.regions", say("links.regions.found"), say("remedy.items_least", bound=1))]
    return [
        *_repeated(spec),
        *_uplinks(spec),
        *_circles(spec),
        *_unplaced(spec),
        *_assigned(spec),
        *_outages(spec),
        *_readers(spec),
    ]


def site_problems(spec: LinksSpec, site_names: Sequence[str]) -> list[Problem]:
    """Return the sites that ``links.sites`` names and that there are not."""
    return [
        _unknown(f"links.sites.{site}", site, site_names, "deployment.site") for site in spec.sites if site not in site_names
    ]


def reach_problems(spec: LinksSpec, site_names: Sequence[str], distance_m: Floats) -> list[Problem]:
    """Return a problem when sites are out of reach; ``distance_m`` (sites,) is the way from each to the MEC it was given.

    A site that ``links.sites`` names has a line, however long.
    """
    if spec.mec_reach_m is None:
        return []
    far = [n for n, name in enumerate(site_names) if distance_m[n] > spec.mec_reach_m and name not in spec.sites]
    if not far:
        return []
    named = ", ".join(f"{site_names[n]} ({distance_m[n]:.0f} m)" for n in far[:NAMED_AT_MOST])
    more = ", …" if len(far) > NAMED_AT_MOST else ""
    found = say("links.unreachable.found", count=len(far), of=len(site_names), reach_m=spec.mec_reach_m, names=named + more)
    return [Problem("", "links.mec_reach_m", found, say("links.unreachable.remedy"))]


def _unknown(key: str, name: str, known: Iterable[str], words: str) -> Problem:
    """Return the problem of a name that is none of ``known``, with the likeliest that was meant."""
    names = list(known)
    meant = closest(name, names)
    remedy = say("remedy.did_you_mean", name=meant) if meant else say(f"{words}.remedy", names=", ".join(names))
    return Problem("", key, say(f"{words}.found", name=name), remedy)


def _region_names(spec: LinksSpec) -> list[str]:
    return [region.name for region in spec.regions]


def _repeated(spec: LinksSpec) -> list[Problem]:
    """Return the names that were used before, MECs' among themselves left to the model."""
    taken = {CENTRAL}
    problems = []
    mecs = {mec.name for mec in spec.mecs}
    for group, names in (("regions", _region_names(spec)), ("base_stations", [one.name for one in spec.base_stations])):
        for number, name in enumerate(names):
            if name in taken or name in mecs:
                key = f"links.{group}[{number}].name"
                problems.append(Problem("", key, say("links.name.found", name=name), say("links.name.remedy")))
            taken.add(name)
    return problems


def _uplinks(spec: LinksSpec) -> list[Problem]:
    """Return uplinks and outages that name a region that there is not."""
    regions = _region_names(spec)
    named = [(f"links.regions[{n}].uplink", one.uplink, [CENTRAL, *regions]) for n, one in enumerate(spec.regions)]
    named += [(f"links.mecs[{n}].uplink", one.uplink, regions) for n, one in enumerate(spec.mecs) if one.uplink]
    named += [
        (f"links.base_stations[{n}].uplink", one.uplink, regions) for n, one in enumerate(spec.base_stations) if one.uplink
    ]
    named += [(f"links.outages[{n}].region", one.region, regions) for n, one in enumerate(spec.outages) if one.region]
    return [_unknown(key, name, known, "links.region") for key, name, known in named if name not in known]


def _circles(spec: LinksSpec) -> list[Problem]:
    """Return each circle of uplinks once, at the first of its regions."""
    number = {region.name: n for n, region in reversed(list(enumerate(spec.regions)))}
    settled: set[str] = {CENTRAL}
    problems = []
    for region in spec.regions:
        way: list[str] = []
        name = region.name
        while name in number and name not in settled and name not in way:
            way.append(name)
            name = spec.regions[number[name]].uplink
        if name in way:
            circle = way[way.index(name) :]
            key = f"links.regions[{min(number[one] for one in circle)}].uplink"
            found = say("links.cycle.found", circle=" -> ".join([*circle, name]))
            problems.append(Problem("", key, found, say("links.cycle.remedy")))
        settled.update(way)
    return problems


def _unplaced(spec: LinksSpec) -> list[Problem]:
    """Return a problem when somebody reports to the nearest of several regions, and one of these has no place."""
    without = [number for number, region in enumerate(spec.regions) if not region.placed]
    named = [mec.uplink for mec in spec.mecs] + [base.uplink for base in spec.base_stations]
    grid = not spec.base_stations and spec.uu is not None
    by_place = not spec.mecs or grid or not all(named)
    if len(spec.regions) < 2 or not without or not by_place:
        return []
    found = say("links.unplaced.found", names=", ".join(spec.regions[number].name for number in without))
    return [Problem("", f"links.regions[{without[0]}]", found, say("links.unplaced.remedy"))]


def _assigned(spec: LinksSpec) -> list[Problem]:
    """Return the sites that are given a MEC that there is not."""
    mecs = [mec.name for mec in spec.mecs]
    words = "links.mec"
    problems = [
        _unknown(f"links.sites.{site}", mec, mecs, words) for site, mec in spec.sites.items() if mecs and mec not in mecs
    ]
    if not mecs:
        problems += [
            Problem("", f"links.sites.{site}", say("links.mec.found", name=mec), say("links.mec.none"))
            for site, mec in spec.sites.items()
        ]
    return problems


def _outages(spec: LinksSpec) -> list[Problem]:
    """Return the outages of a line to the central cloud where there is none."""
    if spec.cloud_to_central is not None:
        return []
    return [
        Problem("", f"links.outages[{n}].hop", say("links.outage.none"), say("links.outage.remedy"))
        for n, outage in enumerate(spec.outages)
        if outage.hop == CLOUD_TO_CENTRAL
    ]


def _readers(spec: LinksSpec) -> list[Problem]:
    """Return regions and tables that permissions name and that there are not."""
    problems = []
    regions = [*_region_names(spec), CENTRAL]
    for number, entry in enumerate(spec.permissions):
        key = f"links.permissions[{number}]"
        for n, name in enumerate(entry.regions):
            if name != EVERY and name not in regions:
                problems.append(_unknown(f"{key}.regions[{n}]", name, regions, "links.region"))
        for n, name in enumerate(entry.tables):
            if name != EVERY and name not in TABLES:
                problems.append(_unknown(f"{key}.tables[{n}]", name, TABLES, "links.table"))
    return problems
