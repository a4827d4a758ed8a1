"""Where some vehicles are and from where on their ways can change; and how they take note that these have changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.compilation import as_records, kernel
from twin.traffic.engine import Engine
from twin.traffic.lane_lists import orient
from twin.traffic.obstacles import is_committed
from twin.traffic.roads import LANE, LINK, NONE
from twin.traffic.vehicles import CLASS, NEVER, SLOT, VEHICLE

Raw = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where vehicles are, one row each; all but ``trip``, ``turn_edge`` and ``turn_leg`` hold only for those on the network."""

    trip: Ints
    on: Ints
    """1 on the network, else 0."""
    edge: Ints
    leg: Ints
    last: Ints
    """1 where the edge is the last of the route, else 0."""
    turn_edge: Ints
    turn_leg: Ints
    lane: npt.NDArray[np.int8]
    s_m: Floats
    speed_mps: Floats
    braking_m: Floats
    """Way to a standstill at comfortable braking."""


def whereabouts(engine: Engine, trip: Ints, in_store: Bools, since_s: float = 0.0, *, on_road: bool = False) -> Whereabouts:
    """Return where each ``trip`` (n,) is, moved on along its lane by ``since_s``; ``in_store`` (trips,) have no way yet.

    ``on_road``: those on the network alone.
    """
    ints, lane, floats = np.empty((7, trip.size), np.int32), np.empty(trip.size, np.int8), np.empty((3, trip.size))
    slots, rows, classes, lanes, *_ = engine.raw_tables()
    size = _look(slots, rows, classes, lanes, engine.vehicles.route_edge, trip, in_store, since_s, on_road, ints, lane, floats)
    who, on, edge, leg, last, turn_edge, turn_leg = ints[:, :size]
    return Whereabouts(who, on, edge, leg, last, turn_edge, turn_leg, lane[:size], *floats[:, :size])


def gone(engine: Engine, trip: Ints) -> tuple[Ints, Longs, Ints]:
    """Return who of ``trip`` (n,) has arrived and when; and the others that are still to arrive."""
    there, at_us, left = np.empty(trip.size, np.int32), np.empty(trip.size, np.int64), np.empty(trip.size, np.int32)
    arrived, kept = _part(engine.raw_tables()[1], trip, there, at_us, left)
    return there[:arrived], at_us[:arrived], left[:kept]


def orient_listed(engine: Engine, trip: Ints, leg: Ints) -> None:
    """Let each ``trip`` (n,) take note that its way has changed behind its ``leg`` (n,)."""
    slots, rows, classes, lanes, links, *_ = engine.raw_tables()
    vehicles, roads = engine.vehicles, engine.roads
    _orient(slots, rows, classes, lanes, links, roads.count, vehicles.route_edge, trip, leg, engine.pace_factor)


@kernel
def _look(
    slot_bytes: Raw,
    vehicle_bytes: Raw,
    class_bytes: Raw,
    lane_bytes: Raw,
    route_edge: Ints,
    trip: Ints,
    in_store: Bools,
    since_s: float,
    on_road: bool,  # noqa: FBT001
    ints: Ints,
    index: npt.NDArray[np.int8],
    floats: Floats,
) -> int:
    """Write the columns of ``Whereabouts`` for each ``trip`` (n,), or those ``on_road``; return how many rows they are."""
    slots, vehicles = as_records(slot_bytes, SLOT), as_records(vehicle_bytes, VEHICLE)
    classes, lanes = as_records(class_bytes, CLASS), as_records(lane_bytes, LANE)
    row = 0
    for i in trip:
        lane, at, size = vehicles[i].lane, vehicles[i].leg, vehicles[i].route_size
        if on_road and lane == NONE:
            continue
        begin, turn_leg, edge, s, speed, braking = vehicles[i].route_begin, at, NONE, 0.0, 0.0, 1.0
        index[row] = 0
        if lane != NONE:
            slot = lanes[lane].first_slot
            while slots[slot].vehicle != i:
                slot += 1
            speed, braking = slots[slot].speed, classes[slots[slot].klass].braking
            s = slots[slot].s + speed * since_s + lanes[lane].begin
            index[row] = lanes[lane].index
            turn_leg = at + 1 if is_committed(slots, classes, lanes, lane, slot) else at
            if lanes[lane].connector != NONE:
                at += 1
                s += lanes[lanes[lane].target].begin - lanes[lane].length
            edge = route_edge[begin + at]
        can_turn = turn_leg < size and vehicles[i].arrive_us == NEVER and vehicles[i].removed == 0 and not in_store[i]
        ints[0, row], ints[1, row], ints[2, row], ints[3, row] = i, lane != NONE, edge, at
        ints[4, row], ints[6, row] = at + 1 == size, turn_leg
        ints[5, row] = route_edge[begin + turn_leg] if can_turn else NONE
        floats[0, row], floats[1, row], floats[2, row] = s, speed, speed * speed / (2.0 * braking)
        row += 1
    return row


@kernel
def _part(vehicle_bytes: Raw, trip: Ints, there: Ints, at_us: Longs, left: Ints) -> tuple[int, int]:
    """Write who of ``trip`` (n,) has arrived, and who is neither there nor taken off the road; return how many they are."""
    vehicles = as_records(vehicle_bytes, VEHICLE)
    arrived, kept = 0, 0
    for i in trip:
        if vehicles[i].arrive_us != NEVER:
            there[arrived], at_us[arrived] = i, vehicles[i].arrive_us
            arrived += 1
        elif vehicles[i].removed == 0:
            left[kept] = i
            kept += 1
    return arrived, kept


@kernel
def _orient(
    slot_bytes: Raw,
    vehicle_bytes: Raw,
    class_bytes: Raw,
    lane_bytes: Raw,
    link_bytes: Raw,
    count: Ints,
    route_edge: Ints,
    trip: Ints,
    leg: Ints,
    pace_factor: float,
) -> None:
    """Let each ``trip`` (n,) find its lanes, its turn and its goal anew if its way has changed behind the edge it is on now."""
    slots, vehicles = as_records(slot_bytes, SLOT), as_records(vehicle_bytes, VEHICLE)
    classes, lanes = as_records(class_bytes, CLASS), as_records(lane_bytes, LANE)
    links = as_records(link_bytes, LINK)
    for row in range(trip.size):
        i = trip[row]
        lane = vehicles[i].lane
        if lane == NONE or lanes[lane].connector != NONE or leg[row] != vehicles[i].leg:
            continue
        slot = lanes[lane].first_slot
        while slots[slot].vehicle != i:
            slot += 1
        orient(slots, vehicles, classes, lanes, links, count, route_edge, slot, lane, pace_factor)
