"""Who is on which lane: slots from the stop line backwards, free room, choice of lanes, entering and leaving."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel
from twin.traffic.roads import NONE, Records
from twin.traffic.vehicles import ACTIVE, ARRIVED, FREE, LATER, NEVER

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.int8]

ROUNDING_M = 0.001
"""More than single precision rounds a position on a lane: who drives to the end of a lane arrives before it."""

ALL_LANES = 0xFFFF


@inline_kernel
def rear_of(slots: Records, lanes: Records, count: Ints, tails: Ints, lane: int, step: int) -> tuple[float, float]:
    """Return position and speed of the first thing that one meets on ``lane``, counted from its beginning; FREE if empty.

    That is the rear bumper of the vehicle nearest to the entry, or of the one that left the lane last and still hangs over it.
    """
    n = count[lane]
    if n > 0:
        last = lanes[lane].first_slot + n - 1
        return slots[last].s - slots[last].length, slots[last].speed
    if tails[lane] >= step:
        return lanes[lane].tail, lanes[lane].tail_speed
    return FREE, 0.0


@inline_kernel
def meant_lanes(lanes: Records, links: Records, lane: int, edge: int) -> int:
    """Return the lanes (bits) beside ``lane`` from which one turns into ``edge``; all of them where nobody turns so."""
    for link in range(lanes[lane].link_begin, lanes[lane].link_end):
        if links[link].edge == edge and links[link].lanes != 0:
            return int(links[link].lanes)
    return ALL_LANES


@inline_kernel
def goes_on(lanes: Records, links: Records, link: int, edge_after: int) -> bool:
    """Return whether ``link`` ends in a lane from which one turns into ``edge_after`` (NONE: anywhere will do)."""
    if edge_after == NONE:
        return True
    to = links[link].to
    target = lanes[to].target if lanes[to].connector != NONE else to
    return bool((meant_lanes(lanes, links, target, edge_after) >> lanes[target].index) & 1)


@inline_kernel
def choose_link(lanes: Records, links: Records, count: Ints, lane: int, edge: int, edge_after: int) -> int:
    """Return the lane or connector that leads from ``lane`` to ``edge``: meant for it, good for what follows, not crowded."""
    best, best_cost = NONE, FREE
    for link in range(lanes[lane].link_begin, lanes[lane].link_end):
        if links[link].edge != edge:
            continue
        to = links[link].to
        target = lanes[to].target if lanes[to].connector != NONE else to
        cost = float(count[target]) + 0.5 * float(count[to])
        if links[link].marked == 0:
            cost += 1000.0
        if lanes[target].closed:
            cost += 100.0
        if not goes_on(lanes, links, link, edge_after):
            cost += 20.0
        if cost < best_cost:
            best, best_cost = to, cost
    return best


@inline_kernel
def route_edge_at(vehicles: Records, route_edge: Ints, i: int, leg: int) -> int:
    """Return the edge of vehicle ``i``'s route at ``leg``; NONE beyond its end."""
    if leg >= vehicles[i].route_size:
        return NONE
    return int(route_edge[vehicles[i].route_begin + leg])


@inline_kernel
def pace_on(vehicles: Records, classes: Records, lanes: Records, i: int, lane: int, pace_factor: float) -> float:
    """Return 1 / the speed (s/m) that vehicle ``i`` wants on ``lane``: by limit, driver, class and what it was advised."""
    limit = min(lanes[lane].limit * vehicles[i].speed_factor, classes[vehicles[i].klass].most_speed)
    return float(max(pace_factor / limit, vehicles[i].advised_pace))


