"""One time step of all vehicles, in one compiled kernel.

Order within a step: due trips enter where there is room; every vehicle looks ahead and chooses its speed from the state at the
beginning of the step; all move; those past the end of their lane cross to the next; those at their destination leave.

No vehicle ever overlaps another on its lane: a move is cut at the rear bumper ahead as it was at the beginning of the step
(nobody drives backwards), and a vehicle crosses into a lane only behind everyone who is already there.
Conflicts between streams that cross inside a junction are not modelled yet; streams that merge into one lane are.
"""

from __future__ import annotations

import math

from twin.compilation import inline_kernel, kernel
from twin.traffic.car_following import free_acceleration, interaction
from twin.traffic.lane_lists import (
    FREE,
    Ints,
    Longs,
    choose_lane,
    enter_network,
    fill_plan,
    leave_network,
    link_behind,
    overhang,
    rear_of,
    unlink,
)
from twin.traffic.roads import NONE, RED, YELLOW, Records
from twin.traffic.vehicles import ACTIVE, NEXT, PLAN, UPDATES, WAITING

HARDEST_BRAKING_MPS2 = 8.0
"""Emergency braking on a dry road. Assumption, about the friction limit of a passenger car."""

STOPS_AT_YELLOW_MPS2 = 3.0
"""A driver stops at yellow if this deceleration is enough. ITE, Guidelines for determining traffic signal change and
clearance intervals (2020): 10 ft/s2."""

MERGE_BRAKING_MPS2 = 3.0
"""No harder than this for a vehicle that will merge from another lane. Assumption."""

LOOK_AHEAD_M = 120.0
"""Farther than this along the road nobody looks past the end of the lane. Assumption: a stop from 80 km/h within 120 m takes
2.1 m/s2, between comfortable braking (1.5) and what drivers brake with at yellow (3)."""

CLAIM_DISTANCE_M = 50.0
"""From here on vehicles that merge into one lane order themselves by distance. Assumption."""

CLAIM_STAYS_M = 5.0
"""Whose turn it is keeps it until another is this much nearer, or two who are level would both brake. Assumption: a car."""

STOP_LINE_GAP_M = 1.0
"""Where the front bumper comes to rest before a stop line. Assumption."""

CUT_M = 0.05
"""A move ends at least this far behind the bumper ahead."""

PULL_OUT = 0.3
"""A vehicle that begins its trip inside the map joins the road at this share of its desired speed. Assumption."""

HALTED_MPS = 1.4
"""Below 5 km/h a vehicle counts as queueing (HBS 2015 and SUMO use the same)."""


@inline_kernel
def must_stop(edges: Records, edge: int, distance: float, speed: float) -> bool:
    """Return whether a driver ``distance`` before the stop line of ``edge`` has to stop for its signal."""
    shows = edges[edge].signal
    if shows == YELLOW:
        return speed * speed <= 2.0 * STOPS_AT_YELLOW_MPS2 * distance
    if shows == RED:
        return speed * speed <= 2.0 * HARDEST_BRAKING_MPS2 * distance
    return False


@inline_kernel
def junction_is_full(vehicles: Records, lanes: Records, edges: Records, i: int) -> bool:
    """Return whether vehicle ``i``, about to enter a junction, would have to stand inside it."""
    for k in range(PLAN):
        lane = vehicles[i].plan[k]
        if lane == NONE:
            return False
        if edges[lanes[lane].edge].internal == 0:
            if k == 0:
                return False
            rear, rear_speed = rear_of(vehicles, lanes, edges, lane)
            return rear < vehicles[i].length + vehicles[i].standstill_gap and rear_speed < 2.0 * HALTED_MPS
    return False


