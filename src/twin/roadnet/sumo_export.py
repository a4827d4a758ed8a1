"""A road network as SUMO's plain XML: nodes, edges, connections and signals from which ``netconvert`` makes a network.

Lengths are handed over exactly (``length`` of edges and connections), so a lane and a connector are as long there as here;
positions are the same too. Format: SUMO documentation, "PlainXML".
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

import numpy as np
import numpy.typing as npt
import pyproj

from twin.roadnet.defaults import RANKS, rank
from twin.roadnet.lane_graph import THEIRS, ZIP, Floats, LaneGraph
from twin.roadnet.projection import to_wgs84
from twin.roadnet.road_network import RoadNetwork
from twin.roadnet.sumo_programs import SHOWN, SIGNAL_GIVES_WAY, SIGNAL_GREEN
from twin.roadnet.sumo_xml import written

SHORTEST_M: Final = 0.1
"""SUMO has no lane shorter than this."""

SECOND_HALF: Final = ".2"
"""Ends the name of the second half of an edge that leads back to its junction."""

NETCONVERT: Final = {
    "no-turnarounds": "true",
    "default.junctions.radius": "0",
    "offset.disable-normalization": "true",
    "junctions.corner-detail": "0",
    "tls.discard-simple": "false",
    "no-warnings": "false",
}
"""Options that keep netconvert from changing what it is given."""


@dataclass(frozen=True, slots=True)
class SignalProgram:
    """A fixed-time program of one junction, over and over from ``offset_s`` on."""

    junction: int
    """Row of ``RoadNetwork.junctions``."""
    offset_s: float
    duration_s: Floats
    """(phases,)."""
    connectors: npt.NDArray[np.int32]
    """Connectors that the signal serves."""
    state: npt.NDArray[np.int8]
    """(phases, connectors): signal states, numbered as in ``sumo_programs``."""


def edge_ids(network: RoadNetwork) -> tuple[str, ...]:
    """Return the names of the edges in the exported files: those they were imported with, or ``e`` and their number."""
    return network.edge_key or tuple(f"e{edge}" for edge in range(network.edge_count))


def route_ids(network: RoadNetwork) -> tuple[str, ...]:
    """Return what stands for each edge in an exported route: its name, for edges that lead back to their junction two.

    SUMO has no edge that begins and ends at one node; such an edge is halved at a node of its own.
    """
    ids, node_of = edge_ids(network), _nodes(network)
    ends = zip(ids, network.edge_u.tolist(), network.edge_v.tolist(), strict=True)
    return tuple(f"{key} {key}{SECOND_HALF}" if node_of[u] == node_of[v] else key for key, u, v in ends)


def write_plain_xml(
    network: RoadNetwork, graph: LaneGraph, folder: Path, programs: Sequence[SignalProgram] = (), name: str = "map"
) -> Path:
    """Write ``name.nod.xml``, ``.edg.xml``, ``.con.xml``, ``.tll.xml`` and ``.netccfg``; return the last.

    ``netconvert -c name.netccfg`` makes ``name.net.xml`` of them. A junction of several nodes is one node at its centre, its
    inner edges are gone, and the lines of the other edges end at their stop lines. Signalised junctions without a program
    get one from netconvert. Links that no driver is meant to use (``link_marked``) are left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ids = route_ids(network)
    node_of = _nodes(network)
    with_lanes = np.flatnonzero(np.diff(graph.edge_lane) > 0)
    used = {node_of[int(node)] for edge in with_lanes for node in (network.edge_u[edge], network.edge_v[edge])}
    links = _links(graph)
    parts = {
        "nod": ("nodes", [_location(network), *_node_elements(network, graph, used), *_half_nodes(network, with_lanes, ids)]),
        "edg": ("edges", _edge_elements(network, graph, with_lanes, ids, node_of)),
        "con": ("connections", _connection_elements(graph, with_lanes, ids, links)),
        "tll": ("tlLogics", _signal_elements(graph, programs, ids)),
    }
    for suffix, (root, elements) in parts.items():
        text = "\n".join([f"<{root}>", *(f"    {element}" for element in elements), f"</{root}>", ""])
        (folder / f"{name}.{suffix}.xml").write_text(text, encoding="utf-8")
    files = {"node-files": "nod", "edge-files": "edg", "connection-files": "con", "tllogic-files": "tll"}
    options = (
        {option: f"{name}.{suffix}.xml" for option, suffix in files.items()} | {"output-file": f"{name}.net.xml"} | NETCONVERT
    )
    lines = [f"    <{option} value={quoteattr(value)}/>" for option, value in options.items()]
    config = folder / f"{name}.netccfg"
    config.write_text("\n".join(["<configuration>", *lines, "</configuration>", ""]), encoding="utf-8")
    return config


