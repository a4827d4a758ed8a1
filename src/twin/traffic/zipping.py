"""Streams that become one lane and take turns: ramps, lane drops.

From ``zip_distance`` on every vehicle follows the one of the other stream that is nearer to the common lane, as if both were on
one lane already. The gap to it is asked for bit by bit: none at the far end of the zone, the whole of it where the ways meet.
Otherwise all gaps would have to open at the beginning of the zone, at a crawl, and half of the capacity were lost.
"""

from __future__ import annotations

from twin.compilation import inline_kernel
from twin.traffic.car_following import asked_behind
from twin.traffic.lane_lists import Ints
from twin.traffic.roads import NONE, Records
from twin.traffic.vehicles import FREE


@inline_kernel
def next_in_zip(
    slots: Records, lanes: Records, count: Ints, connector: int, number: int, reach: float, step: int
) -> tuple[int, float, int]:
    """Return slot, distance to the common lane and number of the vehicle from ``number`` on that goes through ``connector``.

    Numbers count those on the connector first, then those on the lane before it, unless its first one stands and gives way to
    somebody else; the slot is NONE behind the last one.
    """
    inside = count[connector]
    if number < inside:
        slot = lanes[connector].first_slot + number
        return slot, lanes[connector].length - slots[slot].s, number
    source = lanes[connector].source
    if lanes[source].held_step >= step - 1:
        return NONE, FREE, 0
    n = number - inside
    while n < count[source]:
        slot = lanes[source].first_slot + n
        distance = lanes[connector].length + lanes[source].length - slots[slot].s
        if distance > reach:
            break
        if slots[slot].next == connector:
            return slot, distance, n + inside
        n += 1
    return NONE, FREE, 0


@inline_kernel
def zips_first(joined: bool, distance: float, vehicle: int, other_joined: bool, other_distance: float, other: int) -> bool:
    """Return whether a vehicle zips in before another one: who is where the ways have joined, then who is nearer."""
    if joined != other_joined:
        return joined
    if distance != other_distance:
        return distance < other_distance
    return vehicle < other


@inline_kernel
def zip_pair(
    slots: Records, classes: Records, lanes: Records, count: Ints, driving: Records, zips: Records, pair: int, step: int
) -> None:
    """Let the vehicles towards the two connectors of ``pair`` take turns: bound the acceleration of each."""
    one, other = zips[pair].one, zips[pair].other
    if count[one] + count[lanes[one].source] == 0 or count[other] + count[lanes[other].source] == 0:
        return
    length_a, length_b = lanes[one].length, lanes[other].length
    joint_a, joint_b = length_a - zips[pair].begin_one, length_b - zips[pair].begin_other
    inner = max(joint_a, joint_b)
    reach = driving[0].zip_distance + max(length_a, length_b)
    span = reach - inner
    slot_a, distance_a, number_a = next_in_zip(slots, lanes, count, one, 0, reach, step)
    slot_b, distance_b, number_b = next_in_zip(slots, lanes, count, other, 0, reach, step)
    last_a, last_b = NONE, NONE
    last_distance_a, last_distance_b = 0.0, 0.0
    while slot_a != NONE or slot_b != NONE:
        takes_a = slot_b == NONE or (
            slot_a != NONE
            and zips_first(
                number_a < count[one] and distance_a < joint_a,
                distance_a,
                slots[slot_a].vehicle,
                number_b < count[other] and distance_b < joint_b,
                distance_b,
                slots[slot_b].vehicle,
            )
        )
        slot, distance = (slot_a, distance_a) if takes_a else (slot_b, distance_b)
        leader, leader_distance = (last_b, last_distance_b) if takes_a else (last_a, last_distance_a)
        if leader != NONE:
            k = slots[slot].klass
            whole = slots[leader].length + classes[k].standstill_gap + classes[k].time_gap * slots[slot].speed
            gap = distance - leader_distance - slots[leader].length + whole * min(1.0, max(0.0, distance - inner) / span)
            asked = asked_behind(slots, classes, slot, gap, slots[leader].speed, -driving[0].zip_braking)
            slots[slot].acceleration = min(slots[slot].acceleration, asked)
        if takes_a:
            last_a, last_distance_a = slot_a, distance_a
            slot_a, distance_a, number_a = next_in_zip(slots, lanes, count, one, number_a + 1, reach, step)
        else:
            last_b, last_distance_b = slot_b, distance_b
            slot_b, distance_b, number_b = next_in_zip(slots, lanes, count, other, number_b + 1, reach, step)
