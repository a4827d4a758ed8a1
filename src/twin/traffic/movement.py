"""Time steps of all vehicles, in one compiled kernel.

Order within a step: due trips enter where there is room; drivers whose turn it is think of changing lanes; the first vehicle of
each lane, and everyone inside a junction, looks ahead; streams that zip into one lane order themselves; all choose their speed
from the state at the beginning of the step and move; those past the end of their lane cross to the next; those at their
destination leave.

No vehicle ever overlaps another on its lane: a move is cut at the rear bumper ahead as it was at the beginning of the step
(nobody drives backwards), and a vehicle crosses into a lane only behind everyone who is already there.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.compilation import borrowed, inline_kernel, kernel
from twin.traffic.car_following import free_acceleration, interaction
from twin.traffic.driving import HALTED_MPS
from twin.traffic.lane_change import consider_lane
from twin.traffic.lane_lists import (
    Ints,
    Longs,
    choose_link,
    enter_network,
    insert,
    leave_network,
    orient,
    rear_of,
    remove,
    route_edge_at,
)
from twin.traffic.conflict_points import look_inside
from twin.traffic.right_of_way import must_wait
from twin.traffic.roads import NEVER_STEP, NONE, Records
from twin.traffic.signal_states import RED, YELLOW
from twin.traffic.zipping import zip_pair
from twin.traffic.vehicles import ACTIVE, ARRIVED, FREE, NEVER, NEXT, OFF_LANE, REMOVED, STEPS, UPDATES, WAITING

CUT_M = 0.05
"""A move ends at least this far behind the bumper ahead."""

STANDSTILL_MPS = 0.02
"""Slower than this behind somebody who stands, a vehicle stands too."""

STANDSTILL_SLACK_M = 0.1
"""Who stands begins to move when the gap is this much wider than the standstill gap."""

RELAXES_MPS3 = 2.5
"""So fast a request to slow down (courtesy) is forgotten. Assumption."""

LANES_AHEAD = 5
"""So many lanes ahead the first vehicle of a lane looks at most."""


@inline_kernel
def look_ahead(
    slots: Records,
    vehicles: Records,
    classes: Records,
    lanes: Records,
    links: Records,
    conflicts: Records,
    count: Ints,
    signal: Ints,
    blocked: Ints,
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
    here = lane
    target = slots[slot].next
    connector = lanes[lane].connector != NONE
    if connector:
        target = lanes[lane].target
        if lanes[lane].crosses:
            slowing, room = look_inside(slots, classes, lanes, count, conflicts, lane, slot, step)
    elif target != NONE and speed == 0.0 and lanes[target].connector != NONE and signal[lanes[target].connector] == RED:
        lanes[lane].stood = 0.0
        if distance < 2.0 * driving[0].stop_line_gap:
            slots[slot].acceleration = 0.0
            slots[slot].room = 0.0
            return
    if lanes[lane].tail_step >= step:
        room = min(room, lanes[lane].tail - slots[slot].s)
        slowing = max(
            slowing, interaction(speed, room, lanes[lane].tail_speed, most, classes[k].interaction, time_gap, standstill)
        )
    wish = 1.5 * (standstill + speed * time_gap + speed * speed * classes[k].interaction) + 10.0
    leg = vehicles[slots[slot].vehicle].leg
    stands = False
    for ahead in range(LANES_AHEAD):
        if target == NONE or distance > wish:
            break
        limit = lanes[target].limit
        if speed > limit and speed * speed > limit * limit + braking * max(distance, 0.0):
            pace = max(pace, 1.0 / math.sqrt(limit * limit + 2.0 * braking * max(distance, 0.0)))
        held = False
        if lanes[target].connector != NONE:
            shows = signal[lanes[target].connector]
            if ahead == 0:
                held = must_wait(
                    slots,
                    classes,
                    lanes,
                    count,
                    conflicts,
                    signal,
                    blocked,
                    driving,
                    lane,
                    slot,
                    distance,
                    most,
                    braking,
                    standstill,
                    step,
                )
                stands = shows != RED
            else:
                held = shows == RED or shows == YELLOW  # noqa: PLR1714  (Numba knows no `in` here)
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
        rear, rear_speed = rear_of(slots, lanes, count, target, step)
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
            leg += 1
            i = slots[slot].vehicle
            edge = route_edge_at(vehicles, route_edge, i, leg + 1)
            target = NONE
            if edge != NONE:
                target = choose_link(lanes, links, count, here, edge, NONE)
    acceleration = free_acceleration(speed, pace, most, braking) - slowing
    acceleration = min(max(acceleration, -driving[0].hardest_braking), slots[slot].cap)
    slots[slot].acceleration = acceleration
    slots[slot].room = room
    lanes[lane].stood = lanes[lane].stood + dt if stands and speed < STANDSTILL_MPS else 0.0


@inline_kernel
def look_around(
    slots: Records, classes: Records, lanes: Records, count: Ints, conflicts: Records, lane: int, step: int
) -> None:
    """Let all but the first vehicle on a connector keep short of places that others have not left."""
    for n in range(1, count[lane]):
        slot = lanes[lane].first_slot + n
        slowing, room = look_inside(slots, classes, lanes, count, conflicts, lane, slot, step)
        if room < FREE:
            k = slots[slot].klass
            free = free_acceleration(slots[slot].speed, slots[slot].pace, classes[k].acceleration, classes[k].braking)
            slots[slot].cap = free - slowing
            slots[slot].room = room


@inline_kernel
def leave_tail(slots: Records, lanes: Records, slot: int, lane: int, step: int) -> None:
    """Tell the lanes behind that the last vehicle of ``lane``, in ``slot``, still hangs over them."""
    rear = slots[slot].s - slots[slot].length
    behind = lanes[lane].source if lanes[lane].connector != NONE else slots[slot].came
    for _ in range(3):
        if rear >= 0.0 or behind == NONE:
            return
        rear += lanes[behind].length
        lanes[behind].tail = rear
        lanes[behind].tail_speed = slots[slot].speed
        lanes[behind].tail_step = step + 1
        behind = lanes[behind].source


@inline_kernel
def move_lane(
    slots: Records, classes: Records, lanes: Records, n: int, driving: Records, lane: int, step: int, dt: float
) -> bool:
    """Move every vehicle of ``lane``; return whether somebody has come to his destination."""
    base = lanes[lane].first_slot
    way_sum, halted = 0.0, 0
    arrived = False
    leader_s, leader_speed = 0.0, 0.0
    hardest = driving[0].hardest_braking
    for slot in range(base, base + n):
        s, speed = slots[slot].s, slots[slot].speed
        room = float(slots[slot].room)
        if slot == base:
            acceleration = float(slots[slot].acceleration)
        else:
            gap = leader_s - slots[slot - 1].length - s
            k = slots[slot].klass
            standstill = classes[k].standstill_gap
            if speed == 0.0 and gap <= standstill + STANDSTILL_SLACK_M:
                leader_s, leader_speed = s, 0.0
                halted += 1
                continue
            room = min(room, gap)
            pace = float(slots[slot].pace)
            goal = slots[slot].goal
            if goal < FREE and goal < lanes[lane].length:
                slow = driving[0].pull_out / pace
                pace = max(pace, 1.0 / math.sqrt(slow * slow + 2.0 * classes[k].braking * max(goal - s, 0.0)))
            acceleration = free_acceleration(speed, pace, classes[k].acceleration, classes[k].braking) - interaction(
                speed, gap, leader_speed, classes[k].acceleration, classes[k].interaction, classes[k].time_gap, standstill
            )
            acceleration = min(max(acceleration, -hardest), slots[slot].cap)
            if (
                speed < STANDSTILL_MPS
                and acceleration < 0.05
                and gap <= standstill + STANDSTILL_SLACK_M
                and leader_speed == 0.0
            ):
                slots[slot].speed = 0.0
                leader_s, leader_speed = s, 0.0
                halted += 1
                continue
        leader_s, leader_speed = s, speed
        slots[slot].cap += RELAXES_MPS3 * dt
        slots[slot].room = FREE
        new_speed = speed + acceleration * dt
        if new_speed < 0.0:
            way = speed * speed / (-2.0 * acceleration)
            new_speed = 0.0
        else:
            way = 0.5 * (speed + new_speed) * dt
        free = max(room - CUT_M, 0.0)
        if way > free:
            way = free
            new_speed = min(new_speed, free / dt)
        s += way
        slots[slot].s = s
        slots[slot].speed = new_speed
        way_sum += way
        if new_speed < HALTED_MPS:
            halted += 1
        if s >= slots[slot].goal:
            arrived = True
    lanes[lane].vehicle_s += n * dt
    lanes[lane].distance += way_sum
    lanes[lane].halted_s += halted * dt
    last = base + n - 1
    if slots[last].s < slots[last].length:
        leave_tail(slots, lanes, last, lane, step)
    return arrived


@inline_kernel
def cross(
    slots: Records,
    vehicles: Records,
    classes: Records,
    lanes: Records,
    links: Records,
    count: Ints,
    route_edge: Ints,
    counts: Longs,
    lane: int,
    step: int,
    pace_factor: float,
) -> int:
    """Let the first vehicle of ``lane`` drive on to the next, or hold it at the end where there is no room; return the next or NONE."""
    slot = lanes[lane].first_slot
    over = slots[slot].s - lanes[lane].length
    is_connector = lanes[lane].connector != NONE
    target = lanes[lane].target if is_connector else slots[slot].next
    if over < 0.0 or target == NONE:
        return NONE
    rear, rear_speed = rear_of(slots, lanes, count, target, step)
    allowed = rear - CUT_M
    if count[target] >= lanes[target].room - 1:
        allowed = -1.0
    if over > allowed:
        lanes[lane].distance -= over - max(allowed, 0.0)
        slots[slot].speed = min(slots[slot].speed, rear_speed)
        over = max(allowed, 0.0)
        if allowed < 0.0:
            slots[slot].s = lanes[lane].length
            return NONE
    new = insert(slots, lanes, count, target, count[target])
    slots[new] = slots[lanes[lane].first_slot]
    remove(slots, lanes, count, lane, 0)
    slots[new].s = over
    slots[new].came = lane
    slots[new].room = FREE
    i = slots[new].vehicle
    vehicles[i].lane = target
    klass = slots[new].klass
    taken = slots[new].length + classes[klass].standstill_gap
    if lanes[target].connector != NONE:
        lanes[lane].left += 1
        lanes[lane].left_step = step
        lanes[target].entered += 1
        slots[new].entered = step
        lanes[target].reserved_step = NEVER_STEP
        slots[new].pace = pace_factor / min(lanes[target].limit * vehicles[i].speed_factor, classes[klass].most_speed)
        behind = lanes[target].target
        lanes[behind].incoming += taken
        for link in range(lanes[lane].link_begin, lanes[lane].link_end):
            if links[link].to == target and links[link].marked == 0:
                counts[OFF_LANE] += 1
    else:
        if is_connector:
            lanes[target].incoming -= taken
            if count[lane] == 0:
                lanes[target].incoming = max(lanes[target].incoming, 0.0)
        else:
            lanes[lane].left += 1
            lanes[target].entered += 1
        vehicles[i].leg += 1
        orient(slots, vehicles, classes, lanes, links, count, route_edge, new, target, pace_factor)
        slots[new].cap = FREE
    if slots[new].s < slots[new].length:
        leave_tail(slots, lanes, new, target, step)
    return target


@inline_kernel
def try_to_enter(
    slots: Records,
    vehicles: Records,
    classes: Records,
    lanes: Records,
    links: Records,
    count: Ints,
    edge_lane: Ints,
    route_edge: Ints,
    counts: Longs,
    driving: Records,
    i: int,
    step: int,
    t_us: int,
    pace_factor: float,
) -> bool:
    """Let the waiting vehicle ``i`` enter at its origin if it fits between those already there."""
    edge = route_edge[vehicles[i].route_begin]
    klass = vehicles[i].klass
    at_gate = vehicles[i].depart_s <= 0.0
    following = route_edge_at(vehicles, route_edge, i, 1)
    best, best_cost, best_place, best_s, best_speed = NONE, FREE, 0, 0.0, 0.0
    for lane in range(edge_lane[edge], edge_lane[edge + 1]):
        if not at_gate and lane > edge_lane[edge]:
            break
        s = min(max(vehicles[i].depart_s - lanes[lane].begin, 0.0), lanes[lane].length)
        desired = min(lanes[lane].limit * vehicles[i].speed_factor, classes[klass].most_speed) / pace_factor
        speed = desired if at_gate else driving[0].pull_out * desired
        place = 0
        base = lanes[lane].first_slot
        while place < count[lane] and slots[base + place].s > s:
            place += 1
        room = FREE
        if place > 0:
            leader = base + place - 1
            room = slots[leader].s - slots[leader].length - s
            speed = min(speed, slots[leader].speed)
        elif lanes[lane].tail_step >= step:
            room = lanes[lane].tail - s
            speed = min(speed, lanes[lane].tail_speed)
        if (
            room < classes[klass].standstill_gap + CUT_M + classes[klass].time_gap * speed
            or count[lane] >= lanes[lane].room - 1
        ):
            continue
        if place < count[lane]:
            follower = base + place
            k = slots[follower].klass
            gap = s - classes[klass].length - slots[follower].s
            braking_m = max(slots[follower].speed - speed, 0.0) * slots[follower].speed * classes[k].interaction
            if gap < classes[k].standstill_gap + classes[k].time_gap * slots[follower].speed + braking_m:
                continue
        cost = float(count[lane])
        if following != NONE:
            meant = 0
            for link in range(lanes[lane].link_begin, lanes[lane].link_end):
                if links[link].edge == following and links[link].marked == 1:
                    meant = 1
            if meant == 0:
                cost += 5.0 if lanes[lane].length > 100.0 else 50.0
        if lanes[lane].closed:
            cost += 1000.0
        if cost < best_cost:
            best, best_cost, best_place, best_s, best_speed = lane, cost, place, s, speed
    if best == NONE:
        return False
    enter_network(
        slots,
        vehicles,
        classes,
        lanes,
        links,
        count,
        route_edge,
        counts,
        i,
        best,
        best_place,
        best_s,
        best_speed,
        pace_factor,
        t_us,
    )
    return True


@inline_kernel
def admit(
    slots: Records,
    vehicles: Records,
    classes: Records,
    lanes: Records,
    links: Records,
    count: Ints,
    edge_lane: Ints,
    route_edge: Ints,
    counts: Longs,
    queue: Ints,
    driving: Records,
    step: int,
    t_us: int,
    pace_factor: float,
) -> None:
    """Queue the trips that are due at their origins, then let the first of each queue in."""
    while counts[NEXT] < vehicles.size and vehicles[counts[NEXT]].depart_us <= t_us:
        i = counts[NEXT]
        counts[NEXT] += 1
        edge = route_edge[vehicles[i].route_begin]
        if queue[edge, 0] == NONE:
            queue[edge, 0] = i
        else:
            vehicles[queue[edge, 1]].waiting_next = i
        queue[edge, 1] = i
        counts[WAITING] += 1
    if counts[WAITING] == 0:
        return
    for edge in range(queue.shape[0]):
        first = queue[edge, 0]
        if first != NONE and try_to_enter(
            slots,
            vehicles,
            classes,
            lanes,
            links,
            count,
            edge_lane,
            route_edge,
            counts,
            driving,
            first,
            step,
            t_us,
            pace_factor,
        ):
            queue[edge, 0] = vehicles[first].waiting_next
            counts[WAITING] -= 1


@kernel
def steps(
    slots: Records,
    vehicles: Records,
    classes: Records,
    lanes: Records,
    links: Records,
    conflicts: Records,
    count: Ints,
    signal: npt.NDArray[np.int8],
    blocked: npt.NDArray[np.int8],
    zips: Records,
    edge_lane: Ints,
    route_edge: Ints,
    counts: Longs,
    queue: Ints,
    crossing: Ints,
    driving: Records,
    t_us: int,
    dt_us: int,
    number: int,
    pace_factor: float,
) -> None:
    """Advance all vehicles from ``t_us`` by ``number`` steps of ``dt_us``; everything but links, conflicts, routes changes in place."""
    slots, vehicles, classes, lanes = borrowed(slots), borrowed(vehicles), borrowed(classes), borrowed(lanes)
    links, conflicts, count, signal = borrowed(links), borrowed(conflicts), borrowed(count), borrowed(signal)
    blocked, zips = borrowed(blocked), borrowed(zips)
    edge_lane, route_edge, counts, queue = borrowed(edge_lane), borrowed(route_edge), borrowed(counts), borrowed(queue)
    crossing, driving = borrowed(crossing), borrowed(driving)
    dt = dt_us * 1e-6
    every = max(1, int(driving[0].lane_change_period / dt + 0.5))
    for _ in range(number):
        step = counts[STEPS]
        admit(
            slots,
            vehicles,
            classes,
            lanes,
            links,
            count,
            edge_lane,
            route_edge,
            counts,
            queue,
            driving,
            step,
            t_us,
            pace_factor,
        )
        counts[UPDATES] += counts[ACTIVE]
        round_ = step // every
        first_connector = edge_lane[edge_lane.size - 1]
        for lane in range((every - step % every) % every, first_connector, every):
            if count[lane] > 0 and (lanes[lane].right != NONE or lanes[lane].left_lane != NONE):
                consider_lane(
                    slots, vehicles, classes, lanes, links, count, signal, route_edge, counts, driving, lane, step, dt, round_,
                    pace_factor,
                )  # fmt: skip
        for lane in range(count.size):
            if count[lane] > 0:
                look_ahead(
                    slots, vehicles, classes, lanes, links, conflicts, count, signal, blocked, route_edge, driving, lane,
                    lanes[lane].first_slot, step, dt,
                )  # fmt: skip
                if lane >= first_connector and count[lane] > 1 and lanes[lane].crosses:
                    look_around(slots, classes, lanes, count, conflicts, lane, step)
        for pair in range(zips.size):
            zip_pair(slots, classes, lanes, count, driving, zips, pair, step)
        crossings = 0
        for lane in range(count.size):
            n = count[lane]
            if n == 0:
                continue
            arrived = move_lane(slots, classes, lanes, n, driving, lane, step, dt)
            if arrived:
                for place in range(n - 1, -1, -1):
                    slot = lanes[lane].first_slot + place
                    if slots[slot].s >= slots[slot].goal:
                        leave_network(slots, vehicles, lanes, count, counts, lane, place, t_us + dt_us)
            if count[lane] > 0 and slots[lanes[lane].first_slot].s >= lanes[lane].length:
                crossing[crossings] = lane
                crossings += 1
            elif driving[0].gridlock_after > 0.0 and lanes[lane].stood >= driving[0].gridlock_after and count[lane] > 0:
                stuck = slots[lanes[lane].first_slot].vehicle
                leave_network(slots, vehicles, lanes, count, counts, lane, 0, NEVER)
                vehicles[stuck].removed = 1
                counts[ARRIVED] -= 1
                counts[REMOVED] += 1
                lanes[lane].stood = 0.0
        for c in range(crossings):
            lane = crossing[c]
            while lane != NONE and count[lane] > 0:
                lane = cross(slots, vehicles, classes, lanes, links, count, route_edge, counts, lane, step, pace_factor)
        counts[STEPS] += 1
        t_us += dt_us
