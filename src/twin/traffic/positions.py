"""From lanes and distances to positions in the plane, for everyone who looks at the traffic."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.traffic.ground_truth import GroundTruth
from twin.traffic.roads import NONE, Records, Roads
from twin.traffic.vehicles import ACTIVE, Vehicles

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@inline_kernel
def point_on_lane(edges: Records, points: Records, edge: int, index: int, s: float) -> tuple[float, float]:
    """Return x and y (m) of distance ``s`` along lane ``index`` (0 at the kerb); straight on beyond the ends."""
    low, high = edges[edge].point_begin, edges[edge].point_end - 2
    while low < high:
        middle = (low + high + 1) // 2
        if points[middle].s <= s:
            low = middle
        else:
            high = middle - 1
    x0, y0 = points[low].x, points[low].y
    dx, dy = points[low + 1].x - x0, points[low + 1].y - y0
    piece = math.sqrt(dx * dx + dy * dy)
    dx, dy = dx / piece, dy / piece
    right = (0.5 * (edges[edge].lane_count - 1) - index) * edges[edge].lane_width
    along = s - points[low].s
    return x0 + along * dx + right * dy, y0 + along * dy - right * dx


@inline_kernel
def rear_point(
    vehicles: Records, lanes: Records, edges: Records, points: Records, route_edge: Ints, i: int, s: float
) -> tuple[float, float]:
    """Return x and y of the rear bumper of vehicle ``i``, on the edges behind if it still hangs over them."""
    lane = vehicles[i].lane
    edge = lanes[lane].edge
    index = lane - edges[edge].lane_first
    leg = vehicles[i].leg
    while s < 0.0 and leg > 0:
        leg -= 1
        edge = route_edge[vehicles[i].route_begin + leg]
        index = min(index, edges[edge].lane_count - 1)
        if leg == vehicles[i].leg - 1 and vehicles[i].lane_before != NONE:
            index = vehicles[i].lane_before - edges[edge].lane_first
        s += edges[edge].length
    return point_on_lane(edges, points, edge, index, s)


@kernel
def place_vehicles(
    vehicles: Records,
    lanes: Records,
    edges: Records,
    points: Records,
    route_edge: Ints,
    active: Ints,
    since_s: float,
    x: Floats,
    y: Floats,
    heading: Floats,
) -> None:
    """Write centre (m) and heading (rad, anticlockwise from east) of the ``active`` vehicles, ``since_s`` after the last step.

    The vehicle lies on the straight line between its bumpers, each on its lane.
    """
    for a in range(active.size):
        i = active[a]
        lane = vehicles[i].lane
        edge = lanes[lane].edge
        front = vehicles[i].s + vehicles[i].speed * since_s
        front_x, front_y = point_on_lane(edges, points, edge, lane - edges[edge].lane_first, front)
        rear_x, rear_y = rear_point(vehicles, lanes, edges, points, route_edge, i, front - vehicles[i].length)
        x[a] = 0.5 * (front_x + rear_x)
        y[a] = 0.5 * (front_y + rear_y)
        heading[a] = math.atan2(front_y - rear_y, front_x - rear_x)


def ground_truth(vehicles: Vehicles, roads: Roads, t_us: int, since_s: float) -> GroundTruth:
    """Return who is where, ``since_s`` after the last step."""
    active = vehicles.active[: vehicles.counts[ACTIVE]].copy()
    x, y, heading = (np.empty(active.size) for _ in range(3))
    place_vehicles(vehicles.all, roads.lanes, roads.edges, roads.points, vehicles.route_edge, active, since_s, x, y, heading)
    here = vehicles.all.view(np.ndarray)[active]  # fields of plain records are read ten times faster
    edges = roads.edges.view(np.ndarray)
    edge = roads.lanes.view(np.ndarray)["edge"][here["lane"]]
    return GroundTruth(
        t_us=t_us,
        vehicle=active,
        klass=here["klass"],
        x_m=x,
        y_m=y,
        level=edges["level"][edge],
        heading_rad=heading,
        speed_mps=here["speed"],
        length_m=here["length"],
        width_m=here["width"],
        height_m=here["height"],
        edge=edge,
        lane=(here["lane"] - edges["lane_first"][edge]).astype(np.int8),
        s_m=here["s"] + here["speed"] * since_s,
    )
