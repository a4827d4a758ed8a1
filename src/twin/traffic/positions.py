"""From lanes and distances to positions in the plane, for everyone who looks at the traffic."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.traffic.ground_truth import GroundTruth
from twin.traffic.roads import NONE, Records, Roads
from twin.traffic.vehicles import ACTIVE, STEPS, Vehicles

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@inline_kernel
def point_along(points: Records, begin: int, end: int, s: float, right: float) -> tuple[float, float]:
    """Return x and y (m) at ``s`` along the points ``begin:end``, ``right`` metres beside it; straight on beyond the ends."""
    low, high = begin, end - 2
    while low < high:
        middle = (low + high + 1) // 2
        if points[middle].s <= s:
            low = middle
        else:
            high = middle - 1
    x0, y0 = points[low].x, points[low].y
    dx, dy = points[low + 1].x - x0, points[low + 1].y - y0
    piece = math.sqrt(dx * dx + dy * dy)
    if piece > 0.0:
        dx, dy = dx / piece, dy / piece
    along = s - points[low].s
    return x0 + along * dx + right * dy, y0 + along * dy - right * dx


@inline_kernel
def point_on_lane(
    lanes: Records, points: Records, edge_lane: Ints, lane_width: Floats, lane: int, s: float
) -> tuple[float, float]:
    """Return x and y (m) of distance ``s`` along ``lane``; straight on beyond its ends."""
    begin, end = lanes[lane].point_begin, lanes[lane].point_end
    if lanes[lane].connector != NONE:
        return point_along(points, begin, end, s, 0.0)
    edge = lanes[lane].edge
    size = edge_lane[edge + 1] - edge_lane[edge]
    right = (0.5 * (size - 1) - lanes[lane].index) * lane_width[lane]
    return point_along(points, begin, end, s + lanes[lane].begin, right)


@inline_kernel
def rear_point(
    lanes: Records, points: Records, edge_lane: Ints, lane_width: Floats, lane: int, came: int, s: float
) -> tuple[float, float]:
    """Return x and y of a rear bumper ``s`` along ``lane``, on the lanes behind where it still hangs over them."""
    for _ in range(3):
        if s >= 0.0:
            break
        behind = lanes[lane].source if lanes[lane].connector != NONE else came
        if behind == NONE:
            break
        s += lanes[behind].length
        lane = behind
        came = NONE
    return point_on_lane(lanes, points, edge_lane, lane_width, lane, s)


@kernel
def place_vehicles(
    slots: Records,
    vehicles: Records,
    lanes: Records,
    points: Records,
    count: Ints,
    edge_lane: Ints,
    lane_width: Floats,
    since_s: float,
    crossing_over_steps: float,
    step: int,
    number: Ints,
    lane_of: Ints,
    x: Floats,
    y: Floats,
    heading: Floats,
    speed: Floats,
    s_along: Floats,
) -> None:
    """Write everyone's number, lane, centre (m), heading (rad, anticlockwise from east), speed, ``since_s`` after the last.

    The vehicle lies on the straight line between its bumpers, each on its lane. One that changed lanes crosses over evenly
    within ``crossing_over_steps``.
    """
    row = 0
    for lane in range(count.size):
        for place in range(count[lane]):
            slot = lanes[lane].first_slot + place
            i = slots[slot].vehicle
            if i < 0:
                continue
            front = slots[slot].s + slots[slot].speed * since_s
            rear = front - slots[slot].length
            front_x, front_y = point_on_lane(lanes, points, edge_lane, lane_width, lane, front)
            rear_x, rear_y = rear_point(lanes, points, edge_lane, lane_width, lane, slots[slot].came, rear)
            x[row], y[row] = 0.5 * (front_x + rear_x), 0.5 * (front_y + rear_y)
            angle = math.atan2(front_y - rear_y, front_x - rear_x)
            before = vehicles[i].changed_from
            since = float(step - vehicles[i].changed_step)
            if before != NONE and since < crossing_over_steps and lanes[before].edge == lanes[lane].edge:
                left = 1.0 - since / crossing_over_steps
                side = left * (lanes[lane].index - lanes[before].index) * lane_width[lane]
                x[row] += side * math.sin(angle)
                y[row] -= side * math.cos(angle)
            number[row], lane_of[row] = i, lane
            heading[row] = angle
            speed[row] = slots[slot].speed
            s_along[row] = front
            row += 1


def ground_truth(vehicles: Vehicles, roads: Roads, t_us: int, since_s: float, crossing_over_steps: float) -> GroundTruth:
    """Return who is where, ``since_s`` after the last step, by vehicle number."""
    size = int(vehicles.counts[ACTIVE])
    number, lane_of = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
    x, y, heading, speed, s_along = (np.empty(size) for _ in range(5))
    place_vehicles(
        vehicles.slots,
        vehicles.all,
        roads.lanes,
        roads.points,
        roads.count,
        roads.edge_lane,
        roads.lane_width,
        since_s,
        crossing_over_steps,
        int(vehicles.counts[STEPS]),
        number,
        lane_of,
        x,
        y,
        heading,
        speed,
        s_along,
    )
    order = np.argsort(number)
    number, lane_of = number[order], lane_of[order]
    lanes = roads.lanes.view(np.ndarray)[lane_of]  # fields of plain records are read ten times faster
    klass = vehicles.all.view(np.ndarray)["klass"][number]
    table = roads.lanes.view(np.ndarray)
    through = lanes["connector"] != NONE
    behind = np.where(through, table["begin"][np.where(through, lanes["target"], 0)] - lanes["length"], lanes["begin"])
    return GroundTruth(
        t_us=t_us,
        vehicle=number,
        klass=klass,
        x_m=x[order],
        y_m=y[order],
        level=lanes["level"],
        heading_rad=heading[order],
        speed_mps=speed[order],
        length_m=vehicles.length_m[klass],
        width_m=vehicles.width_m[klass],
        height_m=vehicles.height_m[klass],
        edge=lanes["edge"],
        lane=lanes["index"],
        s_m=s_along[order] + behind,
    )
