"""Time steps of all vehicles, in one compiled kernel.

Order within a step: due trips enter where there is room, parked vehicles where there is a gap; drivers whose turn it is think
of changing lanes; the first vehicle of each lane, and everyone inside a junction, looks ahead; streams that zip into one lane
order themselves; all choose their speed from the state at the beginning of the step and move; those past the end of their lane
cross to the next; those at their destination leave.

No vehicle ever overlaps another on its lane: a move is cut at the rear bumper ahead as it was at the beginning of the step
(nobody drives backwards), and a vehicle crosses into a lane only behind everyone who is already there.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.compilation import as_records, borrowed, inline_kernel, kernel, prefetch
from twin.traffic.admission import admit
from twin.traffic.car_following import free_acceleration, interaction
from twin.traffic.conflict_points import order_of_entry
from twin.traffic.driving import DRIVING, HALTED_MPS
from twin.traffic.lane_change import consider_lane
from twin.traffic.lane_lists import Bytes, Ints, Longs, insert, leave_network, orient, pace_on, rear_of, remove, stands_on
from twin.traffic.looking import STANDSTILL_MPS, look_ahead, look_around, slow_pace
from twin.traffic.roads import CONFLICT, LANE, LINK, NEVER_STEP, NONE, ZIP_PAIR, Records
from twin.traffic.vehicles import ACTIVE, ARRIVED, CLASS, FREE, LATER, NEVER, OFF_LANE, REMOVED, SLOT, STEPS, UPDATES, VEHICLE
from twin.traffic.zipping import zip_pair

Raw = npt.NDArray[np.uint8]

CUT_M = 0.05
"""A move ends at least this far behind the bumper ahead."""

STANDSTILL_SLACK_M = 0.1
"""Who stands begins to move when the gap is this much wider than the standstill gap."""

LANES_EARLY, SLOTS_EARLY, NEXT_EARLY = 8, 4, 2
"""So many lanes before its turn the memory of a lane, of its first vehicles, of where the first one drives on is asked for."""


@inline_kernel
def leave_tail(slots: Records, lanes: Records, tails: Ints, slot: int, lane: int, step: int) -> None:
    """Tell the lanes behind that the last vehicle of ``lane``, in ``slot``, still hangs over them."""
    rear = slots[slot].s - slots[slot].length
    behind = lanes[lane].source if lanes[lane].connector != NONE else slots[slot].came
    for _ in range(3):
        if rear >= 0.0 or behind == NONE:
            return
        rear += lanes[behind].length
        lanes[behind].tail = rear
        lanes[behind].tail_speed = slots[slot].speed
        tails[behind] = step + 1
        behind = lanes[behind].source


@inline_kernel
def move_lane(
    slots: Records,
    classes: Records,
    lanes: Records,
    tails: Ints,
    n: int,
    driving: Records,
    lane: int,
    step: int,
    dt: float,
) -> bool:
    """Move every vehicle of ``lane``; return whether somebody has come to his destination."""
    base = lanes[lane].first_slot
    way_sum, halted = 0.0, 0
    arrived = False
    leader_s, leader_speed = 0.0, 0.0
    hardest, fades = driving[0].hardest_braking, driving[0].courtesy_fades
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
                arrived = arrived or s >= slots[slot].goal
                continue
            room = min(room, gap)
            pace = float(slots[slot].pace)
            goal = slots[slot].goal
            if goal < lanes[lane].length - 0.5:
                pace = max(pace, slow_pace(driving, pace, classes[k].braking, goal - s))
            acceleration = free_acceleration(speed, pace, classes[k].acceleration, classes[k].braking) - interaction(
                speed, gap, leader_speed, classes[k].acceleration, classes[k].interaction, classes[k].time_gap, standstill
            )
            acceleration = min(max(acceleration, -hardest), slots[slot].cap, slots[slot].acceleration)
            slots[slot].acceleration = FREE
            if (
                speed < STANDSTILL_MPS
                and acceleration < 0.05
                and gap <= standstill + STANDSTILL_SLACK_M
                and leader_speed == 0.0
            ):
                slots[slot].speed = 0.0
                leader_s, leader_speed = s, 0.0
                halted += 1
                arrived = arrived or s >= slots[slot].goal
                continue
        leader_s, leader_speed = s, speed
        slots[slot].cap += fades * dt
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
        leave_tail(slots, lanes, tails, last, lane, step)
    return arrived


@inline_kernel
def cross(
    slots: Records,
    vehicles: Records,
    classes: Records,
    lanes: Records,
    links: Records,
    count: Ints,
    tails: Ints,
    route_edge: Ints,
    counts: Longs,
    lane: int,
    step: int,
    pace_factor: float,
) -> int:
    """Let the first vehicle of ``lane`` drive on, or hold it at the end where there is no room; return where it is or NONE."""
    slot = lanes[lane].first_slot
    over = slots[slot].s - lanes[lane].length
    is_connector = lanes[lane].connector != NONE
    target = lanes[lane].target if is_connector else slots[slot].next
    if over < 0.0 or target == NONE:
        return NONE
    rear, rear_speed = rear_of(slots, lanes, count, tails, target, step)
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
    slots[new].room = slots[new].acceleration = FREE
    i = slots[new].vehicle
    vehicles[i].lane = target
    klass = slots[new].klass
    taken = slots[new].length + classes[klass].standstill_gap
    if lanes[target].connector != NONE:
        lanes[lane].left += 1
        lanes[lane].left_step = step
        lanes[target].entered += 1
        slots[new].entered = min(slots[new].entered, order_of_entry(step, lanes[target].turn))
        lanes[target].reserved_step = NEVER_STEP
        slots[new].pace = pace_on(vehicles, classes, lanes, i, target, pace_factor)
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
        slots[new].entered = LATER
        orient(slots, vehicles, classes, lanes, links, count, route_edge, new, target, pace_factor)
        slots[new].cap = FREE
    if slots[new].s < slots[new].length:
        leave_tail(slots, lanes, tails, new, target, step)
    return int(target)


@inline_kernel
def lanes_with_vehicles(count: Ints, first: int, end: int, every: int, rows: Ints) -> int:
    """Write every ``every``-th lane from ``first`` to ``end`` that has vehicles to ``rows``; return how many they are.

    Without a branch: most lanes are empty, and which ones no processor can guess.
    """
    number = 0
    for lane in range(first, end, every):
        rows[number] = lane
        number += 1 if count[lane] > 0 else 0
    return number


@inline_kernel
def prefetch_lanes(slots: Records, lanes: Records, rows: Ints, at: int, number: int) -> None:
    """Ask for the lanes, then the first two vehicles, that come up in ``rows`` soon after ``at``."""
    if at + LANES_EARLY < number:
        prefetch(lanes, rows[at + LANES_EARLY], 2)
    if at + SLOTS_EARLY < number:
        prefetch(slots, lanes[rows[at + SLOTS_EARLY]].first_slot, 2)


@kernel
def steps(
    slot_bytes: Raw,
    vehicle_bytes: Raw,
    class_bytes: Raw,
    lane_bytes: Raw,
    link_bytes: Raw,
    conflict_bytes: Raw,
    zip_bytes: Raw,
    driving_bytes: Raw,
    count: Ints,
    signal: Bytes,
    blocked: Bytes,
    edge_lane: Ints,
    route_edge: Ints,
    counts: Longs,
    queue: Ints,
    crossing: Ints,
    tails: Ints,
    t_us: int,
    dt_us: int,
    number: int,
    pace_factor: float,
) -> None:
    """Advance all vehicles from ``t_us`` by ``number`` steps of ``dt_us``; all but links, conflicts, routes change in place.

    Tables of records come as bytes, see ``as_records``.
    """
    slots, vehicles = as_records(slot_bytes, SLOT), as_records(vehicle_bytes, VEHICLE)
    classes, lanes = as_records(class_bytes, CLASS), as_records(lane_bytes, LANE)
    links, conflicts = as_records(link_bytes, LINK), as_records(conflict_bytes, CONFLICT)
    zips, driving = as_records(zip_bytes, ZIP_PAIR), as_records(driving_bytes, DRIVING)
    count, signal, blocked, crossing = borrowed(count), borrowed(signal), borrowed(blocked), borrowed(crossing)
    tails = borrowed(tails)
    edge_lane, route_edge, counts, queue = borrowed(edge_lane), borrowed(route_edge), borrowed(counts), borrowed(queue)
    dt = dt_us * 1e-6
    first_connector = edge_lane[edge_lane.size - 1]
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
            tails,
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
        thinking = lanes_with_vehicles(count, (every - step % every) % every, first_connector, every, crossing)
        for at in range(thinking):
            prefetch_lanes(slots, lanes, crossing, at, thinking)
            lane = crossing[at]
            if lanes[lane].right != NONE or lanes[lane].left_lane != NONE:
                consider_lane(
                    slots, vehicles, classes, lanes, links, count, tails, signal, route_edge, counts, driving, lane, step, dt,
                    round_, pace_factor,
                )  # fmt: skip
        busy = lanes_with_vehicles(count, 0, count.size, 1, crossing)
        for at in range(busy):
            prefetch_lanes(slots, lanes, crossing, at, busy)
            if at + NEXT_EARLY < busy:
                soon = lanes[crossing[at + NEXT_EARLY]].first_slot
                if slots[soon].next != NONE:
                    prefetch(lanes, slots[soon].next, 1)
            lane = crossing[at]
            look_ahead(
                slots, vehicles, classes, lanes, links, conflicts, count, tails, signal, blocked, route_edge, driving, lane,
                lanes[lane].first_slot, step, dt,
            )  # fmt: skip
            if lane >= first_connector and count[lane] > 1 and lanes[lane].crosses:
                look_around(slots, classes, lanes, count, tails, conflicts, driving, lane, step)
        for pair in range(zips.size):
            zip_pair(slots, classes, lanes, count, driving, zips, pair, step)
        crossings = 0
        for at in range(busy):
            prefetch_lanes(slots, lanes, crossing, at, busy)
            lane = crossing[at]
            n = count[lane]
            arrived = move_lane(slots, classes, lanes, tails, n, driving, lane, step, dt)
            if arrived:
                for place in range(n - 1, -1, -1):
                    slot = lanes[lane].first_slot + place
                    if slots[slot].s >= slots[slot].goal and not stands_on(slots, vehicles, lanes, lane, slot, t_us + dt_us):
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
                lane = cross(slots, vehicles, classes, lanes, links, count, tails, route_edge, counts, lane, step, pace_factor)
        counts[STEPS] += 1
        t_us += dt_us
