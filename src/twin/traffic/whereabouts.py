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
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where vehicles are, one row each; all but ``turn_edge`` and ``turn_leg`` hold only for those on the network."""

    on: Ints
    """1 on the network, else 0."""
    edge: Ints
    leg: Ints
    turn_edge: Ints
    turn_leg: Ints
    lane: npt.NDArray[np.int8]
    s_m: Floats
    speed_mps: Floats
    braking_m: Floats
    """Way to a standstill at comfortable braking."""


def whereabouts(engine: Engine, trip: Ints, in_store: Bools, since_s: float = 0.0) -> Whereabouts:
    """Return where each ``trip`` (n,) is, moved on along its lane by ``since_s``; ``in_store`` (trips,) have no way yet."""
    size = trip.size
    ints, floats = np.empty((5, size), np.int32), np.empty((3, size))
    found = Whereabouts(ints[0], ints[1], ints[2], ints[3], ints[4], np.empty(size, np.int8), floats[0], floats[1], floats[2])
    slots, rows, classes, lanes, *_ = engine.raw_tables()
    _look(
        slots, rows, classes, lanes, engine.vehicles.route_edge, trip, in_store, since_s,
        found.on, found.edge, found.leg, found.turn_edge, found.turn_leg, found.lane,
        found.s_m, found.speed_mps, found.braking_m,
    )  # fmt: skip
    return found


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
    on: Ints,
    edge: Ints,
    leg: Ints,
    turn_edge: Ints,
    turn_leg: Ints,
    index: npt.NDArray[np.int8],
    s_m: Floats,
    speed_mps: Floats,
    braking_m: Floats,
) -> None:
    """Write where each ``trip`` (n,) is, and where its way can change, see ``Whereabouts``; moved on by ``since_s``."""
    slots, vehicles = as_records(slot_bytes, SLOT), as_records(vehicle_bytes, VEHICLE)
    classes, lanes = as_records(class_bytes, CLASS), as_records(lane_bytes, LANE)
    for row in range(trip.size):
        i = trip[row]
        lane, at, size = vehicles[i].lane, vehicles[i].leg, vehicles[i].route_size
        begin = vehicles[i].route_begin
        on[row], edge[row], leg[row], turn_leg[row], turn_edge[row] = 0, NONE, at, at, NONE
        index[row], s_m[row], speed_mps[row], braking_m[row] = 0, 0.0, 0.0, 0.0
        if lane == NONE:
            if vehicles[i].arrive_us == NEVER and vehicles[i].removed == 0 and not in_store[i]:
                turn_edge[row] = route_edge[begin + at]
            continue
        slot = lanes[lane].first_slot
        while slots[slot].vehicle != i:
            slot += 1
        s, speed = slots[slot].s, slots[slot].speed
        committed = is_committed(slots, classes, lanes, lane, slot)
        on[row], index[row], speed_mps[row] = 1, lanes[lane].index, speed
        s += speed * since_s
        if lanes[lane].connector != NONE:
            at += 1
            turn_leg[row] = at
            s_m[row] = s + lanes[lanes[lane].target].begin - lanes[lane].length
        else:
            s_m[row] = s + lanes[lane].begin
            if committed:
                turn_leg[row] = at + 1
        leg[row], edge[row] = at, route_edge[begin + at]
        if turn_leg[row] < size:
            turn_edge[row] = route_edge[begin + turn_leg[row]]
        braking_m[row] = speed * speed / (2.0 * classes[slots[slot].klass].braking)


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
