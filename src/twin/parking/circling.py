"""Where drivers go who see no hope in any facility: around the blocks near the destination."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.rng import stream_key, uniform4
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.places import edge_middles

Bools = npt.NDArray[np.bool_]


class Circling:
    """Picks roads near a destination, by a draw of the driver's own."""

    def __init__(self, network: RoadNetwork, usable: Bools, radius_m: float, seed: int) -> None:
        """Keep the middles of the ``usable`` edges (edges,)."""
        x_m, y_m = edge_middles(network)
        self._edge = np.flatnonzero(usable)
        self._x_m, self._y_m = x_m[self._edge], y_m[self._edge]
        self._radius_m, self._key = radius_m, stream_key(seed, "parking/circle")

    def next_edge(self, trip: int, attempt: int, x_m: float, y_m: float) -> int:
        """Return an edge within the radius of a destination, any as likely; the nearest one where none lies within."""
        away_m = np.hypot(self._x_m - x_m, self._y_m - y_m)
        near = np.flatnonzero(away_m <= self._radius_m)
        if not near.size:
            return int(self._edge[np.argmin(away_m)])
        draw = uniform4(self._key, attempt, trip, 0)[0]
        return int(self._edge[near[min(int(draw * near.size), near.size - 1)]])