@inline_kernel
def is_held(vehicles: Records, lanes: Records, edges: Records, i: int, edge: int, distance: float) -> bool:
    """Return whether the first vehicle on its lane has to wait at the end of ``edge``: signal, or full junction."""
    if must_stop(edges, edge, distance, vehicles[i].speed):
        return True
    entering = edges[edge].internal == 0 and edges[lanes[vehicles[i].plan[0]].edge].internal
    return entering and junction_is_full(vehicles, lanes, edges, i)


@inline_kernel
def turn_speed(edges: Records, turns: Records, edge: int, next_edge: int) -> float:
    """Return the speed at which one drives from ``edge`` on to ``next_edge``."""
    for turn in range(edges[edge].turn_begin, edges[edge].turn_end):
        if turns[turn].edge == next_edge:
            return float(turns[turn].speed)
    return float(edges[next_edge].speed_limit)


@inline_kernel
def claim_lanes(vehicles: Records, lanes: Records, edges: Records, active: Ints, counts: Longs) -> None:
    """Decide for each lane whose turn it is to enter: the nearest one's (ties: the lower trip number)."""
    for lane in range(lanes.size):
        lanes[lane].claim_before = lanes[lane].claim
        lanes[lane].claim = NONE
        lanes[lane].claim_rank = FREE
    for a in range(counts[ACTIVE]):
        i = active[a]
        if vehicles[i].ahead != NONE or vehicles[i].plan[0] == NONE:
            continue
        edge = lanes[vehicles[i].lane].edge
        distance = edges[edge].length - vehicles[i].s
        if distance > CLAIM_DISTANCE_M or is_held(vehicles, lanes, edges, i, edge, distance):
            continue
        target = vehicles[i].plan[0]
        rank = distance - CLAIM_STAYS_M if i == lanes[target].claim_before else distance
        first = lanes[target].claim_rank
        if rank < first or (rank == first and i < lanes[target].claim):
            lanes[target].claim = i
            lanes[target].claim_rank = rank
            lanes[target].claim_distance = distance


@inline_kernel
def follow(vehicles: Records, i: int, gap: float, leader_speed: float) -> float:
    """Return the deceleration that a leader adds for vehicle ``i``."""
    return interaction(
        vehicles[i].speed,
        gap,
        leader_speed,
        vehicles[i].max_acceleration,
        vehicles[i].braking,
        vehicles[i].time_gap,
        vehicles[i].standstill_gap,
    )


@inline_kernel
def look_ahead(vehicles: Records, lanes: Records, edges: Records, turns: Records, i: int) -> None:
    """Choose the acceleration of vehicle ``i``; leave it in its record with the room ahead."""
    lane = vehicles[i].lane
    edge = lanes[lane].edge
    speed = vehicles[i].speed
    distance = edges[edge].length - vehicles[i].s
    desired = edges[edge].speed_limit * vehicles[i].speed_factor
    leader = vehicles[i].ahead
    found = leader != NONE
    room = FREE
    slowing = 0.0
    if found:
        room = vehicles[leader].s - vehicles[leader].length - vehicles[i].s
        slowing = follow(vehicles, i, room, vehicles[leader].speed)
    else:
        rear, rear_speed = overhang(vehicles, lanes, edges, lane)
        if rear < FREE:
            room = rear - vehicles[i].s
            slowing = follow(vehicles, i, room, rear_speed)
    for k in range(PLAN):
        target = vehicles[i].plan[k]
        if target == NONE or distance > LOOK_AHEAD_M:
            break
        next_edge = lanes[target].edge
        bend = min(turn_speed(edges, turns, edge, next_edge), edges[next_edge].speed_limit * vehicles[i].speed_factor)
        if bend < desired:
            desired = min(desired, math.sqrt(bend * bend + 2.0 * vehicles[i].braking * max(distance, 0.0)))
        if not found:
            held = is_held(vehicles, lanes, edges, i, edge, distance) if k == 0 else must_stop(edges, edge, distance, speed)
            if held:
                slowing = max(slowing, follow(vehicles, i, distance + vehicles[i].standstill_gap - STOP_LINE_GAP_M, 0.0))
                room = min(room, distance)
                break
            rival = lanes[target].claim
            if k == 0 and rival != NONE and rival != i:  # noqa: PLR1714  (Numba knows no `in` here)
                gap = distance - lanes[target].claim_distance - vehicles[rival].length
                slowing = max(slowing, min(follow(vehicles, i, gap, vehicles[rival].speed), MERGE_BRAKING_MPS2))
            rear, rear_speed = rear_of(vehicles, lanes, edges, target)
            if rear < FREE:
                room = min(room, distance + rear)
                slowing = max(slowing, follow(vehicles, i, distance + rear, rear_speed))
                found = True
        distance += edges[next_edge].length
        edge = next_edge
    free = free_acceleration(speed, desired, vehicles[i].max_acceleration, vehicles[i].braking)
    vehicles[i].acceleration = max(free - slowing, -HARDEST_BRAKING_MPS2)
    vehicles[i].gap = room


