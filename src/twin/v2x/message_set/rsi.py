"""RSI: what has happened on the road ahead (T/CSAE 53-2020, roadside information)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.v2x.message_set.place import MapFrame, Station, points_llv
from twin.v2x.message_set.quanta import minute_of_the_year, scaled


@dataclass(frozen=True, slots=True)
class RoadEvent:
    """One event: what, where, since when and until when, and the road on which it matters."""

    number: int
    """Of this roadside unit; told modulo 256."""
    code: int
    """Event type after GB/T 29100, as 101 for a traffic accident; 0 to 65535."""
    x_m: float
    y_m: float
    radius_m: float
    from_unix_us: int
    until_unix_us: int
    path_x_m: npt.NDArray[np.float64]
    """Points of the road on which vehicles are warned, in the direction of travel; 2 to 32, or none."""
    path_y_m: npt.NDArray[np.float64]
    path_radius_m: float = 10.0
    """Distance from the path within which vehicles are warned. Choice: 10 m, half a wide carriageway."""
    confidence: float = 1.0
    """How sure it is, 0 to 1."""


def rsi_values(frame: MapFrame, unix_us: int, rsu: Station, event: RoadEvent, *, msg_count: int = 0) -> dict[str, Any]:
    """Return the message of one event at an instant of Unix time. Raises ValueError for a path of 1 or more than 32 points."""
    size = event.path_x_m.size
    if size == 1 or size > 32:
        raise ValueError(f"a reference path has 2 to 32 points, not {size}")
    reference = rsu.position(frame)
    entry: dict[str, Any] = {
        "rteId": event.number % 256,
        "eventType": event.code,
        "eventSource": "detection",
        "eventPos": points_llv(frame, reference, [event.x_m], [event.y_m])[0],
        "eventRadius": int(scaled(event.radius_m, 0.1, 0, 65_535)),
        "timeDetails": {
            "startTime": minute_of_the_year(event.from_unix_us),
            "endTime": minute_of_the_year(event.until_unix_us),
        },
        "eventConfidence": int(scaled(event.confidence, 0.005, 0, 200)),
    }
    if size:
        path = points_llv(frame, reference, event.path_x_m, event.path_y_m)
        entry["referencePaths"] = [{"activePath": path, "pathRadius": int(scaled(event.path_radius_m, 0.1, 0, 65_535))}]
    return {
        "msgCnt": msg_count % 128,
        "moy": minute_of_the_year(unix_us),
        "id": rsu.octets,
        "refPos": reference,
        "rtes": [entry],
    }
