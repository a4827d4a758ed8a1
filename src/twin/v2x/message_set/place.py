"""Where messages put things: from the map's local metres to WGS-84 and true north, and back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.roadnet.projection import to_local, to_wgs84
from twin.v2x.message_set.quanta import DEGREE_UNITS, Ints, degrees7, offset_llv

Floats = npt.NDArray[np.float64]

_STEP_M: Final = 100.0
"""Choice: the length over which north is looked for; long against rounding, short against the curve of a meridian."""


class MapFrame(NamedTuple):
    """The map's local frame: positions are metres from ``origin_m`` in ``crs``, as in ``RoadNetwork``."""

    crs: str
    origin_m: tuple[float, float]

    def wgs84(self, x_m: npt.ArrayLike, y_m: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return longitude and latitude in degrees."""
        return to_wgs84(self.crs, self.origin_m, x_m, y_m)

    def local(self, lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return x and y in metres, rounded to millimetres."""
        return to_local(self.crs, self.origin_m, lon_deg, lat_deg)

    def convergence_rad(self, x_m: float, y_m: float) -> float:
        """Return the direction of the map's y axis at a place, clockwise from true north, as on the plane tangent to a sphere.

        In Guangzhou, 2.3 degrees east of its zone's middle, almost one degree: 70 times the resolution of a heading.
        """
        lon, lat = self.wgs84([x_m, x_m], [y_m - _STEP_M, y_m + _STEP_M])
        return math.atan2((lon[1] - lon[0]) * math.cos(math.radians(0.5 * (lat[0] + lat[1]))), lat[1] - lat[0])


@dataclass(frozen=True, slots=True)
class Station:
    """Who sends: a vehicle's or a roadside unit's place, and the number that stands for it in messages."""

    number: int
    x_m: float
    y_m: float
    elevation_m: float = 0.0
    """Height of the reference point above the ellipsoid."""

    @property
    def octets(self) -> bytes:
        """The number as the eight octets of a T/CSAE 53 ``id``."""
        return self.number.to_bytes(8, "big")

    def position(self, frame: MapFrame) -> dict[str, int]:
        """Return the place as ``Position3D``."""
        lon, lat = frame.wgs84(self.x_m, self.y_m)
        return {"lat": int(degrees7(lat)), "long": int(degrees7(lon)), "elevation": round(10.0 * self.elevation_m)}


def offsets(frame: MapFrame, reference: dict[str, int], x_m: npt.ArrayLike, y_m: npt.ArrayLike) -> tuple[Ints, Ints]:
    """Return latitudes and longitudes of points in 1e-7 degrees from a ``Position3D``."""
    lon, lat = frame.wgs84(x_m, y_m)
    return degrees7(lat) - reference["lat"], degrees7(lon) - reference["long"]


def points_llv(frame: MapFrame, reference: dict[str, int], x_m: npt.ArrayLike, y_m: npt.ArrayLike) -> list[dict[str, Any]]:
    """Return points as ``PositionOffsetLLV`` from a ``Position3D``, without heights."""
    lat, lon = offsets(frame, reference, x_m, y_m)
    return [offset_llv(int(a), int(o)) for a, o in zip(lat, lon, strict=True)]


def place_of(frame: MapFrame, reference: dict[str, int], offset: dict[str, Any]) -> tuple[float, float]:
    """Return x and y in metres of a decoded relative position."""
    pair = offset["offsetLL"][1]
    x_m, y_m = frame.local((reference["long"] + pair["lon"]) / DEGREE_UNITS, (reference["lat"] + pair["lat"]) / DEGREE_UNITS)
    return float(x_m), float(y_m)
