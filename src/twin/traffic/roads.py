"""The lane graph as the movement kernel wants it: one record a lane, a link, a conflict, a point.

Records, not an array a field: Numba counts references to every array it hands on, and one record lies in few cache lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.compilation import CACHE_LINE_BYTES, line_aligned
from twin.roadnet.lane_graph import CROSS, STRAIGHT, THEIRS, ZIP, LaneGraph
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.driving import DrivingSpec, RightOfWaySpec
from twin.traffic.signal_states import NO_SIGNAL

Records = Any
"""A ``numpy.recarray``; its fields are declared by the dtypes below."""

NONE: Final = -1
NEVER_STEP: Final = -(1 << 30)

SHORTEST_PLACE_M: Final = 1.9
"""A lane has room for one vehicle in so many metres: the shortest class and a hand's breadth."""


def _whole_lines(fields: list[tuple[str, str]]) -> np.dtype[Any]:
    """Return records of aligned ``fields`` that take up whole cache lines."""
    packed = np.dtype(fields, align=True)
    names = list(packed.names or ())
    return np.dtype(
        {
            "names": names,
            "formats": [packed[name] for name in names],
            "offsets": [packed.fields[name][1] for name in names] if packed.fields else [],
            "itemsize": -(-packed.itemsize // CACHE_LINE_BYTES) * CACHE_LINE_BYTES,
        },
        align=True,
    )


LANE: Final = _whole_lines(
    [
        # first cache line: what whoever comes towards the lane asks of it
        ("length", "f8"),  # m
        ("limit", "f8"),  # m/s
        ("first_slot", "i4"),
        ("room", "i4"),  # slots
        ("connector", "i4"),  # NONE for lanes of edges
        ("source", "i4"),  # connectors: lane before and behind
        ("target", "i4"),
        ("conflict_begin", "i4"),
        ("conflict_end", "i4"),
        ("reserved_step", "i4"),  # connectors: the step in which somebody is about to enter
        ("held_step", "i4"),  # the step in which the first vehicle stood and gave way
        ("left_step", "i4"),  # the step in which the last one left
        ("index", "i1"),
        ("level", "i1"),
        ("turn", "i1"),  # RIGHT, STRAIGHT, LEFT, U_TURN; -1 for lanes of edges
        ("closed", "i1"),
        ("crosses", "i1"),  # connectors: 1 when it has any conflict
        ("gives_way", "i1"),  # connectors: 1 when streams from other edges have right of way where no signal decides
        ("keep_clear", "i1"),  # connectors: 1 when it crosses the way of another approach
        ("short", "i1"),  # 1 when who comes here has already chosen his lane for the turn at its end
        # second: what changes as vehicles move on it
        ("tail", "f8"),  # rear bumper, along this lane, of the vehicle that left it last, see `tails`
        ("tail_speed", "f8"),
        ("stood", "f8"),  # s that the first vehicle has stood without red
        ("vehicle_s", "f8"),  # vehicle-seconds since the interval began
        ("distance", "f8"),  # vehicle-metres
        ("halted_s", "f8"),  # vehicle-seconds below HALTED_MPS
        ("incoming", "f8"),  # metres that the vehicles now on connectors to this lane will take up on it
        ("entered", "i4"),  # vehicles since the interval began
        ("left", "i4"),
        # third: what lane changes and turns ask for
        ("begin", "f8"),  # m along its edge
        ("edge", "i4"),
        ("right", "i4"),  # the lanes beside it; NONE without one
        ("left_lane", "i4"),
        ("link_begin", "i4"),
        ("link_end", "i4"),
        ("point_begin", "i4"),
        ("point_end", "i4"),
    ]
)

LINK: Final = np.dtype(
    [
        ("to", "i4"),
        ("edge", "i4"),
        ("lanes", "u4"),  # bit i: lane i of the edge is marked for this turn
        ("marked", "i1"),
    ],
    align=True,
)

CONFLICT: Final = np.dtype(
    [
        ("other", "i4"),  # lane number of the other connector
        ("source", "i4"),  # the lane before it
        ("number", "i4"),  # its number among connectors
        ("kind", "i1"),
        ("priority", "i1"),
        ("green", "i1"),
        ("begin", "f4"),
        ("end", "f4"),
        ("other_begin", "f4"),
        ("other_end", "f4"),
    ],
    align=True,
)

ZIP_PAIR: Final = np.dtype(
    [
        ("one", "i4"),  # lane numbers of two connectors that end in one lane
        ("other", "i4"),
        ("begin_one", "f8"),  # where along each the common way begins
        ("begin_other", "f8"),
    ],
    align=True,
)

POINT: Final = np.dtype([("x", "f8"), ("y", "f8"), ("s", "f8")], align=True)


@dataclass(frozen=True, slots=True)
class Roads:
    """The tables; lanes also carry what changes from step to step."""

    lanes: Records
    links: Records
    conflicts: Records
    points: Records
    """First those of the edges, then those of the connectors."""
    count: npt.NDArray[np.int32]
    """(lanes,): vehicles on each lane."""
    tails: npt.NDArray[np.int32]
    """(lanes,): the step in which ``tail`` and ``tail_speed`` of each lane hold: somebody hangs over it. Apart from the
    records, because most lanes need no second look."""
    signal: npt.NDArray[np.int8]
    """(connectors,): what the signal of each connector shows."""
    blocked: npt.NDArray[np.int8]
    """(connectors,): 1 while somebody crosses it on foot."""
    zips: Records
    """Pairs of connectors that end in one lane and take turns."""
    edge_lane: npt.NDArray[np.int32]
    lane_width: npt.NDArray[np.float64]
    connector_first: int


def records(size: int, dtype: np.dtype[Any]) -> Records:
    """Return ``size`` records of zeros whose fields can be read as attributes; the first begins a cache line."""
    return line_aligned(size * dtype.itemsize).view(dtype).view(np.recarray)


def roads_of(network: RoadNetwork, graph: LaneGraph, driving: DrivingSpec) -> Roads:
    """Return the tables: empty lanes, all signals off."""
    lanes = _lanes(network, graph)
    lanes.short = lanes.length <= driving.lane_change.short_edge_m
    _slow_down_to_give_way(lanes, network, graph, driving.right_of_way)
    conflicts = records(graph.conflict_other.size, CONFLICT)
    conflicts.other = graph.conflict_other + graph.connector_first
    conflicts.number, conflicts.source = graph.conflict_other, graph.connector_from[graph.conflict_other]
    conflicts.kind, conflicts.priority, conflicts.green = graph.conflict_kind, graph.conflict_priority, graph.conflict_green
    conflicts.begin, conflicts.end = graph.conflict_begin_m, graph.conflict_end_m
    conflicts.other_begin, conflicts.other_end = graph.conflict_other_begin_m, graph.conflict_other_end_m
    points = records(network.point_x_m.size + graph.point_x_m.size, POINT)
    points.x = np.concatenate([network.point_x_m, graph.point_x_m])
    points.y = np.concatenate([network.point_y_m, graph.point_y_m])
    points.s = np.concatenate([network.point_s_m, graph.point_s_m])
    return Roads(
        lanes=lanes,
        links=_links(graph),
        conflicts=conflicts,
        points=points,
        count=np.zeros(graph.lane_count, dtype=np.int32),
        tails=np.full(graph.lane_count, NEVER_STEP, dtype=np.int32),
        signal=np.full(graph.connector_count, NO_SIGNAL, dtype=np.int8),
        blocked=np.zeros(graph.connector_count, dtype=np.int8),
        zips=_zips(graph),
        edge_lane=graph.edge_lane,
        lane_width=graph.lane_width_m,
        connector_first=graph.connector_first,
    )


def _lanes(network: RoadNetwork, graph: LaneGraph) -> Records:
    lanes = records(graph.lane_count, LANE)
    first = graph.connector_first
    lanes.edge, lanes.index, lanes.level = graph.lane_edge, graph.lane_index, graph.lane_level
    lanes.length, lanes.limit, lanes.begin = graph.lane_length_m, graph.lane_speed_mps, graph.lane_begin_m
    lanes.room = np.floor(graph.lane_length_m / SHORTEST_PLACE_M).astype(np.int32) + 3
    lanes.first_slot = np.cumsum(lanes.room, dtype=np.int64) - lanes.room
    lanes.link_begin, lanes.link_end = graph.link_offset[:-1], graph.link_offset[1:]
    lanes.connector = lanes.source = lanes.target = lanes.right = lanes.left_lane = NONE
    lanes.turn = -1
    lanes.reserved_step = lanes.held_step = lanes.left_step = NEVER_STEP
    edge_of_lane = graph.lane_edge[:first]
    lanes.point_begin[:first] = network.point_offset[edge_of_lane]
    lanes.point_end[:first] = network.point_offset[edge_of_lane + 1]
    numbers = np.arange(first, dtype=np.int32)
    lanes.right[:first] = np.where(numbers > graph.edge_lane[edge_of_lane], numbers - 1, NONE)
    lanes.left_lane[:first] = np.where(numbers + 1 < graph.edge_lane[edge_of_lane + 1], numbers + 1, NONE)
    connectors = lanes[first:]
    connectors.connector = np.arange(graph.connector_count)
    connectors.source, connectors.target, connectors.turn = graph.connector_from, graph.connector_to, graph.connector_turn
    connectors.conflict_begin, connectors.conflict_end = graph.conflict_offset[:-1], graph.conflict_offset[1:]
    connectors.crosses = graph.conflict_offset[1:] > graph.conflict_offset[:-1]
    connectors.keep_clear, connectors.gives_way = _manners(graph)
    connectors.point_begin = network.point_x_m.size + graph.point_offset[:-1]
    connectors.point_end = network.point_x_m.size + graph.point_offset[1:]
    return lanes


def _slow_down_to_give_way(lanes: Records, network: RoadNetwork, graph: LaneGraph, way: RightOfWaySpec) -> None:
    """Bound the speed on connectors that give way where no signal decides."""
    signalised = [junction.number for junction in network.junctions if junction.signalised]
    connectors = lanes[graph.connector_first :]
    slow = (connectors.gives_way == 1) & ~np.isin(graph.connector_junction, signalised)
    through = way.yield_speed_ratio * lanes.limit[graph.connector_from]
    most = np.where(graph.connector_turn == STRAIGHT, through, way.yield_turn_speed_mps)
    connectors.limit[slow] = np.minimum(connectors.limit, most)[slow]


def _manners(graph: LaneGraph) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return the connectors on which nobody may stop (they cross one from another edge), and those that give way to one."""
    row = np.repeat(np.arange(graph.connector_count), np.diff(graph.conflict_offset))
    approach = graph.lane_edge[graph.connector_from]
    elsewhere = approach[row] != approach[graph.conflict_other]
    crossing = (graph.conflict_kind == CROSS) & elsewhere
    giving = (graph.conflict_kind != ZIP) & (graph.conflict_priority == THEIRS) & elsewhere
    size = graph.connector_count
    return np.bincount(row[crossing], minlength=size) > 0, np.bincount(row[giving], minlength=size) > 0


def _links(graph: LaneGraph) -> Records:
    links = records(graph.link_to.size, LINK)
    links.to, links.edge, links.marked = graph.link_to, graph.link_edge, graph.link_marked
    lane_of_link = np.repeat(np.arange(graph.lane_count), np.diff(graph.link_offset))
    edge_of_link = np.where(lane_of_link < graph.connector_first, graph.lane_edge[lane_of_link], NONE).astype(np.int64)
    turn = edge_of_link * (int(graph.lane_edge.max(initial=0)) + 1) + graph.link_edge
    _, number = np.unique(turn, return_inverse=True)
    bits = np.where(graph.link_marked, 1 << np.minimum(graph.lane_index[lane_of_link].astype(np.int64), 31), 0)
    together = np.zeros(int(number.max(initial=-1)) + 1, dtype=np.int64)
    np.bitwise_or.at(together, number, bits)
    links.lanes = together[number]
    return links


def _zips(graph: LaneGraph) -> Records:
    one = np.repeat(np.arange(graph.connector_count), np.diff(graph.conflict_offset))
    rows = np.flatnonzero((graph.conflict_kind == ZIP) & (one < graph.conflict_other))
    pairs = records(rows.size, ZIP_PAIR)
    pairs.one, pairs.other = one[rows] + graph.connector_first, graph.conflict_other[rows] + graph.connector_first
    pairs.begin_one, pairs.begin_other = graph.conflict_begin_m[rows], graph.conflict_other_begin_m[rows]
    return pairs
