"""Speed advice in force: vehicles that for a time want to drive no faster than they were told.

The drawn desired speed stays as it is; beside it a vehicle's record holds the pace it was advised, and whatever sets the pace
of a slot takes the slower of the two. So advice costs a step nothing: it changes paces when it begins and when it ends.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel
from twin.kernel.records import SpeedAdvice
from twin.traffic.lane_lists import Ints, pace_on
from twin.traffic.roads import NONE, Records, Roads
from twin.traffic.vehicles import Vehicles

ADVICE: Final = np.dtype([("until_us", "i8"), ("vehicle", "i4"), ("spare", "i4")], align=True)
"""One record a vehicle that follows advice now, ordered by its end."""


@kernel
def set_paces(
    slots: Records,
    vehicles: Records,
    classes: Records,
    lanes: Records,
    count: Ints,
    vehicle: Ints,
    pace: npt.NDArray[np.float64],
    pace_factor: float,
) -> None:
    """Advise each ``vehicle`` (n,) a ``pace`` (n,) (s/m, 0: none any more), also in the slot where it is."""
    for row in range(vehicle.size):
        i = vehicle[row]
        vehicles[i].advised_pace = pace[row]
        lane = vehicles[i].lane
        if lane == NONE:
            continue
        first = lanes[lane].first_slot
        for slot in range(first, first + count[lane]):
            if slots[slot].vehicle == i:
                slots[slot].pace = pace_on(vehicles, classes, lanes, i, lane, pace_factor)


def checked(advice: SpeedAdvice, trips: int) -> None:
    """Raise ValueError where ``advice`` is not one: shapes differ, a vehicle unknown or named twice, a speed not above 0."""
    shapes = {advice.vehicle.shape, advice.speed_mps.shape, advice.until_us.shape}
    if len(shapes) != 1 or advice.vehicle.ndim != 1:
        raise ValueError(f"speed advice: arrays of one length are asked for, these have the shapes {sorted(shapes)}")
    if advice.vehicle.size and not (advice.vehicle.min() >= 0 and advice.vehicle.max() < trips):
        raise ValueError(f"speed advice: vehicles are 0 to {trips - 1}")
    if np.unique(advice.vehicle).size != advice.vehicle.size:
        raise ValueError("speed advice: a vehicle is named twice")
    if not (advice.speed_mps > 0.0).all():
        raise ValueError("speed advice: speeds must be above 0")


def taken(
    in_force: npt.NDArray[Any], advice: SpeedAdvice, vehicles: Vehicles, roads: Roads, t_us: int, pace_factor: float
) -> npt.NDArray[Any]:
    """Let vehicles follow ``advice`` from ``t_us`` on; return the advice in force (records of ``ADVICE``) with it.

    It replaces what its vehicles were advised before. Who is not on the network is left alone.
    """
    vehicle = advice.vehicle.astype(np.int32)
    there = vehicles.all.view(np.ndarray)["lane"][vehicle] != NONE
    follows = there & np.isfinite(advice.speed_mps) & (advice.until_us > t_us)
    pace = np.where(follows, 1.0 / advice.speed_mps, 0.0)
    _set(vehicles, roads, vehicle, pace, pace_factor)
    new = np.zeros(int(np.count_nonzero(follows)), ADVICE)
    new["vehicle"], new["until_us"] = vehicle[follows], advice.until_us[follows]
    both = np.concatenate([in_force[~np.isin(in_force["vehicle"], vehicle)], new])
    return both[np.lexsort((both["vehicle"], both["until_us"]))]


def lapsed(in_force: npt.NDArray[Any], vehicles: Vehicles, roads: Roads, t_us: int, pace_factor: float) -> npt.NDArray[Any]:
    """End the advice that is over at ``t_us``; return what is still in force."""
    over = int(np.searchsorted(in_force["until_us"], t_us, side="right"))
    if over:
        _set(vehicles, roads, in_force["vehicle"][:over].astype(np.int32), np.zeros(over), pace_factor)
    return in_force[over:]


def _set(
    vehicles: Vehicles, roads: Roads, vehicle: npt.NDArray[np.int32], pace: npt.NDArray[np.float64], pace_factor: float
) -> None:
    set_paces(vehicles.slots, vehicles.all, vehicles.classes, roads.lanes, roads.count, vehicle, pace, pace_factor)
