"""Which trips end or begin in parking: drawn by trip, with a trip in store for every vehicle that will leave again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from twin.rng import stream_key, uniforms
from twin.traffic.gates_and_zones import INBOUND, INTERNAL, OUTBOUND
from twin.traffic.ground_truth import DRIVEN_CLASSES
from twin.traffic.trips import Trips
from twin.traffic.vehicle_types import ClassTable

NEVER_DUE_US: Final = 1 << 62
"""Departure of a trip that begins when a parked vehicle leaves."""

T = TypeVar("T", bound=np.generic)

CAR: Final = DRIVEN_CLASSES.index("car")


@dataclass(frozen=True, slots=True)
class ParkerDemand:
    """Which trips park, and how many vehicles are parked at the start."""

    near: npt.NDArray[np.bool_]
    """(edges,): edges from which a parking facility can be walked to."""

    share: float
    """Share, 0 to 1, of the trips by car that end on such an edge, not at a gate, and park. The same share of those that begin
    there from the start of the run on is left out: their vehicles leave from parking instead."""

    resident: int
    """Vehicles that are parked at the start: each has a trip in store for when it leaves."""


@dataclass(frozen=True, slots=True)
class ParkerTrips:
    """The trips of a run with parking."""

    trips: Trips
    """Those in store come last and are never due by themselves."""
    trip: npt.NDArray[np.int32]
    """(n,): trips that park at their end, ascending."""
    held: npt.NDArray[np.int32]
    """(n + resident,): trips in store. Row ``k`` is that of the vehicle of ``trip[k]``; residents follow."""


def with_parkers(trips: Trips, demand: ParkerDemand, classes: ClassTable, seed: int) -> ParkerTrips:
    """Return the trips with those in store, and without those that begin where vehicles leave parking instead.

    Draws hang on the number of the trip before any is left out: they are the same whatever the share, and whoever parks at one
    share parks at every higher one. Raises ValueError where somebody is to park and no edge is near.
    """
    if not 0.0 <= demand.share <= 1.0 or demand.resident < 0:
        raise ValueError(f"parkers: a share of {demand.share}, {demand.resident} residents")
    if not demand.near.any() and demand.resident:
        raise ValueError("parkers: no edge is near any facility")
    draw = uniforms(stream_key(seed, "traffic/parkers"), np.arange(trips.count, dtype=np.int64))
    first, last = trips.route_edge[trips.route_offset[:-1]], trips.route_edge[trips.route_offset[1:] - 1]
    car = trips.klass == CAR
    ends = car & np.isin(trips.purpose, (INBOUND, INTERNAL)) & demand.near[last[trips.route]]
    begins = car & np.isin(trips.purpose, (OUTBOUND, INTERNAL)) & demand.near[first[trips.route]]
    kept = ~(begins & (trips.depart_us >= 0) & (draw[:, 1] < demand.share))
    mine = trips.kept(kept)
    trip = np.flatnonzero((ends & (draw[:, 0] < demand.share))[kept]).astype(np.int32)
    number = trip.size + demand.resident
    own = uniforms(stream_key(seed, "traffic/parkers/residents"), np.arange(demand.resident, dtype=np.int64))
    speed_factor = classes.speed_factor[CAR] * (1.0 + classes.speed_spread * (2.0 * own[:, 0] - 1.0))
    anywhere = np.flatnonzero(demand.near)[:1].astype(np.int32)  # its route until it leaves and has one
    informed = float(np.mean(trips.informed)) if trips.informed.size else 0.0

    def longer(column: npt.NDArray[T], held: npt.ArrayLike) -> npt.NDArray[T]:
        return np.concatenate([column, np.broadcast_to(np.asarray(held, column.dtype), number)])

    everybody = replace(
        mine,
        depart_us=longer(mine.depart_us, NEVER_DUE_US),
        klass=longer(mine.klass, CAR),
        speed_factor=longer(mine.speed_factor, np.concatenate([mine.speed_factor[trip], speed_factor])),
        purpose=longer(mine.purpose, OUTBOUND),
        route=longer(mine.route, mine.route_offset.size - 1),
        depart_s_m=longer(mine.depart_s_m, 0.0),
        arrive_s_m=longer(mine.arrive_s_m, 0.0),
        route_offset=np.append(mine.route_offset, mine.route_edge.size + anywhere.size).astype(np.int32),
        route_edge=np.concatenate([mine.route_edge, anywhere]),
        informed=longer(mine.informed, np.concatenate([mine.informed[trip], own[:, 1] < informed]))
        if mine.informed.size
        else mine.informed,
    )
    return ParkerTrips(everybody, trip, (mine.count + np.arange(number)).astype(np.int32))