def _nodes(network: RoadNetwork) -> list[str]:
    """Return the name of the exported node that stands for each node."""
    names = [f"n{node}" for node in range(network.node_x_m.size)]
    for junction in network.junctions:
        for node in junction.nodes:
            names[node] = f"j{junction.number}"
    return names


def _location(network: RoadNetwork) -> str:
    """Return the element that says where on Earth x and y are."""
    low = float(network.point_x_m.min()), float(network.point_y_m.min())
    high = float(network.point_x_m.max()), float(network.point_y_m.max())
    lon, lat = to_wgs84(network.crs, network.origin_m, [low[0], high[0]], [low[1], high[1]])
    return _element(
        "location",
        netOffset=f"{-network.origin_m[0]:.2f},{-network.origin_m[1]:.2f}",
        convBoundary=f"{low[0]:.2f},{low[1]:.2f},{high[0]:.2f},{high[1]:.2f}",
        origBoundary=f"{lon[0]:.6f},{lat[0]:.6f},{lon[1]:.6f},{lat[1]:.6f}",
        projParameter=_proj_string(network.crs),
    )


def _proj_string(crs: str) -> str:
    if crs.startswith("+"):
        return crs
    found = pyproj.CRS.from_user_input(crs)
    zone = found.utm_zone
    if zone is None:
        return "!"
    south = " +south" if zone.endswith("S") else ""
    return f"+proj=utm +zone={zone[:-1]}{south} +ellps=WGS84 +datum=WGS84 +units=m +no_defs"


def _node_elements(network: RoadNetwork, graph: LaneGraph, used: set[str]) -> Iterator[str]:
    zips = _only_zips(graph, len(network.junctions))
    for junction in network.junctions:
        if f"j{junction.number}" in used:
            kind = "traffic_light" if junction.signalised else "zipper" if junction.number in zips else "priority"
            yield _element("node", id=f"j{junction.number}", x=junction.x_m, y=junction.y_m, type=kind)
    for node, (x_m, y_m) in enumerate(zip(network.node_x_m, network.node_y_m, strict=True)):
        if f"n{node}" in used:
            yield _element("node", id=f"n{node}", x=float(x_m), y=float(y_m), type="priority")


def _half_nodes(network: RoadNetwork, with_lanes: npt.NDArray[np.intp], ids: tuple[str, ...]) -> Iterator[str]:
    for edge in with_lanes.tolist():
        for name in ids[edge].split()[1:]:
            x_m, y_m = _part_of(network, edge, 0.0, float(network.edge_length_m[edge]) / 2.0)
            yield _element("node", id=f"half_{name}", x=round(float(x_m[-1]), 3), y=round(float(y_m[-1]), 3), type="priority")


def _only_zips(graph: LaneGraph, junctions: int) -> set[int]:
    """Return the junctions in which streams meet only by taking turns."""
    owner = np.repeat(graph.connector_junction, np.diff(graph.conflict_offset))
    named = owner >= 0
    total = np.bincount(owner[named], minlength=junctions)
    zipped = np.bincount(owner[named & (graph.conflict_kind == ZIP)], minlength=junctions)
    return set(np.flatnonzero((total > 0) & (total == zipped)).tolist())


def _edge_elements(
    network: RoadNetwork, graph: LaneGraph, with_lanes: npt.NDArray[np.intp], ids: tuple[str, ...], node_of: list[str]
) -> Iterator[str]:
    for edge in with_lanes.tolist():
        first, end = int(graph.edge_lane[edge]), int(graph.edge_lane[edge + 1])
        begin_m = float(graph.lane_begin_m[first:end].min())
        length_m = float(graph.lane_length_m[first:end].max())
        highway = network.edge_highway[edge]
        priority = 2 * (len(RANKS) - rank(highway)) - highway.endswith("_link")
        names = ids[edge].split()
        part_m = length_m / len(names)
        nodes = [
            node_of[int(network.edge_u[edge])],
            *(f"half_{name}" for name in names[1:]),
            node_of[int(network.edge_v[edge])],
        ]
        for number, name in enumerate(names):
            ends = {"from": nodes[number], "to": nodes[number + 1]}
            line = _part_of(network, edge, begin_m + number * part_m, begin_m + (number + 1) * part_m)
            yield _element(
                "edge",
                id=name,
                **ends,
                priority=priority,
                type=f"highway.{highway}",
                name=network.edge_name[edge],
                numLanes=end - first,
                speed=round(float(graph.lane_speed_mps[first:end].max()), 4),
                width=round(float(graph.lane_width_m[first:end].mean()), 3),
                length=round(max(part_m, SHORTEST_M), 3),
                spreadType="center",
                shape=_shape(*line),
            )


def _part_of(network: RoadNetwork, edge: int, begin_m: float, end_m: float) -> tuple[Floats, Floats]:
    """Return the part of an edge's line between two distances."""
    x_m, y_m = network.polyline(edge)
    s_m = network.point_s_m[network.point_offset[edge] : network.point_offset[edge + 1]]
    at = np.concatenate(([begin_m], s_m[(s_m > begin_m + 0.01) & (s_m < end_m - 0.01)], [end_m]))
    return np.interp(at, s_m, x_m), np.interp(at, s_m, y_m)


