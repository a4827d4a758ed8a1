"""Reading a map: OSM XML through OSMnx into a ``RoadNetwork``. The only module that imports OSMnx."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from twin.errors import MapError
from twin.roadnet.assembly import Arc, assemble
from twin.roadnet.osm_file import OsmFile, read_osm_file
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.tags import Notices, Road, read_road

if TYPE_CHECKING:
    import networkx as nx

_WAY_TAGS = ["highway", "oneway", "signature"]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A road as it is drawn: its way and nodes."""

    way: int
    nodes: tuple[int, ...]
    road: Road


def read_osm(path: Path) -> RoadNetwork:
    """Return the road network, buildings and places of an OSM XML file.

    Raises ``MapError`` when the file is missing, is not OSM XML, is cut short, or has no roads.
    """
    osm = read_osm_file(path)
    notices = Notices()
    drawn = []
    for way in osm.ways:
        road = read_road(way.tags, notices)
        if road is not None:
            drawn.append(_Drawn(way.number, way.nodes, road))
    if not drawn:
        raise MapError(
            f"{path}: the map has no roads ({len(osm.ways)} ways, none of them a highway from motorway to residential). "
            "Download an area with streets, and include ways with their nodes."
        )
    arcs = _arcs(_simplified(osm, drawn), drawn)
    return assemble(path.name, osm, arcs, notices)


def _simplified(osm: OsmFile, drawn: Sequence[_Drawn]) -> nx.MultiDiGraph[int]:
    """Return OSMnx's graph, in which a node in the course of a road stays only where the road's attributes change."""
    import osmnx as ox

    with tempfile.TemporaryDirectory() as folder, _quiet(ox):
        file = Path(folder) / "roads.osm"
        file.write_text("\n".join(_roads_only(osm, drawn)), encoding="utf-8")
        graph = ox.graph_from_xml(file, bidirectional=False, simplify=False, retain_all=True)
        return ox.simplify_graph(graph, edge_attrs_differ=["signature"], remove_rings=False)


@contextmanager
def _quiet(ox: Any) -> Iterator[None]:
    """Let OSMnx write no cache and no log, and keep the tags that ``_roads_only`` writes; put its settings back."""
    wanted = {"use_cache": False, "log_file": False, "log_console": False, "useful_tags_way": _WAY_TAGS, "useful_tags_node": []}
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
    arcs = []
    for u, v, data in graph.edges(data=True):
        index = min(data["osmid"]) if isinstance(data["osmid"], list) else data["osmid"]
        reverse = data["reversed"] is True
        road = drawn[index].road
        side = (road.backward if reverse else road.forward) if road.two_way else (road.forward or road.backward)
        if side is None:
            raise AssertionError("a road without lanes in either direction")
        points = tuple(data["geometry"].coords) if "geometry" in data else (place[u], place[v])
        arcs.append(Arc(u, v, drawn[index].way, road, side, points))
    return sorted(arcs, key=lambda arc: (arc.u, arc.v, arc.way, arc.points))
