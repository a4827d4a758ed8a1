"""The state of all vehicles, one record a trip, changed in place by the movement kernel.

A vehicle's slot is its trip's number and is never reused. Vehicles of one lane form a doubly linked list from the stop line
(``front`` of the lane) back to the entry (``rear``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.traffic.roads import NONE, Records, records
from twin.traffic.trips import Trips
from twin.traffic.vehicle_types import ClassTable

PLAN: Final = 4
"""For so many edges of the route ahead a vehicle has already chosen its lane."""

NEVER: Final = -(1 << 63)
"""An instant that has not come."""

ACTIVE, NEXT, WAITING, ARRIVED, UPDATES = range(5)
"""What ``Vehicles.counts`` counts: on the network, next trip to depart, waiting outside, arrived, vehicle updates so far."""

VEHICLE: Final = np.dtype(
    [
        ("s", "f8"),  # front bumper along the edge, m
        ("speed", "f8"),  # m/s
        ("length", "f8"),  # m
        ("odometer", "f8"),  # m driven since it entered
        ("acceleration", "f8"),  # chosen for this step, m/s2
        ("gap", "f8"),  # room ahead found in this step, m
        ("lane", "i4"),  # lane of the front bumper; NONE outside the network
        ("ahead", "i4"),  # next vehicle towards the end of the lane; NONE for the first
        ("behind", "i4"),
        ("leg", "i4"),  # which edge of its route it is on
        ("route_begin", "i4"),  # first row in the route table
        ("route_size", "i4"),
        ("plan", "i4", (PLAN,)),  # lanes on the next edges of the route; NONE beyond its end
        ("lane_before", "i4"),  # lane it was on before; NONE on its first edge
        ("waiting_next", "i4"),  # queue of trips that found no room at their origin: the one behind
        ("speed_factor", "f8"),  # desired speed / speed limit
        ("max_acceleration", "f8"),
        ("braking", "f8"),
        ("time_gap", "f8"),
        ("standstill_gap", "f8"),
        ("depart_s", "f8"),
        ("arrive_s", "f8"),
        ("depart_us", "i8"),
        ("insert_us", "i8"),  # entered the network; NEVER before
        ("arrive_us", "i8"),
        ("width", "f8"),
        ("height", "f8"),
        ("klass", "i1"),
    ],
    align=True,
)


@dataclass(frozen=True, slots=True)
class Vehicles:
    """The tables of the kernel that belong to vehicles."""

    all: Records
    """One record a trip."""
    route_edge: npt.NDArray[np.int32]
    """All routes, end to end."""
    active: npt.NDArray[np.int32]
    """(trips,): the first ``counts[ACTIVE]`` are the vehicles on the network, in order of entry."""
    counts: npt.NDArray[np.int64]


def vehicles_of(trips: Trips, classes: ClassTable) -> Vehicles:
    """Return the state before the first step: nobody on the network."""
    every = records(trips.count, VEHICLE)
    klass = trips.klass.astype(np.int64)
    every.klass = trips.klass
    every.length, every.width, every.height = classes.length_m[klass], classes.width_m[klass], classes.height_m[klass]
    every.max_acceleration, every.braking = classes.acceleration_mps2[klass], classes.braking_mps2[klass]
    every.time_gap, every.standstill_gap = classes.time_gap_s[klass], classes.standstill_gap_m[klass]
    every.speed_factor = trips.speed_factor
    every.route_begin = trips.route_offset[trips.route]
    every.route_size = trips.route_offset[trips.route + 1] - trips.route_offset[trips.route]
    every.depart_s, every.arrive_s = trips.depart_s_m, trips.arrive_s_m
    every.depart_us = trips.depart_us
    every.insert_us = every.arrive_us = NEVER
    for field in ("lane", "lane_before", "plan", "ahead", "behind", "waiting_next"):
        every[field] = NONE
    return Vehicles(every, trips.route_edge, np.zeros(trips.count, dtype=np.int32), np.zeros(5, dtype=np.int64))