def _links(graph: LaneGraph) -> npt.NDArray[np.int64]:
    """Return the marked links as rows (from lane, to lane, connector or -1), one each pair of lanes."""
    lane = np.repeat(np.arange(graph.lane_count), np.diff(graph.link_offset))
    kept = graph.link_marked & (lane < graph.connector_first)
    lane, to = lane[kept], graph.link_to[kept].astype(np.int64)
    connector = np.where(to >= graph.connector_first, to - graph.connector_first, -1)
    target = np.where(connector >= 0, graph.connector_to[connector] if graph.connector_count else to, to)
    rows = np.column_stack([lane, target, connector])
    return rows[np.lexsort((rows[:, 1], rows[:, 0]))]


def _connection_elements(
    graph: LaneGraph, with_lanes: npt.NDArray[np.intp], ids: tuple[str, ...], links: npt.NDArray[np.int64]
) -> Iterator[str]:
    leading_on = set()
    for lane, target, connector in links.tolist():
        leading_on.add(int(graph.lane_edge[lane]))
        yield _element("connection", **_ends(graph, ids, lane, target), **(_course(graph, connector) if connector >= 0 else {}))
    for edge in with_lanes.tolist():
        names = ids[edge].split()
        for one, following in itertools.pairwise(names):
            for lane in range(int(graph.edge_lane[edge + 1] - graph.edge_lane[edge])):
                yield _element("connection", **{"from": one, "to": following}, fromLane=lane, toLane=lane)
        if edge not in leading_on:
            yield _element("connection", **{"from": names[-1]})


def _ends(graph: LaneGraph, ids: tuple[str, ...], lane: int, target: int) -> dict[str, object]:
    return {
        "from": ids[graph.lane_edge[lane]].split()[-1],
        "to": ids[graph.lane_edge[target]].split()[0],
        "fromLane": int(graph.lane_index[lane]),
        "toLane": int(graph.lane_index[target]),
    }


def _course(graph: LaneGraph, connector: int) -> dict[str, object]:
    lane = graph.connector_first + connector
    part = slice(int(graph.point_offset[connector]), int(graph.point_offset[connector + 1]))
    return {
        "length": round(max(float(graph.lane_length_m[lane]), SHORTEST_M), 3),
        "speed": round(float(graph.lane_speed_mps[lane]), 4),
        "shape": _shape(graph.point_x_m[part], graph.point_y_m[part]),
    }


def _signal_elements(graph: LaneGraph, programs: Iterable[SignalProgram], ids: tuple[str, ...]) -> Iterator[str]:
    marked = graph.link_marked[graph.link_to >= graph.connector_first]
    connectors = graph.link_to[graph.link_to >= graph.connector_first] - graph.connector_first
    in_use = set(connectors[marked].tolist())
    for program in programs:
        columns = [column for column, connector in enumerate(program.connectors.tolist()) if connector in in_use]
        head: dict[str, object] = {"id": f"j{program.junction}", "programID": "0", "offset": program.offset_s, "type": "static"}
        yield f"<tlLogic {written(head)}>"
        served = program.connectors[columns]
        for duration_s, state in zip(program.duration_s, program.state[:, columns], strict=True):
            yield "    " + _element("phase", duration=float(duration_s), state=_state(graph, served, state))
        yield "</tlLogic>"
        for index, connector in enumerate(served.tolist()):
            ends = _ends(graph, ids, int(graph.connector_from[connector]), int(graph.connector_to[connector]))
            yield _element("connection", **ends, tl=f"j{program.junction}", linkIndex=index)


def _state(graph: LaneGraph, connectors: npt.NDArray[np.int32], state: npt.NDArray[np.int8]) -> str:
    """Return SUMO's letters: ``g`` where a green stream gives way to another green one."""
    going = set(connectors[(state == SIGNAL_GREEN) | (state == SIGNAL_GIVES_WAY)].tolist())
    letters = []
    for connector, shows in zip(connectors.tolist(), state.tolist(), strict=True):
        rows = slice(int(graph.conflict_offset[connector]), int(graph.conflict_offset[connector + 1]))
        gives_way = shows == SIGNAL_GREEN and any(
            other in going for other in graph.conflict_other[rows][graph.conflict_green[rows] == THEIRS].tolist()
        )
        letters.append("g" if gives_way else SHOWN[shows])
    return "".join(letters)


def _shape(x_m: Floats, y_m: Floats) -> str:
    return " ".join(f"{x:.3f},{y:.3f}" for x, y in zip(x_m.tolist(), y_m.tolist(), strict=True))


def _element(tag: str, **attributes: object) -> str:
    return f"<{tag} {written(attributes)}/>"