@inline_kernel
def move(vehicles: Records, lanes: Records, edges: Records, i: int, dt: float) -> None:
    """Move vehicle ``i`` with the acceleration it chose (ballistic), cut at the room it found."""
    speed = vehicles[i].speed
    acceleration = vehicles[i].acceleration
    new_speed = speed + acceleration * dt
    if new_speed < 0.0:
        way = speed * speed / (-2.0 * acceleration)
        new_speed = 0.0
    else:
        way = 0.5 * (speed + new_speed) * dt
    room = max(vehicles[i].gap - CUT_M, 0.0)
    if way > room:
        way = room
        new_speed = min(new_speed, room / dt)
    vehicles[i].s += way
    vehicles[i].odometer += way
    vehicles[i].speed = new_speed
    edge = lanes[vehicles[i].lane].edge
    edges[edge].vehicle_s += dt
    edges[edge].distance += way
    if new_speed < HALTED_MPS:
        edges[edge].halted_s += dt


@inline_kernel
def cross(vehicles: Records, lanes: Records, edges: Records, route_edge: Ints, i: int) -> None:
    """Let vehicle ``i`` drive on to its next lanes, or hold it at the end of its lane where there is no room."""
    moved_on = lanes[vehicles[i].lane].edge
    while True:
        lane = vehicles[i].lane
        edge = lanes[lane].edge
        over = vehicles[i].s - edges[edge].length
        target = vehicles[i].plan[0]
        if over < 0.0 or target == NONE:
            return
        rear, rear_speed = rear_of(vehicles, lanes, edges, target)
        allowed = rear - CUT_M
        if over > allowed:
            vehicles[i].odometer -= over - max(allowed, 0.0)
            edges[moved_on].distance -= over - max(allowed, 0.0)
            vehicles[i].speed = min(vehicles[i].speed, rear_speed)
            over = max(allowed, 0.0)
            if allowed < 0.0:
                vehicles[i].s = edges[edge].length
                return
        unlink(vehicles, lanes, i)
        lanes[lane].last_out = i
        lanes[lane].last_out_odometer = vehicles[i].odometer - over
        edges[edge].left += 1
        edges[lanes[target].edge].entered += 1
        vehicles[i].lane_before = lane
        vehicles[i].leg += 1
        vehicles[i].s = over
        link_behind(vehicles, lanes, i, target, lanes[target].rear)
        for k in range(PLAN - 1):
            vehicles[i].plan[k] = vehicles[i].plan[k + 1]
        fill_plan(vehicles, lanes, edges, route_edge, i, PLAN - 1)


@inline_kernel
def vehicle_ahead(vehicles: Records, lanes: Records, lane: int, s: float) -> int:
    """Return the vehicle on ``lane`` right ahead of position ``s``; NONE without one."""
    ahead = NONE
    other = lanes[lane].front
    while other != NONE and vehicles[other].s > s:
        ahead = other
        other = vehicles[other].behind
    return ahead


