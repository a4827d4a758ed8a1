"""Buildings and places of a map."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.roadnet.defaults import BUILDING_HEIGHTS_M, STOREY_HEIGHT_M
from twin.roadnet.osm_elements import OsmFile
from twin.roadnet.road_network import Building, Floats, Place
from twin.roadnet.tags import Notices, Tags, first_number, parse_metres

Project = Callable[[list[float], list[float]], tuple[Floats, Floats]]
"""Longitudes and latitudes to local metres."""

_NOT_BUILT = ("no", "construction", "proposed", "demolished")
LOWEST_M, HIGHEST_M = 2.0, 700.0
"""Heights outside are mistakes in the map (the tallest tower of Guangzhou, its mast included, has 600 m)."""


def height_m(tags: Tags, notices: Notices) -> float:
    """Return ``height``, else ``building:levels`` x 3 m, else the default of the building's class."""
    height = parse_metres(tags.get("height"))
    if height is None and (levels := first_number(tags.get("building:levels", ""))):
        height = levels * STOREY_HEIGHT_M
    if height is None or not LOWEST_M <= height <= HIGHEST_M:
        notices.add("heights_assumed")
        return BUILDING_HEIGHTS_M.get(tags["building"], BUILDING_HEIGHTS_M["yes"])
    return height


def read_buildings(osm: OsmFile, project: Project, notices: Notices) -> tuple[Building, ...]:
    """Return buildings drawn as closed ways, or as relations of closed outer ways; courtyards are filled."""
    nodes = {way.number: way.nodes for way in osm.ways}
    outlines = [(way.nodes, way.tags) for way in osm.ways if "building" in way.tags]
    outlines += [(nodes[way], tags) for ways, tags in osm.outlines for way in ways if way in nodes]
    buildings = []
    for ring, tags in outlines:
        if tags["building"] in _NOT_BUILT:
            continue
        if len(ring) < 4 or ring[0] != ring[-1]:
            notices.add("open_outlines")
            continue
        x_m, y_m = project([osm.place[node][0] for node in ring], [osm.place[node][1] for node in ring])
        buildings.append(Building(x_m[:-1], y_m[:-1], height_m(tags, notices)))
    return tuple(buildings)


def _kind(tags: Tags) -> str | None:
    if tags.get("highway") == "bus_stop" or (tags.get("public_transport") == "platform" and tags.get("bus") == "yes"):
        return "bus_stop"
    return "car_park" if tags.get("amenity") == "parking" and tags.get("access") not in ("no", "private") else None


def read_places(osm: OsmFile, project: Project, notices: Notices) -> tuple[Place, ...]:
    """Return bus stops and car parks, drawn as nodes or as areas (their centre is the mean of the outline's nodes)."""
    found: list[tuple[Tags, tuple[int, ...]]] = [
        (tags, (node,)) for node, tags in sorted(osm.node_tags.items()) if node in osm.place
    ]
    found += [(way.tags, tuple(sorted(set(way.nodes)))) for way in osm.ways]
    places = []
    for tags, nodes in found:
        kind = _kind(tags)
        if kind is None:
            continue
        x_m, y_m = project([osm.place[node][0] for node in nodes], [osm.place[node][1] for node in nodes])
        capacity = int(first_number(tags.get("capacity", "")) or 0)
        if kind == "car_park" and not capacity:
            notices.add("car_parks_without_capacity")
        name = tags.get("name", "")
        places.append(Place(kind, name, round(float(np.mean(x_m)), 3), round(float(np.mean(y_m)), 3), capacity))
    return tuple(places)
