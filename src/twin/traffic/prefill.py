"""Vehicles that are under way when the run begins."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from twin.traffic.lane_lists import enter_network
from twin.traffic.roads import NONE, Roads
from twin.traffic.trips import Trips
from twin.traffic.vehicles import Vehicles
from twin.units import US_PER_S

START_SPEED_RATIO: Final = 0.7
"""A placed vehicle drives at most this share of its desired speed at the start. Assumption; forgotten within seconds."""


def place_under_way(vehicles: Vehicles, roads: Roads, trips: Trips, speed_ratio: float) -> int:
    """Place the trips that departed before 0 where they have come to; return how many.

    They have driven at ``speed_ratio`` times the free-flow speed. Those that would have arrived are left out, and so are those
    for whom there is no room at their place: both stay without an entry in ``insert_us`` and never enter.
    """
    speed_limit, length = roads.edges.speed_limit.tolist(), roads.edges.length.tolist()
    wanted = [
        (edge, -s, trip, leg)
        for trip in range(int(np.searchsorted(trips.depart_us, 0)))
        if (place := _reached(trips, speed_limit, length, trip, speed_ratio)) is not None
        for edge, s, leg in [place]
    ]
    room_s: npt.NDArray[np.float64] = np.full(roads.lanes.size, np.inf)
    last = np.full(roads.lanes.size, NONE, dtype=np.int64)
    tables = (vehicles.all, roads.lanes, roads.edges, vehicles.route_edge, vehicles.active, vehicles.counts)
    placed = 0
    for edge, minus_s, trip, leg in sorted(wanted):
        vehicle = vehicles.all[trip]
        first, count = int(roads.edges[edge].lane_first), int(roads.edges[edge].lane_count)
        lane = first + int(np.argmax(room_s[first : first + count]))
        s = min(-minus_s, float(room_s[lane] - vehicle.standstill_gap))
        if s < vehicle.length:
            continue
        desired = roads.edges[edge].speed_limit * vehicle.speed_factor
        safe = (room_s[lane] - s - vehicle.standstill_gap) / vehicle.time_gap
        vehicle.s, vehicle.leg = s, leg
        vehicle.speed = max(0.0, min(START_SPEED_RATIO * desired, safe))
        enter_network(*tables, trip, lane, int(last[lane]), 0)
        vehicle.insert_us = vehicle.depart_us
        last[lane] = trip
        room_s[lane] = s - vehicle.length
        placed += 1
    return placed


def _reached(
    trips: Trips, speed_limit: list[float], length: list[float], trip: int, speed_ratio: float
) -> tuple[int, float, int] | None:
    """Return edge, distance along it and leg that a trip has reached at 0; None when it has arrived."""
    left_s = -int(trips.depart_us[trip]) / US_PER_S * speed_ratio
    edges = trips.edges_of(trip)
    begin = float(trips.depart_s_m[trip])
    for leg, edge in enumerate(edges):
        speed = speed_limit[edge]
        end = float(trips.arrive_s_m[trip]) if leg == edges.size - 1 else length[edge]
        if (end - begin) / speed > left_s:
            return int(edge), begin + left_s * speed, leg
        left_s -= (end - begin) / speed
        begin = 0.0
    return None
