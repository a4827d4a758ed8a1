"""How trips begin: due ones queue at their origins and enter the road where they fit in."""

from __future__ import annotations

from twin.compilation import inline_kernel
from twin.traffic.lane_lists import Ints, Longs, enter_network, route_edge_at
from twin.traffic.roads import NONE, Records
from twin.traffic.vehicles import FREE, NEXT, PLANNED, WAITING

CLEAR_M = 0.05
"""Nobody enters nearer to a bumper than this."""


@inline_kernel
def try_to_enter(
    slots: Records,
    vehicles: Records,
    classes: Records,
    lanes: Records,
    links: Records,
    count: Ints,
    tails: Ints,
    edge_lane: Ints,
    route_edge: Ints,
    counts: Longs,
    driving: Records,
    i: int,
    step: int,
    t_us: int,
    pace_factor: float,
) -> bool:
    """Let the waiting vehicle ``i`` enter at its place if it fits between those already there."""
    leg = vehicles[i].leg
    edge = route_edge[vehicles[i].route_begin + leg]
    klass = vehicles[i].klass
    at_gate = vehicles[i].depart_s <= 0.0
    following = route_edge_at(vehicles, route_edge, i, leg + 1)
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
        elif tails[lane] >= step:
            room = lanes[lane].tail - s
            speed = min(speed, lanes[lane].tail_speed)
        if (
            room < classes[klass].standstill_gap + CLEAR_M + classes[klass].time_gap * speed
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
    tails: Ints,
    edge_lane: Ints,
    route_edge: Ints,
    counts: Longs,
    queue: Ints,
    driving: Records,
    step: int,
    t_us: int,
    pace_factor: float,
) -> None:
    """Queue the trips that are due at their origins, then let the first of each queue in, and whoever can pull out."""
    while counts[NEXT] < counts[PLANNED] and vehicles[counts[NEXT]].depart_us <= t_us:
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
    parked = queue.shape[0] - 1
    for edge in range(queue.shape[0]):
        first, before = queue[edge, 0], NONE
        while first != NONE:
            following = vehicles[first].waiting_next
            if try_to_enter(
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
                driving,
                first,
                step,
                t_us,
                pace_factor,
            ):
                if before == NONE:
                    queue[edge, 0] = following
                else:
                    vehicles[before].waiting_next = following
                if queue[edge, 1] == first:
                    queue[edge, 1] = before
                counts[WAITING] -= 1
            else:
                before = first
            if edge < parked:
                break
            first = following
