"""Where loops lie: on which edge, how far along it, in which lanes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from twin.roadnet.lane_graph_cache import lane_graph_of
from twin.roadnet.road_axes import position
from twin.roadnet.road_network import RoadNetwork
from twin.sensors.loop import LoopSpec, lanes_with_loop

ROAD_REACH_M: Final = 30.0
"""A site farther from the carriageway of every road of its level has no road for loops. Assumption: as poles move by up to 20 m
away from a road, and 10 m for maps that differ."""


@dataclass(frozen=True, slots=True)
class LoopDevice:
    """The loops of one device, a lane each."""

    number: int
    name: str
    """The id that draws hang on, as ``site/loop-0``."""
    site: int
    x_m: float
    """In the middle of the carriageway."""
    y_m: float
    level: int
    edge: int
    s_m: float
    """Where along the edge a front bumper meets them."""
    lanes: tuple[int, ...]
    """Lanes that have one, from the kerb."""
    spec: LoopSpec

    @property
    def bought_as(self) -> str:
        """Return the item of the bill that each lane's loop is."""
        return self.spec.kind


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a road beside a site."""

    edge: int
    s_m: float
    away_m: float
    """From the site to the edge of the carriageway; 0 on it."""


class LoopGround:
    """The roads of a network as loops see them: edges with lanes, each from where its lanes begin to its stop line.

    Edges inside of junctions have no lanes (``LaneGraph``), and so no loops.
    """

    def __init__(self, network: RoadNetwork) -> None:
        """Take the network and its lane graph."""
        graph = lane_graph_of(network)
        self._network = network
        self._lanes = np.diff(graph.edge_lane)
        first = np.minimum(graph.edge_lane[:-1], max(graph.lane_count - 1, 0))
        self._begin_m = graph.lane_begin_m[first]
        self._stop_line_m = self._begin_m + graph.lane_length_m[first]

    def has_lanes(self, edge: int) -> bool:
        """Tell whether vehicles drive on lanes of an edge."""
        return bool(self._lanes[edge] > 0)

    def stop_line_m(self, edge: int) -> float:
        """Return where along an edge its lanes end."""
        return float(self._stop_line_m[edge])

    def beside(self, x_m: float, y_m: float, level: int) -> Spot | None:
        """Return the nearest place on an edge of a level with lanes; None without such edges.

        Nearest by the carriageway's edge, then by its centreline; of equally near edges the first one is taken.
        """
        network = self._network
        edge = np.repeat(np.arange(network.edge_count), np.diff(network.point_offset))
        usable = (self._lanes > 0) & (network.edge_level == level)
        piece = np.flatnonzero((edge[1:] == edge[:-1]) & usable[edge[1:]])
        if piece.size == 0:
            return None
        x0, y0, s0 = network.point_x_m[piece], network.point_y_m[piece], network.point_s_m[piece]
        dx, dy = network.point_x_m[piece + 1] - x0, network.point_y_m[piece + 1] - y0
        square = np.maximum(dx * dx + dy * dy, 1e-12)
        part = np.clip(((x_m - x0) * dx + (y_m - y0) * dy) / square, 0.0, 1.0)
        centre_m = np.hypot(x0 + part * dx - x_m, y0 + part * dy - y_m)
        half_width_m = 0.5 * network.edge_lanes * network.edge_lane_width_m
        away_m = np.maximum(centre_m - half_width_m[edge[piece]], 0.0)
        best = int(np.lexsort((centre_m, away_m))[0])
        along = s0[best] + part[best] * (network.point_s_m[piece[best] + 1] - s0[best])
        return Spot(int(edge[piece[best]]), float(along), float(away_m[best]))

    def device(self, number: int, name: str, site: int, spec: LoopSpec, edge: int, s_m: float) -> LoopDevice:
        """Return the loops of a specification for a place on an edge: ``ahead_m`` beyond it, where there are lanes."""
        at_m = min(max(s_m + spec.ahead_m, float(self._begin_m[edge])), self.stop_line_m(edge))
        x_m, y_m, _ = position(self._network, edge, at_m)
        level, lanes = int(self._network.edge_level[edge]), lanes_with_loop(spec, int(self._lanes[edge]))
        return LoopDevice(number, name, site, float(x_m), float(y_m), level, edge, at_m, lanes, spec)
