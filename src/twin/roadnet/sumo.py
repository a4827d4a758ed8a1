"""Networks of SUMO (``.net.xml``, plain or packed) as a ``RoadNetwork``. The only door to sumolib (extra ``sumo``).

Positions stay SUMO's own: x and y of the network file, so that its trajectories fit. Formats: SUMO documentation, "SUMO road
networks".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from twin.errors import MapError
from twin.messages import say
from twin.roadnet.defaults import DEFAULTS
from twin.roadnet.junctions import crossing_streets
from twin.roadnet.polylines import along_m, without_repeats
from twin.roadnet.projection import MILLIMETRES
from twin.roadnet.road_network import Connections, Floats, Ints, Junction, Light, Provenance, RoadNetwork
from twin.roadnet.sumo_programs import LightReader
from twin.roadnet.sumo_right_of_way import stated_foes
from twin.roadnet.sumo_xml import Attributes, read_sumo_xml
from twin.roadnet.tags import Notices

if TYPE_CHECKING:
    from sumolib.net import Net
    from sumolib.net.edge import Edge
    from sumolib.net.lane import Lane

NOWHERE: Final = "+proj=aeqd +lat_0=0 +lon_0=0 +datum=WGS84 +units=m +no_defs"
"""Projection of a network that has none: a plane around 0° N 0° E."""

GENERAL_TRAFFIC: Final = "passenger"
"""A lane is kept where vehicles of this class of SUMO may drive, as lanes of general traffic are of OpenStreetMap."""

TURNAROUND: Final = "t"
"""Direction of a connection that leads back."""

CLASS_BY_SPEED_KMH: Final = ((75.0, "trunk"), (55.0, "primary"), (45.0, "secondary"), (35.0, "tertiary"), (0.0, "residential"))
"""Road class of an edge whose type names none, by its speed limit. Assumption: between the design speeds of ``defaults``."""

Row = tuple[int, int, int, int]
"""A connection: from edge, from lane, to edge, to lane."""

ATTRIBUTION: Final = "SUMO network; its licence is its author's"


def read_sumo_network(path: Path) -> RoadNetwork:
    """Return the road network of a SUMO network file.

    Edges are SUMO's normal edges with a lane for general traffic; their lines stop at the stop lines, as SUMO's do. Lanes for
    pedestrians, bicycles, rail or buses alone are left out, and what they are of, when nothing remains; the notices count
    them. Lanes are joined as the file says (``connections``). Each SUMO junction is one junction. Edges that nothing but a
    turnaround leads to (or leads on from) are the gates. Signal programs are kept (``lights``), and so is who gives way to whom
    at each junction. Bridges and buildings are not known to SUMO.

    Raises ``MapError`` when the file is missing, damaged, no SUMO network or without roads, or when sumolib is not installed.
    """
    net, lights, sha256 = _parsed(path)
    notices = Notices()
    lanes = {edge: kept for edge in net.getEdges(withInternal=False) if (kept := _kept_lanes(edge, notices))}
    edges = list(lanes)
    if not edges:
        raise MapError(say("sumo.no_roads", file=path))
    number = {edge: i for i, edge in enumerate(edges)}
    nodes = [node for node in net.getNodes() if any(edge in number for edge in (*node.getIncoming(), *node.getOutgoing()))]
    node_number = {node: i for i, node in enumerate(nodes)}
    lane_number = {lane: i for kept in lanes.values() for i, lane in enumerate(kept)}
    connection, ahead, behind = _connections(edges, number, lane_number, notices)
    rows = np.array(list(connection), np.int32).reshape(-1, 4)
    turn_offset, turn_edge = _turns(len(edges), rows)
    lights = _with_unknown(lights, connection.values())
    lines = [_centre_line(lanes[edge], notices) for edge in edges]
    sizes = [x_m.size for x_m, _, _ in lines]
    crs, origin_m = _projection(net, notices)
    return RoadNetwork(
        crs=crs,
        origin_m=origin_m,
        node_osm=np.array([_key(node.getID()) for node in nodes], np.int64),
        node_x_m=np.array([round(node.getCoord()[0], MILLIMETRES) for node in nodes]),
        node_y_m=np.array([round(node.getCoord()[1], MILLIMETRES) for node in nodes]),
        edge_u=np.array([node_number[edge.getFromNode()] for edge in edges], np.int32),
        edge_v=np.array([node_number[edge.getToNode()] for edge in edges], np.int32),
        edge_way=np.array([_key(edge.getID()) for edge in edges], np.int64),
        edge_name=tuple(edge.getName() for edge in edges),
        edge_highway=tuple(_road_class(edge) for edge in edges),
        edge_lanes=np.array([len(kept) for kept in lanes.values()], np.int8),
        edge_lane_width_m=np.array([round(_mean(lane.getWidth() for lane in kept), MILLIMETRES) for kept in lanes.values()]),
        edge_speed_limit_mps=np.array([_mean(lane.getSpeed() for lane in kept) for kept in lanes.values()]),
        edge_length_m=np.array([s_m[-1] for _, _, s_m in lines]),
        edge_bridge=np.zeros(len(edges), np.bool_),
        edge_tunnel=np.zeros(len(edges), np.bool_),
        edge_level=np.zeros(len(edges), np.int8),
        point_offset=np.concatenate(([0], np.cumsum(sizes))).astype(np.int32),
        point_x_m=np.concatenate([x_m for x_m, _, _ in lines]),
        point_y_m=np.concatenate([y_m for _, y_m, _ in lines]),
        point_s_m=np.concatenate([s_m for _, _, s_m in lines]),
        turn_offset=turn_offset,
        turn_edge=turn_edge,
        entry_edges=np.flatnonzero(~behind).astype(np.int32),
        exit_edges=np.flatnonzero(~ahead).astype(np.int32),
        junctions=_junctions(nodes, node_number, number),
        buildings=(),
        places=(),
        provenance=Provenance(
            path=path.name,
            sha256=sha256,
            attribution=ATTRIBUTION,
            nodes_read=len(net.getNodes()),
            edges_read=len(net.getEdges(withInternal=False)),
            nodes_dropped=len(net.getNodes()) - len(nodes),
            edges_dropped=len(net.getEdges(withInternal=False)) - len(edges),
            length_dropped_m=round(sum(e.getLength() for e in net.getEdges(withInternal=False) if e not in number), 1),
            notices=notices.found(),
        ),
        connections=_stated(rows, lights, nodes, list(connection.values())),
        lights=lights,
        edges_end_at_stop_lines=True,
        edge_roundabout=_in_roundabouts(net, edges),
        edge_key=tuple(edge.getID() for edge in edges),
    )


def _parsed(path: Path) -> tuple[Net, tuple[Light, ...], str]:
    try:
        from sumolib.net import NetReader
    except ImportError:
        raise MapError(say("sumo.no_sumolib", file=path)) from None
    reader = NetReader(withFoes=True)
    lights = LightReader()

    def start(tag: str, attributes: Attributes) -> None:
        reader.startElement(tag, attributes)
        lights.start(tag, attributes)

    sha256 = read_sumo_xml(path, ("net",), start, reader.endElement, MapError)
    return reader.getNet(), tuple(lights.found[key] for key in sorted(lights.found)), sha256


def _kept_lanes(edge: Edge, notices: Notices) -> list[Lane]:
    """Return the lanes of general traffic, from the kerb."""
    lanes = [lane for lane in edge.getLanes() if lane.allows(GENERAL_TRAFFIC)]
    if not lanes:
        notices.add("closed_edges")
    elif len(lanes) < edge.getLaneNumber():
        notices.add("closed_lanes", edge.getLaneNumber() - len(lanes))
    return lanes


def _connections(
    edges: list[Edge], number: dict[Edge, int], lane_number: dict[Lane, int], notices: Notices
) -> tuple[dict[Row, Any], np.ndarray, np.ndarray]:
    """Return the connections by row, in order, and which edges something leads on from and to."""
    ahead, behind = np.zeros(len(edges), np.bool_), np.zeros(len(edges), np.bool_)
    rows: dict[Row, Any] = {}
    for edge in edges:
        for connection in (c for group in edge.getOutgoing().values() for c in group):
            origin, target = connection.getFromLane(), connection.getToLane()
            if origin not in lane_number or target not in lane_number:
                continue
            if not connection.allows(GENERAL_TRAFFIC):
                notices.add("closed_connections")
                continue
            following = number[target.getEdge()]
            rows[number[edge], lane_number[origin], following, lane_number[target]] = connection
            if connection.getDirection() != TURNAROUND:
                ahead[number[edge]] = behind[following] = True
    return {row: rows[row] for row in sorted(rows)}, ahead, behind


def _with_unknown(lights: tuple[Light, ...], connections: Iterable[Any]) -> tuple[Light, ...]:
    """Return the lights with those, without a program, that only connections name."""
    known = {light.key: light for light in lights}
    for connection in connections:
        key = connection.getTLSID()
        if key and key not in known:
            known[key] = Light(key, "", 0.0, ())
    return tuple(known[key] for key in sorted(known))


def _stated(rows: Ints, lights: tuple[Light, ...], nodes: list[Any], connections: list[Any]) -> Connections:
    """Return the connections with the light that controls each (-1 without one), its letter there, and who gives way."""
    number = {light.key: row for row, light in enumerate(lights)}
    foe_row, foe_other, foe_waits = stated_foes(nodes, connections)
    return Connections(
        from_edge=rows[:, 0].copy(),
        from_lane=rows[:, 1].copy(),
        to_edge=rows[:, 2].copy(),
        to_lane=rows[:, 3].copy(),
        light=np.array([number.get(one.getTLSID(), -1) for one in connections], np.int32),
        light_link=np.array([one.getTLLinkIndex() for one in connections], np.int32),
        foe_row=foe_row,
        foe_other=foe_other,
        foe_waits=foe_waits,
    )


def _turns(edges: int, rows: Ints) -> tuple[Ints, Ints]:
    pairs = np.unique(rows[:, [0, 2]], axis=0)
    count = np.bincount(pairs[:, 0], minlength=edges)
    return np.concatenate(([0], np.cumsum(count))).astype(np.int32), pairs[:, 1].astype(np.int32)


def _centre_line(lanes: list[Lane], notices: Notices) -> tuple[Floats, Floats, Floats]:
    """Return x, y and distance of the line half-way between the outermost lanes; the last distance is the lanes' length."""
    outer = [np.array(lane.getShape(), np.float64)[:, :2] for lane in (lanes[0], lanes[-1])]
    if outer[0].shape == outer[1].shape:
        middle = (outer[0] + outer[1]) / 2.0
    else:  # corners of one are missing in the other: meet at equal shares of the way
        share = [along_m(line[:, 0], line[:, 1]) / max(along_m(line[:, 0], line[:, 1])[-1], 1e-9) for line in outer]
        at = np.union1d(*share)
        met = [[np.interp(at, s, line[:, axis]) for axis in (0, 1)] for s, line in zip(share, outer, strict=True)]
        middle = np.mean(met, axis=0).T
    x_m, y_m = without_repeats(np.round(middle[:, 0], MILLIMETRES), np.round(middle[:, 1], MILLIMETRES))
    s_m = along_m(x_m, y_m)
    length_m = lanes[0].getLength()
    if not (np.isfinite(length_m) and length_m > 0.0):
        raise MapError(say("sumo.length", lane=lanes[0].getID(), length=length_m))
    if s_m[-1] <= 0.0:
        s_m = np.linspace(0.0, length_m, s_m.size)
    if abs(s_m[-1] - length_m) > max(0.01 * length_m, 0.5):
        notices.add("stated_length")
    return x_m, y_m, np.round(s_m * (length_m / s_m[-1]), MILLIMETRES)


