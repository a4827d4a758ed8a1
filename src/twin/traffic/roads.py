"""The road network as the movement kernel wants it: one record an edge, a lane, a turn, a point.

Records, not an array a field: Numba counts references to every array it hands on, and one record lies in one cache line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.roadnet.road_network import RoadNetwork

Records = Any
"""A ``numpy.recarray``; its fields are declared by the dtypes below."""

NONE: Final = -1
NO_SIGNAL, GREEN, YELLOW, RED = 0, 1, 2, 3

EDGE: Final = np.dtype(
    [
        ("length", "f8"),  # m
        ("speed_limit", "f8"),  # m/s
        ("lane_width", "f8"),  # m
        ("lane_first", "i4"),  # lane at the kerb; the others follow
        ("lane_count", "i4"),
        ("turn_begin", "i4"),  # rows of the turn table
        ("turn_end", "i4"),
        ("point_begin", "i4"),  # rows of the point table
        ("point_end", "i4"),
        ("queue_first", "i4"),  # first and last trip waiting to enter here; NONE without one
        ("queue_last", "i4"),
        ("entered", "i4"),  # vehicles since the interval began
        ("left", "i4"),
        ("vehicle_s", "f8"),  # vehicle-seconds since the interval began
        ("distance", "f8"),  # vehicle-metres
        ("halted_s", "f8"),  # vehicle-seconds below HALTED_MPS
        ("level", "i1"),
        ("internal", "i1"),  # 1 inside a junction
        ("signal", "i1"),  # what the signal at its end shows now
    ],
    align=True,
)

LANE: Final = np.dtype(
    [
        ("edge", "i4"),
        ("front", "i4"),  # vehicle nearest to the end; NONE without one
        ("rear", "i4"),  # vehicle nearest to the entry
        ("count", "i4"),
        ("last_out", "i4"),  # vehicle that left last: its rear may still be on the lane
        ("claim", "i4"),  # vehicle whose turn it is to enter, of those that merge here; NONE without one
        ("claim_before", "i4"),  # the same in the step before
        ("last_out_odometer", "f8"),  # its odometer as it crossed the end
        ("claim_distance", "f8"),  # how far it is from entering
        ("claim_rank", "f8"),
    ],
    align=True,
)

TURN: Final = np.dtype([("speed", "f8"), ("edge", "i4")], align=True)
POINT: Final = np.dtype([("x", "f8"), ("y", "f8"), ("s", "f8")], align=True)

TURN_SPEEDS: Final = ((25.0, 1000.0), (60.0, 9.0), (180.1, 6.0))
"""(largest change of direction in degrees, speed in m/s). Assumption: 6 m/s is a right angle driven at a radius of about 12 m
with 3 m/s2 lateral acceleration, 9 m/s a gentler bend; below 25 degrees a road is taken as straight."""


@dataclass(frozen=True, slots=True)
class Roads:
    """The tables; edges and lanes also carry what changes from step to step."""

    edges: Records
    lanes: Records
    turns: Records
    points: Records


def records(size: int, dtype: np.dtype[Any]) -> Records:
    """Return ``size`` records of zeros whose fields can be read as attributes."""
    return np.zeros(size, dtype=dtype).view(np.recarray)


def roads_of(network: RoadNetwork) -> Roads:
    """Return the network's tables: empty lanes, all signals off."""
    edges = records(network.edge_count, EDGE)
    edges.length = network.edge_length_m
    edges.speed_limit = network.edge_speed_limit_mps
    edges.lane_width = network.edge_lane_width_m
    edges.lane_count = network.edge_lanes
    edges.lane_first = np.cumsum(network.edge_lanes, dtype=np.int64) - network.edge_lanes
    edges.turn_begin, edges.turn_end = network.turn_offset[:-1], network.turn_offset[1:]
    edges.point_begin, edges.point_end = network.point_offset[:-1], network.point_offset[1:]
    edges.queue_first = edges.queue_last = NONE
    edges.level = network.edge_level
    for junction in network.junctions:
        edges.internal[list(junction.internal)] = 1

    lanes = records(int(network.edge_lanes.sum(dtype=np.int64)), LANE)
    lanes.edge = np.repeat(np.arange(network.edge_count), network.edge_lanes.astype(np.int64))
    for field in ("front", "rear", "last_out", "claim"):
        lanes[field] = NONE

    turns = records(network.turn_edge.size, TURN)
    turns.edge = network.turn_edge
    turns.speed = _turn_speeds(network)
    points = records(network.point_x_m.size, POINT)
    points.x, points.y, points.s = network.point_x_m, network.point_y_m, network.point_s_m
    return Roads(edges, lanes, turns, points)


def end_direction(network: RoadNetwork, edge: int) -> float:
    """Return the direction (rad, anticlockwise from east) in which ``edge`` ends."""
    x, y = network.polyline(edge)
    return math.atan2(y[-1] - y[-2], x[-1] - x[-2])


def start_direction(network: RoadNetwork, edge: int) -> float:
    """Return the direction (rad, anticlockwise from east) in which ``edge`` begins."""
    x, y = network.polyline(edge)
    return math.atan2(y[1] - y[0], x[1] - x[0])


def _turn_speeds(network: RoadNetwork) -> npt.NDArray[np.float64]:
    speeds = np.empty(network.turn_edge.size)
    for edge in range(network.edge_count):
        leaving = end_direction(network, edge)
        for turn in range(int(network.turn_offset[edge]), int(network.turn_offset[edge + 1])):
            change = start_direction(network, int(network.turn_edge[turn])) - leaving
            angle_deg = abs(math.degrees(math.remainder(change, 2.0 * math.pi)))
            speeds[turn] = next(speed for limit, speed in TURN_SPEEDS if angle_deg < limit)
    return speeds
