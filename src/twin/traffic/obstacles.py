"""What stands on a lane for a time: barriers of closed lanes, vehicles that have broken down; and what drivers make of it.

An obstacle lies in a slot of its lane as a vehicle does, without a number and with a class that never moves, so that everybody
keeps behind it by the usual rules.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.compilation import inline_kernel, kernel
from twin.traffic.lane_lists import ALL_LANES, Ints, orient
from twin.traffic.roads import NONE, Records, Roads, records
from twin.traffic.vehicles import CLASS, FREE, STEPS, Vehicles

BARRIER, BREAKDOWN = range(2)
"""Kinds of obstacles."""

BARRIER_M: Final = 1.0
"""Length of the barrier across a closed lane. Assumption."""

TAPER_M: Final = 50.0
"""A lane is closed from so far behind its beginning on, so that who comes into it can merge. MUTCD 2009, table 6C-4: a merging
taper has W S2 / 60 feet; with 11 ft and 30 mph that is 165 ft."""

SIDE_M: Final = 0.5
"""Room that an obstacle leaves to the bumper ahead when it is put down. Assumption."""

SAFE_MPS2: Final = 4.0
"""Nobody has to brake harder than this for an obstacle that is put down: the safe braking of lane changes."""

ENTRY_M: Final = 40.0
"""Nearer to the beginning of its lane an obstacle is put down only when nobody is on his way there through the junction.
Assumption: the way to a stop from 50 km/h at the safe braking, and a vehicle."""

OBSTACLE: Final = np.dtype(
    [
        ("s", "f8"),  # front along the lane, m
        ("length", "f8"),
        ("until_us", "i8"),  # it goes by itself
        ("lane", "i4"),
        ("number", "i4"),  # which of the breakdowns; NONE for barriers
        ("kind", "i4"),
        ("placed", "i4"),  # 0 while it waits for a gap
    ],
    align=True,
)


def with_obstacle_class(vehicles: Vehicles) -> Vehicles:
    """Return the tables with one more class at the end, which never moves."""
    still = records(1, CLASS)
    still.braking, still.most_speed = 2.0, 1.0
    return replace(vehicles, classes=np.concatenate([vehicles.classes, still]).view(np.recarray))


def put_down(obstacle: Any, vehicles: Vehicles, roads: Roads) -> bool:
    """Insert an obstacle (a record of ``OBSTACLE``) into its lane if there is room; return whether there was."""
    slots, count = vehicles.slots.view(np.ndarray), roads.count
    number, s, length = int(obstacle["lane"]), float(obstacle["s"]), float(obstacle["length"])
    lane = roads.lanes[number]
    base, size = int(lane.first_slot), int(count[number])
    if size >= int(lane.room) - 1:
        return False
    mine = slots[base : base + size]
    place = int(np.count_nonzero(mine["s"] > s))
    if place:
        ahead = float(mine["s"][place - 1] - mine["length"][place - 1])
    else:
        ahead = float(lane.tail) if int(roads.tails[number]) >= int(vehicles.counts[STEPS]) else FREE
    if ahead < s + SIDE_M:
        return False
    if place < size:
        speed = float(mine["speed"][place])
        gap = s - length - float(mine["s"][place])
        if gap < float(vehicles.classes.standstill_gap[mine["klass"][place]]) + speed * speed / (2.0 * SAFE_MPS2):
            return False
    elif s - length < ENTRY_M and float(lane.incoming) > 0.1:
        return False
    slots[base + place + 1 : base + size + 1] = slots[base + place : base + size].copy()
    new = slots[base + place : base + place + 1]
    new[:] = np.zeros(1, new.dtype)
    new["s"], new["length"], new["pace"] = s, length, 1.0
    new["goal"] = new["cap"] = new["room"] = FREE
    new["vehicle"] = new["next"] = new["came"] = NONE
    new["klass"], new["lanes"] = vehicles.classes.size - 1, ALL_LANES
    count[number] += 1
    return True


def take_away(obstacle: Any, vehicles: Vehicles, roads: Roads) -> None:
    """Remove an obstacle that was put down from its lane."""
    slots, count = vehicles.slots.view(np.ndarray), roads.count
    number = int(obstacle["lane"])
    base, size = int(roads.lanes[number].first_slot), int(count[number])
    mine = slots[base : base + size]
    (found,) = np.nonzero((mine["vehicle"] < 0) & (mine["s"] == obstacle["s"]))
    place = base + int(found[0])
    slots[place : base + size - 1] = slots[place + 1 : base + size].copy()
    count[number] -= 1


def open_lanes_for_turns(roads: Roads, marked: npt.NDArray[np.uint32]) -> None:
    """Set from which lanes one turns where: the open ones of those ``marked`` (links,), else others that are open."""
    lanes, links = roads.lanes.view(np.ndarray), roads.links
    links.lanes[:] = marked
    closed = np.flatnonzero(lanes["closed"][: roads.connector_first])
    for edge in np.unique(lanes["edge"][closed]).tolist():
        mine = range(int(roads.edge_lane[edge]), int(roads.edge_lane[edge + 1]))
        rows = np.concatenate([np.arange(lanes["link_begin"][lane], lanes["link_end"][lane]) for lane in mine])
        shut = sum(1 << int(lanes["index"][lane]) for lane in mine if lanes["closed"][lane])
        possible: dict[int, int] = {}
        for lane in mine:
            for row in range(int(lanes["link_begin"][lane]), int(lanes["link_end"][lane])):
                turn = int(links.edge[row])
                possible[turn] = possible.get(turn, 0) | 1 << int(lanes["index"][lane])
        for row in rows.tolist():
            usual = int(marked[row])
            links.lanes[row] = (usual & ~shut) or (possible[int(links.edge[row])] & ~shut) or usual


@inline_kernel
def is_committed(slots: Records, classes: Records, lanes: Records, lane: int, slot: int) -> bool:
    """Return whether the vehicle in ``slot`` can no longer choose another turn at the end of its lane."""
    if lanes[lane].connector != NONE:
        return True
    speed = slots[slot].speed
    braking = classes[slots[slot].klass].braking
    return bool(lanes[lane].length - slots[slot].s < speed * speed / (2.0 * braking) + speed)


@kernel
def free_legs(slots: Records, vehicles: Records, classes: Records, lanes: Records, count: Ints, leg: Ints) -> None:
    """Write into ``leg`` (vehicles,) the first leg of the route behind which everybody on the network may choose another way.

    That is the present edge, or the next one for those in a junction and those too near to it. Others' rows stay as they are.
    """
    for lane in range(count.size):
        for slot in range(lanes[lane].first_slot, lanes[lane].first_slot + count[lane]):
            i = slots[slot].vehicle
            if i < 0:
                continue
            leg[i] = vehicles[i].leg
            if vehicles[i].leg + 1 < vehicles[i].route_size and is_committed(slots, classes, lanes, lane, slot):
                leg[i] += 1


@kernel
def orient_again(
    slots: Records,
    vehicles: Records,
    classes: Records,
    lanes: Records,
    links: Records,
    count: Ints,
    route_edge: Ints,
    edges: npt.NDArray[np.bool_],
    chosen: npt.NDArray[np.bool_],
    pace_factor: float,
) -> None:
    """Let vehicles that are ``chosen`` (vehicles,) or drive on one of ``edges`` (edges,) find their lanes and turns anew.

    Those that can no longer choose another turn keep it.
    """
    for lane in range(count.size):
        if lanes[lane].connector != NONE:
            continue
        for slot in range(lanes[lane].first_slot, lanes[lane].first_slot + count[lane]):
            i = slots[slot].vehicle
            if i < 0 or not (chosen[i] or edges[lanes[lane].edge]):
                continue
            if not is_committed(slots, classes, lanes, lane, slot):
                orient(slots, vehicles, classes, lanes, links, count, route_edge, slot, lane, pace_factor)