def _in_roundabouts(net: Net, edges: list[Edge]) -> npt.NDArray[np.bool_]:
    circling = {name for roundabout in net.getRoundabouts() for name in roundabout.getEdges()}
    return np.array([edge.getID() in circling for edge in edges], np.bool_)


def _projection(net: Net, notices: Notices) -> tuple[str, tuple[float, float]]:
    """Return the CRS and the origin of the file's x and y in it (SUMO adds ``netOffset`` to projected metres)."""
    location: dict[str, Any] = net._location  # noqa: SLF001  (sumolib has no public way to the projection's text)
    projection = location.get("projParameter", "!")
    if not projection.startswith("+"):
        notices.add("no_projection")
        return NOWHERE, (0.0, 0.0)
    east_m, north_m = net.getLocationOffset()
    return projection, (-float(east_m), -float(north_m))


def _junctions(nodes: list[Any], node_number: dict[Any, int], number: dict[Edge, int]) -> tuple[Junction, ...]:
    """Return every node that two edges enter, or that has a signal."""
    out: list[Junction] = []
    for node in nodes:
        entering = sorted(number[edge] for edge in node.getIncoming() if edge in number)
        legs = [edge for edge in (*node.getIncoming(), *node.getOutgoing()) if edge in number]
        signalised = any(
            c.getTLSID() for e in node.getIncoming() if e in number for group in e.getOutgoing().values() for c in group
        )
        if len(entering) > 1 or signalised:
            x_m, y_m = node.getCoord()
            junction = Junction(
                number=len(out),
                name=crossing_streets((edge.getName(), _road_class(edge)) for edge in legs) or node.getID(),
                x_m=round(x_m, MILLIMETRES),
                y_m=round(y_m, MILLIMETRES),
                nodes=(node_number[node],),
                approaches=tuple(entering),
                internal=(),
                signalised=signalised,
            )
            out.append(junction)
    return tuple(out)


def _road_class(edge: Edge) -> str:
    """Return OpenStreetMap's class: the edge's type (``highway.primary``) says it, or else the speed limit does."""
    named = str(edge.getType()).rpartition("highway.")[2].split("|")[0]
    if named in DEFAULTS:
        return named
    speed_kmh = edge.getSpeed() * 3.6
    return next(name for least_kmh, name in CLASS_BY_SPEED_KMH if speed_kmh >= least_kmh)


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _key(name: str) -> int:
    """Return a number for an identifier, the same in every network that has it."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=6).digest())
