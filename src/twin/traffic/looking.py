"""What the first vehicle of a lane, and everyone inside a junction, sees ahead, and the speed it chooses."""

from __future__ import annotations

import math

from twin.compilation import inline_kernel
from twin.traffic.car_following import free_acceleration, interaction
from twin.traffic.conflict_points import look_inside
from twin.traffic.lane_lists import Bytes, Ints, choose_link, rear_of, route_edge_at
from twin.traffic.right_of_way import must_wait
from twin.traffic.roads import NONE, Records
from twin.traffic.signal_states import RED
from twin.traffic.vehicles import FREE

STANDSTILL_MPS = 0.02
"""Slower than this behind somebody who stands, a vehicle stands too."""

LANES_AHEAD = 5
"""So many lanes ahead the first vehicle of a lane looks at most."""


@inline_kernel
def pace_before(slow: float, braking: float, distance: float) -> float:
    """Return the pace (s/m) at ``distance`` before a place that one passes at the speed ``slow``."""
    return 1.0 / math.sqrt(slow * slow + 2.0 * braking * max(distance, 0.0))


@inline_kernel
def slow_pace(driving: Records, pace: float, braking: float, distance: float) -> float:
    """Return the pace (s/m) at ``distance`` before the place where a vehicle leaves the road inside the map."""
    return pace_before(driving[0].pull_out / pace, braking, distance)


@inline_kernel
def look_ahead(
    slots: Records,
    vehicles: Records,
    classes: Records,
    lanes: Records,
    links: Records,
    conflicts: Records,
    count: Ints,
    tails: Ints,
    signal: Bytes,
    blocked: Bytes,
    route_edge: Ints,
    driving: Records,
    lane: int,
    slot: int,
    step: int,
    dt: float,
) -> None:
    """Choose the acceleration of the first vehicle of ``lane`` and how far it may go; leave both in its slot."""
    speed = slots[slot].speed
    k = slots[slot].klass
    most, braking = classes[k].acceleration, classes[k].braking
    time_gap, standstill = classes[k].time_gap, classes[k].standstill_gap
    distance = lanes[lane].length - slots[slot].s
    pace = float(slots[slot].pace)
    slowing, room = 0.0, FREE
    goal = slots[slot].goal
    if goal < lanes[lane].length - 0.5:
        pace = max(pace, slow_pace(driving, pace, braking, goal - slots[slot].s))
    target = slots[slot].next
    connector = lanes[lane].connector != NONE
    if connector:
        target = lanes[lane].target
        if lanes[lane].crosses:
            slowing, room = look_inside(slots, classes, lanes, count, tails, conflicts, lane, slot, step)
    elif target != NONE and speed == 0.0 and lanes[target].connector != NONE and signal[lanes[target].connector] == RED:
        lanes[lane].stood = 0.0
        if distance < 2.0 * driving[0].stop_line_gap:
            slots[slot].acceleration = 0.0
            slots[slot].room = 0.0
            return
    if tails[lane] >= step:
        room = min(room, lanes[lane].tail - slots[slot].s)
        slowing = max(
            slowing, interaction(speed, room, lanes[lane].tail_speed, most, classes[k].interaction, time_gap, standstill)
        )
    wish = 1.5 * (standstill + speed * time_gap + speed * speed * classes[k].interaction) + 10.0
    i = slots[slot].vehicle
    ahead_edges = 0
    slots[slot].acceleration = slots[slot].room = FREE  # ``must_wait`` lowers both because of those inside
    stands = False
    for ahead in range(LANES_AHEAD):
        if target == NONE or distance > wish:
            break
        limit = lanes[target].limit
        if speed > limit and speed * speed > limit * limit + braking * max(distance, 0.0):
            pace = max(pace, pace_before(limit, braking, distance))
        held = False
        if lanes[target].connector != NONE:
            held = must_wait(
                slots,
                classes,
                lanes,
                count,
                tails,
                conflicts,
                signal,
                blocked,
                driving,
                target,
                lane if ahead == 0 else lanes[target].source,
                slot,
                ahead == 0,
                distance,
                most,
                braking,
                standstill,
                step,
            )
            if ahead == 0:
                stands = signal[lanes[target].connector] != RED
        if held:
            slowing = max(
                slowing,
                interaction(
                    speed,
                    distance + standstill - driving[0].stop_line_gap,
                    0.0,
                    most,
                    classes[k].interaction,
                    time_gap,
                    standstill,
                ),
            )
            room = min(room, distance)
            if ahead == 0 and speed < 1.0:
                lanes[lane].held_step = step
            break
        rear, rear_speed = rear_of(slots, lanes, count, tails, target, step)
        if rear < FREE:
            room = min(room, distance + rear)
            slowing = max(
                slowing,
                interaction(speed, distance + rear, rear_speed, most, classes[k].interaction, time_gap, standstill),
            )
            break
        distance += lanes[target].length
        here = target
        if lanes[here].connector != NONE:
            target = lanes[here].target
        else:
            ahead_edges += 1
            edge = route_edge_at(vehicles, route_edge, i, vehicles[i].leg + ahead_edges + 1)
            target = NONE
            if edge != NONE:
                target = choose_link(lanes, links, count, here, edge, NONE)
    acceleration = free_acceleration(speed, pace, most, braking) - slowing
    acceleration = min(max(acceleration, -driving[0].hardest_braking), slots[slot].cap)
    acceleration = min(acceleration, max(slots[slot].acceleration, -driving[0].hardest_braking))
    slots[slot].acceleration = acceleration
    slots[slot].room = min(room, slots[slot].room)
    lanes[lane].stood = lanes[lane].stood + dt if stands and speed < STANDSTILL_MPS else 0.0


@inline_kernel
def look_around(
    slots: Records,
    classes: Records,
    lanes: Records,
    count: Ints,
    tails: Ints,
    conflicts: Records,
    driving: Records,
    lane: int,
    step: int,
) -> None:
    """Let all but the first vehicle on a connector keep short of places that others have not left."""
    for n in range(1, count[lane]):
        slot = lanes[lane].first_slot + n
        slowing, room = look_inside(slots, classes, lanes, count, tails, conflicts, lane, slot, step)
        if room < FREE:
            k = slots[slot].klass
            free = free_acceleration(slots[slot].speed, slots[slot].pace, classes[k].acceleration, classes[k].braking)
            slots[slot].acceleration = max(free - slowing, -driving[0].hardest_braking)
            slots[slot].room = room
