"""From directed road pieces in degrees to the arrays of a ``RoadNetwork``: the same for every kind of map source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.errors import MapError
from twin.messages import say
from twin.roadnet.buildings import Project, read_buildings, read_places
from twin.roadnet.connectivity import Gates, Graph, Mask, Turns, find_gates, kept_edges, part_of, permitted_turns
from twin.roadnet.junctions import Signal, find_junctions
from twin.roadnet.osm_elements import OsmFile
from twin.roadnet.polylines import along_m, shifted_right, without_repeats
from twin.roadnet.projection import MILLIMETRES, to_local, utm_crs
from twin.roadnet.restrictions import read_restrictions, restricted
from twin.roadnet.road_network import ATTRIBUTION, Floats, Provenance, RoadNetwork
from twin.roadnet.tags import Carriageway, Notices, Road

SHORTEST_EDGE_M = 1.0
"""Assumption: nodes nearer than this along a road are drawing accidents; they become one node."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Arc:
    """One direction of a piece of road between two nodes; points are longitude and latitude along the middle of the road."""

    u: int
    v: int
    way: int
    """The lowest-numbered of its ways."""
    ways: tuple[int, ...]
    """All of them, in driving order."""
    road: Road
    side: Carriageway
    points: tuple[Point, ...]
    turn_lanes: str = ""
    """``turn:lanes`` of the last of its ways, in driving direction."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """An arc in local metres, along the middle of the road."""

    arc: Arc
    u: int
    v: int
    x_m: Floats
    y_m: Floats

    @property
    def length_m(self) -> float:
        return float(along_m(self.x_m, self.y_m)[-1])


def assemble(name: str, osm: OsmFile, arcs: Sequence[Arc], notices: Notices) -> RoadNetwork:
    """Return the road network of ``arcs``, with its kept part, turns, gates and junctions."""
    lon, lat = _centre(arcs)
    crs = utm_crs(lon, lat)
    east, north = to_local(crs, (0.0, 0.0), lon, lat)
    origin_m = (float(round(float(east))), float(round(float(north))))

    def project(lon_deg: list[float], lat_deg: list[float]) -> tuple[Floats, Floats]:
        return to_local(crs, origin_m, lon_deg, lat_deg)

    pieces, nodes, merged = _merge_near_nodes([_project(arc, project) for arc in arcs], notices)
    if not pieces:
        raise MapError(say("map.no_long_road", file=name, least=SHORTEST_EDGE_M))
    graph = _graph(pieces, nodes)
    gates = find_gates(graph)
    number = {node: i for i, node in enumerate(sorted(nodes))}
    turns, courses = restricted(
        graph,
        permitted_turns(graph, gates.exits),
        [piece.arc.ways for piece in pieces],
        read_restrictions(osm.restrictions, notices),
        lambda node: number.get(merged.get(node, node), -1),
        notices,
    )
    keep = kept_edges(graph, turns, gates, courses)
    _report_dropped(graph, keep, notices)
    kept = [piece for piece, kept in zip(pieces, keep, strict=True) if kept]
    used = sorted({node for piece in kept for node in (piece.u, piece.v)})
    signals = _signals(kept, used, merged, osm, project=project, notices=notices)
    part = _graph(kept, {node: nodes[node] for node in used})
    part_turns, part_courses = part_of(turns, courses, keep)
    return RoadNetwork(
        **_arrays(part, kept, part_turns, _gates_of_part(gates, keep)),
        crs=crs,
        origin_m=origin_m,
        node_osm=np.array(used, np.int64),
        forbidden_courses=part_courses,
        junctions=find_junctions(part, part_turns, tuple(p.arc.road.name for p in kept), signals, notices),
        buildings=read_buildings(osm, project, notices),
        places=read_places(osm, project, notices),
        provenance=Provenance(
            path=name,
            sha256=osm.sha256,
            attribution=ATTRIBUTION,
            nodes_read=len(nodes),
            edges_read=len(pieces),
            nodes_dropped=len(nodes) - len(used),
            edges_dropped=len(pieces) - len(kept),
            length_dropped_m=round(float(graph.length_m[~keep].sum()), 1),
            notices=notices.found(),
        ),
    )


def _centre(arcs: Sequence[Arc]) -> Point:
    """Return the middle of the box around all points."""
    points = np.array([point for arc in arcs for point in arc.points])
    low, high = points.min(axis=0), points.max(axis=0)
    return float(low[0] + high[0]) / 2.0, float(low[1] + high[1]) / 2.0


def _project(arc: Arc, project: Project) -> _Piece:
    x_m, y_m = project([lon for lon, _ in arc.points], [lat for _, lat in arc.points])
    return _Piece(arc, arc.u, arc.v, *without_repeats(x_m, y_m))


def _merge_near_nodes(pieces: Sequence[_Piece], notices: Notices) -> tuple[list[_Piece], dict[int, Point], dict[int, int]]:
    """Make one node of nodes that an edge below SHORTEST_EDGE_M joins; return pieces, places of nodes, and who became whom."""
    place: dict[int, Point] = {}
    for piece in pieces:
        place.setdefault(piece.u, (float(piece.x_m[0]), float(piece.y_m[0])))
        place.setdefault(piece.v, (float(piece.x_m[-1]), float(piece.y_m[-1])))
    merged: dict[int, int] = {}

    def head(node: int) -> int:
        while node in merged:
            node = merged[node]
        return node

    for piece in pieces:
        if piece.length_m < SHORTEST_EDGE_M and head(piece.u) != head(piece.v):
            low, high = sorted((head(piece.u), head(piece.v)))
            merged[high] = low
            notices.add("near_nodes", least=SHORTEST_EDGE_M)
    out = []
    for piece in pieces:
        u, v = head(piece.u), head(piece.v)
        if u == v and piece.length_m < SHORTEST_EDGE_M:
            continue
        x_m, y_m = piece.x_m.copy(), piece.y_m.copy()
        x_m[[0, -1]], y_m[[0, -1]] = (place[u][0], place[v][0]), (place[u][1], place[v][1])
        out.append(_Piece(piece.arc, u, v, *without_repeats(x_m, y_m)))
    return out, {node: at for node, at in place.items() if node not in merged}, {node: head(node) for node in merged}


def _graph(pieces: Sequence[_Piece], nodes: dict[int, Point]) -> Graph:
    number = {node: i for i, node in enumerate(sorted(nodes))}
    by_shape = {(p.u, p.v, p.x_m.tobytes(), p.y_m.tobytes()): i for i, p in enumerate(pieces)}
    partner = [by_shape.get((p.v, p.u, p.x_m[::-1].tobytes(), p.y_m[::-1].tobytes()), -1) for p in pieces]
    return Graph(
        node_x_m=np.array([nodes[node][0] for node in sorted(nodes)]),
        node_y_m=np.array([nodes[node][1] for node in sorted(nodes)]),
        u=np.array([number[p.u] for p in pieces], np.int32),
        v=np.array([number[p.v] for p in pieces], np.int32),
        partner=np.array(partner, np.int32),
        highway=tuple(p.arc.road.highway for p in pieces),
        level=np.array([p.arc.road.level for p in pieces], np.int8),
        roundabout=np.array([p.arc.road.roundabout for p in pieces], np.bool_),
        length_m=np.array([p.length_m for p in pieces]),
        x_m=tuple(p.x_m for p in pieces),
        y_m=tuple(p.y_m for p in pieces),
    )


def _report_dropped(graph: Graph, keep: Mask, notices: Notices) -> None:
    plain = int(kept_edges(graph, permitted_turns(graph, np.empty(0, np.int32)), None).sum())
    notices.add("plain_part", plain, whole=keep.size)
    if not keep.all():
        notices.add("dropped_edges", int((~keep).sum()))
        notices.add("dropped_metres", round(float(graph.length_m[~keep].sum())))


def _signals(
    pieces: Sequence[_Piece],
    nodes: Sequence[int],
    merged: dict[int, int],
    osm: OsmFile,
    *,
    project: Project,
    notices: Notices,
) -> tuple[Signal, ...]:
    """Return the map's signals: on nodes of the kept part, or within its edges; count those on other roads."""
    number = {node: i for i, node in enumerate(nodes)}
    within: dict[Point, list[tuple[int, float]]] = defaultdict(list)
    drawn = {osm.place[node]: node for node, tags in osm.node_tags.items() if tags.get("highway") == "traffic_signals"}
    for edge, piece in enumerate(pieces):
        for point in piece.arc.points[1:-1]:
            if point in drawn:
                x_m, y_m = project([point[0]], [point[1]])
                index = int(np.argmin((piece.x_m - x_m[0]) ** 2 + (piece.y_m - y_m[0]) ** 2))
                within[point].append((edge, piece.length_m - float(along_m(piece.x_m, piece.y_m)[index])))
    out = []
    for point, node in sorted(drawn.items(), key=lambda item: item[1]):
        index = number.get(merged.get(node, node), -1)
        if index < 0 and point not in within:
            notices.add("signals_left_out")
            continue
        x_m, y_m = project([point[0]], [point[1]])
        out.append(Signal(float(x_m[0]), float(y_m[0]), index, tuple(within[point])))
    return tuple(out)


