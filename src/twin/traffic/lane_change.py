"""Lane changes: MOBIL, mandatory ones towards the lanes from which the route goes on, and courtesy for those who must change.

Source: A. Kesting, M. Treiber, D. Helbing, "General lane-changing model MOBIL for car-following models", Transportation
Research Record 1999 (2007) 86-94. A change takes effect at once; ``positions`` draws the vehicle crossing over.
"""

from __future__ import annotations

from twin.compilation import inline_kernel
from twin.traffic.car_following import acceleration_behind, asked_behind, free_acceleration
from twin.traffic.lane_lists import Bytes, Ints, Longs, insert, orient, remove
from twin.traffic.roads import NONE, Records
from twin.traffic.signal_states import RED, YELLOW
from twin.traffic.vehicles import CHANGES, FREE

STANDING_MPS = 0.1
"""Slower vehicles stand, in the eyes of who wants to change."""


@inline_kernel
def place_beside(slots: Records, lanes: Records, count: Ints, lane: int, s: float) -> int:
    """Return how many vehicles of ``lane`` are ahead of position ``s``."""
    base = lanes[lane].first_slot
    low, high = 0, count[lane]
    while low < high:
        middle = (low + high) // 2
        if slots[base + middle].s > s:
            low = middle + 1
        else:
            high = middle
    return low


@inline_kernel
def stop_line_gap(lanes: Records, links: Records, signal: Bytes, lane: int, edge: int, distance: float) -> float:
    """Return the room to the stop line of ``lane`` if the turn into ``edge`` shows red there, else FREE."""
    for link in range(lanes[lane].link_begin, lanes[lane].link_end):
        if links[link].edge == edge:
            number = lanes[links[link].to].connector
            if number != NONE and (signal[number] == RED or signal[number] == YELLOW):
                return max(distance, 0.1)
    return FREE


@inline_kernel
def wanted_side(lanes_wanted: int, index: int) -> int:
    """Return 0 when lane ``index`` is among ``lanes_wanted``, else +1 or -1: towards the nearest that is."""
    if (lanes_wanted >> index) & 1:
        return 0
    for off in range(1, 16):
        if index >= off and (lanes_wanted >> (index - off)) & 1:
            return -1
        if (lanes_wanted >> (index + off)) & 1:
            return 1
    return 0


@inline_kernel
def advantage(
    slots: Records,
    classes: Records,
    lanes: Records,
    links: Records,
    count: Ints,
    tails: Ints,
    signal: Bytes,
    vehicles: Records,
    route_edge: Ints,
    driving: Records,
    lane: int,
    k: int,
    beside: int,
    place: int,
    now_mps2: float,
    must: bool,
    step: int,
) -> float:
    """Return the incentive (m/s2) of number ``k`` on ``lane`` to become number ``place`` on ``beside``; -FREE if unsafe."""
    slot = lanes[lane].first_slot + k
    shift = lanes[lane].begin - lanes[beside].begin
    s, length = slots[slot].s + shift, slots[slot].length
    if s > lanes[beside].length or count[beside] >= lanes[beside].room - 1:
        return -FREE
    base = lanes[beside].first_slot
    gap, leader_speed = FREE, 0.0
    if place > 0:
        leader = base + place - 1
        gap, leader_speed = slots[leader].s - slots[leader].length - s, slots[leader].speed
        if gap < driving[0].smallest_gap:
            return -FREE
    elif tails[beside] >= step:
        gap, leader_speed = lanes[beside].tail - s, lanes[beside].tail_speed
        if gap < driving[0].smallest_gap:
            return -FREE
    elif slots[slot].next != NONE:
        i = slots[slot].vehicle
        edge = route_edge[vehicles[i].route_begin + vehicles[i].leg + 1]
        gap = stop_line_gap(lanes, links, signal, beside, edge, lanes[beside].length - s)
    then = acceleration_behind(slots, classes, slot, gap, leader_speed)
    safe = -driving[0].safe_braking
    if then < safe:
        return -FREE
    others = 0.0
    if place < count[beside]:
        follower = base + place
        room = s - length - slots[follower].s
        if room < driving[0].smallest_gap:
            return -FREE
        theirs = acceleration_behind(slots, classes, follower, room, slots[slot].speed)
        if theirs < safe:
            return -FREE
        before = FREE
        before_speed = 0.0
        if place > 0:
            leader = base + place - 1
            before, before_speed = slots[leader].s - slots[leader].length - slots[follower].s, slots[leader].speed
        others += theirs - acceleration_behind(slots, classes, follower, before, before_speed)
    if must:
        return float(then - now_mps2 + driving[0].politeness * others)
    if k + 1 < count[lane]:
        behind = slot + 1
        old = slots[slot].s - length - slots[behind].s
        new, new_speed = FREE, 0.0
        if k > 0:
            new, new_speed = slots[slot - 1].s - slots[slot - 1].length - slots[behind].s, slots[slot - 1].speed
        others += acceleration_behind(slots, classes, behind, new, new_speed) - acceleration_behind(
            slots, classes, behind, old, slots[slot].speed
        )
    return float(then - now_mps2 + driving[0].politeness * others)


