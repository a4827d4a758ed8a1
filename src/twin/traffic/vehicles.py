"""The state of all vehicles, changed in place by the movement kernel.

What every step reads and writes lies in *slots*: each lane owns a block of them, filled from the stop line backwards, so that
leader and follower are neighbours in memory. What is needed now and then lies in one record a trip; a vehicle's number is its
trip's and is never reused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.traffic.roads import NONE, Records, Roads, records
from twin.traffic.trips import Trips
from twin.traffic.vehicle_types import ClassTable
from twin.traffic.weather_driving import DrivingFactors

NEVER: Final = -(1 << 63)
"""An instant that has not come."""

FREE: Final = 1e9
"""Farther than any road: nothing ahead, no bound."""

LATER: Final = 1 << 30
"""Comes after everybody who has entered a junction, see ``entered``."""

ACTIVE, NEXT, WAITING, ARRIVED, UPDATES, STEPS, REMOVED, OFF_LANE, CHANGES, PLANNED, RELEASED, ROUTED = range(12)
"""What ``Vehicles.counts`` counts: on the network, next trip to depart, waiting outside, arrived, vehicle updates, steps, taken
off by the gridlock policy, turns from a lane that is not meant for them, lane changes, trips that depart at a planned time,
trips of parked vehicles that have begun, rows of the route table in use."""

COUNTS: Final = 12

SLOT: Final = np.dtype(
    [
        ("s", "f8"),  # front bumper along the lane, m
        ("speed", "f8"),  # m/s
        ("pace", "f4"),  # 1 / desired speed here, s/m
        ("goal", "f4"),  # destination along this lane; FREE when it lies on another edge
        ("length", "f4"),  # m
        ("cap", "f4"),  # no acceleration above this: courtesy; relaxes by itself
        ("room", "f4"),  # no farther than this in this step; FREE without a bound
        ("acceleration", "f4"),  # chosen by the first vehicle of a lane before anybody moves; for others, a bound in this step
        ("vehicle", "i4"),
        ("next", "i4"),  # lane or connector it drives on to; NONE when its trip ends on this edge
        ("came", "i4"),  # lane or connector it came from; NONE on its first lane
        (
            "entered",
            "i4",
        ),  # on a connector: its place in the order of entry; before it LATER, or the place to be
        ("klass", "i1"),
        ("pad", "i1"),
        ("lanes", "u2"),  # bit i: lane i of this edge is meant for its next turn
    ],
    align=True,
)

VEHICLE: Final = np.dtype(
    [
        ("lane", "i4"),  # lane of the front bumper; NONE outside the network
        ("leg", "i4"),  # which edge of its route it is on
        ("route_begin", "i4"),  # first row in the route table
        ("route_size", "i4"),
        ("waiting_next", "i4"),  # queue of trips that found no room at their origin: the one behind
        ("changed_step", "i4"),  # last lane change
        ("changed_from", "i4"),  # the lane it came from sideways
        ("advised_pace", "f4"),  # 1 / speed it was advised not to exceed, s/m; 0 without advice
        ("speed_factor", "f8"),  # desired speed / speed limit
        ("depart_s", "f8"),
        ("arrive_s", "f8"),
        ("depart_us", "i8"),
        ("insert_us", "i8"),  # entered the network; NEVER before
        ("arrive_us", "i8"),
        ("leaves_us", "i8"),  # when it leaves the road at its destination; -d: d after it has come there; 0 at once
        ("klass", "i1"),
        ("removed", "i1"),  # 1 when the gridlock policy took it off
    ],
    align=True,
)

CLASS: Final = np.dtype(
    [
        (name, "f8")
        for name in ("length", "acceleration", "braking", "interaction", "time_gap", "standstill_gap", "most_speed", "kerb")
    ],
    align=True,
)
"""One record a class; ``interaction`` is 1 / (2 sqrt(acceleration x braking)), s2/m; ``kerb`` is 1 for who keeps to the lane at
the kerb."""


@dataclass(frozen=True, slots=True)
class Vehicles:
    """The tables of the kernel that belong to vehicles."""

    slots: Records
    all: Records
    """One record a trip."""
    classes: Records
    route_edge: npt.NDArray[np.int32]
    """All routes, end to end; only edges with lanes. Rows from ``counts[ROUTED]`` on are not in use."""
    counts: npt.NDArray[np.int64]
    queue: npt.NDArray[np.int32]
    """(edges + 1, 2): first and last trip that waits to enter at each edge; NONE without one. In the last row, those of
    vehicles that pull out of parking, each where it stands: they do not wait for one another."""
    crossing: npt.NDArray[np.int32]
    """Scratch: lanes with vehicles, then those whose first vehicle passed the end."""
    length_m: npt.NDArray[np.float64]
    """By class, like the next two."""
    width_m: npt.NDArray[np.float64]
    height_m: npt.NDArray[np.float64]


def class_records(classes: ClassTable, factors: DrivingFactors) -> Records:
    """Return the classes as records, as they drive in this weather."""
    table = records(classes.length_m.size, CLASS)
    acceleration = classes.acceleration_mps2 * factors.acceleration
    table.length, table.acceleration, table.braking = classes.length_m, acceleration, classes.braking_mps2
    table.interaction = 1.0 / (2.0 * np.sqrt(acceleration * classes.braking_mps2))
    table.time_gap, table.standstill_gap = classes.time_gap_s * factors.time_gap, classes.standstill_gap_m
    table.most_speed = classes.highest_speed_mps
    table.kerb = classes.keeps_to_kerb
    return table


def vehicles_of(trips: Trips, classes: ClassTable, factors: DrivingFactors, roads: Roads) -> Vehicles:
    """Return the state before the first step: nobody on the network. The routes of ``trips`` hold only edges with lanes."""
    every = records(trips.count, VEHICLE)
    every.klass = trips.klass
    every.speed_factor = trips.speed_factor
    every.route_begin = trips.route_offset[trips.route]
    every.route_size = trips.route_offset[trips.route + 1] - trips.route_offset[trips.route]
    every.depart_s, every.arrive_s = trips.depart_s_m, trips.arrive_s_m
    every.depart_us = trips.depart_us
    every.insert_us = every.arrive_us = NEVER
    for field in ("lane", "waiting_next", "changed_from"):
        every[field] = NONE
    counts = np.zeros(COUNTS, dtype=np.int64)
    counts[PLANNED], counts[ROUTED] = trips.count, trips.route_edge.size
    return Vehicles(
        slots=records(int(roads.lanes.room.sum(dtype=np.int64)), SLOT),
        all=every,
        classes=class_records(classes, factors),
        route_edge=trips.route_edge.astype(np.int32),
        counts=counts,
        queue=np.full((roads.edge_lane.size, 2), NONE, dtype=np.int32),
        crossing=np.zeros(roads.count.size, dtype=np.int32),
        length_m=classes.length_m,
        width_m=classes.width_m,
        height_m=classes.height_m,
    )
