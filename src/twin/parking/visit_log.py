"""What the log says of visits: one row for each driver who came to look for a space."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from twin.eventlog.columns import labels
from twin.eventlog.recorder import Recorder
from twin.parking import drivers as d
from twin.parking.facilities import Facilities


def log_visits(
    recorder: Recorder,
    drivers: d.Drivers,
    facilities: Facilities,
    purposes: tuple[str, ...],
    held: npt.NDArray[np.int32],
) -> None:
    """Write everybody who has begun to look; called once, at the end. ``held``: trips in which they leave again."""
    row = np.flatnonzero(drivers.began_us != d.NEVER_US)
    parked, left = drivers.parked_us[row], drivers.left_us[row]
    stands, is_gone, in_bay = parked != d.NEVER_US, left != d.NEVER_US, drivers.outcome[row] == d.PARKED_WELL
    bay = np.where(in_bay, drivers.bay[row], 0)
    recorder.append(
        "parking",
        {
            "vehicle": drivers.trip[row],
            "leaves_as": _masked(held[row], ~(in_bay & is_gone)),
            "purpose": labels(drivers.purpose[row], purposes),
            "outcome": labels(drivers.outcome[row], d.OUTCOMES),
            "facility": _masked(facilities.bays.facility[bay], ~in_bay),
            "bay": _masked(bay, ~in_bay),
            "began_us": drivers.began_us[row],
            "parked_us": _masked(parked, ~stands),
            "left_us": _masked(left, ~is_gone),
            "search_s": _masked(np.where(stands, parked - drivers.began_us[row], 0) / 1e6, ~stands),
            "search_m": drivers.distance_m[row],
            "tried": drivers.tried[row],
            "turned_away": drivers.turned_away[row],
            "loops": drivers.loops[row],
            "walk_m": _masked(drivers.walk_m[row], ~in_bay),
            "price_cny": _masked(drivers.price_cny[row], ~in_bay),
        },
    )


def _masked(values: npt.NDArray[Any], without: npt.NDArray[np.bool_]) -> Any:
    return np.ma.MaskedArray(values, mask=without)