@inline_kernel
def ask_for_room(
    slots: Records, classes: Records, lanes: Records, count: Ints, driving: Records, lane: int, k: int, beside: int, place: int
) -> None:
    """Let the vehicle behind the wanted place open a gap, and number ``k`` of ``lane`` fall in behind the one before it.

    Who stands beside it cannot get in before it and does not hold it up.
    """
    slot = lanes[lane].first_slot + k
    s = slots[slot].s + lanes[lane].begin - lanes[beside].begin
    least = -driving[0].courtesy_braking
    if place < count[beside]:
        follower = lanes[beside].first_slot + place
        gap = s - slots[slot].length - slots[follower].s
        if gap >= driving[0].smallest_gap or slots[slot].speed > STANDING_MPS:
            asked = asked_behind(slots, classes, follower, gap, slots[slot].speed, least)
            slots[follower].cap = min(slots[follower].cap, asked)
    if place > 0:
        leader = lanes[beside].first_slot + place - 1
        gap = slots[leader].s - slots[leader].length - s
        asked = asked_behind(slots, classes, slot, gap, slots[leader].speed, least)
        slots[slot].cap = min(slots[slot].cap, asked)


@inline_kernel
def change(
    slots: Records,
    vehicles: Records,
    classes: Records,
    lanes: Records,
    links: Records,
    count: Ints,
    route_edge: Ints,
    counts: Longs,
    lane: int,
    k: int,
    beside: int,
    place: int,
    step: int,
    pace_factor: float,
) -> None:
    """Move number ``k`` of ``lane`` to become number ``place`` of ``beside``."""
    new = insert(slots, lanes, count, beside, place)
    slots[new] = slots[lanes[lane].first_slot + k]
    remove(slots, lanes, count, lane, k)
    slots[new].s += lanes[lane].begin - lanes[beside].begin
    slots[new].acceleration = FREE
    i = slots[new].vehicle
    vehicles[i].lane = beside
    vehicles[i].changed_from = lane
    vehicles[i].changed_step = step
    counts[CHANGES] += 1
    if slots[new].s - slots[new].length < 0.0:
        slots[new].came = NONE
    orient(slots, vehicles, classes, lanes, links, count, route_edge, new, beside, pace_factor)


@inline_kernel
def consider_lane(
    slots: Records,
    vehicles: Records,
    classes: Records,
    lanes: Records,
    links: Records,
    count: Ints,
    tails: Ints,
    signal: Bytes,
    route_edge: Ints,
    counts: Longs,
    driving: Records,
    lane: int,
    step: int,
    dt: float,
    round_: int,
    pace_factor: float,
) -> None:
    """Let every vehicle of ``lane`` think of changing."""
    k = 0
    index = lanes[lane].index
    while k < count[lane]:
        slot = lanes[lane].first_slot + k
        speed = slots[slot].speed
        if slots[slot].s < slots[slot].length:
            k += 1  # who still hangs over the lane behind does not change
            continue
        wanted = slots[slot].lanes
        must = wanted_side(wanted, index)
        distance = lanes[lane].length - slots[slot].s
        if slots[slot].goal < FREE:
            distance = slots[slot].goal - slots[slot].s
        i = slots[slot].vehicle
        if must == 0 and (
            i < 0
            or distance < driving[0].last_free_change
            or (speed < STANDING_MPS and round_ % 4 != 0)
            or ((wanted << 1) >> index) & 0b101 == 0  # neither lane beside it will do
        ):
            k += 1
            continue
        klass = slots[slot].klass
        if k == 0:
            now = float(slots[slot].acceleration)
        else:
            gap = slots[slot - 1].s - slots[slot - 1].length - slots[slot].s
            now = acceleration_behind(slots, classes, slot, gap, slots[slot - 1].speed)
        if must == 0:
            best_possible = free_acceleration(speed, slots[slot].pace, classes[klass].acceleration, classes[klass].braking)
            if best_possible - now <= driving[0].threshold or (step - vehicles[i].changed_step) * dt < driving[0].rest:
                k += 1
                continue
        worth = 0.0
        if must != 0:
            worth = driving[0].urgency * max(0.0, 1.0 - distance / (2.0 * driving[0].courtesy_distance)) + driving[0].threshold
        best, best_gain, best_place = NONE, float(driving[0].threshold), 0
        for side in range(2):
            beside = lanes[lane].right if side == 0 else lanes[lane].left_lane
            if beside == NONE or lanes[beside].closed:
                continue
            if must == 0 and not (wanted >> lanes[beside].index) & 1:
                continue
            if must != 0 and (must == -1) != (side == 0):
                continue
            place = place_beside(slots, lanes, count, beside, slots[slot].s + lanes[lane].begin - lanes[beside].begin)
            gain = advantage(
                slots,
                classes,
                lanes,
                links,
                count,
                tails,
                signal,
                vehicles,
                route_edge,
                driving,
                lane,
                k,
                beside,
                place,
                now,
                must != 0,
                step,
            )
            if gain > -FREE and must != 0:
                gain = max(gain, -driving[0].safe_braking) + worth if distance > driving[0].courtesy_distance else FREE
            if gain > best_gain:
                best, best_gain, best_place = beside, gain, place
            elif must != 0 and distance < driving[0].courtesy_distance:
                ask_for_room(slots, classes, lanes, count, driving, lane, k, beside, place)
        if best != NONE:
            change(
                slots, vehicles, classes, lanes, links, count, route_edge, counts, lane, k, best, best_place, step, pace_factor
            )
        else:
            k += 1
