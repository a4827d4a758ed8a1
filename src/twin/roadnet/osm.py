"""Reading a map: OpenStreetMap data through OSMnx into a ``RoadNetwork``. Only this module and ``fetch`` import OSMnx."""

from __future__ import annotations

import itertools
import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from twin.errors import MapError
from twin.messages import say
from twin.roadnet.assembly import Arc, assemble
from twin.roadnet.osm_elements import OsmFile
from twin.roadnet.osm_file import read_osm_file
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.tags import Notices, Road, read_road

if TYPE_CHECKING:
    import networkx as nx

WIDEST_KM = 300.0
"""Largest extent of a map. Half a UTM zone is some 300 km wide; farther from its meridian lengths are off by over 0.1 %."""
KM_PER_DEGREE = 111.2
SOUTHERNMOST_DEG, NORTHERNMOST_DEG = -80.0, 84.0
"""Where UTM ends."""
_WAY_TAGS = ["highway", "oneway", "signature"]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A road as it is drawn: its way and nodes."""

    way: int
    nodes: tuple[int, ...]
    road: Road


def read_osm(path: Path) -> RoadNetwork:
    """Return the road network, buildings and places of an OpenStreetMap file (OSM XML, plain or packed, or PBF).

    Raises ``MapError`` when the file is missing, is no OpenStreetMap data, is damaged, has no roads, or spans more than
    WIDEST_KM.
    """
    osm = read_osm_file(path)
    notices = Notices()
    if osm.clipped_ways:
        notices.add("clipped_roads", osm.clipped_ways)
    drawn = []
    for way in osm.ways:
        road = read_road(way.tags, notices)
        if road is not None:
            drawn.append(_Drawn(way.number, way.nodes, road))
    if not drawn:
        raise MapError(say("map.no_roads", file=path, ways=len(osm.ways)))
    _check_extent(path, osm, drawn)
    arcs = _arcs(_simplified(osm, drawn), drawn)
    return assemble(path.name, osm, arcs, notices)


def _check_extent(path: Path, osm: OsmFile, drawn: Sequence[_Drawn]) -> None:
    """Raise MapError where one UTM zone cannot hold the roads."""
    places = [osm.place[node] for road in drawn for node in road.nodes]
    west, east = min(lon for lon, _ in places), max(lon for lon, _ in places)
    south, north = min(lat for _, lat in places), max(lat for _, lat in places)
    if south < SOUTHERNMOST_DEG or north > NORTHERNMOST_DEG:
        raise MapError(say("map.polar", file=path, south=south, north=north))
    height_km = (north - south) * KM_PER_DEGREE
    width_km = (east - west) * KM_PER_DEGREE * math.cos(math.radians((south + north) / 2.0))
    if max(width_km, height_km) > WIDEST_KM:
        sides = {"west": west, "east": east, "south": south, "north": north}
        raise MapError(say("map.wide", file=path, width=width_km, height=height_km, limit=WIDEST_KM, **sides))


def _simplified(osm: OsmFile, drawn: Sequence[_Drawn]) -> nx.MultiDiGraph[int]:
    """Return OSMnx's graph, in which a node in the course of a road stays only where the road's attributes change."""
    import osmnx as ox

    with tempfile.TemporaryDirectory() as folder, quiet(ox, {"useful_tags_way": _WAY_TAGS, "useful_tags_node": []}):
        file = Path(folder) / "roads.osm"
        file.write_text("\n".join(_roads_only(osm, drawn)), encoding="utf-8")
        graph = ox.graph_from_xml(file, bidirectional=False, simplify=False, retain_all=True)
        return ox.simplify_graph(graph, edge_attrs_differ=["signature"], remove_rings=False, track_merged=True)


@contextmanager
def quiet(ox: Any, settings: Mapping[str, Any]) -> Iterator[None]:
    """Let OSMnx write no cache and no log, and use ``settings``; put its own settings back."""
    wanted = {"use_cache": False, "cache_only_mode": False, "log_file": False, "log_console": False, **settings}
    before = {key: getattr(ox.settings, key) for key in wanted}
    try:
        for key, value in wanted.items():
            setattr(ox.settings, key, value)
        yield
    finally:
        for key, value in before.items():
            setattr(ox.settings, key, value)


def _roads_only(osm: OsmFile, drawn: Sequence[_Drawn]) -> Iterator[str]:
    """Yield OSM XML with the roads alone. A way's id is its place in ``drawn``.

    The ``signature`` says what must agree for two ways to become one edge. Where the two directions differ, it holds the way's
    own number: such ways are never joined, since their drawing directions may be opposite.
    """
    yield '<osm version="0.6">'
    for node in sorted({node for way in drawn for node in way.nodes}):
        lon, lat = osm.place[node]
        yield f'<node id="{node}" lat="{lat!r}" lon="{lon!r}"/>'
    for index, way in enumerate(drawn):
        road = way.road
        one_way = road.forward or road.backward
        profile = (one_way, road.two_way) if road.symmetric or not road.two_way else index
        signature = repr((road.highway, road.name, road.bridge, road.tunnel, road.level, road.roundabout, profile))
        oneway = "no" if road.two_way else "yes" if road.forward else "-1"
        yield f'<way id="{index}">'
        yield from (f'<nd ref="{node}"/>' for node in way.nodes)
        yield from (
            f"<tag k={quoteattr(key)} v={quoteattr(value)}/>"
            for key, value in (("highway", road.highway), ("oneway", oneway), ("signature", signature))
        )
        yield "</way>"
    yield "</osm>"


def _arcs(graph: nx.MultiDiGraph[int], drawn: Sequence[_Drawn]) -> list[Arc]:
    """Return the directed edges of the graph with what their roads' tags say, in a fixed order."""
    place = {node: (data["x"], data["y"]) for node, data in graph.nodes(data=True)}
    way_of = {pair: index for index, way in reversed(list(enumerate(drawn))) for pair in itertools.pairwise(way.nodes)}
    arcs = []
    for u, v, data in graph.edges(data=True):
        index = min(data["osmid"]) if isinstance(data["osmid"], list) else data["osmid"]
        reverse = data["reversed"] is True
        road = drawn[index].road
        side = (road.backward if reverse else road.forward) if road.two_way else (road.forward or road.backward)
        if side is None:
            raise AssertionError("a road without lanes in either direction")
        points = tuple(data["geometry"].coords) if "geometry" in data else (place[u], place[v])
        pairs = data.get("merged_edges", [(u, v)])
        parts = [way_of.get(pair, way_of.get(pair[::-1], index)) for pair in pairs] if len(pairs) > 1 else [index]
        ways = tuple(drawn[part].way for part, _ in itertools.groupby(parts))
        last = drawn[parts[-1]].road
        ahead = pairs[-1] in way_of if len(pairs) > 1 else not reverse
        turns = (last.forward if ahead else last.backward) or side
        arcs.append(Arc(u, v, drawn[index].way, ways, road, side, points, turns.turn_lanes))
    return sorted(arcs, key=lambda arc: (arc.u, arc.v, arc.way, arc.points))
