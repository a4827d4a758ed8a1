"""Messages of representative content, made by the builders from plain made-up geometry: what sizes are measured on."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from twin.traffic.signal_states import GREEN, RED
from twin.v2x.message_set import codec, cpm, rsm
from twin.v2x.message_set.bsm import bsm_values
from twin.v2x.message_set.cam import cam_values
from twin.v2x.message_set.map_data import Approach, Onward, map_values
from twin.v2x.message_set.place import MapFrame, Station
from twin.v2x.message_set.road_users import RoadUsers
from twin.v2x.message_set.rsi import RoadEvent, rsi_values
from twin.v2x.message_set.spat import Phases, spat_values

FRAME: Final = MapFrame("EPSG:32649", (741_000.0, 2_559_000.0))
"""Choice: the Tianhe CBD of Guangzhou in its UTM zone; every place takes the same bits."""

AT_UNIX_US: Final = 1_779_234_330_250_000
"""Choice: 2026-05-20T07:45:30.25+08:00; every instant takes the same bits."""

_RSU: Final = Station(1, 40.0, -25.0)
_REACH_M: Final = 150.0
"""Choice: objects lie up to this far from the roadside unit, as a roadside LiDAR sees them; it selects 16-bit offsets."""


def road_users(count: int) -> RoadUsers:
    """Return so many cars on a spiral around the roadside unit, 10 m to 150 m from it, at 10 m/s, seen 60 ms ago."""
    rank = np.arange(count)
    distance_m, angle = 10.0 + (_REACH_M - 10.0) * (rank + 0.5) / max(count, 1), 2.4 * rank

    def all_of(value: float) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.full(count, value)

    return RoadUsers(
        number=rank + 1,
        klass=np.zeros(count, np.int64),
        x_m=_RSU.x_m + distance_m * np.cos(angle),
        y_m=_RSU.y_m + distance_m * np.sin(angle),
        speed_mps=all_of(10.0),
        heading_rad=np.asarray(angle % (2 * math.pi) - math.pi),
        length_m=all_of(4.6),
        width_m=all_of(1.8),
        height_m=all_of(1.5),
        acceleration_mps2=all_of(-0.4),
        age_s=all_of(0.06),
        error_95_m=all_of(0.5),
    )


def representative(kind: str, items: int = 1, *, detail: str = "tracked") -> dict[str, Any]:
    """Return a message with so many items, see ``items_of`` in ``sizes``. Raises ValueError for an unknown kind.

    ``detail`` concerns RSM and CPM. An RSM's items are its participants, the roadside unit included.
    """
    if kind == "bsm":
        return bsm_values(FRAME, AT_UNIX_US, road_users(1))[0]
    if kind == "cam":
        return cam_values(FRAME, AT_UNIX_US, road_users(1), path_points=items - 1 if items else None)[0]
    if kind == "rsm":
        return rsm.rsm_values(FRAME, AT_UNIX_US, _RSU, road_users(items - 1), detail=detail)[0]  # type: ignore[arg-type]
    if kind == "cpm":
        return cpm.cpm_values(FRAME, AT_UNIX_US, _RSU, road_users(items), detail=detail)  # type: ignore[arg-type]
    if kind == "spat":
        return spat_values(AT_UNIX_US, 7, _phases(items))
    if kind == "map":
        return map_values(FRAME, AT_UNIX_US, _RSU, [_approach(leg) for leg in range(items)])
    if kind == "rsi":
        return rsi_values(FRAME, AT_UNIX_US, _RSU, _event(items))
    raise ValueError(f"there is no message kind {kind!r}, only {', '.join(codec.KINDS)}")


def _phases(count: int) -> Phases:
    rank = np.arange(count)
    return Phases(
        number=rank + 1,
        state=np.where(rank % 4 == 0, GREEN, RED).astype(np.int8),
        least_end_s=np.asarray(5.0 + rank),
        likely_end_s=np.asarray(15.0 + rank),
        latest_end_s=np.asarray(30.0 + rank),
        permissive=np.zeros(count, np.bool_),
    )


def _approach(leg: int) -> Approach:
    """Return one of the legs of a junction: three lanes, 200 m long, five points: right and ahead, ahead, left."""
    angle, away_m = 0.5 * math.pi * leg, np.linspace(200.0, 20.0, 5)
    ahead, left, right = 1000 + leg, 2000 + leg, 3000 + leg
    return Approach(
        upstream_node=4000 + leg,
        x_m=_RSU.x_m + away_m * math.cos(angle),
        y_m=_RSU.y_m + away_m * math.sin(angle),
        lane_width_m=3.5,
        speed_limit_mps=60.0 / 3.6,
        lanes=(
            (Onward(right, 0, 0, 3), Onward(ahead, 0, 1, 1)),
            (Onward(ahead, 1, 1, 1),),
            (Onward(left, 2, 2, 2),),
        ),
    )


def _event(points: int) -> RoadEvent:
    rank = np.arange(points, dtype=np.float64)
    minute_us = 60_000_000
    return RoadEvent(
        number=1,
        code=101,
        x_m=_RSU.x_m + 120.0,
        y_m=_RSU.y_m,
        radius_m=20.0,
        from_unix_us=AT_UNIX_US - 5 * minute_us,
        until_unix_us=AT_UNIX_US + 30 * minute_us,
        path_x_m=_RSU.x_m + 120.0 - 30.0 * rank[::-1],
        path_y_m=_RSU.y_m + 0.0 * rank,
    )
