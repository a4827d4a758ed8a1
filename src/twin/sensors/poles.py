"""Where a pole can stand: the map's footprint, and the corners of its junctions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from twin.roadnet.projection import to_local, to_wgs84
from twin.roadnet.road_network import Junction, RoadNetwork

Floats = npt.NDArray[np.float64]

CLEARANCE_M: Final = 1.0
"""Distance of a pole from the kerb. Assumption: the usual clearance of street furniture and half a foundation."""

KERB_TO_POLE_MIN_M: Final = 0.5
"""No carriageway comes nearer to a pole placed by rule. Assumption: the least lateral clearance beside an urban carriageway."""

SETBACKS_M: Final = tuple(2.5 * step for step in range(13))
"""How far behind the approach's end a pole may stand. OpenStreetMap ends approaches in the middle of the crossing street where
a junction is one node; 30 m clears the widest streets. Assumption: in steps of 2.5 m."""

MARGIN_M: Final = 100.0
"""A site farther than this outside the box around all roads lies outside the map. Assumption: half a LiDAR's range."""


@dataclass(frozen=True, slots=True)
class Corner:
    """A place for a pole at a junction."""

    x_m: float
    y_m: float
    level: int
    heading_deg: float
    """Compass bearing from the pole to the junction's middle."""


class MapFootprint:
    """Roads and buildings of a network as areas, to ask what stands where."""

    def __init__(self, network: RoadNetwork) -> None:
        """Index the roads and the buildings."""
        self._network = network
        edge = np.repeat(np.arange(network.edge_count), np.diff(network.point_offset))
        lines: Any = shapely.linestrings(np.column_stack((network.point_x_m, network.point_y_m)), indices=edge)
        self._roads = shapely.STRtree(lines)
        self._half_width_m = 0.5 * network.edge_lanes * network.edge_lane_width_m
        self._buildings = shapely.STRtree([shapely.Polygon(np.column_stack((b.x_m, b.y_m))) for b in network.buildings])
        x, y = network.point_x_m, network.point_y_m
        self._box = (float(x.min()), float(y.min()), float(x.max()), float(y.max()))

    def local(self, lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return local metres of WGS-84 points."""
        return to_local(self._network.crs, self._network.origin_m, lon_deg, lat_deg)

    def covers(self, x_m: float, y_m: float) -> bool:
        """Tell whether a point lies within the box around all roads, widened by ``MARGIN_M``; False for infinities."""
        west, south, east, north = self._box
        return west - MARGIN_M <= x_m <= east + MARGIN_M and south - MARGIN_M <= y_m <= north + MARGIN_M

    def extent_text(self) -> str:
        """Return the box around all roads in degrees, for a message."""
        west, south, east, north = self._box
        lon, lat = to_wgs84(self._network.crs, self._network.origin_m, np.array([west, east]), np.array([south, north]))
        return f"lon {lon[0]:.4f} to {lon[1]:.4f}, lat {lat[0]:.4f} to {lat[1]:.4f}"

    def in_building(self, x_m: float, y_m: float) -> bool:
        """Tell whether a point lies inside a building."""
        return bool(self._buildings.query(shapely.Point(x_m, y_m), predicate="within").size)

    def first_clear(self, points: Floats, levels: npt.NDArray[np.int8]) -> int | None:
        """Return the first of ``points`` (n, 2) outside every building and off every carriageway of its level."""
        places: Any = shapely.points(points)
        taken = np.zeros(len(points), np.bool_)
        taken[self._buildings.query(places, predicate="within")[0]] = True
        limit_m = float(self._half_width_m.max()) + KERB_TO_POLE_MIN_M
        at, road = self._roads.query(places, predicate="dwithin", distance=limit_m)
        distance_m = shapely.distance(places[at], self._roads.geometries[road])
        near = distance_m < self._half_width_m[road] + KERB_TO_POLE_MIN_M
        taken[at[near & (levels[at] == self._network.edge_level[road])]] = True
        free = np.flatnonzero(~taken)
        return int(free[0]) if free.size else None


def corner_of(junction: Junction, network: RoadNetwork, footprint: MapFootprint) -> Corner:
    """Return the corner at which a pole serves ``junction`` best.

    Places beside the right kerb of each approach are tried, nearest to its end first, then the widest approach, then the
    lowest edge number. Where none is clear, the one at the end of the widest approach is taken.
    """
    approaches = sorted(junction.approaches, key=lambda edge: (-int(network.edge_lanes[edge]), edge))
    points, levels = [], []
    for setback_m in SETBACKS_M:
        for edge in approaches:
            if setback_m <= network.edge_length_m[edge]:
                points.append(beside(network, edge, setback_m))
                levels.append(network.edge_level[edge])
    clear = footprint.first_clear(np.array(points), np.array(levels, np.int8))
    chosen = 0 if clear is None else clear
    x_m, y_m = (round(value, 3) for value in points[chosen])
    bearing_deg = math.degrees(math.atan2(junction.x_m - x_m, junction.y_m - y_m)) % 360.0
    return Corner(x_m, y_m, int(levels[chosen]), round(bearing_deg, 3))


def beside(network: RoadNetwork, edge: int, setback_m: float) -> tuple[float, float]:
    """Return the place beside the right kerb of ``edge``, ``setback_m`` before its end."""
    xs, ys = network.polyline(edge)
    part = slice(int(network.point_offset[edge]), int(network.point_offset[edge + 1]))
    along = network.point_s_m[part]
    s_m = float(along[-1]) - setback_m
    piece = min(max(int(np.searchsorted(along, s_m)), 1), along.size - 1)
    dx, dy = float(xs[piece] - xs[piece - 1]), float(ys[piece] - ys[piece - 1])
    length = math.hypot(dx, dy)
    share = (s_m - float(along[piece - 1])) / float(along[piece] - along[piece - 1])
    aside_m = 0.5 * float(network.edge_lanes[edge]) * float(network.edge_lane_width_m[edge]) + CLEARANCE_M
    x_m = float(xs[piece - 1]) + share * dx + aside_m * dy / length
    y_m = float(ys[piece - 1]) + share * dy - aside_m * dx / length
    return x_m, y_m
