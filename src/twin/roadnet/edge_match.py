"""From places with headings to roads: the nearest edge that leads the same way."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from twin.roadnet.road_network import RoadNetwork

Floats = npt.NDArray[np.float64]

REACH_M: Final = 15.0
"""Places farther from every centreline are on no road. Choice: half of eight lanes of 3.5 m, and a metre for the place."""

NO_EDGE: Final = -1


class EdgeMatcher:
    """Finds the edges of places."""

    def __init__(self, network: RoadNetwork) -> None:
        """Index the centrelines, segment by segment."""
        first = np.delete(np.arange(network.point_x_m.size), network.point_offset[1:] - 1)
        self._edge = (np.searchsorted(network.point_offset, first, side="right") - 1).astype(np.int32)
        self._x_m, self._y_m, self._s_m = network.point_x_m[first], network.point_y_m[first], network.point_s_m[first]
        self._dx_m, self._dy_m = network.point_x_m[first + 1] - self._x_m, network.point_y_m[first + 1] - self._y_m
        self._length_m = np.maximum(np.hypot(self._dx_m, self._dy_m), 1e-9)
        ends = np.stack((self._x_m, self._y_m, self._x_m + self._dx_m, self._y_m + self._dy_m), axis=1)
        self._tree = shapely.STRtree(np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2))))

    def __call__(self, x_m: Floats, y_m: Floats, heading_rad: Floats) -> tuple[npt.NDArray[np.int32], Floats]:
        """Return edge and place along it (m) of places (n,) with headings; -1 and NaN where no road is near.

        Of the edges within reach that lead the same way within a right angle, the nearest; of those, the first by number.
        """
        edge, s_m = np.full(x_m.size, NO_EDGE, np.int32), np.full(x_m.size, np.nan)
        place, segment = self._tree.query(shapely.points(x_m, y_m), predicate="dwithin", distance=REACH_M)
        ux, uy = self._dx_m[segment] / self._length_m[segment], self._dy_m[segment] / self._length_m[segment]
        fits = ux * np.cos(heading_rad[place]) + uy * np.sin(heading_rad[place]) > 0.0
        place, segment, ux, uy = place[fits], segment[fits], ux[fits], uy[fits]
        east_m, north_m = x_m[place] - self._x_m[segment], y_m[place] - self._y_m[segment]
        along_m = np.clip(east_m * ux + north_m * uy, 0.0, self._length_m[segment])
        away_m = np.hypot(east_m - along_m * ux, north_m - along_m * uy)
        order = np.lexsort((segment, self._edge[segment], away_m, place))
        places, first = np.unique(place[order], return_index=True)
        chosen = order[first]
        edge[places], s_m[places] = self._edge[segment[chosen]], self._s_m[segment[chosen]] + along_m[chosen]
        return edge, s_m
