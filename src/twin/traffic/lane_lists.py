"""Who is on which lane: linked lists, free room, choice of a lane, entering and leaving."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel
from twin.traffic.roads import NONE, Records
from twin.traffic.vehicles import ACTIVE, ARRIVED, PLAN

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

FREE: Final = 1e9
"""Room (m) ahead when nothing is in the way."""

SHIFT_COST: Final = 0.6
"""A lane one further to the side must have this many vehicles fewer to be chosen. Assumption."""


@inline_kernel
def rear_of(vehicles: Records, lanes: Records, edges: Records, lane: int) -> tuple[float, float]:
    """Return position (m from the lane's entry, may be negative) and speed of the last obstacle on a lane; FREE if empty.

    That is the rear bumper of the vehicle nearest to the entry, or of the one that left the lane last and still hangs over it.
    """
    last = lanes[lane].rear
    if last != NONE:
        return vehicles[last].s - vehicles[last].length, vehicles[last].speed
    return overhang(vehicles, lanes, edges, lane)


@inline_kernel
def overhang(vehicles: Records, lanes: Records, edges: Records, lane: int) -> tuple[float, float]:
    """Return rear bumper's position and speed of the vehicle that left ``lane`` last, FREE when it is clear of it."""
    gone = lanes[lane].last_out
    if gone != NONE and vehicles[gone].lane != NONE:
        lane_length = edges[lanes[lane].edge].length
        position = lane_length + (vehicles[gone].odometer - lanes[lane].last_out_odometer) - vehicles[gone].length
        if position < lane_length:
            return position, vehicles[gone].speed
    return FREE, 0.0


@inline_kernel
def choose_lane(lanes: Records, edges: Records, edge: int, from_lane: int) -> int:
    """Return the lane of ``edge`` with the fewest vehicles, preferring the one that continues ``from_lane``."""
    first = edges[edge].lane_first
    size = edges[edge].lane_count
    straight = size // 2
    if from_lane != NONE:
        straight = min(from_lane - edges[lanes[from_lane].edge].lane_first, size - 1)
    best, best_cost = first, FREE
    for index in range(size):
        cost = lanes[first + index].count + SHIFT_COST * abs(index - straight)
        if cost < best_cost:
            best, best_cost = first + index, cost
    return int(best)


@inline_kernel
def fill_plan(vehicles: Records, lanes: Records, edges: Records, route_edge: Ints, i: int, known: int) -> None:
    """Choose lanes for the edges ahead of vehicle ``i``; the first ``known`` are kept."""
    before = vehicles[i].lane if known == 0 else vehicles[i].plan[known - 1]
    for k in range(known, PLAN):
        leg = vehicles[i].leg + 1 + k
        if leg >= vehicles[i].route_size or before == NONE:
            before = NONE
        else:
            before = choose_lane(lanes, edges, route_edge[vehicles[i].route_begin + leg], before)
        vehicles[i].plan[k] = before


@inline_kernel
def link_behind(vehicles: Records, lanes: Records, i: int, lane: int, ahead: int) -> None:
    """Put vehicle ``i`` on ``lane`` right behind ``ahead`` (NONE: at the front)."""
    behind = lanes[lane].front if ahead == NONE else vehicles[ahead].behind
    vehicles[i].lane = lane
    vehicles[i].ahead = ahead
    vehicles[i].behind = behind
    if ahead == NONE:
        lanes[lane].front = i
    else:
        vehicles[ahead].behind = i
    if behind == NONE:
        lanes[lane].rear = i
    else:
        vehicles[behind].ahead = i
    lanes[lane].count += 1


@inline_kernel
def unlink(vehicles: Records, lanes: Records, i: int) -> None:
    """Take vehicle ``i`` off its lane's list."""
    lane = vehicles[i].lane
    ahead, behind = vehicles[i].ahead, vehicles[i].behind
    if ahead == NONE:
        lanes[lane].front = behind
    else:
        vehicles[ahead].behind = behind
    if behind == NONE:
        lanes[lane].rear = ahead
    else:
        vehicles[behind].ahead = ahead
    lanes[lane].count -= 1


@inline_kernel
def enter_network(
    vehicles: Records,
    lanes: Records,
    edges: Records,
    route_edge: Ints,
    active: Ints,
    counts: Longs,
    i: int,
    lane: int,
    ahead: int,
    t_us: int,
) -> None:
    """Put vehicle ``i`` on the network at its ``s`` and ``speed``, behind ``ahead``."""
    link_behind(vehicles, lanes, i, lane, ahead)
    vehicles[i].insert_us = t_us
    active[counts[ACTIVE]] = i
    counts[ACTIVE] += 1
    edges[lanes[lane].edge].entered += 1
    fill_plan(vehicles, lanes, edges, route_edge, i, 0)


@inline_kernel
def leave_network(vehicles: Records, lanes: Records, edges: Records, counts: Longs, i: int, t_us: int) -> None:
    """Take vehicle ``i`` off the network: it has arrived."""
    edges[lanes[vehicles[i].lane].edge].left += 1
    unlink(vehicles, lanes, i)
    vehicles[i].lane = NONE
    vehicles[i].arrive_us = t_us
    counts[ARRIVED] += 1