@inline_kernel
def orient(
    slots: Records,
    vehicles: Records,
    classes: Records,
    lanes: Records,
    links: Records,
    count: Ints,
    route_edge: Ints,
    slot: int,
    lane: int,
    pace_factor: float,
) -> None:
    """Tell the vehicle in ``slot`` what holds on ``lane`` (of an edge): speed, goal, the lanes it wants, where it goes next."""
    i = slots[slot].vehicle
    leg = vehicles[i].leg
    slots[slot].pace = pace_on(vehicles, classes, lanes, i, lane, pace_factor)
    edge = route_edge_at(vehicles, route_edge, i, leg + 1)
    if edge == NONE:
        slots[slot].next = NONE
        goal = vehicles[i].arrive_s - lanes[lane].begin
        slots[slot].goal = min(goal, lanes[lane].length - ROUNDING_M)
        slots[slot].lanes = 1 if goal < lanes[lane].length or classes[slots[slot].klass].kerb > 0.0 else ALL_LANES
        return
    after = route_edge_at(vehicles, route_edge, i, leg + 2)
    slots[slot].goal = FREE
    slots[slot].next = choose_link(lanes, links, count, lane, edge, after)
    meant = meant_lanes(lanes, links, lane, edge)
    if classes[slots[slot].klass].kerb > 0.0:
        meant &= -meant  # the lowest of them
    slots[slot].lanes = meant
    if after == NONE or meant & (meant - 1) == 0:
        return
    following = slots[slot].next
    if following == NONE:
        return
    target = lanes[following].target if lanes[following].connector != NONE else following
    if lanes[target].short == 0:
        return
    best = 0
    first = lane - lanes[lane].index
    for index in range(16):
        if (meant >> index) & 1:
            beside = first + index
            for link in range(lanes[beside].link_begin, lanes[beside].link_end):
                if links[link].edge == edge and links[link].marked == 1 and goes_on(lanes, links, link, after):
                    best |= 1 << index
    if best != 0:
        slots[slot].lanes = best


@inline_kernel
def insert(slots: Records, lanes: Records, count: Ints, lane: int, place: int) -> int:
    """Open a slot as number ``place`` (0: first) of ``lane``; return it. There must be room."""
    base = lanes[lane].first_slot
    for k in range(count[lane], place, -1):
        slots[base + k] = slots[base + k - 1]
    count[lane] += 1
    return int(base + place)


@inline_kernel
def remove(slots: Records, lanes: Records, count: Ints, lane: int, place: int) -> None:
    """Close the slot number ``place`` of ``lane``."""
    base = lanes[lane].first_slot
    count[lane] -= 1
    for k in range(place, count[lane]):
        slots[base + k] = slots[base + k + 1]


@inline_kernel
def enter_network(
    slots: Records,
    vehicles: Records,
    classes: Records,
    lanes: Records,
    links: Records,
    count: Ints,
    route_edge: Ints,
    counts: Longs,
    i: int,
    lane: int,
    place: int,
    s: float,
    speed: float,
    pace_factor: float,
    t_us: int,
) -> None:
    """Put vehicle ``i`` on ``lane`` of an edge as number ``place``."""
    slot = insert(slots, lanes, count, lane, place)
    klass = vehicles[i].klass
    slots[slot].s, slots[slot].speed = s, speed
    slots[slot].length, slots[slot].klass = classes[klass].length, klass
    slots[slot].cap = slots[slot].room = slots[slot].acceleration = FREE
    slots[slot].vehicle = i
    slots[slot].came = NONE
    slots[slot].entered = LATER
    vehicles[i].lane = lane
    if vehicles[i].insert_us == NEVER:
        vehicles[i].insert_us = t_us
    counts[ACTIVE] += 1
    lanes[lane].entered += 1
    orient(slots, vehicles, classes, lanes, links, count, route_edge, slot, lane, pace_factor)


@inline_kernel
def stands_on(slots: Records, vehicles: Records, lanes: Records, lane: int, slot: int, t_us: int) -> bool:
    """Return whether the vehicle in ``slot``, which has come to its goal, still stands there and holds up its lane."""
    i = slots[slot].vehicle
    if vehicles[i].leaves_us < 0:
        vehicles[i].leaves_us = t_us - vehicles[i].leaves_us
    if vehicles[i].leaves_us <= t_us:
        return False
    lanes[lane].distance -= slots[slot].s - slots[slot].goal
    slots[slot].s, slots[slot].speed = float(slots[slot].goal), 0.0
    return True


@inline_kernel
def leave_network(
    slots: Records, vehicles: Records, lanes: Records, count: Ints, counts: Longs, lane: int, place: int, t_us: int
) -> None:
    """Take number ``place`` of ``lane`` off the network: it has arrived."""
    i = slots[lanes[lane].first_slot + place].vehicle
    lanes[lane].left += 1
    remove(slots, lanes, count, lane, place)
    vehicles[i].lane = NONE
    vehicles[i].arrive_us = t_us
    counts[ACTIVE] -= 1
    counts[ARRIVED] += 1