@inline_kernel
def try_to_enter(
    vehicles: Records, lanes: Records, edges: Records, route_edge: Ints, active: Ints, counts: Longs, i: int, t_us: int
) -> bool:
    """Let the waiting vehicle ``i`` enter at its origin if it fits between those already there."""
    edge = route_edge[vehicles[i].route_begin]
    s = vehicles[i].depart_s
    lane = choose_lane(lanes, edges, edge, NONE) if s == 0.0 else edges[edge].lane_first
    ahead = vehicle_ahead(vehicles, lanes, lane, s)
    behind = lanes[lane].front if ahead == NONE else vehicles[ahead].behind
    standstill = vehicles[i].standstill_gap
    limit = edges[edge].speed_limit * vehicles[i].speed_factor
    speed = limit if s == 0.0 else PULL_OUT * limit
    room = FREE
    if ahead != NONE:
        room = vehicles[ahead].s - vehicles[ahead].length - s
        speed = min(speed, vehicles[ahead].speed)
    else:
        rear, rear_speed = overhang(vehicles, lanes, edges, lane)
        if rear < FREE:
            room = rear - s
            speed = min(speed, rear_speed)
    if room < standstill + CUT_M + vehicles[i].time_gap * speed:
        return False
    if behind != NONE:
        gap = s - vehicles[i].length - vehicles[behind].s
        if gap < vehicles[behind].standstill_gap + vehicles[behind].time_gap * vehicles[behind].speed:
            return False
    vehicles[i].s = s
    vehicles[i].speed = speed
    enter_network(vehicles, lanes, edges, route_edge, active, counts, i, lane, ahead, t_us)
    return True


@inline_kernel
def admit(vehicles: Records, lanes: Records, edges: Records, route_edge: Ints, active: Ints, counts: Longs, t_us: int) -> None:
    """Queue the trips that are due at their origins, then let the first of each queue in."""
    while counts[NEXT] < vehicles.size and vehicles[counts[NEXT]].depart_us <= t_us:
        i = counts[NEXT]
        counts[NEXT] += 1
        edge = route_edge[vehicles[i].route_begin]
        if edges[edge].queue_first == NONE:
            edges[edge].queue_first = i
        else:
            vehicles[edges[edge].queue_last].waiting_next = i
        edges[edge].queue_last = i
        counts[WAITING] += 1
    if counts[WAITING] == 0:
        return
    for edge in range(edges.size):
        first = edges[edge].queue_first
        if first != NONE and try_to_enter(vehicles, lanes, edges, route_edge, active, counts, first, t_us):
            edges[edge].queue_first = vehicles[first].waiting_next
            counts[WAITING] -= 1


@kernel
def step(
    vehicles: Records,
    lanes: Records,
    edges: Records,
    turns: Records,
    route_edge: Ints,
    active: Ints,
    counts: Longs,
    t_us: int,
    dt_us: int,
) -> None:
    """Advance all vehicles from ``t_us`` by ``dt_us``; changes vehicles, lanes, edges, ``active`` and ``counts`` in place."""
    dt = dt_us * 1e-6
    admit(vehicles, lanes, edges, route_edge, active, counts, t_us)
    claim_lanes(vehicles, lanes, edges, active, counts)
    moving = counts[ACTIVE]
    counts[UPDATES] += moving
    for a in range(moving):
        look_ahead(vehicles, lanes, edges, turns, active[a])
    for a in range(moving):
        move(vehicles, lanes, edges, active[a], dt)
    staying = 0
    for a in range(moving):
        i = active[a]
        cross(vehicles, lanes, edges, route_edge, i)
        if vehicles[i].leg == vehicles[i].route_size - 1 and vehicles[i].s >= vehicles[i].arrive_s:
            leave_network(vehicles, lanes, edges, counts, i, t_us + dt_us)
        else:
            active[staying] = i
            staying += 1
    counts[ACTIVE] = staying
