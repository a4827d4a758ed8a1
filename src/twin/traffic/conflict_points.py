"""Inside the junction: no two vehicles on one conflict point.

Whoever is on the place already goes first. Of others, where paths cross or one joins another and gives way, whoever comes first
in the order of entry; where they zip, whoever is nearer. The order of entry is that of the steps, within a step that of right
of way, but who has right of way and passes before somebody who is still far comes before him (``must_wait``). It is one order
for all, so that nobody waits for himself round a ring of others. ``look_inside`` stops a vehicle short of every place that
somebody before it has not left yet, whatever was foreseen at the stop line, and lets it follow whom it joins.
"""

from __future__ import annotations

from twin.compilation import inline_kernel
from twin.roadnet.lane_graph import CROSS, ZIP
from twin.roadnet.right_of_way import turn_order
from twin.traffic.car_following import interaction
from twin.traffic.lane_lists import Ints
from twin.traffic.roads import Records
from twin.traffic.vehicles import FREE
from twin.traffic.zipping import zips_first

CREEP_MPS = 1.0
"""Slower vehicles inside a junction are not counted on to leave in time. Assumption."""


@inline_kernel
def order_of_entry(step: int, turn: int) -> int:
    """Return the place of who enters in ``step`` among all who go through a junction."""
    return 4 * step + turn_order(turn)


@inline_kernel
def mean_speed(speed: float, limit: float) -> float:
    """Return about how fast somebody covers the next metres through a junction: half-way between now and the turn's limit."""
    return max(0.5 * (speed + limit), 1.0)


@inline_kernel
def leaves_too_late(
    s: float, speed: float, length: float, limit: float, zone_end: float, my_arrival: float, clearance: float
) -> bool:
    """Return whether somebody on his way through is still at the crossing place when I come to it."""
    if s - length >= zone_end:
        return False
    if speed < CREEP_MPS:
        return True
    return (zone_end + length - s) / mean_speed(speed, limit) + clearance > my_arrival


@inline_kernel
def goes_before(slots: Records, lanes: Records, conflicts: Records, q: int, connector: int, slot: int, rival: int) -> bool:
    """Return whether the vehicle in ``rival``, on the other connector of conflict ``q``, goes before the one in ``slot``."""
    joined, rival_joined = slots[slot].s > conflicts[q].begin, slots[rival].s > conflicts[q].other_begin
    if joined != rival_joined:
        return bool(rival_joined)
    if conflicts[q].kind == ZIP:
        other = conflicts[q].other
        return zips_first(
            rival_joined,
            lanes[other].length - slots[rival].s,
            slots[rival].vehicle,
            joined,
            lanes[connector].length - slots[slot].s,
            slots[slot].vehicle,
        )
    if slots[rival].entered != slots[slot].entered:
        return bool(slots[rival].entered < slots[slot].entered)
    return bool(slots[rival].vehicle < slots[slot].vehicle)


@inline_kernel
def look_inside(
    slots: Records,
    classes: Records,
    lanes: Records,
    count: Ints,
    tails: Ints,
    conflicts: Records,
    connector: int,
    slot: int,
    step: int,
) -> tuple[float, float]:
    """Return the deceleration that conflicts ahead on the connector ask of the vehicle in ``slot``, and how far it may go."""
    s, speed = slots[slot].s, slots[slot].speed
    k = slots[slot].klass
    most, factor = classes[k].acceleration, classes[k].interaction
    time_gap, standstill = classes[k].time_gap, classes[k].standstill_gap
    slowing, room = 0.0, FREE
    v = mean_speed(speed, lanes[connector].limit)
    for q in range(lanes[connector].conflict_begin, lanes[connector].conflict_end):
        crosses = conflicts[q].kind == CROSS
        if crosses and conflicts[q].begin < s:
            continue
        other = conflicts[q].other
        hangs = tails[other] >= step and lanes[other].tail < conflicts[q].other_end
        if count[other] == 0 and not hangs:
            continue
        gap = max(conflicts[q].begin - s, 0.0)
        stops = False
        if hangs and crosses:
            room = min(room, gap)
            stops = True
        for n in range(count[other]):
            rival = lanes[other].first_slot + n
            behind = slots[rival].s - slots[rival].length
            if behind >= conflicts[q].other_end or not goes_before(slots, lanes, conflicts, q, connector, slot, rival):
                continue
            if not crosses:
                between = lanes[connector].length - s - (lanes[other].length - behind)
                if between > 0.0:
                    room = min(room, between)
                    slowing = max(slowing, interaction(speed, between, slots[rival].speed, most, factor, time_gap, standstill))
                    continue
            room = min(room, gap)
            if leaves_too_late(
                slots[rival].s,
                slots[rival].speed,
                slots[rival].length,
                lanes[other].limit,
                conflicts[q].other_end,
                gap / v,
                0.0,
            ):
                stops = True
        if stops:
            slowing = max(slowing, interaction(speed, gap + standstill - 0.5, 0.0, most, factor, time_gap, standstill))
    return slowing, room
