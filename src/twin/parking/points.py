"""Where places along edges lie."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.roadnet.road_network import RoadNetwork

Floats = npt.NDArray[np.float64]


def points_at(network: RoadNetwork, edge: npt.NDArray[np.integer], s_m: Floats) -> tuple[Floats, Floats]:
    """Return east and north (m) of the places ``s_m`` along edges, (n,) each; those beyond an end lie at it."""
    first, last = network.point_offset[edge], network.point_offset[np.asarray(edge) + 1] - 1
    # along all edges laid end to end, distances rise
    span_m = float(network.edge_length_m.max(initial=0.0)) + 1.0
    owner = np.repeat(np.arange(network.edge_count), np.diff(network.point_offset))
    along = owner * span_m + network.point_s_m
    s_m = np.clip(s_m, network.point_s_m[first], network.point_s_m[last])
    at = np.clip(np.searchsorted(along, np.asarray(edge) * span_m + s_m, side="right") - 1, first, last - 1)
    step_m = np.maximum(network.point_s_m[at + 1] - network.point_s_m[at], 1e-9)
    share = np.clip((s_m - network.point_s_m[at]) / step_m, 0.0, 1.0)
    x_m, y_m = network.point_x_m, network.point_y_m
    return x_m[at] + share * (x_m[at + 1] - x_m[at]), y_m[at] + share * (y_m[at + 1] - y_m[at])