def _gates_of_part(gates: Gates, keep: Mask) -> Gates:
    new = np.cumsum(keep) - 1
    return Gates(
        entries=new[gates.entries[keep[gates.entries]]].astype(np.int32),
        exits=new[gates.exits[keep[gates.exits]]].astype(np.int32),
    )


def _arrays(graph: Graph, pieces: Sequence[_Piece], turns: Turns, gates: Gates) -> dict[str, Any]:
    """Return what a ``RoadNetwork`` holds of each node, edge, point and turn, by field."""
    lines = [_centreline(piece) for piece in pieces]
    distances = [np.round(along_m(x_m, y_m), MILLIMETRES) for x_m, y_m in lines]
    sizes = np.array([x_m.size for x_m, _ in lines], np.int32)
    return {
        "node_x_m": graph.node_x_m,
        "node_y_m": graph.node_y_m,
        "edge_u": graph.u,
        "edge_v": graph.v,
        "edge_way": np.array([p.arc.way for p in pieces], np.int64),
        "edge_name": tuple(p.arc.road.name for p in pieces),
        "edge_highway": graph.highway,
        "edge_lanes": np.array([p.arc.side.lanes for p in pieces], np.int8),
        "edge_lane_width_m": np.array([round(p.arc.side.lane_width_m, MILLIMETRES) for p in pieces]),
        "edge_speed_limit_mps": np.array([p.arc.side.speed_limit_mps for p in pieces]),
        "edge_length_m": np.array([distance[-1] for distance in distances]),
        "edge_bridge": np.array([p.arc.road.bridge for p in pieces], np.bool_),
        "edge_tunnel": np.array([p.arc.road.tunnel for p in pieces], np.bool_),
        "edge_level": graph.level,
        "edge_turn_lanes": tuple(p.arc.turn_lanes for p in pieces) if any(p.arc.turn_lanes for p in pieces) else (),
        "edge_roundabout": graph.roundabout,
        "point_offset": np.concatenate(([0], np.cumsum(sizes))).astype(np.int32),
        "point_x_m": np.concatenate([x_m for x_m, _ in lines]),
        "point_y_m": np.concatenate([y_m for _, y_m in lines]),
        "point_s_m": np.concatenate(distances),
        "turn_offset": turns[0],
        "turn_edge": turns[1],
        "entry_edges": gates.entries,
        "exit_edges": gates.exits,
    }


def _centreline(piece: _Piece) -> tuple[Floats, Floats]:
    """Return the middle of this direction's lanes: two-way roads are shifted right by half their carriageway."""
    x_m, y_m = piece.x_m, piece.y_m
    if piece.arc.road.two_way:
        x_m, y_m = shifted_right(x_m, y_m, piece.arc.side.lanes * piece.arc.side.lane_width_m / 2.0)
    return without_repeats(np.round(x_m, MILLIMETRES), np.round(y_m, MILLIMETRES))
