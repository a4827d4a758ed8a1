"""MAP: the lanes of a junction and where they lead (T/CSAE 53-2020, map data)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.roadnet.lane_graph import LEFT, NONE, RIGHT, STRAIGHT, U_TURN, LaneGraph
from twin.roadnet.road_network import RoadNetwork
from twin.v2x.message_set.place import MapFrame, Station, points_llv
from twin.v2x.message_set.quanta import minute_of_the_year, scaled

MANEUVER_BITS: Final = {STRAIGHT: 0, LEFT: 1, RIGHT: 2, U_TURN: 3}
"""Bits of ``AllowedManeuvers`` by turn of ``LaneGraph``. Source: T/CSAE 53-2020: straight, left, right, U-turn come first."""

_MOST_POINTS: Final = 31
"""Source: T/CSAE 53-2020, ``PointList`` has SIZE (2..31)."""

_NUMBERS: Final = 65_536
"""Source: T/CSAE 53-2020, ``NodeReferenceID`` has 16 bits."""


@dataclass(frozen=True, slots=True)
class Onward:
    """One way on from a lane: to a lane of the link that leads to another node, in a phase of the signal (0: no signal)."""

    node: int
    lane: int
    turn: int
    phase: int = 0


@dataclass(frozen=True, slots=True)
class Approach:
    """One road that leads to a junction: where it comes from, its course, and from each lane the ways on."""

    upstream_node: int
    x_m: npt.NDArray[np.float64]
    """Points of its centre line, 2 or more, from upstream to the stop line."""
    y_m: npt.NDArray[np.float64]
    lane_width_m: float
    speed_limit_mps: float
    lanes: tuple[tuple[Onward, ...], ...]
    """By lane, numbered from 1 in messages; at least one lane."""


def map_values(
    frame: MapFrame, unix_us: int, junction: Station, approaches: Sequence[Approach], *, msg_count: int = 0
) -> dict[str, Any]:
    """Return the message of one junction, whose ``number`` is that of its node (modulo 65536).

    Courses with more than 31 points lose points in equal steps. Raises ValueError for more than 32 approaches or lanes.
    """
    if len(approaches) > 32 or any(not 1 <= len(one.lanes) <= 32 for one in approaches):
        raise ValueError("a MAP holds up to 32 links at a node, with 1 to 32 lanes each")
    reference = junction.position(frame)
    node: dict[str, Any] = {"id": _node(junction.number), "refPos": reference}
    if approaches:
        node["inLinks"] = [_link(frame, reference, one) for one in approaches]
    return {"msgCnt": msg_count % 128, "timeStamp": minute_of_the_year(unix_us), "nodes": [node]}


def _node(number: int) -> dict[str, int]:
    return {"id": number % _NUMBERS}


def _link(frame: MapFrame, reference: dict[str, int], one: Approach) -> dict[str, Any]:
    kept = np.unique(np.linspace(0, one.x_m.size - 1, min(one.x_m.size, _MOST_POINTS)).round().astype(np.int64))
    points = points_llv(frame, reference, one.x_m[kept], one.y_m[kept])
    targets = sorted({(way.node, way.phase) for lane in one.lanes for way in lane})
    link: dict[str, Any] = {
        "upstreamNodeId": _node(one.upstream_node),
        "speedLimits": [{"type": "vehicleMaxSpeed", "speed": int(scaled(one.speed_limit_mps, 0.02, 0, 8190))}],
        "linkWidth": int(scaled(one.lane_width_m * len(one.lanes), 0.01, 0, 32_767)),
        "points": [{"posOffset": point} for point in points],
        "lanes": [_lane(number, ways, one.lane_width_m) for number, ways in enumerate(one.lanes, 1)],
    }
    if targets:
        link["movements"] = [{"remoteIntersection": _node(node)} | _phase(phase) for node, phase in targets[:32]]
    return link


def _lane(number: int, ways: Sequence[Onward], width_m: float) -> dict[str, Any]:
    lane: dict[str, Any] = {"laneID": number, "laneWidth": int(scaled(width_m, 0.01, 0, 32_767))}
    if ways:
        lane["maneuvers"] = _maneuvers([way.turn for way in ways])
        lane["connectsTo"] = [
            {
                "remoteIntersection": _node(way.node),
                "connectingLane": {"lane": 1 + way.lane, "maneuver": _maneuvers([way.turn])},
            }
            | _phase(way.phase)
            for way in ways[:16]
        ]
    return lane


def _phase(number: int) -> dict[str, int]:
    return {"phaseId": number} if number else {}


def _maneuvers(turns: Sequence[int]) -> tuple[bytes, int]:
    bits = sum(1 << (15 - MANEUVER_BITS[turn]) for turn in set(turns))
    return bits.to_bytes(2, "big"), 12


def approaches_of(
    network: RoadNetwork, graph: LaneGraph, junction: int, phase_of_connector: npt.NDArray[np.integer] | None = None
) -> list[Approach]:
    """Return the roads that lead to a row of ``RoadNetwork.junctions``, in the order of their edges.

    ``phase_of_connector`` (connectors,) holds the signal's phase of each, 1 to 255, 0 for none.
    """
    mine = np.flatnonzero((graph.connector_junction == junction) & (graph.connector_from != NONE))
    edges = np.unique(graph.lane_edge[graph.connector_from[mine]])
    found = []
    for edge in edges.tolist():
        first, end = int(graph.edge_lane[edge]), int(graph.edge_lane[edge + 1])
        lanes = tuple(
            tuple(
                Onward(
                    node=int(network.edge_v[graph.lane_edge[graph.connector_to[c]]]),
                    lane=int(graph.lane_index[graph.connector_to[c]]),
                    turn=int(graph.connector_turn[c]),
                    phase=0 if phase_of_connector is None else int(phase_of_connector[c]),
                )
                for c in mine[graph.connector_from[mine] == lane].tolist()
            )
            for lane in range(first, end)
        )
        part = slice(int(network.point_offset[edge]), int(network.point_offset[edge + 1]))
        found.append(
            Approach(
                upstream_node=int(network.edge_u[edge]),
                x_m=network.point_x_m[part],
                y_m=network.point_y_m[part],
                lane_width_m=float(network.edge_lane_width_m[edge]),
                speed_limit_mps=float(network.edge_speed_limit_mps[edge]),
                lanes=lanes,
            )
        )
    return found
