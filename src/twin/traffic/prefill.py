"""Vehicles that are under way when the run begins."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.traffic.lane_lists import Ints, Longs, enter_network, meant_lanes, route_edge_at
from twin.traffic.roads import NONE, Records, Roads
from twin.traffic.trips import Trips
from twin.traffic.vehicles import FREE, Vehicles
from twin.units import US_PER_S

START_SPEED_RATIO: Final = 0.7
"""A placed vehicle drives at most this share of its desired speed at the start. Assumption; forgotten within seconds."""


def place_under_way(vehicles: Vehicles, roads: Roads, trips: Trips, speed_ratio: float, pace_factor: float) -> int:
    """Place the trips that departed before 0 where they have come to; return how many.

    They have driven at ``speed_ratio`` times the free-flow speed, and are no faster than they can stop by the end of their
    lane. Those that would have arrived are left out, and so are those for whom there is no room at their place: both stay
    without an entry in ``insert_us`` and never enter.
    """
    first = roads.edge_lane[:-1].astype(np.int64)
    lanes = roads.lanes.view(np.ndarray)
    kerb = np.minimum(first, lanes.size - 1)
    limit, length = lanes["limit"][kerb].tolist(), lanes["length"][kerb].tolist()
    begin = lanes["begin"][kerb].tolist()
    wanted = [
        (edge, -s, trip, leg)
        for trip in range(int(np.searchsorted(trips.depart_us, 0)))
        if (place := _reached(trips, limit, length, begin, trip, speed_ratio)) is not None
        for edge, s, leg in [place]
    ]
    wanted.sort()
    rows = np.array([(trip, edge, leg) for edge, _, trip, leg in wanted], dtype=np.int32).reshape(-1, 3)
    s_m = np.array([-minus_s for _, minus_s, _, _ in wanted])
    return int(
        _place_all(
            vehicles.slots,
            vehicles.all,
            vehicles.classes,
            roads.lanes,
            roads.links,
            roads.count,
            roads.edge_lane,
            vehicles.route_edge,
            vehicles.counts,
            rows,
            s_m,
            pace_factor,
        )
    )


@kernel
def _place_all(
    slots: Records,
    vehicles: Records,
    classes: Records,
    lanes: Records,
    links: Records,
    count: Ints,
    edge_lane: Ints,
    route_edge: Ints,
    counts: Longs,
    rows: npt.NDArray[np.int32],
    s_m: npt.NDArray[np.float64],
    pace_factor: float,
) -> int:
    """Place the trips of ``rows`` (trip, edge, leg), edge by edge from the front; return how many found room."""
    placed = 0
    for row in range(rows.shape[0]):
        i, edge, leg = rows[row, 0], rows[row, 1], rows[row, 2]
        following = route_edge_at(vehicles, route_edge, i, leg + 1)
        best, best_room = NONE, 0.0
        for lane in range(edge_lane[edge], edge_lane[edge + 1]):
            meant = following == NONE or (meant_lanes(lanes, links, lane, following) >> lanes[lane].index) & 1 == 1
            room = FREE
            if count[lane] > 0:
                last = lanes[lane].first_slot + count[lane] - 1
                room = slots[last].s - slots[last].length
            if (meant or lanes[lane].length > 150.0) and room > best_room and count[lane] < lanes[lane].room - 1:
                best, best_room = lane, room
        if best == NONE:
            continue
        klass = vehicles[i].klass
        gap = classes[klass].standstill_gap
        s = min(s_m[row], best_room - gap, lanes[best].length - 0.5)
        if s < classes[klass].length:
            continue
        desired = min(lanes[best].limit * vehicles[i].speed_factor, classes[klass].most_speed) / pace_factor
        speed = max(0.0, min(START_SPEED_RATIO * desired, (best_room - s - gap) / classes[klass].time_gap))
        speed = min(speed, math.sqrt(2.0 * classes[klass].braking * (lanes[best].length - s)))
        vehicles[i].leg = leg
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
            count[best],
            s,
            speed,
            pace_factor,
            vehicles[i].depart_us,
        )
        placed += 1
    return placed


def _reached(
    trips: Trips, speed_limit: list[float], length: list[float], begin: list[float], trip: int, speed_ratio: float
) -> tuple[int, float, int] | None:
    """Return edge, distance along its lanes and leg that a trip has reached at 0; None when it has arrived."""
    left_s = -int(trips.depart_us[trip]) / US_PER_S * speed_ratio
    edges = trips.edges_of(trip)
    at = max(float(trips.depart_s_m[trip]) - begin[edges[0]], 0.0) if edges.size else 0.0
    for leg, edge in enumerate(edges):
        speed = speed_limit[edge]
        end = min(float(trips.arrive_s_m[trip]) - begin[edge], length[edge]) if leg == edges.size - 1 else length[edge]
        if (end - at) / speed > left_s:
            return int(edge), at + left_s * speed, leg
        left_s -= (end - at) / speed
        at = 0.0
    return None
